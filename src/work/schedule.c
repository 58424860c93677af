/* Scheduled jobs: each has one row for ever, which waits for its next time. The row's key makes it one, whatever the
 * number of daemons; whoever takes it does it for all. */
#include "work_priv.h"

/* SKEW: the clock of this machine may be behind the server's, by which the job was found due. */
static const int64_t SECOND = 1000000, HOUR = 3600 * SECOND, DAY = 24 * HOUR, SKEW = 300 * SECOND;

bool is_scheduled(const struct job *job)
{
    return job->daily || job->every_s > 0;
}

/* The sites of a server do not begin all at once. */
static int64_t share(const struct site *site, int64_t of_us)
{
    return (int64_t)(str_hash(site->name) % (uint64_t)(of_us / SECOND)) * SECOND;
}

static int64_t next_day(const struct ctx *cx, const struct job *job, int64_t now_us)
{
    const struct zone *zone = cx->site->zone;
    int64_t local = zone ? zone_to_local_us(zone, now_us) : now_us;
    int64_t at = local - (local % DAY + DAY) % DAY + job->hour * HOUR + share(cx->site, HOUR);
    for (;; at += DAY) {
        int64_t utc = zone ? zone_to_utc_us(zone, at) : at;
        if (utc > now_us + SKEW)
            return utc;
    }
}

int64_t schedule_next_us(const struct ctx *cx, const struct job *job, int64_t now_us)
{
    return job->daily ? next_day(cx, job, now_us) : now_us + job->every_s * SECOND;
}

bool schedule_lacks(struct ctx *cx, enum job_lane lane, bool *lacks)
{
    int64_t rows = 0, wanted = 0;
    TABLE_EACH (jobs, struct job, it)
        wanted += (*it)->lane == lane && is_scheduled(*it);
    *lacks = false;
    if (!wanted)
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_table(q, "preau_job");
    sql_add(q, " WHERE `unique_key` = 'schedule' AND `job` IN (");
    TABLE_EACH (jobs, struct job, it)
        if ((*it)->lane == lane && is_scheduled(*it)) {
            sql_text(q, str_of((*it)->name));
            sql_add(q, ", ");
        }
    sql_add(q, "'')");
    if (!db_first_int(cx, q, &rows))
        return false;
    *lacks = rows < wanted;
    return true;
}

static bool make_row(struct ctx *cx, const struct job *job)
{
    int64_t first = job->daily ? schedule_next_us(cx, job, cx->now_us) : cx->now_us + share(cx->site, 60 * SECOND);
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT IGNORE INTO ");
    sql_table(q, "preau_job");
    sql_add(q, " (`job`, `lane`, `unique_key`, `args`, `created`, `run_at`, `lease_s`, `recurs`) VALUES (");
    sql_text(q, str_of(job->name));
    sql_add(q, ", ");
    sql_int(q, (int64_t)job->lane);
    sql_add(q, ", 'schedule', '{}', UTC_TIMESTAMP(6), ");
    sql_text(q, clock_datetime(cx->arena, first));
    sql_add(q, ", ");
    sql_int(q, job->lease_s ? job->lease_s : 120);
    sql_add(q, ", 1)");
    return db_change(cx, q) >= 0;
}

bool schedule_rows(struct ctx *cx, enum job_lane lane)
{
    TABLE_EACH (jobs, struct job, it)
        if ((*it)->lane == lane && is_scheduled(*it) && !make_row(cx, *it))
            return false;
    return true;
}
