/* Has Role: one role of one user. What holds of the user's document holds of a row that is written by itself too. */
#include "auth.h"
#include "doc.h"

static const struct field fields[] = {
    { "role", LINK, .options = "Role", .in_list_view = true, .index = true },
};

static bool is_of_standard_user(const struct doc *row)
{
    struct str user = row->up ? row->up->name : row->parent;
    return str_eq_nocase(user, STR("Administrator")) || str_eq_nocase(user, STR("Guest"));
}

/* What the Administrator alone may give or take: roles of the system's own users, and the role of that name. */
static bool guard(struct ctx *cx, struct doc *row)
{
    if (user_is_administrator(cx->user) || !str_is(row->parenttype, "User"))
        return true;
    if (is_of_standard_user(row))
        return throw(cx, &PermissionError, "Only Administrator may change the user %.*s.", STR_ARG(row->parent));
    if (str_eq_nocase(doc_text(row, "role"), STR("Administrator")) && doc_changed(row, "role"))
        return throw(cx, &PermissionError, "Only Administrator may give the role Administrator.");
    return true;
}

DOCTYPE(has_role)
= {
    .name = "Has Role",
    .module = "Core",
    .is_child = true,
    .about = "One role of one user.",
    FIELDS(fields),
    .validate = guard,
    .on_trash = guard,
};
