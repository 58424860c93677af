/* A Coupon Code at the moment somebody types it: which it is, and whether it holds. */
#include "core.h"
#include "quote_priv.h"

static const struct {
    const char *name;
    bool secret;
} verdicts[] = {
    [COUPON_OK] = { "ok", false },
    [COUPON_UNKNOWN] = { "unknown", true },
    [COUPON_DISABLED] = { "disabled", true },
    [COUPON_WRONG_ITEM] = { "wrong_item", false },
    [COUPON_NOT_STARTED] = { "not_started", true },
    [COUPON_EXPIRED] = { "expired", true },
    [COUPON_EXHAUSTED] = { "exhausted", false },
};

const char *coupon_verdict_name(enum coupon_verdict verdict)
{
    return verdicts[verdict].name;
}

bool coupon_verdict_is_secret(enum coupon_verdict verdict)
{
    return verdicts[verdict].secret;
}

const char *coupon_verdict_reason(enum coupon_verdict verdict)
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

enum {
    COUPON_NAME,
    COUPON_RULE,
    COUPON_PARTNER,
    COUPON_FROM,
    COUPON_UPTO,
    RULE_FROM,
    RULE_UPTO,
    COUPON_USED,
    COUPON_MOST,
    COUPON_MOST_PER_USER,
    IS_DISABLED,
    IS_OURS,
    IS_FITTING
};

/* A typed code comes before a name that reads the same. */
static struct sql *question(struct ctx *cx, struct str typed, const struct article *article)
{
    struct sql *q = sql_new(cx);
    sql_add(q,
            "SELECT c.name, r.name, IF(COALESCE(c.sales_partner, '') <> '', c.sales_partner, "
            "IF(r.applicable_for = 'Sales Partner', r.sales_partner, NULL)), c.valid_from, c.valid_upto, r.valid_from, "
            "r.valid_upto, c.used, c.maximum_use, c.maximum_use_per_user, c.disabled OR r.disable OR NOT r.selling, ");
    sql_rule_is_ours(cx, q);
    sql_add(q, ", ");
    sql_rule_fits(q, article);
    sql_add(q, " FROM ");
    sql_doctype(q, "Coupon Code");
    sql_add(q, " c JOIN ");
    sql_doctype(q, "Pricing Rule");
    sql_add(q, " r ON r.name = c.pricing_rule WHERE c.coupon_code = ");
    sql_text(q, typed);
    sql_add(q, " OR c.name = ");
    sql_text(q, typed);
    sql_add(q, " ORDER BY c.coupon_code = ");
    sql_text(q, typed);
    sql_add(q, " DESC LIMIT 1");
    return q;
}

bool coupon_find(struct ctx *cx, struct str typed, const struct article *article, struct coupon *out)
{
    call_depends(cx, "Coupon Code");
    call_depends(cx, "Pricing Rule");
    struct rows *rows = db_run(cx, question(cx, typed, article));
    if (!rows || !rows_next(rows))
        return false;
    *out = (struct coupon){ .name = str_copy(cx->arena, rows_text(rows, COUPON_NAME)),
                            .rule = str_copy(cx->arena, rows_text(rows, COUPON_RULE)),
                            .sales_partner = str_copy(cx->arena, rows_text(rows, COUPON_PARTNER)),
                            .from = str_copy(cx->arena, rows_text(rows, COUPON_FROM)),
                            .upto = str_copy(cx->arena, rows_text(rows, COUPON_UPTO)),
                            .rule_from = str_copy(cx->arena, rows_text(rows, RULE_FROM)),
                            .rule_upto = str_copy(cx->arena, rows_text(rows, RULE_UPTO)),
                            .used = rows_int(rows, COUPON_USED),
                            .most = rows_int(rows, COUPON_MOST),
                            .most_per_user = rows_int(rows, COUPON_MOST_PER_USER),
                            .disabled = rows_int(rows, IS_DISABLED) != 0,
                            .ours = rows_int(rows, IS_OURS) != 0,
                            .fits = rows_int(rows, IS_FITTING) != 0 };
    rows_close(rows);
    return true;
}

/* How often the person has used the code: invoices that stand, drafts among them. */
static int64_t uses_of(struct ctx *cx, const struct coupon *coupon, struct str user)
{
    call_depends(cx, "Sales Invoice");
    call_depends(cx, "Customer");
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i JOIN ");
    sql_doctype(q, "Customer");
    sql_add(q, " c ON c.name = i.customer WHERE i.coupon_code = ");
    sql_text(q, coupon->name);
    sql_add(q, " AND i.docstatus < 2 AND i.is_return = 0 AND c.user = ");
    sql_text(q, user);
    int64_t uses = 0;
    return db_first_int(cx, q, &uses) ? uses : 0;
}

static bool is_after(struct str day, struct str last)
{
    return last.n && str_compare(day, last) > 0;
}

static bool is_before(struct str day, struct str first)
{
    return first.n && str_compare(day, first) < 0;
}

bool coupon_judge(struct ctx *cx, const struct coupon *coupon, const struct quote_question *ask, struct str on,
                  enum coupon_verdict *out)
{
    int64_t used = ask->used_before >= 0 ? ask->used_before : coupon->used;
    *out = COUPON_OK;
    if (coupon->disabled)
        *out = COUPON_DISABLED;
    else if (!coupon->ours)
        *out = COUPON_UNKNOWN;
    else if (!coupon->fits)
        *out = COUPON_WRONG_ITEM;
    else if (is_before(on, coupon->from) || is_before(on, coupon->rule_from))
        *out = COUPON_NOT_STARTED;
    else if (is_after(on, coupon->upto) || is_after(on, coupon->rule_upto))
        *out = COUPON_EXPIRED;
    else if (coupon->most > 0 && used >= coupon->most)
        *out = COUPON_EXHAUSTED;
    else if (coupon->most_per_user > 0 && ask->user.n && uses_of(cx, coupon, ask->user) >= coupon->most_per_user)
        *out = COUPON_EXHAUSTED;
    return !failed(cx);
}

bool coupon_try(struct ctx *cx)
{
    enum { TRIES = 60, TRIES_WINDOW_S = 600 };
    struct str who = user_is_guest(cx->user) ? cx->peer : cx->user->name;
    return throttle(cx, "quote", who, TRIES, TRIES_WINDOW_S);
}
