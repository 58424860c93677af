/* Totals of an invoice: the discount of the whole, tax, what is due, and the commission, rounded once
 * (spec/erpnext.md 2.1, spec/product.md 6a.3). */
#include "core.h"
#include "invoice_priv.h"

bool invoice_money(struct ctx *cx, const struct doc *invoice, struct invoice_money *out)
{
    struct decimal exchange = doc_decimal(invoice, "conversion_rate");
    *out = (struct invoice_money){ .own = money_of(cx->site, doc_text(invoice, "currency")),
                                   .school = money_of(cx->site, cx->site->currency),
                                   .exchange = exchange };
    return exchange.units > 0 || throw(cx, &ValidationError, "%s must be above 0.", "Conversion Rate");
}

static struct decimal sum_of(const struct doc *invoice, const char *field)
{
    const struct doc_rows *lines = doc_table(invoice, "items");
    struct decimal sum = DECIMAL_INT(0);
    for (size_t i = 0; i < lines->count; i++)
        sum = decimal_add(sum, doc_decimal(lines->rows[i], field));
    return sum;
}

struct decimal invoice_due(const struct doc *invoice)
{
    struct decimal rounded = doc_decimal(invoice, "rounded_total");
    bool is_rounded = !doc_true(invoice, "disable_rounded_total") && rounded.units != 0;
    return is_rounded ? rounded : doc_decimal(invoice, "grand_total");
}

/* ---- the discount of the whole ------------------------------------------------------------------------------------------ */
static bool discount_of(struct ctx *cx, const struct doc *invoice, struct decimal whole, struct money money,
                        struct decimal *out)
{
    struct decimal percent = doc_decimal(invoice, "additional_discount_percentage");
    if (percent.units < 0 || decimal_compare(percent, DECIMAL_INT(100)) > 0)
        return throw(cx, &ValidationError, "%s must be between %d and %d.", "Additional Discount Percentage", 0, 100);
    *out = percent.units ? money_percent(whole, percent, money)
                         : decimal_round(doc_decimal(invoice, "discount_amount"), money.places, money.method);
    if (out->units < 0 || decimal_compare(*out, whole) > 0)
        return throw(cx, &ValidationError, "The discount must be between 0 and the amount of the invoice.");
    return true;
}

/* In proportion to what the lines are worth; what is rounded away at one goes to the next, so that they come to the whole. */
static void spread(struct doc *invoice, struct decimal discount, struct decimal net, struct money money)
{
    const struct doc_rows *lines = doc_table(invoice, "items");
    struct decimal so_far = DECIMAL_INT(0), given = DECIMAL_INT(0);
    for (size_t i = 0; i < lines->count; i++) {
        struct decimal worth = doc_decimal(lines->rows[i], "net_amount");
        so_far = decimal_add(so_far, worth);
        struct decimal due = money_share(discount, so_far, net, money);
        doc_set_decimal(lines->rows[i], "net_amount", decimal_subtract(worth, decimal_subtract(due, given)));
        given = due;
    }
}

/* ---- sums -------------------------------------------------------------------------------------------------------------- */
static bool to_school(struct ctx *cx, struct decimal amount, const struct invoice_money *money, struct decimal *out)
{
    return decimal_multiply(amount, money->exchange, money->school.places, money->school.method, out) ||
           throw(cx, &ValidationError, "The amount of the invoice is too large.");
}

static bool sum_lines(struct ctx *cx, struct doc *invoice, const struct invoice_money *money, struct decimal *eligible)
{
    const struct doc_rows *lines = doc_table(invoice, "items");
    *eligible = DECIMAL_INT(0);
    for (size_t i = 0; i < lines->count; i++) {
        struct doc *line = lines->rows[i];
        struct decimal net = doc_decimal(line, "net_amount"), base, rate;
        if (!to_school(cx, net, money, &base))
            return false;
        if (!decimal_divide(net, doc_decimal(line, "qty"), money->own.places, money->own.method, &rate))
            rate = net; /* money back without units */
        doc_set_decimal(line, "net_rate", rate);
        doc_set_decimal(line, "base_net_amount", base);
        if (doc_true(line, "grant_commission"))
            *eligible = decimal_add(*eligible, base);
    }
    return true;
}

