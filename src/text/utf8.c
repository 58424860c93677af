/* UTF-8: is it valid, how long is it, and what are its code points. */
#include "text.h"
#include "utf8_priv.h"

static bool continues(struct str s, size_t at)
{
    return at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80;
}

static uint32_t six_bits(struct str s, size_t at)
{
    return (unsigned char)s.p[at] & 0x3Fu;
}

size_t utf8_take(struct str s, size_t at, uint32_t *point)
{
    unsigned char lead = (unsigned char)s.p[at];
    if (lead < 0x80) {
        *point = lead;
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4 || !continues(s, at + 1))
        return 0;
    if (lead < 0xE0) {
        *point = (lead & 0x1Fu) << 6 | six_bits(s, at + 1);
        return 2;
    }
    if (!continues(s, at + 2))
        return 0;
    if (lead < 0xF0) {
        *point = (lead & 0x0Fu) << 12 | six_bits(s, at + 1) << 6 | six_bits(s, at + 2);
        return *point < 0x800 || (*point >= 0xD800 && *point < 0xE000) ? 0 : 3;
    }
    if (!continues(s, at + 3))
        return 0;
    *point = (lead & 0x07u) << 18 | six_bits(s, at + 1) << 12 | six_bits(s, at + 2) << 6 | six_bits(s, at + 3);
    return *point < 0x10000 || *point > 0x10FFFF ? 0 : 4;
}

void utf8_put(struct buf *b, uint32_t c)
{
    char p[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        p[i] = (char)(0x80 | (c & 0x3F));
    p[0] = (char)(lead[n] | c);
    buf_add(b, (struct str){ p, n });
}

/* Eight bytes that are all ASCII and none of them 0. */
static bool eight_plain(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return ((v | (v - 0x0101010101010101u)) & 0x8080808080808080u) == 0;
}

bool utf8_valid(struct str s)
{
    for (size_t i = 0; i < s.n;) {
        if (s.n - i >= 8 && eight_plain(s.p + i)) {
            i += 8;
            continue;
        }
        uint32_t point;
        size_t n = utf8_take(s, i, &point);
        if (n == 0 || point == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_length(struct str s)
{
    size_t points = 0;
    for (size_t i = 0; i < s.n; i++)
        points += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return points;
}

struct str utf8_head(struct str s, size_t characters)
{
    size_t points = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (((unsigned char)s.p[i] & 0xC0) == 0x80)
            continue;
        if (points++ == characters)
            return str_slice(s, 0, i);
    }
    return s;
}

bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return true;
    return false;
}
