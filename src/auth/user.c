/* Users as calls know them: read once with their roles, User Permissions and shares, then kept in memory until one of
 * these changes. */
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
    struct user_limit *limits;
    size_t limit_count, limit_room;
    struct user_share *shares;
    size_t share_count, share_room;
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

/* ---- User Permissions and shares ------------------------------------------------------------------------------------ */
/* Of a User Permission: the first five, of a DocType with shared documents: the DocType and the four rights. */
enum grant { DOCTYPE_NAME, VALUE, APPLICABLE_FOR, FLAGS, DEFAULT = FLAGS, HIDES, WRITES = HIDES, SHARES, SUBMITS };

static struct rows *ask_grants(struct ctx *cx, struct str user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `allow`, `for_value`, `applicable_for`, `is_default`, `hide_descendants`, 0, 0 FROM ");
    sql_doctype(q, "User Permission");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND `for_value` IS NOT NULL UNION ALL SELECT `share_doctype`, NULL, NULL, MAX(`read`), MAX(`write`),"
               " MAX(`share`), MAX(`submit`) FROM ");
    sql_doctype(q, "DocShare");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " OR `everyone` = 1 GROUP BY `share_doctype`");
    return db_run(cx, q);
}

/* Room for one more in an array of the arena that doubles. */
static void *grown(struct arena *a, void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 8;
    void *more = arena_array(a, *room, size);
    if (count)
        memcpy(more, array, count * size);
    return more;
}

static void add_limit(struct ctx *cx, struct reading *r, struct rows *rows)
{
    r->limits = grown(cx->arena, r->limits, r->limit_count, &r->limit_room, sizeof *r->limits);
    r->limits[r->limit_count++] = (struct user_limit){
        .allow = str_copy(cx->arena, rows_text(rows, DOCTYPE_NAME)),
        .value = str_copy(cx->arena, rows_text(rows, VALUE)),
        .applicable_for = str_copy(cx->arena, rows_text(rows, APPLICABLE_FOR)),
        .is_default = rows_int(rows, DEFAULT) != 0,
        .hide_descendants = rows_int(rows, HIDES) != 0,
    };
}

static void add_share(struct ctx *cx, struct reading *r, struct rows *rows)
{
    r->shares = grown(cx->arena, r->shares, r->share_count, &r->share_room, sizeof *r->shares);
    r->shares[r->share_count++] = (struct user_share){
        .doctype = str_copy(cx->arena, rows_text(rows, DOCTYPE_NAME)),
        .read = rows_int(rows, FLAGS) != 0,
        .write = rows_int(rows, WRITES) != 0,
        .share = rows_int(rows, SHARES) != 0,
        .submit = rows_int(rows, SUBMITS) != 0,
    };
}

static bool read_grants(struct ctx *cx, struct reading *r)
{
    if (str_eq_nocase(r->text[NAME], STR("Administrator")) || str_eq_nocase(r->text[NAME], STR("Guest")))
        return true;
    struct rows *rows = ask_grants(cx, r->text[NAME]);
    while (rows && rows_next(rows)) {
        if (rows_is_null(rows, DOCTYPE_NAME))
            continue;
        if (rows_is_null(rows, VALUE))
            add_share(cx, r, rows);
        else
            add_limit(cx, r, rows);
    }
    return !failed(cx);
}

/* ---- one block ------------------------------------------------------------------------------------------------------- */
static size_t room_of(const struct reading *r, struct str asked)
{
    size_t room = (r->role_count + 1) * sizeof(struct str) + r->limit_count * sizeof *r->limits +
                  r->share_count * sizeof *r->shares + asked.n + 1;
    for (size_t i = 0; i <= IMAGE; i++)
        room += r->text[i].n + 1;
    for (size_t i = 0; i < r->role_count; i++)
        room += r->roles[i].n + 1;
    for (size_t i = 0; i < r->limit_count; i++)
        room += r->limits[i].allow.n + r->limits[i].value.n + r->limits[i].applicable_for.n + 3;
    for (size_t i = 0; i < r->share_count; i++)
        room += r->shares[i].doctype.n + 1;
    return room;
}

static uint64_t mixed(uint64_t mark, struct str text, uint64_t flags)
{
    return (mark ^ str_hash(text) ^ flags << 56) * 0x9e3779b97f4a7c15u;
}

static void put_roles(struct user *u, const struct reading *r, char **at)
{
    u->role_count = r->role_count;
    for (size_t i = 0; i < r->role_count; i++) {
        u->roles[i] = block_put(at, r->roles[i]);
        u->mark = mixed(u->mark, r->roles[i], 1);
    }
}

static void put_grants(struct user *u, struct user_limit *limits, struct user_share *shares, const struct reading *r,
                       char **at)
{
    u->limits = limits;
    u->limit_count = r->limit_count;
    u->shares = shares;
    u->share_count = r->share_count;
    for (size_t i = 0; i < r->limit_count; i++) {
        const struct user_limit *from = &r->limits[i];
        limits[i] = *from;
        limits[i].allow = block_put(at, from->allow);
        limits[i].value = block_put(at, from->value);
        limits[i].applicable_for = block_put(at, from->applicable_for);
        u->mark = mixed(mixed(u->mark, from->allow, 2), from->value, from->hide_descendants);
        u->mark = mixed(u->mark, from->applicable_for, 3);
    }
    for (size_t i = 0; i < r->share_count; i++) {
        const struct user_share *from = &r->shares[i];
        shares[i] = *from;
        shares[i].doctype = block_put(at, from->doctype);
        u->mark = mixed(u->mark, from->doctype, 16u + from->read + 2u * from->write);
    }
}

static struct user *pack(const struct reading *r, struct str asked, struct str *key)
{
    struct user *u = counted_block(sizeof *u, room_of(r, asked));
    if (!u)
        return NULL;
    u->roles = (struct str *)(u + 1);
    struct user_limit *limits = (struct user_limit *)(u->roles + r->role_count + 1);
    struct user_share *shares = (struct user_share *)(limits + r->limit_count);
    char *at = (char *)(shares + r->share_count);
    *key = block_put(&at, asked);
    u->name = block_put(&at, r->text[NAME]);
    u->full_name = block_put(&at, r->text[FULL_NAME]);
    u->first_name = block_put(&at, r->text[FIRST_NAME]);
    u->language = block_put(&at, r->text[LANGUAGE]);
    u->image = block_put(&at, r->text[IMAGE]);
    u->enabled = str_is(r->text[ENABLED], "1");
    u->system_user = str_is(r->text[TYPE], "System User");
    put_roles(u, r, &at);
    put_grants(u, limits, shares, r, &at);
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
    if (!rows || !read_rows(cx, rows, r) || failed(cx) || !read_grants(cx, r))
        return NULL;
    struct str key;
    struct user *u = pack(r, name, &key);
    if (!u)
        return throw(cx, &ServiceUnavailable, N_("The server is short of memory. Try again in a moment."));
    held_by(cx->arena, &u->counted);
    memory_put(MEMORY_USER, cx->site, ticket, key, &u->counted);
    return u;
}
