/* Pricing Rule Brand: one brand that a pricing rule applies to. */
#include "doc.h"

static const struct field fields[] = {
    { "brand", DATA, .reqd = true, .in_list_view = true },
    { "uom", DATA, .label = "UOM", .in_list_view = true },
};

DOCTYPE(pricing_rule_brand)
= {
    .name = "Pricing Rule Brand",
    .module = "Accounts",
    .is_child = true,
    .about = "One brand that a pricing rule applies to.",
    FIELDS(fields),
};
