/* Customer: who is invoiced; tied to the User who learns. */
#include "core.h"
#include "invoice_priv.h"
#include "learn/enroll.h"

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

/* ---- of a user ----------------------------------------------------------------------------------------------------------- */
static bool find(struct ctx *cx, struct str user, struct str *name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Customer");
    sql_add(q, " WHERE user = ");
    sql_text(q, user);
    sql_add(q, " ORDER BY disabled, creation, name LIMIT 1 FOR UPDATE");
    *name = STR_NONE;
    return db_first_text(cx, q, name) || !failed(cx);
}

struct str invoice_buyer(struct ctx *cx, const struct doc *invoice)
{
    struct str user = STR_NONE;
    doc_get(cx, "Customer", doc_text(invoice, "customer"), "user", &user);
    return user;
}

bool customer_of_user(struct ctx *cx, struct str user, struct str *name)
{
    struct str full_name = STR_NONE;
    if (!user_lock(cx, user) || !find(cx, user, name) || name->n)
        return !failed(cx);
    struct doc *customer = doc_new_named(cx, "Customer");
    if (!customer || (!doc_get(cx, "User", user, "full_name", &full_name) && failed(cx)))
        return false;
    doc_set_text(customer, "customer_name", full_name.n ? full_name : user);
    doc_set_text(customer, "email_id", user);
    doc_set_text(customer, "user", user);
    if (!doc_insert(cx, customer, SAVE_AS_SYSTEM))
        return false;
    *name = customer->name;
    return true;
}

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
