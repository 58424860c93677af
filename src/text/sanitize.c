/* The allow-list: gumbo's tree written anew, element by element. Nothing of the input reaches the output but text,
 * escaped, and the attributes that this file writes. */
#include <gumbo.h>

#include "escape_priv.h"
#include "html_priv.h"
#include "template_priv.h"

struct rewrite {
    struct arena *arena;
    struct buf out;
    const struct markdown_options *options;
    struct map ids; /* of headings written so far */
    bool in_link;
};

static void rewrite_children(struct rewrite *, const GumboNode *);

static struct str attribute(const GumboNode *n, const char *name)
{
    const GumboAttribute *a = gumbo_get_attribute(&n->v.element.attributes, name);
    return a ? str_of(a->value) : STR_NONE;
}

static void put_attribute(struct rewrite *w, const char *name, struct str value)
{
    buf_printf(&w->out, " %s=\"", name);
    put_escaped(&w->out, value);
    buf_char(&w->out, '"');
}

static void put_title(struct rewrite *w, const GumboNode *n)
{
    struct str title = attribute(n, "title");
    if (title.n)
        put_attribute(w, "title", title);
}

/* ---- elements that mean no more than their name ---- */

static void rewrite_plain(struct rewrite *w, const GumboNode *n, const char *name)
{
    buf_printf(&w->out, "<%s>", name);
    rewrite_children(w, n);
    buf_printf(&w->out, "</%s>", name);
}

/* "{alt='…'}" behind an image came here as an element: the image has taken it. */
static void rewrite_span(struct rewrite *w, const GumboNode *n, const char *name)
{
    if (!attribute(n, "data-alt").n)
        rewrite_plain(w, n, name);
}

static void rewrite_void(struct rewrite *w, const GumboNode *n, const char *name)
{
    (void)n;
    buf_printf(&w->out, "<%s>", name);
}

/* A paragraph that error recovery left empty says nothing. */
static void rewrite_paragraph(struct rewrite *w, const GumboNode *n, const char *name)
{
    if (n->v.element.children.length)
        rewrite_plain(w, n, name);
}

/* ---- headings ---- */

static void collect_text(const GumboNode *n, struct buf *b)
{
    if (n->type != GUMBO_NODE_ELEMENT) {
        buf_add(b, str_of(n->v.text.text));
        return;
    }
    for (unsigned i = 0; i < n->v.element.children.length; i++)
        collect_text(n->v.element.children.data[i], b);
}

/* "h-" keeps anchors out of the way of the page's own ids. */
static struct str new_id(struct rewrite *w, const GumboNode *n)
{
    struct buf text = buf_new(w->arena, 4096);
    collect_text(n, &text);
    struct str slug = slug_of(w->arena, buf_str(&text));
    struct str id = str_printf(w->arena, "h-%.*s", STR_ARG(slug));
    int64_t *times = map_get(&w->ids, id);
    if (!times) {
        times = arena_new_of(w->arena, int64_t);
        map_put(&w->ids, id, times);
    }
    while (++*times > 1) { /* the third "Exercise" is h-exercise-3, unless a title is just that */
        struct str numbered = str_printf(w->arena, "%.*s-%lld", STR_ARG(id), (long long)*times);
        if (map_has(&w->ids, numbered))
            continue;
        map_put(&w->ids, numbered, arena_new_of(w->arena, int64_t));
        return numbered;
    }
    return id;
}

/* The page's title is the only first level. */
static void rewrite_heading(struct rewrite *w, const GumboNode *n, const char *name)
{
    int level = name[1] - '0' < 6 ? name[1] - '0' + 1 : 6;
    buf_printf(&w->out, "<h%d", level);
    put_attribute(w, "id", new_id(w, n));
    buf_char(&w->out, '>');
    rewrite_children(w, n);
    buf_printf(&w->out, "</h%d>", level);
}

/* ---- classes ---- */

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || str_has(STR("-+#._"), s.p[i])))
            return false;
    return s.n > 0 && s.n <= 40;
}

