/* Sites whose own definitions meet ours: an adopted one, or one that had the name before we shipped it. */
#include "test.h"

#include "school.h"

#define RUN(cx, text)                                                                                                  \
    do {                                                                                                               \
        struct sql *q_ = sql_new(cx);                                                                                  \
        sql_add(q_, text);                                                                                             \
        must((cx), db_change((cx), q_) >= 0);                                                                          \
    } while (0)

/* Ends the call with what it changed, and begins another that sees it. */
static void next_call(struct ctx *cx)
{
    call_changes(cx, "DocType");
    must(cx, call_commit(cx));
    db_return(cx);
    school_call(cx);
}

static void define_bootcamp(struct ctx *cx, bool whole)
{
    RUN(cx, "INSERT INTO `school`.`tabDocType` (`name`, `module`, `autoname`) VALUES ('LMS Bootcamp', 'Old', "
            "'field:title')");
    RUN(cx, "INSERT INTO `school`.`tabDocField` (`name`, `parent`, `parenttype`, `parentfield`, `idx`, `fieldname`, "
            "`fieldtype`) VALUES ('own-1', 'LMS Bootcamp', 'DocType', 'fields', 1, 'title', 'Data'), "
            "('own-2', 'LMS Bootcamp', 'DocType', 'fields', 2, 'price', 'Currency')");
    if (whole)
        RUN(cx,
            "INSERT INTO `school`.`tabDocField` (`name`, `parent`, `parenttype`, `parentfield`, `idx`, `fieldname`, "
            "`fieldtype`) VALUES ('own-3', 'LMS Bootcamp', 'DocType', 'fields', 3, 'name', 'Data')");
    next_call(cx);
}

static void forget_own(struct ctx *cx)
{
    RUN(cx, "DELETE FROM `school`.`tabDocType`");
    RUN(cx, "DELETE FROM `school`.`tabDocField`");
    RUN(cx, "DELETE FROM `school`.`tabDocPerm`");
    RUN(cx, "DELETE FROM `school`.`tabProperty Setter`");
    next_call(cx);
}

static const struct doctype *type_named(struct ctx *cx, const char *name)
{
    const struct doctype *type = doc_type_find(cx->site, str_of(name));
    assert_non_null(type);
    return type;
}

TEST(definitions, a_site_without_any_has_ours)
{
    struct ctx cx;
    school_open(&cx);
    assert_int_equal(doc_types_generation(cx.site), 0);
    assert_ptr_equal(type_named(&cx, "LMS Bootcamp"), doc_type_find(NULL, STR("LMS Bootcamp")));
    school_close(&cx);
}

TEST(definitions, of_the_site_hold_and_our_hooks_are_off_where_a_field_is_missing)
{
    struct ctx cx;
    school_open(&cx);
    define_bootcamp(&cx, false);
    const struct doctype *type = type_named(&cx, "LMS Bootcamp");
    assert_true(type->custom);
    assert_non_null(type->lacks);
    assert_null(type->validate);
    assert_null(type->rows);
    assert_int_equal(type->field_count, 2);
    assert_string_equal(type->autoname, "field:title");
    assert_true(doc_types_generation(cx.site) > 0);
    forget_own(&cx);
    assert_int_equal(doc_types_generation(cx.site), 0);
    school_close(&cx);
}

TEST(definitions, of_the_site_stay_and_migrate_tells)
{
    struct ctx cx;
    school_open(&cx);
    define_bootcamp(&cx, false);
    struct buf plan = buf_new(cx.arena, 1 << 20);
    must(&cx, schema_sync(&cx, true, &plan));
    assert_true(str_find(buf_str(&plan), STR("keep the site's own DocType LMS Bootcamp")) >= 0);
    assert_true(str_find(buf_str(&plan), STR("add column LMS Bootcamp")) < 0);
    forget_own(&cx);
    school_close(&cx);
}

TEST(definitions, a_field_named_as_a_standard_column_is_left_out)
{
    struct ctx cx;
    school_open(&cx);
    define_bootcamp(&cx, true);
    assert_null(doc_field(type_named(&cx, "LMS Bootcamp"), STR("name")));
    forget_own(&cx);
    school_close(&cx);
}

