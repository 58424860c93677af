/* Tames raw HTML before gumbo sees it. A browser's error recovery can pile up elements without bound and gumbo is quadratic
 * in their depth; a stream of known tags, closed in order and at most 32 deep, leaves it nothing to recover from. */
#include "escape_priv.h"
#include "html_priv.h"

enum {
    VOID = 1,      /* has no content and no end */
    BLOCK = 2,     /* ends an open paragraph */
    CONTAINER = 4, /* an implied end does not reach beyond it */
    CELL = 8,
    ROW = 16,
    SECTION = 32,
    ITEM = 64,
    TERM = 128,
    PARAGRAPH = 256,
};

struct element {
    const char *name;
    unsigned is;
    unsigned ends; /* open elements of these kinds end where this begins */
};

/* Sorted, for nothing but the eye: there are few. */
static const struct element elements[] = {
    { "a", 0, 0 },
    { "b", 0, 0 },
    { "blockquote", BLOCK | CONTAINER, PARAGRAPH },
    { "br", VOID, 0 },
    { "caption", 0, 0 },
    { "code", 0, 0 },
    { "dd", TERM | BLOCK, TERM | PARAGRAPH },
    { "del", 0, 0 },
    { "details", BLOCK | CONTAINER, PARAGRAPH },
    { "div", BLOCK | CONTAINER, PARAGRAPH },
    { "dl", BLOCK | CONTAINER, PARAGRAPH },
    { "dt", TERM | BLOCK, TERM | PARAGRAPH },
    { "em", 0, 0 },
    { "h1", BLOCK, PARAGRAPH },
    { "h2", BLOCK, PARAGRAPH },
    { "h3", BLOCK, PARAGRAPH },
    { "h4", BLOCK, PARAGRAPH },
    { "h5", BLOCK, PARAGRAPH },
    { "h6", BLOCK, PARAGRAPH },
    { "hr", VOID | BLOCK, PARAGRAPH },
    { "i", 0, 0 },
    { "img", VOID, 0 },
    { "input", VOID, 0 },
    { "kbd", 0, 0 },
    { "li", ITEM | BLOCK, ITEM | PARAGRAPH },
    { "mark", 0, 0 },
    { "ol", BLOCK | CONTAINER, PARAGRAPH },
    { "p", PARAGRAPH | BLOCK, PARAGRAPH },
    { "pre", BLOCK, PARAGRAPH },
    { "s", 0, 0 },
    { "small", 0, 0 },
    { "span", 0, 0 },
    { "strong", 0, 0 },
    { "sub", 0, 0 },
    { "summary", BLOCK, PARAGRAPH },
    { "sup", 0, 0 },
    { "table", BLOCK | CONTAINER, PARAGRAPH },
    { "tbody", SECTION, SECTION | ROW | CELL | PARAGRAPH },
    { "td", CELL, CELL | PARAGRAPH },
    { "tfoot", SECTION, SECTION | ROW | CELL | PARAGRAPH },
    { "th", CELL, CELL | PARAGRAPH },
    { "thead", SECTION, SECTION | ROW | CELL | PARAGRAPH },
    { "tr", ROW, ROW | CELL | PARAGRAPH },
    { "u", 0, 0 },
    { "ul", BLOCK | CONTAINER, PARAGRAPH },
};

/* Elements whose content is not for readers either. */
static const char *const swallowed[] = { "script", "style", "iframe",  "object",   "svg",    "math",     "textarea",
                                         "title",  "xmp",   "noembed", "noframes", "select", "template", "noscript" };

/* HTML that is known and not wanted: its tags vanish, its content stays. Any other name is the author's own text. */
static const char *const dropped[] = { "html",     "head",   "body",     "main",   "section", "article", "aside",
                                       "header",   "footer", "nav",      "center", "font",    "figure",  "figcaption",
                                       "form",     "label",  "button",   "meta",   "link",    "base",    "video",
                                       "audio",    "source", "canvas",   "embed",  "picture", "track",   "marquee",
                                       "colgroup", "col",    "abbr",     "cite",   "q",       "samp",    "var",
                                       "ins",      "strike", "tt",       "big",    "nobr",    "time",    "wbr",
                                       "option",   "param",  "fieldset", "legend", "area",    "map" };

