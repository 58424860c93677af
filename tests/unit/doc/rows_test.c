/* Lists against a real server: what comes out, as it stands on the wire. */
#include "database.h"
#include "query.h"
#include "school.h"

static void insert_lesson(struct ctx *cx, const char *name, const char *title, int preview, const char *seen)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_doctype(q, "T Lesson");
    sql_add(q, " (name, owner, modified_by, creation, modified, title, course, is_free_preview, content, weight, seen, "
               "`at`, starts) "
               "VALUES (");
    sql_text(q, str_of(name));
    sql_add(q, ", 'x', 'x', '2026-01-01', '2026-01-01', ");
    sql_text(q, str_of(title));
    sql_add(q, ", 'C1', ");
    sql_int(q, preview);
    sql_add(q, ", 'body', 1.5, ");
    if (seen)
        sql_text(q, str_of(seen));
    else
        sql_null(q);
    sql_add(q, ", '09:05:00', '2026-03-01')");
    assert_int_equal(db_change(cx, q), 1);
}

static void insert_sale(struct ctx *cx, const char *name, const char *user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_doctype(q, "T Sale");
    sql_add(q, " (name, owner, user, `at`, modified, amount) VALUES (");
    sql_text(q, str_of(name));
    sql_add(q, ", 'x', ");
    sql_text(q, str_of(user));
    sql_add(q, ", '2026-03-01 09:05:07.12', '2026-03-01 10:11:12', 4500)");
    assert_int_equal(db_change(cx, q), 1);
}

/* The caller's call on a school with a few rows; nothing is committed twice. */
static void open_school(struct ctx *cx)
{
    static bool filled;
    struct ctx boss = MANAGER;
    assert_true(database_ready(cx));
    if (filled)
        return;
    filled = true;
    assert_true(database_ready(&boss));
    boss.may_write = true;
    assert_true(schema_sync(&boss, false, NULL));
    insert_lesson(&boss, "L1", "One", 1, "2026-03-01 09:05:07.12");
    insert_lesson(&boss, "L2", "\303\211t\303\251", 0, "2026-03-01 09:05:07");
    insert_lesson(&boss, "L3", "one", 0, NULL);
    insert_sale(&boss, "S1", "ana@x.example");
    insert_sale(&boss, "S2", "bob@x.example");
    assert_true(db_commit(&boss));
    db_return(&boss);
}

static struct str listed(struct ctx *cx, struct query q)
{
    struct buf *b = arena_new_of(test_arena, struct buf);
    *b = buf_new(test_arena, 1 << 20);
    struct json_out out = out_to(b);
    open_school(cx);
    if (!list_json(cx, &q, &out))
        print_error("%.*s\n", STR_ARG(cx->err.message));
    assert_false(failed(cx));
    db_return(cx);
    return buf_str(b);
}

TEST(rows, are_written_by_the_type_of_their_field)
{
    struct ctx cx = MANAGER;
    assert_str(
        listed(&cx, (struct query){ .doctype = STR("T Lesson"),
                                    .fields = json_of("[\"name\",\"title\",\"is_free_preview\",\"weight\","
                                                      "\"seen\",\"at\",\"starts\",\"answer\"]"),
                                    .order_by = STR("name"),
                                    .length = 2 }),
        "[{\"name\":\"L1\",\"title\":\"One\",\"is_free_preview\":1,\"weight\":1.5,\"seen\":\"2026-03-01 "
        "09:05:07.120000\",\"at\":\"9:05:00\",\"starts\":\"2026-03-01\",\"answer\":null},"
        "{\"name\":\"L2\",\"title\":\"\\u00c9t\\u00e9\",\"is_free_preview\":0,\"weight\":1.5,\"seen\":\"2026-03-01 "
        "09:05:07\",\"at\":\"9:05:00\",\"starts\":\"2026-03-01\",\"answer\":null}]");
}

TEST(rows, come_with_null_where_a_field_is_not_the_callers)
{
    struct ctx cx = STUDENT;
    assert_str(listed(&cx, (struct query){ .doctype = STR("T Lesson"),
                                           .fields = json_of("[\"content\",\"name\"]"),
                                           .order_by = STR("name asc"),
                                           .length = 2,
                                           .as_arrays = true }),
               "[[\"body\",\"L1\"],[null,\"L2\"]]");
}

