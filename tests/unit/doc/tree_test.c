/* Trees of three levels against a real server (spec/product.md 6b): what a PUT keeps, moves, adds and drops. */
#include "document_types.h"

static const char school[] =
    "{\"title\": \"Camp\", \"parts\": ["
    "{\"title\": \"A\", \"steps\": [{\"title\": \"a1\"}, {\"title\": \"a2\", \"minutes\": 5}]},"
    "{\"title\": \"B\", \"steps\": [{\"title\": \"b1\"}]}]}";

static struct doc *part_of(struct ctx *cx, size_t part)
{
    return doc_table(doc_load(cx, "D Camp", STR("Camp")), "parts")->rows[part];
}

static struct doc *step_of(struct ctx *cx, size_t part, size_t step)
{
    return doc_table(part_of(cx, part), "steps")->rows[step];
}

static size_t steps_in(struct ctx *cx, size_t part)
{
    return doc_table(part_of(cx, part), "steps")->count;
}

static struct ctx with_school(void)
{
    struct ctx cx = writer();
    if (!insert(&cx, "D Camp", school))
        fail_msg("%.*s", STR_ARG(cx.err.message));
    return cx;
}

static const char *json_text(struct ctx *cx, const char *format, ...) PRINTF(2, 3);
static const char *json_text(struct ctx *cx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(cx->arena, format, args);
    va_end(args);
    return text;
}

TEST(tree, is_made_in_one_piece)
{
    struct ctx cx = with_school();
    struct doc *camp = doc_load(&cx, "D Camp", STR("Camp"));
    assert_int_equal(doc_int(camp, "steps_total"), 3);
    assert_int_equal(doc_table(camp, "parts")->count, 2);
    struct doc *a2 = step_of(&cx, 0, 1);
    assert_int_equal(a2->idx, 2);
    assert_str(doc_text(a2, "camp"), "Camp");
    assert_str(doc_text(a2, "kind"), "Text");
    assert_true(doc_true(a2, "open"));
    assert_str(a2->parenttype, "D Part");
    db_rollback(&cx);
}

TEST(tree, a_put_of_what_was_read_changes_nothing_but_the_stamp)
{
    struct ctx cx = with_school();
    struct doc *before = doc_load(&cx, "D Camp", STR("Camp"));
    assert_true(update(&cx, "D Camp", STR("Camp"), as_json(&cx, before).p));
    struct doc *after = doc_load(&cx, "D Camp", STR("Camp"));
    assert_false(str_eq(before->modified, after->modified));
    after->modified = before->modified;
    assert_str(as_json(&cx, after), as_json(&cx, before).p);
    db_rollback(&cx);
}

TEST(tree, rows_that_are_named_are_kept_and_move)
{
    struct ctx cx = with_school();
    struct doc *a = part_of(&cx, 0), *a2 = step_of(&cx, 0, 1), *b = part_of(&cx, 1);
    const char *json = json_text(
        &cx,
        "{\"parts\": [{\"name\": \"%s\", \"title\": \"B\", \"steps\": [{\"name\": \"%s\", "
        "\"title\": \"moved\", \"kind\": \"Lab\"}, {\"title\": \"new\"}]}, {\"name\": \"%s\", \"title\": \"A\"}]}",
        b->name.p, a2->name.p, a->name.p);
    assert_true(update(&cx, "D Camp", STR("Camp"), json));
    assert_int_equal(steps_in(&cx, 0), 2);
    assert_int_equal(steps_in(&cx, 1), 1);
    struct doc *moved = step_of(&cx, 0, 0);
    assert_str(moved->name, a2->name.p);
    assert_str(doc_text(moved, "title"), "moved");
    assert_int_equal(doc_int(moved, "minutes"), 0);
    assert_false(doc_true(moved, "open"));
    assert_true(doc_true(step_of(&cx, 0, 1), "open"));
    assert_str(part_of(&cx, 1)->name, a->name.p);
    assert_int_equal(part_of(&cx, 1)->idx, 2);
    assert_int_equal(doc_int(doc_load(&cx, "D Camp", STR("Camp")), "steps_total"), 3);
    db_rollback(&cx);
}

