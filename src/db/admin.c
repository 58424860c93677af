/* admin: making and removing a site's database, its role and its own user, with the administrative login.
 *
 * These statements take no bindings. Names are held to a small alphabet; of passwords only the server's own hash
 * stands in the text, so nothing is escaped by hand. */
#include "connection.h"

struct admin {
    struct ctx *cx;
    MYSQL *mysql;
};

static void close_admin(void *thing)
{
    struct admin *a = thing;
    if (a->mysql)
        mysql_close(a->mysql);
    a->mysql = NULL;
}

static struct admin *open_admin(struct ctx *cx)
{
    struct fault f;
    if (!db_config.admin_user)
        return throw(
            cx, &CommandFailed,
            N_("No administrative database login: set root_login and root_password in common_site_config.json."));
    struct admin *a = arena_new_of(cx->arena, struct admin);
    a->cx = cx;
    arena_defer(cx->arena, close_admin, a);
    a->mysql = connection_login(db_config.admin_user, db_config.admin_password, 0, &f);
    if (!a->mysql && (f.number == 1045 || f.number == 1698))
        return throw(cx, &CommandFailed, N_("The database refuses the login %s: check root_login and root_password."),
                     db_config.admin_user);
    return a->mysql ? a : fault_throw(cx, NULL, &f, STR_NONE);
}

/* Where our users log in from, as the server sees it. */
static const char *client_host(void)
{
    return db_config.socket ? "localhost" : "%";
}

static bool say(struct admin *a, const char *sql)
{
    if (mysql_real_query(a->mysql, sql, strlen(sql)) == 0)
        return true;
    struct fault f = fault_kept(mysql_errno(a->mysql), mysql_error(a->mysql));
    return fault_throw(a->cx, NULL, &f, STR_NONE);
}

/* First column of the only row of a query with one bound text, as a text; "" for none. */
static bool ask(struct admin *a, const char *sql, const char *value, char *answer, size_t size)
{
    unsigned long got = 0;
    my_bool null = 0;
    MYSQL_BIND in = { .buffer_type = MYSQL_TYPE_STRING, .buffer = (void *)(uintptr_t)value };
    MYSQL_BIND out = {
        .buffer_type = MYSQL_TYPE_STRING, .buffer = answer, .buffer_length = size - 1, .length = &got, .is_null = &null
    };
    in.buffer_length = in.length_value = strlen(value);
    in.length = &in.length_value;
    answer[0] = '\0';
    MYSQL_STMT *q = mysql_stmt_init(a->mysql);
    bool ok = q && !mysql_stmt_prepare(q, sql, strlen(sql)) && !mysql_stmt_bind_param(q, &in) &&
              !mysql_stmt_execute(q) && !mysql_stmt_bind_result(q, &out);
    if (ok && mysql_stmt_fetch(q) == 0 && !null && got < size)
        answer[got] = '\0';
    struct fault f = fault_kept(q ? mysql_stmt_errno(q) : 2008, q ? mysql_stmt_error(q) : "no memory");
    if (q)
        mysql_stmt_close(q);
    return ok || fault_throw(a->cx, NULL, &f, str_of(sql));
}

/* The server's hash of a password: '*' and 40 hexadecimal digits. */
static const char *hash_password(struct admin *a, const char *password)
{
    char hash[64];
    if (!password || !*password)
        return bug(a->cx, "a database user without a password");
    if (!ask(a, "SELECT PASSWORD(?)", password, hash, sizeof hash))
        return NULL;
    if (strlen(hash) != 41 || hash[0] != '*' || strspn(hash + 1, "0123456789ABCDEF") != 40)
        return bug(a->cx, "the server hashes passwords in a way we do not know");
    return arena_printf(a->cx->arena, "%s", hash);
}

static bool checked_name(struct ctx *cx, const char *name)
{
    if (name && database_name_valid(name))
        return true;
    return throw(cx, &ValidationError, N_("%s cannot be the name of a database."), name ? name : "");
}

/* In GRANT `_` and `%` stand for other characters: without the backslash site a_1 could read site ab1. */
static const char *grant_name(struct arena *a, const char *database)
{
    struct buf out = buf_new(a, 256);
    for (const char *p = database; *p; p++) {
        if (*p == '_' || *p == '%')
            buf_char(&out, '\\');
        buf_char(&out, *p);
    }
    return buf_str(&out).p;
}

/* ---- creating: steps, and how each is undone
 * ------------------------------------------------------------------------- */
struct step {
    const char *make, *undo;
};

