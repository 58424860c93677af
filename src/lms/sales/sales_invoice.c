/* Sales Invoice: one sale, or one credit note. Its totals are the server's. */
#include "core.h"
#include "invoice_priv.h"

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
    { "coupon_code", LINK, .options = "Coupon Code", .index = true },
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
    { "attribution", SELECT, .options = "\nCode\nLink\nInvoice", .read_only = true, .server_managed = true },
    { "taken_from", SELECT, .options = "\nImport\nERPNext", .read_only = true, .server_managed = true,
      .no_copy = true },
    { "amended_from", LINK, .options = "Sales Invoice", .read_only = true, .no_copy = true },
    { "custom_lms_purchase_id", DATA, .label = "LMS Purchase", .index = true },
    { "erpnext_name", DATA, .label = "ERPNext Name", .unique = true, .read_only = true, .server_managed = true,
      .allow_on_submit = true, .no_copy = true },
};

/* Its figures were made elsewhere and stay as they are (spec/product.md 6a.3). */
static bool is_taken(const struct doc *invoice)
{
    return doc_is_set(invoice, "taken_from");
}

static bool is_credit(const struct doc *invoice)
{
    return doc_true(invoice, "is_return") && !is_taken(invoice);
}

static bool fill_defaults(struct ctx *cx, struct doc *invoice)
{
    if (!doc_is_set(invoice, "company"))
        doc_set_text(invoice, "company", site_setting(cx->site, "School Settings", "company"));
    if (!doc_is_set(invoice, "currency"))
        doc_set_text(invoice, "currency", cx->site->currency);
    if (!doc_is_set(invoice, "due_date"))
        doc_set_text(invoice, "due_date", doc_text(invoice, "posting_date"));
    if (!doc_is_set(invoice, "posting_time") && invoice->is_new)
        doc_set_text(invoice, "posting_time", str_from(call_now(cx), 11));
    return !is_credit(invoice) || credit_fill(cx, invoice);
}

/* ---- figures ----------------------------------------------------------------------------------------------------------- */
static bool check_quantities(struct ctx *cx, const struct doc *invoice)
{
    const struct doc_rows *items = doc_table(invoice, "items");
    for (size_t i = 0; i < items->count; i++) {
        struct decimal quantity = doc_decimal(items->rows[i], "qty");
        if (quantity.units % DECIMAL_ONE != 0 || quantity.units <= 0)
            return throw(cx, &ValidationError, "Row #%d: the quantity must be a whole number above 0.", (int)i + 1);
    }
    return true;
}

static bool validate(struct ctx *cx, struct doc *invoice)
{
    if (is_taken(invoice))
        return true;
    if (is_credit(invoice))
        return credit_total(cx, invoice);
    return check_quantities(cx, invoice) && invoice_price(cx, invoice) && invoice_total(cx, invoice);
}

/* ---- what is open, and the status that follows ---------------------------------------------------------------------------- */
static bool was_credited(struct ctx *cx, const struct doc *invoice)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT 1 FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " WHERE docstatus = 1 AND return_against = ");
    sql_text(q, invoice->name);
    sql_add(q, " LIMIT 1");
    int64_t one = 0;
    return db_first_int(cx, q, &one);
}

/* In ERPNext's order (spec/erpnext.md 1.10). */
static const char *status_of(struct ctx *cx, const struct doc *invoice)
{
    struct decimal open = doc_decimal(invoice, "outstanding_amount");
    if (invoice->docstatus != 1)
        return invoice->docstatus ? "Cancelled" : "Draft";
    if (doc_true(invoice, "is_return"))
        return "Return";
    if (open.units > 0 && str_compare(doc_text(invoice, "due_date"), call_today(cx)) < 0)
        return "Overdue";
    if (open.units > 0)
        return decimal_compare(open, invoice_due(invoice)) < 0 ? "Partly Paid" : "Unpaid";
    return invoice->before && invoice->before->docstatus == 1 && was_credited(cx, invoice) ? "Credit Note Issued"
                                                                                           : "Paid";
}

