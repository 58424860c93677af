/* URLs and forms: percent-encoding, pairs, and where a redirect may lead. */
#include "text.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool url_decode(struct arena *a, struct str s, bool plus, struct str *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        p[n++] = c;
    }
    *out = (struct str){ p, n };
    return utf8_valid(*out);
}

struct str url_encode(struct arena *a, struct str s, const char *keep)
{
    static const char hex[] = "0123456789ABCDEF";
    struct str kept = str_of(keep);
    char *p = arena_array(a, s.n + 1, 3);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (is_alnum((char)c) || str_has(STR("-._~"), (char)c) || str_has(kept, (char)c)) {
            p[n++] = (char)c;
            continue;
        }
        p[n++] = '%';
        p[n++] = hex[c >> 4];
        p[n++] = hex[c & 15];
    }
    return (struct str){ p, n };
}

static size_t count_pieces(struct str s)
{
    size_t pieces = 1;
    for (size_t i = 0; i < s.n; i++)
        pieces += s.p[i] == '&';
    return pieces;
}

int url_pairs(struct arena *a, struct str s, size_t most, struct pair **out)
{
    size_t room = count_pieces(s);
    struct pair *pairs = arena_array(a, room < most ? room : most, sizeof *pairs);
    size_t count = 0;
    struct str piece;
    while (str_cut(&s, '&', &piece)) {
        if (piece.n == 0)
            continue;
        struct str key;
        if (count == most || !str_cut(&piece, '=', &key))
            return -1;
        if (!url_decode(a, key, true, &pairs[count].key) || !url_decode(a, piece, true, &pairs[count].value))
            return -1;
        count++;
    }
    *out = pairs;
    return (int)count;
}

struct str safe_redirect(struct arena *a, struct str wanted)
{
    struct str path;
    if (!str_starts(wanted, STR("/")) || !url_decode(a, wanted, false, &path) || path.n < 2 || !is_alnum(path.p[1]))
        return STR("/");
    if (str_has(path, '\\') || has_control(path) || str_find(path, STR("//")) >= 0)
        return STR("/");
    return url_encode(a, wanted, "%/?#[]@!$&'()*+,;=:"); /* what was typed raw, such as é, leaves escaped */
}
