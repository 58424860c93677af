/* Documents against a real server: insert, read, update, delete; every refusal in Frappe's words. */
#include "document_types.h"

static void refuses(struct ctx *cx, const char *doctype, const char *json, const struct exc *kind, const char *message)
{
    struct doc *doc = insert(cx, doctype, json);
    struct error e = take_error(cx);
    if (doc || e.kind != kind || (message && !str_is(e.message, message)))
        print_error("%s %s: %s: %.*s\n", doctype, json, e.kind ? e.kind->name : "accepted", STR_ARG(e.message));
    assert_null(doc);
    assert_ptr_equal(e.kind, kind);
    if (message)
        assert_str(e.message, message);
}

static void stores(struct ctx *cx, const char *json, const char *field, const char *expected)
{
    struct doc *doc = insert(cx, "D Thing", json);
    if (!doc)
        print_error("%s: %.*s\n", json, STR_ARG(cx->err.message));
    assert_non_null(doc);
    struct doc *read = doc_load(cx, "D Thing", doc->name);
    assert_str(doc_text(read, field), expected);
    assert_str(doc_text(doc, field), expected);
}

TEST(document, declarations_agree)
{
    struct str why;
    if (!doc_check(test_arena, &why))
        fail_msg("%.*s", STR_ARG(why));
}

TEST(document, a_fresh_school_has_its_tables_in_a_second_and_a_second_migrate_changes_nothing)
{
    struct ctx cx = writer();
    struct buf plan = buf_new(cx.arena, 1 << 20);
    assert_true(schema_sync(&cx, false, &plan));
    assert_str(buf_str(&plan), "");
}

TEST(document, is_inserted_read_changed_and_deleted)
{
    struct ctx cx = writer();
    struct doc *doc = insert(&cx, "D Thing", "{\"title\": \"One\", \"amount\": \"1,234.5\", \"truth\": true}");
    assert_non_null(doc);
    assert_int_equal(doc->name.n, 10);
    assert_str(doc->owner, "boss@x.example");
    assert_true(update(&cx, "D Thing", doc->name, "{\"text\": \"more\", \"owner\": \"boss@x.example\"}"));
    struct doc *read = doc_load(&cx, "D Thing", doc->name);
    assert_str(doc_text(read, "text"), "more");
    assert_str(doc_text(read, "title"), "One");
    assert_str(doc_text(read, "amount"), "1234.5");
    assert_str(doc_text(read, "mine"), "boss@x.example");
    assert_str(doc_text(read, "kind"), "Text");
    assert_true(str_compare(read->modified, read->creation) > 0);
    assert_true(doc_delete(&cx, doc->type, doc->name, 0));
    assert_null(doc_find(&cx, "D Thing", doc->name));
    assert_null(doc_load(&cx, "D Thing", doc->name));
    assert_ptr_equal(take_error(&cx).kind, &DoesNotExistError);
    db_rollback(&cx);
}

