#pragma once
/* What the files of the auth room know of each other. */
#include "auth.h"
#include "db.h"
#include "text.h"

/* Under this name sessions stand in the change log. */
#define SESSIONS "preau_session"

/* ---- memory.c: what was read, by site and key, for as long as its DocTypes did not change ----------------------------- */
enum memory { MEMORY_USER, MEMORY_SESSION, MEMORY_KEY, MEMORY_COUNT };
/* Held, or NULL. Does not wait. */
struct counted *memory_find(enum memory, const struct site *, struct str key);
/* Holds the thing, whose memory must hold the key's bytes too. The ticket was taken before it was read. */
void memory_put(enum memory, const struct site *, uint64_t ticket, struct str key, struct counted *);
/* One block of `size` zeroed bytes and room for texts, freed with its last holder; NULL without memory. */
void *counted_block(size_t size, size_t room);
/* Copies into the room of a block. */
struct str block_put(char **at, struct str);
/* Ties a hold to the arena. */
void held_by(struct arena *, struct counted *);

/* ---- user.c ------------------------------------------------------------------------------------------------------------ */
/* From memory only; held by the arena. NULL: not there. */
const struct user *user_peek(const struct site *, struct arena *, struct str name);

/* ---- session.c --------------------------------------------------------------------------------------------------------- */
struct session {
    struct counted counted;
    struct str sid_hash, user, csrf_token;
    int64_t created_us;
    _Atomic int64_t seen_us, written_us; /* last request; what the table says of it */
};
bool sid_valid(struct str sid);
/* BLAKE2b of a sid, 64 hex digits in the arena. */
struct str sid_hash_of(struct arena *, struct str sid);
bool session_alive(const struct session *, const struct site *, int64_t now_us);
/* Its last request must be written down again. */
bool session_stamp_due(const struct session *, int64_t now_us);
/* Held by the arena. NULL: not in memory, or not alive by what memory knows. */
struct session *session_peek(const struct site *, struct arena *, struct str sid_hash, int64_t now_us);
/* From memory or the table. NULL without error: unknown or expired. */
struct session *session_load(struct ctx *, struct str sid_hash);
void session_stamp(struct ctx *, struct session *);
/* A new row. */
bool session_new(struct ctx *, struct str user, struct str peer, struct str user_agent, struct str *sid);

/* ---- entry.c ----------------------------------------------------------------------------------------------------------- */
struct entry {
    struct str restrict_ip;
    int64_t login_after, login_before, simultaneous, password_days;
};
bool entry_read(struct ctx *, struct str user, struct entry *);
/* From this address and at this hour; false: thrown. */
bool entry_allowed(struct ctx *, const struct entry *, struct str peer);
/* The password is older than the school allows. */
bool entry_expired(struct ctx *, const struct entry *, struct str user);
/* With deny_multiple_sessions: the longest unused go, but for as many as the user may have, the new one included. */
bool entry_trim_sessions(struct ctx *, const struct entry *, struct str user, struct str new_hash);

/* ---- token.c ----------------------------------------------------------------------------------------------------------- */
enum scheme { SCHEME_NONE, SCHEME_KEY, SCHEME_BEARER, SCHEME_UNKNOWN, SCHEME_BROKEN };
struct authorization {
    enum scheme scheme;
    struct str key, secret; /* SCHEME_BEARER: the token is in `secret` */
};
/* frappe-api 6.4: not exactly two words is none at all; Basic that is not base64 is broken. */
struct authorization authorization_parse(struct arena *, struct str header);
/* The user of a key and secret. From memory only: NULL when that does not suffice. */
const struct user *token_peek(const struct site *, struct arena *, const struct authorization *);
/* NULL: thrown. */
const struct user *token_user(struct ctx *, const struct authorization *);

/* ---- password.c -------------------------------------------------------------------------------------------------------- */
bool password_hash(struct ctx *, struct str password, struct str *out);
/* Made by us, with the parameters of today. */
bool password_is_current(struct str hash);
extern const struct str password_dummy;
/* common_passwords.c */
bool password_is_common(struct str password);

/* ---- fernet.c ---------------------------------------------------------------------------------------------------------- */
struct str fernet_seal_with(struct arena *, struct str key, uint64_t time_s, const unsigned char iv[16],
                            struct str text);
/* NULL text: the key is not a key. */
struct str fernet_seal(struct arena *, struct str key, struct str text);
bool fernet_open(struct arena *, struct str key, struct str token, struct str *out) MUST_USE;

/* ---- throttle.c -------------------------------------------------------------------------------------------------------- */
struct throttle_count {
    int64_t since_us, times; /* in the running window */
};
/* Hash of who is counted: no name and no address is kept. */
struct str throttle_who(struct arena *, struct str a, struct str b);
bool throttle_read(struct ctx *, const char *what, struct str who, int window_s, struct throttle_count *);
bool throttle_count(struct ctx *, const char *what, struct str who, int window_s);
bool throttle_clear(struct ctx *, const char *what, struct str who);
void throttle_wait(struct ctx *, const struct throttle_count *, int window_s);