TEST(tree, a_row_survives_when_the_part_it_stood_in_goes)
{
    struct ctx cx = with_school();
    struct doc *a1 = step_of(&cx, 0, 0), *b = part_of(&cx, 1);
    int64_t parts = count_rows(&cx, "D Part");
    assert_true(update(&cx, "D Camp", STR("Camp"),
                       json_text(&cx,
                                 "{\"parts\": [{\"name\": \"%s\", \"title\": \"B\", \"steps\": [{\"name\": \"%s\", "
                                 "\"title\": \"a1\", \"kind\": \"Lab\"}]}]}",
                                 b->name.p, a1->name.p)));
    assert_int_equal(count_rows(&cx, "D Part"), parts - 1);
    assert_int_equal(steps_in(&cx, 0), 1);
    assert_str(step_of(&cx, 0, 0)->name, a1->name.p);
    db_rollback(&cx);
}

TEST(tree, a_row_of_another_document_is_refused)
{
    struct ctx cx = with_school();
    assert_non_null(insert(&cx, "D Camp", "{\"title\": \"Other\"}"));
    struct doc *a = part_of(&cx, 0);
    const char *json = json_text(&cx, "{\"parts\": [{\"name\": \"%s\", \"title\": \"A\"}]}", a->name.p);
    assert_false(update(&cx, "D Camp", STR("Other"), json));
    assert_ptr_equal(take_error(&cx).kind, &ValidationError);
    assert_int_equal(doc_table(doc_load(&cx, "D Camp", STR("Camp")), "parts")->count, 2);
    assert_false(update(
        &cx, "D Camp", STR("Camp"),
        json_text(&cx, "{\"parts\": [{\"name\": \"%s\", \"title\": \"A\"}, {\"name\": \"%s\", \"title\": \"A\"}]}",
                  a->name.p, a->name.p)));
    assert_ptr_equal(take_error(&cx).kind, &ValidationError);
    db_rollback(&cx);
}

TEST(tree, an_empty_list_empties_and_an_absent_key_leaves_alone)
{
    struct ctx cx = with_school();
    struct doc *a = part_of(&cx, 0);
    assert_true(update(&cx, "D Camp", STR("Camp"), "{\"price\": 5}"));
    assert_int_equal(steps_in(&cx, 0), 2);
    assert_true(
        update(&cx, "D Camp", STR("Camp"),
               json_text(&cx, "{\"parts\": [{\"name\": \"%s\", \"title\": \"A\", \"steps\": []}]}", a->name.p)));
    assert_int_equal(steps_in(&cx, 0), 0);
    assert_true(update(&cx, "D Camp", STR("Camp"), "{\"parts\": null}"));
    assert_int_equal(doc_table(doc_load(&cx, "D Camp", STR("Camp")), "parts")->count, 0);
    db_rollback(&cx);
}

TEST(tree, a_row_written_by_itself_stamps_what_it_stands_in)
{
    struct ctx cx = with_school();
    struct doc *camp = doc_load(&cx, "D Camp", STR("Camp")), *a1 = step_of(&cx, 0, 0), *a2 = step_of(&cx, 0, 1);
    assert_true(update(&cx, "D Step", a1->name, "{\"title\": \"changed\"}"));
    struct doc *now = doc_load(&cx, "D Camp", STR("Camp"));
    assert_true(str_compare(now->modified, camp->modified) > 0);
    assert_str(part_of(&cx, 0)->modified, now->modified.p);
    assert_str(step_of(&cx, 0, 1)->modified, a2->modified.p);
    assert_str(doc_text(step_of(&cx, 0, 0), "title"), "changed");
    assert_false(
        update(&cx, "D Camp", STR("Camp"), json_text(&cx, "{\"price\": 1, \"modified\": \"%s\"}", camp->modified.p)));
    assert_ptr_equal(take_error(&cx).kind, &TimestampMismatchError);
    db_rollback(&cx);
}

