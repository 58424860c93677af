/* Markdown: md4c's events become raw HTML or plain words. Rendering is ours, not md4c-html's, because only a callback can
 * stop the parser: one long link definition used often would make gigabytes. */
#include <md4c.h>

#include "escape_priv.h"
#include "html_priv.h"

enum {
    DIALECT = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_PERMISSIVEURLAUTOLINKS |
              MD_FLAG_PERMISSIVEWWWAUTOLINKS
};

struct render {
    struct buf out;
    unsigned in_image; /* whose text becomes the attribute alt */
};

static const char *const block_names[] = {
    [MD_BLOCK_QUOTE] = "blockquote",
    [MD_BLOCK_UL] = "ul",
    [MD_BLOCK_P] = "p",
    [MD_BLOCK_TABLE] = "table",
    [MD_BLOCK_THEAD] = "thead",
    [MD_BLOCK_TBODY] = "tbody",
    [MD_BLOCK_TR] = "tr",
    [MD_BLOCK_TH] = "th",
    [MD_BLOCK_TD] = "td",
    [MD_BLOCK_LI] = "li",
    [MD_BLOCK_OL] = "ol",
};

static const char *const span_names[] = {
    [MD_SPAN_EM] = "em", [MD_SPAN_STRONG] = "strong", [MD_SPAN_CODE] = "code", [MD_SPAN_DEL] = "del", [MD_SPAN_A] = "a",
};

static void put_entity_or_text(struct buf *b, MD_TEXTTYPE type, struct str s)
{
    if (type == MD_TEXT_ENTITY)
        buf_add(b, s);
    else if (type == MD_TEXT_NULLCHAR)
        buf_lit(b, "\xEF\xBF\xBD");
    else
        put_escaped(b, s);
}

static void put_attribute(struct buf *b, const char *name, const MD_ATTRIBUTE *v)
{
    if (!v->size)
        return;
    buf_printf(b, " %s=\"", name);
    for (size_t i = 0; v->substr_offsets[i] < v->size; i++) {
        size_t from = v->substr_offsets[i], to = v->substr_offsets[i + 1];
        put_entity_or_text(b, v->substr_types[i], (struct str){ v->text + from, to - from });
    }
    buf_char(b, '"');
}

static void open_code_block(struct buf *b, const MD_BLOCK_CODE_DETAIL *d)
{
    struct buf lang = buf_new(b->arena, 64);
    for (size_t i = 0; d->lang.size && d->lang.substr_offsets[i] < d->lang.size; i++)
        buf_add(&lang, (struct str){ d->lang.text + d->lang.substr_offsets[i],
                                     d->lang.substr_offsets[i + 1] - d->lang.substr_offsets[i] });
    buf_lit(b, "<pre><code");
    if (lang.n && !lang.full) {
        buf_lit(b, " class=\"language-");
        put_escaped(b, str_lower(b->arena, buf_str(&lang)));
        buf_char(b, '"');
    }
    buf_char(b, '>');
}

static void open_cell(struct buf *b, const char *name, MD_ALIGN align)
{
    static const char *const sides[] = {
        [MD_ALIGN_LEFT] = "left", [MD_ALIGN_CENTER] = "center", [MD_ALIGN_RIGHT] = "right"
    };
    if (align == MD_ALIGN_DEFAULT)
        buf_printf(b, "<%s>", name);
    else
        buf_printf(b, "<%s align=\"%s\">", name, sides[align]);
}

static void open_item(struct buf *b, const MD_BLOCK_LI_DETAIL *d)
{
    buf_lit(b, "<li>");
    if (d->is_task)
        buf_printf(b, "<input type=\"checkbox\"%s> ", d->task_mark == ' ' ? "" : " checked");
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct buf *b = &((struct render *)arg)->out;
    switch (type) {
    case MD_BLOCK_DOC:
    case MD_BLOCK_HTML:
        break;
    case MD_BLOCK_HR:
        buf_lit(b, "<hr>\n");
        break;
    case MD_BLOCK_H:
        buf_printf(b, "<h%u>", ((MD_BLOCK_H_DETAIL *)detail)->level);
        break;
    case MD_BLOCK_CODE:
        open_code_block(b, detail);
        break;
    case MD_BLOCK_OL:
        buf_printf(b, "<ol start=\"%u\">\n", ((MD_BLOCK_OL_DETAIL *)detail)->start);
        break;
    case MD_BLOCK_LI:
        open_item(b, detail);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        open_cell(b, block_names[type], ((MD_BLOCK_TD_DETAIL *)detail)->align);
        break;
    default:
        buf_printf(b, "<%s>", block_names[type]);
    }
    return b->full;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct buf *b = &((struct render *)arg)->out;
    if (type == MD_BLOCK_H)
        buf_printf(b, "</h%u>\n", ((MD_BLOCK_H_DETAIL *)detail)->level);
    else if (type == MD_BLOCK_CODE)
        buf_lit(b, "</code></pre>\n");
    else if (type != MD_BLOCK_DOC && type != MD_BLOCK_HTML && type != MD_BLOCK_HR)
        buf_printf(b, "</%s>\n", block_names[type]);
    return b->full;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *arg)
{
    struct render *r = arg;
    if (type == MD_SPAN_IMG) {
        if (r->in_image++)
            return r->out.full;
        buf_lit(&r->out, "<img");
        put_attribute(&r->out, "src", &((MD_SPAN_IMG_DETAIL *)detail)->src);
        buf_lit(&r->out, " alt=\"");
    } else if (!r->in_image) {
        buf_printf(&r->out, "<%s", span_names[type]);
        if (type == MD_SPAN_A) {
            put_attribute(&r->out, "href", &((MD_SPAN_A_DETAIL *)detail)->href);
            put_attribute(&r->out, "title", &((MD_SPAN_A_DETAIL *)detail)->title);
        }
        buf_char(&r->out, '>');
    }
    return r->out.full;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *arg)
{
    struct render *r = arg;
    if (type == MD_SPAN_IMG && --r->in_image == 0) {
        buf_char(&r->out, '"');
        put_attribute(&r->out, "title", &((MD_SPAN_IMG_DETAIL *)detail)->title);
        buf_char(&r->out, '>');
    } else if (!r->in_image && type != MD_SPAN_IMG) {
        buf_printf(&r->out, "</%s>", span_names[type]);
    }
    return r->out.full;
}

