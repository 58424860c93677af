/* Referral Visit: one click on a partner's link. It knows no person: `visitor` is a hash that changes every day. */
#include "doc.h"

static const struct field fields[] = {
    { "sales_partner", LINK, .options = "Sales Partner", .reqd = true, .index = true, .in_list_view = true },
    { "code", DATA, .in_list_view = true },
    { "bootcamp", LINK, .options = "LMS Bootcamp", .index = true },
    { "at", DATETIME, .reqd = true, .index = true, .in_list_view = true },
    { "visitor", DATA, .length = 64 },
    { "country", DATA, .length = 2 },
    { "device", SELECT, .options = "\nPhone\nTablet\nDesktop\nOther" },
    { "referrer", DATA },
    { "campaign", DATA },
};

DOCTYPE(referral_visit)
= {
    .name = "Referral Visit",
    .module = "LMS",
    .about = "One click on a partner's link.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | REPORT | EXPORT }),
    .logs = true,
    .in_create = true,
};
