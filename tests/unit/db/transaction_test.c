/* Transactions, what may write, lost connections, time limits. */
#include "server.h"

TEST(db, a_safe_call_cannot_write)
{
    struct ctx cx = reading_call(site_a());
    assert_int_equal(put(&cx, "refused", STR_NONE), -1);
    assert_ptr_equal(cx.err.kind, &InReadOnlyMode);
    end_call(&cx);
    assert_false(db_begin(&cx));
    assert_ptr_equal(cx.err.kind, &InReadOnlyMode);
    end_call(&cx);
}

TEST(db, a_commit_lasts_and_a_rollback_leaves_nothing)
{
    struct ctx cx = writing_call(site_a());
    assert_int_equal(put(&cx, "kept", STR("1")), 1);
    assert_true(cx.writing);
    assert_true(db_commit(&cx));
    assert_false(cx.writing);
    assert_int_equal(put(&cx, "undone", STR("1")), 1);
    db_rollback(&cx);
    end_call(&cx);
    cx = reading_call(site_a());
    assert_str(get(&cx, "kept"), "1");
    assert_null(get(&cx, "undone").p);
    end_call(&cx);
    assert_true(db_commit(&cx)); /* nothing was begun */
}

TEST(db, a_call_that_is_dropped_in_its_transaction_leaves_nothing)
{
    struct ctx cx = writing_call(site_a());
    assert_int_equal(put(&cx, "dropped", STR("1")), 1);
    arena_reset(test_arena);
    cx = reading_call(site_a());
    assert_null(get(&cx, "dropped").p);
    assert_int_equal(put(&cx, "dropped", STR("1")), -1); /* and the next borrower is read-only again */
    end_call(&cx);
}

TEST(db, a_savepoint_undoes_only_what_came_after)
{
    struct ctx cx = writing_call(site_a());
    assert_int_equal(put(&cx, "before", STR("1")), 1);
    assert_true(db_savepoint(&cx));
    assert_int_equal(put(&cx, "after", STR("1")), 1);
    assert_int_equal(put(&cx, "after", STR("1")), -1);
    cx.err = (struct error){ 0 };
    assert_true(db_rollback_to_savepoint(&cx));
    assert_str(get(&cx, "before"), "1");
    assert_null(get(&cx, "after").p);
    end_call(&cx);
}

TEST(db, an_update_counts_the_rows_it_found)
{
    struct ctx cx = writing_call(site_a());
    put(&cx, "same", STR("1"));
    for (int i = 0; i < 2; i++) {
        struct sql *q = sql_new(&cx);
        sql_add(q, "UPDATE ");
        sql_table(q, "thing");
        sql_add(q, " SET body='1' WHERE name='same'");
        assert_int_equal(db_change(&cx, q), 1);
    }
    end_call(&cx);
}

TEST(db, a_read_on_a_dead_connection_is_run_again_on_a_new_one)
{
    struct ctx cx = reading_call(site_a());
    assert_true(count_things(&cx) >= 0);
    kill_connection(&cx);
    assert_true(count_things(&cx) >= 0);
    assert_false(failed(&cx));
    end_call(&cx);
}

TEST(db, a_transaction_begins_on_a_new_connection_when_the_old_one_is_dead)
{
    struct ctx cx = writing_call(site_a());
    assert_true(count_things(&cx) >= 0);
    kill_connection(&cx);
    assert_int_equal(put(&cx, "begun late", STR_NONE), 1);
    end_call(&cx);
}

TEST(db, a_transaction_does_not_go_on_after_its_connection_is_lost)
{
    struct ctx cx = writing_call(site_a());
    assert_int_equal(put(&cx, "lost", STR_NONE), 1);
    kill_connection(&cx);
    assert_int_equal(put(&cx, "lost too", STR_NONE), -1);
    assert_ptr_equal(cx.err.kind, &ServiceUnavailable);
    assert_true(cx.err.retry_after_s > 0);
    cx.err = (struct error){ 0 };
    assert_int_equal(put(&cx, "lost as well", STR_NONE), -1); /* even if nobody looked at the error */
    cx.err = (struct error){ 0 };
    assert_false(db_commit(&cx));
    end_call(&cx);
    assert_null(get(&cx, "lost").p);
    assert_int_equal(put(&cx, "found", STR_NONE), 1); /* and a new transaction may follow */
    end_call(&cx);
}

TEST(db, a_connection_lost_at_commit_leaves_the_result_unknown)
{
    struct ctx cx = writing_call(site_a());
    assert_int_equal(put(&cx, "unknown", STR_NONE), 1);
    kill_connection(&cx);
    assert_false(db_commit(&cx));
    assert_ptr_equal(cx.err.kind, &ServiceUnavailable);
    assert_true(str_find(cx.err.message, STR("unknown")) >= 0);
    end_call(&cx);
}

TEST(db, a_statement_is_cut_after_two_seconds_or_its_own_limit)
{
    struct ctx cx = reading_call(site_a());
    int64_t start = clock_mono_us();
    sleep_for(&cx, 9, 200);
    assert_ptr_equal(cx.err.kind, &QueryTimeoutError);
    assert_in_range(clock_mono_us() - start, 150000, 1500000);
    end_call(&cx);
    start = clock_mono_us();
    sleep_for(&cx, 9, 0);
    assert_ptr_equal(cx.err.kind, &QueryTimeoutError);
    assert_in_range(clock_mono_us() - start, 1500000, 4000000);
    end_call(&cx);
    sleep_for(&cx, 3, 4000);
    assert_false(failed(&cx));
    end_call(&cx);
}