TEST(document, values_are_coerced)
{
    struct ctx cx = writer();
    stores(&cx, "{\"title\": \"x\", \"whole\": \"12.7\"}", "whole", "12");
    stores(&cx, "{\"title\": \"x\", \"whole\": \"junk\"}", "whole", "0");
    stores(&cx, "{\"title\": \"x\", \"whole\": null}", "whole", "0");
    stores(&cx, "{\"title\": \"x\", \"truth\": \"true\"}", "truth", "1");
    stores(&cx, "{\"title\": \"x\", \"stars\": 7}", "stars", "1");
    stores(&cx, "{\"title\": \"x\", \"day\": \"2026-3-1\"}", "day", "2026-03-01");
    stores(&cx, "{\"title\": \"x\", \"day\": \"\"}", "day", "");
    stores(&cx, "{\"title\": \"x\", \"at\": \"2026-03-01T10:00:00.5Z\"}", "at", "2026-03-01 10:00:00.500000");
    stores(&cx, "{\"title\": \"x\", \"at\": \"2026-03-01T10:00:00+02:00\"}", "at", "2026-03-01 08:00:00.000000");
    stores(&cx, "{\"title\": \"x\", \"clock\": \"9:05\"}", "clock", "09:05:00.000000");
    stores(&cx, "{\"title\": \"x\", \"data\": {\"a\": [1, 2]}}", "data", "{\"a\":[1,2]}");
    stores(&cx, "{\"title\": \"a < b & c\"}", "title", "a < b & c");
    stores(&cx, "{\"title\": \"x\", \"server\": 7}", "server", "0");
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"at\": \"tomorrow\"}", &ValidationError,
            "At: \"tomorrow\" is not a valid Datetime");
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"day\": \"2026-02-30\"}", &ValidationError, NULL);
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"day\": 5}", &ValidationError, NULL);
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"whole\": 2147483648}", &CharacterLengthExceededError, NULL);
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"amount\": 1e13}", &CharacterLengthExceededError, NULL);
    refuses(&cx, "D Thing", "{\"title\": [1]}", &ValidationError, "Value for Title cannot be a list");
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"data\": \"{no\"}", &ValidationError, NULL);
    db_rollback(&cx);
}

TEST(document, refusals_come_in_frappes_words)
{
    struct ctx cx = writer();
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"camp\": \"no-such\"}", &LinkValidationError,
            "Could not find Camp: no-such");
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"kind\": \"Audio\"}", &ValidationError,
            " Kind cannot be \"Audio\". It should be one of \"Text\", \"Video\", \"Lab\"");
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"mail\": \"nobody\"}", &InvalidEmailAddressError, NULL);
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"ref\": \"y\"}", &ValidationError, "Ref Type must be set first");
    refuses(&cx, "D Thing", "{\"title\": \"x\", \"short\": \"\303\251\303\251\303\251\303\251\303\251\303\251\"}",
            &CharacterLengthExceededError, NULL);
    assert_non_null(
        insert(&cx, "D Thing", "{\"title\": \"x\", \"short\": \"\303\251\303\251\303\251\303\251\303\251\"}"));
    refuses(&cx, "D Camp", "{\"title\": \"C\", \"price\": -1}", &NonNegativeError,
            "Value cannot be negative for D Camp: <strong>Price</strong>");
    refuses(&cx, "D Camp", "{\"title\": \"a<b\"}", &NamingError, NULL);
    refuses(&cx, "D Prompt", "{}", &ValidationError, "Please set the document name");
    db_rollback(&cx);
}

TEST(document, missing_fields_are_told_all_at_once)
{
    struct ctx cx = writer();
    assert_null(insert(&cx, "D Camp", "{\"title\": \"C\", \"parts\": [{\"steps\": [{\"kind\": \"Lab\"}]}]}"));
    struct error e = take_error(&cx);
    assert_ptr_equal(e.kind, &MandatoryError);
    assert_str(e.detail, "[D Camp, C]: title, title");
    assert_true(e.quiet);
    assert_str(cx.notes->message, "Error: <strong>D Step</strong> Row #1: Value missing for: Title");
    assert_str(cx.notes->next->message, "Error: <strong>D Part</strong> Row #1: Value missing for: Title");
    db_rollback(&cx);
}

