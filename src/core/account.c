/* Accounts: signing up, and a new password by a link in a mail.
 *
 * Whoever asks hears the same at the same time, known here or not: a job, asked for in either case, finds out. Links hold
 * random bytes of which the database keeps the hash; they work once. */
#include <sodium.h>

#include "core.h"
#include "doc.h"
#include "work.h"

enum { KEY_BYTES = 28, EMAIL_MOST = 140, MAILS_AN_HOUR = 3, HOUR_S = 3600 };

/* ---- mails ---------------------------------------------------------------------------------------------------------------- */
static bool put_mail(struct ctx *cx, struct str to, const char *kind, struct str subject, struct str text)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_mail");
    sql_add(q, " (`created_us`, `recipient`, `language`, `kind`, `subject`, `text`) VALUES (");
    sql_int(q, cx->now_us);
    sql_add(q, ", ");
    sql_text(q, to);
    sql_add(q, ", ");
    sql_text(q, cx->lang);
    sql_add(q, ", ");
    sql_text(q, str_of(kind));
    sql_add(q, ", ");
    sql_text(q, utf8_head(subject, 255));
    sql_add(q, ", ");
    sql_text(q, text);
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}

/* By the configured name, never by that of a request. */
static struct str base_of(struct ctx *cx)
{
    return cx->site->base_url.n ? cx->site->base_url : str_printf(cx->arena, "http://%.*s", STR_ARG(cx->site->name));
}

/* ---- links ---------------------------------------------------------------------------------------------------------------- */
static struct str hash_of(struct arena *a, struct str key)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(a, 2 * sizeof digest + 1);
    crypto_hash_sha256(digest, (const unsigned char *)key.p, key.n);
    sodium_bin2hex(hex, 2 * sizeof digest + 1, digest, sizeof digest);
    return (struct str){ hex, 2 * sizeof digest };
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
    struct str key = random_hex(cx->arena, KEY_BYTES);
    *link = str_printf(cx->arena, "%.*s/update-password?key=%.*s", STR_ARG(base_of(cx)), STR_ARG(key));
    return set_key(cx, user, hash_of(cx->arena, key));
}

static int64_t link_seconds(struct ctx *cx)
{
    return site_setting_int(cx->site, "System Settings", "reset_password_link_expiry_duration", 1200);
}

