/* Users, partners, coupons: what their hooks promise. */
#include "test.h"

#include "school.h"

static bool has_role(struct ctx *cx, const char *email, const char *role)
{
    struct doc *user = doc_load(cx, "User", str_of(email));
    must(cx, user);
    const struct doc_rows *roles = doc_table(user, "roles");
    for (size_t i = 0; i < roles->count; i++)
        if (str_is(doc_text(roles->rows[i], "role"), role))
            return true;
    return false;
}

TEST(lms, a_new_site_has_its_people_and_settings_and_making_it_again_changes_nothing)
{
    struct ctx cx;
    school_open(&cx);
    struct str title, zone, type;
    must(&cx, doc_get(&cx, "School Settings", STR("School Settings"), "title", &title));
    must(&cx, doc_get(&cx, "School Settings", STR("School Settings"), "time_zone", &zone));
    must(&cx, doc_get(&cx, "User", STR("Administrator"), "user_type", &type));
    assert_str(title, "Test School");
    assert_str(zone, "Europe/Paris");
    assert_str(type, "System User");
    must(&cx, core_new_site(&cx, &(struct new_site){ .title = STR("Other") }));
    must(&cx, doc_get(&cx, "School Settings", STR("School Settings"), "title", &title));
    assert_str(title, "Test School");
    school_close(&cx);
}

TEST(lms, language_and_time_zone_are_one_value_in_both_settings)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *system = doc_load(&cx, "System Settings", STR("System Settings"));
    must(&cx, system);
    doc_set_text(system, "language", STR("fr"));
    must(&cx, doc_save(&cx, system, 0));
    struct str language;
    must(&cx, doc_get(&cx, "School Settings", STR("School Settings"), "language", &language));
    assert_str(language, "fr");
    struct doc *school = doc_load(&cx, "School Settings", STR("School Settings"));
    doc_set_text(school, "time_zone", STR("Europe/Nowhere"));
    refused(&cx, doc_save(&cx, school, 0), ValidationError);
    school_close(&cx);
}

TEST(lms, a_user_is_named_by_the_lower_cased_email)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *user = given(&cx, "User",
                             "{'email': 'Eve@Example.COM', 'first_name': 'Eve', 'last_name': 'Li', 'roles': ["
                             "{'role': 'Instructor'}, {'role': 'Instructor'}, {'role': 'All'}]}");
    must(&cx, user);
    assert_str(user->name, "eve@example.com");
    assert_str(doc_text(user, "full_name"), "Eve Li");
    assert_str(doc_text(user, "user_type"), "System User");
    assert_int_equal(doc_table(user, "roles")->count, 1);
    refused(&cx, given(&cx, "User", "{'email': 'no address', 'first_name': 'X'}"), InvalidEmailAddressError);
    school_close(&cx);
}

TEST(lms, a_new_password_is_hashed_and_never_in_the_document)
{
    struct ctx cx;
    school_open(&cx);
    must(&cx, given(&cx, "User",
                    "{'email': 'p@example.com', 'first_name': 'P', 'new_password': 'Correct-Horse-9-Battery'}"));
    struct str stored;
    bool has = false;
    must(&cx, doc_get(&cx, "User", STR("p@example.com"), "new_password", &stored));
    assert_int_equal(stored.n, 0);
    must(&cx, password_has(&cx, STR("p@example.com"), &has));
    assert_true(has);
    must(&cx, secret_has(&cx, STR("User"), STR("p@example.com"), "new_password", &has));
    assert_false(has);
    school_close(&cx);
}