TEST(document, a_taken_name_and_a_taken_value_are_told_apart)
{
    struct ctx cx = writer();
    assert_non_null(insert(&cx, "D Camp", "{\"title\": \"Full Stack\", \"slug\": \"fs\"}"));
    assert_null(insert(&cx, "D Camp", "{\"title\": \"full stack\"}"));
    struct error e = take_error(&cx);
    assert_ptr_equal(e.kind, &DuplicateEntryError);
    assert_str(cx.notes->message, "D Camp <strong>full stack</strong> already exists");
    assert_string_equal(cx.notes->title, "Duplicate Name");
    assert_str(e.detail,
               "('D Camp', 'full stack', IntegrityError(1062, \"Duplicate entry 'full stack' for key 'PRIMARY'\"))");
    assert_null(insert(&cx, "D Camp", "{\"title\": \"Other\", \"slug\": \"FS\"}"));
    assert_ptr_equal(take_error(&cx).kind, &UniqueValidationError);
    assert_str(cx.notes->message, "Slug must be unique");
    assert_non_null(insert(&cx, "D Thing", "{\"title\": \"x\", \"mail\": \"a@b.c\", \"day\": \"2026-01-01\"}"));
    assert_null(insert(&cx, "D Thing", "{\"title\": \"x\", \"mail\": \"a@b.c\", \"day\": \"2026-01-01\"}"));
    assert_ptr_equal(take_error(&cx).kind, &UniqueValidationError);
    assert_non_null(insert(&cx, "D Camp", "{\"title\": \"Empty\", \"slug\": \"\"}"));
    assert_non_null(insert(&cx, "D Camp", "{\"title\": \"Empty too\", \"slug\": \"\"}"));
    db_rollback(&cx);
}

TEST(document, links_take_the_stored_spelling_and_fetch)
{
    struct ctx cx = writer();
    insert(&cx, "D Camp", "{\"title\": \"R\303\251sum\303\251\", \"slug\": \"cv\"}");
    struct doc *doc = insert(&cx, "D Thing",
                             "{\"title\": \"x\", \"camp\": \"resume\", \"ref_type\": \"D Camp\", \"ref\": \"RESUME\"}");
    assert_non_null(doc);
    assert_str(doc_text(doc, "camp"), "R\303\251sum\303\251");
    assert_str(doc_text(doc, "ref"), "R\303\251sum\303\251");
    assert_str(doc_text(doc, "camp_slug"), "cv");
    db_rollback(&cx);
}

TEST(document, a_stale_copy_is_refused_and_a_fresh_one_in_any_spelling_is_not)
{
    struct ctx cx = writer();
    struct doc *doc = insert(&cx, "D Thing", "{\"title\": \"x\"}");
    struct str first = doc->modified;
    assert_true(update(&cx, "D Thing", doc->name, "{\"text\": \"1\"}"));
    const char *stale = arena_printf(cx.arena, "{\"text\": \"2\", \"modified\": \"%.*s\"}", STR_ARG(first));
    assert_false(update(&cx, "D Thing", doc->name, stale));
    struct error e = take_error(&cx);
    assert_ptr_equal(e.kind, &TimestampMismatchError);
    assert_true(str_starts(e.message, STR("Error: Document has been modified after you have opened it (")));
    assert_true(str_ends(e.message,
                         str_printf(cx.arena, ", %.*s). Please refresh to get the latest document.", STR_ARG(first))));
    struct str now = doc_load(&cx, "D Thing", doc->name)->modified;
    const char *fresh =
        arena_printf(cx.arena, "{\"text\": \"2\", \"modified\": \"%.10sT%.*s\"}", now.p, STR_ARG(str_from(now, 11)));
    assert_true(update(&cx, "D Thing", doc->name, fresh));
    assert_false(update(&cx, "D Thing", doc->name, "{\"owner\": \"mallory\"}"));
    assert_ptr_equal(take_error(&cx).kind, &CannotChangeConstantError);
    db_rollback(&cx);
}

TEST(document, what_is_set_once_stays)
{
    struct ctx cx = writer();
    struct doc *doc = insert(&cx, "D Thing", "{\"title\": \"x\", \"born\": \"here\"}");
    assert_true(update(&cx, "D Thing", doc->name, "{\"born\": \"here\"}"));
    assert_false(update(&cx, "D Thing", doc->name, "{\"born\": \"there\"}"));
    assert_str(take_error(&cx).message, "Value cannot be changed for <strong>Born</strong>");
    db_rollback(&cx);
}

