/* All DocTypes of the program, proved against each other. */
#include "doc.h"
#include "test.h"

TEST(lms, every_declaration_fits_the_others)
{
    struct str why;
    bool good = doc_check(test_arena, &why);
    if (!good)
        print_error("%.*s", STR_ARG(why));
    assert_true(good);
}

TEST(lms, every_doctype_of_the_product_is_declared)
{
    static const char *const names[] = {
        "LMS Bootcamp",
        "LMS Course",
        "LMS Lesson",
        "Content Translation",
        "Enrollment",
        "Enrollment Lesson",
        "Item",
        "Customer",
        "Sales Invoice",
        "Sales Invoice Item",
        "Pricing Rule",
        "Pricing Rule Item Code",
        "Pricing Rule Item Group",
        "Pricing Rule Brand",
        "Coupon Code",
        "Purchase",
        "Sales Partner",
        "Referral Visit",
        "Commission Payout",
        "Sales Commission",
        "User",
        "Role",
        "Has Role",
        "User Permission",
        "File",
        "Webhook",
        "Webhook Header",
        "Webhook Data",
        "Webhook Request Log",
        "Activity Log",
        "DocType",
        "DocField",
        "DocPerm",
        "Custom Field",
        "Custom DocPerm",
        "Property Setter",
        "Version",
        "Deleted Document",
        "Comment",
        "DocShare",
        "Document Naming Rule",
        "Document Naming Rule Condition",
        "OAuth Client",
        "OAuth Bearer Token",
        "System Settings",
        "School Settings",
        "ERPNext Settings",
    };
    for (size_t i = 0; i < countof(names); i++)
        if (!doc_type_find(NULL, str_of(names[i])))
            fail_msg("%s is not declared", names[i]);
}

/* Whatever a manager may not be trusted to keep private is not there for Guest in the shipped rights. */
TEST(lms, guest_has_rights_on_public_doctypes_only)
{
    static const char *const open_to_guest[] = { "LMS Bootcamp", "LMS Course", "LMS Lesson", "Item" };
    const struct doctype **types;
    size_t count = doc_types(test_arena, NULL, &types);
    for (size_t t = 0; t < count; t++) {
        bool listed = false;
        for (size_t i = 0; i < countof(open_to_guest); i++)
            listed = listed || !strcmp(types[t]->name, open_to_guest[i]);
        for (const struct perm *p = types[t]->perms; p && p->role; p++)
            if (!strcmp(p->role, "Guest") && (!listed || p->rights != READ))
                fail_msg("%s gives Guest rights", types[t]->name);
    }
}

/* A DocType that more than managers may read says which rows: else one DocPerm row would open every row. */
TEST(lms, whoever_is_no_manager_reads_by_row_rules)
{
    const struct doctype **types;
    size_t count = doc_types(test_arena, NULL, &types);
    for (size_t t = 0; t < count; t++)
        for (const struct perm *p = types[t]->perms; p && p->role; p++)
            if (strcmp(p->role, "System Manager") && !types[t]->rows &&
                !(types[t]->exempt && strstr(types[t]->exempt, p->role)))
                fail_msg("%s: %s reads every row", types[t]->name, p->role);
}
