/* Login passwords: argon2id by libsodium (half as long again faster than libargon2), whatever Frappe wrote before by
 * libargon2 and PBKDF2 of libcrypto. */
#include <argon2.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "auth_priv.h"

enum { PASSES = 2, MEMORY = 19456 * 1024, ROUNDS_MAX = 10 * 1000 * 1000, SHORTEST = 8, LONGEST = 256 };

/* The hash of random bytes nobody kept, with today's parameters: what an unknown user's password is compared with. */
const struct str password_dummy = {
    "$argon2id$v=19$m=19456,t=2,p=1$VrtSmnhhFrV/kR2SxPJYhA$lUA53+4ToF1LhsFh0dhp3GBjb558ryRoCwwjsd2Ayuw", 97
};

bool password_is_current(struct str hash)
{
    return str_starts(hash, STR("$argon2id$v=19$m=19456,t=2,p=1$"));
}

bool password_hash(struct ctx *cx, struct str password, struct str *out)
{
    char *hash = arena_alloc(cx->arena, crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(hash, password.p, password.n, PASSES, MEMORY) != 0)
        return throw(cx, &ServiceUnavailable, N_("The server is short of memory. Try again in a moment."));
    *out = str_of(hash);
    return true;
}

/* passlib's base64: "." for "+", no padding. At most `room` bytes; 0 when it is none. */
static size_t adapted_base64(struct str text, unsigned char *out, size_t room)
{
    char plain[256];
    size_t n = 0;
    if (text.n >= sizeof plain)
        return 0;
    for (size_t i = 0; i < text.n; i++)
        plain[i] = text.p[i] == '.' ? '+' : text.p[i];
    if (sodium_base642bin(out, room, plain, text.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
        return 0;
    return n;
}

/* $pbkdf2-sha256$29000$<salt>$<sum> */
static bool matches_pbkdf2(struct str rest, struct str password)
{
    struct str rounds, salt_text, sum_text;
    unsigned char salt[128], sum[64], own[64];
    int64_t n;
    if (!str_cut(&rest, '$', &rounds) || !str_cut(&rest, '$', &salt_text) || !str_cut(&rest, '$', &sum_text) || rest.p)
        return false;
    size_t salt_n = adapted_base64(salt_text, salt, sizeof salt), sum_n = adapted_base64(sum_text, sum, sizeof sum);
    if (!str_int(rounds, &n) || n < 1 || n > ROUNDS_MAX || !sum_n)
        return false;
    if (!PKCS5_PBKDF2_HMAC(password.n ? password.p : "", (int)password.n, salt, (int)salt_n, (int)n, EVP_sha256(),
                           (int)sum_n, own))
        return false;
    return sodium_memcmp(own, sum, sum_n) == 0;
}

/* libsodium takes one lane only; libargon2 all that the string says. */
static bool matches_argon2(struct str hash, struct str password)
{
    char text[256];
    bool id = str_starts(hash, STR("$argon2id$"));
    if (hash.n >= sizeof text)
        return false;
    memcpy(text, hash.p, hash.n);
    text[hash.n] = 0;
    if (str_find(hash, STR(",p=1$")) >= 0 && hash.n < crypto_pwhash_STRBYTES &&
        crypto_pwhash_str_verify(text, password.n ? password.p : "", password.n) == 0)
        return true;
    return !password_is_current(hash) &&
           argon2_verify(text, password.n ? password.p : "", password.n, id ? Argon2_id : Argon2_i) == ARGON2_OK;
}

bool password_matches(struct str hash, struct str password)
{
    if (password.n > 4096)
        return false;
    if (str_starts(hash, STR("$pbkdf2-sha256$")))
        return matches_pbkdf2(str_from(hash, 15), password);
    if (str_starts(hash, STR("$argon2id$")) || str_starts(hash, STR("$argon2i$")))
        return matches_argon2(hash, password);
    return false;
}

/* ---- storing ------------------------------------------------------------------------------------------------------------ */

/* Bits of a guess: the kinds of characters there are, for each that does not just repeat or continue the one before. */
int password_score(struct str password)
{
    bool lower = false, upper = false, digit = false, other = false;
    int64_t fresh = 0;
    for (size_t i = 0; i < password.n; i++) {
        unsigned char c = (unsigned char)password.p[i], before = i ? (unsigned char)password.p[i - 1] : 0;
        lower |= c >= 'a' && c <= 'z';
        upper |= c >= 'A' && c <= 'Z';
        digit |= c >= '0' && c <= '9';
        other |= !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9');
        fresh += !(i && (c == before || c == before + 1 || c + 1 == before));
    }
    if (password_is_common(password) || password.n < SHORTEST)
        return 0;
    int64_t tenths = 33 * digit + (lower || upper ? 47 : 0) + 10 * (lower && upper) + 10 * other;
    int64_t bits = fresh * (tenths < 66 ? tenths : 66) / 10;
    return bits >= 70 ? 4 : bits >= 50 ? 3 : bits >= 25 ? 2 : bits >= 15 ? 1 : 0;
}

static bool is_strong(struct ctx *cx, struct str password)
{
    int64_t least = site_setting_int(cx->site, "System Settings", "minimum_password_score", 2);
    return !site_setting_int(cx->site, "System Settings", "enable_password_policy", 1) ||
           password_score(password) >= least;
}

static bool is_allowed(struct ctx *cx, struct str user, struct str password)
{
    if (password.n < SHORTEST)
        return throw(cx, &ValidationError, N_("A password needs at least 8 characters."));
    if (password.n > LONGEST)
        return throw(cx, &ValidationError, N_("A password may have at most 256 bytes."));
    if (password_is_common(password) || str_eq_nocase(password, user))
        return throw(cx, &ValidationError,
                     N_("This password is among the first that anyone would guess. Choose another one."));
    if (!is_strong(cx, password))
        return throw(cx, &ValidationError,
                     N_("This password is too easy to guess: make it longer, or mix letters, digits and signs."));
    return true;
}

static bool store(struct ctx *cx, struct str user, struct str hash)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "__Auth");
    sql_add(q, " (`doctype`, `name`, `fieldname`, `password`, `encrypted`) VALUES ('User', ");
    sql_text(q, user);
    sql_add(q, ", 'password', ");
    sql_text(q, hash);
    sql_add(q, ", 0) ON DUPLICATE KEY UPDATE `password` = VALUES(`password`), `encrypted` = 0");
    return db_change(cx, q) >= 0;
}

