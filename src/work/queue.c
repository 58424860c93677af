/* The table preau_job: putting jobs in, taking them, ending them. Times are the server's, so that all daemons agree.
 *
 * Looking is a plain read; only the row that is taken is locked, for one short transaction. A row that somebody else holds
 * is skipped. */
#include "work_priv.h"

enum { LOOK_AT = 8, KEY_MOST = 400, ERROR_MOST = 500, LEASE_S = 120, TRIES_LOST = 3 };

const struct job *job_named(struct str name)
{
    TABLE_EACH (jobs, struct job, it)
        if (str_is(name, (*it)->name))
            return *it;
    return NULL;
}

static int lease_of(const struct job *job)
{
    return job->lease_s ? job->lease_s : LEASE_S;
}

/* ---- putting in ------------------------------------------------------------------------------------------------------- */

static void text_or_null(struct sql *q, struct str text)
{
    sql_add(q, ", ");
    if (text.n)
        sql_text(q, text);
    else
        sql_null(q);
}

bool job_enqueue(struct ctx *cx, const char *name, const struct job_order *order)
{
    const struct job *job = job_named(str_of(name));
    if (!job || utf8_length(order->key) > KEY_MOST || utf8_length(order->sequence) > KEY_MOST)
        return bug(cx, "%s: no such job, or its key is too long", name);
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_job");
    sql_add(q, " (`job`, `lane`, `unique_key`, `sequence`, `args`, `created`, `run_at`, `lease_s`) VALUES (");
    sql_text(q, str_of(name));
    sql_add(q, ", ");
    sql_int(q, (int64_t)job->lane);
    text_or_null(q, order->key);
    text_or_null(q, order->sequence);
    text_or_null(q, order->args ? json_print(cx->arena, order->args) : STR("{}"));
    sql_add(q, ", UTC_TIMESTAMP(6), IFNULL(");
    if (order->at_us)
        sql_text(q, clock_datetime(cx->arena, order->at_us));
    else
        sql_null(q);
    sql_add(q, ", UTC_TIMESTAMP(6)), ");
    sql_int(q, order->lease_s ? order->lease_s : lease_of(job));
    sql_add(q, ") ON DUPLICATE KEY UPDATE `args` = VALUES(`args`), `run_at` = LEAST(`run_at`, VALUES(`run_at`))");
    call_changes(cx, "preau_job");
    return db_change(cx, q) >= 0;
}

/* ---- taking ------------------------------------------------------------------------------------------------------------- */

struct candidate {
    int64_t id, wait_us;
};

/* Jobs of the lane that this program knows, and that no older one of their sequence holds up; soonest first. */
static bool candidates(struct ctx *cx, enum job_lane lane, struct candidate *out, size_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT j.`id`, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), j.`run_at`) FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " j WHERE j.`dead` = 0 AND j.`lane` = ");
    sql_int(q, (int64_t)lane);
    sql_add(q, " AND j.`job` IN (");
    TABLE_EACH (jobs, struct job, it)
        if ((*it)->lane == lane) {
            sql_text(q, str_of((*it)->name));
            sql_add(q, ", ");
        }
    sql_add(q, "'') AND (j.`sequence` IS NULL OR NOT EXISTS (SELECT 1 FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " e WHERE e.`sequence` = j.`sequence` AND e.`id` < j.`id` AND e.`dead` = 0))"
               " ORDER BY j.`run_at`, j.`id` LIMIT ");
    sql_int(q, LOOK_AT);
    struct rows *rows = db_run(cx, q);
    for (*count = 0; rows && rows_next(rows); ++*count)
        out[*count] = (struct candidate){ rows_int(rows, 0), rows_int(rows, 1) };
    return !failed(cx);
}

