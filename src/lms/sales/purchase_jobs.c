/* Purchases in time: abandoned ones let go of what they reserved, and every night payments without access are counted. */
#include "core.h"
#include "purchase_priv.h"
#include "work.h"

enum { FORGOTTEN_DAYS = 14, AT_ONCE = 200 };

/* ---- what nobody goes on with ------------------------------------------------------------------------------------------ */
static bool names_of(struct ctx *cx, struct sql *q, struct str *names, size_t *count)
{
    struct rows *rows = db_run(cx, q);
    for (*count = 0; rows && rows_next(rows) && *count < AT_ONCE;)
        names[(*count)++] = str_copy(cx->arena, rows_text(rows, 0));
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

static struct sql *left_behind(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Purchase");
    sql_add(q, " WHERE state IN ('New', 'Pending') AND (reserved_until < ");
    sql_text(q, call_now(cx));
    sql_add(q, " OR creation < ");
    sql_text(q, clock_datetime(cx->arena, call_local_us(cx) - FORGOTTEN_DAYS * INT64_C(86400000000)));
    sql_add(q, ") LIMIT ");
    sql_index(q, AT_ONCE);
    return q;
}

/* After half an hour the use of the code is free again, after two weeks the purchase is over. */
static bool let_go(struct ctx *cx, struct str name)
{
    struct doc *purchase = doc_load_for_update(cx, doc_type(cx, STR("Purchase")), name);
    struct str then = clock_datetime(cx->arena, call_local_us(cx) - FORGOTTEN_DAYS * INT64_C(86400000000));
    if (!purchase)
        return false;
    if (!str_is(doc_text(purchase, "state"), "Pending") && !str_is(doc_text(purchase, "state"), "New"))
        return true;
    if (str_compare(purchase->creation, then) < 0)
        doc_set_text(purchase, "state", STR("Cancelled"));
    return purchase_release(cx, purchase) && doc_save(cx, purchase, SAVE_AS_SYSTEM);
}

static bool expire(struct ctx *cx, struct job_run *run)
{
    struct str names[AT_ONCE];
    size_t count;
    (void)run;
    if (doc_types_off(cx->site, "Purchase"))
        return true;
    if (!db_begin(cx) || !names_of(cx, left_behind(cx), names, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!let_go(cx, names[i]))
            return false;
    return true;
}

JOB(purchase_expire)
= { .name = "purchase.expire",
    .run = expire,
    .every_s = 60,
    .about = "Gives back what abandoned purchases have reserved." };

/* ---- the nightly look --------------------------------------------------------------------------------------------------------------- */
static bool without_access(struct ctx *cx, int64_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "Purchase");
    sql_add(q, " p LEFT JOIN ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " e ON e.user = p.user AND e.bootcamp = p.bootcamp WHERE p.state = 'Paid' AND "
               "(e.name IS NULL OR e.status NOT IN ('Active', 'Completed'))");
    sql_limit(q, 60000);
    return db_first_int(cx, q, count) || !failed(cx);
}

static bool reconcile(struct ctx *cx, struct job_run *run)
{
    int64_t count = 0;
    (void)run;
    if (doc_types_off(cx->site, "Purchase\nEnrollment"))
        return true;
    if (!without_access(cx, &count))
        return false;
    log_say(count ? LOG_WARN : LOG_INFO, "purchase.reconciled", "%ld payments without access", (long)count);
    return true;
}

JOB(purchase_reconcile)
= { .name = "purchase.reconcile",
    .run = reconcile,
    .daily = true,
    .hour = 2,
    .about = "Counts purchases that are paid and give no access." };
