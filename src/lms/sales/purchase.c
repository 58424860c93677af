/* Purchase: one person buying one bootcamp, from the checkout to the invoice. Written by the server alone. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "user", LINK, .options = "User", .read_only = true, .server_managed = true, .index = true, .in_list_view = true },
    { "bootcamp", LINK, .options = "LMS Bootcamp", .read_only = true, .server_managed = true, .index = true,
      .in_list_view = true },
    { "coupon_code", LINK, .options = "Coupon Code", .read_only = true, .server_managed = true },
    { "sales_partner", LINK, .options = "Sales Partner", .read_only = true, .server_managed = true },
    { "attribution", SELECT, .options = "\nCode\nLink\nInvoice", .read_only = true, .server_managed = true },
    { "amount", CURRENCY, .options = "currency", .read_only = true, .server_managed = true, .in_list_view = true },
    { "currency", DATA, .read_only = true, .server_managed = true },
    { "provider", SELECT, .options = "\nBank\nERPNext\nStripe\nTest", .read_only = true, .server_managed = true },
    { "provider_reference", DATA, .unique = true, .read_only = true, .server_managed = true },
    { "state", SELECT, .options = "New\nPending\nUnpaid\nPaid\nPayment Reversed\nRefunded\nCancelled", .preset = "New",
      .read_only = true, .server_managed = true, .index = true, .in_list_view = true },
    { "reserved_until", DATETIME, .read_only = true, .server_managed = true, .index = true },
    { "attention", SMALL_TEXT, .read_only = true, .server_managed = true },
    { "sales_invoice", LINK, .options = "Sales Invoice", .read_only = true, .server_managed = true, .index = true },
};

DOCTYPE(purchase)
= {
    .name = "Purchase",
    .module = "LMS",
    .search_fields = "user bootcamp",
    .about = "One person buying one bootcamp, from the checkout to the invoice.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | REPORT | EXPORT | PRINT | EMAIL }, { "All", READ }),
    ROWS({ "All", OWN("user") }),
    FIELD_RULES({ "attention", "System Manager" }),
    NEEDS("user", "bootcamp", "coupon_code", "sales_partner", "attribution", "amount", "currency", "provider", "state",
          "reserved_until", "attention", "sales_invoice"),
    .in_create = true,
    .track_changes = true,
};

PERSONAL(purchases) = { .doctype = "Purchase", .field = "user" };
