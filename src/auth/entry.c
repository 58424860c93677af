/* Who may come in from where and when, once it is known who they are: addresses, hours, the age of the password, and how
 * many sessions one may have. */
#include "auth_priv.h"

static const int64_t SESSIONS_PRESET = 2;

static struct sql *ask(struct ctx *cx, struct str user)
{
    struct str today = call_today(cx);
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COALESCE(`restrict_ip`, ''), `login_after`, `login_before`, `simultaneous_sessions`, DATEDIFF(");
    sql_text(q, today);
    sql_add(q, ", COALESCE(`last_password_reset_date`, ");
    sql_text(q, today);
    sql_add(q, ")) FROM ");
    sql_doctype(q, "User");
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    return q;
}

bool entry_read(struct ctx *cx, struct str user, struct entry *out)
{
    struct rows *rows = db_run(cx, ask(cx, user));
    *out = (struct entry){ .restrict_ip = STR("") };
    while (rows && rows_next(rows))
        *out = (struct entry){ str_copy(cx->arena, rows_text(rows, 0)), rows_int(rows, 1), rows_int(rows, 2),
                               rows_int(rows, 3), rows_int(rows, 4) };
    return !failed(cx);
}

/* "192.0.2.7", or the beginning of addresses up to a dot or colon: "192.0.2". */
static bool covers(struct str entry, struct str peer)
{
    if (!entry.n || !str_starts(peer, entry))
        return false;
    char next = peer.n > entry.n ? peer.p[entry.n] : 0, last = entry.p[entry.n - 1];
    return !next || next == '.' || next == ':' || last == '.' || last == ':';
}

static bool comes_from(struct str list, struct str peer)
{
    struct str line, one;
    bool any = false;
    while (list.n && str_cut(&list, '\n', &line))
        while (line.n && str_cut(&line, ',', &one)) {
            one = str_trim(one);
            any = any || one.n;
            if (covers(one, peer))
                return true;
        }
    return !any;
}

/* Hours of the school's day; 0 is none, as Frappe has it. */
static bool is_hour(struct ctx *cx, const struct entry *e)
{
    int64_t hour = civil_from_us(call_local_us(cx)).hour;
    return (!e->login_before || hour <= e->login_before) && (!e->login_after || hour >= e->login_after);
}

bool entry_allowed(struct ctx *cx, const struct entry *e, struct str peer)
{
    if (!comes_from(e->restrict_ip, peer))
        return throw(cx, &AuthenticationError, N_("Access not allowed from this IP Address"));
    return is_hour(cx, e) || throw(cx, &AuthenticationError, N_("Login not allowed at this time"));
}

bool entry_expired(struct ctx *cx, const struct entry *e, struct str user)
{
    int64_t days = site_setting_int(cx->site, "System Settings", "force_user_to_reset_password", 0);
    return days > 0 && !str_is(user, "Administrator") && e->password_days > days;
}

/* ---- how many sessions ---------------------------------------------------------------------------------------------------- */
static bool is_denied(struct ctx *cx)
{
    return site_setting_int(cx->site, "System Settings", "deny_multiple_sessions", 0) ||
           site_config_int(cx->site, "deny_multiple_sessions", 0);
}

/* The last time of those that may stay beside the new one; sessions seen before it go. */
static bool oldest_kept(struct ctx *cx, struct str user, struct str new_hash, int64_t others, int64_t *seen_us)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `seen_us` FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND `sid_hash` <> ");
    sql_text(q, new_hash);
    sql_add(q, " ORDER BY `seen_us` DESC LIMIT 1 OFFSET ");
    sql_int(q, others);
    *seen_us = -1;
    return db_first_int(cx, q, seen_us) || !failed(cx);
}

bool entry_trim_sessions(struct ctx *cx, const struct entry *e, struct str user, struct str new_hash)
{
    int64_t most = e->simultaneous > 0 ? e->simultaneous : SESSIONS_PRESET, seen_us;
    if (!is_denied(cx))
        return true;
    if (!oldest_kept(cx, user, new_hash, most - 1, &seen_us) || seen_us < 0)
        return !failed(cx);
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_session");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND `sid_hash` <> ");
    sql_text(q, new_hash);
    sql_add(q, " AND `seen_us` <= ");
    sql_int(q, seen_us);
    call_changes(cx, SESSIONS);
    return db_change(cx, q) >= 0;
}

/* ---- what nobody needs any more -------------------------------------------------------------------------------------------- */
bool auth_sweep(struct ctx *cx)
{
    static const int64_t DAY_US = 86400 * 1000000LL, SECOND_US = 1000000;
    struct sql *sessions = sql_new(cx), *counters = sql_new(cx);
    sql_add(sessions, "DELETE FROM ");
    sql_table(sessions, "preau_session");
    sql_add(sessions, " WHERE `seen_us` < ");
    sql_int(sessions, cx->now_us - session_seconds(cx->site) * SECOND_US);
    sql_add(sessions, " OR `created_us` < ");
    sql_int(sessions, cx->now_us - 30 * DAY_US);
    sql_add(counters, "DELETE FROM ");
    sql_table(counters, "preau_throttle");
    sql_add(counters, " WHERE `since_us` < ");
    sql_int(counters, cx->now_us - DAY_US);
    return db_change(cx, sessions) >= 0 && db_change(cx, counters) >= 0;
}
