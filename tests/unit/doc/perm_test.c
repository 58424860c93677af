/* Who may do what, and in which words it is refused. */
#include "perm_priv.h"
#include "school.h"

static struct doc *course(struct ctx *cx, int published)
{
    struct doc *d = doc_new_named(cx, "T Course");
    d->name = STR("C-1");
    d->owner = STR("someone@x.example");
    doc_set_int(d, "published", published);
    return d;
}

static struct doc *sale(struct ctx *cx, const char *user, const char *owner)
{
    struct doc *d = doc_new_named(cx, "T Sale");
    d->name = STR("S-1");
    d->owner = str_of(owner);
    doc_set_text(d, "user", str_of(user));
    return d;
}

TEST(perm, a_published_row_is_everyones_and_a_draft_reads_as_missing)
{
    struct ctx cx = GUEST;
    struct doc *draft = course(&cx, 0);
    assert_true(perm_check(&cx, draft->type, course(&cx, 1), READ));
    assert_false(perm_check(&cx, draft->type, draft, READ));
    assert_ptr_equal(cx.err.kind, &DoesNotExistError);
    assert_str(cx.err.message, "T Course C-1 not found");
}

TEST(perm, writing_to_a_draft_does_not_tell_that_it_exists)
{
    struct ctx cx = STUDENT;
    assert_false(perm_check(&cx, doc_type(&cx, STR("T Course")), course(&cx, 0), WRITE));
    assert_ptr_equal(cx.err.kind, &DoesNotExistError);
}

TEST(perm, exempt_roles_see_drafts)
{
    struct ctx cx = MANAGER, teacher = call_as("t@x.example", "Instructor");
    assert_true(perm_check(&cx, doc_type(&cx, STR("T Course")), course(&cx, 0), READ));
    assert_true(perm_check(&teacher, doc_type(&cx, STR("T Course")), course(&teacher, 0), WRITE));
}

TEST(perm, a_system_manager_has_all_rights_where_no_perm_speaks_of_the_role)
{
    struct ctx cx = MANAGER;
    assert_true(perm_allows(&cx, doc_type(&cx, STR("T Course")), NULL, DELETE));
    assert_false(perm_allows(&cx, doc_type(&cx, STR("T Course")), NULL, SUBMIT));
}

TEST(perm, a_list_without_right_is_refused_in_frappes_words)
{
    struct ctx cx = GUEST;
    assert_false(perm_check(&cx, doc_type(&cx, STR("T Lesson")), NULL, READ));
    assert_ptr_equal(cx.err.kind, &PermissionError);
    assert_true(cx.err.quiet);
    assert_str(cx.err.hint, "No permission for T Lesson");
    assert_str(cx.notes->message, "User <strong>Guest</strong> does not have doctype access via role permission for "
                                  "document <strong>T Lesson</strong>");
}

TEST(perm, anothers_document_is_refused_by_name)
{
    struct ctx cx = STUDENT;
    assert_false(perm_check(&cx, doc_type(&cx, STR("T Sale")), sale(&cx, "bob@x.example", ""), READ));
    assert_ptr_equal(cx.err.kind, &PermissionError);
    assert_str(cx.notes->message,
               "User <strong>ana@x.example</strong> does not have access to this document: T Sale - S-1");
    assert_int_equal(cx.err.hint.n, 0);
}

TEST(perm, a_right_that_is_missing_is_named)
{
    struct ctx cx = STUDENT;
    struct doc *lesson = doc_new_named(&cx, "T Lesson");
    assert_false(perm_check(&cx, lesson->type, lesson, CREATE));
    assert_str(cx.err.hint, "Insufficient Permission for T Lesson (<strong>create</strong>)");
    assert_str(cx.notes->message,
               "User <strong>ana@x.example</strong> does not have access to this document: T Lesson - None");
}

TEST(perm, deleting_is_refused_in_its_own_words)
{
    struct ctx cx = STUDENT;
    assert_false(perm_check(&cx, doc_type(&cx, STR("T Sale")), sale(&cx, "ana@x.example", ""), DELETE));
    assert_str(cx.err.message, "User not allowed to delete T Sale: S-1");
}

TEST(perm, if_owner_counts_for_ones_own_documents_and_creating)
{
    struct ctx cx = call_as("ana@x.example", "Owner");
    const struct doctype *type = doc_type(&cx, STR("T Sale"));
    assert_true(perm_allows(&cx, type, sale(&cx, "", "ANA@x.example"), WRITE));
    assert_false(perm_allows(&cx, type, sale(&cx, "", "bob@x.example"), READ));
    assert_true(perm_allows(&cx, type, NULL, READ));
    assert_true(perm_allows(&cx, type, sale(&cx, "", ""), CREATE));
}

TEST(perm, what_is_stored_is_judged_not_what_was_sent)
{
    struct ctx cx = STUDENT;
    struct doc *sent = sale(&cx, "ana@x.example", "");
    sent->before = sale(&cx, "bob@x.example", "");
    assert_false(perm_allows(&cx, sent->type, sent, WRITE));
}

TEST(perm, a_row_is_judged_by_its_parent)
{
    struct ctx cx = STUDENT;
    struct doc *draft = course(&cx, 0), *open = course(&cx, 1);
    assert_false(perm_allows(&cx, doc_type(&cx, STR("T Chapter")), doc_add_row(&cx, draft, "chapters"), READ));
    assert_true(perm_allows(&cx, doc_type(&cx, STR("T Chapter")), doc_add_row(&cx, open, "chapters"), READ));
    assert_false(perm_allows(&cx, doc_type(&cx, STR("T Chapter")), doc_add_row(&cx, open, "chapters"), WRITE));
    assert_true(perm_allows(&cx, doc_type(&cx, STR("T Chapter")), NULL, READ));
}

TEST(perm, a_field_by_row_is_read_where_its_condition_holds)
{
    struct ctx cx = STUDENT;
    struct doc *lesson = doc_new_named(&cx, "T Lesson");
    const struct field *content = doc_field(lesson->type, STR("content"));
    assert_false(perm_reads_field(&cx, lesson->type, content, lesson));
    assert_false(perm_reads_field(&cx, lesson->type, content, NULL));
    doc_set_int(lesson, "is_free_preview", 1);
    assert_true(perm_reads_field(&cx, lesson->type, content, lesson));
}

TEST(perm, a_field_given_to_another_role_does_not_exist)
{
    struct ctx cx = STUDENT, manager = MANAGER;
    const struct doctype *type = doc_type(&cx, STR("T Lesson"));
    const struct field *answer = doc_field(type, STR("answer"));
    assert_false(perm_reads_field(&cx, type, answer, NULL));
    assert_true(perm_reads_field(&manager, type, answer, NULL));
}

TEST(perm, a_field_above_the_callers_level_is_neither_read_nor_written)
{
    struct ctx cx = call_as("t@x.example", "Instructor"), manager = MANAGER;
    const struct doctype *type = doc_type(&cx, STR("T Course"));
    const struct field *secret = doc_field(type, STR("secret"));
    assert_false(perm_reads_field(&cx, type, secret, NULL));
    assert_false(perm_writes_field(&cx, type, secret));
    assert_true(perm_reads_field(&manager, type, secret, NULL));
    assert_true(perm_writes_field(&manager, type, secret));
}

TEST(perm, the_administrator_may_everything)
{
    struct ctx cx = STUDENT;
    cx.user = user_administrator;
    assert_true(perm_check(&cx, doc_type(&cx, STR("T Course")), course(&cx, 0), DELETE));
    assert_true(perm_exempt(&cx, doc_type(&cx, STR("T Lesson"))));
}
