/* Names that people type: folded for comparing, made into slugs for addresses. */
#include "name_priv.h"
#include "text.h"
#include "utf8_priv.h"

enum { SLUG_MAX = 100 };

size_t utf8_decompose(uint32_t point, utf8proc_option_t options, utf8proc_int32_t out[POINTS_MAX])
{
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)point, out, POINTS_MAX, options, &boundary);
    if (n >= 0 && n <= POINTS_MAX)
        return (size_t)n;
    out[0] = (utf8proc_int32_t)point;
    return 1;
}

struct str utf8_fold(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, s.n * 4 + 1);
    utf8proc_int32_t points[POINTS_MAX];
    uint32_t point;
    for (size_t i = 0, n; i < s.n && (n = utf8_take(s, i, &point)) > 0; i += n) {
        size_t count = utf8_decompose(point, UTF8PROC_CASEFOLD, points);
        for (size_t k = 0; k < count; k++)
            utf8_put(&b, (uint32_t)points[k]);
    }
    return buf_str(&b);
}

struct str letter_spelled(utf8proc_int32_t point)
{
    static const struct {
        utf8proc_int32_t point;
        struct str text;
    } letters[] = { { 0x142, STR("l") }, { 0xF8, STR("o") },   { 0x111, STR("d") }, { 0xDF, STR("ss") },
                    { 0xE6, STR("ae") }, { 0x153, STR("oe") }, { 0xFE, STR("th") } };
    for (size_t i = 0; i < countof(letters); i++)
        if (letters[i].point == point)
            return letters[i].text;
    return STR_NONE;
}

bool is_mark(utf8proc_int32_t point)
{
    utf8proc_category_t c = utf8proc_category(point);
    return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC || c == UTF8PROC_CATEGORY_ME;
}

/* Adds one decomposed code point; a run of what no slug holds is one "-", never at the front. */
static void add_to_slug(struct buf *b, bool *gap, utf8proc_int32_t point)
{
    point = utf8proc_tolower(point);
    char ascii = (char)point;
    struct str text = letter_spelled(point);
    if ((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9'))
        text = (struct str){ &ascii, 1 };
    else if (is_mark(point))
        return;
    if (!text.n) {
        *gap = b->n > 0;
        return;
    }
    if (*gap)
        buf_char(b, '-');
    *gap = false;
    buf_add(b, text);
}

/* Adds one decomposed code point; what cannot be spelled is a gap. */
static void add_latin(struct buf *b, bool *gap, utf8proc_int32_t point, const char *others)
{
    utf8proc_int32_t low = utf8proc_tolower(point);
    char ascii = (char)point;
    struct str text = letter_spelled(low);
    bool plain = (low >= 'a' && low <= 'z') || (point >= '0' && point <= '9');
    if (plain || (point > ' ' && point < 127 && strchr(others, (int)point)))
        text = (struct str){ &ascii, 1 };
    else if (is_mark(point))
        return;
    if (!text.n) {
        *gap = b->n > 0;
        return;
    }
    if (*gap)
        buf_char(b, ' ');
    *gap = false;
    bool capital = low != point;
    buf_char(b, capital && text.p[0] >= 'a' && text.p[0] <= 'z' ? (char)(text.p[0] - 32) : text.p[0]);
    buf_add(b, str_from(text, 1));
}

struct str latin_of(struct arena *a, struct str text, const char *others)
{
    struct buf b = buf_new(a, text.n * 32 + 2);
    utf8proc_int32_t points[POINTS_MAX];
    uint32_t point;
    bool gap = false;
    for (size_t i = 0, n; i < text.n && (n = utf8_take(text, i, &point)) > 0; i += n) {
        size_t count = utf8_decompose(point, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, points);
        for (size_t k = 0; k < count; k++)
            add_latin(&b, &gap, points[k], others);
    }
    return buf_str(&b);
}

struct str slug_of(struct arena *a, struct str title)
{
    struct buf b = buf_new(a, title.n * 32 + 2);
    utf8proc_int32_t points[POINTS_MAX];
    uint32_t point;
    bool gap = false;
    for (size_t i = 0, n; i < title.n && b.n < SLUG_MAX && (n = utf8_take(title, i, &point)) > 0; i += n) {
        size_t count = utf8_decompose(point, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, points);
        for (size_t k = 0; k < count; k++)
            add_to_slug(&b, &gap, points[k]);
    }
    if (b.n > SLUG_MAX)
        b.n = SLUG_MAX;
    while (b.n && b.p[b.n - 1] == '-')
        b.n--;
    return buf_str(&b);
}
