/* Invoices that this program makes and follows: of a sale, of money that goes back, of payments; and those that are overdue. */
#include "card_priv.h"
#include "core.h"
#include "invoice_priv.h"
#include "work.h"

/* ---- payments -------------------------------------------------------------------------------------------------------------- */
static struct doc *open_submitted(struct ctx *cx, struct str name)
{
    struct doc *invoice = doc_load_for_update(cx, doc_type(cx, STR("Sales Invoice")), name);
    if (invoice && invoice->docstatus != 1)
        return throw(cx, &ValidationError, "%.*s is not submitted.", STR_ARG(name));
    return invoice;
}

bool invoice_open_change(struct ctx *cx, struct str name, struct decimal by)
{
    struct doc *invoice = open_submitted(cx, name);
    if (!invoice)
        return false;
    struct decimal due = invoice_due(invoice), open = decimal_add(doc_decimal(invoice, "outstanding_amount"), by);
    if (open.units < 0)
        open = DECIMAL_INT(0);
    doc_set_decimal(invoice, "outstanding_amount", decimal_compare(open, due) > 0 ? due : open);
    return doc_save(cx, invoice, SAVE_AS_SYSTEM) && ledger_settle(cx, name);
}

static bool is_amount(struct ctx *cx, struct decimal amount)
{
    return amount.units > 0 || throw(cx, &ValidationError, "%s must be above 0.", "Amount");
}

bool invoice_paid(struct ctx *cx, struct str invoice, struct decimal amount)
{
    return is_amount(cx, amount) && invoice_open_change(cx, invoice, decimal_subtract(DECIMAL_INT(0), amount));
}

bool invoice_unpaid(struct ctx *cx, struct str invoice, struct decimal amount)
{
    return is_amount(cx, amount) && invoice_open_change(cx, invoice, amount);
}

/* Without an amount: all that is open. */
static bool record_payment(struct ctx *cx, struct doc *invoice, const struct doc *args, struct json_out *out)
{
    struct decimal open = doc_decimal(invoice, "outstanding_amount");
    struct decimal amount = doc_is_set(args, "amount") ? doc_decimal(args, "amount") : open;
    if (doc_true(invoice, "is_return") || open.units <= 0)
        return throw(cx, &ValidationError, "Nothing of %.*s is open.", STR_ARG(invoice->name));
    if (decimal_compare(amount, open) > 0)
        return throw(cx, &ValidationError, "Only %.*s of %.*s is open.",
                     STR_ARG(decimal_fixed(cx->arena, open, money_of(cx->site, doc_text(invoice, "currency")).places)),
                     STR_ARG(invoice->name));
    const struct doc *after =
        invoice_paid(cx, invoice->name, amount) ? doc_load(cx, "Sales Invoice", invoice->name) : NULL;
    if (!after)
        return false;
    out_begin_object(out);
    out_member_text(out, "status", doc_text(after, "status"));
    out_member_price(out, "outstanding_amount", doc_decimal(after, "outstanding_amount"));
    out_end_object(out);
    return true;
}

DOC_METHOD(record_payment) = {
    .doctype = "Sales Invoice",
    .name = "record_payment",
    ARGS({ "amount", CURRENCY }),
    .writes = true,
    .call = record_payment,
    .about = "Notes that money came for a submitted invoice; without an amount, all that is open.",
};

/* ---- sales ------------------------------------------------------------------------------------------------------------------- */
/* What sells the bootcamp. One that nobody named is made, as an import does it. */
static bool item_of_bootcamp(struct ctx *cx, struct str name, struct str *item_code)
{
    struct doc *bootcamp = doc_load_for_update(cx, doc_type(cx, STR("LMS Bootcamp")), name);
    if (!bootcamp)
        return false;
    *item_code = doc_text(bootcamp, "item_code");
    if (item_code->n)
        return true;
    struct doc *item = doc_new_named(cx, "Item");
    if (!item)
        return false;
    doc_set_text(item, "item_code", bootcamp->name);
    doc_set_text(item, "item_name", doc_text(bootcamp, "title"));
    doc_set_decimal(item, "standard_rate", doc_decimal(bootcamp, "price"));
    doc_set_text(item, "lms_type", STR("bootcamp"));
    if (!doc_insert(cx, item, SAVE_AS_SYSTEM))
        return false;
    doc_set_text(bootcamp, "item_code", item->name);
    *item_code = item->name;
    return doc_save(cx, bootcamp, SAVE_AS_SYSTEM);
}

