/* Credit notes: they take back what an invoice sold, at its prices and for its partner, and never more than is left. */
#include "invoice_priv.h"

/* Of one Item: what was sold, less what was returned before. */
struct left {
    struct doc *line; /* the first that sold it */
    struct decimal qty, amount, net;
    struct decimal sold_qty, sold_amount, sold_net;
};
struct returning {
    struct doc *credit, *sale;
    struct invoice_money money;
    struct left *items;
    size_t count;
    struct decimal net, grand; /* what is left of the whole */
};

/* ---- what is left -------------------------------------------------------------------------------------------------------- */
static struct left *left_of(struct returning *r, struct str item)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(doc_text(r->items[i].line, "item_code"), item))
            return &r->items[i];
    return NULL;
}

static void add_sold(struct returning *r)
{
    const struct doc_rows *lines = doc_table(r->sale, "items");
    r->items = arena_array(r->credit->arena, lines->count + 1, sizeof *r->items);
    for (size_t i = 0; i < lines->count; i++) {
        struct doc *line = lines->rows[i];
        struct left *left = left_of(r, doc_text(line, "item_code"));
        if (!left) {
            left = &r->items[r->count++];
            *left = (struct left){ .line = line };
        }
        left->sold_qty = left->qty = decimal_add(left->qty, doc_decimal(line, "qty"));
        left->sold_amount = left->amount = decimal_add(left->amount, doc_decimal(line, "amount"));
        left->sold_net = left->net = decimal_add(left->net, doc_decimal(line, "net_amount"));
    }
    r->net = doc_decimal(r->sale, "net_total");
    r->grand = doc_decimal(r->sale, "grand_total");
}

/* The sale's row is locked, so the read sees every credit note that anybody has submitted. */
static struct sql *returned(struct ctx *cx, const struct returning *r)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT l.item_code, l.qty, l.amount, l.net_amount, IF(l.idx = 1, c.grand_total, 0) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " c JOIN ");
    sql_doctype(q, "Sales Invoice Item");
    sql_add(q,
            " l ON l.parent = c.name AND l.parenttype = 'Sales Invoice' WHERE c.docstatus = 1 AND c.return_against = ");
    sql_text(q, r->sale->name);
    sql_add(q, " FOR UPDATE");
    return q;
}

static bool take_off_returned(struct ctx *cx, struct returning *r)
{
    struct rows *rows = db_run(cx, returned(cx, r));
    while (rows && rows_next(rows)) {
        struct left *left = left_of(r, rows_text(rows, 0));
        if (left) {
            left->qty = decimal_add(left->qty, rows_decimal(rows, 1));
            left->amount = decimal_add(left->amount, rows_decimal(rows, 2));
            left->net = decimal_add(left->net, rows_decimal(rows, 3));
        }
        r->net = decimal_add(r->net, rows_decimal(rows, 3));
        r->grand = decimal_add(r->grand, rows_decimal(rows, 4));
    }
    return !failed(cx);
}

static bool open_sale(struct ctx *cx, struct doc *credit, struct returning *r)
{
    struct str name = doc_text(credit, "return_against");
    *r = (struct returning){ .credit = credit };
    if (!name.n)
        return throw(cx, &ValidationError, "A credit note needs the invoice it returns: set Return Against.");
    r->sale = doc_load_for_update(cx, credit->type, name);
    if (!r->sale)
        return false;
    if (r->sale->docstatus != 1 || doc_true(r->sale, "is_return"))
        return throw(cx, &ValidationError, "%.*s is no submitted invoice: there is nothing to return.", STR_ARG(name));
    add_sold(r);
    return take_off_returned(cx, r) && invoice_money(cx, r->sale, &r->money);
}

/* ---- before it is checked ------------------------------------------------------------------------------------------------ */
static bool add_line(struct ctx *cx, struct doc *credit, const struct left *left, struct decimal qty)
{
    struct doc *line = doc_add_row(cx, credit, "items");
    if (!line)
        return false;
    doc_set_text(line, "item_code", doc_text(left->line, "item_code"));
    doc_set_text(line, "item_name", doc_text(left->line, "item_name"));
    doc_set_decimal(line, "qty", qty);
    return true;
}

static bool return_the_rest(struct ctx *cx, struct returning *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->items[i].qty.units > 0 &&
            !add_line(cx, r->credit, &r->items[i], decimal_subtract(DECIMAL_INT(0), r->items[i].qty)))
            return false;
    return doc_table(r->credit, "items")->count > 0 ||
           throw(cx, &ValidationError, "All of %.*s was returned before.", STR_ARG(r->sale->name));
}

bool credit_fill(struct ctx *cx, struct doc *credit)
{
    static const char *const copied[] = { "customer",
                                          "company",
                                          "currency",
                                          "conversion_rate",
                                          "sales_partner",
                                          "commission_rate",
                                          "attribution",
                                          "custom_lms_purchase_id",
                                          "coupon_code",
                                          "contact_email",
                                          "disable_rounded_total" };
    struct returning r;
    if (!open_sale(cx, credit, &r))
        return false;
    struct str customer = doc_text(credit, "customer");
    if (customer.n && !str_eq(customer, doc_text(r.sale, "customer")))
        return throw(cx, &ValidationError, "The credit note must name the customer of %.*s.", STR_ARG(r.sale->name));
    for (size_t i = 0; i < countof(copied); i++) {
        size_t f = (size_t)(doc_field(credit->type, str_of(copied[i])) - credit->type->fields);
        credit->values[f] = r.sale->values[f];
    }
    doc_set_null(credit, "additional_discount_percentage");
    return doc_table(credit, "items")->count > 0 || return_the_rest(cx, &r);
}

