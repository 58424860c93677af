/* Counting anew: when lessons of a bootcamp are published, added, moved or removed, a job brings the counts of its
 * Enrollments up, 500 at a time; every night a check recomputes all and compares. `modified` of an Enrollment stays. */
#include "recount_priv.h"

#include "lms.h"
#include "work.h"

enum { BATCH = 500 };

static json_t *batch_args(struct str bootcamp, struct str after)
{
    return json_pack("{s:s%, s:s%}", "bootcamp", bootcamp.p ? bootcamp.p : "", bootcamp.n, "after",
                     after.p ? after.p : "", after.n);
}

static bool enqueue(struct ctx *cx, struct str bootcamp, struct str after)
{
    json_t *args = batch_args(bootcamp, after);
    const struct job_order order = { .args = args, .key = after.n ? STR_NONE : bootcamp, .sequence = bootcamp };
    bool done = job_enqueue(cx, "enrollment.recount", &order);
    json_decref(args);
    return done;
}

bool recount_later(struct ctx *cx, struct str bootcamp)
{
    return enqueue(cx, bootcamp, STR_NONE);
}

/* Completed lessons of the Enrollment `e` that are published in its bootcamp now. */
static void completed_now(struct sql *q)
{
    sql_add(q, "(SELECT COUNT(DISTINCT el.lesson) FROM ");
    sql_doctype(q, "Enrollment Lesson");
    sql_add(q, " AS el JOIN ");
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " AS l ON l.name = el.lesson WHERE el.parent = e.name AND el.parenttype = 'Enrollment'"
               " AND l.published = 1 AND l.bootcamp = e.bootcamp)");
}

static void total_now(struct sql *q)
{
    sql_add(q, "(SELECT COUNT(*) FROM ");
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " AS l WHERE l.published = 1 AND l.bootcamp = e.bootcamp)");
}

/* ---- the job ------------------------------------------------------------------------------------------------------------- */

/* The last name of the next batch; empty: there is none. */
static bool batch_end(struct ctx *cx, struct str bootcamp, struct str after, struct str *last, bool *more)
{
    size_t count = 0;
    struct rows *rows =
        doc_rows(cx, &(struct find){ .doctype = "Enrollment",
                                     .fields = "name",
                                     .where = FIND({ "bootcamp", "=", bootcamp }, { "name", ">", after }),
                                     .order = "name asc",
                                     .length = BATCH,
                                     .unchecked = true });
    *last = STR_NONE;
    while (rows && rows_next(rows)) {
        *last = str_copy(cx->arena, rows_text(rows, 0));
        count++;
    }
    *more = count == BATCH;
    return !failed(cx);
}

/* Assignments happen in order: status sees the new counts, completed_on the new status. */
static struct sql *update(struct ctx *cx, struct str bootcamp, struct str after, struct str last)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " AS e SET e.lessons_total = ");
    total_now(q);
    sql_add(q, ", e.lessons_completed = ");
    completed_now(q);
    sql_add(q, ", e.progress = IF(e.lessons_total = 0, 0, ROUND(100 * e.lessons_completed / e.lessons_total, 2))"
               ", e.status = IF(e.status = 'Active' AND e.lessons_total > 0 AND e.lessons_completed = e.lessons_total,"
               " 'Completed', e.status), e.completed_on = IF(e.status = 'Completed', IFNULL(e.completed_on, ");
    sql_text(q, call_now(cx));
    sql_add(q, "), e.completed_on) WHERE e.bootcamp = ");
    sql_text(q, bootcamp);
    sql_add(q, " AND e.name > ");
    sql_text(q, after);
    sql_add(q, " AND e.name <= ");
    sql_text(q, last);
    sql_limit(q, 30000);
    return q;
}

static bool recount(struct ctx *cx, struct job_run *run)
{
    struct str bootcamp = json_get_str(run->args, "bootcamp"), after = json_get_str(run->args, "after"), last;
    bool more = false;
    if (!batch_end(cx, bootcamp, after, &last, &more) || !last.n)
        return !failed(cx);
    call_changes(cx, "Enrollment");
    return db_change(cx, update(cx, bootcamp, after, last)) >= 0 && (!more || enqueue(cx, bootcamp, last));
}

JOB(enrollment_recount)
= { .name = "enrollment.recount", .run = recount, .about = "Counts lessons of a bootcamp's Enrollments anew." };

/* ---- the check ----------------------------------------------------------------------------------------------------------- */

static struct sql *drifted(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT e.bootcamp, COUNT(*) FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " AS e WHERE e.lessons_total <> ");
    total_now(q);
    sql_add(q, " OR e.lessons_completed <> ");
    completed_now(q);
    sql_add(q, " GROUP BY e.bootcamp");
    sql_limit(q, 120000);
    return q;
}

/* What is found wrong is said and mended. */
static bool check(struct ctx *cx, struct job_run *run)
{
    struct str bootcamps[200];
    size_t count = 0;
    (void)run;
    if (doc_types_off(cx->site, LMS_LEARNING))
        return true;
    struct rows *rows = db_run(cx, drifted(cx));
    while (rows && rows_next(rows) && count < countof(bootcamps)) {
        bootcamps[count++] = str_copy(cx->arena, rows_text(rows, 0));
        log_say(LOG_WARN, "enrollment.drift", "%ld enrollments of one bootcamp count lessons wrongly",
                (long)rows_int(rows, 1));
    }
    if (rows)
        rows_close(rows);
    for (size_t i = 0; i < count; i++)
        if (!recount_later(cx, bootcamps[i]))
            return false;
    return !failed(cx);
}

JOB(enrollment_check)
= {
    .name = "enrollment.check", .run = check, .daily = true, .hour = 4, .about = "Recomputes all progress and compares."
};
