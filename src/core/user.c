/* User: who may log in. The name is the e-mail in lower case; Administrator and Guest are the system's own and stay. */
#include "account_priv.h"
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "enabled", CHECK, .preset = "1" },
    { "email", DATA, .options = "Email", .reqd = true, .in_search = true },
    { "first_name", DATA, .reqd = true },
    { "middle_name", DATA },
    { "last_name", DATA },
    { "full_name", DATA, .read_only = true, .server_managed = true, .in_search = true, .in_list_view = true },
    { "username", DATA, .unique = true },
    { "language", DATA },
    { "time_zone", AUTOCOMPLETE },
    { "send_welcome_email", CHECK, .preset = "1" },
    { "unsubscribed", CHECK, .hidden = true },
    { "user_image", ATTACH_IMAGE, .hidden = true },
    { "roles", TABLE, .options = "Has Role", .permlevel = 1 },
    { "birth_date", DATE },
    { "interest", SMALL_TEXT },
    { "phone", DATA, .options = "Phone" },
    { "location", DATA },
    { "bio", SMALL_TEXT },
    { "mobile_no", DATA, .options = "Phone", .unique = true },
    { "new_password", PASSWORD },
    { "logout_all_sessions", CHECK, .preset = "1" },
    { "reset_password_key", DATA, .read_only = true, .hidden = true, .permlevel = 1, .server_managed = true },
    { "last_reset_password_key_generated_on", DATETIME, .read_only = true, .hidden = true, .permlevel = 1,
      .server_managed = true },
    { "last_password_reset_date", DATE, .read_only = true, .hidden = true, .server_managed = true },
    { "redirect_url", SMALL_TEXT, .hidden = true },
    { "default_workspace", DATA },
    { "default_app", DATA },
    { "simultaneous_sessions", INT, .preset = "2" },
    { "restrict_ip", SMALL_TEXT, .permlevel = 1 },
    { "last_ip", READ_ONLY, .read_only = true, .server_managed = true },
    { "login_after", INT, .permlevel = 1 },
    { "user_type", SELECT, .options = "System User\nWebsite User", .permlevel = 1, .in_list_view = true,
      .server_managed = true },
    { "last_active", DATETIME, .read_only = true, .server_managed = true },
    { "login_before", INT, .permlevel = 1 },
    { "bypass_restrict_ip_check_if_2fa_enabled", CHECK },
    { "last_login", READ_ONLY, .read_only = true, .server_managed = true },
    { "api_key", DATA, .read_only = true, .permlevel = 1, .unique = true, .server_managed = true },
    { "api_secret", PASSWORD, .read_only = true, .permlevel = 1, .server_managed = true },
};

static bool is_standard(struct str user)
{
    return str_is(user, "Administrator") || str_is(user, "Guest");
}

static bool name_it(struct ctx *cx, struct doc *user)
{
    if (user->new_name.n)
        user->name = user->new_name;
    else
        user->name = str_lower(cx->arena, str_trim(doc_text(user, "email")));
    return true;
}

/* Rows that grant nothing, because every user has the role anyway or has it twice, are left out. */
static void keep_useful_roles(struct doc *user)
{
    static const char *const automatic[] = { "All", "Guest", "Desk User" };
    struct doc_rows *roles = &user->tables[doc_field(user->type, STR("roles")) - user->type->fields];
    size_t kept = 0;
    for (size_t i = 0; i < roles->count; i++) {
        struct str role = doc_text(roles->rows[i], "role");
        bool drop = false;
        for (size_t k = 0; k < countof(automatic) && !drop; k++)
            drop = str_is(role, automatic[k]);
        for (size_t k = 0; k < kept && !drop; k++)
            drop = str_eq_nocase(role, doc_text(roles->rows[k], "role"));
        if (!drop)
            roles->rows[kept++] = roles->rows[i];
    }
    roles->count = kept;
}

static void name_in_full(struct ctx *cx, struct doc *user)
{
    static const char *const parts[] = { "first_name", "middle_name", "last_name" };
    struct buf name = buf_new(cx->arena, 1024);
    for (size_t i = 0; i < countof(parts); i++) {
        struct str part = str_trim(doc_text(user, parts[i]));
        if (part.n && name.n)
            buf_char(&name, ' ');
        buf_add(&name, part);
    }
    doc_set_text(user, "full_name", utf8_head(buf_str(&name), 140));
}

static bool before_validate(struct ctx *cx, struct doc *user)
{
    doc_set_text(user, "email", str_lower(cx->arena, str_trim(doc_text(user, "email"))));
    keep_useful_roles(user);
    name_in_full(cx, user);
    return true;
}

