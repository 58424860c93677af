/* Pricing Rule Item Group: one item group that a pricing rule applies to. */
#include "doc.h"

static const struct field fields[] = {
    { "item_group", DATA, .reqd = true, .in_list_view = true },
    { "uom", DATA, .label = "UOM", .in_list_view = true },
};

DOCTYPE(pricing_rule_item_group)
= {
    .name = "Pricing Rule Item Group",
    .module = "Accounts",
    .is_child = true,
    .about = "One item group that a pricing rule applies to.",
    FIELDS(fields),
};