static const char *const attributes[] = { "href",  "src",   "alt",  "title",   "class",
                                          "align", "start", "type", "checked", "data-alt" };

struct balance {
    struct buf *out;
    struct str in;
    size_t at;
    const struct element *open[NESTING_MAX];
    unsigned depth;
    size_t beyond; /* start tags that stand as text because of the depth, and whose end tags shall too */
};

struct tag {
    struct str name; /* as written */
    bool closing;
    size_t attributes_at, end; /* end: behind the '>' */
};

static bool is_letter(char c)
{
    c |= 0x20;
    return c >= 'a' && c <= 'z';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool among(const char *const *names, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(str_of(names[i]), name))
            return true;
    return false;
}

static const struct element *element_of(struct str name)
{
    for (size_t i = 0; i < countof(elements); i++)
        if (str_eq_nocase(str_of(elements[i].name), name))
            return &elements[i];
    return NULL;
}

/* ---- attributes ---- */

/* One attribute from *at on; false at the '>' or the end. */
static bool next_attribute(struct str s, size_t *at, struct str *name, struct str *value)
{
    size_t i = *at;
    while (i < s.n && (is_space(s.p[i]) || s.p[i] == '/'))
        i++;
    *at = i;
    if (i >= s.n || s.p[i] == '>')
        return false;
    size_t start = i++;
    while (i < s.n && !is_space(s.p[i]) && !str_has(STR("=>/"), s.p[i]))
        i++;
    *name = str_slice(s, start, i);
    *value = STR_NONE;
    while (i < s.n && is_space(s.p[i]))
        i++;
    if (i < s.n && s.p[i] == '=') {
        i++;
        while (i < s.n && is_space(s.p[i]))
            i++;
        char quote = i < s.n && (s.p[i] == '"' || s.p[i] == '\'') ? s.p[i++] : 0;
        start = i;
        while (i < s.n && (quote ? s.p[i] != quote : !is_space(s.p[i]) && s.p[i] != '>'))
            i++;
        *value = str_slice(s, start, i);
        i += quote && i < s.n;
    }
    *at = i;
    return true;
}

static size_t tag_end(struct str s, size_t at)
{
    struct str name, value;
    while (next_attribute(s, &at, &name, &value))
        ;
    return at < s.n ? at + 1 : s.n + 1; /* past the end: the tag is never closed */
}

/* The value keeps its entities; only what would end the quotes is escaped. */
static void put_attribute(struct buf *b, const char *name, struct str value)
{
    buf_char(b, ' ');
    buf_add(b, str_of(name));
    buf_lit(b, "=\"");
    struct str piece;
    for (bool again = false; str_cut(&value, '"', &piece); again = true) {
        if (again)
            buf_lit(b, "&quot;");
        buf_add(b, piece);
    }
    buf_char(b, '"');
}

static void put_attributes(struct buf *b, struct str s, size_t at)
{
    struct str name, value;
    unsigned seen = 0;
    while (next_attribute(s, &at, &name, &value))
        for (size_t i = 0; i < countof(attributes); i++)
            if (!(seen & 1u << i) && str_eq_nocase(str_of(attributes[i]), name)) {
                seen |= 1u << i;
                put_attribute(b, attributes[i], value);
            }
}

/* ---- tags ---- */

static void close_top(struct balance *b)
{
    buf_lit(b->out, "</");
    buf_add(b->out, str_of(b->open[--b->depth]->name));
    buf_char(b->out, '>');
}

static void close_to(struct balance *b, unsigned depth)
{
    while (b->depth > depth)
        close_top(b);
}

/* Ends the outermost open element of these kinds above the nearest container. */
static void end_implied(struct balance *b, unsigned kinds)
{
    unsigned keep = b->depth;
    for (unsigned i = b->depth; i-- > 0 && !(b->open[i]->is & CONTAINER);)
        if (b->open[i]->is & kinds)
            keep = i;
    close_to(b, keep);
}