static bool has_desk_access(struct ctx *cx, const struct doc *user, bool *out)
{
    const struct doc_rows *roles = doc_table(user, "roles");
    *out = false;
    for (size_t i = 0; i < roles->count && !*out; i++) {
        struct str access = STR_NONE;
        if (!doc_get(cx, "Role", doc_text(roles->rows[i], "role"), "desk_access", &access) && failed(cx))
            return false;
        *out = str_is(access, "1");
    }
    return true;
}

static bool check_standard(struct ctx *cx, const struct doc *user)
{
    if (!is_standard(user->name))
        return true;
    if (user->before && !user_is_administrator(cx->user))
        return throw(cx, &PermissionError, "Only Administrator may change the user %.*s.", STR_ARG(user->name));
    if (!doc_true(user, "enabled"))
        return throw(cx, &ValidationError, "The user %.*s cannot be disabled.", STR_ARG(user->name));
    return true;
}

static bool validate(struct ctx *cx, struct doc *user)
{
    if (!check_standard(cx, user))
        return false;
    if (!is_standard(user->name) && !str_eq_nocase(user->name, doc_text(user, "email")))
        return throw(cx, &ValidationError, "The e-mail of %.*s is also the name: rename the user instead.",
                     STR_ARG(user->name));
    if (doc_is_set(user, "language") && !is_language(doc_text(user, "language")))
        return throw(cx, &ValidationError, "Unknown language: %.*s", STR_ARG(doc_text(user, "language")));
    if (doc_is_set(user, "time_zone") && !zone_find(doc_text(user, "time_zone")))
        return throw(cx, &ValidationError, "Unknown time zone: %.*s", STR_ARG(doc_text(user, "time_zone")));
    return true;
}

/* By the roles, also when one of them is written by itself. */
static bool settle_type(struct ctx *cx, struct doc *user)
{
    bool desk = false;
    if (!has_desk_access(cx, user, &desk))
        return false;
    desk = desk || str_is(user->name, "Administrator");
    doc_set_text(user, "user_type", desk ? STR("System User") : STR("Website User"));
    return true;
}

static struct str password_key(struct ctx *cx, const struct doc *user)
{
    return str_printf(cx->arena, "new_password %.*s", STR_ARG(user->name));
}

/* The password goes to the table of hashes; the document never holds it. Of a new user it waits for the row. */
static bool before_save(struct ctx *cx, struct doc *user)
{
    struct str password = doc_text(user, "new_password");
    doc_set_null(user, "new_password");
    if (!password.n)
        return true;
    if (str_is(user->name, "Guest"))
        return throw(cx, &ValidationError, "The user Guest has no password.");
    doc_set_text(user, "last_password_reset_date", call_today(cx));
    if (!user->is_new)
        return password_set(cx, user->name, password, false);
    struct str *waiting = arena_new_of(cx->arena, struct str);
    *waiting = password;
    map_put(ctx_memo(cx), password_key(cx, user), waiting);
    return true;
}

static bool after_insert(struct ctx *cx, struct doc *user)
{
    const struct str *password = map_get(ctx_memo(cx), password_key(cx, user));
    return !password || password_set(cx, user->name, *password, false);
}

static bool on_update(struct ctx *cx, struct doc *user)
{
    bool shut = user->before && doc_changed(user, "enabled") && !doc_true(user, "enabled");
    return !shut || sessions_end(cx, user->name, STR_NONE);
}

static bool on_trash(struct ctx *cx, struct doc *user)
{
    if (is_standard(user->name))
        return throw(cx, &ValidationError, "The user %.*s cannot be deleted.", STR_ARG(user->name));
    return sessions_end(cx, user->name, STR_NONE);
}

static bool after_rename(struct ctx *cx, struct doc *user)
{
    if (is_standard(user->name)) /* merged into it */
        return throw(cx, &ValidationError, "The user %.*s cannot be renamed.", STR_ARG(user->name));
    if (user->before && is_standard(user->before->name))
        return throw(cx, &ValidationError, "The user %.*s cannot be renamed.", STR_ARG(user->before->name));
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "User");
    sql_add(q, " SET email = name WHERE name = ");
    sql_text(q, user->name);
    return db_change(cx, q) >= 0 && (!user->before || account_rename(cx, user->before->name, user->name));
}

DOCTYPE(user)
= {
    .name = "User",
    .module = "Core",
    .title_field = "full_name",
    .search_fields = "full_name",
    .about = "A person who may log in, known by e-mail.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "System Manager", READ | WRITE, .level = 1 }, { "All", READ }),
    ROWS({ "All", OWN("name") }),
    NEEDS("enabled", "email", "first_name", "middle_name", "last_name", "full_name", "language", "time_zone", "roles",
          "new_password", "user_type", "last_password_reset_date"),
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
    .autoname_hook = name_it,
    .before_validate = before_validate,
    .validate = validate,
    .before_save = before_save,
    .total = settle_type,
    .after_insert = after_insert,
    .on_update = on_update,
    .on_trash = on_trash,
    .after_rename = after_rename,
};