TEST(document, series_count_and_give_back_the_last_number)
{
    struct ctx cx = writer();
    struct doc *one = insert(&cx, "D Bill", "{}"), *two = insert(&cx, "D Bill", "{}");
    assert_str(one->name, "D-BILL-0001");
    assert_str(two->name, "D-BILL-0002");
    assert_true(doc_delete(&cx, two->type, two->name, 0));
    assert_str(insert(&cx, "D Bill", "{}")->name, "D-BILL-0002");
    assert_true(doc_delete(&cx, one->type, one->name, 0));
    assert_str(insert(&cx, "D Bill", "{}")->name, "D-BILL-0003");
    db_rollback(&cx);
}

TEST(document, submitting_follows_the_states)
{
    struct ctx cx = writer();
    struct doc *bill = insert(&cx, "D Bill", "{\"total\": 5}");
    assert_false(update(&cx, "D Bill", bill->name, "{\"docstatus\": 2}"));
    assert_ptr_equal(take_error(&cx).kind, &DocstatusTransitionError);
    assert_true(update(&cx, "D Bill", bill->name, "{\"docstatus\": 1}"));
    assert_true(update(&cx, "D Bill", bill->name, "{\"remark\": \"later\"}"));
    assert_false(update(&cx, "D Bill", bill->name, "{\"total\": 6}"));
    assert_ptr_equal(take_error(&cx).kind, &UpdateAfterSubmitError);
    assert_false(update(&cx, "D Bill", bill->name, "{\"docstatus\": 0}"));
    assert_ptr_equal(take_error(&cx).kind, &DocstatusTransitionError);
    assert_false(doc_delete(&cx, bill->type, bill->name, 0));
    assert_ptr_equal(take_error(&cx).kind, &ValidationError);
    assert_true(update(&cx, "D Bill", bill->name, "{\"docstatus\": 2}"));
    assert_false(update(&cx, "D Bill", bill->name, "{\"remark\": \"x\"}"));
    assert_str(take_error(&cx).message, "Cannot edit cancelled document");
    db_rollback(&cx);
}

TEST(document, what_is_linked_is_not_deleted)
{
    struct ctx cx = writer();
    insert(&cx, "D Camp", "{\"title\": \"Linked\"}");
    struct doc *thing = insert(&cx, "D Thing", "{\"title\": \"x\", \"camp\": \"Linked\"}");
    assert_false(doc_delete(&cx, doc_type(&cx, STR("D Camp")), STR("Linked"), 0));
    struct str expected = str_printf(
        cx.arena,
        "Cannot delete or cancel because D Camp <a href=\"/app/Form/D Camp/Linked\">Linked</a> is linked with D Thing "
        "<a href=\"/app/Form/D Thing/%.*s\">%.*s</a> ",
        STR_ARG(thing->name), STR_ARG(thing->name));
    assert_str(take_error(&cx).message, expected.p);
    assert_true(doc_delete(&cx, thing->type, thing->name, 0));
    assert_true(doc_delete(&cx, doc_type(&cx, STR("D Camp")), STR("Linked"), 0));
    db_rollback(&cx);
}

TEST(document, a_rename_takes_its_links_along)
{
    struct ctx cx = writer();
    struct str name;
    insert(&cx, "D Camp", "{\"title\": \"Old\", \"parts\": [{\"title\": \"P\"}]}");
    struct doc *thing = insert(&cx, "D Thing", "{\"title\": \"x\", \"camp\": \"Old\"}");
    assert_true(doc_rename(&cx, doc_type(&cx, STR("D Camp")), STR("old"), STR(" New "), false, &name));
    assert_str(name, "New");
    assert_str(doc_text(doc_load(&cx, "D Thing", thing->name), "camp"), "New");
    struct doc *camp = doc_load(&cx, "D Camp", STR("New"));
    assert_int_equal(doc_table(camp, "parts")->count, 1);
    assert_str(doc_text(camp, "title"), "New");
    assert_false(doc_rename(&cx, thing->type, thing->name, STR("y"), false, &name));
    assert_str(take_error(&cx).message, "D Thing not allowed to be renamed");
    db_rollback(&cx);
}

