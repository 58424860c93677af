/* The queue against a real server: jobs in, taken, ended; leases, sequences, keys, pauses, the schedule. */
#include "tenant.h"
#include "work_priv.h"

static struct {
    unsigned runs, failures_left;
    bool gives_up, hands_back;
    int64_t last;
} seen;

static bool count_up(struct ctx *cx, struct job_run *r)
{
    seen.runs++;
    seen.last = json_integer_value(json_object_get(r->args, "n"));
    if (seen.gives_up)
        job_give_up(r, STR("No hope."));
    if (seen.hands_back)
        job_hand_back(r);
    if (seen.failures_left && seen.failures_left--)
        return throw(cx, &ValidationError, "It rains.");
    return true;
}

JOB(test_count)
= { .name = "test.count", .run = count_up, PAUSES(10, 100), .pauses_key = "test_pauses", .lease_s = 50 };
JOB(test_send)
= { .name = "test.send", .run = count_up, .lane = JOB_ELSEWHERE };
JOB(test_nightly)
= { .name = "test.nightly", .run = count_up, .lane = JOB_ELSEWHERE, .daily = true, .hour = 2 };

static void begin(void)
{
    tenant_open();
    tenant_sql("DELETE FROM `school`.`preau_job`");
    memset(&seen, 0, sizeof seen);
}

static int64_t number(const char *what)
{
    struct ctx cx;
    int64_t n = -1;
    tenant_call(&cx);
    struct sql *q = sql_new(&cx);
    sql_add_literal(q, what, strlen(what));
    assert_true(db_first_int(&cx, q, &n));
    db_return(&cx);
    return n;
}

static void ask(const char *job, int64_t n, const char *key, const char *sequence)
{
    struct ctx cx;
    tenant_call(&cx);
    json_t *args = json_pack("{s:I}", "n", (json_int_t)n);
    struct job_order order = { .args = args, .key = str_of(key), .sequence = str_of(sequence) };
    assert_true(job_enqueue(&cx, job, &order));
    assert_true(call_commit(&cx));
    json_decref(args);
    db_return(&cx);
}

static bool take(enum job_lane lane, struct taken *t, int64_t *wait_us)
{
    struct ctx cx;
    tenant_call(&cx);
    bool got = queue_take(&cx, lane, t, wait_us);
    assert_false(failed(&cx));
    db_rollback(&cx);
    db_return(&cx);
    return got;
}

static bool settle(struct taken *t, int64_t *wait_us)
{
    struct ctx cx;
    tenant_call(&cx);
    bool ended = queue_settle(&cx, t, wait_us) && call_commit(&cx);
    if (!ended)
        call_rollback(&cx);
    db_return(&cx);
    return ended;
}

static struct taken taken(enum job_lane lane)
{
    struct taken t;
    int64_t wait_us;
    if (!take(lane, &t, &wait_us))
        fail_msg("nothing was there to take");
    return t;
}

static void end(struct taken t, int how, const char *reason)
{
    int64_t wait_us;
    t.run.end = how;
    t.run.reason = str_of(reason);
    assert_true(settle(&t, &wait_us));
}

TEST(queue, a_job_of_a_transaction_that_is_rolled_back_never_was)
{
    begin();
    struct ctx cx;
    tenant_call(&cx);
    assert_true(job_enqueue(&cx, "test.count", &(struct job_order){ 0 }));
    call_rollback(&cx);
    db_return(&cx);
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job`"), 0);
    tenant_close();
}

TEST(queue, a_job_is_taken_once_and_gone_when_done)
{
    begin();
    struct taken t, other;
    int64_t wait_us;
    ask("test.count", 7, NULL, NULL);
    assert_true(take(JOB_HERE, &t, &wait_us));
    assert_int_equal(t.run.tries, 1);
    assert_int_equal(json_integer_value(json_object_get(t.run.args, "n")), 7);
    assert_false(take(JOB_HERE, &other, &wait_us));
    assert_true(wait_us > 45 * 1000000 && wait_us <= 50 * 1000000); /* its lease */
    end(t, JOB_DONE, NULL);
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job`"), 0);
    tenant_close();
}

