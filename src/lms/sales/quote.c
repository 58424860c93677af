/* The quote: what one unit costs, and why. */
#include "core.h"
#include "quote_priv.h"

/* ---- what is sold --------------------------------------------------------------------------------------------------------- */
void article_take(const struct doc *item, struct article *out)
{
    out->item_code = item->name;
    out->item_group = doc_text(item, "item_group");
    out->price = doc_decimal(item, "standard_rate");
    out->max_discount = doc_decimal(item, "max_discount");
}

static bool article_of_bootcamp(struct ctx *cx, struct str name, struct article *out)
{
    const struct doctype *type = doc_type(cx, STR("LMS Bootcamp"));
    const struct doc *bootcamp = type ? doc_read(cx, type, name) : NULL;
    if (!bootcamp)
        return false;
    out->price = doc_decimal(bootcamp, "price");
    if (doc_is_set(bootcamp, "currency"))
        out->currency = doc_text(bootcamp, "currency");
    if (!doc_is_set(bootcamp, "item_code"))
        return true;
    call_depends(cx, "Item");
    const struct doc *item = doc_find(cx, "Item", doc_text(bootcamp, "item_code"));
    if (item)
        article_take(item, out);
    return !failed(cx);
}

/* The caller must be able to read the Item; what it is then sold at is not asked of the caller's fields. */
static bool article_of_item(struct ctx *cx, struct str name, struct article *out)
{
    const struct doctype *type = doc_type(cx, STR("Item"));
    const struct doc *item = type && doc_read(cx, type, name) ? doc_load(cx, "Item", name) : NULL;
    if (item)
        article_take(item, out);
    return item;
}

static bool find_article(struct ctx *cx, const struct quote_question *ask, struct article *out)
{
    *out = (struct article){ .currency = cx->site->currency };
    if (ask->bootcamp.n)
        return article_of_bootcamp(cx, ask->bootcamp, out);
    if (ask->item_code.n)
        return article_of_item(cx, ask->item_code, out);
    return throw(cx, &MandatoryError, "Say which bootcamp or item_code the price is wanted of.");
}

/* ---- amounts ------------------------------------------------------------------------------------------------------------ */
/* With the tax in the price, price and discount are told without it, so that the sum is right either way: the total is
 * what the pages show less what was taken off. */
static void fill_amounts(struct ctx *cx, struct decimal shown, struct decimal reduced, struct quote *out)
{
    struct money money = money_of(cx->site, out->currency);
    struct tax tax = tax_of(cx->site);
    struct decimal net = reduced;
    out->tax_included = tax.included;
    out->price = shown;
    if (out->tax_included) {
        out->price = tax_net(shown, tax, money);
        net = tax_net(reduced, tax, money);
        out->tax = decimal_subtract(reduced, net);
    } else {
        out->tax = money_percent(net, tax.rate, money);
    }
    out->discount = decimal_subtract(out->price, net);
    out->total = decimal_add(net, out->tax);
}

/* ---- the code and the rules --------------------------------------------------------------------------------------------------- */
static bool judge(struct ctx *cx, const struct quote_question *ask, const struct article *article, struct str on,
                  struct coupon *coupon, enum coupon_verdict *verdict)
{
    *verdict = COUPON_OK;
    if (!ask->has_code)
        return true;
    if (ask->code.n && coupon_find(cx, ask->code, article, coupon))
        return coupon_judge(cx, coupon, ask, on, verdict);
    *verdict = COUPON_UNKNOWN;
    return !failed(cx);
}

/* The code made the price, or another rule was better, or the code's own rule does not hold for this price. */
static void fill_reason(const struct offer *best, const struct coupon *coupon, struct quote *out)
{
    bool valid_code = coupon->name.n && out->verdict == COUPON_OK;
    out->reason = coupon_verdict_reason(out->verdict);
    out->pricing_rule = best->rule;
    if (best->by_code) {
        out->coupon_code = coupon->name;
        out->sales_partner = coupon->sales_partner;
        out->reason = N_("The code applies.");
    } else if (valid_code && best->rule.n) {
        out->reason = N_("An offer of the school is better than this code, which is not used.");
    } else if (valid_code) {
        out->reason = N_("This code takes nothing off this price.");
    } else if (best->rule.n && out->verdict == COUPON_OK) {
        out->reason = N_("An offer of the school applies.");
    }
}

bool lms_quote(struct ctx *cx, const struct quote_question *ask, struct quote *out)
{
    struct article article;
    struct coupon coupon = { 0 };
    struct offer best;
    struct str on = ask->on.n ? ask->on : call_today(cx);
    *out = (struct quote){ 0 };
    if (!find_article(cx, ask, &article) || !judge(cx, ask, &article, on, &coupon, &out->verdict) ||
        !offer_best(cx,
                    &(struct offer_question){ .article = &article,
                                              .on = on,
                                              .code_rule = out->verdict == COUPON_OK ? coupon.rule : STR_NONE,
                                              .user = ask->user,
                                              .quantity = 1 },
                    &best))
        return false;
    out->item_code = article.item_code;
    out->currency = article.currency;
    fill_reason(&best, &coupon, out);
    fill_amounts(cx, article.price, best.price, out);
    return true;
}
