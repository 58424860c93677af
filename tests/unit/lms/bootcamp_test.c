/* The tree of a bootcamp: slugs, totals, defaults, checks of lessons. */
#include "test.h"

#include "school.h"

static const char tree[] = "{'title': 'Été à la mer', 'price': 10, 'published': 1, 'courses': ["
                           "{'title': 'One', 'lessons': ["
                           "{'title': 'Intro', 'content_type': 'Text', 'duration_minutes': 5},"
                           "{'title': 'Intro', 'content_type': 'Text', 'duration_minutes': 7, 'published': 0},"
                           "{'title': '!!!', 'content_type': 'Lab', 'duration_minutes': 9}]},"
                           "{'title': 'One', 'lessons': [{'title': 'Intro', 'content_type': 'Text'}]}]}";

static const struct doc *course(const struct doc *bootcamp, size_t c)
{
    return doc_table(bootcamp, "courses")->rows[c];
}

static struct doc *lesson(const struct doc *bootcamp, size_t c, size_t i)
{
    return doc_table(course(bootcamp, c), "lessons")->rows[i];
}

TEST(lms, a_bootcamp_is_named_by_the_slug_of_its_title)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given(&cx, "LMS Bootcamp", tree);
    must(&cx, bootcamp);
    assert_str(bootcamp->name, "ete-a-la-mer");
    assert_str(doc_text(bootcamp, "slug"), "ete-a-la-mer");
    school_close(&cx);
}

TEST(lms, a_second_bootcamp_of_the_same_slug_is_refused)
{
    struct ctx cx;
    school_open(&cx);
    must(&cx, given(&cx, "LMS Bootcamp", tree));
    refused(&cx, given(&cx, "LMS Bootcamp", tree), DuplicateEntryError);
    school_close(&cx);
}

TEST(lms, equal_titles_get_numbered_slugs_within_their_parent_only)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given(&cx, "LMS Bootcamp", tree);
    must(&cx, bootcamp);
    assert_str(doc_text(course(bootcamp, 0), "slug"), "one");
    assert_str(doc_text(course(bootcamp, 1), "slug"), "one-2");
    assert_str(doc_text(lesson(bootcamp, 0, 0), "slug"), "intro");
    assert_str(doc_text(lesson(bootcamp, 0, 1), "slug"), "intro-2");
    assert_str(doc_text(lesson(bootcamp, 1, 0), "slug"), "intro");
    assert_int_equal(doc_text(lesson(bootcamp, 0, 2), "slug").n, 10);
    school_close(&cx);
}

TEST(lms, a_new_title_keeps_the_slug_and_a_new_row_gives_way)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given(&cx, "LMS Bootcamp", tree);
    must(&cx, bootcamp);
    struct doc *stored = doc_load(&cx, "LMS Bootcamp", bootcamp->name);
    doc_set_text(lesson(stored, 1, 0), "title", STR("Another"));
    doc_set_null(lesson(stored, 1, 0), "slug");
    struct doc *added = doc_add_row(&cx, doc_table(stored, "courses")->rows[1], "lessons");
    doc_set_text(added, "title", STR("Intro"));
    doc_set_text(added, "content_type", STR("Text"));
    must(&cx, doc_save(&cx, stored, 0));
    assert_str(doc_text(lesson(stored, 1, 0), "slug"), "intro");
    assert_str(doc_text(lesson(stored, 1, 1), "slug"), "intro-2");
    school_close(&cx);
}

TEST(lms, a_lesson_posted_by_itself_gets_a_slug_and_changes_the_totals)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given(&cx, "LMS Bootcamp", tree);
    must(&cx, bootcamp);
    struct str parent = course(bootcamp, 0)->name;
    const char *json = arena_printf(cx.arena,
                                    "{'parent': '%.*s', 'title': 'Intro', 'content_type': 'Text',"
                                    " 'duration_minutes': 3}",
                                    STR_ARG(parent));
    struct doc *posted = given(&cx, "LMS Lesson", json);
    must(&cx, posted);
    assert_str(doc_text(posted, "slug"), "intro-3");
    assert_str(doc_text(posted, "bootcamp"), "ete-a-la-mer");
    struct str total;
    must(&cx, doc_get(&cx, "LMS Bootcamp", bootcamp->name, "total_lessons", &total));
    assert_str(total, "4");
    school_close(&cx);
}

TEST(lms, totals_count_published_lessons)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given(&cx, "LMS Bootcamp", tree);
    must(&cx, bootcamp);
    assert_int_equal(doc_int(bootcamp, "total_lessons"), 3);
    assert_int_equal(doc_int(bootcamp, "duration_minutes"), 14);
    school_close(&cx);
}

TEST(lms, a_bootcamp_without_price_is_free_and_with_one_is_paid)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *paid = given(&cx, "LMS Bootcamp", tree);
    struct doc *free_one = given(&cx, "LMS Bootcamp", "{'title': 'Gratis'}");
    must(&cx, paid && free_one);
    assert_str(doc_text(paid, "enrollment"), "Paid");
    assert_str(doc_text(free_one, "enrollment"), "Free");
    assert_str(doc_text(free_one, "currency"), "EUR");
    assert_false(doc_is_set(free_one, "published_on"));
    assert_true(doc_is_set(paid, "published_on"));
    school_close(&cx);
}

TEST(lms, nonsense_in_a_tree_is_refused)
{
    static const struct {
        const char *lesson;
        const struct exc *exception;
    } cases[] = {
        { "{'title': 'X', 'content_type': 'Video', 'video_url': 'javascript:alert(1)'}", &ValidationError },
        { "{'title': 'X', 'content_type': 'Video', 'video_url': 'ftp://x/y'}", &ValidationError },
        { "{'title': 'X', 'content_type': 'Video', 'completion': 'Watch'}", &ValidationError },
        { "{'title': 'X', 'content_type': 'Lab', 'answer_type': 'Regex', 'answer': '('}", &ValidationError },
        { "{'title': 'X', 'content_type': 'Text', 'slug': 'No Slug'}", &ValidationError },
        { "{'title': 'X', 'content_type': 'Poem'}", &ValidationError },
        { "{'title': 'X', 'content_type': 'Text', 'duration_minutes': -1}", &NonNegativeError },
        { "{'content_type': 'Text'}", &MandatoryError },
    };
    struct ctx cx;
    school_open(&cx);
    for (size_t i = 0; i < countof(cases); i++) {
        const char *json = arena_printf(cx.arena, "{'title': 'B%zu', 'courses': [{'title': 'C', 'lessons': [%s]}]}", i,
                                        cases[i].lesson);
        refused(&cx, given(&cx, "LMS Bootcamp", json), *cases[i].exception);
    }
    refused(&cx, given(&cx, "LMS Bootcamp", "{'title': 'P', 'price': -1}"), NonNegativeError);
    refused(&cx, given(&cx, "LMS Bootcamp", "{'title': 'P', 'currency': 'ABC'}"), ValidationError);
    school_close(&cx);
}
