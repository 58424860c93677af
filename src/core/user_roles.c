/* Users and their roles as commands, imports and other DocTypes set them. */
#include "core.h"
#include "doc.h"

enum { AS_SYSTEM = SAVE_AS_SYSTEM | SAVE_NO_VERSION };

static struct doc_rows *roles_of(struct doc *user)
{
    return &user->tables[doc_field(user->type, STR("roles")) - user->type->fields];
}

static size_t find_role(const struct doc_rows *roles, struct str role)
{
    size_t i = 0;
    while (i < roles->count && !str_eq_nocase(doc_text(roles->rows[i], "role"), role))
        i++;
    return i;
}

/* False: nothing to change. */
static bool set_role(struct ctx *cx, struct doc *user, struct str role, bool has)
{
    struct doc_rows *roles = roles_of(user);
    size_t at = find_role(roles, role);
    if ((at < roles->count) == has)
        return false;
    if (has) {
        doc_set_text(doc_add_row(cx, user, "roles"), "role", role);
        return true;
    }
    roles->count--;
    memmove(&roles->rows[at], &roles->rows[at + 1], (roles->count - at) * sizeof *roles->rows);
    return true;
}

bool core_role(struct ctx *cx, const char *name, bool desk_access)
{
    struct str stored;
    if (doc_exists(cx, "Role", str_of(name), &stored) || failed(cx))
        return !failed(cx);
    struct doc *role = doc_new_named(cx, "Role");
    if (!role)
        return false;
    doc_set_text(role, "role_name", str_of(name));
    doc_set_int(role, "desk_access", desk_access);
    return doc_insert(cx, role, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

bool core_user_role(struct ctx *cx, struct str name, const char *role, bool has)
{
    struct doc *user = doc_find(cx, "User", name);
    if (!user || (has && !core_role(cx, role, false)))
        return !failed(cx);
    return !set_role(cx, user, str_of(role), has) || doc_save(cx, user, AS_SYSTEM);
}

static struct doc *new_user(struct ctx *cx, const struct new_user *wanted)
{
    struct doc *user = doc_new_named(cx, "User");
    if (!user)
        return NULL;
    struct str local = wanted->email;
    ptrdiff_t at = str_index(local, '@');
    local = at > 0 ? str_slice(local, 0, (size_t)at) : local;
    doc_set_text(user, "email", wanted->email);
    doc_set_text(user, "first_name", wanted->first_name.n ? wanted->first_name : local);
    doc_set_text(user, "last_name", wanted->last_name);
    doc_set_text(user, "language", wanted->language);
    doc_set_int(user, "send_welcome_email", 0);
    doc_set_int(user, "enabled", !wanted->disabled);
    return user;
}

bool core_user_add(struct ctx *cx, const struct new_user *wanted)
{
    struct doc *user = doc_find(cx, "User", wanted->email);
    bool changed = !user;
    if (failed(cx) || (!user && !(user = new_user(cx, wanted))))
        return false;
    for (const struct str *role = wanted->roles; role && role->p; role++)
        changed = set_role(cx, user, *role, true) || changed;
    if (changed && !(user->is_new ? doc_insert(cx, user, AS_SYSTEM) : doc_save(cx, user, AS_SYSTEM)))
        return false;
    return !wanted->password.n || password_set(cx, user->name, wanted->password, true);
}

bool managers_only(struct ctx *cx)
{
    return user_has_role(cx->user, "System Manager") || throw(cx, &PermissionError, "Only managers may do this.");
}
