/* The quote: what one unit costs, and why. */
#include "core.h"
#include "quote_priv.h"

struct money money_of(const struct site *site, struct str currency)
{
    static const struct {
        const char *name;
        enum rounding method;
    } methods[] = { { "Banker's", ROUND_BANKERS }, { "Banker's legacy", ROUND_BANKERS_LEGACY } };
    struct money money = { ROUND_COMMERCIAL, currency_places(currency) };
    struct str name = site_setting(site, "School Settings", "rounding_method");
    for (size_t i = 0; i < countof(methods); i++)
        if (str_is(name, methods[i].name))
            money.method = methods[i].method;
    return money;
}

struct decimal money_percent(struct decimal amount, struct decimal percent, struct money money)
{
    struct decimal share, part = DECIMAL_INT(0);
    bool fits = decimal_divide(percent, DECIMAL_INT(100), 9, ROUND_COMMERCIAL, &share) &&
                decimal_multiply(amount, share, money.places, money.method, &part);
    return fits ? part : amount;
}

/* ---- what is sold --------------------------------------------------------------------------------------------------------- */
/* The Item's price is the one that is charged. */
static void take_item(const struct doc *item, struct article *out)
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
        take_item(item, out);
    return !failed(cx);
}

/* The caller must be able to read the Item; what it is then sold at is not asked of the caller's fields. */
static bool article_of_item(struct ctx *cx, struct str name, struct article *out)
{
    const struct doctype *type = doc_type(cx, STR("Item"));
    const struct doc *item = type && doc_read(cx, type, name) ? doc_load(cx, "Item", name) : NULL;
    if (item)
        take_item(item, out);
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

/* ---- tax ------------------------------------------------------------------------------------------------------------------ */
/* Of an amount with tax the part without. The divisor is never below 1, so the quotient always fits. */
static struct decimal net_of(struct decimal gross, struct decimal rate, struct money money)
{
    struct decimal net = gross, factor;
    bool fits = decimal_divide(decimal_add(DECIMAL_INT(100), rate), DECIMAL_INT(100), 9, ROUND_COMMERCIAL, &factor) &&
                decimal_divide(gross, factor, money.places, money.method, &net);
    return fits ? net : gross;
}

/* With the tax in the price, price and discount are told without it, so that the sum is right either way: the total is
 * what the pages show less what was taken off. */
static void fill_amounts(struct ctx *cx, struct decimal shown, struct decimal reduced, struct quote *out)
{
    struct money money = money_of(cx->site, out->currency);
    struct decimal rate = DECIMAL_INT(0), net = reduced;
    struct str text = site_setting(cx->site, "School Settings", "tax_rate");
    if (!decimal_parse(text, &rate) || rate.units < 0)
        rate = DECIMAL_INT(0);
    out->tax_included = site_setting_int(cx->site, "School Settings", "tax_included", 0) != 0;
    out->price = shown;
    if (out->tax_included) {
        out->price = net_of(shown, rate, money);
        net = net_of(reduced, rate, money);
        out->tax = decimal_subtract(reduced, net);
    } else {
        out->tax = money_percent(net, rate, money);
    }
    out->discount = decimal_subtract(out->price, net);
    out->total = decimal_add(net, out->tax);
}

/* ---- the code and the rules --------------------------------------------------------------------------------------------------- */
static const char *reason_of(enum coupon_verdict verdict)
{
    static const char *const reasons[] = {
        [COUPON_OK] = N_("No reduction applies."),
        [COUPON_UNKNOWN] = N_("There is no such code."),
        [COUPON_DISABLED] = N_("This code is switched off."),
        [COUPON_WRONG_ITEM] = N_("This code is not for what you are buying."),
        [COUPON_NOT_STARTED] = N_("This code does not hold yet."),
        [COUPON_EXPIRED] = N_("This code holds no longer."),
        [COUPON_EXHAUSTED] = N_("This code has been used up."),
    };
    return reasons[verdict];
}

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
    out->reason = reason_of(out->verdict);
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
        !offer_best(cx, &article, on, out->verdict == COUPON_OK ? coupon.rule : STR_NONE, ask->user, &best))
        return false;
    out->item_code = article.item_code;
    out->currency = article.currency;
    fill_reason(&best, &coupon, out);
    fill_amounts(cx, article.price, best.price, out);
    return true;
}