static void put_as_text(struct balance *b, size_t end)
{
    put_escaped(b->out, str_slice(b->in, b->at, end));
    b->at = end;
}

static void open_element(struct balance *b, const struct element *e, const struct tag *t)
{
    end_implied(b, e->ends);
    if (b->depth == NESTING_MAX && !(e->is & VOID)) {
        b->beyond++;
        put_as_text(b, t->end);
        return;
    }
    buf_char(b->out, '<');
    buf_add(b->out, str_of(e->name));
    put_attributes(b->out, b->in, t->attributes_at);
    buf_char(b->out, '>');
    if (!(e->is & VOID))
        b->open[b->depth++] = e;
    b->at = t->end;
}

static void close_element(struct balance *b, const struct element *e, const struct tag *t)
{
    if (b->beyond) {
        b->beyond--;
        put_as_text(b, t->end);
        return;
    }
    for (unsigned i = b->depth; i-- > 0;)
        if (b->open[i] == e) {
            close_to(b, i);
            break;
        }
    b->at = t->end;
}

/* Behind the end tag of an element whose content is dropped; the end of the input if there is none. */
static size_t swallow(struct str s, size_t at, struct str name)
{
    for (size_t i = at; i + name.n + 2 <= s.n; i++)
        if (s.p[i] == '<' && s.p[i + 1] == '/' && str_eq_nocase(str_slice(s, i + 2, i + 2 + name.n), name)) {
            size_t end = tag_end(s, i + 2 + name.n);
            return end < s.n ? end : s.n;
        }
    return s.n;
}

static bool read_tag(struct str s, size_t at, struct tag *t)
{
    size_t i = at + 1;
    t->closing = i < s.n && s.p[i] == '/';
    i += t->closing;
    size_t start = i;
    if (i >= s.n || !is_letter(s.p[i]))
        return false;
    while (i < s.n && !is_space(s.p[i]) && s.p[i] != '>' && s.p[i] != '/')
        i++;
    t->name = str_slice(s, start, i);
    t->attributes_at = i;
    t->end = tag_end(s, i);
    return t->end <= s.n;
}

/* A comment, a declaration or an instruction: its end, or 0 when it is none. */
static size_t comment_end(struct str s, size_t at)
{
    struct str rest = str_from(s, at);
    bool comment = str_starts(rest, STR("<!--"));
    if (!comment && !str_starts(rest, STR("<!")) && !str_starts(rest, STR("<?")))
        return 0;
    ptrdiff_t end = comment ? str_find(str_from(rest, 4), STR("-->")) : str_index(rest, '>');
    return end < 0 ? s.n : at + (size_t)end + (comment ? 7 : 1);
}

static void take_tag(struct balance *b)
{
    struct tag t;
    size_t comment = comment_end(b->in, b->at);
    if (comment) {
        b->at = comment;
        return;
    }
    if (!read_tag(b->in, b->at, &t)) {
        put_as_text(b, b->at + 1);
        return;
    }
    const struct element *e = element_of(t.name);
    if (e && t.closing)
        close_element(b, e, &t);
    else if (e)
        open_element(b, e, &t);
    else if (among(swallowed, countof(swallowed), t.name))
        b->at = t.closing ? t.end : swallow(b->in, t.end, t.name);
    else if (among(dropped, countof(dropped), t.name))
        b->at = t.end;
    else
        put_as_text(b, t.end);
}

struct str html_balanced(struct arena *a, struct str raw)
{
    struct buf out = buf_new(a, HTML_CEILING);
    struct balance b = { .out = &out, .in = raw };
    while (b.at < raw.n) {
        ptrdiff_t text = str_index(str_from(raw, b.at), '<');
        size_t end = text < 0 ? raw.n : b.at + (size_t)text;
        buf_add(&out, str_slice(raw, b.at, end));
        b.at = end;
        if (b.at < raw.n)
            take_tag(&b);
    }
    close_to(&b, 0);
    return out.full ? STR_NONE : buf_str(&out);
}
