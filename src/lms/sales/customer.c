/* Customer: who is invoiced; tied to the User who learns. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "naming_series", SELECT, .options = "CUST-.YYYY.-", .no_copy = true },
    { "customer_name", DATA, .reqd = true, .in_list_view = true, .in_search = true },
    { "customer_type", SELECT, .options = "Company\nIndividual\nPartnership", .preset = "Individual", .reqd = true },
    { "customer_group", DATA, .preset = "Individual" },
    { "territory", DATA, .preset = "All Territories" },
    { "user", LINK, .options = "User", .index = true },
    { "disabled", CHECK },
    { "is_frozen", CHECK },
    { "default_currency", DATA },
    { "default_price_list", DATA },
    { "language", DATA },
    { "tax_id", DATA },
    { "email_id", DATA, .options = "Email", .index = true },
    { "mobile_no", DATA, .options = "Phone" },
};

DOCTYPE(customer)
= {
    .name = "Customer",
    .module = "Selling",
    .autoname = "naming_series:",
    .title_field = "customer_name",
    .search_fields = "customer_name email_id",
    .about = "Who is invoiced; tied to the User who learns.",
    FIELDS(fields),
    ROWS({ "System Manager" }), /* whatever DocPerm or a share says (spec/product.md 4) */
    PERMS({ "System Manager", ALL }),
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
};

PERSONAL(customers) = { .doctype = "Customer", .field = "user" };
