/* Who may read what (spec/product.md section 4), over the gate: documents, rows and the functions of lms.h. */
#include "test.h"

#include "school.h"

/* Two bootcamps: `open` published with a preview, a locked lesson and a draft lesson; `draft` not published. */
struct facts {
    struct str preview, locked, hidden, in_draft;
};

static void given_user(struct ctx *cx, const char *email)
{
    must(cx, given(cx, "User", arena_printf(cx->arena, "{'email': '%s', 'first_name': 'Somebody'}", email)));
}

static struct str lesson_name(const struct doc *bootcamp, size_t i)
{
    return doc_table(doc_table(bootcamp, "courses")->rows[0], "lessons")->rows[i]->name;
}

static struct facts given_bootcamps(struct ctx *cx)
{
    struct doc *open = given(cx, "LMS Bootcamp",
                             "{'title': 'Open', 'price': 20, 'published': 1, 'courses': [{'title': 'C', 'lessons': ["
                             "{'title': 'Preview', 'content_type': 'Text', 'content': 'FREE', 'is_free_preview': 1},"
                             "{'title': 'Locked', 'content_type': 'Lab', 'content': 'SECRET', 'answer': '42',"
                             " 'answer_type': 'Exact', 'video_url': 'https://example.com/v'},"
                             "{'title': 'Hidden', 'content_type': 'Text', 'content': 'DRAFT', 'published': 0,"
                             " 'is_free_preview': 1}]}]}");
    must(cx, open);
    struct doc *draft = given(cx, "LMS Bootcamp",
                              "{'title': 'Draft', 'courses': [{'title': 'C', 'lessons': ["
                              "{'title': 'Preview', 'content_type': 'Text', 'content': 'DRAFT',"
                              " 'is_free_preview': 1}]}]}");
    must(cx, draft);
    given_user(cx, "student@example.com");
    given_user(cx, "other@example.com");
    must(cx, given(cx, "Enrollment", "{'user': 'student@example.com', 'bootcamp': 'open'}"));
    must(cx, given(cx, "Enrollment", "{'user': 'other@example.com', 'bootcamp': 'draft'}"));
    return (struct facts){ lesson_name(open, 0), lesson_name(open, 1), lesson_name(open, 2), lesson_name(draft, 0) };
}

/* Of a lesson the caller sees: nothing (-), its title (t), its body too (b), the answer too (a). */
static char seen(struct ctx *cx, struct str name)
{
    const struct doctype *type = doc_type(cx, STR("LMS Lesson"));
    struct doc *lesson = doc_read(cx, type, name);
    if (!lesson) {
        assert_string_equal(cx->err.kind->name, "DoesNotExistError");
        cx->err = (struct error){ 0 };
        return '-';
    }
    bool body = doc_is_set(lesson, "content");
    assert_true(body == doc_is_set(lesson, "video_url") || !str_eq(name, lesson->name) || !body ||
                !doc_is_set(lesson, "video_url"));
    return doc_is_set(lesson, "answer") ? 'a' : body ? 'b' : 't';
}

/* The same by a list of all lessons. */
static char listed(struct ctx *cx, struct str name)
{
    struct buf text = buf_new(cx->arena, 1 << 20);
    struct json_out out = out_to(&text);
    struct query query = { .doctype = STR("LMS Lesson"), .fields = json_of(cx, "['*']"), .length = 0 };
    must(cx, list_json(cx, &query, &out));
    struct str why;
    json_t *rows = json_read(cx->arena, buf_str(&text), &json_limits_default, &why), *row;
    size_t i;
    json_array_foreach(rows, i, row) if (str_eq(json_get_str(row, "name"), name)) return json_get_str(row, "answer").n
        ? 'a'
    : json_get_str(row, "content").n ? 'b'
                                     : 't';
    return '-';
}

TEST(lms, lessons_are_seen_by_whoever_may_on_every_path)
{
    static const struct {
        const char *user, *role;
        const char *expected; /* preview, locked, unpublished lesson, lesson of a draft */
    } cases[] = {
        { "Guest", NULL, "bt--" },
        { "stranger@example.com", NULL, "bt--" },
        { "other@example.com", "Student", "bt--" },
        { "student@example.com", "Student", "bb--" },
        { "partner@example.com", "Influencer", "bt--" },
        { "teacher@example.com", "Instructor", "babb" },
        { "manager@example.com", "System Manager", "babb" },
    };
    struct ctx cx;
    school_open(&cx);
    struct facts facts = given_bootcamps(&cx);
    const struct str names[] = { facts.preview, facts.locked, facts.hidden, facts.in_draft };
    for (size_t c = 0; c < countof(cases); c++) {
        AS(&cx, cases[c].user, cases[c].role);
        for (size_t i = 0; i < countof(names); i++) {
            char by_document = seen(&cx, names[i]), by_list = listed(&cx, names[i]);
            if (by_document != cases[c].expected[i] || by_list != cases[c].expected[i])
                fail_msg("%s, lesson %zu: document %c, list %c, expected %c", cases[c].user, i, by_document, by_list,
                         cases[c].expected[i]);
        }
    }
    school_close(&cx);
}

