/* Enrollments: counts, status, enrolling. */
#include "test.h"

#include "school.h"

static struct doc *given_bootcamp(struct ctx *cx)
{
    struct doc *bootcamp = given(cx, "LMS Bootcamp",
                                 "{'title': 'Open', 'published': 1, 'courses': [{'title': 'C', 'lessons': ["
                                 "{'title': 'A', 'content_type': 'Text'}, {'title': 'B', 'content_type': 'Text'},"
                                 "{'title': 'X', 'content_type': 'Text', 'published': 0}]}]}");
    must(cx, bootcamp);
    must(cx, given(cx, "User", "{'email': 'Ana@Example.com ', 'first_name': 'Ana'}"));
    return bootcamp;
}

static void complete(struct ctx *cx, struct doc *enrollment, const struct doc *bootcamp, size_t i)
{
    struct str lesson = doc_table(doc_table(bootcamp, "courses")->rows[0], "lessons")->rows[i]->name;
    doc_set_text(doc_add_row(cx, enrollment, "completed_lessons"), "lesson", lesson);
    must(cx, doc_save(cx, enrollment, SAVE_AS_SYSTEM));
}

TEST(lms, progress_counts_published_lessons_and_completes)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given_bootcamp(&cx);
    struct doc *enrollment = lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Free");
    must(&cx, enrollment);
    assert_int_equal(doc_int(enrollment, "lessons_total"), 2);
    complete(&cx, enrollment, bootcamp, 2);
    assert_int_equal(doc_int(enrollment, "lessons_completed"), 0);
    complete(&cx, enrollment, bootcamp, 0);
    assert_str(decimal_fixed(cx.arena, doc_decimal(enrollment, "progress"), 2), "50.00");
    assert_str(doc_text(enrollment, "status"), "Active");
    complete(&cx, enrollment, bootcamp, 1);
    assert_str(doc_text(enrollment, "status"), "Completed");
    assert_true(doc_is_set(enrollment, "completed_on"));
    school_close(&cx);
}

TEST(lms, coming_back_gives_what_it_was)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given_bootcamp(&cx);
    struct doc *enrollment = lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Free");
    must(&cx, enrollment);
    complete(&cx, enrollment, bootcamp, 0);
    complete(&cx, enrollment, bootcamp, 1);
    doc_set_text(enrollment, "status", STR("Suspended"));
    must(&cx, doc_save(&cx, enrollment, 0));
    doc_set_text(enrollment, "status", STR("Active"));
    must(&cx, doc_save(&cx, enrollment, 0));
    assert_str(doc_text(enrollment, "status"), "Completed");
    school_close(&cx);
}

TEST(lms, enrolling_twice_is_one_enrollment_and_makes_a_student)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given_bootcamp(&cx);
    struct doc *first = lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Free");
    must(&cx, first);
    struct doc *again = lms_enroll(&cx, STR("ANA@example.com"), bootcamp->name, "Purchase");
    must(&cx, again);
    assert_true(str_eq(first->name, again->name));
    struct doc *user = doc_load(&cx, "User", STR("ana@example.com"));
    must(&cx, user);
    assert_int_equal(doc_table(user, "roles")->count, 1);
    assert_str(doc_text(doc_table(user, "roles")->rows[0], "role"), "Student");
    school_close(&cx);
}

TEST(lms, who_was_revoked_does_not_come_back_for_free)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given_bootcamp(&cx);
    struct doc *enrollment = lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Free");
    must(&cx, enrollment);
    doc_set_text(enrollment, "status", STR("Revoked"));
    must(&cx, doc_save(&cx, enrollment, 0));
    refused(&cx, lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Free"), ValidationError);
    struct doc *bought = lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Purchase");
    must(&cx, bought);
    assert_str(doc_text(bought, "status"), "Active");
    school_close(&cx);
}

TEST(lms, a_lesson_can_go_and_the_enrollment_stays)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given_bootcamp(&cx);
    struct doc *enrollment = lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Free");
    must(&cx, enrollment);
    complete(&cx, enrollment, bootcamp, 0);
    struct str lesson = doc_table(doc_table(bootcamp, "courses")->rows[0], "lessons")->rows[0]->name;
    must(&cx, doc_delete(&cx, doc_type(&cx, STR("LMS Lesson")), lesson, 0));
    struct doc *stored = doc_load(&cx, "Enrollment", enrollment->name);
    must(&cx, stored && doc_save(&cx, stored, SAVE_AS_SYSTEM));
    assert_int_equal(doc_table(stored, "completed_lessons")->count, 1);
    assert_int_equal(doc_int(stored, "lessons_completed"), 0);
    assert_int_equal(doc_int(stored, "lessons_total"), 1);
    school_close(&cx);
}

TEST(lms, my_enrollments_lead_back_to_the_last_lesson)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *bootcamp = given_bootcamp(&cx);
    struct doc *enrollment = lms_enroll(&cx, STR("ana@example.com"), bootcamp->name, "Free");
    must(&cx, enrollment);
    doc_set_text(enrollment, "last_lesson",
                 doc_table(doc_table(bootcamp, "courses")->rows[0], "lessons")->rows[1]->name);
    complete(&cx, enrollment, bootcamp, 0);
    AS(&cx, "ana@example.com", "Student");
    struct enrollment_row *rows;
    size_t count;
    must(&cx, lms_my_enrollments(&cx, STR("en"), &rows, &count));
    assert_int_equal(count, 1);
    assert_str(rows[0].continue_url, "/bootcamps/open/c/b");
    assert_str(decimal_fixed(cx.arena, rows[0].percent, 1), "50.0");
    school_close(&cx);
}
