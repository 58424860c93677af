/* Lines of a sale: each Item at its price, less what the rules and the code take off; and who gets the commission
 * (spec/product.md 3, 6a.2, 6a.5). */
#include "core.h"
#include "invoice_priv.h"
#include "quote_priv.h"

struct pricing {
    struct doc *invoice;
    struct invoice_money money;
    struct offer_question ask; /* of the line at hand */
    struct str code;           /* as the invoice names it; empty: none */
    bool is_taken;             /* this invoice has a use of it already */
    struct coupon coupon;      /* of the code, once a line found it valid */
    enum coupon_verdict verdict;
    bool code_won; /* it made the price of a line */
};

/* ---- what is sold ---------------------------------------------------------------------------------------------------- */
static void *cannot_sell(struct ctx *cx, const struct doc *line, const char *why)
{
    return throw(cx, &ValidationError, "Row #%d: the Item %.*s %s", (int)line->idx,
                 STR_ARG(doc_text(line, "item_code")), tr(cx, why));
}

static bool may_sell(struct ctx *cx, const struct doc *line, const struct doc *item, struct str on)
{
    struct str end = doc_text(item, "end_of_life");
    if (doc_true(item, "disabled"))
        return cannot_sell(cx, line, N_("is disabled."));
    if (doc_true(item, "has_variants"))
        return cannot_sell(cx, line, N_("is a template: sell one of its variants."));
    if (end.n && str_compare(end, on) < 0)
        return cannot_sell(cx, line, N_("is no longer sold: its end of life is over."));
    return true;
}

/* Prices are the school's: in another currency they are converted. */
static bool find_article(struct ctx *cx, struct pricing *p, struct doc *line, struct article *out)
{
    const struct doc *item = doc_load(cx, "Item", doc_text(line, "item_code"));
    if (!item || !may_sell(cx, line, item, p->ask.on))
        return false;
    *out = (struct article){ .currency = doc_text(p->invoice, "currency") };
    article_take(item, out);
    doc_set_int(line, "grant_commission", doc_true(item, "grant_commission"));
    return decimal_divide(out->price, p->money.exchange, p->money.own.places, p->money.own.method, &out->price) ||
           throw(cx, &ValidationError, "Row #%d: the amount is too large.", (int)line->idx);
}

/* ---- the code --------------------------------------------------------------------------------------------------------- */
/* A code may be for one line and not for another: what it is for one of them counts. */
static bool judge_code(struct ctx *cx, struct pricing *p, const struct article *article)
{
    struct coupon coupon;
    enum coupon_verdict verdict = COUPON_UNKNOWN;
    const struct quote_question ask = { .user = p->is_taken ? STR_NONE : p->ask.user,
                                        .used_before = p->is_taken ? 0 : -1 };
    p->ask.code_rule = STR_NONE;
    if (!p->code.n)
        return true;
    if (coupon_find(cx, p->code, article, &coupon) && !coupon_judge(cx, &coupon, &ask, p->ask.on, &verdict))
        return false;
    if (verdict == COUPON_OK) {
        p->coupon = coupon;
        p->ask.code_rule = coupon.rule;
    }
    if (p->verdict != COUPON_OK && verdict != COUPON_WRONG_ITEM)
        p->verdict = verdict;
    return !failed(cx);
}

/* A use is taken only where the code made a price. */
static bool settle_code(struct ctx *cx, struct pricing *p)
{
    if (!p->code.n)
        return true;
    if (p->verdict != COUPON_OK)
        return throw(cx, &ValidationError, "%s", tr(cx, coupon_verdict_reason(p->verdict)));
    doc_set_text_or_null(p->invoice, "coupon_code", p->code_won ? p->coupon.name : STR_NONE);
    if (!p->code_won)
        note(cx, NULL, N_("The code %.*s is not used: it makes no price lower."), STR_ARG(p->code));
    return true;
}

/* ---- the price --------------------------------------------------------------------------------------------------------- */
static bool set_price(struct ctx *cx, const struct pricing *p, struct doc *line, struct decimal list,
                      const struct offer *best)
{
    struct decimal amount;
    if (!decimal_multiply(best->price, DECIMAL_INT(p->ask.quantity), p->money.own.places, p->money.own.method, &amount))
        return throw(cx, &ValidationError, "Row #%d: the amount is too large.", (int)line->idx);
    doc_set_decimal(line, "price_list_rate", list);
    doc_set_decimal(line, "discount_percentage", best->percent);
    doc_set_decimal(line, "discount_amount", decimal_subtract(list, best->price));
    doc_set_decimal(line, "rate", best->price);
    doc_set_decimal(line, "amount", amount);
    doc_set_text(line, "pricing_rules",
                 best->rule.n ? str_printf(cx->arena, "[\"%.*s\"]", STR_ARG(best->rule)) : STR_NONE);
    return true;
}