static struct doc *draft_of_sale(struct ctx *cx, const struct sale *sale)
{
    struct str customer, item_code;
    struct doc *invoice = doc_new_named(cx, "Sales Invoice");
    if (!invoice || !item_of_bootcamp(cx, sale->bootcamp, &item_code) || !customer_of_user(cx, sale->user, &customer))
        return NULL;
    doc_set_text(invoice, "customer", customer);
    doc_set_text(invoice, "contact_email", sale->user);
    doc_set_text(invoice, "currency", sale->currency);
    doc_set_int(invoice, "ignore_pricing_rule", sale->honours_total);
    doc_set_text_or_null(invoice, "coupon_code", sale->honours_total ? STR_NONE : sale->coupon_code);
    doc_set_text_or_null(invoice, "sales_partner", sale->sales_partner);
    if (sale->attribution)
        doc_set_text(invoice, "attribution", str_of(sale->attribution));
    doc_set_text_or_null(invoice, "custom_lms_purchase_id", sale->purchase);
    struct doc *line = doc_add_row(cx, invoice, "items");
    if (!line)
        return NULL;
    doc_set_text(line, "item_code", item_code);
    doc_set_int(line, "qty", 1);
    return invoice;
}

/* What the list price is above the agreed one is a discount of the whole. */
static bool honour_total(struct ctx *cx, struct doc *invoice, struct decimal total)
{
    struct decimal above = decimal_subtract(invoice_due(invoice), total);
    if (above.units <= 0)
        return true;
    doc_set_decimal(invoice, "discount_amount", above);
    return doc_save(cx, invoice, SAVE_AS_SYSTEM);
}

struct doc *invoice_of_sale(struct ctx *cx, const struct sale *sale)
{
    struct doc *invoice = draft_of_sale(cx, sale);
    if (!invoice || (sale->use_is_reserved && !coupon_use_give_back(cx, sale->coupon_code)) ||
        !doc_insert(cx, invoice, SAVE_AS_SYSTEM))
        return NULL;
    if (sale->honours_total && !honour_total(cx, invoice, sale->total))
        return NULL;
    if (decimal_compare(invoice_due(invoice), sale->total) != 0)
        return throw(cx, &ValidationError, "The price has changed meanwhile. Please look at it again.");
    return doc_submit(cx, invoice, SAVE_AS_SYSTEM) ? invoice : NULL;
}

/* ---- money that goes back ----------------------------------------------------------------------------------------------------- */
/* What is left of it, tax included. */
static bool left_of(struct ctx *cx, const struct doc *invoice, struct decimal *out)
{
    struct sql *q = sql_new(cx);
    struct str text;
    sql_add(q, "SELECT COALESCE(SUM(grand_total), 0) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " WHERE docstatus = 1 AND return_against = ");
    sql_text(q, invoice->name);
    if (!db_first_text(cx, q, &text) || !decimal_parse(text, out))
        return failed(cx) ? false : bug(cx, "a sum that is no number");
    *out = decimal_add(doc_decimal(invoice, "grand_total"), *out);
    return true;
}

/* Money without units stands on the first line. */
static bool add_money(struct ctx *cx, struct doc *credit, const struct doc *sale, struct decimal amount)
{
    struct doc *line = doc_add_row(cx, credit, "items");
    if (!line)
        return false;
    doc_set_text(line, "item_code", doc_text(doc_table(sale, "items")->rows[0], "item_code"));
    doc_set_int(line, "qty", 0);
    doc_set_decimal(line, "rate", amount);
    return true;
}

struct doc *invoice_credited(struct ctx *cx, struct str name, struct decimal amount)
{
    struct decimal left;
    const struct doc *sale = open_submitted(cx, name);
    if (!sale || !is_amount(cx, amount) || !left_of(cx, sale, &left))
        return NULL;
    if (decimal_compare(amount, left) > 0)
        return throw(cx, &ValidationError, "That is more than what is left of %.*s.", STR_ARG(name));
    struct doc *credit = doc_new_named(cx, "Sales Invoice");
    if (!credit)
        return NULL;
    doc_set_int(credit, "is_return", 1);
    doc_set_text(credit, "return_against", name);
    if (decimal_compare(amount, left) < 0 && !add_money(cx, credit, sale, amount))
        return NULL;
    return doc_insert(cx, credit, SAVE_AS_SYSTEM) && doc_submit(cx, credit, SAVE_AS_SYSTEM) ? credit : NULL;
}

/* ---- overdue -------------------------------------------------------------------------------------------------------------------- */
/* As ERPNext does it: `modified` stays. */
static bool mark_overdue(struct ctx *cx, struct job_run *run)
{
    (void)run;
    if (doc_types_off(cx->site, "Sales Invoice"))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " SET status = 'Overdue' WHERE docstatus = 1 AND is_return = 0 AND outstanding_amount > 0 AND "
               "status IN ('Unpaid', 'Partly Paid') AND due_date < ");
    sql_text(q, call_today(cx));
    sql_limit(q, 60000);
    call_changes(cx, "Sales Invoice");
    return db_begin(cx) && db_change(cx, q) >= 0;
}

JOB(invoice_overdue)
= { .name = "invoice.overdue",
    .run = mark_overdue,
    .daily = true,
    .hour = 1,
    .about = "Marks invoices that are overdue." };
