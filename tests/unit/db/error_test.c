/* What the server refuses, by kind; deadlocks. */
#include <unistd.h>

#include "server.h"

static const struct exc *error_of(struct ctx *cx, const char *values)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "thing");
    sql_add_literal(q, values, strlen(values));
    db_change(cx, q);
    const struct exc *kind = cx->err.kind;
    cx->err = (struct error){ 0 };
    return kind;
}

TEST(db, numbers_of_the_server_become_kinds_of_ours)
{
    struct ctx cx = writing_call(site_a());
    assert_null(error_of(&cx, " (name, code) VALUES ('e', 'c')"));
    assert_ptr_equal(error_of(&cx, " (name) VALUES ('E ')"), &DuplicateEntryError);
    assert_str(db_violated_key(&cx), "PRIMARY");
    assert_ptr_equal(error_of(&cx, " (name, code) VALUES ('f', 'C')"), &UniqueValidationError);
    assert_str(db_violated_key(&cx), "code");
    assert_ptr_equal(error_of(&cx, " (name, code) VALUES ('f', '12345678901')"), &CharacterLengthExceededError);
    assert_str(db_violated_key(&cx), "");
    assert_ptr_equal(error_of(&cx, " (name, number) VALUES ('f', 99999999999)"), &DataError);
    assert_ptr_equal(error_of(&cx, " (name, day) VALUES ('f', '2026-02-30')"), &DataError);
    assert_ptr_equal(error_of(&cx, " (name, number) VALUES ('f', 'x')"), &DataError);
    assert_ptr_equal(error_of(&cx, " (nothing) VALUES (1)"), &InternalError);
    assert_ptr_equal(error_of(&cx, " this is no SQL"), &InternalError);
    assert_int_equal(put(&cx, "still usable", STR_NONE), 1);
    end_call(&cx);
}

static bool lock_thing(struct ctx *cx, const char *name)
{
    struct str found;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_table(q, "thing");
    sql_add(q, " WHERE name=");
    sql_text(q, str_of(name));
    sql_add(q, " FOR UPDATE");
    return db_first_text(cx, q, &found);
}

struct rival {
    struct arena *arena;
    bool locked;
    const struct exc *kind;
};

static void hold_y_want_x(void *arg)
{
    struct rival *r = arg;
    db_thread(true);
    struct ctx cx = writing_call(site_a());
    cx.arena = r->arena;
    r->locked = lock_thing(&cx, "y");
    usleep(300000);
    lock_thing(&cx, "x");
    r->kind = cx.err.kind;
    end_call(&cx);
    db_thread(false);
}

TEST(db, a_deadlock_ends_one_of_the_two_and_its_transaction)
{
    struct ctx cx = writing_call(site_a());
    put(&cx, "x", STR_NONE);
    put(&cx, "y", STR_NONE);
    assert_true(db_commit(&cx));
    assert_true(lock_thing(&cx, "x"));
    assert_true(cx.writing); /* a locking read begins a transaction */
    struct rival rival = { .arena = arena_new(1 << 20) };
    struct thread *t = thread_start("rival", hold_y_want_x, &rival);
    usleep(150000);
    lock_thing(&cx, "y");
    const struct exc *mine = cx.err.kind;
    if (mine) {
        cx.err = (struct error){ 0 };
        assert_false(db_commit(&cx)); /* must not pretend */
    }
    end_call(&cx);
    thread_join(t);
    arena_free(rival.arena);
    assert_true(rival.locked);
    assert_true((mine == &QueryDeadlockError) != (rival.kind == &QueryDeadlockError));
}
