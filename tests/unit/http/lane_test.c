#include "lane_priv.h"
#include "test.h"

#include <unistd.h>

/* Work that ends when the test says so, and a record of the order in which it began. */
struct job {
    struct lane_task task; /* first */
    enum lane then;
    int sleep_ms;
    _Atomic bool go, started, over;
    _Atomic int64_t started_us;
    _Atomic int order;
};

static _Atomic bool gate;
static _Atomic int began, threads;

static enum lane work(struct lane_task *t, enum lane lane)
{
    struct job *j = (struct job *)(void *)t;
    j->started_us = clock_mono_us();
    j->order = began++;
    j->started = true;
    while (!j->sleep_ms && !gate && !j->go)
        usleep(200);
    usleep((unsigned)j->sleep_ms * 1000);
    return lane == LANE_GENERAL ? j->then : LANE_LOOP;
}

static void finished(struct lane_task *t)
{
    ((struct job *)(void *)t)->over = true;
}

static void worker(bool starting)
{
    threads += starting ? 1 : -1;
}

static void start(unsigned running, unsigned spare, unsigned room)
{
    const struct lane_size sizes[LANE_COUNT] = {
        [LANE_GENERAL] = { running, spare, room }, [LANE_SLOW] = { 1, 0, 2 }, [LANE_HASH] = { 1, 0, 2 }
    };
    const struct lane_user user = { work, finished, worker };
    gate = false;
    began = 0;
    assert_true(lanes_start(sizes, &user));
}

static bool soon(_Atomic bool *what)
{
    for (int i = 0; i < 2000 && !*what; i++)
        usleep(500);
    return *what;
}

static void stop_when_all_over(struct job *jobs, size_t count)
{
    gate = true;
    for (size_t i = 0; i < count; i++)
        assert_true(soon(&jobs[i].over));
    lanes_stop();
    assert_int_equal(threads, 0);
}

TEST(http, a_lane_carries_out_what_enters_it)
{
    struct job jobs[1] = { { .sleep_ms = 1 } };
    start(2, 0, 8);
    assert_true(lane_enter(LANE_GENERAL, &jobs[0].task));
    assert_true(soon(&jobs[0].over));
    assert_false(jobs[0].task.refused);
    stop_when_all_over(jobs, 1);
}

TEST(http, what_enters_together_goes_where_each_wants_or_is_refused)
{
    static const enum lane wanted[] = { LANE_SLOW, LANE_GENERAL, LANE_HASH, LANE_GENERAL, LANE_GENERAL, LANE_GENERAL };
    static struct job jobs[6];
    start(1, 0, 4);
    for (size_t i = 0; i < 6; i++)
        jobs[i].task = (struct lane_task){ .lane = wanted[i], .next = i < 5 ? &jobs[i + 1].task : NULL };
    lanes_enter(&jobs[0].task);
    assert_true(soon(&jobs[0].started) && soon(&jobs[1].started) && soon(&jobs[2].started));
    assert_true(soon(&jobs[5].over)); /* one group: half of the room */
    stop_when_all_over(jobs, 6);
    int refused = 0;
    for (size_t i = 0; i < 6; i++)
        refused += jobs[i].task.refused;
    assert_int_equal(refused, 2);
    assert_true(jobs[4].task.refused && jobs[5].task.refused);
    assert_true(jobs[1].order < jobs[3].order);
}

TEST(http, spare_workers_wake_when_all_others_are_long_in_their_work)
{
    struct job jobs[4] = { 0 };
    start(2, 2, 16);
    for (size_t i = 0; i < 2; i++) {
        assert_true(lane_enter(LANE_GENERAL, &jobs[i].task));
        assert_true(soon(&jobs[i].started));
    }
    int64_t at_us = clock_mono_us();
    assert_true(lane_enter(LANE_GENERAL, &jobs[2].task));
    assert_true(soon(&jobs[2].started));
    assert_true(jobs[2].started_us - at_us < 90 * 1000);
    assert_true(lane_enter(LANE_GENERAL, &jobs[3].task));
    assert_true(soon(&jobs[3].started));
    stop_when_all_over(jobs, 4);
}

TEST(http, spare_workers_sleep_while_work_is_quick)
{
    struct job jobs[3] = { { .sleep_ms = 0 }, { .sleep_ms = 0 }, { .sleep_ms = 0 } };
    start(2, 2, 16);
    for (size_t i = 0; i < 3; i++)
        assert_true(lane_enter(LANE_GENERAL, &jobs[i].task));
    usleep(8 * 1000);
    struct lane_stats stats[LANE_COUNT];
    http_lane_stats(stats);
    assert_int_equal(stats[LANE_GENERAL].running, 2);
    assert_int_equal(stats[LANE_GENERAL].queued, 1);
    stop_when_all_over(jobs, 3);
}

