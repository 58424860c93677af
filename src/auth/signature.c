/* Signatures of messages between programs that share a secret. */
#include <sodium.h>

#include "auth.h"
#include "text.h"

struct str signature_of(struct arena *a, struct str secret, struct str bytes)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.p, secret.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)bytes.p, bytes.n);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(&state, sizeof state);
    return base64_encode(a, (struct str){ (const char *)mac, sizeof mac });
}
