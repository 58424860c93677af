/* Who brought a buyer: links of partners, the cookie that remembers one, and what counts at the checkout
 * (spec/product.md 6a.5). */
#include <sodium.h>

#include "core.h"
#include "lms/sales.h"

enum { MAC_BYTES = 16, DAY_S = 86400 };

/* ---- links ------------------------------------------------------------------------------------------------------------------ */
static bool of_partner(struct ctx *cx, struct str code, struct link_target *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name, referral_code FROM ");
    sql_doctype(q, "Sales Partner");
    sql_add(q, " WHERE disabled = 0 AND referral_code = ");
    sql_text(q, code);
    struct rows *rows = db_run(cx, q);
    if (rows && rows_next(rows)) {
        out->sales_partner = str_copy(cx->arena, rows_text(rows, 0));
        out->code = str_copy(cx->arena, rows_text(rows, 1));
        rows_close(rows);
    }
    return !failed(cx);
}

/* The partner whom the code names, else the one its rule is for; the bootcamp, where its rule names the Item of one alone. */
static bool of_coupon(struct ctx *cx, struct str code, struct link_target *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT p.name, c.name, (SELECT IF(COUNT(*) = 1, MIN(b.name), '') FROM ");
    sql_doctype(q, "Pricing Rule Item Code");
    sql_add(q, " t JOIN ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " b ON b.item_code = t.item_code AND b.published = 1 WHERE t.parent = r.name) FROM ");
    sql_doctype(q, "Coupon Code");
    sql_add(q, " c LEFT JOIN ");
    sql_doctype(q, "Pricing Rule");
    sql_add(q, " r ON r.name = c.pricing_rule JOIN ");
    sql_doctype(q, "Sales Partner");
    sql_add(q, " p ON p.name = IF(COALESCE(c.sales_partner, '') <> '', c.sales_partner, IF(r.applicable_for = 'Sales "
               "Partner', r.sales_partner, NULL)) AND p.disabled = 0 WHERE c.disabled = 0 AND (c.coupon_code = ");
    sql_text(q, code);
    sql_add(q, " OR c.name = ");
    sql_text(q, code);
    sql_add(q, ") ORDER BY c.coupon_code = ");
    sql_text(q, code);
    sql_add(q, " DESC LIMIT 1");
    struct rows *rows = db_run(cx, q);
    if (rows && rows_next(rows)) {
        out->sales_partner = str_copy(cx->arena, rows_text(rows, 0));
        out->code = str_copy(cx->arena, rows_text(rows, 1));
        out->bootcamp = str_copy(cx->arena, rows_text(rows, 2));
        rows_close(rows);
    }
    return !failed(cx);
}

bool link_find(struct ctx *cx, struct str code, struct link_target *out)
{
    struct str slug;
    *out = (struct link_target){ .url = STR("/") };
    code = str_trim(code);
    if (!code.n || !of_partner(cx, code, out) || (!out->sales_partner.n && !of_coupon(cx, code, out)))
        return !failed(cx);
    if (out->bootcamp.n && doc_get(cx, "LMS Bootcamp", out->bootcamp, "slug", &slug))
        out->url = str_printf(cx->arena, "/bootcamps/%.*s", STR_ARG(slug));
    return !failed(cx);
}

/* ---- the cookie ---------------------------------------------------------------------------------------------------------------- */
int64_t click_window_days(const struct site *site)
{
    return site_setting_int(site, "School Settings", "attribution_days", 30);
}

/* Hex of a keyed hash; the key is the site's own. */
static struct str proof(struct ctx *cx, struct str said)
{
    unsigned char mac[MAC_BYTES];
    char hex[2 * MAC_BYTES + 1];
    struct str key = site_config_text(cx->site, "encryption_key");
    struct str text = str_printf(cx->arena, "%s\n%.*s", CLICK_COOKIE, STR_ARG(said));
    size_t most = key.n < crypto_generichash_KEYBYTES_MAX ? key.n : crypto_generichash_KEYBYTES_MAX;
    crypto_generichash(mac, sizeof mac, (const unsigned char *)text.p, text.n, (const unsigned char *)key.p, most);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    return str_copy(cx->arena, str_of(hex));
}

/* "<proof>.<seconds>.<code>": the code stands last, it may hold anything. */
struct str click_cookie(struct ctx *cx, const struct link_target *target)
{
    struct str said = str_printf(cx->arena, "%lld.%.*s", (long long)(cx->now_us / 1000000), STR_ARG(target->code));
    return url_encode(cx->arena, str_printf(cx->arena, "%.*s.%.*s", STR_ARG(proof(cx, said)), STR_ARG(said)), "");
}

/* False: it is none of ours, or too old. */
static bool read_cookie(struct ctx *cx, struct str cookie, struct str *code)
{
    struct str rest, mac, said, seconds;
    int64_t then = 0, now = cx->now_us / 1000000;
    if (!url_decode(cx->arena, cookie, false, &rest) || !str_cut(&rest, '.', &mac) || mac.n != 2 * MAC_BYTES)
        return false;
    said = rest;
    struct str expected = proof(cx, said);
    if (sodium_memcmp(expected.p, mac.p, mac.n) != 0 || !str_cut(&rest, '.', &seconds) || !str_int(seconds, &then))
        return false;
    *code = rest;
    return then <= now && now - then <= click_window_days(cx->site) * DAY_S;
}

/* ---- the checkout --------------------------------------------------------------------------------------------------------------- */
static bool by_code(struct ctx *cx, struct str coupon, struct attribution *out)
{
    struct link_target target = { 0 };
    if (coupon.n && !of_coupon(cx, coupon, &target))
        return false;
    if (target.sales_partner.n)
        *out = (struct attribution){ .sales_partner = target.sales_partner, .how = "Code" };
    return true;
}

static bool by_link(struct ctx *cx, struct str cookie, struct attribution *out)
{
    struct link_target target;
    struct str code;
    if (out->sales_partner.n || !read_cookie(cx, cookie, &code))
        return true;
    if (!link_find(cx, code, &target))
        return false;
    if (target.sales_partner.n)
        *out = (struct attribution){ .sales_partner = target.sales_partner, .how = "Link" };
    return true;
}

bool attribution_of_checkout(struct ctx *cx, struct str user, struct str coupon_code, struct str cookie,
                             struct attribution *out)
{
    struct str partner = STR_NONE;
    *out = (struct attribution){ .how = "" };
    if (!by_code(cx, coupon_code, out) || !by_link(cx, cookie, out))
        return false;
    if (out->sales_partner.n && doc_get(cx, "Sales Partner", out->sales_partner, "user", &partner))
        out->self = same_mailbox(partner, user);
    return !failed(cx);
}