TEST(tree, a_row_joins_and_leaves_with_totals_and_numbers)
{
    struct ctx cx = with_school();
    struct doc *a = part_of(&cx, 0);
    struct doc *row = insert(&cx, "D Step", json_text(&cx, "{\"title\": \"a3\", \"parent\": \"%s\"}", a->name.p));
    if (!row)
        fail_msg("%.*s", STR_ARG(cx.err.message));
    assert_int_equal(row->idx, 3);
    assert_str(doc_text(row, "camp"), "Camp");
    struct doc *first =
        insert(&cx, "D Step", json_text(&cx, "{\"title\": \"a0\", \"idx\": 1, \"parent\": \"%s\"}", a->name.p));
    assert_int_equal(first->idx, 1);
    assert_str(doc_text(step_of(&cx, 0, 0), "title"), "a0");
    assert_int_equal(step_of(&cx, 0, 3)->idx, 4);
    assert_int_equal(doc_int(doc_load(&cx, "D Camp", STR("Camp")), "steps_total"), 5);
    assert_true(doc_delete(&cx, row->type, first->name, 0));
    assert_int_equal(steps_in(&cx, 0), 3);
    assert_int_equal(step_of(&cx, 0, 0)->idx, 1);
    assert_int_equal(doc_int(doc_load(&cx, "D Camp", STR("Camp")), "steps_total"), 4);
    assert_null(insert(&cx, "D Step", "{\"title\": \"lost\", \"parent\": \"nowhere\"}"));
    assert_str(take_error(&cx).message, "Could not find Parent: nowhere");
    assert_null(insert(&cx, "D Step", "{\"title\": \"lost\"}"));
    assert_ptr_equal(take_error(&cx).kind, &MandatoryError);
    db_rollback(&cx);
}

TEST(tree, a_document_loaded_without_a_lock_is_saved_all_the_same)
{
    struct ctx cx = with_school();
    struct doc *camp = doc_load(&cx, "D Camp", STR("Camp"));
    struct doc *part = doc_add_row(&cx, camp, "parts");
    doc_set_text(part, "title", STR("C"));
    doc_set_text(doc_add_row(&cx, part, "steps"), "title", STR("c1"));
    assert_true(doc_save(&cx, camp, SAVE_AS_SYSTEM));
    assert_int_equal(steps_in(&cx, 2), 1);
    struct doc *alone = doc_load(&cx, "D Step", step_of(&cx, 0, 0)->name);
    doc_set_int(alone, "minutes", 9);
    assert_true(doc_save(&cx, alone, SAVE_AS_SYSTEM));
    assert_int_equal(doc_int(step_of(&cx, 0, 0), "minutes"), 9);
    db_rollback(&cx);
}

TEST(tree, of_three_hundred_rows_is_written_in_a_handful_of_statements)
{
    struct ctx cx = writer();
    struct doc *camp = doc_new_named(&cx, "D Camp");
    doc_set_text(camp, "title", STR("Big"));
    for (int p = 0; p < 10; p++) {
        struct doc *part = doc_add_row(&cx, camp, "parts");
        doc_set_text(part, "title", STR("part"));
        for (int i = 0; i < 30; i++)
            doc_set_text(doc_add_row(&cx, part, "steps"), "title", STR("step"));
    }
    uint32_t before = cx.statements;
    assert_true(doc_insert(&cx, camp, 0));
    assert_in_range(cx.statements - before, 1, 8);
    before = cx.statements;
    struct doc *read = doc_load(&cx, "D Camp", STR("Big"));
    assert_int_equal(cx.statements - before, 3);
    struct str json = as_json(&cx, read);
    before = cx.statements;
    assert_true(update(&cx, "D Camp", STR("Big"), json.p));
    assert_in_range(cx.statements - before, 1, 8);
    before = cx.statements;
    assert_true(doc_delete(&cx, camp->type, STR("Big"), 0));
    assert_in_range(cx.statements - before, 1, 15);
    db_rollback(&cx);
}
