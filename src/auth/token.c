/* Authorization headers: API keys and OAuth bearer tokens (frappe-api 6.4). A key's secret is remembered as a hash
 * keyed with random bytes of this process, so that memory holds nothing one could use. */
#include <sodium.h>

#include "auth_priv.h"

struct known_key {
    struct counted counted;
    struct str key, user;
    unsigned char mac[32];
};

static unsigned char process_key[32];

__attribute__((constructor)) static void init(void)
{
    if (sodium_init() < 0)
        abort(); /* no randomness, no secrets */
    random_fill(process_key, sizeof process_key);
}

static void mac_of(struct str secret, unsigned char out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)secret.p, secret.n, process_key, sizeof process_key);
}

static bool split(struct str pair, struct authorization *out)
{
    ptrdiff_t at = str_index(pair, ':');
    out->key = at < 0 ? STR_NONE : str_slice(pair, 0, (size_t)at);
    out->secret = at < 0 ? STR_NONE : str_from(pair, (size_t)at + 1);
    return out->key.n && out->secret.n;
}

struct authorization authorization_parse(struct arena *a, struct str header)
{
    struct authorization out = { SCHEME_NONE, STR_NONE, STR_NONE };
    struct str scheme, word;
    if (!header.n || !str_cut(&header, ' ', &scheme) || !header.p || str_has(header, ' '))
        return out;
    out.scheme = SCHEME_UNKNOWN;
    if (str_eq_nocase(scheme, STR("token")))
        out.scheme = split(header, &out) ? SCHEME_KEY : SCHEME_UNKNOWN;
    else if (str_eq_nocase(scheme, STR("basic")))
        out.scheme = !base64_decode(a, header, &word) ? SCHEME_BROKEN : split(word, &out) ? SCHEME_KEY : SCHEME_UNKNOWN;
    else if (str_eq_nocase(scheme, STR("bearer"))) {
        out.scheme = header.n ? SCHEME_BEARER : SCHEME_UNKNOWN;
        out.secret = header;
    }
    return out;
}

bool authorization_pair(struct arena *a, struct str header, struct str *key, struct str *secret)
{
    struct authorization auth = authorization_parse(a, header);
    *key = auth.key;
    *secret = auth.secret;
    return auth.scheme == SCHEME_KEY;
}

static bool opens(const struct known_key *k, struct str secret)
{
    unsigned char mac[32];
    mac_of(secret, mac);
    return sodium_memcmp(mac, k->mac, sizeof mac) == 0;
}

const struct user *token_peek(const struct site *site, struct arena *a, const struct authorization *auth)
{
    struct known_key *k = (struct known_key *)memory_find(MEMORY_KEY, site, auth->key);
    if (!k)
        return NULL;
    held_by(a, &k->counted);
    const struct user *u = opens(k, auth->secret) ? user_peek(site, a, k->user) : NULL;
    return u && u->enabled ? u : NULL;
}

static struct known_key *pack(struct str key, struct str user, struct str secret)
{
    struct known_key *k = counted_block(sizeof *k, key.n + user.n + 2);
    if (!k)
        return NULL;
    char *at = (char *)(k + 1);
    k->key = block_put(&at, key);
    k->user = block_put(&at, user);
    mac_of(secret, k->mac);
    return k;
}

/* The column's collation ignores case; a key does not. */
static bool find_owner(struct ctx *cx, struct str key, struct str *user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name`, `api_key` FROM ");
    sql_doctype(q, "User");
    sql_add(q, " WHERE `api_key` = ");
    sql_text(q, key);
    struct rows *rows = key.n <= 140 && utf8_valid(key) ? db_run(cx, q) : NULL;
    bool found = false;
    while (rows && rows_next(rows))
        if (!found && (found = str_eq(rows_text(rows, 1), key)))
            *user = str_copy(cx->arena, rows_text(rows, 0));
    return found;
}

static struct known_key *read_key(struct ctx *cx, struct str key)
{
    struct str user, secret;
    uint64_t ticket = cache_ticket(cx->site);
    if (!find_owner(cx, key, &user) || !secret_get(cx, STR("User"), user, "api_secret", &secret) || !secret.n)
        return NULL;
    struct known_key *k = pack(key, user, secret);
    if (!k)
        return NULL;
    held_by(cx->arena, &k->counted);
    memory_put(MEMORY_KEY, cx->site, ticket, k->key, &k->counted);
    return k;
}

static const struct user *by_key(struct ctx *cx, const struct authorization *auth)
{
    struct known_key *k = (struct known_key *)memory_find(MEMORY_KEY, cx->site, auth->key);
    if (k)
        held_by(cx->arena, &k->counted);
    else
        k = read_key(cx, auth->key);
    return k && opens(k, auth->secret) ? user_load(cx, k->user) : NULL;
}

/* `expiration_time` is the school's local time, as all Datetimes of DocTypes. */
static const struct user *by_bearer(struct ctx *cx, struct str token)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name`, `user` FROM ");
    sql_doctype(q, "OAuth Bearer Token");
    sql_add(q, " WHERE `status` <> 'Revoked' AND `expiration_time` > ");
    sql_text(q, call_now(cx));
    sql_add(q, " AND `name` = ");
    sql_text(q, token);
    struct rows *rows = token.n <= 140 && utf8_valid(token) ? db_run(cx, q) : NULL;
    struct str user = STR_NONE;
    while (rows && rows_next(rows))
        if (rows_text(rows, 0).n == token.n && sodium_memcmp(rows_text(rows, 0).p, token.p, token.n) == 0)
            user = str_copy(cx->arena, rows_text(rows, 1));
    return user.n ? user_load(cx, user) : NULL;
}

const struct user *token_user(struct ctx *cx, const struct authorization *auth)
{
    const struct user *u = NULL;
    if (auth->scheme == SCHEME_BROKEN)
        return throw(cx, &InvalidAuthorizationToken,
                     N_("Failed to decode token, please provide a valid base64-encoded token."));
    if (auth->scheme == SCHEME_KEY)
        u = by_key(cx, auth);
    else if (auth->scheme == SCHEME_BEARER)
        u = by_bearer(cx, auth->secret);
    if (failed(cx))
        return NULL;
    return u && u->enabled ? u : throw_quiet(cx, &AuthenticationError);
}

/* ---- making a pair -------------------------------------------------------------------------------------------------------- */

static struct str new_half(struct ctx *cx)
{
    return str_slice(random_hex(cx->arena, 8), 0, 15);
}

static bool set_key(struct ctx *cx, struct str user, struct str key)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "User");
    sql_add(q, " SET `api_key` = ");
    sql_text(q, key);
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0;
}

bool api_key_make(struct ctx *cx, struct str user, struct str *key, struct str *secret)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name`, COALESCE(`api_key`, '') FROM ");
    sql_doctype(q, "User");
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    struct rows *rows = db_run(cx, q);
    if (!rows || !rows_next(rows))
        return failed(cx) ? false : throw(cx, &DoesNotExistError, N_("User %.*s not found"), STR_ARG(user));
    user = str_copy(cx->arena, rows_text(rows, 0));
    *key = str_copy(cx->arena, rows_text(rows, 1));
    rows_close(rows);
    if (!key->n) {
        *key = new_half(cx);
        if (!set_key(cx, user, *key))
            return false;
    }
    *secret = new_half(cx);
    return secret_set(cx, STR("User"), user, "api_secret", *secret);
}