static int put_text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *arg)
{
    struct render *r = arg;
    struct str s = { p, n };
    if (type == MD_TEXT_BR && !r->in_image)
        buf_lit(&r->out, "<br>\n");
    else if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
        buf_char(&r->out, r->in_image ? ' ' : '\n');
    else if (type == MD_TEXT_HTML && !r->in_image)
        buf_add(&r->out, s);
    else
        put_entity_or_text(&r->out, type, s);
    return r->out.full;
}

/* What is too much to be rendered is shown as it was typed. */
static struct html as_typed(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, s.n * 6 + 32);
    buf_lit(&b, "<pre>");
    put_escaped(&b, s);
    buf_lit(&b, "</pre>");
    return (struct html){ buf_str(&b) };
}

struct html html_sanitize(struct arena *a, struct str html, const struct markdown_options *options)
{
    struct str balanced = html_balanced(a, html);
    struct html safe = html_rewritten(a, balanced, options);
    return balanced.p && safe.text.p ? safe : as_typed(a, html);
}

struct html markdown_html(struct arena *a, struct str markdown, const struct markdown_options *options)
{
    static const MD_PARSER parser = {
        0, DIALECT, enter_block, leave_block, enter_span, leave_span, put_text, NULL, NULL
    };
    struct render r = { .out = buf_new(a, HTML_CEILING) };
    struct str prepared = markdown_prepared(a, markdown);
    if (!prepared.p || prepared.n > UINT32_MAX / 2 || md_parse(prepared.p, (MD_SIZE)prepared.n, &parser, &r) != 0)
        return as_typed(a, markdown);
    return html_sanitize(a, buf_str(&r.out), options);
}

/* ---- words ---- */

struct reading {
    struct buf out;
    size_t left; /* characters that may still be added */
    bool gap;    /* white space since the last word */
    bool in_tag; /* between < and > of raw HTML */
};

static void add_words(struct reading *r, struct str s)
{
    for (size_t i = 0; i < s.n && r->left; i++) {
        bool begins = ((unsigned char)s.p[i] & 0xC0) != 0x80;
        if (s.p[i] == ' ' || (s.p[i] >= '\t' && s.p[i] <= '\r')) {
            r->gap = r->out.n > 0;
            continue;
        }
        if (r->gap && --r->left)
            buf_char(&r->out, ' ');
        r->gap = false;
        if (r->left) {
            size_t n = 1;
            while (begins && i + n < s.n && ((unsigned char)s.p[i + n] & 0xC0) == 0x80)
                n++;
            buf_add(&r->out, str_slice(s, i, i + n));
            i += n - 1;
            r->left--;
        }
    }
}

static void add_html_words(struct reading *r, struct str s)
{
    for (size_t i = 0; i < s.n;) {
        ptrdiff_t next = str_index(str_from(s, i), r->in_tag ? '>' : '<');
        size_t end = next < 0 ? s.n : i + (size_t)next;
        if (!r->in_tag)
            add_words(r, str_slice(s, i, end));
        if (next >= 0)
            r->in_tag = !r->in_tag;
        i = end + (next >= 0);
    }
}

static int read_text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *arg)
{
    struct reading *r = arg;
    struct str s = { p, n };
    if (type == MD_TEXT_HTML)
        add_html_words(r, s);
    else if (type == MD_TEXT_ENTITY || type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
        r->gap = r->out.n > 0;
    else if (type != MD_TEXT_NULLCHAR)
        add_words(r, s);
    return r->left == 0;
}

static int read_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    (void)type, (void)detail;
    struct reading *r = arg;
    r->gap = r->out.n > 0;
    r->in_tag = false;
    return 0;
}

static int read_span(MD_SPANTYPE type, void *detail, void *arg)
{
    (void)type, (void)detail, (void)arg;
    return 0;
}

struct str markdown_words(struct arena *a, struct str markdown, size_t most)
{
    static const MD_PARSER parser = { 0, DIALECT, read_block, read_block, read_span, read_span, read_text, NULL, NULL };
    struct reading r = { .out = buf_new(a, HTML_CEILING), .left = most };
    struct str prepared = markdown_prepared(a, markdown);
    if (prepared.p && prepared.n <= UINT32_MAX / 2 && most)
        (void)md_parse(prepared.p, (MD_SIZE)prepared.n, &parser, &r); /* stops itself once there is enough */
    return buf_str(&r.out);
}