/* The key is random: its hash in an index tells nobody anything by time. */
bool account_of_key(struct ctx *cx, struct str key, struct str *user)
{
    *user = STR_NONE;
    if (key.n != 2 * KEY_BYTES)
        return throw(cx, &LinkExpired, "The reset password link has either been used before or is invalid");
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name`, TIMESTAMPDIFF(SECOND, `last_reset_password_key_generated_on`, ");
    sql_text(q, call_now(cx));
    sql_add(q, ") FROM ");
    sql_doctype(q, "User");
    sql_add(q, " WHERE `reset_password_key` = ");
    sql_text(q, hash_of(cx->arena, key));
    sql_add(q, " AND `enabled` = 1 LIMIT 1");
    int64_t age_s = 0, most_s = link_seconds(cx);
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

bool account_set_password(struct ctx *cx, struct str user, struct str password)
{
    struct sql *q = sql_new(cx);
    if (!password_set(cx, user, password, false))
        return false;
    sql_add(q, "UPDATE ");
    sql_doctype(q, "User");
    sql_add(q, " SET `reset_password_key` = NULL, `last_reset_password_key_generated_on` = NULL,"
               " `last_password_reset_date` = ");
    sql_text(q, call_today(cx));
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0;
}

/* ---- asking ----------------------------------------------------------------------------------------------------------------- */
static bool order(struct ctx *cx, const char *job, struct str email, struct str full_name)
{
    json_t *args = json_object();
    json_object_set_new(args, "email", json_stringn(email.p, email.n));
    json_object_set_new(args, "full_name", json_stringn(full_name.p ? full_name.p : "", full_name.n));
    struct job_order o = { .args = args, .key = str_printf(cx->arena, "%s %.*s", job, STR_ARG(email)) };
    bool done = job_enqueue(cx, job, &o);
    json_decref(args);
    return done;
}

static struct str address_of(struct arena *a, struct str typed)
{
    return str_lower(a, str_trim(typed));
}

/* Nothing that could not be an address is worth a job. */
static bool is_address(struct str s)
{
    ptrdiff_t at = str_index(s, '@');
    return at > 0 && s.n <= EMAIL_MOST && utf8_valid(s) && !has_control(s) && !str_has(s, ' ') && !str_has(s, '<') &&
           !str_has(s, '>') && str_has(str_from(s, (size_t)at + 1), '.') && !str_has(str_from(s, (size_t)at + 1), '@');
}

bool account_reset(struct ctx *cx, struct str typed)
{
    struct str email = address_of(cx->arena, typed);
    return order(cx, "account.reset", is_address(email) ? email : STR("nobody"), STR_NONE);
}

bool account_sign_up(struct ctx *cx, struct str typed, struct str full_name)
{
    struct str email = address_of(cx->arena, typed), name = str_trim(full_name);
    struct str who = site_setting(cx->site, "School Settings", "signup");
    if (who.n && !str_is(who, "Open")) {
        throw(cx, &ValidationError, "Sign Up is disabled");
        cx->err.title = N_("Not Allowed");
        return false;
    }
    if (!is_address(email))
        return throw(cx, &InvalidEmailAddressError, "%.*s is not a valid Email Address",
                     STR_ARG(utf8_valid(email) ? utf8_head(html_escape(cx->arena, email).text, 140) : STR("?")));
    if (!name.n || !utf8_valid(name) || has_control(name) || utf8_length(name) > 140 || str_has(name, '<'))
        return throw(cx, &ValidationError, "Write your name, up to 140 characters.");
    return order(cx, "account.sign_up", email, name);
}

/* ---- doing --------------------------------------------------------------------------------------------------------------------- */
/* More in an hour would only be a nuisance to whoever owns the address. */
static bool may_mail(struct ctx *cx, struct str email)
{
    if (throttle(cx, "account.mail", email, MAILS_AN_HOUR, HOUR_S))
        return true;
    if (cx->err.kind == &RateLimitExceededError)
        cx->err = (struct error){ 0 };
    return false;
}

static bool mail_link(struct ctx *cx, const struct user *u, const char *kind, const char *subject, const char *words)
{
    struct str link;
    if (u->language.n)
        call_speak(cx, u->language);
    if (!account_link(cx, u->name, &link))
        return false;
    struct buf text = buf_new(cx->arena, 8192);
    buf_printf(&text, "%.*s,\n\n%s\n\n%.*s\n", STR_ARG(u->first_name), tr(cx, words), STR_ARG(link));
    return put_mail(cx, u->name, kind, str_of(tr(cx, subject)), buf_str(&text));
}

static bool run_reset(struct ctx *cx, struct job_run *run)
{
    struct str email = json_get_str(run->args, "email");
    const struct user *u = user_load(cx, email);
    if (failed(cx) || !u || !u->enabled || user_is_guest(u) || user_is_administrator(u) || !may_mail(cx, u->name))
        return !failed(cx);
    return mail_link(cx, u, "reset", N_("Password reset"), N_("Follow this link to choose a new password:"));
}

static bool run_sign_up(struct ctx *cx, struct job_run *run)
{
    struct str email = json_get_str(run->args, "email");
    static const struct str roles[] = { { "Student", 7 }, { NULL, 0 } };
    struct new_user wanted = { .email = email, .first_name = json_get_str(run->args, "full_name"), .roles = roles };
    const struct user *known = user_load(cx, email);
    if (failed(cx) || !may_mail(cx, email))
        return !failed(cx);
    if (known)
        return !known->enabled ||
               mail_link(cx, known, "known", N_("You have an account already"),
                         N_("Somebody, perhaps you, wanted to sign up with this address, which has an "
                            "account already. To choose a new password, follow this link:"));
    if (!core_user_add(cx, &wanted))
        return false;
    known = user_load(cx, email);
    return known && mail_link(cx, known, "welcome", N_("Welcome"),
                              N_("Follow this link to confirm your address and choose a password:"));
}

JOB(account_reset)
= { .name = "account.reset", .run = run_reset, .about = "Mails a link for a new password, if there is such a user." };
JOB(account_sign_up)
= { .name = "account.sign_up", .run = run_sign_up, .about = "Makes a user who signed up, and mails the link." };

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
