/* The checkout: a purchase begins with a quote, and with a use of the code that is kept for it. */
#include "core.h"
#include "learn/enroll.h"
#include "purchase_priv.h"

enum { RESERVED_S = 30 * 60 };

/* ---- what may be bought -------------------------------------------------------------------------------------------------------- */
static bool may_buy(struct ctx *cx, const struct checkout *c)
{
    const struct doctype *type = doc_type(cx, STR("LMS Bootcamp"));
    const struct doc *bootcamp = type ? doc_read(cx, type, c->bootcamp) : NULL;
    struct str status;
    if (!bootcamp)
        return false;
    if (str_is(doc_text(bootcamp, "enrollment"), "Closed"))
        return throw(cx, &ValidationError, "This bootcamp takes no new students.");
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT status FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " WHERE user = ");
    sql_text(q, c->user);
    sql_add(q, " AND bootcamp = ");
    sql_text(q, bootcamp->name);
    sql_add(q, " AND status IN ('Active', 'Completed') AND (expires_on IS NULL OR expires_on >= ");
    sql_text(q, call_today(cx));
    sql_add(q, ") FOR UPDATE");
    if (db_first_text(cx, q, &status))
        return throw(cx, &ValidationError, "You have this bootcamp already.");
    return !failed(cx);
}

static bool quote_it(struct ctx *cx, const struct checkout *c, struct quote *out)
{
    struct str code = str_trim(c->code);
    const struct quote_question ask = {
        .bootcamp = c->bootcamp, .has_code = code.n > 0, .code = code, .user = c->user, .used_before = -1
    };
    if (!lms_quote(cx, &ask, out))
        return false;
    bool secret = coupon_verdict_is_secret(out->verdict);
    if (out->verdict != COUPON_OK)
        return throw(cx, &ValidationError, "%s",
                     secret ? tr(cx, N_("This code cannot be used.")) : tr(cx, out->reason));
    if (out->total.units > 0 && !provider_named(cx, c->provider))
        return throw(cx, &ValidationError, "Choose one of the ways to pay that this school offers.");
    return true;
}

/* ---- the purchase --------------------------------------------------------------------------------------------------------------- */
/* The same person at the same price by the same way: an open purchase goes on. */
static bool find_open(struct ctx *cx, const struct checkout *c, const struct quote *quote, struct str *name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Purchase");
    sql_add(q, " WHERE state IN ('New', 'Pending') AND user = ");
    sql_text(q, c->user);
    sql_add(q, " AND bootcamp = ");
    sql_text(q, c->bootcamp);
    sql_add(q, " AND COALESCE(provider, '') = ");
    sql_text(q, c->provider);
    sql_add(q, " AND amount = ");
    sql_decimal(q, quote->total);
    sql_add(q, " AND currency = ");
    sql_text(q, quote->currency);
    sql_add(q, " AND COALESCE(coupon_code, '') = ");
    sql_text(q, quote->coupon_code);
    sql_add(q, " ORDER BY creation DESC LIMIT 1 FOR UPDATE");
    *name = STR_NONE;
    return db_first_text(cx, q, name) || !failed(cx);
}

static bool reserve(struct ctx *cx, struct doc *purchase)
{
    struct str coupon = doc_text(purchase, "coupon_code");
    if (!coupon.n || doc_is_set(purchase, "reserved_until"))
        return true;
    doc_set_text(purchase, "reserved_until",
                 clock_datetime(cx->arena, call_local_us(cx) + RESERVED_S * INT64_C(1000000)));
    return coupon_use_take(cx, coupon, doc_text(purchase, "user"));
}

static struct doc *new_purchase(struct ctx *cx, const struct checkout *c, const struct quote *quote)
{
    struct attribution who;
    struct doc *purchase = doc_new_named(cx, "Purchase");
    if (!purchase || !attribution_of_checkout(cx, c->user, quote->coupon_code, c->cookie, &who))
        return NULL;
    doc_set_text(purchase, "user", c->user);
    doc_set_text(purchase, "bootcamp", c->bootcamp);
    doc_set_text_or_null(purchase, "coupon_code", quote->coupon_code);
    doc_set_text_or_null(purchase, "sales_partner", who.sales_partner);
    doc_set_text_or_null(purchase, "attribution", str_of(who.how));
    doc_set_decimal(purchase, "amount", quote->total);
    doc_set_text(purchase, "currency", quote->currency);
    doc_set_text_or_null(purchase, "provider", c->provider);
    doc_set_text(purchase, "state", STR("Pending"));
    return reserve(cx, purchase) && doc_insert(cx, purchase, SAVE_AS_SYSTEM) ? purchase : NULL;
}

static struct doc *open_again(struct ctx *cx, struct str name)
{
    struct doc *purchase = doc_load_for_update(cx, doc_type(cx, STR("Purchase")), name);
    if (!purchase || doc_is_set(purchase, "reserved_until") || !doc_is_set(purchase, "coupon_code"))
        return purchase;
    return reserve(cx, purchase) && doc_save(cx, purchase, SAVE_AS_SYSTEM) ? purchase : NULL;
}

bool purchase_begin(struct ctx *cx, const struct checkout *c, struct purchase_view *out)
{
    struct quote quote;
    struct str open;
    if (user_is_guest(cx->user))
        return throw(cx, &PermissionError, "Log in to buy a bootcamp.");
    if (!user_lock(cx, c->user) || !may_buy(cx, c) || !quote_it(cx, c, &quote) || !find_open(cx, c, &quote, &open))
        return false;
    struct doc *purchase = open.n ? open_again(cx, open) : new_purchase(cx, c, &quote);
    if (!purchase)
        return false;
    if (quote.total.units == 0 && (!purchase_invoice(cx, purchase) || !purchase_settle(cx, purchase)))
        return false;
    return purchase_view_of(cx, purchase, out);
}
