/* The builder: what text it makes, what it binds, what it refuses. No server. */
#include "connection.h"

#include "test.h"

static const struct db_tenant tenant = { .id = 7, .database = "s_1", .password = "x" };

static struct ctx call(void)
{
    struct ctx cx = test_ctx();
    cx.tenant = &tenant;
    return cx;
}

TEST(db, values_become_question_marks)
{
    struct ctx cx = call();
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT 1 WHERE a=");
    sql_text(q, STR("'; DROP TABLE x; --"));
    sql_add(q, " AND b=");
    sql_int(q, -3);
    sql_add(q, " AND c=");
    sql_decimal(q, DECIMAL_INT(2));
    sql_add(q, " AND d=");
    sql_null(q);
    assert_str(sql_string(q), "SELECT 1 WHERE a=? AND b=? AND c=? AND d=?");
    assert_int_equal(sql_bindings(q), 4);
}

TEST(db, tables_are_fully_qualified_and_quoted)
{
    struct ctx cx = call();
    struct sql *q = sql_new(&cx);
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " ");
    sql_table(q, "__Auth");
    sql_add(q, " ");
    sql_column(q, "t", "name");
    sql_index(q, 12);
    assert_str(sql_string(q), "`s_1`.`tabLMS Lesson` `s_1`.`__Auth` `t`.`name`12");
}

TEST(db, a_joined_tail_brings_its_text_and_values)
{
    struct ctx cx = call();
    struct sql *q = sql_new(&cx), *tail = sql_new(&cx);
    assert_true(sql_is_empty(tail));
    for (int i = 0; i < 20; i++) {
        sql_add(tail, ",");
        sql_int(tail, i);
    }
    sql_add(q, "x");
    sql_text(q, STR("first"));
    sql_join(q, tail);
    assert_int_equal(sql_bindings(q), 21);
    assert_true(str_starts(sql_string(q), STR("x?,?,?")));
    MYSQL_BIND *binds = sql_binds(q);
    assert_int_equal(*(int64_t *)binds[20].buffer, 19);
}

TEST(db, a_backquote_in_a_name_fails_the_call)
{
    struct ctx cx = call();
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT ");
    sql_name(q, "a`b");
    assert_ptr_equal(cx.err.kind, &InternalError);
    assert_int_equal(sql_final(q).n, 0);
}

TEST(db, a_table_needs_a_site)
{
    struct ctx cx = test_ctx();
    sql_table(sql_new(&cx), "tabSeries");
    assert_ptr_equal(cx.err.kind, &InternalError);
}

TEST(db, a_limit_stands_before_the_statement)
{
    struct ctx cx = call();
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT 1");
    sql_limit(q, 1250);
    assert_str(sql_final(q), "SET STATEMENT max_statement_time=1.250 FOR SELECT 1");
}

TEST(db, a_text_over_its_ceiling_is_never_run)
{
    struct ctx cx = call();
    struct sql *q = sql_new(&cx);
    for (int i = 0; i < 70000; i++)
        sql_add(q, "0123456789abcdef");
    assert_int_equal(sql_final(q).n, 0);
    assert_ptr_equal(cx.err.kind, &DataError);
}

static void assert_next(struct str *file, const char *expected)
{
    struct str statement;
    assert_true(sql_next_statement(file, &statement));
    assert_str(statement, expected);
}

TEST(db, a_file_is_split_at_its_semicolons_only)
{
    struct str statement;
    struct str file = STR("-- one; two\nSELECT ';' , \"a;\"\"b\", `c;d` /* e;f */;;\n # g;h\n"
                          "SELECT 'it''s;' , '\\';' -- i;j\n, 2;\n\n/* the end; */ ");
    assert_next(&file, "SELECT ';' , \"a;\"\"b\", `c;d` /* e;f */");
    assert_next(&file, "SELECT 'it''s;' , '\\';' -- i;j\n, 2");
    assert_false(sql_next_statement(&file, &statement));
}

TEST(db, a_file_may_end_without_semicolon_or_in_the_middle_of_a_text)
{
    struct str statement, file = STR("SELECT 1;SELECT 'open");
    assert_next(&file, "SELECT 1");
    assert_next(&file, "SELECT 'open");
    assert_false(sql_next_statement(&file, &statement));
}

TEST(db, names_of_databases_are_held_to_a_small_alphabet)
{
    assert_true(database_name_valid("_1bd3e0294da19198"));
    assert_true(database_name_valid("tech-school.local"));
    assert_false(database_name_valid(""));
    assert_false(database_name_valid("a`b"));
    assert_false(database_name_valid("a'b"));
    assert_false(database_name_valid("a b"));
    assert_false(database_name_valid("12345678901234567890123456789012345678901234567890123456789012345"));
}
