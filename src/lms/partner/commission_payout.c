/* Commission Payout: money sent to a partner for rows of the ledger; the account is copied, so that it stays what it
 * was. */
#include "doc.h"

static const struct field fields[] = {
    { "sales_partner", LINK, .options = "Sales Partner", .reqd = true, .set_only_once = true, .index = true,
      .in_list_view = true },
    { "posting_date", DATE, .reqd = true, .preset = "Today", .in_list_view = true },
    { "cut_off", DATE, .set_only_once = true, .server_managed = true },
    { "amount", CURRENCY, .options = "currency", .server_managed = true, .in_list_view = true },
    { "currency", DATA, .server_managed = true },
    { "state", SELECT, .options = "Open\nPaid\nFailed", .preset = "Open", .server_managed = true,
      .in_list_view = true },
    { "account_holder", DATA, .server_managed = true },
    { "iban", DATA, .label = "IBAN", .length = 42, .server_managed = true },
    { "bic", DATA, .label = "BIC", .length = 11, .server_managed = true },
    { "reference", DATA },
    { "remarks", SMALL_TEXT },
};

DOCTYPE(commission_payout)
= {
    .name = "Commission Payout",
    .module = "LMS",
    .autoname = "PRE-PAY-.YYYY.-.####",
    .about = "Money sent to a partner for rows of the commission ledger.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | WRITE | REPORT | EXPORT | PRINT | EMAIL }),
    .track_changes = true,
};