/* The row, locked, if it is still there, still due, and nobody has it. */
static bool lock_row(struct ctx *cx, int64_t id, struct taken *t, int64_t *lease_s)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `job`, `args`, `tries`, `recurs`, `lease_s` FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " WHERE `id` = ");
    sql_int(q, id);
    sql_add(q, " AND `dead` = 0 AND `run_at` <= UTC_TIMESTAMP(6) FOR UPDATE SKIP LOCKED");
    struct rows *rows = db_begin(cx) ? db_run(cx, q) : NULL;
    if (!rows || !rows_next(rows))
        return false;
    struct str why = STR_NONE;
    *t = (struct taken){ .id = id, .recurs = rows_int(rows, 3) != 0 };
    t->run.job = job_named(rows_text(rows, 0));
    t->run.args = json_read(cx->arena, str_copy(cx->arena, rows_text(rows, 1)), &json_limits_default, &why);
    t->run.tries = (unsigned)rows_int(rows, 2) + 1;
    *lease_s = rows_int(rows, 4);
    rows_close(rows);
    if (!t->run.args)
        job_give_up(&t->run, STR("Its arguments cannot be read."));
    return t->run.job != NULL;
}

/* Taken again and again and never ended: it kills whoever does it. */
static void doubt(struct ctx *cx, struct taken *t)
{
    unsigned tries = t->run.tries;
    if (tries > TRIES_LOST + 1 && pause_after(cx->site, t->run.job, tries - TRIES_LOST - 1) < 0)
        job_give_up(&t->run, STR("It never came to an end."));
}

static bool mark_taken(struct ctx *cx, struct taken *t, int64_t lease_s)
{
    random_fill(&t->by, sizeof t->by);
    t->by = (t->by & INT64_MAX) | 1;
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_job");
    sql_add(q, " SET `run_at` = UTC_TIMESTAMP(6) + INTERVAL ");
    sql_int(q, lease_s);
    sql_add(q, " SECOND, `tries` = ");
    sql_int(q, t->run.tries);
    sql_add(q, ", `taken_by` = ");
    sql_int(q, t->by);
    sql_add(q, ", `unique_key` = IF(`recurs`, `unique_key`, NULL) WHERE `id` = ");
    sql_int(q, t->id);
    return db_change(cx, q) == 1 && db_commit(cx);
}

bool queue_take(struct ctx *cx, enum job_lane lane, struct taken *out, int64_t *wait_us)
{
    struct candidate list[LOOK_AT];
    size_t count;
    *wait_us = INT64_MAX;
    if (!candidates(cx, lane, list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t lease_s;
        if (list[i].wait_us > 0) {
            *wait_us = list[i].wait_us;
            return false;
        }
        if (lock_row(cx, list[i].id, out, &lease_s) && mark_taken(cx, out, lease_s)) {
            doubt(cx, out);
            return true;
        }
        db_rollback(cx);
        if (failed(cx))
            return false;
    }
    *wait_us = count ? 0 : INT64_MAX;
    return false;
}

/* ---- ending ---------------------------------------------------------------------------------------------------------------- */

static struct sql *update(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_job");
    sql_add(q, " SET `taken_by` = 0");
    return q;
}

/* Only whoever has taken the row may end it: after its lease it may be another's. */
static bool mine(struct ctx *cx, struct sql *q, const struct taken *t)
{
    sql_add(q, " WHERE `id` = ");
    sql_int(q, t->id);
    sql_add(q, " AND `taken_by` = ");
    sql_int(q, t->by);
    int64_t changed = db_change(cx, q);
    if (changed == 0)
        log_say(LOG_WARN, "job.lost", "%s took longer than its lease: it is another's now", t->run.job->name);
    return changed == 1;
}

static bool settle_done(struct ctx *cx, const struct taken *t)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_job");
    return mine(cx, q, t);
}