static void rewrite_div(struct rewrite *w, const GumboNode *n, const char *name)
{
    struct str class = attribute(n, "class");
    buf_printf(&w->out, "<%s", name);
    if (str_starts(class, STR("callout ")) && is_word(str_from(class, 8)))
        put_attribute(w, "class", class);
    buf_char(&w->out, '>');
    rewrite_children(w, n);
    buf_printf(&w->out, "</%s>", name);
}

static void rewrite_code(struct rewrite *w, const GumboNode *n, const char *name)
{
    struct str class = attribute(n, "class");
    buf_printf(&w->out, "<%s", name);
    if (str_starts(class, STR("language-")) && is_word(class))
        put_attribute(w, "class", class);
    buf_char(&w->out, '>');
    rewrite_children(w, n);
    buf_printf(&w->out, "</%s>", name);
}

/* ---- tables and lists ---- */

/* Wide tables scroll by themselves, with the keyboard too. */
static void rewrite_table(struct rewrite *w, const GumboNode *n, const char *name)
{
    buf_lit(&w->out, "<div class=\"table-scroll\" tabindex=\"0\">");
    rewrite_plain(w, n, name);
    buf_lit(&w->out, "</div>");
}

/* So do long lines of code. */
static void rewrite_code_block(struct rewrite *w, const GumboNode *n, const char *name)
{
    buf_printf(&w->out, "<%s tabindex=\"0\">", name);
    rewrite_children(w, n);
    buf_printf(&w->out, "</%s>", name);
}

static void rewrite_cell(struct rewrite *w, const GumboNode *n, const char *name)
{
    struct str align = attribute(n, "align");
    buf_printf(&w->out, "<%s", name);
    if (str_is(align, "left") || str_is(align, "center") || str_is(align, "right"))
        put_attribute(w, "class", str_printf(w->arena, "align-%s", align.p));
    buf_char(&w->out, '>');
    rewrite_children(w, n);
    buf_printf(&w->out, "</%s>", name);
}

static void rewrite_numbered(struct rewrite *w, const GumboNode *n, const char *name)
{
    int64_t start;
    buf_printf(&w->out, "<%s", name);
    if (str_int(attribute(n, "start"), &start) && start != 1 && start >= 0 && start < 1000000000)
        buf_printf(&w->out, " start=\"%d\"", (int)start);
    buf_char(&w->out, '>');
    rewrite_children(w, n);
    buf_printf(&w->out, "</%s>", name);
}

static void rewrite_checkbox(struct rewrite *w, const GumboNode *n, const char *name)
{
    if (!str_is(attribute(n, "type"), "checkbox"))
        return;
    bool checked = gumbo_get_attribute(&n->v.element.attributes, "checked") != NULL;
    buf_printf(&w->out, "<%s type=\"checkbox\" disabled%s>", name, checked ? " checked" : "");
}

/* ---- links and images ---- */

static void put_href(struct rewrite *w, struct str href)
{
    enum url_kind kind = url_kind_of(w->arena, href);
    href = str_trim(href);
    if (kind == URL_REFUSED || has_control(href))
        return;
    if (href.n > 1 && href.p[0] == '#') { /* to a heading of this text */
        struct str decoded = href;
        if (!url_decode(w->arena, href, false, &decoded))
            decoded = href;
        struct str slug = slug_of(w->arena, decoded);
        href = str_printf(w->arena, "#h-%.*s", STR_ARG(slug));
    }
    put_attribute(w, "href", href);
    if (kind == URL_WEB)
        buf_lit(&w->out, " rel=\"noopener noreferrer\"");
}

static void rewrite_link(struct rewrite *w, const GumboNode *n, const char *name)
{
    buf_printf(&w->out, "<%s", name);
    struct str href = attribute(n, "href");
    if (href.n)
        put_href(w, href);
    put_title(w, n);
    buf_char(&w->out, '>');
    bool outer = w->in_link;
    w->in_link = true;
    rewrite_children(w, n);
    w->in_link = outer;
    buf_printf(&w->out, "</%s>", name);
}

