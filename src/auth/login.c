/* Logging in with a password. What a stranger learns, by words or by time, is the same for every wrong pair. */
#include "auth_priv.h"

enum { PASSWORD_CHARACTERS = 512, NAME_BYTES = 560 };
static const char WHAT[] = "login";

struct attempt {
    struct str usr, pwd, who; /* who: account and address, hashed */
    int64_t most;             /* failures within the window; 0: any number */
    int window_s;
    struct str user, hash; /* as stored; empty: unknown */
    bool enabled;
    int64_t failures;
};

/* Frappe puts these words into the body's `message`, not among the server's messages. */
static bool refuse(struct ctx *cx, const char *message)
{
    throw(cx, &AuthenticationError, "%s", tr(cx, message));
    cx->err.quiet = true;
    return false;
}

static bool is_complete(struct ctx *cx, const struct attempt *a)
{
    if (!a->usr.n || !a->pwd.n)
        return refuse(cx, N_("Incomplete login details"));
    if (a->pwd.n > 4 * PASSWORD_CHARACTERS || (utf8_valid(a->pwd) && utf8_length(a->pwd) > PASSWORD_CHARACTERS))
        return refuse(cx, N_("Password size exceeded the maximum allowed size"));
    if (site_setting_int(cx->site, "System Settings", "disable_user_pass_login", 0))
        return throw(cx, &AuthenticationError, N_("Login with username and password is not allowed."));
    return true;
}

static bool is_locked(struct ctx *cx, struct attempt *a)
{
    struct throttle_count c;
    if (!a->most || !throttle_read(cx, WHAT, a->who, a->window_s, &c))
        return failed(cx);
    a->failures = c.times;
    if (c.times < a->most)
        return false;
    throw(cx, &SecurityException, N_("Your account has been locked and will resume after %d seconds"), a->window_s);
    throttle_wait(cx, &c, a->window_s);
    return true;
}

static void or_column(struct ctx *cx, struct sql *q, const char *setting, const char *column, struct str usr)
{
    if (!site_setting_int(cx->site, "System Settings", setting, 0))
        return;
    sql_add(q, " OR ");
    sql_column(q, "u", column);
    sql_add(q, " = ");
    sql_text(q, usr);
}

/* Failures count for the account found, however its name was spelled: the column's collation takes "ÀDMIN" for "admin". */
static void name_counter(struct ctx *cx, struct attempt *a, struct str peer)
{
    struct str name = a->user.n ? a->user : a->usr;
    a->who = throttle_who(cx->arena, utf8_valid(name) ? utf8_fold(cx->arena, name) : name, peer);
}

/* The user by name, or by what the settings allow; the name's own row first. Guest has no password. */
static bool find_user(struct ctx *cx, struct attempt *a)
{
    if (a->usr.n > NAME_BYTES || !utf8_valid(a->usr))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT u.`name`, u.`enabled`, p.`password` FROM ");
    sql_doctype(q, "User");
    sql_add(q, " u LEFT JOIN ");
    sql_table(q, "__Auth");
    sql_add(q, " p ON p.`doctype` = 'User' AND p.`name` = u.`name` AND p.`fieldname` = 'password' AND p.`encrypted` = 0"
               " WHERE u.`name` = ");
    sql_text(q, a->usr);
    or_column(cx, q, "allow_login_using_mobile_number", "mobile_no", a->usr);
    or_column(cx, q, "allow_login_using_user_name", "username", a->usr);
    sql_add(q, " ORDER BY u.`name` = ");
    sql_text(q, a->usr);
    sql_add(q, " DESC LIMIT 1");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        a->user = str_copy(cx->arena, rows_text(rows, 0));
        a->enabled = rows_int(rows, 1) != 0;
        a->hash = str_copy(cx->arena, rows_text(rows, 2));
    }
    return !failed(cx);
}

/* One hash is computed whoever it is. No connection is held meanwhile. */
static bool is_right(struct ctx *cx, const struct attempt *a)
{
    db_return(cx);
    bool known = a->hash.n > 0 && !str_is(a->user, "Guest");
    bool right = password_matches(known ? a->hash : password_dummy, a->pwd);
    return known && right;
}