TEST(lms, administrator_and_guest_stay)
{
    struct ctx cx;
    school_open(&cx);
    const struct doctype *type = doc_type(&cx, STR("User"));
    refused(&cx, doc_delete(&cx, type, STR("Guest"), 0), ValidationError);
    struct str renamed;
    refused(&cx, doc_rename(&cx, type, STR("Guest"), STR("ghost@example.com"), false, &renamed), ValidationError);
    db_rollback(&cx);
    struct doc *administrator = doc_load(&cx, "User", STR("Administrator"));
    doc_set_int(administrator, "enabled", 0);
    refused(&cx, doc_save(&cx, administrator, 0), ValidationError);
    AS(&cx, "manager@example.com", "System Manager");
    administrator = doc_load(&cx, "User", STR("Administrator"));
    doc_set_text(administrator, "new_password", STR("Correct-Horse-9-Battery"));
    refused(&cx, doc_save(&cx, administrator, 0), PermissionError);
    school_close(&cx);
}

TEST(lms, a_renamed_user_keeps_email_and_name_equal)
{
    struct ctx cx;
    school_open(&cx);
    must(&cx, given(&cx, "User", "{'email': 'old@example.com', 'first_name': 'Old'}"));
    struct str renamed, email;
    must(&cx,
         doc_rename(&cx, doc_type(&cx, STR("User")), STR("old@example.com"), STR("new@example.com"), false, &renamed));
    must(&cx, doc_get(&cx, "User", STR("new@example.com"), "email", &email));
    assert_str(email, "new@example.com");
    school_close(&cx);
}

TEST(lms, a_partner_makes_an_influencer_and_leaves_one_no_more)
{
    struct ctx cx;
    school_open(&cx);
    must(&cx, given(&cx, "User", "{'email': 'ines@example.com', 'first_name': 'Ines'}"));
    struct doc *partner = given(&cx, "Sales Partner",
                                "{'partner_name': 'Ines', 'commission_rate': 12.34567, 'user': 'ines@example.com',"
                                " 'iban': 'fr76 3000 6000 0112 3456 7890 189'}");
    must(&cx, partner);
    assert_str(decimal_text(cx.arena, doc_decimal(partner, "commission_rate")), "12.346");
    assert_str(doc_text(partner, "iban"), "FR7630006000011234567890189");
    assert_true(has_role(&cx, "ines@example.com", "Influencer"));
    doc_set_null(partner, "user");
    must(&cx, doc_save(&cx, partner, 0));
    assert_false(has_role(&cx, "ines@example.com", "Influencer"));
    refused(&cx, given(&cx, "Sales Partner", "{'partner_name': 'X', 'commission_rate': 101}"), ValidationError);
    refused(&cx, given(&cx, "Sales Partner", "{'partner_name': 'Y', 'iban': 'FR7630006000011234567890188'}"),
            ValidationError);
    school_close(&cx);
}

TEST(lms, codes_are_trimmed_and_unique_ignoring_case)
{
    struct ctx cx;
    school_open(&cx);
    struct doc *coupon = given(&cx, "Coupon Code", "{'coupon_name': 'Spring', 'coupon_code': '  Spring10 '}");
    must(&cx, coupon);
    assert_str(coupon->name, "Spring");
    assert_str(doc_text(coupon, "coupon_code"), "Spring10");
    refused(&cx, given(&cx, "Coupon Code", "{'coupon_name': 'Other', 'coupon_code': 'SPRING10'}"),
            UniqueValidationError);
    refused(&cx,
            given(&cx, "Coupon Code", "{'coupon_name': 'Z', 'valid_from': '2026-02-01', 'valid_upto': '2026-01-01'}"),
            ValidationError);
    school_close(&cx);
}

