/* What is mailed about accounts, and the jobs that find out to whom. */
#include "account_priv.h"
#include "doc.h"
#include "work.h"

enum { MAILS_AN_HOUR = 3, HOUR_S = 3600 };

static const struct mail_words welcome = {
    .kind = "welcome",
    .subject = N_("{school}: confirm your address"),
    .before = { N_("Somebody, hopefully you, signed up at {school} with this address. Confirm it and choose a "
                   "password by this link:") },
    .button = N_("Confirm and choose a password"),
    .after = { N_("The link works once, {time}."),
               N_("If it was not you, do nothing: without the link nobody can log in.") },
};
static const struct mail_words known = {
    .kind = "known",
    .subject = N_("{school}: you have an account already"),
    .before = { N_("Somebody, perhaps you, wanted to sign up at {school} with this address, which has an account "
                   "already. Log in with your password; if you no longer know it, choose a new one by this link:") },
    .button = N_("Choose a new password"),
    .after = { N_("The link works once, {time}."), N_("If it was not you, do nothing: your password stays as it is.") },
};
static const struct mail_words reset = {
    .kind = "reset",
    .subject = N_("{school}: a new password"),
    .before = { N_("Somebody, hopefully you, asked for a new password for your account at {school}. Choose it by this "
                   "link:") },
    .button = N_("Choose a new password"),
    .after = { N_("The link works once, {time}."), N_("If it was not you, do nothing: your password stays as it is.") },
};
static const struct mail_words changed_password = {
    .kind = "changed_password",
    .subject = N_("{school}: your password was changed"),
    .before = { N_("The password of your account at {school} was just changed.") },
    .after = { N_("If it was not you, choose a new one at once by “Forgot your password?” on the log-in page.") },
};
static const struct mail_words confirm_address = {
    .kind = "confirm_address",
    .subject = N_("{school}: confirm your new address"),
    .before = { N_("You want to use this address, {address}, for your account at {school}. Confirm it by this link:") },
    .button = N_("Confirm the new address"),
    .after = { N_("The link works once, within 24 hours."),
               N_("If it was not you, do nothing: the account keeps its address.") },
};
static const struct mail_words taken_address = {
    .kind = "taken_address",
    .subject = N_("{school}: this address has an account already"),
    .before = { N_(
        "Somebody, perhaps you, wanted to use this address for another account at {school}. It has an account "
        "already, so nothing was changed.") },
};
static const struct mail_words asked_address = {
    .kind = "asked_address",
    .subject = N_("{school}: somebody wants to change your address"),
    .before = { N_(
        "Somebody, hopefully you, asked to use another address for your account at {school}. It changes once "
        "the new address is confirmed.") },
    .after = { N_("If it was not you, change your password: whoever it was knows it.") },
};
static const struct mail_words changed_address = {
    .kind = "changed_address",
    .subject = N_("{school}: your address was changed"),
    .before = { N_("Your account at {school} has another address from now on. Nothing more is mailed to this one.") },
    .after = { N_("If it was not you, write to the school.") },
};

/* More in an hour would only be a nuisance to whoever owns the address. */
bool account_may_mail(struct ctx *cx, struct str address)
{
    if (throttle(cx, "account.mail", address, MAILS_AN_HOUR, HOUR_S))
        return true;
    if (cx->err.kind == &RateLimitExceededError)
        cx->err = (struct error){ 0 };
    return false;
}

static struct str first_name(const struct user *u)
{
    return u->first_name.n ? u->first_name : u->full_name;
}

/* "within 20 min", in the call's language. */
static struct str time_words(struct ctx *cx)
{
    int64_t s = account_link_seconds(cx->site);
    if (!s)
        return str_of(tr(cx, N_("whenever you like")));
    return s < 2 * HOUR_S ? str_printf(cx->arena, tr(cx, N_("within %lld min")), (long long)(s + 59) / 60)
                          : str_printf(cx->arena, tr(cx, N_("within %lld h")), (long long)s / HOUR_S);
}

