/* Uses of a code: counted on its row, by statements that nobody can come between. */
#include "lms/sales.h"
#include "quote_priv.h"

static void *used_up(struct ctx *cx)
{
    return throw(cx, &ValidationError, "%s", tr(cx, coupon_verdict_reason(COUPON_EXHAUSTED)));
}

/* One more, if there is one. */
static bool count_one(struct ctx *cx, struct str coupon, int64_t *changed)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Coupon Code");
    sql_add(q, " SET used = used + 1 WHERE name = ");
    sql_text(q, coupon);
    sql_add(q, " AND (maximum_use = 0 OR used < maximum_use)");
    call_changes(cx, "Coupon Code");
    *changed = db_change(cx, q);
    return *changed >= 0;
}

/* By how many uses of the code the person is above their limit: the row of the code is locked, and the read sees what
 * others committed before they let go of it. */
static bool is_above_limit(struct ctx *cx, struct str coupon, struct str user, bool *above)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT p.maximum_use_per_user > 0 AND p.maximum_use_per_user < (SELECT COUNT(*) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i JOIN ");
    sql_doctype(q, "Customer");
    sql_add(q, " c ON c.name = i.customer WHERE i.coupon_code = p.name AND i.docstatus < 2 AND i.is_return = 0 AND "
               "c.user = ");
    sql_text(q, user);
    sql_add(q, ") FROM ");
    sql_doctype(q, "Coupon Code");
    sql_add(q, " p WHERE p.name = ");
    sql_text(q, coupon);
    sql_add(q, " FOR UPDATE");
    int64_t is = 0;
    *above = db_first_int(cx, q, &is) && is;
    return !failed(cx);
}

bool coupon_use_take(struct ctx *cx, struct str coupon, struct str user)
{
    int64_t changed = 0;
    bool above = false;
    if (!db_begin(cx) || !count_one(cx, coupon, &changed))
        return false;
    if (!changed)
        return used_up(cx);
    return !user.n || (is_above_limit(cx, coupon, user, &above) && (!above || used_up(cx)));
}

bool coupon_use_count(struct ctx *cx, struct str coupon)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Coupon Code");
    sql_add(q, " SET used = used + 1 WHERE name = ");
    sql_text(q, coupon);
    call_changes(cx, "Coupon Code");
    return db_begin(cx) && db_change(cx, q) >= 0;
}

bool coupon_use_give_back(struct ctx *cx, struct str coupon)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Coupon Code");
    sql_add(q, " SET used = used - 1 WHERE used > 0 AND name = ");
    sql_text(q, coupon);
    call_changes(cx, "Coupon Code");
    return db_begin(cx) && db_change(cx, q) >= 0;
}