TEST(lms, the_outline_says_what_the_lesson_says)
{
    static const struct {
        const char *user, *role, *readable; /* of the lessons shown */
    } cases[] = {
        { "Guest", NULL, "yn" },
        { "student@example.com", "Student", "yy" },
        { "teacher@example.com", "Instructor", "yyy" },
    };
    struct ctx cx;
    school_open(&cx);
    given_bootcamps(&cx);
    for (size_t c = 0; c < countof(cases); c++) {
        AS(&cx, cases[c].user, cases[c].role);
        struct outline *outline = lms_outline(&cx, STR("open"), STR("en"));
        must(&cx, outline);
        assert_int_equal(outline->courses[0].count, strlen(cases[c].readable));
        for (size_t i = 0; i < outline->courses[0].count; i++) {
            const struct outline_lesson *lesson = &outline->courses[0].lessons[i];
            struct lesson_view *view = lms_lesson(&cx, lesson->name, STR("en"));
            must(&cx, view);
            assert_int_equal(lesson->readable, cases[c].readable[i] == 'y');
            assert_int_equal(view->readable, lesson->readable);
            assert_int_equal(view->content.n > 0, lesson->readable);
        }
    }
    school_close(&cx);
}

TEST(lms, a_draft_is_missing_for_everyone_who_does_not_teach)
{
    struct ctx cx;
    school_open(&cx);
    given_bootcamps(&cx);
    AS(&cx, "other@example.com", "Student");
    refused(&cx, lms_outline(&cx, STR("draft"), STR("en")), DoesNotExistError);
    refused(&cx, doc_read(&cx, doc_type(&cx, STR("LMS Bootcamp")), STR("draft")), DoesNotExistError);
    AS(&cx, "teacher@example.com", "Instructor");
    must(&cx, lms_outline(&cx, STR("draft"), STR("en")));
    school_close(&cx);
}

/* Access ends with the status and with the day after expires_on. */
TEST(lms, access_is_an_open_enrollment_that_has_not_expired)
{
    static const struct {
        const char *status, *expires;
        bool access;
    } cases[] = {
        { "Active", "", true },
        { "Completed", "", true },
        { "Suspended", "", false },
        { "Revoked", "", false },
        { "Active", "2001-01-01", false },
        { "Active", "2999-01-01", true },
        { "Completed", "2001-01-01", false },
    };
    struct ctx cx;
    school_open(&cx);
    struct facts facts = given_bootcamps(&cx);
    for (size_t i = 0; i < countof(cases); i++) {
        cx.user = user_administrator;
        struct sql *q = sql_new(&cx);
        sql_add(q, "UPDATE ");
        sql_doctype(q, "Enrollment");
        sql_add(q, " SET status = ");
        sql_text(q, str_of(cases[i].status));
        sql_add(q, ", expires_on = ");
        if (*cases[i].expires)
            sql_text(q, str_of(cases[i].expires));
        else
            sql_null(q);
        sql_add(q, " WHERE bootcamp = 'open'");
        must(&cx, db_change(&cx, q) >= 0);
        AS(&cx, "student@example.com", "Student");
        assert_int_equal(lms_has_access(&cx, STR("open")), cases[i].access);
        assert_int_equal(seen(&cx, facts.locked), cases[i].access ? 'b' : 't');
        assert_int_equal(listed(&cx, facts.locked), cases[i].access ? 'b' : 't');
    }
    school_close(&cx);
}

TEST(lms, nobody_filters_or_sorts_by_a_body_they_do_not_always_read)
{
    struct ctx cx;
    school_open(&cx);
    given_bootcamps(&cx);
    AS(&cx, "student@example.com", "Student");
    struct buf text = buf_new(cx.arena, 1 << 20);
    struct json_out out = out_to(&text);
    struct query by_body = { .doctype = STR("LMS Lesson"), .filters = json_of(&cx, "{'content': ['like', '%S%']}") };
    refused(&cx, list_json(&cx, &by_body, &out), PermissionError);
    struct query sorted = { .doctype = STR("LMS Lesson"), .order_by = STR("video_url desc") };
    refused(&cx, list_json(&cx, &sorted, &out), PermissionError);
    struct query answer = { .doctype = STR("LMS Lesson"), .fields = json_of(&cx, "['answer']") };
    refused(&cx, list_json(&cx, &answer, &out), PermissionError);
    school_close(&cx);
}
