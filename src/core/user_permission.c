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

/* Another permission of this user for the DocType, of which `where` says more. */
static struct sql *find_other(struct ctx *cx, const struct doc *permission)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "User Permission");
    sql_add(q, " WHERE user = ");
    sql_text(q, doc_text(permission, "user"));
    sql_add(q, " AND allow = ");
    sql_text(q, doc_text(permission, "allow"));
    sql_add(q, " AND name <> ");
    sql_text(q, permission->name);
    sql_add(q, " AND (IFNULL(applicable_for, '') = ");
    sql_text(q, doc_text(permission, "applicable_for"));
    return q;
}

static bool is_there(struct ctx *cx, const struct doc *permission)
{
    struct sql *q = find_other(cx, permission);
    struct str other;
    sql_add(q, ") AND for_value = ");
    sql_text(q, doc_text(permission, "for_value"));
    sql_add(q, " LIMIT 1");
    return db_first_text(cx, q, &other);
}

/* There can be one default for each DocType. */
static bool check_default(struct ctx *cx, const struct doc *permission)
{
    struct str other;
    if (!doc_true(permission, "is_default"))
        return true;
    struct sql *q = find_other(cx, permission);
    sql_add(q, " OR apply_to_all_doctypes = 1) AND is_default = 1 LIMIT 1");
    if (!db_first_text(cx, q, &other))
        return !failed(cx);
    return throw(cx, &ValidationError, "%.*s has already assigned default value for %.*s.", STR_ARG(other),
                 STR_ARG(doc_text(permission, "allow")));
}

static bool validate(struct ctx *cx, struct doc *permission)
{
    struct str user = doc_text(permission, "user");
    if (doc_true(permission, "apply_to_all_doctypes"))
        doc_set_null(permission, "applicable_for");
    if (str_is(user, "Administrator") || str_is(user, "Guest"))
        return throw(cx, &ValidationError, "The user %.*s cannot be limited by User Permissions.", STR_ARG(user));
    if (is_there(cx, permission))
        return throw(cx, &ValidationError, "User permission already exists");
    return !failed(cx) && check_default(cx, permission);
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
