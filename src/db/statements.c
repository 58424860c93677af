/* Statements of one connection: prepared once, kept under (tenant, text), the least recently used leaves first.
 *
 * The first run prepares and executes in one round trip; a kept one is one round trip as well. Two bounds hold: what
 * one connection may keep, and what the whole process may, which stays under the server's max_prepared_stmt_count. */
#include "connection.h"

enum { KEPT_PER_CONNECTION = 1000, KEPT_BY_ALL = 8000 };

static _Atomic unsigned kept_by_all;

static struct statement **bucket(struct statements *all, uint64_t hash)
{
    return &all->buckets[hash % STATEMENT_BUCKETS];
}

static void unlink_by_use(struct statements *all, struct statement *s)
{
    *(s->newer ? &s->newer->older : &all->newest) = s->older;
    *(s->older ? &s->older->newer : &all->oldest) = s->newer;
}

static void link_newest(struct statements *all, struct statement *s)
{
    s->newer = NULL;
    s->older = all->newest;
    *(all->newest ? &all->newest->newer : &all->oldest) = s;
    all->newest = s;
}

static struct statement *find(struct statements *all, uint64_t tenant, uint64_t hash, struct str text)
{
    for (struct statement *s = *bucket(all, hash); s; s = s->next) {
        if (s->hash != hash || s->tenant != tenant || !str_eq((struct str){ s->text, s->size }, text))
            continue;
        if (all->newest != s) {
            unlink_by_use(all, s);
            link_newest(all, s);
        }
        return s;
    }
    return NULL;
}

static void keep(struct statements *all, struct statement *s)
{
    struct statement **head = bucket(all, s->hash);
    s->next = *head;
    *head = s;
    link_newest(all, s);
    s->kept = true;
    all->count++;
    kept_by_all++;
}

static void leave(struct statements *all, struct statement *s)
{
    struct statement **at = bucket(all, s->hash);
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    unlink_by_use(all, s);
    s->kept = false;
    all->count--;
    kept_by_all--;
}

static void destroy(struct statement *s)
{
    if (s->handle)
        mysql_stmt_close(s->handle);
    free(s);
}

void statement_forget(struct db *db, struct statement *s)
{
    if (db->reading == s)
        db->reading = NULL;
    if (s->kept)
        leave(&db->statements, s);
    destroy(s);
}

void statements_clear(struct db *db)
{
    while (db->statements.oldest)
        statement_forget(db, db->statements.oldest);
}

/* True when one more may be kept, after the oldest made room for it. */
static bool make_room(struct db *db)
{
    struct statements *all = &db->statements;
    if (all->count && (all->count >= KEPT_PER_CONNECTION || kept_by_all >= KEPT_BY_ALL))
        statement_forget(db, all->oldest);
    return kept_by_all < KEPT_BY_ALL;
}

static struct statement *make(struct db *db, struct str text, uint64_t hash)
{
    struct statement *s = calloc(1, sizeof *s + text.n);
    if (!s)
        return NULL;
    s->handle = mysql_stmt_init(db->mysql);
    if (!s->handle) {
        free(s);
        return NULL;
    }
    s->tenant = db->tenant;
    s->hash = hash;
    s->size = text.n;
    memcpy(s->text, text.p, text.n);
    return s;
}

/* Prepares and runs in one round trip. */
static bool run_first(struct statement *s, unsigned count, MYSQL_BIND *binds)
{
    db_counters.prepared++;
    if (mysql_stmt_attr_set(s->handle, STMT_ATTR_PREBIND_PARAMS, &count))
        return false;
    if (count && mysql_stmt_bind_param(s->handle, binds))
        return false;
    return mariadb_stmt_execute_direct(s->handle, s->text, s->size) == 0;
}

static bool run_again(struct statement *s, MYSQL_BIND *binds)
{
    if (binds && mysql_stmt_bind_param(s->handle, binds))
        return false;
    return mysql_stmt_execute(s->handle) == 0;
}

/* False: it failed, or counts for nothing, and is forgotten. */
static bool succeeded(struct db *db, struct statement *s, bool done, struct fault *f)
{
    bool refused = role_refused(db, f);
    if (done && !refused)
        return true;
    if (!refused)
        *f = fault_kept(mysql_stmt_errno(s->handle), mysql_stmt_error(s->handle));
    statement_forget(db, s);
    return false;
}

struct statement *statement_run(struct db *db, const struct sql *q, struct str text, MYSQL_BIND *binds, struct fault *f)
{
    uint64_t hash = str_hash(text) ^ db->tenant * 0x9e3779b97f4a7c15u;
    struct statement *s = find(&db->statements, db->tenant, hash, text);
    db_counters.statements++;
    if (s) {
        if (!succeeded(db, s, run_again(s, binds), f))
            return NULL;
    } else {
        bool keeping = !sql_is_once(q) && make_room(db);
        s = make(db, text, hash);
        if (!s) {
            *f = (struct fault){ 2008, "no memory for a statement" };
            return NULL;
        }
        if (!succeeded(db, s, run_first(s, (unsigned)sql_bindings(q), binds), f))
            return NULL;
        if (keeping)
            keep(&db->statements, s);
    }
    db->reading = s;
    return s;
}

void statement_end(struct db *db)
{
    struct statement *s = db->reading;
    if (!s)
        return;
    db->reading = NULL;
    mysql_stmt_free_result(s->handle);
    if (!s->kept)
        destroy(s);
}
