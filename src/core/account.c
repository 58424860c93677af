/* Accounts: who asks for one, and links that are as good as a password.
 *
 * Whoever asks hears the same at the same time, known here or not: a job, asked for in either case, finds out
 * (account_mails.c). Links hold random bytes of which the database keeps the hash; they work once. */
#include <sodium.h>

#include "account_priv.h"
#include "core.h"
#include "doc.h"
#include "work.h"

enum { KEY_BYTES = 28, NAME_MOST = 140, HOUR_S = 3600, SIGN_UPS_AN_HOUR = 60 };

/* ---- links ---------------------------------------------------------------------------------------------------------------- */
struct str link_hash(struct arena *a, struct str key)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(a, 2 * sizeof digest + 1);
    crypto_hash_sha256(digest, (const unsigned char *)key.p, key.n);
    sodium_bin2hex(hex, 2 * sizeof digest + 1, digest, sizeof digest);
    return (struct str){ hex, 2 * sizeof digest };
}

struct str link_key(struct arena *a, struct str *hash)
{
    struct str key = random_hex(a, KEY_BYTES);
    *hash = link_hash(a, key);
    return key;
}

static bool set_key(struct ctx *cx, struct str user, struct str hash)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "User");
    sql_add(q, " SET `reset_password_key` = ");
    sql_text(q, hash);
    sql_add(q, ", `last_reset_password_key_generated_on` = ");
    sql_text(q, call_now(cx));
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0;
}

bool account_link(struct ctx *cx, struct str user, struct str *link)
{
    struct str hash, key = link_key(cx->arena, &hash);
    *link = site_link(cx, str_printf(cx->arena, "/update-password?key=%.*s", STR_ARG(key)));
    return set_key(cx, user, hash);
}

int64_t account_link_seconds(const struct site *site)
{
    return site_setting_int(site, "System Settings", "reset_password_link_expiry_duration", 1200);
}