static bool set_status(struct ctx *cx, struct doc *invoice)
{
    if (!is_taken(invoice))
        doc_set_text(invoice, "status", str_of(status_of(cx, invoice)));
    return !failed(cx);
}

/* Of what a credit note gives back, the part that pays what is still open of its sale. */
static struct decimal settled_by(const struct doc *credit)
{
    return decimal_subtract(doc_decimal(credit, "outstanding_amount"), invoice_due(credit));
}

/* A credit note pays what is open of its sale; what is over is money to give back, below 0. */
static bool before_submit(struct ctx *cx, struct doc *invoice)
{
    struct str open_text;
    struct decimal open, due = invoice_due(invoice);
    if (!is_credit(invoice))
        return true;
    if (!doc_get(cx, "Sales Invoice", doc_text(invoice, "return_against"), "outstanding_amount", &open_text) ||
        !decimal_parse(open_text, &open))
        return failed(cx) ? false : bug(cx, "a sale without an outstanding amount");
    struct decimal rest = decimal_add(due, open.units > 0 ? open : DECIMAL_INT(0));
    doc_set_decimal(invoice, "outstanding_amount", rest.units < 0 ? rest : DECIMAL_INT(0));
    return true;
}

/* ---- uses of the code -------------------------------------------------------------------------------------------------------- */
static struct str code_used_by(const struct doc *invoice)
{
    bool none = !invoice || is_taken(invoice) || doc_true(invoice, "is_return");
    return none ? STR_NONE : doc_text(invoice, "coupon_code");
}

static bool on_update(struct ctx *cx, struct doc *invoice)
{
    struct str before = code_used_by(invoice->before), now = code_used_by(invoice);
    if (str_eq(before, now))
        return true;
    if (before.n && !coupon_use_give_back(cx, before))
        return false;
    return !now.n || (coupon_use_take(cx, now, invoice_buyer(cx, invoice)) && !failed(cx));
}

/* ---- submitted, cancelled, deleted --------------------------------------------------------------------------------------------- */
static bool on_submit(struct ctx *cx, struct doc *invoice)
{
    struct str sale = doc_text(invoice, "return_against");
    if (!ledger_of_invoice(cx, invoice))
        return false;
    return !is_credit(invoice) || invoice_open_change(cx, sale, decimal_subtract(DECIMAL_INT(0), settled_by(invoice)));
}

static bool on_cancel(struct ctx *cx, struct doc *invoice)
{
    struct str code = code_used_by(invoice);
    if ((code.n && !coupon_use_give_back(cx, code)) || !ledger_cancelled(cx, invoice))
        return false;
    return !is_credit(invoice) || invoice_open_change(cx, doc_text(invoice, "return_against"), settled_by(invoice));
}

/* A cancelled one has given its use back already. */
static bool on_trash(struct ctx *cx, struct doc *invoice)
{
    struct str code = invoice->docstatus == 0 ? code_used_by(invoice) : STR_NONE;
    return !code.n || coupon_use_give_back(cx, code);
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
    NEEDS("customer", "company", "currency", "conversion_rate", "posting_date", "posting_time", "due_date", "is_return",
          "return_against", "coupon_code", "sales_partner", "commission_rate", "attribution", "taken_from", "items",
          "outstanding_amount", "status"),
    .is_submittable = true,
    .allow_import = true,
    .track_changes = true,
    .before_validate = fill_defaults,
    .validate = validate,
    .total = set_status,
    .before_submit = before_submit,
    .on_update = on_update,
    .on_submit = on_submit,
    .on_cancel = on_cancel,
    .on_trash = on_trash,
};

PERSONAL(invoices) = { .doctype = "Sales Invoice", .field = "customer", .of = "Customer" };
