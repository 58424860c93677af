/* Sales Invoice: one sale, or one credit note. Its totals are the server's. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "naming_series", SELECT, .options = "PRE-SINV-.YYYY.-", .no_copy = true },
    { "customer", LINK, .options = "Customer", .reqd = true, .index = true, .in_list_view = true },
    { "customer_name", DATA, .fetch_from = "customer.customer_name", .read_only = true },
    { "contact_email", DATA, .options = "Email" },
    { "company", DATA },
    { "posting_date", DATE, .reqd = true, .preset = "Today", .index = true, .in_list_view = true },
    { "posting_time", TIME },
    { "set_posting_time", CHECK },
    { "due_date", DATE },
    { "is_return", CHECK, .label = "Is Return (Credit Note)", .no_copy = true },
    { "return_against", LINK, .options = "Sales Invoice", .no_copy = true, .index = true },
    { "is_debit_note", CHECK },
    { "currency", DATA, .reqd = true },
    { "conversion_rate", FLOAT, .preset = "1" },
    { "selling_price_list", DATA },
    { "ignore_pricing_rule", CHECK, .no_copy = true },
    { "coupon_code", LINK, .options = "Coupon Code" },
    { "items", TABLE, .options = "Sales Invoice Item", .reqd = true },
    { "total_qty", FLOAT, .read_only = true, .server_managed = true },
    { "total", CURRENCY, .read_only = true, .server_managed = true },
    { "net_total", CURRENCY, .read_only = true, .server_managed = true },
    { "base_net_total", CURRENCY, .read_only = true, .server_managed = true },
    { "taxes_and_charges", DATA },
    { "total_taxes_and_charges", CURRENCY, .read_only = true, .server_managed = true },
    { "apply_discount_on", SELECT, .options = "\nGrand Total\nNet Total", .preset = "Grand Total" },
    { "additional_discount_percentage", FLOAT },
    { "discount_amount", CURRENCY },
    { "grand_total", CURRENCY, .read_only = true, .server_managed = true, .in_list_view = true },
    { "rounding_adjustment", CURRENCY, .read_only = true, .server_managed = true },
    { "rounded_total", CURRENCY, .read_only = true, .server_managed = true },
    { "disable_rounded_total", CHECK, .preset = "1" },
    { "outstanding_amount", CURRENCY, .read_only = true, .server_managed = true, .allow_on_submit = true },
    { "status", SELECT, .read_only = true, .server_managed = true, .allow_on_submit = true, .no_copy = true,
      .preset = "Draft", .in_list_view = true,
      .options = "\nDraft\nReturn\nCredit Note Issued\nSubmitted\nPaid\nPartly Paid\nUnpaid\nUnpaid and Discounted\n"
                 "Partly Paid and Discounted\nOverdue and Discounted\nOverdue\nCancelled\nInternal Transfer" },
    { "sales_partner", LINK, .options = "Sales Partner", .index = true },
    { "amount_eligible_for_commission", CURRENCY, .read_only = true, .server_managed = true },
    { "commission_rate", FLOAT, .label = "Commission Rate (%)" },
    { "total_commission", CURRENCY, .read_only = true, .server_managed = true },
    { "amended_from", LINK, .options = "Sales Invoice", .read_only = true, .no_copy = true },
    { "custom_lms_purchase_id", DATA, .label = "LMS Purchase", .index = true },
    { "erpnext_name", DATA, .label = "ERPNext Name", .unique = true, .read_only = true, .server_managed = true,
      .allow_on_submit = true, .no_copy = true },
};

static bool fill_defaults(struct ctx *cx, struct doc *invoice)
{
    if (!doc_is_set(invoice, "company"))
        doc_set_text(invoice, "company", site_setting(cx->site, "School Settings", "company"));
    if (!doc_is_set(invoice, "currency"))
        doc_set_text(invoice, "currency", cx->site->currency);
    if (!doc_is_set(invoice, "due_date"))
        doc_set_text(invoice, "due_date", doc_text(invoice, "posting_date"));
    return true;
}

/* Quantities are whole and positive; negative on a credit note, which names the sale it takes back. */
static bool validate(struct ctx *cx, struct doc *invoice)
{
    bool is_return = doc_true(invoice, "is_return");
    if (is_return && !doc_is_set(invoice, "return_against"))
        return throw(cx, &ValidationError, "A credit note needs the invoice it returns: set Return Against.");
    const struct doc_rows *items = doc_table(invoice, "items");
    for (size_t i = 0; i < items->count; i++) {
        struct decimal quantity = doc_decimal(items->rows[i], "qty");
        bool whole = quantity.units % DECIMAL_ONE == 0;
        if (is_return && (!whole || quantity.units >= 0))
            return throw(cx, &ValidationError, "Row #%d: the quantity of a credit note must be a whole number below 0.",
                         (int)i + 1);
        if (!is_return && (!whole || quantity.units <= 0))
            return throw(cx, &ValidationError, "Row #%d: the quantity must be a whole number above 0.", (int)i + 1);
    }
    return true;
}

DOCTYPE(sales_invoice)
= {
    .name = "Sales Invoice",
    .module = "Accounts",
    .autoname = "naming_series:",
    .title_field = "customer_name",
    .search_fields = "posting_date customer customer_name",
    .sort = "modified desc",
    .about = "One sale, or one credit note.",
    FIELDS(fields),
    ROWS({ "System Manager" }), /* whatever DocPerm or a share says (spec/product.md 4) */
    PERMS({ "System Manager", ALL_SUBMIT }),
    NEEDS("company", "currency", "posting_date", "due_date", "is_return", "return_against", "items"),
    .is_submittable = true,
    .allow_import = true,
    .track_changes = true,
    .before_validate = fill_defaults,
    .validate = validate,
};

PERSONAL(invoices) = { .doctype = "Sales Invoice", .field = "customer", .of = "Customer" };
