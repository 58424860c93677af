/* What a new site begins with: roles, the users Administrator and Guest, settings. */
#include "core.h"
#include "doc.h"

static const struct {
    const char *name;
    bool desk_access;
} roles[] = {
    { "Administrator", true }, { "System Manager", true }, { "Instructor", true }, { "Desk User", true },
    { "Student", false },      { "Influencer", false },    { "All", false },       { "Guest", false },
};

/* A site that has roles keeps to them: an adopted one has its own. */
static bool make_roles(struct ctx *cx)
{
    struct str stored;
    bool has_roles = doc_exists(cx, "Role", STR("System Manager"), &stored);
    for (size_t i = 0; i < countof(roles) && !has_roles; i++)
        if (!core_role(cx, roles[i].name, roles[i].desk_access))
            return false;
    return !failed(cx);
}

static bool make_user(struct ctx *cx, const char *name, const char *email, bool manages)
{
    struct str stored;
    if (doc_exists(cx, "User", str_of(name), &stored))
        return true;
    struct doc *user = failed(cx) ? NULL : doc_new_named(cx, "User");
    if (!user)
        return false;
    user->new_name = str_of(name);
    doc_set_text(user, "email", str_of(email));
    doc_set_text(user, "first_name", str_of(name));
    doc_set_int(user, "send_welcome_email", 0);
    if (manages) {
        doc_set_text(doc_add_row(cx, user, "roles"), "role", STR("Administrator"));
        doc_set_text(doc_add_row(cx, user, "roles"), "role", STR("System Manager"));
    }
    return doc_insert(cx, user, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

static bool has_settings(struct ctx *cx, const char *single, bool *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "Singles");
    sql_add(q, " WHERE doctype = ");
    sql_text(q, str_of(single));
    int64_t rows = 0;
    if (!db_first_int(cx, q, &rows))
        return false;
    *out = rows > 0;
    return true;
}

static struct str or_else(struct str value, struct str preset)
{
    return value.n ? value : preset;
}

static bool make_system_settings(struct ctx *cx, const struct new_site *wanted)
{
    struct doc *system = doc_load(cx, "System Settings", STR("System Settings"));
    if (!system)
        return false;
    doc_set_text(system, "language", or_else(wanted->language, STR("en")));
    doc_set_text(system, "time_zone", or_else(wanted->time_zone, STR("UTC")));
    return doc_save(cx, system, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

static bool make_school_settings(struct ctx *cx, const struct new_site *wanted)
{
    struct doc *system = doc_load(cx, "System Settings", STR("System Settings"));
    struct doc *school = system ? doc_load(cx, "School Settings", STR("School Settings")) : NULL;
    if (!school)
        return false;
    doc_set_text(school, "title", or_else(wanted->title, cx->site->name));
    doc_set_text(school, "currency", or_else(wanted->currency, STR("EUR")));
    doc_set_text(school, "language", or_else(doc_text(system, "language"), STR("en")));
    doc_set_text(school, "time_zone", or_else(doc_text(system, "time_zone"), STR("UTC")));
    return doc_save(cx, school, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

/* System Settings first: School Settings take language and time zone from there. An adopted site has them already. */
static bool make_settings(struct ctx *cx, const struct new_site *wanted)
{
    bool system = false, school = false;
    return has_settings(cx, "System Settings", &system) && has_settings(cx, "School Settings", &school) &&
           (system || make_system_settings(cx, wanted)) && (school || make_school_settings(cx, wanted));
}

bool core_new_site(struct ctx *cx, const struct new_site *wanted)
{
    if (!make_roles(cx) || !make_user(cx, "Administrator", "admin@example.com", true) ||
        !make_user(cx, "Guest", "guest@example.com", false) || !make_settings(cx, wanted) || !file_folders(cx))
        return false;
    return !wanted->admin_password.n || password_set(cx, STR("Administrator"), wanted->admin_password, true);
}