static struct str with_back(struct ctx *cx, struct str link, struct str wanted)
{
    struct str back = safe_redirect(cx->arena, wanted);
    if (!wanted.n || str_is(back, "/"))
        return link;
    return str_printf(cx->arena, "%.*s&redirect-to=%.*s", STR_ARG(link), STR_ARG(url_encode(cx->arena, back, "/")));
}

static bool mail_link(struct ctx *cx, const struct user *u, const struct mail_words *words, const struct job_run *run)
{
    struct str link, language = u->language.n ? u->language : json_get_str(run->args, "language");
    if (!account_link(cx, u->name, &link))
        return false;
    call_speak(cx, language.n ? language : cx->site->language);
    const struct pair facts[] = { { STR("time"), time_words(cx) } };
    struct mail m = { .words = words,
                      .to = u->name,
                      .name = first_name(u),
                      .link = with_back(cx, link, json_get_str(run->args, "back")),
                      .facts = facts,
                      .fact_count = countof(facts) };
    return mail_put(cx, &m);
}

/* ---- asked by strangers ---------------------------------------------------------------------------------------------------- */
static bool run_reset(struct ctx *cx, struct job_run *run)
{
    struct str email = json_get_str(run->args, "email");
    const struct user *u = user_load(cx, email);
    if (failed(cx) || !u || !u->enabled || user_is_guest(u) || user_is_administrator(u) ||
        !account_may_mail(cx, u->name))
        return !failed(cx);
    return mail_link(cx, u, &reset, run);
}

static bool run_sign_up(struct ctx *cx, struct job_run *run)
{
    struct str email = json_get_str(run->args, "email");
    const struct user *u = user_load(cx, email);
    if (failed(cx) || !account_may_mail(cx, email))
        return !failed(cx);
    if (u)
        return !u->enabled || mail_link(cx, u, &known, run);
    if (!account_make(cx, email, json_get_str(run->args, "full_name"), json_get_str(run->args, "language")))
        return false;
    u = user_load(cx, email);
    return u && mail_link(cx, u, &welcome, run);
}

JOB(account_reset)
= { .name = "account.reset", .run = run_reset, .about = "Mails a link for a new password, if there is such a user." };
JOB(account_sign_up)
= { .name = "account.sign_up", .run = run_sign_up, .about = "Makes a user who signed up, and mails the link." };

/* ---- notices --------------------------------------------------------------------------------------------------------------- */
static bool tell(struct ctx *cx, const struct user *u, const struct mail_words *words, struct str to, struct str link)
{
    struct mail m = { .words = words,
                      .to = to,
                      .name = u ? first_name(u) : STR_NONE,
                      .language = u && u->language.n ? u->language : cx->site->language,
                      .link = link };
    return !is_mail_address(to) || mail_put(cx, &m);
}

bool account_mail_changed_password(struct ctx *cx, struct str user)
{
    const struct user *u = user_load(cx, user);
    return u ? tell(cx, u, &changed_password, u->name, STR_NONE) : !failed(cx);
}

bool account_mail_confirm_address(struct ctx *cx, const struct user *u, struct str address, struct str key)
{
    struct str link = site_link(cx, str_printf(cx->arena, "/confirm-address?key=%.*s", STR_ARG(key)));
    return tell(cx, u, &confirm_address, address, link);
}

bool account_mail_taken_address(struct ctx *cx, struct str address)
{
    return tell(cx, NULL, &taken_address, address, STR_NONE);
}

bool account_mail_asked_address(struct ctx *cx, const struct user *u)
{
    return tell(cx, u, &asked_address, u->name, STR_NONE);
}

bool account_mail_changed_address(struct ctx *cx, const struct user *u, struct str old_address)
{
    return tell(cx, u, &changed_address, old_address, STR_NONE);
}
