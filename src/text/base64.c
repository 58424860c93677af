/* Base64, both alphabets (RFC 4648). */
#include "text.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static bool drop_padding(struct str *s)
{
    size_t n = s->n;
    while (n > 0 && s->p[n - 1] == '=')
        n--;
    bool right = s->n == n || (s->n % 4 == 0 && s->n - n <= 2);
    *s = str_slice(*s, 0, n);
    return right && n % 4 != 1;
}

bool base64_decode(struct arena *a, struct str s, struct str *out)
{
    if (!drop_padding(&s))
        return false;
    char *p = arena_alloc(a, s.n / 4 * 3 + 3);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = sextet(s.p[i]);
        if (v < 0)
            return false;
        bits = (bits << 6 | (uint32_t)v) & 0xFFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            p[n++] = (char)(bits >> held & 0xFF);
        }
    }
    if (bits & ((1u << held) - 1)) /* bits that no encoder leaves */
        return false;
    *out = (struct str){ p, n };
    return true;
}

struct str base64_encode(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, (s.n + 2) / 3 * 4 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i += 3) {
        size_t left = s.n - i;
        uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;
        v |= left > 1 ? (uint32_t)(unsigned char)s.p[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)(unsigned char)s.p[i + 2] : 0;
        p[n++] = alphabet[v >> 18];
        p[n++] = alphabet[v >> 12 & 63];
        p[n++] = left > 1 ? alphabet[v >> 6 & 63] : '=';
        p[n++] = left > 2 ? alphabet[v & 63] : '=';
    }
    return (struct str){ p, n };
}
