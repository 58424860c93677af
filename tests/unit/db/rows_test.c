/* Reading: every type a column may have, at its limits, as text and as number. */
#include "server.h"

static struct rows *select_literal(struct ctx *cx, const char *text)
{
    struct sql *q = sql_new(cx);
    sql_add_literal(q, text, strlen(text));
    struct rows *r = db_run(cx, q);
    assert_non_null(r);
    assert_true(rows_next(r));
    return r;
}

TEST(db, a_point_read_gives_back_what_was_written)
{
    struct ctx cx = writing_call(site_a());
    assert_int_equal(put(&cx, "point", STR("body")), 1);
    assert_true(db_commit(&cx));
    end_call(&cx);
    cx = reading_call(site_a());
    for (int i = 0; i < 3; i++)
        assert_str(get(&cx, "point"), "body");
    assert_null(get(&cx, "absent").p);
    assert_false(failed(&cx));
    assert_int_equal(cx.statements, 4);
    end_call(&cx);
}

TEST(db, a_text_of_five_megabytes_arrives_whole)
{
    size_t n = 5u << 20;
    char *big = arena_alloc(test_arena, n);
    for (size_t i = 0; i < n; i++)
        big[i] = (char)('a' + i % 26);
    struct ctx cx = writing_call(site_a());
    assert_int_equal(put(&cx, "big", (struct str){ big, n }), 1);
    assert_true(str_eq(get(&cx, "big"), (struct str){ big, n }));
    assert_true(str_eq(get(&cx, "big"), (struct str){ big, n }));
    end_call(&cx);
}

TEST(db, a_connection_that_carried_megabytes_is_not_kept)
{
    struct ctx cx = reading_call(site_a());
    struct rows *r = select_literal(&cx, "SELECT REPEAT('x', 2000000)");
    assert_int_equal(rows_text(r, 0).n, 2000000);
    unsigned open = db_stats().open;
    end_call(&cx);
    assert_int_equal(db_stats().open, open - 1);
}

TEST(db, null_is_not_an_empty_text)
{
    struct ctx cx = reading_call(site_a());
    struct rows *r = select_literal(&cx, "SELECT NULL, '', 0, NULL");
    assert_true(rows_is_null(r, 0));
    assert_null(rows_text(r, 0).p);
    assert_false(rows_is_null(r, 1));
    assert_non_null(rows_text(r, 1).p);
    assert_int_equal(rows_text(r, 1).n, 0);
    assert_str(rows_text(r, 2), "0");
    assert_int_equal(rows_int(r, 3), 0);
    assert_true(decimal_is_zero(rows_decimal(r, 3)));
    assert_false(rows_next(r));
    end_call(&cx);
}

TEST(db, text_beyond_the_first_plane_survives)
{
    struct ctx cx = writing_call(site_a());
    struct str text = STR("Préau 🏫 中文 \\ ' \" % _ \x01");
    assert_int_equal(put(&cx, "unicode é 🏫", text), 1);
    assert_true(str_eq(get(&cx, "unicode é 🏫"), text));
    end_call(&cx);
}

static struct rows *read_thing(struct ctx *cx, const char *columns, const char *where)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    sql_add_literal(q, columns, strlen(columns));
    sql_add(q, " FROM ");
    sql_table(q, "thing");
    sql_add_literal(q, where, strlen(where));
    struct rows *r = db_run(cx, q);
    assert_true(r && rows_next(r));
    return r;
}

TEST(db, numbers_keep_sign_and_size)
{
    struct ctx cx = writing_call(site_a());
    struct sql *q = sql_new(&cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "thing");
    sql_add(q, " (name, number, small, whole, price, ratio) VALUES ('n', -2147483648, -1, 18446744073709551615,"
               " -123456789012.000000001, 0.1)");
    assert_int_equal(db_change(&cx, q), 1);
    struct rows *r = read_thing(&cx, "number, small, whole, price, ratio, COUNT(*), SUM(small)", " WHERE name='n'");
    assert_int_equal(rows_columns(r), 7);
    assert_str(rows_text(r, 0), "-2147483648");
    assert_int_equal(rows_int(r, 0), -2147483648LL);
    assert_int_equal(rows_int(r, 1), -1);
    assert_str(rows_text(r, 2), "18446744073709551615");
    assert_str(rows_text(r, 3), "-123456789012.000000001");
    assert_str(decimal_text(test_arena, rows_decimal(r, 3)), "-123456789012.000000001");
    assert_int_equal(rows_int(r, 3), -123456789012LL);
    assert_str(rows_text(r, 4), "0.1");
    assert_int_equal(rows_int(r, 5), 1);
    assert_int_equal(rows_int(r, 6), -1);
    end_call(&cx);
}

TEST(db, times_are_written_with_all_their_places)
{
    struct ctx cx = writing_call(site_a());
    struct sql *q = sql_new(&cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "thing");
    sql_add(q, " (name, at, day, clock) VALUES ('t', ");
    sql_text(q, STR("2026-03-01 09:05:07.12"));
    sql_add(q, ", '2026-03-01', '-25:00:00.5'), ('u', '2026-03-01', NULL, '00:00:00')");
    assert_int_equal(db_change(&cx, q), 2);
    struct rows *r = read_thing(&cx, "at, day, clock, MAX(at) OVER (), CAST(at AS datetime)",
                                " WHERE name IN ('t', 'u') ORDER BY name");
    assert_str(rows_text(r, 0), "2026-03-01 09:05:07.120000");
    assert_str(rows_text(r, 1), "2026-03-01");
    assert_str(rows_text(r, 2), "-25:00:00.500000");
    assert_str(rows_text(r, 3), "2026-03-01 09:05:07.120000");
    assert_str(rows_text(r, 4), "2026-03-01 09:05:07");
    assert_true(rows_next(r));
    assert_str(rows_text(r, 0), "2026-03-01 00:00:00.000000");
    assert_true(rows_is_null(r, 1));
    assert_str(rows_text(r, 2), "00:00:00.000000");
    rows_close(r);
    end_call(&cx);
}

TEST(db, a_decimal_is_bound_as_a_number)
{
    struct ctx cx = reading_call(site_a());
    struct decimal d;
    int64_t same = 0;
    assert_true(decimal_parse(STR("123456789012.123456789"), &d));
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT CAST('123456789012.123456788' AS decimal(21,9)) = ");
    sql_decimal(q, d);
    assert_true(db_first_int(&cx, q, &same));
    assert_int_equal(same, 0); /* as doubles the two would be equal */
    end_call(&cx);
}

TEST(db, a_result_closed_early_leaves_the_connection_usable)
{
    struct ctx cx = reading_call(site_a());
    struct rows *r = select_literal(&cx, "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
    rows_close(r);
    assert_false(rows_next(r));
    assert_true(count_things(&cx) >= 0);
    end_call(&cx);
}

TEST(db, a_statement_while_another_is_being_read_is_a_bug)
{
    struct ctx cx = reading_call(site_a());
    select_literal(&cx, "SELECT 1 UNION ALL SELECT 2");
    assert_int_equal(count_things(&cx), -1);
    assert_ptr_equal(cx.err.kind, &InternalError);
    end_call(&cx);
}

TEST(db, a_call_that_ends_in_the_middle_of_a_result_gives_its_connection_back)
{
    struct ctx cx = reading_call(site_a());
    select_literal(&cx, "SELECT 1 UNION ALL SELECT 2");
    arena_reset(test_arena);
    assert_int_equal(db_stats().busy, 0);
    cx = reading_call(site_a());
    assert_true(count_things(&cx) >= 0);
    end_call(&cx);
}