TEST(queue, lanes_do_not_see_each_others_jobs_and_nobody_takes_a_job_unknown_here)
{
    begin();
    struct taken t;
    int64_t wait_us;
    ask("test.send", 1, NULL, NULL);
    assert_false(take(JOB_HERE, &t, &wait_us));
    assert_true(wait_us == INT64_MAX);
    tenant_sql("UPDATE `school`.`preau_job` SET `job` = 'of.tomorrow'");
    assert_false(take(JOB_ELSEWHERE, &t, &wait_us));
    tenant_close();
}

TEST(queue, what_a_killed_daemon_left_comes_back_and_the_slow_one_ends_nothing)
{
    begin();
    ask("test.count", 1, NULL, NULL);
    struct taken first = taken(JOB_HERE);
    tenant_sql("UPDATE `school`.`preau_job` SET `run_at` = UTC_TIMESTAMP(6)");
    struct taken second = taken(JOB_HERE);
    int64_t wait_us;
    assert_int_equal(second.run.tries, 2);
    assert_false(settle(&first, &wait_us));
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job`"), 1);
    assert_true(settle(&second, &wait_us));
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job`"), 0);
    tenant_close();
}

TEST(queue, a_row_that_somebody_holds_is_skipped)
{
    begin();
    ask("test.count", 1, NULL, NULL);
    ask("test.count", 2, NULL, NULL);
    struct ctx cx;
    tenant_call(&cx);
    struct sql *q = sql_new(&cx);
    int64_t id;
    sql_add(q, "SELECT `id` FROM `school`.`preau_job` ORDER BY `id` LIMIT 1 FOR UPDATE");
    assert_true(db_begin(&cx) && db_first_int(&cx, q, &id));
    struct taken t = taken(JOB_HERE);
    assert_int_equal(json_integer_value(json_object_get(t.run.args, "n")), 2);
    db_rollback(&cx);
    db_return(&cx);
    tenant_close();
}

TEST(queue, a_key_waits_once_with_the_last_arguments_until_it_is_taken)
{
    begin();
    ask("test.count", 1, "bootcamp 5", NULL);
    ask("test.count", 2, "bootcamp 5", NULL);
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job`"), 1);
    struct taken t = taken(JOB_HERE);
    assert_int_equal(json_integer_value(json_object_get(t.run.args, "n")), 2);
    ask("test.count", 3, "bootcamp 5", NULL); /* what is being done may have read the state before */
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job`"), 2);
    tenant_close();
}