TEST(rows, go_through_the_mask_of_whoever_is_not_exempt)
{
    struct ctx student = STUDENT, manager = MANAGER;
    struct query q = { .doctype = STR("T Sale"), .fields = json_of("[\"name\",\"at\",\"amount\"]") };
    assert_str(listed(&student, q), "[{\"name\":\"S1\",\"at\":\"2026-03-01 09:00:00\",\"amount\":4500.0}]");
    q.length = 1;
    q.order_by = STR("name desc");
    assert_str(listed(&manager, q), "[{\"name\":\"S2\",\"at\":\"2026-03-01 09:05:07.120000\",\"amount\":4500.0}]");
}

TEST(rows, are_grouped_counted_and_summed)
{
    struct ctx cx = MANAGER;
    assert_str(listed(&cx, (struct query){ .doctype = STR("T Lesson"),
                                           .fields = json_of("[\"is_free_preview\",\"count(name) as n\","
                                                             "\"sum(weight) as w\",\"avg(is_free_preview)\","
                                                             "\"max(starts) as last\"]"),
                                           .group_by = STR("is_free_preview"),
                                           .order_by = STR("n desc") }),
               "[{\"is_free_preview\":0,\"n\":2,\"w\":3.0,\"avg(is_free_preview)\":0.0,\"last\":\"2026-03-01\"},"
               "{\"is_free_preview\":1,\"n\":1,\"w\":1.5,\"avg(is_free_preview)\":1.0,\"last\":\"2026-03-01\"}]");
}

TEST(rows, of_a_repeated_key_hold_what_came_last)
{
    struct ctx cx = MANAGER;
    assert_str(listed(&cx, (struct query){ .doctype = STR("T Lesson"),
                                           .fields = json_of("[\"name as x\",\"idx\",\"title as x\"]"),
                                           .filters = json_of("{\"name\":\"L1\"}") }),
               "[{\"x\":\"One\",\"idx\":0}]");
}

TEST(rows, are_found_without_regard_to_case_and_accents)
{
    struct ctx cx = MANAGER;
    assert_str(
        listed(&cx, (struct query){ .doctype = STR("T Lesson"), .filters = json_of("[[\"title\",\"like\",\"et%\"]]") }),
        "[{\"name\":\"L2\"}]");
}

TEST(rows, take_one_statement_a_list)
{
    struct ctx cx = STUDENT;
    listed(&cx, (struct query){ .doctype = STR("T Lesson"), .fields = json_of("[\"*\"]"), .length = 20 });
    assert_int_equal(cx.statements, 1);
}

TEST(rows, are_counted_as_the_caller_may_see_them)
{
    struct ctx student = STUDENT, manager = MANAGER;
    struct query q = { .doctype = STR("T Sale") };
    int64_t n;
    open_school(&student);
    open_school(&manager);
    assert_true(list_count(&student, &q, &n));
    assert_int_equal(n, 1);
    assert_true(list_count(&manager, &q, &n));
    assert_int_equal(n, 2);
    db_return(&student);
    db_return(&manager);
}

TEST(rows, for_our_own_code_come_in_the_order_of_the_fields)
{
    struct ctx cx = STUDENT;
    open_school(&cx);
    struct rows *rows = doc_rows(&cx, &(struct find){ .doctype = "T Sale",
                                                      .fields = "amount name",
                                                      .where = FIND({ "name", "in", STR("S2\nS3") }),
                                                      .unchecked = true });
    assert_non_null(rows);
    assert_true(rows_next(rows));
    assert_str(rows_text(rows, 1), "S2");
    assert_false(rows_next(rows));
    db_return(&cx);
}

TEST(rows, read_as_a_document_come_without_a_standard_column_that_rules_hide)
{
    struct ctx student = STUDENT, manager = MANAGER;
    open_school(&student);
    open_school(&manager);
    const struct doctype *type = doc_type(&student, STR("T Lesson"));
    assert_int_equal(doc_read(&student, type, STR("L1"))->modified_by.n, 0);
    db_return(&student);
    assert_str(doc_read(&manager, type, STR("L1"))->modified_by, "x");
    assert_int_equal(manager.statements, 1);
    db_return(&manager);
}
