/* The pool: its ceiling, its statements, a server that is away. */
#include "server.h"

struct crowd {
    struct lock lock;
    unsigned served, refused, most;
};

static void borrow_and_hold(void *arg)
{
    struct crowd *c = arg;
    struct arena *a = arena_new(1 << 20);
    db_thread(true);
    struct ctx cx = reading_call(site_a());
    cx.arena = a;
    sleep_for(&cx, 1, 0);
    unsigned open = db_stats().open;
    bool refused = cx.err.kind == &ServiceUnavailable && cx.err.retry_after_s > 0;
    lock_take(&c->lock);
    c->most = open > c->most ? open : c->most;
    c->refused += refused;
    c->served += !failed(&cx);
    lock_release(&c->lock);
    arena_free(a);
    db_thread(false);
}

TEST(db, a_full_pool_makes_callers_wait_and_then_sends_them_away)
{
    site_a();
    struct db_settings two = *mariadb_settings();
    two.connections = 2;
    db_stop();
    assert_true(db_start(test_arena, &two));
    struct crowd crowd = { .served = 0 };
    lock_init(&crowd.lock);
    struct thread *threads[8];
    for (size_t i = 0; i < countof(threads); i++)
        threads[i] = thread_start("crowd", borrow_and_hold, &crowd);
    for (size_t i = 0; i < countof(threads); i++)
        thread_join(threads[i]);
    assert_int_equal(crowd.most, 2);
    assert_in_range(crowd.served, 3, 6); /* two at once, 1 s each, nobody waits longer than 2 s */
    assert_int_equal(crowd.served + crowd.refused, 8);
    assert_int_equal(db_stats().busy, 0);
    db_stop();
    assert_true(mariadb_start());
}

TEST(db, more_statements_than_a_connection_keeps_all_run)
{
    struct ctx cx = reading_call(site_a());
    for (unsigned i = 0; i < 1100; i++) {
        int64_t n = -1;
        struct sql *q = sql_new(&cx);
        sql_add(q, "SELECT ");
        sql_index(q, i);
        assert_true(db_first_int(&cx, q, &n));
        assert_int_equal(n, i);
    }
    assert_in_range(cx.db->statements.count, 1, 1000);
    end_call(&cx);
}

TEST(db, a_kept_statement_costs_one_round_trip_and_no_preparation)
{
    struct ctx cx = reading_call(site_a());
    get(&cx, "any");
    uint64_t prepared = db_stats().prepared;
    for (int i = 0; i < 5; i++)
        get(&cx, "any");
    assert_int_equal(db_stats().prepared, prepared);
    end_call(&cx);
}

TEST(db, a_server_that_is_away_is_said_so)
{
    site_a();
    struct db_settings nowhere = *mariadb_settings();
    nowhere.socket = "/nonexistent/socket";
    db_stop();
    assert_true(db_start(test_arena, &nowhere));
    struct ctx cx = reading_call(site_a());
    assert_int_equal(count_things(&cx), -1);
    assert_ptr_equal(cx.err.kind, &ServiceUnavailable);
    end_call(&cx);
    assert_false(db_ping(500));
    assert_true(mariadb_start());
}
