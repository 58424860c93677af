/* Escaping for HTML, and which URLs may stand in an attribute. */
#include "escape_priv.h"
#include "utf8_priv.h"

static struct str entity_for(char c)
{
    switch (c) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return STR("&quot;");
    default:
        return STR("&#39;");
    }
}

void put_escaped(struct buf *b, struct str s)
{
    static const bool special[256] = { ['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true };
    size_t start = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!special[(unsigned char)s.p[i]])
            continue;
        buf_add(b, str_slice(s, start, i));
        buf_add(b, entity_for(s.p[i]));
        start = i + 1;
    }
    buf_add(b, str_from(s, start));
}

struct html html_escape(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, s.n * 6 + 1);
    put_escaped(&b, s);
    return (struct html){ buf_str(&b) };
}

/* ---- URLs ---- */

static bool is_noise(uint32_t c)
{
    return c <= ' ' || c == 0x7F;
}

/* A numeric entity at s.p[at] ("&#106;", "&#x6a", the semicolon optional as browsers have it): its length, or 0. */
static size_t numeric_entity(struct str s, size_t at, uint32_t *point)
{
    if (s.n - at < 3 || s.p[at + 1] != '#')
        return 0;
    bool hex = (s.p[at + 2] | 0x20) == 'x';
    size_t i = at + (hex ? 3 : 2), first = i;
    for (*point = 0; i < s.n && *point < 0x110000; i++) {
        char c = s.p[i], low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            *point = *point * (hex ? 16 : 10) + (uint32_t)(c - '0');
        else if (hex && low >= 'a' && low <= 'f')
            *point = *point * 16 + (uint32_t)(low - 'a' + 10);
        else
            break;
    }
    if (i == first)
        return 0;
    return i - at + (i < s.n && s.p[i] == ';');
}

static size_t entity_at(struct str s, size_t at, uint32_t *point)
{
    static const struct {
        struct str name;
        char c;
    } named[] = { { STR("&colon;"), ':' }, { STR("&Tab;"), '\t' }, { STR("&NewLine;"), '\n' },
                  { STR("&amp;"), '&' },   { STR("&sol;"), '/' },  { STR("&bsol;"), '\\' } };
    for (size_t i = 0; i < countof(named); i++)
        if (str_starts(str_from(s, at), named[i].name)) {
            *point = (unsigned char)named[i].c;
            return named[i].name.n;
        }
    return numeric_entity(s, at, point);
}

/* The front of a URL as a careless reader would see it: entities decoded, space and control bytes gone, lower case. */
static struct str front_of(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, s.n + 1);
    for (size_t i = 0; i < s.n;) {
        uint32_t c = (unsigned char)s.p[i];
        size_t n = c == '&' ? entity_at(s, i, &c) : 0;
        i += n ? n : 1;
        if (!is_noise(c) && c < 0x80)
            buf_char(&b, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
        else if (c >= 0x80)
            buf_char(&b, '_'); /* no letter of a scheme */
    }
    return buf_str(&b);
}

static enum url_kind kind_of_scheme(struct str scheme)
{
    if (str_is(scheme, "http") || str_is(scheme, "https"))
        return URL_WEB;
    return str_is(scheme, "mailto") ? URL_MAIL : URL_REFUSED;
}

static bool is_slash(struct str s, size_t at)
{
    return at < s.n && (s.p[at] == '/' || s.p[at] == '\\'); /* browsers read \ as / */
}

enum url_kind url_kind_of(struct arena *a, struct str s)
{
    struct str front = front_of(a, s);
    if (is_slash(front, 0) && is_slash(front, 1))
        return URL_WEB;
    for (size_t i = 0; i < front.n; i++) {
        if (front.p[i] == ':')
            return kind_of_scheme(str_slice(front, 0, i));
        if (str_has(STR("/?#\\"), front.p[i]))
            return URL_RELATIVE;
    }
    return URL_RELATIVE;
}

struct str html_safe_url(struct arena *a, struct str s)
{
    s = str_trim(s);
    if (!utf8_valid(s) || has_control(s) || url_kind_of(a, s) == URL_REFUSED)
        return STR("#");
    return s;
}
