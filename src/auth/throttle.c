/* Counters of events in a window, in preau_throttle: they survive restarts and hold for all daemons of a site. A window
 * begins with its first event and is over `window_s` later. */
#include <sodium.h>

#include "auth_priv.h"

static const int64_t SECOND_US = 1000000;

struct str throttle_who(struct arena *a, struct str first, struct str second)
{
    unsigned char digest[16];
    crypto_generichash_state st;
    crypto_generichash_init(&st, NULL, 0, sizeof digest);
    crypto_generichash_update(&st, (const unsigned char *)first.p, first.n);
    crypto_generichash_update(&st, (const unsigned char *)"\0", 1);
    crypto_generichash_update(&st, (const unsigned char *)second.p, second.n);
    crypto_generichash_final(&st, digest, sizeof digest);
    char *hex = arena_alloc(a, 2 * sizeof digest + 1);
    sodium_bin2hex(hex, 2 * sizeof digest + 1, digest, sizeof digest);
    return (struct str){ hex, 2 * sizeof digest };
}

static void where_counter(struct sql *q, const char *what, struct str who)
{
    sql_add(q, " WHERE `what` = ");
    sql_text(q, str_of(what));
    sql_add(q, " AND `who` = ");
    sql_text(q, who);
}

bool throttle_read(struct ctx *cx, const char *what, struct str who, int window_s, struct throttle_count *out)
{
    *out = (struct throttle_count){ 0 };
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `since_us`, `times` FROM ");
    sql_table(q, "preau_throttle");
    where_counter(q, what, who);
    sql_add(q, " AND `since_us` > ");
    sql_int(q, cx->now_us - window_s * SECOND_US);
    struct rows *rows = db_run(cx, q);
    if (!rows)
        return false;
    while (rows_next(rows))
        *out = (struct throttle_count){ rows_int(rows, 0), rows_int(rows, 1) };
    return !failed(cx);
}

/* MariaDB assigns from left to right: `times` still sees the old `since_us`. */
bool throttle_count(struct ctx *cx, const char *what, struct str who, int window_s)
{
    struct sql *q = sql_new(cx);
    int64_t over = cx->now_us - window_s * SECOND_US;
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_throttle");
    sql_add(q, " (`what`, `who`, `since_us`, `times`) VALUES (");
    sql_text(q, str_of(what));
    sql_add(q, ", ");
    sql_text(q, who);
    sql_add(q, ", ");
    sql_int(q, cx->now_us);
    sql_add(q, ", 1) ON DUPLICATE KEY UPDATE `times` = IF(`since_us` > ");
    sql_int(q, over);
    sql_add(q, ", `times` + 1, 1), `since_us` = IF(`since_us` > ");
    sql_int(q, over);
    sql_add(q, ", `since_us`, VALUES(`since_us`))");
    return db_change(cx, q) >= 0;
}

bool throttle_clear(struct ctx *cx, const char *what, struct str who)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_throttle");
    where_counter(q, what, who);
    return db_change(cx, q) >= 0;
}

void throttle_wait(struct ctx *cx, const struct throttle_count *c, int window_s)
{
    int64_t left_us = c->since_us + window_s * SECOND_US - cx->now_us;
    cx->err.retry_after_s = left_us > SECOND_US ? (int)((left_us + SECOND_US - 1) / SECOND_US) : 1;
}

bool throttle(struct ctx *cx, const char *what, struct str who, unsigned most, int window_s)
{
    struct throttle_count c;
    struct str hashed = throttle_who(cx->arena, who, STR_NONE);
    struct ctx own = call_beside(cx);
    bool ok = throttle_count(&own, what, hashed, window_s) && throttle_read(&own, what, hashed, window_s, &c);
    if (!call_beside_end(cx, &own, ok))
        return false;
    if (c.times <= most)
        return true;
    throw(cx, &RateLimitExceededError,
          N_("You hit the rate limit because of too many requests. Please try after sometime."));
    throttle_wait(cx, &c, window_s);
    return false;
}
