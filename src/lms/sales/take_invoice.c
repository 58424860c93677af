/* Taking invoices that were made elsewhere: name, figures, status, partner and rate stay as they are; the ledger and the uses
 * of the code follow, and the seats (take_seats.c) (spec/product.md 6a.3 to 6a.6). */
#include "core.h"
#include "invoice_priv.h"
#include "take_priv.h"

/* ---- whom it names -------------------------------------------------------------------------------------------------- */
/* A Customer that is not there, or tied to nobody, is settled by what the invoice says. */
static bool settle_buyer(struct ctx *cx, const json_t *row)
{
    struct str user = STR_NONE, customer = str_trim(json_get_str(row, "customer"));
    struct str email = str_lower(cx->arena, str_trim(json_get_str(row, "contact_email")));
    enum taken ignored;
    if (!customer.n)
        return throw(cx, &MandatoryError, "%s is required", "customer");
    bool there = doc_get(cx, "Customer", customer, "user", &user);
    bool has_address = is_mail_address(email);
    if (failed(cx) || user.n || (there && !has_address))
        return !failed(cx);
    const struct person p = { .email = has_address ? email : STR_NONE,
                              .customer = customer,
                              .full_name = str_trim(json_get_str(row, "customer_name")),
                              .role = "Student" };
    return person_settle(cx, &p, &ignored);
}

/* An Item that nobody named is made of its line, so that the invoice is whole. */
static bool make_item(struct ctx *cx, const struct doc *line)
{
    struct doc *item = doc_new_named(cx, "Item");
    if (!item)
        return false;
    doc_set_text(item, "item_code", doc_text(line, "item_code"));
    doc_set_text(item, "item_name", doc_text(line, "item_name"));
    doc_set_decimal(item, "standard_rate", doc_decimal(line, "price_list_rate"));
    doc_set_int(item, "grant_commission", doc_true(line, "grant_commission"));
    return doc_insert(cx, item, SAVE_AS_SYSTEM);
}

static bool have_items(struct ctx *cx, const struct doc *invoice)
{
    const struct doc_rows *lines = doc_table(invoice, "items");
    for (size_t i = 0; i < lines->count; i++) {
        struct str code = doc_text(lines->rows[i], "item_code"), stored;
        struct str key = str_printf(cx->arena, "item %.*s", STR_ARG(code));
        if (!code.n || map_has(ctx_memo(cx), key))
            continue;
        if (!doc_exists(cx, "Item", code, &stored) && (failed(cx) || !make_item(cx, lines->rows[i])))
            return false;
        map_put(ctx_memo(cx), key, lines->rows[i]);
    }
    return true;
}

/* ---- its figures ---------------------------------------------------------------------------------------------------- */
/* What elsewhere is said in the invoice's currency only. */
static bool fill_base(struct ctx *cx, struct doc *doc, const char *from, const char *to, struct decimal exchange)
{
    struct money school = money_of(cx->site, cx->site->currency);
    struct decimal base;
    if (doc_value(doc, to).kind != VALUE_NULL)
        return true;
    if (!decimal_multiply(doc_decimal(doc, from), exchange, school.places, school.method, &base))
        return throw(cx, &ValidationError, "The amount of the invoice is too large.");
    doc_set_decimal(doc, to, base);
    return true;
}

static bool fill_bases(struct ctx *cx, struct doc *invoice)
{
    const struct doc_rows *lines = doc_table(invoice, "items");
    struct decimal exchange = doc_decimal(invoice, "conversion_rate");
    exchange = exchange.units > 0 ? exchange : DECIMAL_INT(1);
    for (size_t i = 0; i < lines->count; i++)
        if (!fill_base(cx, lines->rows[i], "net_amount", "base_net_amount", exchange))
            return false;
    return fill_base(cx, invoice, "net_total", "base_net_total", exchange);
}

static bool read_docstatus(struct ctx *cx, const json_t *row, int64_t *out)
{
    const json_t *docstatus = json_object_get(row, "docstatus");
    *out = json_is_integer(docstatus) ? json_integer_value(docstatus) : -1;
    return (*out >= 0 && *out <= 2) || throw(cx, &ValidationError, "docstatus must be 0, 1 or 2.");
}

static bool fill(struct ctx *cx, struct doc *invoice, const json_t *row, const char *from)
{
    struct str attribution = doc_text(invoice, "attribution"), posted_as = doc_text(invoice, "erpnext_name");
    if (!take_fields(cx, invoice, row, true))
        return false;
    doc_set_text(invoice, "taken_from", str_of(from));
    doc_set_text(invoice, "erpnext_name", posted_as);
    doc_set_text(invoice, "attribution", attribution);
    if (doc_is_set(invoice, "sales_partner") && !attribution.n)
        doc_set_text(invoice, "attribution", STR("Invoice"));
    doc_set_int(invoice, "set_posting_time", 1);
    return have_items(cx, invoice) && fill_bases(cx, invoice);
}

/* ---- what follows --------------------------------------------------------------------------------------------------- */
static struct str code_used_by(const struct doc *invoice)
{
    bool counts = invoice && invoice->docstatus == 1 && !doc_true(invoice, "is_return");
    return counts ? doc_text(invoice, "coupon_code") : STR_NONE;
}

static bool count_use(struct ctx *cx, struct str before, struct str now)
{
    if (str_eq_nocase(before, now))
        return true;
    return (!before.n || coupon_use_give_back(cx, before)) && (!now.n || coupon_use_count(cx, now));
}

/* Is it one that this program made? */
static bool check_origin(struct ctx *cx, const struct doc *invoice)
{
    if (invoice->is_new || doc_is_set(invoice, "taken_from"))
        return true;
    return throw(cx, &ValidationError, "Sales Invoice %.*s was made here: it is not replaced by one from elsewhere.",
                 STR_ARG(invoice->name));
}

bool invoice_take(struct ctx *cx, const json_t *row, const char *from, enum taken *out)
{
    struct str name = str_trim(json_get_str(row, "name"));
    int64_t docstatus;
    if (!name.n)
        return throw(cx, &MandatoryError, "%s is required", "name");
    if (!read_docstatus(cx, row, &docstatus) || !db_begin(cx) || !settle_buyer(cx, row))
        return false;
    struct doc *invoice = take_open(cx, "Sales Invoice", name);
    if (!invoice || !check_origin(cx, invoice))
        return false;
    *out = TAKEN_UNCHANGED;
    if (invoice->docstatus == 2 && docstatus == 2) /* it stays as it was */
        return true;
    struct str code = code_used_by(invoice->before);
    if (!fill(cx, invoice, row, from))
        return false;
    invoice->docstatus = docstatus;
    if (!take_save(cx, invoice, out) || !count_use(cx, code, code_used_by(invoice)))
        return false;
    return *out != TAKEN_CHANGED || docstatus != 1 || ledger_settle(cx, name);
}