static void set_due(struct doc *invoice, struct decimal grand, struct money money)
{
    bool rounds = !doc_true(invoice, "disable_rounded_total");
    struct decimal rounded = rounds ? decimal_round(grand, 0, money.method) : DECIMAL_INT(0);
    doc_set_decimal(invoice, "grand_total", grand);
    doc_set_decimal(invoice, "rounded_total", rounded);
    doc_set_decimal(invoice, "rounding_adjustment", rounds ? decimal_subtract(rounded, grand) : DECIMAL_INT(0));
    doc_set_decimal(invoice, "outstanding_amount", invoice_due(invoice));
}

bool invoice_sum(struct ctx *cx, struct doc *invoice, const struct invoice_money *money,
                 const struct invoice_sums *sums)
{
    struct decimal net = sum_of(invoice, "net_amount"), base, eligible;
    if (!sum_lines(cx, invoice, money, &eligible) || !to_school(cx, net, money, &base))
        return false;
    doc_set_decimal(invoice, "total_qty", sum_of(invoice, "qty"));
    doc_set_decimal(invoice, "total", sum_of(invoice, "amount"));
    doc_set_decimal(invoice, "discount_amount", sums->discount);
    doc_set_decimal(invoice, "net_total", net);
    doc_set_decimal(invoice, "base_net_total", base);
    doc_set_decimal(invoice, "total_taxes_and_charges", decimal_subtract(sums->grand, net));
    doc_set_decimal(invoice, "amount_eligible_for_commission", eligible);
    doc_set_decimal(invoice, "total_commission",
                    money_percent(eligible, doc_decimal(invoice, "commission_rate"), money->school));
    set_due(invoice, sums->grand, money->own);
    return true;
}

/* ---- a sale --------------------------------------------------------------------------------------------------------------- */
/* Net amounts of the lines before the discount of the whole; result: the sum with tax. */
static struct decimal take_tax(struct doc *invoice, struct tax tax, struct money money)
{
    const struct doc_rows *lines = doc_table(invoice, "items");
    for (size_t i = 0; i < lines->count; i++) {
        struct decimal amount = doc_decimal(lines->rows[i], "amount");
        doc_set_decimal(lines->rows[i], "net_amount", tax.included ? tax_net(amount, tax, money) : amount);
    }
    struct decimal total = sum_of(invoice, "amount");
    return tax.included ? total : decimal_add(total, money_percent(total, tax.rate, money));
}

/* On the net total the tax follows; on the grand total it is part of what is taken off. */
bool invoice_total(struct ctx *cx, struct doc *invoice)
{
    struct invoice_money money;
    struct tax tax = tax_of(cx->site);
    if (!invoice_money(cx, invoice, &money))
        return false;
    struct invoice_sums sums = { .grand = take_tax(invoice, tax, money.own) };
    struct decimal net = sum_of(invoice, "net_amount");
    bool on_net = str_is(doc_text(invoice, "apply_discount_on"), "Net Total");
    if (!discount_of(cx, invoice, on_net ? net : sums.grand, money.own, &sums.discount))
        return false;
    if (sums.discount.units && on_net) {
        spread(invoice, sums.discount, net, money.own);
        net = decimal_subtract(net, sums.discount);
        sums.grand = decimal_add(net, money_percent(net, tax.rate, money.own));
    } else if (sums.discount.units) {
        spread(invoice, money_share(sums.discount, net, sums.grand, money.own), net, money.own);
        sums.grand = decimal_subtract(sums.grand, sums.discount);
    }
    return invoice_sum(cx, invoice, &money, &sums);
}
