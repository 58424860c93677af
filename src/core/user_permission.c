/* User Permission: limits a user to the documents that point to certain values. */
#include "doc.h"

static const struct field fields[] = {
    { "user", LINK, .options = "User", .reqd = true, .index = true, .in_list_view = true },
    { "allow", LINK, .options = "DocType", .reqd = true, .in_list_view = true },
    { "for_value", DYNAMIC_LINK, .options = "allow", .reqd = true, .in_list_view = true },
    { "is_default", CHECK },
    { "apply_to_all_doctypes", CHECK, .preset = "1" },
    { "applicable_for", LINK, .options = "DocType", .in_list_view = true },
    { "hide_descendants", CHECK, .hidden = true },
};

static bool is_there(struct ctx *cx, const struct doc *permission, bool *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "User Permission");
    sql_add(q, " WHERE user = ");
    sql_text(q, doc_text(permission, "user"));
    sql_add(q, " AND allow = ");
    sql_text(q, doc_text(permission, "allow"));
    sql_add(q, " AND for_value = ");
    sql_text(q, doc_text(permission, "for_value"));
    sql_add(q, " AND IFNULL(applicable_for, '') = ");
    sql_text(q, doc_text(permission, "applicable_for"));
    sql_add(q, " AND name <> ");
    sql_text(q, permission->name);
    sql_add(q, " LIMIT 1");
    struct str other;
    *out = db_first_text(cx, q, &other);
    return !failed(cx);
}

static bool validate(struct ctx *cx, struct doc *permission)
{
    if (doc_true(permission, "apply_to_all_doctypes"))
        doc_set_null(permission, "applicable_for");
    bool twice = false;
    if (!is_there(cx, permission, &twice))
        return false;
    if (twice)
        return throw(cx, &ValidationError, "User permission already exists");
    return true;
}

DOCTYPE(user_permission)
= {
    .name = "User Permission",
    .module = "Core",
    .title_field = "user",
    .about = "Limits a user to the documents that point to certain values.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("user", "allow", "for_value", "apply_to_all_doctypes", "applicable_for"),
    .allow_import = true,
    .track_changes = true,
    .unprotected = "user for_value",
    .validate = validate,
};
