/* Who changed what: clocks per site and DocType, the log row of each transaction, and the rows of other daemons.
 *
 * A ticket is taken before the first read; what was read holds as long as no bucket of its DocTypes moved past the
 * ticket. The clock moves after commit, so whoever read before it holds an older ticket. */
#include <stdatomic.h>

#include "site_priv.h"

static const int64_t IN_USE_US = 30 * 1000000LL, GAP_US = 4 * 1000000LL, SWEEP_US = 600 * 1000000LL;

unsigned bucket_of(const char *doctype)
{
    return (unsigned)(str_hash(str_of(doctype)) % BUCKETS);
}

void deps_add(struct deps *d, const char *doctype)
{
    unsigned b = bucket_of(doctype);
    d->bits[b / 64] |= 1ull << (b % 64);
}

uint64_t clock_ticket(const struct changes_clock *c)
{
    return c->now;
}

bool clock_holds(const struct changes_clock *c, uint64_t ticket, const struct deps *d)
{
    if (c->all_at > ticket)
        return false;
    for (unsigned word = 0; word < countof(d->bits); word++)
        for (uint64_t bits = d->bits[word]; bits; bits &= bits - 1)
            if (c->at[word * 64 + (unsigned)__builtin_ctzll(bits)] > ticket)
                return false;
    return true;
}

bool cache_holds(const struct site *s, uint64_t ticket, const char *const *doctypes)
{
    const struct changes_clock *c = &s->state->changes;
    if (c->all_at > ticket)
        return false;
    for (; *doctypes; doctypes++)
        if (c->at[bucket_of(*doctypes)] > ticket)
            return false;
    return true;
}

uint64_t cache_ticket(const struct site *s)
{
    return clock_ticket(&s->state->changes);
}

/* Upwards only: two changes may arrive here in any order. */
static void move(_Atomic uint64_t *at, uint64_t now)
{
    uint64_t before = *at;
    while (before < now && !atomic_compare_exchange_weak(at, &before, now))
        ;
}

static void tell(struct site_state *s, const char *doctype)
{
    TABLE_EACH (change_listeners, struct change_listener, it) {
        const char *wanted = (*it)->doctype;
        if (!doctype || !wanted || str_is(str_of(wanted), doctype))
            (*it)->changed(str_of(s->name), doctype ? doctype : wanted);
    }
}

void state_changed(struct site_state *s, const char *doctype)
{
    uint64_t now = ++s->changes.now;
    move(doctype ? &s->changes.at[bucket_of(doctype)] : &s->changes.all_at, now);
    tell(s, doctype);
}

/* ---- the log ------------------------------------------------------------------------------------------------------- */

/* This process among those that write to the same database: its own rows are no news to it. */
static int64_t origin(void)
{
    static _Atomic int64_t id;
    int64_t none = 0, fresh;
    if (id)
        return id;
    random_fill(&fresh, sizeof fresh);
    atomic_compare_exchange_strong(&id, &none, (fresh & INT64_MAX) | 1);
    return id;
}

bool change_log_write(struct ctx *cx, const struct map *doctypes)
{
    struct buf list = buf_new(cx->arena, 1 << 20);
    for (size_t i = 0; i < doctypes->count; i++)
        buf_printf(&list, "%s%.*s", i ? "\n" : "", STR_ARG(doctypes->entries[i].key));
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_change_log");
    sql_add(q, " (`at`, `origin`, `doctypes`) VALUES (UTC_TIMESTAMP(6), ");
    sql_int(q, origin());
    sql_add(q, ", ");
    sql_text(q, buf_str(&list));
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}

/* Rows stay visible for five seconds, because ids may commit out of order; each is acted upon once. */
static bool is_news(struct site_state *s, uint64_t id)
{
    for (size_t i = 0; i < SEEN; i++)
        if (s->seen[i] == id)
            return false;
    s->seen[s->seen_next++ % SEEN] = id;
    return true;
}

static bool read_log(struct ctx *cx, struct site_state *s)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `id`, `doctypes` FROM ");
    sql_table(q, "preau_change_log");
    sql_add(q, " WHERE `at` >= UTC_TIMESTAMP(6) - INTERVAL 5 SECOND AND `origin` <> ");
    sql_int(q, origin());
    sql_add(q, " ORDER BY `id`");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct str list = rows_text(rows, 1), one;
        if (!is_news(s, (uint64_t)rows_int(rows, 0)))
            continue;
        while (str_cut(&list, '\n', &one))
            state_changed(s, str_c(cx->arena, one));
    }
    return !failed(cx);
}

/* Rows nobody will read again. */
static void sweep(struct ctx *cx)
{
    cx->may_write = true;
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_change_log");
    sql_add(q, " WHERE `at` < UTC_TIMESTAMP(6) - INTERVAL 1 HOUR LIMIT 5000");
    if (db_change(cx, q) < 0 || !db_commit(cx))
        db_rollback(cx);
}

/* True when the log could be read. A gap longer than what rows are read back for leaves only one honest assumption. */
static bool poll(struct arena *a, struct site_state *s, const struct site *site, int64_t now)
{
    struct ctx cx = { .arena = a, .site = site, .tenant = &site->tenant, .now_us = clock_wall_us() };
    bool ok = read_log(&cx, s);
    if (ok && s->watched && now - s->polled_us > GAP_US)
        state_changed(s, NULL);
    if (ok) {
        s->watched = true;
        s->polled_us = now;
    }
    if (ok && !site->reads_only && !site->suspended && now - s->swept_us > SWEEP_US) {
        s->swept_us = now;
        sweep(&cx);
    }
    db_return(&cx);
    return ok;
}

/* A site nobody asked for in a while is not watched; all that memory holds of it is given up then. */
static void stop_watching(struct site_state *s)
{
    if (s->watched)
        state_changed(s, NULL);
    memset(s->seen, 0, sizeof s->seen);
    s->watched = false;
}

void change_logs_read(struct arena *a)
{
    bool answers = true;
    for (struct site_state *s = registry_states(); s; s = s->next) {
        int64_t now = clock_mono_us();
        struct counted *held = published_take(&s->current);
        if (!held || now - s->used_us > IN_USE_US)
            stop_watching(s);
        else if (answers) /* one failure ends the round: the server is the same for all */
            answers = poll(a, s, (const struct site *)(const void *)held, now);
        arena_reset(a);
        if (held)
            counted_release(held);
    }
}
