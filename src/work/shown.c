/* The queue as people see it: counts, rows, dead jobs that get another chance. */
#include "work_priv.h"

bool queue_count(struct ctx *cx, struct queue_count *out)
{
    struct sql *q = sql_new(cx);
    sql_add(
        q,
        "SELECT COUNT(IF(`dead`, NULL, 1)), COUNT(IF(`taken_by` AND NOT `dead`, 1, NULL)), COUNT(IF(`dead`, 1, NULL)),"
        " IFNULL(TIMESTAMPDIFF(SECOND, MIN(IF(`dead`, NULL, `created`)), UTC_TIMESTAMP(6)), 0) FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " WHERE `recurs` = 0");
    struct rows *rows = db_run(cx, q);
    if (!rows || !rows_next(rows))
        return false;
    *out = (struct queue_count){ rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2), rows_int(rows, 3) };
    rows_close(rows);
    return true;
}

bool jobs_list(struct ctx *cx, size_t most, struct job_row **out, size_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `id`, `job`, `created`, `run_at`, IFNULL(`error`, ''), `tries`, `dead`, `taken_by` <> 0, "
               "`recurs` FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " ORDER BY `dead` DESC, `run_at`, `id` LIMIT ");
    sql_int(q, (int64_t)most);
    struct rows *rows = db_run(cx, q);
    *out = arena_array(cx->arena, most, sizeof **out);
    for (*count = 0; rows && *count < most && rows_next(rows); ++*count)
        (*out)[*count] = (struct job_row){
            .id = rows_int(rows, 0),
            .job = str_copy(cx->arena, rows_text(rows, 1)),
            .created = str_copy(cx->arena, rows_text(rows, 2)),
            .run_at = str_copy(cx->arena, rows_text(rows, 3)),
            .error = str_copy(cx->arena, rows_text(rows, 4)),
            .tries = rows_int(rows, 5),
            .dead = rows_int(rows, 6) != 0,
            .taken = rows_int(rows, 7) != 0,
            .recurs = rows_int(rows, 8) != 0,
        };
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

static struct sql *revive(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_job");
    sql_add(q, " SET `dead` = 0, `tries` = 0, `run_at` = UTC_TIMESTAMP(6) WHERE `dead` = 1");
    call_changes(cx, "preau_job");
    return q;
}

bool jobs_revive(struct ctx *cx, int64_t id, int64_t *count)
{
    struct sql *q = revive(cx);
    if (id) {
        sql_add(q, " AND `id` = ");
        sql_int(q, id);
    }
    *count = db_change(cx, q);
    return *count >= 0;
}

bool jobs_revive_sequence(struct ctx *cx, struct str sequence, int64_t *count)
{
    struct sql *q = revive(cx);
    sql_add(q, " AND `sequence` = ");
    sql_text(q, sequence);
    *count = db_change(cx, q);
    return *count >= 0;
}

bool jobs_hold(struct ctx *cx, enum job_lane lane, struct str reason, int64_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_job");
    sql_add(q, " SET `dead` = 1, `error` = ");
    sql_text(q, reason);
    sql_add(q, " WHERE `dead` = 0 AND `recurs` = 0 AND `lane` = ");
    sql_int(q, lane);
    call_changes(cx, "preau_job");
    *count = db_change(cx, q);
    return *count >= 0;
}

bool jobs_dead(struct ctx *cx, int64_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " WHERE `dead` = 1");
    return db_first_int(cx, q, count);
}
