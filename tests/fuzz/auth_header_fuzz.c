/* Any bytes as an Authorization header and as a session's cookie. Oracles: a key pair has both halves, and what is taken
 * of the header lies in it or in its decoded form; a valid sid is 56 hexadecimal digits. */
#include <assert.h>

#include "auth/auth_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header(struct arena *a, struct str header)
{
    struct authorization auth = authorization_parse(a, header);
    if (auth.scheme == SCHEME_KEY)
        assert(auth.key.n && auth.secret.n && !str_has(auth.key, ':') && auth.key.n + auth.secret.n < header.n);
    if (auth.scheme == SCHEME_BEARER)
        assert(auth.secret.n && !str_has(auth.secret, ' '));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct str text = { (const char *)data, size };
    check_header(a, text);
    assert(!sid_valid(text) || text.n == 56);
    arena_free(a);
    return 0;
}
