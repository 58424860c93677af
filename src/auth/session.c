/* Sessions: rows of preau_session by the hash of their sid, and in memory what was read of them. The last request is
 * noted in memory and written down every ten minutes at most. */
#include <sodium.h>
#include <stdatomic.h>

#include "auth_priv.h"

enum { SID_BYTES = 28, DAY_S = 86400, ID_DIGITS = 16, SHOWN_MOST = 100 };
static const int64_t SECOND_US = 1000000, STAMP_US = 600 * 1000000LL, LONGEST_US = 30LL * DAY_S * 1000000;

bool sid_valid(struct str sid)
{
    if (sid.n != 2 * SID_BYTES)
        return false;
    for (size_t i = 0; i < sid.n; i++)
        if (!((sid.p[i] >= '0' && sid.p[i] <= '9') || (sid.p[i] >= 'a' && sid.p[i] <= 'f')))
            return false;
    return true;
}

struct str sid_hash_of(struct arena *a, struct str sid)
{
    unsigned char digest[32];
    char *hex = arena_alloc(a, 2 * sizeof digest + 1);
    crypto_generichash(digest, sizeof digest, (const unsigned char *)sid.p, sid.n, NULL, 0);
    sodium_bin2hex(hex, 2 * sizeof digest + 1, digest, sizeof digest);
    return (struct str){ hex, 2 * sizeof digest };
}

/* "170:00" or "170:00:00" in seconds; 0 for anything else. */
static int64_t duration(struct str text)
{
    int64_t total = 0, n, unit = 3600;
    struct str part;
    while (str_cut(&text, ':', &part)) {
        if (!unit || !str_int(part, &n) || n < 0 || n > 100000)
            return 0;
        total += n * unit;
        unit /= 60;
    }
    return total;
}

int64_t session_seconds(const struct site *site)
{
    int64_t s = duration(site_setting(site, "System Settings", "session_expiry"));
    return s > 0 ? s : 170 * 3600;
}

bool session_alive(const struct session *s, const struct site *site, int64_t now_us)
{
    return now_us - s->seen_us < session_seconds(site) * SECOND_US && now_us - s->created_us < LONGEST_US;
}

bool session_stamp_due(const struct session *s, int64_t now_us)
{
    return now_us - s->written_us > STAMP_US;
}

static void note_seen(struct session *s, int64_t now_us)
{
    if (now_us - s->seen_us > SECOND_US)
        s->seen_us = now_us;
}

struct session *session_peek(const struct site *site, struct arena *a, struct str sid_hash, int64_t now_us)
{
    struct session *s = (struct session *)memory_find(MEMORY_SESSION, site, sid_hash);
    if (!s)
        return NULL;
    held_by(a, &s->counted);
    if (!session_alive(s, site, now_us))
        return NULL;
    note_seen(s, now_us);
    return s;
}

static struct session *pack(struct rows *rows, struct str sid_hash)
{
    struct str user = rows_text(rows, 0), csrf = rows_text(rows, 1);
    struct session *s = counted_block(sizeof *s, sid_hash.n + user.n + csrf.n + 3);
    if (!s)
        return NULL;
    char *at = (char *)(s + 1);
    s->sid_hash = block_put(&at, sid_hash);
    s->user = block_put(&at, user);
    s->csrf_token = block_put(&at, csrf);
    s->created_us = rows_int(rows, 2);
    s->seen_us = s->written_us = rows_int(rows, 3);
    return s;
}

static struct session *read_session(struct ctx *cx, struct str sid_hash)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `user`, `csrf_token`, `created_us`, `seen_us` FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `sid_hash` = ");
    sql_text(q, sid_hash);
    struct rows *rows = db_run(cx, q);
    if (!rows || !rows_next(rows))
        return NULL;
    struct session *s = pack(rows, sid_hash);
    rows_close(rows);
    return s ? s : throw(cx, &ServiceUnavailable, N_("The server is short of memory. Try again in a moment."));
}

struct session *session_load(struct ctx *cx, struct str sid_hash)
{
    struct session *s = session_peek(cx->site, cx->arena, sid_hash, cx->now_us);
    if (s)
        return s;
    uint64_t ticket = cache_ticket(cx->site);
    s = read_session(cx, sid_hash);
    if (!s)
        return NULL;
    held_by(cx->arena, &s->counted);
    if (!session_alive(s, cx->site, cx->now_us))
        return NULL;
    note_seen(s, cx->now_us);
    memory_put(MEMORY_SESSION, cx->site, ticket, s->sid_hash, &s->counted);
    return s;
}

/* One of the threads that find it due writes; a failure costs nothing but a stamp. */
void session_stamp(struct ctx *cx, struct session *s)
{
    int64_t before = s->written_us;
    if (cx->site->reads_only || !session_stamp_due(s, cx->now_us) ||
        !atomic_compare_exchange_strong(&s->written_us, &before, cx->now_us))
        return;
    struct ctx own = call_beside(cx);
    struct sql *q = sql_new(&own);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_session");
    sql_add(q, " SET `seen_us` = ");
    sql_int(q, cx->now_us);
    sql_add(q, " WHERE `sid_hash` = ");
    sql_text(q, s->sid_hash);
    struct error before_error = cx->err;
    if (!call_beside_end(cx, &own, db_change(&own, q) >= 0))
        cx->err = before_error;
}