static bool price_line(struct ctx *cx, struct pricing *p, struct doc *line)
{
    struct article article;
    if (!find_article(cx, p, line, &article))
        return false;
    struct offer best = { .price = article.price };
    p->ask.article = &article;
    p->ask.quantity = decimal_truncate(doc_decimal(line, "qty"));
    if (!judge_code(cx, p, &article))
        return false;
    if (!doc_true(p->invoice, "ignore_pricing_rule") && !offer_best(cx, &p->ask, &best))
        return false;
    p->code_won |= best.by_code;
    return set_price(cx, p, line, article.price, &best);
}

/* ---- the partner --------------------------------------------------------------------------------------------------------- */
/* A disabled partner's code still takes off what it says; nobody earns by it. */
static bool partner_of_code(struct ctx *cx, const struct pricing *p, struct str *out)
{
    struct str disabled;
    *out = p->code_won ? p->coupon.sales_partner : STR_NONE;
    if (out->n && doc_get(cx, "Sales Partner", *out, "disabled", &disabled) && str_is(disabled, "1"))
        *out = STR_NONE;
    return !failed(cx);
}

/* A partner whom the code brought goes with it; one who was named stays. */
static bool settle_partner(struct ctx *cx, struct pricing *p)
{
    struct doc *invoice = p->invoice;
    struct str of_code, how = doc_text(invoice, "attribution");
    if (!partner_of_code(cx, p, &of_code))
        return false;
    bool came_with_it = str_is(how, "Code") && !doc_changed(invoice, "sales_partner");
    if (came_with_it || !doc_is_set(invoice, "sales_partner"))
        doc_set_text_or_null(invoice, "sales_partner", of_code);
    struct str partner = doc_text(invoice, "sales_partner");
    bool by_code = of_code.n && str_eq(partner, of_code);
    if (!partner.n)
        doc_set_null(invoice, "attribution");
    else if (by_code || !str_is(how, "Link"))
        doc_set_text(invoice, "attribution", by_code ? STR("Code") : STR("Invoice"));
    return true;
}

/* The rate is the partner's of the day the invoice is made, unless one is given; 0 counts as none (spec/erpnext.md 2.4). */
static bool settle_rate(struct ctx *cx, struct doc *invoice)
{
    struct str partner = doc_text(invoice, "sales_partner"), text;
    bool other_partner =
        invoice->before && doc_changed(invoice, "sales_partner") && !doc_changed(invoice, "commission_rate");
    struct decimal rate = decimal_round(doc_decimal(invoice, "commission_rate"), 3, ROUND_COMMERCIAL);
    if (!partner.n)
        rate = DECIMAL_INT(0);
    else if ((other_partner || rate.units == 0) && doc_get(cx, "Sales Partner", partner, "commission_rate", &text) &&
             !decimal_parse(text, &rate))
        return bug(cx, "a commission rate that is no number");
    if (rate.units < 0 || decimal_compare(rate, DECIMAL_INT(100)) > 0)
        return throw(cx, &ValidationError, "%s must be between %d and %d.", "Commission Rate", 0, 100);
    doc_set_decimal(invoice, "commission_rate", rate);
    return !failed(cx);
}

/* ---- all of them ----------------------------------------------------------------------------------------------------------- */
bool invoice_price(struct ctx *cx, struct doc *invoice)
{
    struct str code = doc_text(invoice, "coupon_code");
    struct pricing p = { .invoice = invoice,
                         .ask = { .on = doc_text(invoice, "posting_date"),
                                  .customer = doc_text(invoice, "customer"),
                                  .user = invoice_buyer(cx, invoice) },
                         .code = code,
                         .is_taken = invoice->before && str_eq(doc_text(invoice->before, "coupon_code"), code),
                         .verdict = COUPON_WRONG_ITEM };
    const struct doc_rows *lines = doc_table(invoice, "items");
    if (failed(cx) || !invoice_money(cx, invoice, &p.money))
        return false;
    for (size_t i = 0; i < lines->count; i++)
        if (!price_line(cx, &p, lines->rows[i]))
            return false;
    return settle_code(cx, &p) && settle_partner(cx, &p) && settle_rate(cx, invoice);
}