TEST(http, groups_take_turns)
{
    struct job jobs[7] = { 0 }; /* one in work, then five of group 1 and one of group 2 */
    start(1, 0, 64);
    for (size_t i = 0; i < 7; i++)
        jobs[i].task.group_key = i == 6 ? 2 : 1;
    assert_true(lane_enter(LANE_GENERAL, &jobs[0].task));
    assert_true(soon(&jobs[0].started));
    for (size_t i = 1; i < 7; i++)
        assert_true(lane_enter(LANE_GENERAL, &jobs[i].task));
    stop_when_all_over(jobs, 7);
    assert_true(jobs[6].order <= 2);
}

TEST(http, a_group_holds_half_of_a_lane_while_another_waits)
{
    struct job jobs[7] = { 0 }; /* 0 to 4 of group 1, 5 and 6 of group 2 */
    start(4, 0, 64);
    for (size_t i = 0; i < 7; i++) {
        jobs[i].task.group_key = i < 5 ? 1 : 2;
        assert_true(lane_enter(LANE_GENERAL, &jobs[i].task));
        if (i < 4) /* alone, it has the whole lane */
            assert_true(soon(&jobs[i].started));
    }
    for (size_t i = 0; i < 2; i++) { /* what becomes free is the other's … */
        jobs[i].go = true;
        assert_true(soon(&jobs[5 + i].started));
        assert_false(jobs[4].started);
    }
    jobs[2].go = true; /* … until it waits no more */
    assert_true(soon(&jobs[4].started));
    stop_when_all_over(jobs, 7);
}

TEST(http, a_full_lane_refuses)
{
    struct job jobs[7] = { 0 };
    start(1, 0, 4);
    assert_true(lane_enter(LANE_GENERAL, &jobs[0].task));
    assert_true(soon(&jobs[0].started));
    for (size_t i = 1; i < 5; i++) {
        jobs[i].task.group_key = i;
        assert_true(lane_enter(LANE_GENERAL, &jobs[i].task));
    }
    jobs[5].task.group_key = 9;
    assert_false(lane_enter(LANE_GENERAL, &jobs[5].task));
    struct lane_stats stats[LANE_COUNT];
    http_lane_stats(stats);
    assert_int_equal(stats[LANE_GENERAL].refused, 1);
    stop_when_all_over(jobs, 5);
}

TEST(http, a_group_fills_half_of_a_queue_at_most)
{
    struct job jobs[5] = { 0 };
    start(1, 0, 4);
    assert_true(lane_enter(LANE_GENERAL, &jobs[0].task));
    assert_true(soon(&jobs[0].started));
    assert_true(lane_enter(LANE_GENERAL, &jobs[1].task));
    assert_true(lane_enter(LANE_GENERAL, &jobs[2].task));
    assert_false(lane_enter(LANE_GENERAL, &jobs[3].task));
    jobs[3].task.group_key = 1;
    assert_true(lane_enter(LANE_GENERAL, &jobs[3].task));
    stop_when_all_over(jobs, 4);
}

TEST(http, who_waited_over_two_seconds_is_refused)
{
    struct job jobs[3] = { 0 };
    start(1, 0, 8);
    assert_true(lane_enter(LANE_GENERAL, &jobs[0].task));
    assert_true(soon(&jobs[0].started));
    assert_true(lane_enter(LANE_GENERAL, &jobs[1].task));
    assert_true(lane_enter(LANE_GENERAL, &jobs[2].task));
    lanes_sweep(clock_mono_us() + 1900 * 1000, false);
    assert_false(jobs[1].over);
    jobs[2].task.queued_us += 3000 * 1000;
    lanes_sweep(clock_mono_us() + 2100 * 1000, false);
    assert_true(jobs[1].over && jobs[1].task.refused);
    assert_false(jobs[2].over);
    stop_when_all_over(jobs, 3);
    assert_false(jobs[2].task.refused);
}

TEST(http, work_may_pass_a_task_to_another_lane)
{
    struct job jobs[1] = { { .sleep_ms = 1, .then = LANE_SLOW } };
    start(1, 0, 8);
    assert_true(lane_enter(LANE_GENERAL, &jobs[0].task));
    assert_true(soon(&jobs[0].over));
    assert_int_equal(began, 2);
    assert_int_equal(jobs[0].task.lane, LANE_SLOW);
    stop_when_all_over(jobs, 1);
}

TEST(http, a_task_passed_to_a_full_lane_is_refused)
{
    struct job jobs[5] = { { .then = LANE_LOOP } };
    start(2, 0, 8);
    for (size_t i = 0; i < 3; i++)
        jobs[i].task.group_key = i;
    assert_true(lane_enter(LANE_SLOW, &jobs[0].task));
    assert_true(soon(&jobs[0].started));
    assert_true(lane_enter(LANE_SLOW, &jobs[1].task));
    assert_true(lane_enter(LANE_SLOW, &jobs[2].task));
    jobs[3] = (struct job){ .sleep_ms = 1, .then = LANE_SLOW };
    jobs[3].task.group_key = 7;
    assert_true(lane_enter(LANE_GENERAL, &jobs[3].task));
    assert_true(soon(&jobs[3].over));
    assert_true(jobs[3].task.refused);
    stop_when_all_over(jobs, 4);
}
