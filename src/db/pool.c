/* pool: the process's connections. A call borrows one at its first statement and gives it back at its end.
 *
 * Never more than the ceiling; who comes when all are lent waits a while, then is told to come back. The one last used
 * for the same site is preferred: it needs no switch and knows the statements. */
#include "connection.h"

enum { WAIT_US = 2000000 };

struct db_settings db_config;

static struct {
    struct lock lock;
    struct wakeup freed;
    struct db *idle; /* most recently used first */
    unsigned open, busy;
    bool ready;
} pool;

/* What the arena of a call holds: the connection comes back whatever happens to the call. */
struct loan {
    struct db *db;
    struct deferred *end;
};

static const char *kept(struct arena *a, const char *text)
{
    return text ? str_c(a, str_of(text)) : NULL;
}

bool db_start(struct arena *a, const struct db_settings *s)
{
    if (mysql_library_init(0, NULL, NULL))
        return false;
    db_config = (struct db_settings){
        .socket = kept(a, s->socket),
        .host = kept(a, s->host ? s->host : "127.0.0.1"),
        .port = s->port ? s->port : 3306,
        .service_user = kept(a, s->service_user),
        .service_password = kept(a, s->service_password),
        .admin_user = kept(a, s->admin_user),
        .admin_password = kept(a, s->admin_password),
        .connections = s->connections ? s->connections : 32,
        .connect_timeout_s = s->connect_timeout_s ? s->connect_timeout_s : 5,
    };
    if (!pool.ready) {
        lock_init(&pool.lock);
        wakeup_init(&pool.freed);
        pool.ready = true;
    }
    return true;
}

/* Connections that are lent come to an end when they are given back. */
void db_stop(void)
{
    lock_take(&pool.lock);
    struct db *idle = pool.idle;
    pool.idle = NULL;
    lock_release(&pool.lock);
    while (idle) {
        struct db *next = idle->next;
        connection_close(idle);
        free(idle);
        lock_take(&pool.lock);
        pool.open--;
        lock_release(&pool.lock);
        idle = next;
    }
}

void db_thread(bool starting)
{
    if (starting)
        mysql_thread_init();
    else
        mysql_thread_end();
}

/* Who asks: its own address, the same for all calls of a thread. */
static const void *this_thread(void)
{
    static _Thread_local char here;
    return &here;
}

/* How little it costs to go on with this connection. The site's needs no switch; the thread's own keeps the server's
 * thread and ours on their processors (twice the point reads on two cores). */
static int fitness(const struct db *db, uint64_t tenant)
{
    return (db->tenant == tenant ? 2 : 0) + (db->last_thread == this_thread() ? 1 : 0);
}

/* The fittest idle connection. Among those of the site the one last used; among the others the one unused for longest,
 * which loses least by a switch. */
static struct db *pick(uint64_t tenant)
{
    struct db **best = NULL;
    int most = -1;
    for (struct db **at = &pool.idle; *at; at = &(*at)->next) {
        int fit = fitness(*at, tenant);
        if (fit < most || (fit == most && fit >= 2))
            continue;
        best = at;
        most = fit;
    }
    if (!best)
        return NULL;
    struct db *db = *best;
    *best = db->next;
    return db;
}

/* Under the lock. True: a connection is the caller's, *db or (NULL) one still to be made. */
static bool take(uint64_t tenant, struct db **db)
{
    *db = pick(tenant);
    if (!*db && pool.open >= db_config.connections)
        return false;
    if (!*db)
        pool.open++;
    pool.busy++;
    return true;
}

static bool take_or_wait(uint64_t tenant, struct db **db)
{
    int64_t until = clock_mono_us() + WAIT_US;
    lock_take(&pool.lock);
    bool taken = take(tenant, db);
    while (!taken) {
        int64_t left = until - clock_mono_us();
        if (left <= 0)
            break;
        wakeup_wait(&pool.freed, &pool.lock, left);
        taken = take(tenant, db);
    }
    lock_release(&pool.lock);
    return taken;
}

static void put(struct db *db, bool usable)
{
    if (!usable) {
        connection_close(db);
        free(db);
    }
    lock_take(&pool.lock);
    pool.busy--;
    if (usable) {
        db->next = pool.idle;
        pool.idle = db;
    } else {
        pool.open--;
    }
    wakeup_one(&pool.freed);
    lock_release(&pool.lock);
}

/* As the next call expects it: nothing being read, no transaction, read-only. */
static bool clean(struct db *db)
{
    struct fault f;
    if (!db->mysql || db->swollen || db->patient)
        return false;
    statement_end(db);
    if (db->in_transaction && !connection_say(db, "ROLLBACK", &f))
        return false;
    db->in_transaction = db->savepoint = db->doomed = false;
    db->violated_key = STR_NONE;
    return connection_define(db, false, &f);
}

static void give_back(void *thing)
{
    struct loan *loan = thing;
    struct db *db = loan->db;
    if (!db)
        return;
    loan->db = NULL;
    db->loan = NULL;
    put(db, clean(db));
}

static void *busy(struct ctx *cx)
{
    throw(cx, &ServiceUnavailable, N_("The server is busy. Please try again in a moment."));
    cx->err.retry_after_s = 2;
    return NULL;
}

static struct db *borrow(struct ctx *cx)
{
    struct loan *loan = arena_new_of(cx->arena, struct loan);
    loan->end = arena_defer(cx->arena, give_back, loan);
    struct db *db;
    if (!take_or_wait(cx->tenant->id, &db))
        return busy(cx);
    if (!db)
        db = calloc(1, sizeof *db);
    if (!db) {
        lock_take(&pool.lock);
        pool.busy--;
        pool.open--;
        lock_release(&pool.lock);
        return busy(cx);
    }
    loan->db = db;
    db->loan = loan;
    db->last_thread = this_thread();
    return cx->db = db;
}

struct db *db_of(struct ctx *cx)
{
    if (!cx->tenant)
        return bug(cx, "a statement for no site");
    struct db *db = cx->db ? cx->db : borrow(cx);
    if (!db)
        return NULL;
    struct fault f;
    if (db->in_transaction || (db->mysql && db->tenant == cx->tenant->id))
        return db;
    return connection_serve(db, cx->tenant, &f) ? db : fault_throw(cx, db, &f, STR_NONE);
}

void db_return(struct ctx *cx)
{
    struct db *db = cx->db;
    cx->db = NULL;
    cx->writing = false;
    if (db)
        arena_release(db->loan->end);
}

void db_drop(struct ctx *cx)
{
    if (cx->db)
        cx->db->swollen = true;
    db_return(cx);
}

bool db_ping(int timeout_ms)
{
    struct fault f;
    const struct db_settings *s = &db_config;
    const char *user = s->service_user ? s->service_user : s->admin_user;
    if (!user)
        return false;
    int64_t start = clock_mono_us();
    MYSQL *mysql = connection_login(user, s->service_user ? s->service_password : s->admin_password,
                                    (timeout_ms + 999) / 1000, &f);
    bool alive = mysql && mysql_ping(mysql) == 0;
    if (mysql)
        mysql_close(mysql);
    return alive && clock_mono_us() - start <= (int64_t)timeout_ms * 1000;
}

struct db_stats db_stats(void)
{
    lock_take(&pool.lock);
    struct db_stats s = { .open = pool.open, .busy = pool.busy, .ceiling = db_config.connections };
    lock_release(&pool.lock);
    s.statements = db_counters.statements;
    s.prepared = db_counters.prepared;
    s.switches = db_counters.switches;
    s.errors = db_counters.errors;
    return s;
}
