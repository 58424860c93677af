#pragma once
/* core: the system's own DocTypes — User, Role, File, Webhook, Activity Log, School Settings and their kin — and what a
 * new site begins with.
 */
#include "auth.h"
#include "base.h"
#include "site.h"

/* What `preau site new` was asked for. Empty members take the defaults: the host, "en", "EUR", "UTC". */
struct new_site {
    struct str title, language, currency, time_zone;
    struct str admin_password; /* empty: Administrator gets none, and cannot log in until one is set */
};

/* Fills a new site whose tables exist: users Administrator and Guest, the roles, System Settings and School Settings.
 * What is there already is left alone, so running it again changes nothing. The call runs as Administrator; the
 * transaction is the caller's. Throws ValidationError for an unknown language, currency or time zone. */
bool core_new_site(struct ctx *, const struct new_site *);

/* Notes an attempt to log in or out in the Activity Log. `user` is what was typed and need not exist. A failed attempt
 * is noted in a transaction of its own, after the one that failed was rolled back. */
enum activity { ACTIVITY_LOGIN, ACTIVITY_LOGIN_FAILED, ACTIVITY_LOGOUT };
bool activity_log(struct ctx *, enum activity, struct str user, struct str peer);

/* Notes something under a document, by the caller: a Comment of the type, which the caller need not be allowed to make.
 * NULL: thrown. */
struct doc;
struct doc *comment_add(struct ctx *, const struct doc *about, const char *type, struct str content);

/* A user of the site, made when missing and given the roles in any case. `roles` ends with p == NULL. `password` empty:
 * none is set. Lengths are not checked: the command line may set any. */
struct new_user {
    struct str email, first_name, last_name, password;
    const struct str *roles;
};
bool core_user_add(struct ctx *, const struct new_user *);
/* Gives or takes one role, keeping all others; nothing happens when it is so already. */
bool core_user_role(struct ctx *, struct str user, const char *role, bool has);

/* Well-formed codes: ISO 639 language with an optional region ("fr", "pt-BR"); a currency of ISO 4217 in capitals. */
bool is_language(struct str);
bool is_currency(struct str);
/* An address that a browser or our own client may follow: http or https, no control character. */
bool is_web_address(struct str);