/* A scheduled job waits for its next time, whatever came of this one; what went wrong stays to be seen. */
static bool settle_next(struct ctx *cx, const struct taken *t, int64_t *wait_us)
{
    int64_t now = clock_wall_us(), next = schedule_next_us(cx, t->run.job, now);
    *wait_us = next - now;
    struct sql *q = update(cx);
    sql_add(q, ", `tries` = 0, `run_at` = ");
    sql_text(q, clock_datetime(cx->arena, next));
    sql_add(q, ", `error` = ");
    if (t->run.reason.n)
        sql_text(q, utf8_head(t->run.reason, ERROR_MOST));
    else
        sql_null(q);
    return mine(cx, q, t);
}

static bool settle_dead(struct ctx *cx, const struct taken *t)
{
    struct sql *q = update(cx);
    sql_add(q, ", `dead` = 1, `run_at` = UTC_TIMESTAMP(6), `error` = ");
    sql_text(q, utf8_head(t->run.reason, ERROR_MOST));
    return mine(cx, q, t);
}

/* Those behind it in its sequence wait too: nobody needs to look at them meanwhile. */
static bool hold_up_followers(struct ctx *cx, const struct taken *t)
{
    struct str sequence, run_at;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT IFNULL(`sequence`, ''), `run_at` FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " WHERE `id` = ");
    sql_int(q, t->id);
    struct rows *rows = db_run(cx, q);
    if (!rows || !rows_next(rows))
        return !failed(cx);
    sequence = str_copy(cx->arena, rows_text(rows, 0));
    run_at = str_copy(cx->arena, rows_text(rows, 1));
    rows_close(rows);
    if (!sequence.n)
        return true;
    q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_job");
    sql_add(q, " SET `run_at` = GREATEST(`run_at`, ");
    sql_text(q, run_at);
    sql_add(q, ") WHERE `dead` = 0 AND `sequence` = ");
    sql_text(q, sequence);
    sql_add(q, " AND `id` > ");
    sql_int(q, t->id);
    return db_change(cx, q) >= 0;
}

/* A tenth more by chance, so that what failed together does not come back together. */
static int64_t with_jitter(int64_t pause_s)
{
    uint32_t chance;
    random_fill(&chance, sizeof chance);
    return pause_s * 1000000 + (int64_t)(chance % 100001) * pause_s;
}

static bool settle_again(struct ctx *cx, const struct taken *t, int64_t pause_s, int64_t *wait_us)
{
    *wait_us = with_jitter(pause_s);
    struct sql *q = update(cx);
    sql_add(q, ", `run_at` = UTC_TIMESTAMP(6) + INTERVAL ");
    sql_int(q, *wait_us);
    sql_add(q, " MICROSECOND, `error` = ");
    sql_text(q, utf8_head(t->run.reason, ERROR_MOST));
    return mine(cx, q, t) && hold_up_followers(cx, t);
}

static bool settle_handed_back(struct ctx *cx, const struct taken *t)
{
    struct sql *q = update(cx);
    sql_add(q, ", `run_at` = UTC_TIMESTAMP(6), `tries` = GREATEST(`tries`, 1) - 1");
    return mine(cx, q, t);
}

bool queue_settle(struct ctx *cx, const struct taken *t, int64_t *wait_us)
{
    *wait_us = INT64_MAX;
    int64_t pause = t->run.end == JOB_AGAIN ? pause_after(cx->site, t->run.job, t->run.tries) : -1;
    if (t->run.end == JOB_HANDED_BACK)
        return settle_handed_back(cx, t);
    if (pause >= 0)
        return settle_again(cx, t, pause, wait_us);
    if (t->recurs)
        return settle_next(cx, t, wait_us);
    return t->run.end == JOB_DONE ? settle_done(cx, t) : settle_dead(cx, t);
}

void job_retry(struct job_run *r, struct str reason)
{
    r->end = JOB_AGAIN;
    r->reason = reason;
}

void job_give_up(struct job_run *r, struct str reason)
{
    r->end = JOB_GIVEN_UP;
    r->reason = reason;
}

void job_hand_back(struct job_run *r)
{
    r->end = JOB_HANDED_BACK;
}