/* The key is random: its hash in an index tells nobody anything by time. */
bool account_of_key(struct ctx *cx, struct str key, struct str *user)
{
    *user = STR_NONE;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name`, TIMESTAMPDIFF(SECOND, `last_reset_password_key_generated_on`, ");
    sql_text(q, call_now(cx));
    sql_add(q, ") FROM ");
    sql_doctype(q, "User");
    sql_add(q, " WHERE `reset_password_key` = ");
    sql_text(q, link_hash(cx->arena, key));
    sql_add(q, " AND `enabled` = 1 LIMIT 1");
    int64_t age_s = 0, most_s = account_link_seconds(cx->site);
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        *user = str_copy(cx->arena, rows_text(rows, 0));
        age_s = rows_int(rows, 1);
    }
    if (failed(cx))
        return false;
    if (!user->n)
        return throw(cx, &LinkExpired, "The reset password link has either been used before or is invalid");
    return !most_s || age_s <= most_s || throw(cx, &LinkExpired, "The reset password link has been expired");
}

bool account_set_password(struct ctx *cx, struct str user, struct str password, struct str peer)
{
    bool had;
    struct sql *q = sql_new(cx);
    if (!password_has(cx, user, &had) || !password_set(cx, user, password, false))
        return false;
    sql_add(q, "UPDATE ");
    sql_doctype(q, "User");
    sql_add(q, " SET `reset_password_key` = NULL, `last_reset_password_key_generated_on` = NULL,"
               " `last_password_reset_date` = ");
    sql_text(q, call_today(cx));
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0 && (!had || account_mail_changed_password(cx, user)) &&
           activity_log(cx, ACTIVITY_PASSWORD, user, peer);
}

/* ---- asking ----------------------------------------------------------------------------------------------------------------- */
bool account_order(struct ctx *cx, const char *job, const struct account_ask *ask)
{
    const struct pair members[] = { { STR("email"), ask->email },
                                    { STR("full_name"), ask->full_name },
                                    { STR("language"), ask->language },
                                    { STR("back"), ask->back } };
    json_t *args = json_object();
    for (size_t i = 0; i < countof(members); i++)
        if (members[i].value.n)
            json_object_set_new(args, members[i].key.p, json_stringn(members[i].value.p, members[i].value.n));
    struct job_order o = { .args = args, .key = str_printf(cx->arena, "%s %.*s", job, STR_ARG(ask->email)) };
    bool done = job_enqueue(cx, job, &o);
    json_decref(args);
    return done;
}

struct str account_address(struct arena *a, struct str typed)
{
    return str_lower(a, str_trim(typed));
}

bool account_check_address(struct ctx *cx, struct str address)
{
    if (is_mail_address(address))
        return true;
    throw(cx, &InvalidEmailAddressError, "%.*s is not a valid Email Address",
          STR_ARG(utf8_valid(address) ? utf8_head(html_escape(cx->arena, address).text, 140) : STR("?")));
    cx->err.field = "email";
    return false;
}

bool account_name(struct ctx *cx, struct str typed, struct str *out)
{
    *out = str_trim(typed);
    if (out->n && utf8_valid(*out) && !has_control(*out) && utf8_length(*out) <= NAME_MOST && !str_has(*out, '<'))
        return true;
    throw(cx, &ValidationError, "Write your name, up to 140 characters.");
    cx->err.field = "full_name";
    return false;
}

bool account_reset(struct ctx *cx, const struct account_ask *typed)
{
    struct account_ask ask = *typed;
    int64_t most = site_setting_int(cx->site, "System Settings", "password_reset_limit", 3);
    if (most > 0 && !throttle(cx, "reset_password", ask.peer, (unsigned)most, HOUR_S))
        return false;
    ask.email = account_address(cx->arena, typed->email);
    if (!is_mail_address(ask.email))
        ask.email = STR("nobody"); /* worth a job all the same: by time it is like any other */
    return account_order(cx, "account.reset", &ask);
}

enum sign_up account_sign_up_mode(const struct site *site)
{
    struct str who = site_setting(site, "School Settings", "signup");
    return !who.n || str_is(who, "Open") ? SIGN_UP_OPEN
           : str_is(who, "Invitation")   ? SIGN_UP_INVITATION
                                         : SIGN_UP_CLOSED;
}

/* A classroom stands behind one address. */
bool account_sign_up(struct ctx *cx, const struct account_ask *typed)
{
    struct account_ask ask = *typed;
    enum sign_up mode = account_sign_up_mode(cx->site);
    if (!throttle(cx, "sign_up", ask.peer, SIGN_UPS_AN_HOUR, HOUR_S))
        return false;
    if (mode != SIGN_UP_OPEN && !(mode == SIGN_UP_INVITATION && ask.invited)) {
        throw(cx, &ValidationError, "Sign Up is disabled");
        cx->err.title = N_("Not Allowed");
        return false;
    }
    ask.email = account_address(cx->arena, typed->email);
    return account_check_address(cx, ask.email) && account_name(cx, typed->full_name, &ask.full_name) &&
           account_order(cx, "account.sign_up", &ask);
}

bool account_make(struct ctx *cx, struct str address, struct str full_name, struct str language)
{
    static const struct str roles[] = { { "Student", 7 }, { NULL, 0 } };
    struct new_user wanted = { .email = address, .first_name = full_name, .language = language, .roles = roles };
    return core_role(cx, "Student", false) && core_user_add(cx, &wanted);
}

/* ---- settings --------------------------------------------------------------------------------------------------------------- */
bool account_profile(struct ctx *cx, struct str name, struct str typed, struct str language)
{
    struct str full_name;
    if (!account_name(cx, typed, &full_name))
        return false;
    if (language.n && !is_language(language)) {
        throw(cx, &ValidationError, "Unknown language: %.*s", STR_ARG(language));
        cx->err.field = "language";
        return false;
    }
    struct doc *user = doc_load(cx, "User", name);
    if (!user)
        return false;
    doc_set_text(user, "language", language);
    if (!str_eq(full_name, doc_text(user, "full_name"))) {
        doc_set_text(user, "first_name", full_name);
        doc_set_null(user, "middle_name");
        doc_set_null(user, "last_name");
    }
    return doc_save(cx, user, SAVE_AS_SYSTEM);
}

/* ---- what is over ------------------------------------------------------------------------------------------------------------ */
static bool run_sweep(struct ctx *cx, struct job_run *run)
{
    (void)run;
    return auth_sweep(cx);
}

JOB(account_sweep)
= { .name = "account.sweep",
    .run = run_sweep,
    .every_s = 6 * HOUR_S,
    .about = "Removes sessions and counters that are over." };
