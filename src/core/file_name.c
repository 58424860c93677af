/* Names of stored files: what people call them, made safe for paths, addresses and eyes. */
#include "file_priv.h"

enum { CHARACTERS_MOST = 140, BYTES_MOST = 180, EXTENSION_MOST = 20 };

/* Characters that a reader does not see or that turn the reading direction: "gpj.exe" must not look like "exe.jpg". */
static bool is_invisible(struct str s)
{
    static const char *const hidden[] = { "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a",
                                          "\u202b", "\u202c", "\u202d", "\u202e", "\u2060", "\u2066",
                                          "\u2067", "\u2068", "\u2069", "\ufeff" };
    for (size_t i = 0; i < countof(hidden); i++)
        if (str_starts(s, str_of(hidden[i])))
            return true;
    return false;
}

static bool is_control(struct str s)
{
    unsigned char c = (unsigned char)s.p[0], next = s.n > 1 ? (unsigned char)s.p[1] : 0;
    return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0);
}

static size_t length_of(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static struct str without_traps(struct arena *a, struct str name)
{
    struct buf b = buf_new(a, name.n + 1);
    for (size_t i = 0; i < name.n; i += length_of((unsigned char)name.p[i])) {
        struct str rest = str_from(name, i);
        char c = rest.p[0];
        if (is_control(rest) || is_invisible(rest) || c == '/' || c == '\\')
            continue;
        if (strchr("%?#<>\"`|*:", c))
            buf_char(&b, '_');
        else
            buf_add(&b, str_slice(rest, 0, length_of((unsigned char)c)));
    }
    return buf_str(&b);
}

static struct str without_edges(struct str s)
{
    while (s.n && strchr(". ", s.p[0]))
        s = str_from(s, 1);
    while (s.n && strchr(". ", s.p[s.n - 1]))
        s.n--;
    return s;
}

static size_t stem_length(struct str name)
{
    size_t dot = name.n;
    while (dot && name.p[dot - 1] != '.')
        dot--;
    bool has = dot > 1 && name.n - dot <= EXTENSION_MOST && dot < name.n;
    return has ? dot - 1 : name.n;
}

struct str file_name_extension(struct str name)
{
    return str_from(name, stem_length(name) + 1);
}

struct str file_name_suffixed(struct arena *a, struct str name, struct str suffix)
{
    size_t stem = stem_length(name);
    return str_printf(a, "%.*s%.*s%.*s", STR_ARG(str_slice(name, 0, stem)), STR_ARG(suffix),
                      STR_ARG(str_from(name, stem)));
}

/* The stem is cut; the extension stays. */
static struct str shortened(struct arena *a, struct str name)
{
    size_t stem = stem_length(name), suffix_room = 7;
    struct str extension = str_from(name, stem);
    struct str head = utf8_head(str_slice(name, 0, stem), CHARACTERS_MOST - suffix_room - extension.n);
    while (head.n + extension.n > BYTES_MOST)
        head = utf8_head(head, utf8_length(head) - 1);
    return str_printf(a, "%.*s%.*s", STR_ARG(head), STR_ARG(extension));
}

bool file_name_clean(struct ctx *cx, struct str wanted, struct str *out)
{
    if (!utf8_valid(wanted))
        return throw(cx, &ValidationError, "The name of the file is not valid UTF-8.");
    struct str name = without_edges(without_traps(cx->arena, wanted));
    *out = shortened(cx->arena, name.n ? name : STR("file"));
    return true;
}
