/* Keywords: the words of a text as a search compares them, without case, accents and plural endings; and the passage of a
 * text that shows them. */
#include <utf8proc.h>

#include "name_priv.h"
#include "text.h"
#include "utf8_priv.h"

enum {
    WORD_MAX = 30,
    FOLDED_MAX = 1024,
    TITLE_WORDS = 500,
    BODY_WORDS = 20000,
    LEAD = 8,
    PASSAGE = 34
}; /* bytes of one; words before the first hit, and in a passage */

/* Scripts that are written without spaces: each sign is a word. */
static bool stands_alone(uint32_t point)
{
    return (point >= 0x3040 && point <= 0x30FF) || (point >= 0x3400 && point <= 0x9FFF) ||
           (point >= 0x20000 && point <= 0x3FFFF);
}

static bool is_letter(uint32_t point)
{
    if (point < 0x80)
        return (point >= '0' && point <= '9') || ((point | 0x20) >= 'a' && (point | 0x20) <= 'z');
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)point);
    return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) ||
           (c >= UTF8PROC_CATEGORY_MN && c <= UTF8PROC_CATEGORY_NO);
}

static void add_folded(struct buf *word, uint32_t point)
{
    if (point < 0x80) {
        buf_char(word, (char)(point >= 'A' && point <= 'Z' ? point | 0x20 : point));
        return;
    }
    utf8proc_int32_t points[POINTS_MAX];
    size_t count = utf8_decompose(point, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, points);
    for (size_t i = 0; i < count; i++) {
        struct str text = letter_spelled(points[i]);
        if (text.n)
            buf_add(word, text);
        else if (is_letter((uint32_t)points[i]) && !is_mark(points[i]))
            utf8_put(word, (uint32_t)points[i]);
    }
}

/* "recettes" and "recette", "choux" and "chou" are one; the end of what is too long does not count. */
static struct str settled(struct str word)
{
    if (word.n > WORD_MAX) {
        word.n = WORD_MAX;
        while (word.n && ((unsigned char)word.p[word.n] & 0xC0) == 0x80)
            word.n--;
    }
    bool plural = word.n > 3 && (word.p[word.n - 1] == 's' || word.p[word.n - 1] == 'x');
    return plural ? str_slice(word, 0, word.n - 1) : word;
}

/* The next word from *at on, folded into *word until the next call; false: there is none. */
static bool next_keyword(struct buf *word, struct str text, size_t *at, struct keyword *out)
{
    uint32_t point;
    size_t n, from = *at;
    while (from < text.n && (n = utf8_take(text, from, &point)) > 0 && (!is_letter(point) || is_mark((int32_t)point)))
        from += n;
    size_t to = from;
    word->n = 0;
    while (to < text.n && (n = utf8_take(text, to, &point)) > 0 && is_letter(point)) {
        if (stands_alone(point) && to > from)
            break;
        if (word->n <= WORD_MAX)
            add_folded(word, point);
        to += n;
        if (stands_alone(point))
            break;
    }
    *at = to;
    *out = (struct keyword){ str_slice(text, from, to), settled(buf_str(word)) };
    return to > from;
}

static void add(struct arena *a, struct keywords *all, size_t *room, struct keyword one)
{
    if (all->count == *room) {
        struct keyword *more = arena_array(a, *room = *room ? *room * 2 : 64, sizeof *more);
        if (all->count)
            memcpy(more, all->at, all->count * sizeof *more);
        all->at = more;
    }
    all->at[all->count++] = one;
}

struct keywords keywords_of(struct arena *a, struct str text, size_t most)
{
    struct keywords all = { 0 };
    struct buf word = buf_new(a, FOLDED_MAX);
    struct keyword one;
    for (size_t at = 0, room = 0; all.count < most && next_keyword(&word, text, &at, &one);)
        if (one.word.n)
            add(a, &all, &room, (struct keyword){ one.written, str_copy(a, one.word) });
    return all;
}

/* A word that begins as one of those wanted; of one letter only itself. */
static bool is_wanted(const struct keywords *wanted, struct str word)
{
    for (size_t i = 0; i < wanted->count; i++) {
        struct str one = wanted->at[i].word;
        if (one.n > 1 ? str_starts(word, one) : str_eq(word, one))
            return true;
    }
    return false;
}

/* The first term of the passage that shows most of what is wanted. */
static size_t best_passage(const struct keywords *all, const bool *hits)
{
    size_t best = 0, most = 0, now = 0;
    for (size_t i = 0; i < all->count; i++) {
        now += hits[i];
        if (i >= PASSAGE)
            now -= hits[i - PASSAGE];
        if (now > most) {
            most = now;
            best = i >= PASSAGE ? i - PASSAGE + 1 : 0;
        }
    }
    while (best < all->count && most && !hits[best])
        best++;
    return best > LEAD ? best - LEAD : 0;
}

static void add_escaped(struct arena *a, struct buf *out, const char *from, const char *to)
{
    buf_add(out, html_escape(a, (struct str){ from, (size_t)(to - from) }).text);
}

static struct html marked(struct arena *a, struct str text, const struct keywords *all, const bool *hits, size_t first,
                          size_t end)
{
    struct buf out = buf_new(a, (size_t)1 << 20);
    const char *at = first ? all->at[first].written.p : text.p, *stop = text.p + text.n;
    if (end < all->count)
        stop = all->at[end - 1].written.p + all->at[end - 1].written.n;
    if (first)
        buf_lit(&out, "… ");
    for (size_t i = first; i < end; i++) {
        struct str word = all->at[i].written;
        if (!hits[i])
            continue;
        add_escaped(a, &out, at, word.p);
        buf_lit(&out, "<mark>");
        add_escaped(a, &out, word.p, word.p + word.n);
        buf_lit(&out, "</mark>");
        at = word.p + word.n;
    }
    add_escaped(a, &out, at, stop);
    if (end < all->count)
        buf_lit(&out, " …");
    return (struct html){ buf_str(&out) };
}

struct html keywords_marked(struct arena *a, struct str text, const struct keywords *wanted, bool whole)
{
    struct keywords all = { 0 };
    struct buf word = buf_new(a, FOLDED_MAX);
    struct keyword one;
    size_t most = whole ? TITLE_WORDS : BODY_WORDS;
    bool *hits = arena_array(a, most, sizeof *hits);
    for (size_t at = 0, room = 0; all.count < most && next_keyword(&word, text, &at, &one);) {
        hits[all.count] = is_wanted(wanted, one.word);
        add(a, &all, &room, (struct keyword){ .written = one.written });
    }
    if (!all.count)
        return html_escape(a, utf8_head(text, 300));
    size_t first = whole ? 0 : best_passage(&all, hits);
    size_t end = whole || first + PASSAGE > all.count ? all.count : first + PASSAGE;
    return marked(a, text, &all, hits, first, end);
}