/* The text behind an image: its alt, or what "{alt='…'}" behind it said. */
static struct str alternative(const GumboNode *n)
{
    const GumboVector *siblings = &n->parent->v.element.children;
    size_t next = n->index_within_parent + 1;
    const GumboNode *after = next < siblings->length ? siblings->data[next] : NULL;
    if (after && after->type == GUMBO_NODE_ELEMENT && attribute(after, "data-alt").n)
        return attribute(after, "data-alt");
    return attribute(n, "alt");
}

static struct str host_of(struct str url)
{
    ptrdiff_t at = str_find(url, STR("//"));
    struct str host = str_from(url, at < 0 ? 0 : (size_t)at + 2);
    size_t n = 0;
    while (n < host.n && !str_has(STR("/?#\\"), host.p[n]))
        n++;
    ptrdiff_t user = str_index(str_slice(host, 0, n), '@');
    return str_slice(host, user < 0 ? 0 : (size_t)user + 1, n);
}

static void put_placeholder_words(struct rewrite *w, struct str host)
{
    static const char *const words = N_("Show the images, this one from {host}");
    const struct markdown_options *o = w->options;
    struct str text = str_of(o->translate ? o->translate(o->translate_arg, words) : words), name;
    size_t at = 0, start = 0;
    bool filled = next_placeholder(text, &at, &start, &name);
    put_escaped(&w->out, filled ? str_slice(text, 0, start) : text);
    if (filled)
        put_escaped(&w->out, host);
    put_escaped(&w->out, filled ? str_from(text, at) : STR_NONE);
}

/* Nothing of a foreign host is fetched before the reader asks for it. */
static void put_placeholder(struct rewrite *w, struct str src, struct str alt)
{
    bool linked = !w->in_link && w->options->images_link.n;
    const char *name = linked ? "a" : "span";
    buf_printf(&w->out, "<%s class=\"remote-image\"", name);
    if (linked)
        put_attribute(w, "href", html_safe_url(w->arena, w->options->images_link));
    buf_lit(&w->out, "><span>");
    put_escaped(&w->out, alt);
    buf_lit(&w->out, "</span> <small>");
    put_placeholder_words(w, host_of(src));
    buf_printf(&w->out, "</small></%s>", name);
}

/* The page's policy allows images by https only. */
static struct str by_https(struct rewrite *w, struct str src)
{
    ptrdiff_t at = str_find(src, STR("//"));
    return at < 0 ? src : str_printf(w->arena, "https:%.*s", STR_ARG(str_from(src, (size_t)at)));
}

static void rewrite_image(struct rewrite *w, const GumboNode *n, const char *name)
{
    struct str src = str_trim(attribute(n, "src")), alt = alternative(n);
    if (url_kind_of(w->arena, src) != URL_WEB || has_control(src)) { /* a file of the author's folder */
        put_escaped(&w->out, alt);
        return;
    }
    if (!w->options->remote_images) {
        put_placeholder(w, src, alt);
        return;
    }
    buf_printf(&w->out, "<%s", name);
    put_attribute(w, "src", by_https(w, src));
    put_attribute(w, "alt", alt);
    put_title(w, n);
    buf_lit(&w->out, " loading=\"lazy\" referrerpolicy=\"no-referrer\">");
}

/* ---- the walk ---- */

