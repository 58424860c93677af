/* Role: a name that permissions are given to. Those the program itself relies on cannot go. */
#include "doc.h"

static const struct field fields[] = {
    { "role_name", DATA, .reqd = true, .unique = true },
    { "home_page", DATA },
    { "restrict_to_domain", DATA },
    { "disabled", CHECK },
    { "is_custom", CHECK, .in_list_view = true },
    { "desk_access", CHECK, .preset = "1", .in_list_view = true },
    { "two_factor_auth", CHECK },
};

static bool is_standard(struct str role)
{
    static const char *const standard[] = { "Administrator", "System Manager", "Instructor", "Student", "Influencer",
                                            "All",           "Guest",          "Desk User" };
    for (size_t i = 0; i < countof(standard); i++)
        if (str_eq_nocase(role, str_of(standard[i])))
            return true;
    return false;
}

static bool validate(struct ctx *cx, struct doc *role)
{
    if (doc_true(role, "disabled") && is_standard(role->name))
        return throw(cx, &ValidationError, "The role %.*s cannot be disabled.", STR_ARG(role->name));
    return true;
}

/* Nobody keeps a role that is switched off. */
static bool on_update(struct ctx *cx, struct doc *role)
{
    if (!doc_true(role, "disabled") || !doc_changed(role, "disabled"))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_doctype(q, "Has Role");
    sql_add(q, " WHERE parenttype = 'User' AND role = ");
    sql_text(q, role->name);
    if (db_change(cx, q) < 0)
        return false;
    call_changes(cx, "User");
    return true;
}

static bool on_trash(struct ctx *cx, struct doc *role)
{
    if (is_standard(role->name))
        return throw(cx, &ValidationError, "The role %.*s cannot be deleted.", STR_ARG(role->name));
    return true;
}

static bool after_rename(struct ctx *cx, struct doc *role)
{
    if (role->before && is_standard(role->before->name))
        return throw(cx, &ValidationError, "The role %.*s cannot be renamed.", STR_ARG(role->before->name));
    return true;
}

DOCTYPE(role)
= {
    .name = "Role",
    .module = "Core",
    .autoname = "field:role_name",
    .about = "A name that permissions are given to.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("disabled", "desk_access"),
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
    .validate = validate,
    .on_update = on_update,
    .on_trash = on_trash,
    .after_rename = after_rename,
};
