/* Fernet: 0x80, time, IV, AES-128-CBC with PKCS7, HMAC-SHA256 of all before; in URL-safe base64. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "auth_priv.h"

enum { VERSION = 0x80, KEY = 16, IV = 16, HEAD = 1 + 8 + IV, MAC = 32, LONGEST = 1 << 20 };

struct keys {
    unsigned char sign[KEY], encrypt[KEY];
};

static bool read_keys(struct arena *a, struct str key, struct keys *out)
{
    struct str raw;
    if (!base64_decode(a, str_trim(key), &raw) || raw.n != sizeof *out)
        return false;
    memcpy(out, raw.p, sizeof *out);
    sodium_memzero((char *)(uintptr_t)raw.p, raw.n);
    return true;
}

static struct str url_base64(struct arena *a, const unsigned char *bytes, size_t n)
{
    size_t room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_URLSAFE);
    char *text = arena_alloc(a, room);
    sodium_bin2base64(text, room, bytes, n, sodium_base64_VARIANT_URLSAFE);
    return (struct str){ text, room - 1 };
}

struct str fernet_key(struct arena *a)
{
    unsigned char raw[2 * KEY];
    random_fill(raw, sizeof raw);
    struct str text = url_base64(a, raw, sizeof raw);
    sodium_memzero(raw, sizeof raw);
    return text;
}

static bool sign(const struct keys *k, const unsigned char *bytes, size_t n, unsigned char out[MAC])
{
    unsigned size = MAC;
    return HMAC(EVP_sha256(), k->sign, KEY, bytes, n, out, &size) != NULL;
}

/* Bytes written, -1 on failure. */
static int crypt(const struct keys *k, bool encrypt, const unsigned char *iv, const unsigned char *in, size_t n,
                 unsigned char *out)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int first = 0, last = 0;
    bool ok = c && EVP_CipherInit_ex(c, EVP_aes_128_cbc(), NULL, k->encrypt, iv, encrypt) == 1 &&
              EVP_CipherUpdate(c, out, &first, in, (int)n) == 1 && EVP_CipherFinal_ex(c, out + first, &last) == 1;
    EVP_CIPHER_CTX_free(c);
    return ok ? first + last : -1;
}

struct str fernet_seal_with(struct arena *a, struct str key, uint64_t time_s, const unsigned char iv[16],
                            struct str text)
{
    struct keys k;
    if (text.n > LONGEST || !read_keys(a, key, &k))
        return STR_NONE;
    unsigned char *token = arena_alloc(a, HEAD + text.n + IV + MAC);
    token[0] = VERSION;
    for (unsigned i = 0; i < 8; i++)
        token[1 + i] = (unsigned char)(time_s >> (56 - 8 * i));
    memcpy(token + 9, iv, IV);
    int n = crypt(&k, true, iv, (const unsigned char *)(text.n ? text.p : ""), text.n, token + HEAD);
    bool ok = n >= 0 && sign(&k, token, HEAD + (size_t)n, token + HEAD + n);
    sodium_memzero(&k, sizeof k);
    return ok ? url_base64(a, token, HEAD + (size_t)n + MAC) : STR_NONE;
}

struct str fernet_seal(struct arena *a, struct str key, struct str text)
{
    unsigned char iv[IV];
    random_fill(iv, sizeof iv);
    return fernet_seal_with(a, key, (uint64_t)(clock_wall_us() / 1000000), iv, text);
}

bool fernet_open(struct arena *a, struct str key, struct str token, struct str *out)
{
    struct keys k;
    struct str raw;
    unsigned char mac[MAC];
    if (token.n > 2 * LONGEST || !read_keys(a, key, &k) || !base64_decode(a, token, &raw))
        return false;
    const unsigned char *bytes = (const unsigned char *)raw.p;
    if (raw.n < HEAD + IV + MAC || bytes[0] != VERSION)
        return false;
    size_t n = raw.n - MAC;
    bool ok = sign(&k, bytes, n, mac) && sodium_memcmp(mac, bytes + n, MAC) == 0;
    unsigned char *text = arena_alloc(a, n - HEAD + 1);
    int length = ok ? crypt(&k, false, bytes + 9, bytes + HEAD, n - HEAD, text) : -1;
    sodium_memzero(&k, sizeof k);
    if (length < 0)
        return false;
    text[length] = 0;
    *out = (struct str){ (const char *)text, (size_t)length };
    return true;
}