TEST(definitions, of_users_keep_our_hooks_whatever_the_site_lacks)
{
    struct ctx cx;
    school_open(&cx);
    RUN(&cx, "INSERT INTO `school`.`tabDocType` (`name`, `module`) VALUES ('User', 'Core')");
    RUN(&cx, "INSERT INTO `school`.`tabDocField` (`name`, `parent`, `parenttype`, `parentfield`, `idx`, `fieldname`, "
             "`fieldtype`) VALUES ('own-1', 'User', 'DocType', 'fields', 1, 'email', 'Data')");
    next_call(&cx);
    const struct doctype *user = type_named(&cx, "User"), *ours = doc_type_find(NULL, STR("User"));
    assert_ptr_equal(user->validate, ours->validate);
    assert_false(doc_field(user, STR("email"))->is_virtual);
    assert_true(doc_field(user, STR("first_name"))->is_virtual);
    forget_own(&cx);
    school_close(&cx);
}

TEST(definitions, rows_that_make_no_sense_stop_nothing)
{
    struct ctx cx;
    school_open(&cx);
    RUN(&cx, "INSERT INTO `school`.`tabDocType` (`name`, `module`, `issingle`, `autoname`, `title_field`, "
             "`sort_field`) VALUES ('Odd', 'Old', 1, 'field:nope', 'nope', 'nope')"); /* a table it has not */
    RUN(&cx, "INSERT INTO `school`.`tabDocField` (`name`, `parent`, `parenttype`, `parentfield`, `idx`, `fieldname`, "
             "`fieldtype`, `options`, `default`, `fetch_from`) VALUES "
             "('o-1', 'Odd', 'DocType', 'fields', 1, 'rows', 'Table', 'Nope', NULL, NULL),"
             "('o-2', 'Odd', 'DocType', 'fields', 2, 'kind', 'Dynamic Link', 'nothing', NULL, NULL),"
             "('o-3', 'Odd', 'DocType', 'fields', 3, 'amount', 'Float', NULL, 'much', 'kind.x'),"
             "('o-4', 'Odd', 'DocType', 'fields', 4, 'amount', 'Data', NULL, NULL, NULL),"
             "('o-5', 'Odd', 'DocType', 'fields', 5, NULL, 'Section Break', NULL, NULL, NULL),"
             "('o-6', 'Odd', 'DocType', 'fields', 6, NULL, 'Data', NULL, NULL, NULL),"
             "('o-7', 'Odd', 'DocType', 'fields', 7, 'linked', 'Link', NULL, NULL, NULL)");
    RUN(&cx, "INSERT INTO `school`.`tabProperty Setter` (`name`, `doctype_or_field`, `doc_type`, `field_name`, "
             "`property`, `value`) VALUES ('p-1', 'DocField', 'Odd', 'amount', 'fieldtype', 'Date'), "
             "('p-2', 'DocType', 'Odd', NULL, 'field_order', '[\"linked\", \"gone\"]'), "
             "('p-3', 'DocType', 'Nowhere', NULL, 'title_field', 'x')");
    next_call(&cx);
    const struct doctype *odd = type_named(&cx, "Odd");
    assert_false(field_is_table(doc_field(odd, STR("rows"))));
    assert_int_equal(doc_field(odd, STR("kind"))->type, DATA);
    assert_int_equal(doc_field(odd, STR("amount"))->type, FLOAT);
    assert_null(doc_field(odd, STR("amount"))->preset);
    assert_null(doc_field(odd, STR("amount"))->fetch_from);
    assert_string_equal(odd->fields[0].name, "linked");
    assert_int_equal(odd->field_count, 5);
    assert_null(odd->autoname);
    assert_null(odd->title_field);
    forget_own(&cx);
    school_close(&cx);
}

TEST(definitions, every_doctype_of_ours_is_a_document)
{
    struct ctx cx;
    school_open(&cx);
    const struct doctype **types;
    size_t count = doc_types(cx.arena, cx.site, &types);
    for (size_t i = 0; i < count; i++) {
        const struct doc *doc = doc_type_document(&cx, types[i]);
        must(&cx, doc != NULL);
        const struct doc_rows *fields = doc_table(doc, "fields");
        assert_int_equal(fields->count, types[i]->field_count);
        for (size_t f = 0; f < fields->count; f++) {
            assert_str(doc_text(fields->rows[f], "fieldname"), types[i]->fields[f].name);
            assert_str(doc_text(fields->rows[f], "fieldtype"), field_type_name(types[i]->fields[f].type));
            assert_int_equal(doc_true(fields->rows[f], "reqd"), types[i]->fields[f].reqd);
        }
    }
    school_close(&cx);
}