TEST(lms, an_influencer_sees_their_own_codes_and_ledger_rows_only)
{
    struct ctx cx;
    school_open(&cx);
    must(&cx, given(&cx, "User", "{'email': 'ines@example.com', 'first_name': 'Ines'}"));
    must(&cx, given(&cx, "Sales Partner", "{'partner_name': 'Ines', 'user': 'ines@example.com'}"));
    must(&cx, given(&cx, "Sales Partner", "{'partner_name': 'Omar'}"));
    must(&cx, given(&cx, "Coupon Code", "{'coupon_name': 'MINE', 'sales_partner': 'Ines'}"));
    must(&cx, given(&cx, "Coupon Code", "{'coupon_name': 'THEIRS', 'sales_partner': 'Omar'}"));
    struct doc *row = doc_new_named(&cx, "Sales Commission");
    doc_set_text(row, "sales_partner", STR("Ines"));
    doc_set_text(row, "at", STR("2026-03-01 09:05:07.120000"));
    doc_set_text(row, "reason", STR("self"));
    must(&cx, doc_insert(&cx, row, SAVE_AS_SYSTEM));
    AS(&cx, "ines@example.com", "Influencer");
    int64_t codes = 0;
    must(&cx, list_count(&cx, &(struct query){ .doctype = STR("Coupon Code") }, &codes));
    assert_int_equal(codes, 1);
    refused(&cx, doc_read(&cx, doc_type(&cx, STR("Coupon Code")), STR("THEIRS")), PermissionError);
    struct doc *seen = doc_read(&cx, doc_type(&cx, STR("Sales Commission")), row->name);
    must(&cx, seen);
    assert_str(doc_text(seen, "at"), "2026-03-01 09:00:00.000000");
    assert_false(doc_is_set(seen, "reason"));
    struct buf text = buf_new(cx.arena, 1 << 16);
    struct json_out out = out_to(&text);
    struct query invoices = { .doctype = STR("Sales Commission"), .fields = json_of(&cx, "['sales_invoice']") };
    refused(&cx, list_json(&cx, &invoices, &out), PermissionError);
    school_close(&cx);
}

TEST(lms, translations_name_a_translatable_field_and_fall_back_one_by_one)
{
    struct ctx cx;
    school_open(&cx);
    must(&cx, given(&cx, "LMS Bootcamp", "{'title': 'Sea', 'short_introduction': 'Waves', 'published': 1}"));
    must(&cx, given(&cx, "Content Translation",
                    "{'reference_doctype': 'LMS Bootcamp', 'reference_name': 'sea', 'fieldname': 'title',"
                    " 'language': 'fr', 'value': 'Mer'}"));
    refused(&cx,
            given(&cx, "Content Translation",
                  "{'reference_doctype': 'LMS Bootcamp', 'reference_name': 'sea', 'fieldname': 'price',"
                  " 'language': 'fr', 'value': '1'}"),
            ValidationError);
    AS(&cx, "Guest", NULL);
    struct outline *outline = lms_outline(&cx, STR("sea"), STR("fr"));
    must(&cx, outline);
    assert_str(outline->card.title, "Mer");
    assert_str(outline->card.short_introduction, "Waves");
    struct catalogue found;
    must(&cx, lms_catalogue(&cx, STR("mer"), 1, 20, STR("fr"), &found));
    assert_int_equal(found.total, 1);
    assert_str(found.cards[0].title, "Mer");
    must(&cx, lms_catalogue(&cx, STR("100%"), 1, 20, STR("fr"), &found));
    assert_int_equal(found.total, 0);
    school_close(&cx);
}

/* Statements are the price of a page: they do not grow with the lessons. */
TEST(lms, an_outline_takes_five_statements)
{
    struct ctx cx;
    school_open(&cx);
    must(&cx, given(&cx, "LMS Bootcamp",
                    "{'title': 'Sea', 'published': 1, 'courses': [{'title': 'A', 'lessons': ["
                    "{'title': '1', 'content_type': 'Text'}, {'title': '2', 'content_type': 'Text'},"
                    "{'title': '3', 'content_type': 'Text'}, {'title': '4', 'content_type': 'Text'}]}]}"));
    AS(&cx, "ana@example.com", "Student");
    uint32_t before = cx.statements;
    must(&cx, lms_outline(&cx, STR("sea"), STR("fr")));
    assert_true(cx.statements - before <= 5);
    school_close(&cx);
}