static bool count_failure(struct ctx *cx, const struct attempt *a)
{
    if (!a->most)
        return true;
    struct ctx own = call_beside(cx);
    return call_beside_end(cx, &own, throttle_count(&own, WHAT, a->who, a->window_s));
}

/* A hash that Frappe made becomes one of ours while the password is at hand; Frappe can still verify it. */
static bool renew_hash(struct ctx *cx, const struct attempt *a)
{
    struct str hash;
    if (password_is_current(a->hash))
        return true;
    if (!password_hash(cx, a->pwd, &hash))
        return false;
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "__Auth");
    sql_add(q, " SET `password` = ");
    sql_text(q, hash);
    sql_add(q, " WHERE `doctype` = 'User' AND `fieldname` = 'password' AND `encrypted` = 0 AND `name` = ");
    sql_text(q, a->user);
    return db_change(cx, q) >= 0;
}

/* Not a change of the User that anybody would have to hear of. */
static bool stamp_user(struct ctx *cx, struct str user, struct str peer)
{
    struct str now = call_now(cx);
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "User");
    sql_add(q, " SET `last_login` = ");
    sql_text(q, now);
    sql_add(q, ", `last_active` = ");
    sql_text(q, now);
    sql_add(q, ", `last_ip` = ");
    sql_text(q, peer);
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0;
}

static bool let_in(struct ctx *cx, const struct user *u, const struct entry *e, struct str peer, struct str user_agent,
                   struct identity *out, struct str *sid)
{
    if (!logout(cx, out) || !session_new(cx, u->name, peer, user_agent, sid) || !stamp_user(cx, u->name, peer))
        return false;
    *out = (struct identity){ .user = u, .by = BY_SESSION, .sid_hash = sid_hash_of(cx->arena, *sid) };
    cx->user = u;
    return entry_trim_sessions(cx, e, u->name, out->sid_hash);
}

/* After the proof: what the person may still lack. */
static bool enter(struct ctx *cx, const struct user *u, bool by_password, struct str peer, struct str user_agent,
                  struct identity *out, struct str *sid)
{
    struct entry e;
    *sid = STR("");
    if (!u || !u->enabled)
        return failed(cx) ? false : refuse(cx, N_("User disabled or missing"));
    if (!entry_read(cx, u->name, &e) || !entry_allowed(cx, &e, peer))
        return false;
    if (!by_password || !entry_expired(cx, &e, u->name))
        return let_in(cx, u, &e, peer, user_agent, out, sid);
    *out = (struct identity){ .user = u };
    return true;
}

/* Everything up to the right password. */
static bool prove(struct ctx *cx, struct attempt *a, struct str peer)
{
    a->most = site_setting_int(cx->site, "System Settings", "allow_consecutive_login_attempts", 10);
    a->window_s = (int)site_setting_int(cx->site, "System Settings", "allow_login_after_fail", 60);
    if (!find_user(cx, a))
        return false;
    name_counter(cx, a, peer);
    if (is_locked(cx, a) || failed(cx))
        return false;
    return is_right(cx, a) || (count_failure(cx, a) && refuse(cx, N_("Invalid login credentials")));
}

bool login(struct ctx *cx, struct str usr, struct str pwd, struct str peer, struct str user_agent, struct identity *out,
           struct str *sid)
{
    struct attempt a = { .usr = str_trim(usr), .pwd = pwd };
    if (!is_complete(cx, &a) || !prove(cx, &a, peer))
        return false;
    if (!a.enabled)
        return refuse(cx, N_("User disabled or missing"));
    if (!renew_hash(cx, &a) || (a.failures && !throttle_clear(cx, WHAT, a.who)))
        return false;
    return enter(cx, user_load(cx, a.user), true, peer, user_agent, out, sid);
}

bool login_as(struct ctx *cx, struct str user, struct str peer, struct str user_agent, struct identity *out,
              struct str *sid)
{
    return enter(cx, user_load(cx, user), false, peer, user_agent, out, sid);
}

bool login_proof(struct ctx *cx, struct str user, struct str pwd, struct str peer)
{
    struct attempt a = { .usr = user, .pwd = pwd };
    return prove(cx, &a, peer);
}
