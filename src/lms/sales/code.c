/* A Coupon Code at the moment somebody types it: which it is, and whether it holds. */
#include "core.h"
#include "quote_priv.h"

static const struct {
    const char *name;
    bool secret;
} verdicts[] = {
    [CODE_OK] = { "ok", false },
    [CODE_UNKNOWN] = { "unknown", true },
    [CODE_DISABLED] = { "disabled", true },
    [CODE_WRONG_ITEM] = { "wrong_item", false },
    [CODE_NOT_STARTED] = { "not_started", true },
    [CODE_EXPIRED] = { "expired", true },
    [CODE_EXHAUSTED] = { "exhausted", false },
};

const char *code_verdict_name(enum code_verdict verdict)
{
    return verdicts[verdict].name;
}

bool code_verdict_is_secret(enum code_verdict verdict)
{
    return verdicts[verdict].secret;
}

/* A rule that names another company is another school's. */
static bool is_ours(const struct site *site, struct str company)
{
    struct str own = site_setting(site, "School Settings", "company");
    return !company.n || !own.n || str_eq(company, own);
}

bool code_find(struct ctx *cx, struct str typed, const struct article *article, struct code *out)
{
    call_depends(cx, "Coupon Code");
    call_depends(cx, "Pricing Rule");
    struct sql *q = sql_new(cx);
    sql_add(q,
            "SELECT c.name, r.name, IF(COALESCE(c.sales_partner, '') <> '', c.sales_partner, "
            "IF(r.applicable_for = 'Sales Partner', r.sales_partner, NULL)), c.valid_from, c.valid_upto, r.valid_from, "
            "r.valid_upto, c.used, c.maximum_use, c.maximum_use_per_user, c.disabled OR r.disable OR NOT r.selling, "
            "r.company, 1");
    sql_rule_fits(cx, q, article);
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
    struct rows *rows = db_run(cx, q);
    if (!rows || !rows_next(rows))
        return false;
    struct str *texts[] = { &out->name, &out->rule,      &out->sales_partner, &out->from,
                            &out->upto, &out->rule_from, &out->rule_upto };
    for (unsigned i = 0; i < countof(texts); i++)
        *texts[i] = str_copy(cx->arena, rows_text(rows, i));
    out->used = rows_int(rows, 7);
    out->most = rows_int(rows, 8);
    out->most_per_user = rows_int(rows, 9);
    out->disabled = rows_int(rows, 10) != 0;
    out->ours = is_ours(cx->site, rows_text(rows, 11));
    out->fits = rows_int(rows, 12) != 0;
    rows_close(rows);
    return true;
}

/* How often the person has used the code: invoices that stand, drafts among them. */
static int64_t uses_of(struct ctx *cx, const struct code *code, struct str user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i JOIN ");
    sql_doctype(q, "Customer");
    sql_add(q, " c ON c.name = i.customer WHERE i.coupon_code = ");
    sql_text(q, code->name);
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

bool code_judge(struct ctx *cx, const struct code *code, const struct quote_question *ask, struct str on,
                enum code_verdict *out)
{
    int64_t used = ask->used_before >= 0 ? ask->used_before : code->used;
    *out = CODE_OK;
    if (code->disabled)
        *out = CODE_DISABLED;
    else if (!code->ours)
        *out = CODE_UNKNOWN;
    else if (!code->fits)
        *out = CODE_WRONG_ITEM;
    else if (is_before(on, code->from) || is_before(on, code->rule_from))
        *out = CODE_NOT_STARTED;
    else if (is_after(on, code->upto) || is_after(on, code->rule_upto))
        *out = CODE_EXPIRED;
    else if (code->most > 0 && used >= code->most)
        *out = CODE_EXHAUSTED;
    else if (code->most_per_user > 0 && ask->user.n && uses_of(cx, code, ask->user) >= code->most_per_user)
        *out = CODE_EXHAUSTED;
    return !failed(cx);
}
