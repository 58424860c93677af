/* Users as calls know them: read once with their roles, then kept in memory until a User, Has Role or Role changes. */
#include "auth_priv.h"

static struct str guest_roles[] = { { "Guest", 5 }, STR_NONE };
static const struct user guest = { .counted = { 1, NULL },
                                   .name = { "Guest", 5 },
                                   .full_name = { "Guest", 5 },
                                   .first_name = { "Guest", 5 },
                                   .enabled = true,
                                   .roles = guest_roles,
                                   .role_count = 1 };
const struct user *const user_guest = &guest;

static struct str administrator_roles[] = {
    { "All", 3 }, { "Guest", 5 }, { "Desk User", 9 }, { "System Manager", 14 }, { "Administrator", 13 }, STR_NONE
};
static const struct user administrator = { .counted = { 1, NULL },
                                           .name = { "Administrator", 13 },
                                           .full_name = { "Administrator", 13 },
                                           .first_name = { "Administrator", 13 },
                                           .system_user = true,
                                           .enabled = true,
                                           .roles = administrator_roles,
                                           .role_count = countof(administrator_roles) - 1 };
const struct user *const user_administrator = &administrator;

bool user_is_guest(const struct user *u)
{
    return str_eq_nocase(u->name, STR("Guest"));
}

bool user_is_administrator(const struct user *u)
{
    return str_eq_nocase(u->name, STR("Administrator"));
}

bool user_has_role(const struct user *u, const char *role)
{
    if (user_is_administrator(u))
        return true;
    for (const struct str *r = u->roles; r->p; r++)
        if (str_is(*r, role))
            return true;
    return false;
}

/* A user's row and, in further rows, a role each. */
enum column { NAME, ENABLED, TYPE, FULL_NAME, FIRST_NAME, LANGUAGE, IMAGE, ROLE };

static struct rows *ask(struct ctx *cx, struct str name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT u.`name`, u.`enabled`, u.`user_type`, u.`full_name`, u.`first_name`, u.`language`,"
               " u.`user_image`, r.`name` FROM ");
    sql_doctype(q, "User");
    sql_add(q, " u LEFT JOIN ");
    sql_doctype(q, "Has Role");
    sql_add(q, " h ON h.`parent` = u.`name` AND h.`parenttype` = 'User' LEFT JOIN ");
    sql_doctype(q, "Role");
    sql_add(q, " r ON r.`name` = h.`role` AND r.`disabled` = 0 WHERE u.`name` = ");
    sql_text(q, name);
    return db_run(cx, q);
}

/* What was read, in the call's arena, before it is packed into one block. */
struct reading {
    struct str text[IMAGE + 1];
    struct str roles[256];
    size_t role_count;
};

static void add_role(struct reading *r, struct str role)
{
    for (size_t i = 0; i < r->role_count; i++)
        if (str_eq(r->roles[i], role))
            return;
    if (r->role_count < countof(r->roles))
        r->roles[r->role_count++] = role;
}

static bool read_rows(struct ctx *cx, struct rows *rows, struct reading *r)
{
    bool found = false;
    while (rows_next(rows)) {
        for (unsigned i = 0; !found && i <= IMAGE; i++)
            r->text[i] = str_copy(cx->arena, rows_text(rows, i));
        found = true;
        if (!rows_is_null(rows, ROLE))
            add_role(r, str_copy(cx->arena, rows_text(rows, ROLE)));
    }
    if (!found)
        return false;
    add_role(r, STR("All"));
    add_role(r, STR("Guest"));
    if (str_is(r->text[TYPE], "System User"))
        add_role(r, STR("Desk User"));
    return true;
}

static struct user *pack(const struct reading *r, struct str asked, struct str *key)
{
    size_t room = (r->role_count + 1) * sizeof(struct str) + asked.n + 1;
    for (size_t i = 0; i <= IMAGE; i++)
        room += r->text[i].n + 1;
    for (size_t i = 0; i < r->role_count; i++)
        room += r->roles[i].n + 1;
    struct user *u = counted_block(sizeof *u, room);
    if (!u)
        return NULL;
    u->roles = (struct str *)(u + 1);
    u->role_count = r->role_count;
    char *at = (char *)(u->roles + r->role_count + 1);
    *key = block_put(&at, asked);
    u->name = block_put(&at, r->text[NAME]);
    u->full_name = block_put(&at, r->text[FULL_NAME]);
    u->first_name = block_put(&at, r->text[FIRST_NAME]);
    u->language = block_put(&at, r->text[LANGUAGE]);
    u->image = block_put(&at, r->text[IMAGE]);
    u->enabled = str_is(r->text[ENABLED], "1");
    u->system_user = str_is(r->text[TYPE], "System User");
    for (size_t i = 0; i < r->role_count; i++)
        u->roles[i] = block_put(&at, r->roles[i]);
    return u;
}

const struct user *user_peek(const struct site *site, struct arena *a, struct str name)
{
    if (str_is(name, "Guest"))
        return user_guest;
    struct counted *c = memory_find(MEMORY_USER, site, name);
    if (c)
        held_by(a, c);
    return (const struct user *)c;
}

const struct user *user_load(struct ctx *cx, struct str name)
{
    const struct user *known = name.n ? user_peek(cx->site, cx->arena, name) : NULL;
    if (known || !name.n || name.n > 560)
        return known;
    uint64_t ticket = cache_ticket(cx->site);
    struct rows *rows = ask(cx, name);
    struct reading *r = arena_new_of(cx->arena, struct reading);
    if (!rows || !read_rows(cx, rows, r) || failed(cx))
        return NULL;
    struct str key;
    struct user *u = pack(r, name, &key);
    if (!u)
        return throw(cx, &ServiceUnavailable, N_("The server is short of memory. Try again in a moment."));
    held_by(cx->arena, &u->counted);
    memory_put(MEMORY_USER, cx->site, ticket, key, &u->counted);
    return u;
}