static const struct allowed {
    GumboTag tag;
    const char *name; /* as written */
    void (*rewrite)(struct rewrite *, const GumboNode *, const char *name);
} allowed[] = {
    { GUMBO_TAG_P, "p", rewrite_paragraph },
    { GUMBO_TAG_A, "a", rewrite_link },
    { GUMBO_TAG_CODE, "code", rewrite_code },
    { GUMBO_TAG_LI, "li", rewrite_plain },
    { GUMBO_TAG_UL, "ul", rewrite_plain },
    { GUMBO_TAG_OL, "ol", rewrite_numbered },
    { GUMBO_TAG_STRONG, "strong", rewrite_plain },
    { GUMBO_TAG_B, "strong", rewrite_plain },
    { GUMBO_TAG_EM, "em", rewrite_plain },
    { GUMBO_TAG_I, "em", rewrite_plain },
    { GUMBO_TAG_PRE, "pre", rewrite_code_block },
    { GUMBO_TAG_IMG, "img", rewrite_image },
    { GUMBO_TAG_H1, "h1", rewrite_heading },
    { GUMBO_TAG_H2, "h2", rewrite_heading },
    { GUMBO_TAG_H3, "h3", rewrite_heading },
    { GUMBO_TAG_H4, "h4", rewrite_heading },
    { GUMBO_TAG_H5, "h5", rewrite_heading },
    { GUMBO_TAG_H6, "h6", rewrite_heading },
    { GUMBO_TAG_BLOCKQUOTE, "blockquote", rewrite_plain },
    { GUMBO_TAG_BR, "br", rewrite_void },
    { GUMBO_TAG_HR, "hr", rewrite_void },
    { GUMBO_TAG_DIV, "div", rewrite_div },
    { GUMBO_TAG_SPAN, "span", rewrite_span },
    { GUMBO_TAG_SUB, "sub", rewrite_plain },
    { GUMBO_TAG_SUP, "sup", rewrite_plain },
    { GUMBO_TAG_KBD, "kbd", rewrite_plain },
    { GUMBO_TAG_DEL, "del", rewrite_plain },
    { GUMBO_TAG_S, "del", rewrite_plain },
    { GUMBO_TAG_U, "u", rewrite_plain },
    { GUMBO_TAG_MARK, "mark", rewrite_plain },
    { GUMBO_TAG_SMALL, "small", rewrite_plain },
    { GUMBO_TAG_DETAILS, "details", rewrite_plain },
    { GUMBO_TAG_SUMMARY, "summary", rewrite_plain },
    { GUMBO_TAG_DL, "dl", rewrite_plain },
    { GUMBO_TAG_DT, "dt", rewrite_plain },
    { GUMBO_TAG_DD, "dd", rewrite_plain },
    { GUMBO_TAG_TABLE, "table", rewrite_table },
    { GUMBO_TAG_CAPTION, "caption", rewrite_plain },
    { GUMBO_TAG_THEAD, "thead", rewrite_plain },
    { GUMBO_TAG_TBODY, "tbody", rewrite_plain },
    { GUMBO_TAG_TFOOT, "tfoot", rewrite_plain },
    { GUMBO_TAG_TR, "tr", rewrite_plain },
    { GUMBO_TAG_TH, "th", rewrite_cell },
    { GUMBO_TAG_TD, "td", rewrite_cell },
    { GUMBO_TAG_INPUT, "input", rewrite_checkbox },
};

static void rewrite_element(struct rewrite *w, const GumboNode *n)
{
    for (size_t i = 0; i < countof(allowed); i++)
        if (allowed[i].tag == n->v.element.tag && n->v.element.tag_namespace == GUMBO_NAMESPACE_HTML) {
            allowed[i].rewrite(w, n, allowed[i].name);
            return;
        }
    rewrite_children(w, n);
}

static void rewrite_children(struct rewrite *w, const GumboNode *n)
{
    for (unsigned i = 0; i < n->v.element.children.length; i++) {
        const GumboNode *child = n->v.element.children.data[i];
        if (child->type == GUMBO_NODE_ELEMENT)
            rewrite_element(w, child);
        else if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE)
            put_escaped(&w->out, str_of(child->v.text.text));
    }
}

static void destroy(void *output)
{
    gumbo_destroy_output(&kGumboDefaultOptions, output);
}

struct html html_rewritten(struct arena *a, struct str balanced, const struct markdown_options *options)
{
    static const struct markdown_options none = { 0 };
    GumboOptions how = kGumboDefaultOptions;
    how.fragment_context = GUMBO_TAG_DIV;
    how.max_errors = 0;
    struct rewrite w = { .arena = a, .out = buf_new(a, HTML_CEILING), .options = options ? options : &none };
    w.ids = map_new(a);
    if (!balanced.n)
        return (struct html){ STR("") };
    GumboOutput *tree = gumbo_parse_with_options(&how, balanced.p, balanced.n);
    struct deferred *open = arena_defer(a, destroy, tree);
    rewrite_children(&w, tree->root);
    arena_release(open);
    return (struct html){ w.out.full ? STR_NONE : buf_str(&w.out) };
}