/* The user's name as it is stored: sessions and secrets are filed under that. */
static bool stored_name(struct ctx *cx, struct str *user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name` FROM ");
    sql_doctype(q, "User");
    sql_add(q, " WHERE `name` = ");
    sql_text(q, *user);
    struct str name;
    if (!db_first_text(cx, q, &name))
        return failed(cx) ? false : throw(cx, &DoesNotExistError, N_("User %.*s not found"), STR_ARG(*user));
    *user = name;
    return true;
}

bool password_set(struct ctx *cx, struct str user, struct str password, bool any_length)
{
    struct str hash;
    if (!any_length && !is_allowed(cx, user, password))
        return false;
    if (!password_hash(cx, password, &hash) || !stored_name(cx, &user))
        return false;
    call_changes(cx, "User");
    bool ends = site_setting_int(cx->site, "System Settings", "logout_on_password_reset", 1) != 0;
    return store(cx, user, hash) && (!ends || sessions_end(cx, user, STR_NONE));
}

bool password_has(struct ctx *cx, struct str user, bool *has)
{
    int64_t count = 0;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_table(q, "__Auth");
    sql_add(q, " WHERE `doctype` = 'User' AND `fieldname` = 'password' AND `encrypted` = 0 AND `name` = ");
    sql_text(q, user);
    bool ok = db_first_int(cx, q, &count);
    *has = count > 0;
    return ok;
}
