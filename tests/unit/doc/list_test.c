/* Lists without a database: what is asked, what is allowed, which SQL comes of it. */
#include "query.h"
#include "school.h"

struct request {
    const char *doctype, *fields, *filters, *or_filters, *order_by, *group_by, *parent;
    int64_t start, length;
};

static struct query query_of(const struct request *r)
{
    return (struct query){
        .doctype = str_of(r->doctype ? r->doctype : "T Lesson"),
        .fields = r->fields ? json_of(r->fields) : NULL,
        .filters = r->filters ? json_of(r->filters) : NULL,
        .or_filters = r->or_filters ? json_of(r->or_filters) : NULL,
        .order_by = str_of(r->order_by),
        .group_by = str_of(r->group_by),
        .parent = str_of(r->parent),
        .start = r->start,
        .length = r->length,
    };
}

static struct str sql_for(struct ctx *cx, const struct request *r)
{
    struct query q = query_of(r);
    const struct plan *p = plan_list(cx, &q);
    const struct sql *sql = p ? plan_sql(cx, p) : NULL;
    return sql ? sql_string(sql) : STR("refused");
}

#define SQL(cx, expected, ...) assert_str(sql_for((cx), &(struct request){ __VA_ARGS__ }), expected)
#define REFUSED(call, exc, text, ...)                                                                                  \
    do {                                                                                                               \
        struct ctx refused_ = call;                                                                                    \
        assert_str(sql_for(&refused_, &(struct request){ __VA_ARGS__ }), "refused");                                   \
        assert_ptr_equal(refused_.err.kind, &exc);                                                                     \
        assert_str(refused_.err.message, text);                                                                        \
    } while (0)
#define LESSONS " FROM `school`.`tabT Lesson` `t0`"
#define SORTED " ORDER BY `t0`.`modified` DESC, `t0`.`name`"

TEST(list, asks_for_names_in_the_default_order)
{
    struct ctx cx = MANAGER;
    SQL(&cx, "SELECT `t0`.`name`" LESSONS SORTED " LIMIT ?", .length = 20);
}

TEST(list, takes_fields_as_json_as_text_and_as_json_in_text)
{
    struct ctx cx = MANAGER;
    const char *expected = "SELECT `t0`.`title`, `t0`.`owner`" LESSONS SORTED;
    SQL(&cx, expected, .fields = "[\"title\", \"owner\"]");
    SQL(&cx, expected, .fields = "\"title,owner\"");
    SQL(&cx, expected, .fields = "\"[\\\"title\\\",\\\"owner\\\"]\"");
}

TEST(list, joins_a_linked_document_once_and_keys_it_by_field_or_alias)
{
    struct ctx cx = MANAGER;
    SQL(&cx,
        "SELECT `t1`.`title`, `t1`.`price`" LESSONS
        " LEFT JOIN `school`.`tabT Course` `t1` ON `t1`.`name` = `t0`.`course`" SORTED,
        .fields = "[\"course.title as course_title\", \"course.price\"]");
}

TEST(list, joins_only_those_linked_documents_that_the_caller_may_see)
{
    struct ctx cx = STUDENT;
    SQL(&cx,
        "SELECT `t1`.`title`" LESSONS " LEFT JOIN `school`.`tabT Course` `t1` ON `t1`.`name` = `t0`.`course` AND "
        "((`t1`.`published` = ?))" SORTED,
        .fields = "[\"course.title\"]");
}

TEST(list, joins_child_rows_by_table_field_or_doctype)
{
    struct ctx cx = MANAGER;
    const char *expected = "SELECT `t1`.`title` FROM `school`.`tabT Course` `t0` LEFT JOIN `school`.`tabT Chapter` "
                           "`t1` ON `t1`.`parent` = `t0`.`name` AND `t1`.`parenttype` = ? AND `t1`.`parentfield` = ?";
    struct str by_field = sql_for(&cx, &(struct request){ "T Course", "[\"chapters.title\"]" });
    struct str by_type = sql_for(&cx, &(struct request){ "T Course", "[\"`tabT Chapter`.`title`\"]" });
    assert_true(str_starts(by_field, str_of(expected)));
    assert_true(str_eq(by_field, by_type));
}

TEST(list, calls_functions_of_the_white_list_and_adds_no_order)
{
    struct ctx cx = MANAGER;
    SQL(&cx,
        "SELECT `t0`.`content_type`, COUNT(`t0`.`name`)" LESSONS
        " GROUP BY `t0`.`content_type` ORDER BY COUNT(`t0`.`name`) DESC",
        .fields = "[\"content_type\", \"count(name) as n\"]", .group_by = "content_type", .order_by = "n desc");
    SQL(&cx, "SELECT COUNT(*)" LESSONS, .fields = "[\"count(*)\"]");
    SQL(&cx, "SELECT COUNT(DISTINCT `t0`.`owner`)" LESSONS, .fields = "[\"count(distinct owner) as n\"]");
    SQL(&cx, "SELECT LOCATE(?, `t0`.`title`)" LESSONS SORTED, .fields = "[\"locate('a', title)\"]");
}

