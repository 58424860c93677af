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

/* ---- what is sold --------------------------------------------------------------------------------------------------------- */
/* The Item's price is the one that is charged. */
static bool take_item(const struct doc *item, struct article *out)
{
    out->item_code = item->name;
    out->item_group = doc_text(item, "item_group");
    out->price = doc_decimal(item, "standard_rate");
    out->max_discount = doc_decimal(item, "max_discount");
    return true;
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
    return item ? take_item(item, out) : !failed(cx);
}

/* The caller must be able to read the Item; what it is then sold at is not asked of the caller's fields. */
static bool article_of_item(struct ctx *cx, struct str name, struct article *out)
{
    const struct doctype *type = doc_type(cx, STR("Item"));
    const struct doc *item = type && doc_read(cx, type, name) ? doc_load(cx, "Item", name) : NULL;
    return item && take_item(item, out);
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
/* Of a gross amount the part without tax. */
static struct decimal net_of(struct decimal gross, struct decimal rate, struct money money)
{
    struct decimal net, whole = decimal_add(DECIMAL_INT(100), rate), hundredfold = gross;
    if (!decimal_multiply(gross, DECIMAL_INT(100), 9, ROUND_COMMERCIAL, &hundredfold) ||
        !decimal_divide(hundredfold, whole, money.places, money.method, &net))
        return gross;
    return net;
}

static struct decimal tax_on(struct decimal net, struct decimal rate, struct money money)
{
    struct decimal part = DECIMAL_INT(0), share;
    if (!decimal_divide(rate, DECIMAL_INT(100), 9, ROUND_COMMERCIAL, &share) ||
        !decimal_multiply(net, share, money.places, money.method, &part))
        return DECIMAL_INT(0);
    return part;
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
        out->tax = tax_on(net, rate, money);
    }
    out->discount = decimal_subtract(out->price, net);
    out->total = decimal_add(net, out->tax);
}

/* ---- the code and the rules --------------------------------------------------------------------------------------------------- */
static const char *reason_of(enum code_verdict verdict)
{
    static const char *const reasons[] = {
        [CODE_OK] = N_("No reduction applies."),
        [CODE_UNKNOWN] = N_("There is no such code."),
        [CODE_DISABLED] = N_("This code is switched off."),
        [CODE_WRONG_ITEM] = N_("This code is not for what you are buying."),
        [CODE_NOT_STARTED] = N_("This code does not hold yet."),
        [CODE_EXPIRED] = N_("This code holds no longer."),
        [CODE_EXHAUSTED] = N_("This code has been used up."),
    };
    return reasons[verdict];
}

static bool judge(struct ctx *cx, const struct quote_question *ask, const struct article *article, struct str on,
                  struct code *code, enum code_verdict *verdict)
{
    *verdict = CODE_OK;
    if (!ask->has_code)
        return true;
    if (ask->code.n && code_find(cx, ask->code, article, code))
        return code_judge(cx, code, ask, on, verdict);
    *verdict = CODE_UNKNOWN;
    return !failed(cx);
}

/* The code made the price, or another rule was better, or the code's own rule does not hold for this price. */
static void fill_reason(const struct offer *best, const struct code *code, struct quote *out)
{
    bool valid_code = code->name.n && out->verdict == CODE_OK;
    out->reason = reason_of(out->verdict);
    out->pricing_rule = best->rule;
    if (best->by_code) {
        out->coupon_code = code->name;
        out->sales_partner = code->sales_partner;
        out->reason = N_("The code applies.");
    } else if (valid_code && best->rule.n) {
        out->reason = N_("An offer of the school is better than this code, which is not used.");
    } else if (valid_code) {
        out->reason = N_("This code takes nothing off this price.");
    } else if (best->rule.n && out->verdict == CODE_OK) {
        out->reason = N_("An offer of the school applies.");
    }
}

bool lms_quote(struct ctx *cx, const struct quote_question *ask, struct quote *out)
{
    struct article article;
    struct code code = { 0 };
    struct offer best;
    struct str on = ask->on.n ? ask->on : call_today(cx);
    *out = (struct quote){ 0 };
    if (!find_article(cx, ask, &article) || !judge(cx, ask, &article, on, &code, &out->verdict) ||
        !offer_best(cx, &article, on, out->verdict == CODE_OK ? code.rule : STR_NONE, ask->user, &best))
        return false;
    out->item_code = article.item_code;
    out->currency = article.currency;
    fill_reason(&best, &code, out);
    fill_amounts(cx, article.price, best.price, out);
    return true;
}
