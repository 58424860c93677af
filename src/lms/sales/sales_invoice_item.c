/* Sales Invoice Item: one line of an invoice. Money is the server's. */
#include "doc.h"

static const struct field fields[] = {
    { "item_code", LINK, .options = "Item", .reqd = true, .index = true, .in_list_view = true },
    { "item_name", DATA, .fetch_from = "item_code.item_name", .fetch_if_empty = true, .in_list_view = true },
    { "description", TEXT_EDITOR },
    { "qty", FLOAT, .label = "Quantity", .preset = "1", .in_list_view = true },
    { "uom", DATA, .label = "UOM", .preset = "Nos" },
    { "price_list_rate", CURRENCY, .server_managed = true },
    { "discount_percentage", PERCENT, .server_managed = true },
    { "discount_amount", CURRENCY, .server_managed = true },
    { "rate", CURRENCY, .server_managed = true, .in_list_view = true },
    { "amount", CURRENCY, .server_managed = true, .in_list_view = true },
    { "pricing_rules", SMALL_TEXT, .server_managed = true, .hidden = true },
    { "net_rate", CURRENCY, .server_managed = true },
    { "net_amount", CURRENCY, .server_managed = true },
    { "base_net_amount", CURRENCY, .server_managed = true },
    { "grant_commission", CHECK, .preset = "1", .server_managed = true },
};

DOCTYPE(sales_invoice_item)
= {
    .name = "Sales Invoice Item",
    .module = "Accounts",
    .is_child = true,
    .about = "One line of an invoice.",
    FIELDS(fields),
};