TEST(list, refuses_unknown_fields_by_name)
{
    REFUSED(MANAGER, DataError, "Field not permitted in query: nope", .fields = "[\"title\",\"nope\"]");
    REFUSED(MANAGER, DataError, "Field not permitted in query: foo.bar", .fields = "[\"foo.bar\"]");
    REFUSED(MANAGER, DataError, "Field not permitted in query: *", .fields = "[\"title\",\"*\"]");
    REFUSED(MANAGER, DataError, "Field not permitted in query: nope", .filters = "{\"nope\":1}");
    REFUSED(MANAGER, DataError, "Field not permitted in query: nope", .order_by = "nope desc");
    REFUSED(MANAGER, DataError, "Field not permitted in query: sleep(5)", .fields = "[\"sleep(5)\"]");
    REFUSED(MANAGER, DataError, "Field not permitted in query: 1 as one", .fields = "[\"1 as one\"]");
    REFUSED(MANAGER, DataError, "Field not permitted in query: name, title", .fields = "[\"name, title\"]");
}

TEST(list, refuses_what_looks_like_sql_in_frappes_words)
{
    REFUSED(MANAGER, DataError, "Use of sub-query or function is restricted",
            .fields = "[\"(select name from tabUser) as x\"]");
    REFUSED(MANAGER, DataError, "Use of sub-query or function is restricted", .fields = "[\"concat(name, title)\"]");
    REFUSED(MANAGER, ValidationError, "Illegal SQL Query", .fields = "[\"name/*x*/\"]");
    REFUSED(MANAGER, ValidationError, "Illegal SQL Query", .order_by = "name; drop table x");
    REFUSED(MANAGER, DataError, "Cannot use sub-query in order by", .order_by = "(select name from tabUser)");
}

TEST(list, refuses_unknown_operators_and_doctypes_as_recorded)
{
    REFUSED(MANAGER, ValidationError,
            "Operator must be one of =, !=, >, <, >=, <=, like, not like, in, not in, is, between, timespan, "
            "previous, next, ancestors of, descendants of, not ancestors of, not descendants of, descendants of "
            "(inclusive)",
            .filters = "[[\"title\",\"~~\",\"x\"]]");
    REFUSED(MANAGER, DoesNotExistError, "DocType Nope not found", .doctype = "Nope");
    REFUSED(MANAGER, DoesNotExistError, "DocType Nope not found", .filters = "[[\"Nope\",\"a\",\"=\",1]]");
    REFUSED(MANAGER, ValidationError, "T Settings is a single document: it has no rows to list",
            .doctype = "T Settings");
}

TEST(list, filters_by_every_shape)
{
    struct ctx cx = MANAGER;
    const char *one = "SELECT `t0`.`name`" LESSONS " WHERE `t0`.`seconds` > ?" SORTED;
    SQL(&cx, one, .filters = "{\"seconds\":[\">\",10]}");
    SQL(&cx, one, .filters = "[[\"seconds\",\">\",10]]");
    SQL(&cx, one, .filters = "[[\"T Lesson\",\"seconds\",\">\",10,false]]");
    SQL(&cx, one, .filters = "\"[[\\\"seconds\\\",\\\">\\\",10]]\"");
    SQL(&cx, "SELECT `t0`.`name`" LESSONS " WHERE `t0`.`title` = ? AND (`t0`.`title` = ? OR `t0`.`owner` = ?)" SORTED,
        .filters = "{\"title\":\"a\"}", .or_filters = "[[\"title\",\"=\",\"b\"],[\"owner\",\"=\",\"c\"]]");
}

TEST(list, refuses_filters_of_no_known_shape)
{
    struct ctx two = MANAGER, text = MANAGER, object = MANAGER, nested = MANAGER;
    sql_for(&two, &(struct request){ .filters = "[[\"title\",\"a\"]]" });
    sql_for(&text, &(struct request){ .filters = "[\"title\"]" });
    sql_for(&object, &(struct request){ .filters = "[{\"title\":1}]" });
    sql_for(&nested, &(struct request){ .filters = "{\"title\":[\"in\",[[1]]]}" });
    assert_ptr_equal(two.err.kind, &ValidationError);
    assert_ptr_equal(text.err.kind, &ValidationError);
    assert_ptr_equal(object.err.kind, &ValidationError);
    assert_ptr_equal(nested.err.kind, &ValidationError);
}

TEST(list, adds_the_callers_rows_around_everything_the_client_asked)
{
    struct ctx cx = STUDENT;
    SQL(&cx,
        "SELECT `t0`.`name` FROM `school`.`tabT Sale` `t0` WHERE ((`t0`.`user` = ?)) AND (`t0`.`amount` > ? OR "
        "`t0`.`name` = ?) ORDER BY `t0`.`name`",
        .doctype = "T Sale", .or_filters = "[[\"amount\",\">\",1],[\"name\",\"=\",\"x\"]]");
}

TEST(list, of_ones_own_documents_asks_for_the_owner)
{
    struct ctx cx = call_as("ana@x.example", "Owner");
    SQL(&cx, "SELECT `t0`.`name` FROM `school`.`tabT Sale` `t0` WHERE `t0`.`owner` = ? ORDER BY `t0`.`name`",
        .doctype = "T Sale");
}

