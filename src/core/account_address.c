/* Another e-mail address: asked for by who is logged in, taken once a mail to it was answered. The address is the user's
 * name, so taking it is renaming. */
#include "account_priv.h"
#include "doc.h"
#include "work.h"

enum { HOUR_S = 3600, ASKS_AN_HOUR = 5, CONFIRM_WITHIN_S = 24 * HOUR_S };

bool account_new_address(struct ctx *cx, struct str user, struct str typed, struct str peer)
{
    struct account_ask ask = { .email = account_address(cx->arena, typed), .full_name = user, .peer = peer };
    if (!account_check_address(cx, ask.email))
        return false;
    if (str_eq_nocase(ask.email, user)) {
        throw(cx, &ValidationError, "This is your address already.");
        cx->err.field = "email";
        return false;
    }
    return throttle(cx, "new_address", user, ASKS_AN_HOUR, HOUR_S) && account_order(cx, "account.new_address", &ask);
}

static bool put(struct ctx *cx, struct str user, struct str address, struct str hash)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "REPLACE INTO ");
    sql_table(q, "preau_new_address");
    sql_add(q, " (`user`, `address`, `key_hash`, `created_us`) VALUES (");
    sql_text(q, user);
    sql_add(q, ", ");
    sql_text(q, address);
    sql_add(q, ", ");
    sql_text(q, hash);
    sql_add(q, ", ");
    sql_int(q, cx->now_us);
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}

static bool run_new_address(struct ctx *cx, struct job_run *run)
{
    struct str address = json_get_str(run->args, "email"), hash, key = link_key(cx->arena, &hash);
    const struct user *u = user_load(cx, json_get_str(run->args, "full_name"));
    const struct user *owner = u ? user_load(cx, address) : NULL;
    if (failed(cx) || !u || !u->enabled || !account_may_mail(cx, address))
        return !failed(cx);
    if (owner)
        return account_mail_taken_address(cx, address);
    return put(cx, u->name, address, hash) && account_mail_confirm_address(cx, u, address, key) &&
           account_mail_asked_address(cx, u);
}

JOB(account_new_address)
= { .name = "account.new_address", .run = run_new_address, .about = "Mails a link to the address somebody wants." };

/* ---- taking it --------------------------------------------------------------------------------------------------------------- */
bool account_new_address_of(struct ctx *cx, struct str key, struct str *user, struct str *address)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `user`, `address` FROM ");
    sql_table(q, "preau_new_address");
    sql_add(q, " WHERE `key_hash` = ");
    sql_text(q, link_hash(cx->arena, key));
    sql_add(q, " AND `created_us` > ");
    sql_int(q, cx->now_us - (int64_t)CONFIRM_WITHIN_S * 1000000);
    *user = STR_NONE;
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        *user = str_copy(cx->arena, rows_text(rows, 0));
        *address = str_copy(cx->arena, rows_text(rows, 1));
    }
    if (failed(cx))
        return false;
    return user->n > 0 || throw(cx, &LinkExpired, "This link was used before, or is older than a day.");
}

static bool use_up(struct ctx *cx, struct str user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_new_address");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0;
}

bool account_take_address(struct ctx *cx, struct str key, struct str peer, struct str *user)
{
    struct str old_name, address;
    if (!account_new_address_of(cx, key, &old_name, &address))
        return false;
    const struct user *u = user_load(cx, old_name), *caller = cx->user;
    if (!u || !u->enabled)
        return failed(cx) ? false : throw(cx, &LinkExpired, "This link was used before, or is older than a day.");
    if (doc_exists(cx, "User", address, user) || failed(cx))
        return failed(cx) ? false : throw(cx, &ValidationError, "This address has an account already.");
    const struct doctype *type = doc_type(cx, STR("User"));
    cx->user = user_administrator; /* renaming is a manager's; the link proved what it had to */
    bool done = type && sessions_end(cx, old_name, STR_NONE) && use_up(cx, old_name) &&
                doc_rename(cx, type, old_name, address, false, user) && account_mail_changed_address(cx, u, old_name) &&
                activity_log(cx, ACTIVITY_ADDRESS, *user, peer);
    cx->user = caller;
    return done;
}