TEST(document, a_single_is_read_with_nothing_stored_and_kept)
{
    struct ctx cx = writer();
    struct doc *setup = doc_load(&cx, "D Setup", STR("D Setup"));
    assert_non_null(setup);
    assert_int_equal(doc_int(setup, "days"), 30);
    assert_true(update(&cx, "D Setup", STR("D Setup"), "{\"title\": \"T\", \"days\": \"14\", \"rate\": 0.25}"));
    setup = doc_load(&cx, "D Setup", STR("D Setup"));
    assert_str(doc_text(setup, "title"), "T");
    assert_int_equal(doc_int(setup, "days"), 14);
    assert_str(doc_text(setup, "rate"), "0.25");
    db_rollback(&cx);
}

TEST(document, json_has_frappes_key_order)
{
    struct ctx cx = writer();
    struct doc *doc = insert(&cx, "D Camp", "{\"title\": \"J\", \"price\": 499.99, \"parts\": [{\"title\": \"P\"}]}");
    struct doc *part = doc_table(doc, "parts")->rows[0];
    doc->creation = doc->modified = part->creation = part->modified = STR("2026-11-23 18:26:58.000000");
    struct str expected = str_printf(
        cx.arena,
        "{\"name\":\"J\",\"owner\":\"boss@x.example\",\"creation\":\"2026-11-23 18:26:58\",\"modified\":\"2026-11-23 "
        "18:26:58\",\"modified_by\":\"boss@x.example\",\"docstatus\":0,\"idx\":0,\"title\":\"J\",\"price\":499.99,"
        "\"steps_total\":0,\"doctype\":\"D Camp\",\"parts\":[{\"name\":\"%.*s\",\"owner\":\"boss@x.example\","
        "\"creation\":\"2026-11-23 18:26:58\",\"modified\":\"2026-11-23 18:26:58\",\"modified_by\":\"boss@x.example\","
        "\"docstatus\":0,\"idx\":1,\"title\":\"P\",\"camp\":\"J\",\"parent\":\"J\",\"parentfield\":\"parts\","
        "\"parenttype\":\"D Camp\",\"doctype\":\"D Part\",\"steps\":[]}]}",
        STR_ARG(part->name));
    assert_str(as_json(&cx, doc), expected.p);
    db_rollback(&cx);
}

TEST(document, nothing_is_told_to_who_may_not_create)
{
    struct ctx boss = writer(), cx = GUEST;
    cx.may_write = true;
    assert_true(database_ready(&cx));
    assert_null(insert(&cx, "D Thing", "{\"title\": \"x\", \"camp\": \"no-such\"}"));
    assert_ptr_equal(cx.err.kind, &PermissionError);
    db_rollback(&cx);
    db_rollback(&boss);
}

TEST(document, fields_above_the_callers_level_are_put_back)
{
    struct ctx boss = writer(), cx = call_as("ed@x.example", "Editor");
    cx.may_write = true;
    assert_true(database_ready(&cx));
    struct doc *doc = insert(&cx, "D Thing", "{\"title\": \"x\", \"low\": \"mine\", \"server\": 5}");
    assert_non_null(doc);
    assert_false(doc_is_set(doc, "low"));
    assert_int_equal(doc_int(doc, "server"), 0);
    db_rollback(&cx);
    db_rollback(&boss);
}

TEST(document, a_save_without_a_difference_may_leave_the_stamp)
{
    struct ctx cx = writer();
    struct doc *doc = insert(&cx, "D Thing", "{\"title\": \"x\", \"amount\": 1.5, \"data\": {\"a\": 1}}");
    struct doc *again = doc_load(&cx, "D Thing", doc->name);
    assert_true(doc_save(&cx, again, SAVE_STAMPS_ONLY_IF_CHANGED));
    assert_str(again->modified, doc->modified.p);
    doc_set_text(again, "text", STR("new"));
    assert_true(doc_save(&cx, again, SAVE_STAMPS_ONLY_IF_CHANGED));
    assert_true(str_compare(again->modified, doc->modified) > 0);
    db_rollback(&cx);
}