static size_t tenant_steps(struct admin *a, const struct db_tenant *t, const char *hash, struct step steps[6])
{
    struct arena *m = a->cx->arena;
    const char *d = t->database, *g = grant_name(m, d), *from = client_host();
    steps[0] =
        (struct step){ arena_printf(m, "CREATE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", d),
                       arena_printf(m, "DROP DATABASE IF EXISTS `%s`", d) };
    steps[1] = (struct step){ arena_printf(m, "CREATE ROLE `%s`", d), arena_printf(m, "DROP ROLE IF EXISTS `%s`", d) };
    steps[2] = (struct step){ arena_printf(m, "CREATE USER `%s`@`%s` IDENTIFIED BY PASSWORD '%s'", d, from, hash),
                              arena_printf(m, "DROP USER IF EXISTS `%s`@`%s`", d, from) };
    steps[3] = (struct step){ arena_printf(m, "GRANT ALL PRIVILEGES ON `%s`.* TO `%s`", g, d), NULL };
    steps[4] = (struct step){ arena_printf(m, "GRANT ALL PRIVILEGES ON `%s`.* TO `%s`@`%s`", g, d, from), NULL };
    if (!db_config.service_user)
        return 5;
    steps[5] = (struct step){ arena_printf(m, "GRANT `%s` TO `%s`@`%s`", d, db_config.service_user, from), NULL };
    return 6;
}

static void undo(struct admin *a, const struct step *steps, size_t made)
{
    while (made--)
        if (steps[made].undo && mysql_real_query(a->mysql, steps[made].undo, strlen(steps[made].undo)))
            log_say(LOG_ERROR, "db.undo", "left behind: %s", mysql_error(a->mysql));
}

static bool make_all(struct admin *a, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (say(a, steps[i].make))
            continue;
        undo(a, steps, i);
        return false;
    }
    return true;
}

bool db_tenant_create(struct ctx *cx, const struct db_tenant *t)
{
    struct step steps[6];
    bool exists;
    if (!checked_name(cx, t->database) || !db_tenant_exists(cx, t->database, &exists))
        return false;
    if (exists)
        return throw(cx, &DuplicateEntryError, N_("The database %s exists already."), t->database);
    struct admin *a = open_admin(cx);
    const char *hash = a ? hash_password(a, t->password) : NULL;
    if (!hash)
        return false;
    bool made = make_all(a, steps, tenant_steps(a, t, hash, steps));
    close_admin(a);
    return made;
}

bool db_tenant_adopt(struct ctx *cx, const struct db_tenant *t)
{
    struct step steps[6];
    bool exists;
    if (!checked_name(cx, t->database) || !db_tenant_exists(cx, t->database, &exists))
        return false;
    if (!exists)
        return throw(cx, &DoesNotExistError, N_("There is no database %s."), t->database);
    struct admin *a = open_admin(cx);
    const char *hash = a ? hash_password(a, t->password) : NULL;
    if (!hash)
        return false;
    size_t count = tenant_steps(a, t, hash, steps);
    steps[2] = (struct step){ arena_printf(cx->arena, "CREATE USER IF NOT EXISTS `%s`@`%s` IDENTIFIED BY PASSWORD '%s'",
                                           t->database, client_host(), hash),
                              NULL };
    bool made = make_all(a, steps + 1, count - 1);
    close_admin(a);
    return made;
}

bool db_tenant_leave(struct ctx *cx, const struct db_tenant *t)
{
    struct step steps[6];
    struct admin *a = checked_name(cx, t->database) ? open_admin(cx) : NULL;
    if (!a)
        return false;
    tenant_steps(a, t, "", steps);
    bool ok = say(a, steps[1].undo);
    close_admin(a);
    return ok;
}

/* Login and role first: from then on nobody reaches what is being removed. Running it again finishes a half-done one.
 */
bool db_tenant_drop(struct ctx *cx, const struct db_tenant *t)
{
    struct step steps[6];
    struct admin *a = checked_name(cx, t->database) ? open_admin(cx) : NULL;
    if (!a)
        return false;
    tenant_steps(a, t, "", steps);
    bool ok = say(a, steps[2].undo) && say(a, steps[1].undo) && say(a, steps[0].undo);
    close_admin(a);
    return ok;
}

bool db_tenant_exists(struct ctx *cx, const char *database, bool *exists)
{
    char found[256];
    struct admin *a = open_admin(cx);
    if (!a || !ask(a, "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", database, found,
                   sizeof found))
        return false;
    *exists = found[0] != '\0';
    close_admin(a);
    return true;
}

/* No right of its own: what it may do is what the role of the moment may. */
bool db_service_user(struct ctx *cx)
{
    const char *user = db_config.service_user, *from = client_host();
    if (!user)
        return true;
    if (!checked_name(cx, user))
        return false;
    struct admin *a = open_admin(cx);
    const char *hash = a ? hash_password(a, db_config.service_password) : NULL;
    if (!hash)
        return false;
    bool ok =
        say(a, arena_printf(cx->arena, "CREATE USER IF NOT EXISTS `%s`@`%s` IDENTIFIED BY PASSWORD '%s'", user, from,
                            hash)) &&
        say(a, arena_printf(cx->arena, "ALTER USER `%s`@`%s` IDENTIFIED BY PASSWORD '%s' WITH MAX_STATEMENT_TIME 2",
                            user, from, hash));
    close_admin(a);
    return ok;
}

bool db_service_grant(struct ctx *cx, const char *database)
{
    struct admin *a = checked_name(cx, database) ? open_admin(cx) : NULL;
    if (!a)
        return false;
    bool ok = !db_config.service_user || say(a, arena_printf(cx->arena, "GRANT `%s` TO `%s`@`%s`", database,
                                                             db_config.service_user, client_host()));
    close_admin(a);
    return ok;
}
