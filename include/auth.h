#pragma once
/* auth: who is calling. Users in memory, passwords, sessions, API keys, CSRF, roles, throttling.
 * Sources: spec/frappe-api.md section 6, guides/security.md section 7.
 */
#include "base.h"
#include "site.h"

enum credential { BY_NOBODY, BY_SESSION, BY_TOKEN, BY_PROCESS };

/* A User Permission (spec/frappe-api.md 5.3): documents of the DocType `allow`, and links to one, only with this value. */
struct user_limit {
    struct str allow, value;
    struct str applicable_for; /* counts for documents of this DocType only; empty: of all */
    bool is_default, hide_descendants;
};
/* Some document of the DocType is shared with the user, who alone or with everyone; and what the shares together allow. */
struct user_share {
    struct str doctype;
    bool read, write, share, submit;
};

/* A user as the call knows them: an immutable copy in memory, refreshed within a second of a change. Guest is a user too. */
struct user {
    struct counted counted;
    struct str name; /* the User document's name: an e-mail, Administrator or Guest */
    struct str full_name, first_name, language, image;
    bool system_user; /* user_type System User */
    bool enabled;
    struct str *roles; /* with All, Guest and Desk User where they apply; ends with p == NULL */
    size_t role_count;
    const struct user_limit *limits; /* Guest and Administrator have none */
    size_t limit_count;
    const struct user_share *shares; /* by DocType; Guest and Administrator have none */
    size_t share_count;
    uint64_t mark; /* of all this: another one as soon as the user may do something else */
};

extern const struct user *const user_guest;
extern const struct user *const user_administrator; /* for commands and jobs: everything allowed */

bool user_is_guest(const struct user *);
bool user_is_administrator(const struct user *);
bool user_has_role(const struct user *, const char *role); /* Administrator has every role */
/* Loads a user with roles, from memory when possible; held by the call's arena. NULL without error: no such user. */
const struct user *user_load(struct ctx *, struct str name);

/* ---- identifying a request ------------------------------------------------------------------------------------------- */
struct identity {
    const struct user *user;
    enum credential by;
    struct str sid_hash;   /* of the session, hex; empty otherwise */
    struct str csrf_token; /* of the session, empty when none was made */
    bool session_expired;  /* a sid came that is unknown or expired */
};
/* From memory only; false when the database must be asked. For the loop. */
bool identity_peek(const struct site *, struct arena *, struct str sid, struct str authorization, struct identity *out);
/* By cookie, then by Authorization (which must be right if present: else AuthenticationError). Never fails for an
 * unknown sid: Guest with session_expired. Result held by the arena. */
bool identity_find(struct ctx *, struct str sid, struct str authorization, struct identity *out);
/* Is the header a key and a secret ("token a:b", or Basic)? */
bool authorization_pair(struct arena *, struct str header, struct str *key, struct str *secret);
/* Refuses an unsafe request of a session without its token, or from a foreign origin (CSRFTokenError). */
struct csrf_facts {
    struct str token; /* header X-Frappe-CSRF-Token, else argument csrf_token */
    struct str origin, own_origin, fetch_site;
    bool unsafe, ignored; /* ignore_csrf of the configuration */
    bool login;           /* the request logs in: a foreign origin is refused without a session too */
};
bool csrf_check(struct ctx *, const struct identity *, const struct csrf_facts *);
/* The session's token, made if it has none (then written and committed at once, beside the call's transaction). Empty
 * for who has no session. */
bool csrf_token(struct ctx *, struct identity *, struct str *out);

/* ---- logging in -------------------------------------------------------------------------------------------------------- */
/* Checks the password in constant time for known and unknown users; throws AuthenticationError with Frappe's words
 * (quiet: they belong into the body's `message`). Throttled per account and address (SecurityException). Runs argon2:
 * call it in LANE_HASH only, before anything else of the call was written: the connection is given back meanwhile.
 * *out is, before, who is calling (zeroed: nobody), whose session ends; after, the new identity. The caller commits.
 * *sid is 56 hex digits for the cookie; empty: the password is right but older than force_user_to_reset_password allows.
 * There is no session then, and out->user is who must choose a new one. */