TEST(list, gives_a_field_by_row_only_where_its_condition_holds)
{
    struct ctx cx = STUDENT;
    SQL(&cx, "SELECT `t0`.`title`, CASE WHEN (`t0`.`is_free_preview` = 1) THEN `t0`.`content` END" LESSONS SORTED,
        .fields = "[\"title\",\"content\"]");
}

TEST(list, drops_a_forbidden_field_from_all_and_refuses_it_by_name)
{
    struct ctx cx = STUDENT;
    struct str all = sql_for(&cx, &(struct request){ .fields = "\"*\"" });
    assert_true(str_find(all, STR("`content`")) > 0);
    assert_true(str_find(all, STR("`answer`")) < 0);
    REFUSED(STUDENT, PermissionError, "You may not read the field answer of T Lesson", .fields = "[\"answer\"]");
    REFUSED(STUDENT, PermissionError, "You may not read the field answer of T Lesson", .filters = "{\"answer\":\"x\"}");
}

TEST(list, refuses_to_filter_sort_or_aggregate_by_what_is_not_read_everywhere)
{
    const char *text = "You may not filter, sort or group by the field content of T Lesson";
    REFUSED(STUDENT, PermissionError, text, .filters = "[[\"content\",\"like\",\"a%\"]]");
    REFUSED(STUDENT, PermissionError, text, .order_by = "content");
    REFUSED(STUDENT, PermissionError, text, .fields = "[\"content\"]", .order_by = "content asc");
    REFUSED(STUDENT, PermissionError, text, .fields = "[\"content as c\"]", .order_by = "c");
    REFUSED(STUDENT, PermissionError, text, .group_by = "content");
    REFUSED(STUDENT, PermissionError, text, .fields = "[\"max(content) as m\"]");
    REFUSED(STUDENT, PermissionError, "You may not filter, sort or group by the field at of T Sale",
            .doctype = "T Sale", .order_by = "at desc");
}

TEST(list, with_the_right_to_select_finds_by_name_and_title_only)
{
    struct ctx finder = call_as("f@x.example", "Finder");
    SQL(&finder, "SELECT `t0`.`title` FROM `school`.`tabT Course` `t0` WHERE ((`t0`.`published` = ?))" SORTED,
        .doctype = "T Course", .fields = "[\"title\"]");
}

TEST(list, of_child_rows_needs_a_parent_that_holds_them)
{
    struct ctx none = MANAGER, wrong = MANAGER, right = STUDENT;
    sql_for(&none, &(struct request){ .doctype = "T Chapter" });
    sql_for(&wrong, &(struct request){ .doctype = "T Chapter", .parent = "T Lesson" });
    assert_ptr_equal(none.err.kind, &PermissionError);
    assert_ptr_equal(wrong.err.kind, &PermissionError);
    SQL(&right,
        "SELECT `t0`.`title` FROM `school`.`tabT Chapter` `t0` WHERE `t0`.`parenttype` = ? AND EXISTS (SELECT 1 FROM "
        "`school`.`tabT Course` `up` WHERE `up`.`name` = `t0`.`parent` AND ((`up`.`published` = ?)))" SORTED,
        .doctype = "T Chapter", .parent = "T Course", .fields = "[\"title\"]");
}

TEST(list, keeps_its_limits)
{
    struct ctx guest = GUEST, far = GUEST;
    struct query q = query_of(&(struct request){ .doctype = "T Course" });
    assert_int_equal(plan_list(&guest, &q)->length, 1000);
    q.start = 100001;
    assert_null(plan_list(&far, &q));
    REFUSED(MANAGER, ValidationError, "Limits of a list must not be negative", .length = -1);
    REFUSED(MANAGER, ValidationError, "Limits of a list must not be negative", .start = -1);
    REFUSED(MANAGER, ValidationError, "order_by takes at most 10 items", .order_by = "a,a,a,a,a,a,a,a,a,a,a");
}

TEST(list, counts_what_the_caller_may_see)
{
    struct ctx cx = STUDENT;
    struct query q = query_of(&(struct request){ .doctype = "T Course", .filters = "{\"title\":\"a\"}" });
    assert_str(sql_string(plan_sql(&cx, plan_count(&cx, &q))),
               "SELECT COUNT(*) FROM `school`.`tabT Course` `t0` WHERE ((`t0`.`published` = ?)) AND `t0`.`title` = ?");
}

TEST(list, of_our_own_code_takes_words)
{
    struct ctx cx = STUDENT;
    const struct plan *p = plan_find(&cx, &(struct find){ .doctype = "T Lesson",
                                                          .fields = "name content",
                                                          .where = FIND({ "title", "in", STR("a\nb") }),
                                                          .order = "idx asc",
                                                          .unchecked = true });
    assert_str(sql_string(plan_sql(&cx, p)),
               "SELECT `t0`.`name`, `t0`.`content`" LESSONS " WHERE `t0`.`title` IN (?, ?) ORDER BY `t0`.`idx`");
}