/* ---- beginning and end ------------------------------------------------------------------------------------------------- */

/* The user's sessions that nobody can use any more. */
static bool sweep(struct ctx *cx, struct str user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND (`seen_us` < ");
    sql_int(q, cx->now_us - session_seconds(cx->site) * SECOND_US);
    sql_add(q, " OR `created_us` < ");
    sql_int(q, cx->now_us - LONGEST_US);
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}

bool session_new(struct ctx *cx, struct str user, struct str peer, struct str user_agent, struct str *sid)
{
    *sid = random_hex(cx->arena, SID_BYTES);
    if (!sweep(cx, user))
        return false;
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_session");
    sql_add(q, " (`sid_hash`, `user`, `created_us`, `seen_us`, `peer`, `user_agent`) VALUES (");
    sql_text(q, sid_hash_of(cx->arena, *sid));
    sql_add(q, ", ");
    sql_text(q, user);
    sql_add(q, ", ");
    sql_int(q, cx->now_us);
    sql_add(q, ", ");
    sql_int(q, cx->now_us);
    sql_add(q, ", ");
    sql_text(q, utf8_head(peer, 64));
    sql_add(q, ", ");
    sql_text(q, utf8_valid(user_agent) ? utf8_head(user_agent, 255) : STR(""));
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}

bool logout(struct ctx *cx, const struct identity *who)
{
    if (!who->sid_hash.n)
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `sid_hash` = ");
    sql_text(q, who->sid_hash);
    call_changes(cx, SESSIONS);
    return db_change(cx, q) >= 0;
}

bool sessions_end(struct ctx *cx, struct str user, struct str keep_hash)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND `sid_hash` <> ");
    sql_text(q, keep_hash.n ? keep_hash : STR(""));
    call_changes(cx, SESSIONS);
    return db_change(cx, q) >= 0;
}

/* ---- as their owner sees them --------------------------------------------------------------------------------------------- */

static struct session_seen seen_of(struct arena *a, struct rows *rows, struct str own_hash)
{
    struct str hash = str_copy(a, rows_text(rows, 0));
    return (struct session_seen){ .id = str_slice(hash, 0, ID_DIGITS),
                                  .created_us = rows_int(rows, 1),
                                  .seen_us = rows_int(rows, 2),
                                  .peer = str_copy(a, rows_text(rows, 3)),
                                  .user_agent = str_copy(a, rows_text(rows, 4)),
                                  .current = str_eq(hash, own_hash) };
}

bool sessions_list(struct ctx *cx, struct str user, struct str own_hash, struct session_seen **out, size_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `sid_hash`, `created_us`, `seen_us`, `peer`, `user_agent` FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND `seen_us` > ");
    sql_int(q, cx->now_us - session_seconds(cx->site) * SECOND_US);
    sql_add(q, " AND `created_us` > ");
    sql_int(q, cx->now_us - LONGEST_US);
    sql_add(q, " ORDER BY `seen_us` DESC, `created_us` DESC LIMIT 100");
    *out = arena_array(cx->arena, SHOWN_MOST, sizeof **out);
    *count = 0;
    struct rows *rows = db_run(cx, q);
    while (rows && *count < SHOWN_MOST && rows_next(rows))
        (*out)[(*count)++] = seen_of(cx->arena, rows, own_hash);
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

bool session_end(struct ctx *cx, struct str user, struct str id)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND LEFT(`sid_hash`, 16) = ");
    sql_text(q, id);
    call_changes(cx, SESSIONS);
    int64_t ended = db_change(cx, q);
    if (ended < 0)
        return false;
    return ended > 0 || throw(cx, &DoesNotExistError, "This session has ended already.");
}

/* ---- the token against forged requests ---------------------------------------------------------------------------------- */

static bool set_token(struct ctx *cx, struct str sid_hash)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_session");
    sql_add(q, " SET `csrf_token` = ");
    sql_text(q, random_hex(cx->arena, SID_BYTES));
    sql_add(q, " WHERE `csrf_token` = '' AND `sid_hash` = ");
    sql_text(q, sid_hash);
    call_changes(cx, SESSIONS);
    return db_change(cx, q) >= 0;
}

/* Whoever came first, here or in another daemon, decided the token. */
static bool get_token(struct ctx *cx, struct str sid_hash, struct str *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `csrf_token` FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `sid_hash` = ");
    sql_text(q, sid_hash);
    return db_first_text(cx, q, out) || !failed(cx);
}

bool csrf_token(struct ctx *cx, struct identity *who, struct str *out)
{
    *out = who->csrf_token;
    if (out->n || !who->sid_hash.n)
        return true;
    struct ctx own = call_beside(cx);
    bool ok = set_token(&own, who->sid_hash) && get_token(&own, who->sid_hash, out);
    if (!call_beside_end(cx, &own, ok))
        return false;
    who->csrf_token = *out;
    return true;
}
