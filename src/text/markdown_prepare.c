/* What lessons hold beyond CommonMark, rewritten for md4c: Carpentries' fenced divs, attributes behind images and headings.
 * Also what would make md4c 0.4.8 slow: tables of thousands of columns, whose every short row is filled up. */
#include "escape_priv.h"
#include "html_priv.h"

enum { COLUMNS_MAX = 128 };

struct prepare {
    struct arena *arena;
    struct buf *out;
    char fence; /* of the code block we are in; 0: none */
    size_t fence_length;
    unsigned divs; /* open */
};

static size_t run_of(struct str s, char c)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == c)
        n++;
    return n;
}

static bool only(struct str s, const char *these)
{
    for (size_t i = 0; i < s.n; i++)
        if (!str_has(str_of(these), s.p[i]))
            return false;
    return true;
}

/* The line without what may stand in front of a fence: indentation, quote marks. */
static struct str inner(struct str line)
{
    size_t i = 0;
    while (i < line.n && str_has(STR(" \t>"), line.p[i]))
        i++;
    return str_trim(str_from(line, i));
}

/* Follows code fences; true when the line is one or stands between two. */
static bool in_code(struct prepare *p, struct str line)
{
    struct str s = inner(line);
    char c = s.n ? s.p[0] : 0;
    size_t n = run_of(s, c);
    bool fence = (c == '`' || c == '~') && n >= 3;
    if (p->fence) {
        if (fence && c == p->fence && n >= p->fence_length && n == s.n)
            p->fence = 0;
        return true;
    }
    if (!fence || (c == '`' && str_has(str_from(s, n), '`')))
        return false;
    p->fence = c;
    p->fence_length = n;
    return true;
}

/* ---- ":::::: challenge" … "::::::" ---- */

/* The kind of a div: "challenge" of "challenge", "{.challenge}" or "challenge {#id}"; empty: no div. */
static struct str kind_of(struct str s)
{
    size_t i = 0, n = 0;
    while (i < s.n && str_has(STR("{. "), s.p[i]))
        i++;
    s = str_from(s, i);
    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || s.p[n] == '-'))
        n++;
    bool ends = n == s.n || str_has(STR(" }:"), s.p[n]);
    return n <= 30 && ends ? str_slice(s, 0, n) : STR_NONE;
}

static bool fenced_div(struct prepare *p, struct str line)
{
    struct str s = str_trim(line);
    size_t colons = run_of(s, ':');
    if (colons < 3 || (size_t)(s.p - line.p) > 3)
        return false;
    struct str rest = str_trim(str_from(s, colons)), kind = kind_of(rest);
    if (rest.n == 0 && p->divs > 0) {
        buf_lit(p->out, "\n</div>\n\n");
        p->divs--;
        return true;
    }
    if (!kind.n || p->divs == NESTING_MAX)
        return false;
    buf_lit(p->out, "\n<div class=\"callout ");
    buf_add(p->out, kind);
    buf_lit(p->out, "\">\n\n");
    p->divs++;
    return true;
}

/* ---- lines ---- */

/* "![caption](file){alt='what is seen'}": the attributes become an element that the rewriter looks for. */
static bool image_attributes(struct prepare *p, struct str line)
{
    ptrdiff_t at = str_find(line, STR("){alt='"));
    if (at < 0)
        return false;
    struct str rest = str_from(line, (size_t)at + 7);
    ptrdiff_t end = str_find(rest, STR("'}"));
    if (end < 0)
        return false;
    buf_add(p->out, str_slice(line, 0, (size_t)at + 1));
    buf_lit(p->out, "<span data-alt=\"");
    put_escaped(p->out, str_slice(rest, 0, (size_t)end));
    buf_lit(p->out, "\"></span>");
    buf_add(p->out, str_from(rest, (size_t)end + 2));
    return true;
}

/* "## Title {#id}": anchors come from titles, so the id is left out. */
static struct str without_id(struct str line)
{
    struct str s = str_trim(line);
    ptrdiff_t at = s.n && s.p[0] == '#' && s.p[s.n - 1] == '}' ? str_find(s, STR("{#")) : -1;
    return at > 0 && (size_t)(s.p - line.p) <= 3 ? str_slice(s, 0, (size_t)at) : line;
}

static bool too_wide(struct str line)
{
    size_t bars = 0;
    for (size_t i = 0; i < line.n; i++)
        bars += line.p[i] == '|';
    return bars > COLUMNS_MAX && only(str_trim(line), "|-: \t>");
}

static void put_line(struct prepare *p, struct str line)
{
    if (in_code(p, line)) {
        buf_add(p->out, line);
        return;
    }
    if (fenced_div(p, line) || image_attributes(p, line))
        return;
    if (too_wide(line))
        buf_char(p->out, '\\'); /* no row of dashes any more, hence no table */
    buf_add(p->out, without_id(line));
}

struct str markdown_prepared(struct arena *a, struct str markdown)
{
    struct buf out = buf_new(a, HTML_CEILING);
    struct prepare p = { .arena = a, .out = &out };
    struct str line;
    while (str_cut(&markdown, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        put_line(&p, line);
        buf_char(&out, '\n');
    }
    return out.full ? STR_NONE : buf_str(&out);
}
