/* Pricing Rule Item Code: one item code that a pricing rule applies to. */
#include "doc.h"

static const struct field fields[] = {
    { "item_code", LINK, .options = "Item", .index = true, .reqd = true, .in_list_view = true },
    { "uom", DATA, .label = "UOM", .in_list_view = true },
};

DOCTYPE(pricing_rule_item_code)
= {
    .name = "Pricing Rule Item Code",
    .module = "Accounts",
    .is_child = true,
    .about = "One item code that a pricing rule applies to.",
    FIELDS(fields),
};