/* ---- its lines -------------------------------------------------------------------------------------------------------------- */
static struct decimal less(struct decimal a, struct decimal b)
{
    return decimal_compare(a, b) < 0 ? a : b;
}

static void set_line(struct doc *line, const struct left *left, struct decimal rate, struct decimal amount,
                     struct decimal net)
{
    struct decimal nothing = DECIMAL_INT(0);
    doc_set_decimal(line, "price_list_rate", doc_decimal(left->line, "price_list_rate"));
    doc_set_decimal(line, "discount_percentage", doc_decimal(left->line, "discount_percentage"));
    doc_set_decimal(line, "discount_amount", doc_decimal(left->line, "discount_amount"));
    doc_set_text(line, "pricing_rules", doc_text(left->line, "pricing_rules"));
    doc_set_int(line, "grant_commission", doc_true(left->line, "grant_commission"));
    doc_set_decimal(line, "rate", rate);
    doc_set_decimal(line, "amount", decimal_subtract(nothing, amount));
    doc_set_decimal(line, "net_amount", decimal_subtract(nothing, net));
}

/* Units: their share of what the Item's lines came to; the last ones take what is left of it. */
static bool return_units(struct ctx *cx, struct returning *r, struct doc *line, struct left *left)
{
    struct money money = r->money.own;
    struct decimal qty = decimal_subtract(DECIMAL_INT(0), doc_decimal(line, "qty"));
    if (decimal_compare(qty, left->qty) > 0)
        return throw(cx, &ValidationError, "Row #%d: of %.*s only %lld are left to return.", (int)line->idx,
                     STR_ARG(doc_text(line, "item_code")), (long long)decimal_truncate(left->qty));
    bool last = decimal_compare(qty, left->qty) == 0;
    struct decimal amount = left->amount, net = left->net;
    if (!last) {
        amount = less(amount, money_share(left->sold_amount, qty, left->sold_qty, money));
        net = less(net, money_share(left->sold_net, qty, left->sold_qty, money));
    }
    set_line(line, left, doc_decimal(left->line, "rate"), amount, net);
    left->qty = decimal_subtract(left->qty, qty);
    left->amount = decimal_subtract(left->amount, amount);
    left->net = decimal_subtract(left->net, net);
    return true;
}

/* Money without units (spec/erpnext.md 5.4 case 23): the line's rate is what goes back, tax included. */
static bool return_money(struct ctx *cx, struct returning *r, struct doc *line, struct left *left)
{
    struct decimal back = doc_decimal(line, "rate");
    if (decimal_compare(back, r->grand) > 0)
        return throw(cx, &ValidationError, "Row #%d: that is more than what is left of the invoice.", (int)line->idx);
    struct decimal net = money_share(back, r->net, r->grand, r->money.own);
    set_line(line, left, back, back, net);
    left->net = decimal_subtract(left->net, net);
    return true;
}

static bool return_line(struct ctx *cx, struct returning *r, struct doc *line)
{
    struct decimal qty = doc_decimal(line, "qty");
    struct left *left = left_of(r, doc_text(line, "item_code"));
    bool money = qty.units == 0 && doc_decimal(line, "rate").units > 0;
    if (qty.units % DECIMAL_ONE != 0 || (qty.units >= 0 && !money))
        return throw(cx, &ValidationError, "Row #%d: the quantity of a credit note must be a whole number below 0.",
                     (int)line->idx);
    if (!left)
        return throw(cx, &ValidationError, "Row #%d: %.*s was not sold by %.*s.", (int)line->idx,
                     STR_ARG(doc_text(line, "item_code")), STR_ARG(r->sale->name));
    return money ? return_money(cx, r, line, left) : return_units(cx, r, line, left);
}

/* What goes back with tax: with the last of the net amount all that is left, before that in proportion. */
static struct decimal grand_of(const struct returning *r)
{
    const struct doc_rows *lines = doc_table(r->credit, "items");
    struct decimal net = DECIMAL_INT(0), money = DECIMAL_INT(0);
    bool units = false;
    for (size_t i = 0; i < lines->count; i++) {
        struct doc *line = lines->rows[i];
        bool of_units = doc_decimal(line, "qty").units != 0;
        units |= of_units;
        net = decimal_subtract(net, doc_decimal(line, "net_amount"));
        if (!of_units)
            money = decimal_add(money, doc_decimal(line, "rate"));
    }
    if (!units)
        return money;
    return decimal_compare(net, r->net) >= 0 ? r->grand : money_share(r->grand, net, r->net, r->money.own);
}

bool credit_total(struct ctx *cx, struct doc *credit)
{
    struct returning r;
    if (!open_sale(cx, credit, &r))
        return false;
    const struct doc_rows *lines = doc_table(credit, "items");
    for (size_t i = 0; i < lines->count; i++)
        if (!return_line(cx, &r, lines->rows[i]))
            return false;
    const struct invoice_sums sums = { .grand = decimal_subtract(DECIMAL_INT(0), grand_of(&r)) };
    return invoice_sum(cx, credit, &r.money, &sums);
}