bool login(struct ctx *, struct str usr, struct str pwd, struct str peer, struct str user_agent, struct identity *out,
           struct str *sid);
/* The rest of login for a user who proved otherwise who they are (a link by mail): enabled, address and hour are asked. */
bool login_as(struct ctx *, struct str user, struct str peer, struct str user_agent, struct identity *out,
              struct str *sid);
/* Is this the user's password? Throttled and counted as a log-in; false: thrown AuthenticationError. Runs argon2. */
bool login_proof(struct ctx *, struct str user, struct str pwd, struct str peer);
/* Sessions that are over and counters nobody reads any more, of everybody. */
bool auth_sweep(struct ctx *);
/* Ends the session of the identity, if it has one. The caller commits. */
bool logout(struct ctx *, const struct identity *);
/* Ends every session of the user but `keep_hash`. */
bool sessions_end(struct ctx *, struct str user, struct str keep_hash);
/* The user's sessions that still hold, latest first. `id` names one to its owner and lets nobody in. */
struct session_seen {
    struct str id, peer, user_agent;
    int64_t created_us, seen_us; /* seen: ten minutes late at most */
    bool current;                /* the one of `own_hash` */
};
bool sessions_list(struct ctx *, struct str user, struct str own_hash, struct session_seen **out, size_t *count);
/* Ends one of the user's. False: thrown (DoesNotExistError). */
bool session_end(struct ctx *, struct str user, struct str id);
int64_t session_seconds(const struct site *); /* lifetime; System Settings session_expiry */

/* ---- secrets --------------------------------------------------------------------------------------------------------------- */
/* Sets the login password (argon2id). Length 8–256 bytes and not a common one, unless `any_length`. Ends the user's
 * sessions. The caller commits. Runs argon2. */
bool password_set(struct ctx *, struct str user, struct str password, bool any_length);
/* How hard to guess: 0 to 4. */
int password_score(struct str password);
/* pbkdf2-sha256 as passlib writes it, argon2i/argon2id PHC strings. */
bool password_matches(struct str hash, struct str password);
bool password_has(struct ctx *, struct str user, bool *has);
/* Reversible secrets of Password fields: Fernet rows of __Auth with the site's encryption_key. An empty value deletes. */
bool secret_set(struct ctx *, struct str doctype, struct str name, const char *field, struct str value);
bool secret_get(struct ctx *, struct str doctype, struct str name, const char *field, struct str *out);
bool secret_has(struct ctx *, struct str doctype, struct str name, const char *field, bool *has);
bool secrets_delete(struct ctx *, struct str doctype, struct str name);
bool secrets_rename(struct ctx *, struct str doctype, struct str old_name, struct str new_name);
/* What __Auth holds, for whoever takes over a database: login hashes by scheme (`unknown`: nobody can log in with it),
 * and reversible secrets that the site's key opens or not. */
struct secrets_survey {
    int64_t pbkdf2, argon2, unknown, opened, sealed;
};
bool secrets_survey(struct ctx *, struct secrets_survey *out);
/* A new Fernet key as text. */
struct str fernet_key(struct arena *);
/* Makes (or replaces) the user's API secret; the key is made once. 15 hex digits each. The caller commits. */
bool api_key_make(struct ctx *, struct str user, struct str *key, struct str *secret);

/* What a webhook's X-Frappe-Webhook-Signature holds: base64 of HMAC-SHA256 with the secret over exactly these bytes. */
struct str signature_of(struct arena *, struct str secret, struct str bytes);

/* ---- throttling --------------------------------------------------------------------------------------------------------------- */
/* Counts one event for `what` and `who`; false (RateLimitExceededError, Retry-After) when `most` within `window_s` is
 * passed. Counted at once, beside the call's transaction: a rollback does not undo it. */
bool throttle(struct ctx *, const char *what, struct str who, unsigned most, int window_s);
