/* Which Pricing Rule makes the price: the lowest wins; of equal ones the higher priority, then the name. They do not add
 * up (spec/product.md 6a.2). */
#include "core.h"
#include "quote_priv.h"

/* A brand is nothing that an Item of ours has, so a rule for brands fits none. */
void sql_rule_fits(struct sql *q, const struct article *article)
{
    sql_add(q, "(r.apply_on = 'Transaction' OR (r.apply_on = 'Item Code' AND EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "Pricing Rule Item Code");
    sql_add(q, " t WHERE t.parent = r.name AND t.item_code = ");
    sql_text(q, article->item_code);
    sql_add(q, ")) OR (r.apply_on = 'Item Group' AND EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "Pricing Rule Item Group");
    sql_add(q, " t WHERE t.parent = r.name AND t.item_group = ");
    sql_text(q, article->item_group);
    sql_add(q, ")))");
}

void sql_rule_is_ours(struct ctx *cx, struct sql *q)
{
    struct str company = site_setting(cx->site, "School Settings", "company");
    sql_add(q, "(COALESCE(r.company, '') = ''");
    if (company.n) {
        sql_add(q, " OR r.company = ");
        sql_text(q, company);
    } else {
        sql_add(q, " OR 1");
    }
    sql_add(q, ")");
}

/* A rule that asks for what is not known here (a group of customers, a territory, an expression of Python) does not hold;
 * one for a partner holds with that partner's code, one for a customer with the customer. */
static void rule_is_for(struct sql *q, const struct offer_question *ask)
{
    sql_add(q, " AND COALESCE(r.`condition`, '') = '' AND (COALESCE(r.applicable_for, '') = '' OR "
               "(r.applicable_for = 'Sales Partner' AND r.coupon_code_based = 1) OR (r.applicable_for = 'Customer' AND "
               "r.customer IN (SELECT name FROM ");
    sql_doctype(q, "Customer");
    sql_add(q, " WHERE (user <> '' AND user = ");
    sql_text(q, ask->user);
    sql_add(q, ") OR name = ");
    sql_text(q, ask->customer);
    sql_add(q, ")))");
}

static void rule_has_our_list(struct ctx *cx, struct sql *q)
{
    sql_add(q, " AND (COALESCE(r.for_price_list, '') = '' OR r.for_price_list = ");
    sql_text(q, site_setting(cx->site, "ERPNext Settings", "price_list"));
    sql_add(q, ")");
}

/* Both ends of every bound are inclusive; 0 is none. */
static void rule_holds(struct sql *q, const struct offer_question *ask)
{
    struct decimal amount = ask->article->price;
    if (!decimal_multiply(amount, DECIMAL_INT(ask->quantity), 9, ROUND_COMMERCIAL, &amount))
        amount = ask->article->price;
    sql_add(q, " AND (r.valid_from IS NULL OR r.valid_from <= ");
    sql_text(q, ask->on);
    sql_add(q, ") AND (r.valid_upto IS NULL OR r.valid_upto >= ");
    sql_text(q, ask->on);
    sql_add(q, ") AND r.min_qty <= ");
    sql_int(q, ask->quantity);
    sql_add(q, " AND (r.max_qty = 0 OR r.max_qty >= ");
    sql_int(q, ask->quantity);
    sql_add(q, ") AND r.min_amt <= ");
    sql_decimal(q, amount);
    sql_add(q, " AND (r.max_amt = 0 OR r.max_amt >= ");
    sql_decimal(q, amount);
    sql_add(q, ")");
}

static struct decimal less_percent(struct decimal price, struct decimal percent, struct money money)
{
    return money_percent(price, decimal_subtract(DECIMAL_INT(100), percent), money);
}

enum { RULE_NAME, RULE_KIND, RULE_RATE, RULE_PERCENT, RULE_AMOUNT, RULE_CURRENCY, RULE_BY_CODE };

/* An amount in another currency takes nothing off. Never below what the Item allows, never below 0. */
static struct decimal reduced_by(struct rows *rule, const struct article *article, struct money money)
{
    struct decimal price = article->price, zero = DECIMAL_INT(0);
    bool same = str_eq(rows_text(rule, RULE_CURRENCY), article->currency);
    struct str kind = rows_text(rule, RULE_KIND);
    if (str_is(kind, "Discount Percentage"))
        price = less_percent(price, rows_decimal(rule, RULE_PERCENT), money);
    else if (str_is(kind, "Discount Amount") && same)
        price = decimal_subtract(price, decimal_round(rows_decimal(rule, RULE_AMOUNT), money.places, money.method));
    else if (str_is(kind, "Rate") && same)
        price = decimal_round(rows_decimal(rule, RULE_RATE), money.places, money.method);
    struct decimal floor =
        decimal_is_zero(article->max_discount) ? zero : less_percent(article->price, article->max_discount, money);
    return decimal_compare(price, floor) < 0 ? floor : price;
}

/* Rows come by priority and name, so the first of equal prices stays. */
static void consider(struct ctx *cx, struct rows *rule, const struct article *article, struct offer *best)
{
    struct decimal price = reduced_by(rule, article, money_of(cx->site, article->currency));
    if (decimal_compare(price, best->price) >= 0)
        return;
    best->price = price;
    best->rule = str_copy(cx->arena, rows_text(rule, RULE_NAME));
    bool percent = str_is(rows_text(rule, RULE_KIND), "Discount Percentage");
    best->percent = percent ? rows_decimal(rule, RULE_PERCENT) : DECIMAL_INT(0);
    best->by_code = rows_int(rule, RULE_BY_CODE) != 0;
}

bool offer_best(struct ctx *cx, const struct offer_question *ask, struct offer *out)
{
    const struct article *article = ask->article;
    *out = (struct offer){ .price = article->price };
    call_depends(cx, "Pricing Rule");
    call_depends(cx, "Customer");
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT r.name, r.rate_or_discount, r.rate, r.discount_percentage, r.discount_amount, r.currency, "
               "r.coupon_code_based FROM ");
    sql_doctype(q, "Pricing Rule");
    sql_add(q, " r WHERE r.disable = 0 AND r.selling = 1 AND r.price_or_product_discount = 'Price' AND "
               "(r.coupon_code_based = 0 OR r.name = ");
    sql_text(q, ask->code_rule);
    sql_add(q, ") AND ");
    sql_rule_fits(q, article);
    sql_add(q, " AND ");
    sql_rule_is_ours(cx, q);
    rule_is_for(q, ask);
    rule_has_our_list(cx, q);
    rule_holds(q, ask);
    sql_add(q, " ORDER BY CAST(COALESCE(NULLIF(r.priority, ''), '0') AS SIGNED) DESC, r.name");
    struct rows *rules = db_run(cx, q);
    while (rules && rows_next(rules))
        consider(cx, rules, article, out);
    return !failed(cx);
}