TEST(queue, a_sequence_is_done_in_order_and_waits_for_a_retry)
{
    begin();
    struct taken t;
    int64_t wait_us;
    for (int n = 1; n <= 3; n++)
        ask("test.count", n, NULL, "document 1");
    ask("test.count", 9, NULL, "document 2");
    struct taken first = taken(JOB_HERE), other = taken(JOB_HERE);
    assert_int_equal(json_integer_value(json_object_get(other.run.args, "n")), 9);
    assert_false(take(JOB_HERE, &t, &wait_us));
    end(first, JOB_AGAIN, "down");
    assert_false(take(JOB_HERE, &t, &wait_us));
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job` WHERE `sequence` = 'document 1' AND "
                            "`run_at` > UTC_TIMESTAMP(6) + INTERVAL 9 SECOND"),
                     3);
    tenant_sql("UPDATE `school`.`preau_job` SET `run_at` = UTC_TIMESTAMP(6) WHERE `sequence` = 'document 1'");
    first = taken(JOB_HERE);
    assert_int_equal(first.run.tries, 2);
    end(first, JOB_DONE, NULL);
    t = taken(JOB_HERE);
    assert_int_equal(json_integer_value(json_object_get(t.run.args, "n")), 2);
    tenant_close();
}

TEST(queue, what_is_given_up_stays_with_its_reason_and_lets_the_next_of_its_sequence_go)
{
    begin();
    ask("test.count", 1, NULL, "s");
    ask("test.count", 2, NULL, "s");
    end(taken(JOB_HERE), JOB_GIVEN_UP, "No hope.");
    struct taken t = taken(JOB_HERE);
    assert_int_equal(json_integer_value(json_object_get(t.run.args, "n")), 2);
    struct ctx cx;
    struct job_row *rows;
    size_t count;
    tenant_call(&cx);
    assert_true(jobs_list(&cx, 10, &rows, &count) && count == 2);
    assert_true(rows[0].dead && !rows[0].taken && rows[1].taken);
    assert_str(rows[0].error, "No hope.");
    int64_t revived, dead;
    assert_true(jobs_dead(&cx, &dead) && dead == 1);
    assert_true(jobs_revive(&cx, rows[0].id, &revived) && revived == 1 && call_commit(&cx));
    db_return(&cx);
    end(t, JOB_DONE, NULL);
    t = taken(JOB_HERE);
    assert_int_equal(t.run.tries, 1);
    tenant_close();
}

TEST(queue, tries_follow_the_ladder_and_end)
{
    begin();
    ask("test.count", 1, NULL, NULL);
    static const int64_t pauses[] = { 10, 100 };
    for (size_t i = 0; i < countof(pauses); i++) {
        struct taken t = taken(JOB_HERE);
        int64_t wait_us;
        job_retry(&t.run, STR("down"));
        assert_true(settle(&t, &wait_us));
        assert_true(wait_us >= pauses[i] * 1000000 && wait_us <= pauses[i] * 1100000);
        tenant_sql("UPDATE `school`.`preau_job` SET `run_at` = UTC_TIMESTAMP(6)");
    }
    end(taken(JOB_HERE), JOB_AGAIN, "down");
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job` WHERE `dead` = 1 AND `error` = 'down' AND "
                            "`tries` = 3"),
                     1);
    tenant_close();
}

TEST(queue, a_job_that_kills_whoever_does_it_is_given_up)
{
    begin();
    ask("test.count", 1, NULL, NULL);
    struct taken t = { 0 };
    for (int i = 0; i < 10 && t.run.end == JOB_DONE; i++) {
        t = taken(JOB_HERE);
        tenant_sql("UPDATE `school`.`preau_job` SET `run_at` = UTC_TIMESTAMP(6)");
    }
    assert_int_equal(t.run.end, JOB_GIVEN_UP);
    assert_int_equal(t.run.tries, 7);
    tenant_close();
}

TEST(queue, a_job_for_later_waits)
{
    begin();
    struct ctx cx;
    struct taken t;
    int64_t wait_us;
    tenant_call(&cx);
    assert_true(job_enqueue(&cx, "test.count", &(struct job_order){ .at_us = cx.now_us + 30 * 1000000 }));
    assert_true(call_commit(&cx));
    db_return(&cx);
    assert_false(take(JOB_HERE, &t, &wait_us));
    assert_true(wait_us > 25 * 1000000 && wait_us <= 31 * 1000000);
    tenant_close();
}

TEST(pauses, a_sites_configuration_may_have_its_own)
{
    struct site site = { .config = json_pack("{s:[i,i]}", "test_pauses", 1, 0) };
    assert_int_equal(pause_after(&site, &job_test_count, 1), 1);
    assert_int_equal(pause_after(&site, &job_test_count, 2), 0);
    assert_int_equal(pause_after(&site, &job_test_count, 3), -1);
    json_decref(site.config);
    site.config = NULL;
    assert_int_equal(pause_after(&site, &job_test_count, 2), 100);
    assert_int_equal(pause_after(&site, &job_test_count, 3), -1);
    assert_int_equal(pause_after(&site, &job_test_send, 1), 60);
}

TEST(schedule, a_scheduled_job_has_one_row_however_often_it_is_made)
{
    begin();
    for (int i = 0; i < 3; i++) {
        struct ctx cx;
        bool lacks;
        tenant_call(&cx);
        assert_true(schedule_lacks(&cx, JOB_ELSEWHERE, &lacks));
        assert_true(lacks == (i == 0));
        assert_true(schedule_rows(&cx, JOB_ELSEWHERE) && call_commit(&cx));
        db_return(&cx);
    }
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job`"), 1);
    tenant_sql("UPDATE `school`.`preau_job` SET `run_at` = UTC_TIMESTAMP(6)");
    end(taken(JOB_ELSEWHERE), JOB_DONE, NULL);
    assert_int_equal(number("SELECT COUNT(*) FROM `school`.`preau_job` WHERE `tries` = 0 AND `taken_by` = 0 AND "
                            "`run_at` > UTC_TIMESTAMP(6)"),
                     1);
    tenant_close();
}

/* Each of the year's days once, at the hour that the school's clocks show. */
TEST(schedule, a_daily_job_comes_once_a_day_through_both_changes_of_the_clock)
{
    struct site site = { .name = STR("school.local"), .zone = zone_find(STR("Europe/Paris")) };
    struct ctx cx = test_ctx();
    cx.site = &site;
    int64_t at = 1767222000 * 1000000LL; /* 2026-01-01 in Paris */
    for (int day = 1; day <= 365; day++) {
        at = schedule_next_us(&cx, &job_test_nightly, at);
        struct civil local = civil_from_us(zone_to_local_us(site.zone, at));
        struct civil new_year = { 2026, 1, 1, 0, 0, 0, 0 };
        int64_t days = (zone_to_local_us(site.zone, at) - civil_to_us(&new_year)) / (86400 * 1000000LL);
        assert_int_equal(days, day - 1);
        assert_true(local.hour == 2 || (local.hour == 3 && local.month == 3));
    }
}

/* ---- the threads ------------------------------------------------------------------------------------------------------------ */

static void wait_until(bool (*holds)(void))
{
    int64_t deadline = clock_mono_us() + 10 * 1000000;
    while (!holds()) {
        if (clock_mono_us() > deadline)
            fail_msg("not within 10 s");
        usleep(10000);
    }
}

static bool ran_once(void)
{
    return seen.runs == 1 && number("SELECT COUNT(*) FROM `school`.`preau_job` WHERE `recurs` = 0") == 0;
}

TEST(runner, does_at_once_what_a_commit_of_this_process_asked_for)
{
    begin();
    assert_true(work_start(&(struct work_settings){ .elsewhere = 2 }));
    usleep(300000); /* its first look, at an empty queue */
    int64_t start = clock_mono_us();
    ask("test.count", 42, NULL, NULL);
    wait_until(ran_once);
    assert_true(clock_mono_us() - start < 2 * 1000000);
    assert_int_equal(seen.last, 42);
    work_stop();
    tenant_close();
}

static bool failed_once(void)
{
    return number("SELECT COUNT(*) FROM `school`.`preau_job` WHERE `error` = 'It rains.' AND `tries` = 1 AND "
                  "`taken_by` = 0 AND `run_at` > UTC_TIMESTAMP(6)") == 1;
}

TEST(runner, writes_down_why_a_job_failed_and_when_it_is_tried_again)
{
    begin();
    seen.failures_left = 1;
    ask("test.count", 1, NULL, NULL);
    assert_true(work_start(&(struct work_settings){ .elsewhere = 2 }));
    wait_until(failed_once);
    work_stop();
    tenant_close();
}

static bool handed_back(void)
{
    return seen.runs > 0 && number("SELECT COUNT(*) FROM `school`.`preau_job` WHERE `tries` = 0 AND `taken_by` = 0 AND "
                                   "`recurs` = 0") == 1;
}

TEST(runner, a_job_that_is_handed_back_is_as_if_it_had_not_been_taken)
{
    begin();
    seen.hands_back = true;
    ask("test.send", 1, NULL, NULL);
    assert_true(work_start(&(struct work_settings){ .elsewhere = 1 }));
    wait_until(handed_back);
    work_stop();
    tenant_close();
}
