#pragma once
/* text: bytes ↔ meaning. JSON in and out, templates, Markdown, HTML, URLs, base64, UTF-8, slugs, message catalogues.
 * Pure functions over memory: no sockets, no database, no clock. Home of most fuzz targets.
 */
#include <jansson.h>
#include <sys/types.h>

#include "base.h"

/* ---- JSON out -------------------------------------------------------------------------------------------------
 * A streaming writer into a buf; commas and colons place themselves. Pure ASCII output, compact, as
 * spec/frappe-api.md section 2.5 says; `spaced` writes ", " and ": " as Python's json.dumps does. */
struct json_out {
    struct buf *buf;
    bool spaced;
    bool need_comma;
    unsigned depth;
};

struct json_out out_to(struct buf *);
void out_begin_object(struct json_out *);
void out_end_object(struct json_out *);
void out_begin_array(struct json_out *);
void out_end_array(struct json_out *);
void out_key(struct json_out *, struct str key);
void out_text(struct json_out *, struct str); /* invalid UTF-8 is written as U+FFFD */
void out_int(struct json_out *, int64_t);
void out_bool(struct json_out *, bool);
void out_null(struct json_out *);
void out_float(struct json_out *, struct decimal);  /* as Python prints the nearest double: 4500.0, 0.1, 1e-07 */
void out_float_text(struct json_out *, struct str); /* the same from a database's decimal text "349.000000000" */
void out_value(struct json_out *, const json_t *);  /* any jansson value, numbers as above */
/* Bytes that are already JSON of our own making, written as one value. */
void out_raw(struct json_out *, struct str);
/* key and value at once */
void out_member_text(struct json_out *, const char *key, struct str);
void out_member_int(struct json_out *, const char *key, int64_t);
void out_member_null(struct json_out *, const char *key);

/* A double as Python's repr prints it ("0.1", "1e-07", "4500.0", "123456789.12345679"). */
struct str float_repr(struct arena *, double);

/* ---- JSON in --------------------------------------------------------------------------------------------------
 * Whole input, one value of any kind; valid UTF-8; depth, keys, array lengths and string sizes limited
 * (guides/security.md section 9); duplicate keys, NUL, trailing data and non-finite numbers refused. The result is
 * tied to the arena. On failure null, and *why (if not null) is set to one English sentence with line and column. */
struct json_limits {
    unsigned depth; /* 32 */
    size_t keys;    /* 10,000 in all objects together */
    size_t items;   /* 100,000 in all arrays together */
    size_t string;  /* 4 MiB in bytes */
};
extern const struct json_limits json_limits_default;
json_t *json_read(struct arena *, struct str, const struct json_limits *, struct str *why);
/* Members of jansson values as str; empty when absent or of another kind. */
struct str json_str_of(const json_t *);
struct str json_get_str(const json_t *object, const char *key);
/* Compact text of a value, in the arena. */
struct str json_print(struct arena *, const json_t *);

/* ---- UTF-8 and names ------------------------------------------------------------------------------------------ */
/* Valid UTF-8: no overlong form, no surrogate, at most U+10FFFF. NUL is not valid here. */
bool utf8_valid(struct str);
/* Code points, as MariaDB's CHAR_LENGTH counts them. The text must be valid. */
size_t utf8_length(struct str);
/* At most `characters` code points from the front. */
struct str utf8_head(struct str, size_t characters);
/* Has a code point below U+0020 or U+007F. */
bool has_control(struct str);
/* Simple case folding, for comparing what people type. */
struct str utf8_fold(struct arena *, struct str);
/* The slug of a title (spec/product.md section 3): NFKD, marks dropped, ł ø đ ß æ œ þ spelled out, lower case, other
 * runs → "-", at most 100 characters; may be empty. */
struct str slug_of(struct arena *, struct str title);
/* The text in ASCII, as slugs spell letters but in their own case: what is neither letter, digit nor one of `others`
 * becomes a space; no space stands first, last or twice. */
struct str latin_of(struct arena *, struct str text, const char *others);

/* Text that may be put into a page as it is. Made only by the functions of this header and by templates. */
struct html {
    struct str text;
};

/* ---- keywords: the words of a text as a search compares them ---------------------------------------------------------
 * Letters and digits in a row; Chinese and Japanese signs one by one. */
struct keyword {
    struct str written; /* a slice of the text */
    struct str word;    /* without case, accents, ligatures and a plural's s or x; at most 30 bytes, never empty */
};
struct keywords {
    struct keyword *at;
    size_t count;
};
/* The first `most` of them. */
struct keywords keywords_of(struct arena *, struct str text, size_t most);
/* The text with <mark> around the words that begin as one of those wanted: whole, or the passage that shows most. */
struct html keywords_marked(struct arena *, struct str text, const struct keywords *wanted, bool whole);

/* ---- colours ----------------------------------------------------------------------------------------------------- */
struct color {
    unsigned char red, green, blue;
};
bool color_read(struct str, struct color *out) MUST_USE; /* "#rrggbb" */
struct str color_text(struct arena *, struct color);
/* From 1 to 21, as WCAG 2 defines it: text needs 4.5. */
double color_contrast(struct color, struct color);
/* part/of of the way. */
struct color color_mixed(struct color from, struct color to, int part, int of);
/* For text on this ground: white or black, whichever is read better. */
struct color color_on(struct color ground);
/* The wanted colour, made darker (on a light ground) or lighter just as far as it must be to have this contrast on all
 * the grounds. */
struct color color_readable(struct color wanted, const struct color *on, size_t count, double contrast);

/* The same on the grounds of our pages, in their light or dark theme. */
struct color color_for_page(struct color wanted, bool dark);
struct color color_ground(bool dark);

/* ---- URLs, forms, base64 ---------------------------------------------------------------------------------------- */
/* Percent-decodes once. `plus` turns '+' into a space (query and forms). False: malformed escape, NUL or bad UTF-8. */
bool url_decode(struct arena *, struct str, bool plus, struct str *out) MUST_USE;
/* Escapes everything but unreserved characters; `keep` names further characters to leave alone. */
struct str url_encode(struct arena *, struct str, const char *keep);
struct pair {
    struct str key, value;
};
/* Parses "a=1&b=2" into at most `most` decoded pairs. -1: malformed or too many; else the count. */
int url_pairs(struct arena *, struct str, size_t most, struct pair **out);
/* A place on this site to go back to: matches ^/[A-Za-z0-9] after one decoding, no backslash, no control byte, no
 * "//"; "/" alone is fine. Anything else gives "/". */
struct str safe_redirect(struct arena *, struct str wanted);

bool base64_decode(struct arena *, struct str,
                   struct str *out) MUST_USE; /* standard or URL alphabet, padding optional */
struct str base64_encode(struct arena *, struct str);

/* ---- HTML -------------------------------------------------------------------------------------------------------- */
struct html html_escape(struct arena *, struct str);
/* The text of a value for an attribute URL: http, https, mailto or relative; anything else "#". */
struct str html_safe_url(struct arena *, struct str);

struct markdown_options {
    bool remote_images;     /* draw remote images; false: a placeholder with alternative text and host */
    struct str images_link; /* href of the placeholder: the same page with ?images=1 */
    const char *(*translate)(const void *arg, const char *message_id); /* words of the placeholder; NULL: English */
    const void *translate_arg;
};
/* Markdown (CommonMark with tables, task lists, strikethrough, Carpentries' fenced divs) to safe HTML: md4c, then an
 * allow-list rewrite of gumbo's tree (guides/security.md section 8). Headings start at level 2. Nesting beyond 32 is shown as text. */
struct html markdown_html(struct arena *, struct str markdown, const struct markdown_options *);
/* HTML typed by users to safe HTML, same allow-list. */
struct html html_sanitize(struct arena *, struct str html, const struct markdown_options *);
/* The words of Markdown without markup, for search and snippets; at most `most` characters. */
struct str markdown_words(struct arena *, struct str markdown, size_t most);

/* ---- templates ---------------------------------------------------------------------------------------------------
 * A view is what a template sees: names with text, HTML, numbers, truth, a sub-view or rows of views.
 * The template language: {{name}} escaped; {{{name}}} HTML (only what was set with view_html); {{#name}}…{{/name}}
 * for rows, sub-views and truth; {{^name}}…{{/name}} when false or empty; {{>part}} another template; {{name.sub}};
 * {{_ "message"}} a translated message, with {{_ "message with {x} and {y}" x y}} filled from names (escaped);
 * {{n_ "one lesson" "{n} lessons" n}} plural forms. Inside rows, outer names stay visible. */
struct view;
struct view *view_new(struct arena *);
void view_text(struct view *, const char *name, struct str);
void view_html(struct view *, const char *name, struct html);
void view_int(struct view *, const char *name, int64_t);
void view_flag(struct view *, const char *name, bool);
struct view *view_sub(struct view *, const char *name); /* a new sub-view under the name */
struct view *view_row(struct view *, const char *name); /* appends a row to the list of that name */

struct template; /* compiled; immutable; shared by threads */
struct template_set;
/* Compiles all templates given as (name, text); null and *why on a syntax error or a missing part. Lives in the arena. */
struct template_source {
    const char *name;
    struct str text;
};
struct template_set *templates_compile(struct arena *, const struct template_source *, size_t count, struct str *why);
struct words; /* a message catalogue, below */
/* Renders into the buf. False only when there is no template of that name. */
bool template_render(const struct template_set *, const char *name, const struct view *, const struct words *,
                     struct buf *);

/* ---- conditions and stencils -----------------------------------------------------------------------------------------
 * What administrators write about documents: the part of Python's and Jinja's expressions that reads a document's fields
 * and nothing else. doc.field, doc["field"], doc.get("field"), len(…); 'text', numbers, True, False, None, lists;
 * == != < <= > >= in, not in, is, is not; not, and, or; brackets. Everything else is refused when it is parsed. A
 * document is a JSON object as REST gives it; a field it lacks is None. Values of different kinds have no order: such a
 * comparison does not hold. Parsed ones are immutable and live in the arena. NULL: *why, one English sentence with the
 * place. */
struct expression;
const struct expression *expression_parse(struct arena *, struct str, struct str *why);
bool expression_holds(const struct expression *, const json_t *doc);
/* Names of the fields it reads; ends with p NULL. */
const struct str *expression_fields(const struct expression *);

/* A text with {{ expression }} in it; behind an expression | tojson, json, upper, lower, trim, length, default(value).
 * JSON: the result is JSON for all values when it is for one. URL: values are percent-encoded, but for one that the URL
 * begins with. */
struct stencil;
enum stencil_kind { STENCIL_JSON, STENCIL_URL };
const struct stencil *stencil_parse(struct arena *, struct str, enum stencil_kind, struct str *why);
void stencil_fill(const struct stencil *, const json_t *doc, struct buf *);
const struct str *stencil_fields(const struct stencil *);

/* ---- message catalogues (gettext .mo) ------------------------------------------------------------------------------
 * libc's gettext is per process, ours is per call. */
struct words *words_load(struct arena *, struct str mo_bytes); /* null: not a catalogue */
/* A line of the catalogue's head, "X-Name: Français"; empty if there is none. */
struct str words_header(const struct words *, const char *name);
/* The translation, or the message id itself. `words` may be null. */
const char *words_get(const struct words *, const char *message_id);
const char *words_plural(const struct words *, const char *one, const char *many, int64_t n);

/* ---- compression -------------------------------------------------------------------------------------------------- */
/* gzip of the bytes at level 1–9. */
struct str gzip_bytes(struct arena *, struct str, int level);
/* The same piece by piece: what comes out is handed to `put`. NULL: no memory. */
struct gzip;
struct gzip *gzip_open(struct arena *, int level, bool (*put)(void *arg, struct str), void *arg);
/* False: put has said so. `last` ends the stream. */
bool gzip_add(struct gzip *, struct str, bool last) MUST_USE;
/* False: not gzip, truncated, or more than `most` bytes. */
bool gunzip_bytes(struct arena *, struct str, size_t most, struct str *out) MUST_USE;

/* ---- CSV ------------------------------------------------------------------------------------------------------------ */
/* One field, quoted where needed. Text that a spreadsheet would run as a formula (it begins with = + - @, a tab or CR)
 * gets a ' in front, and so does text that begins with such a ' already: csv_unguarded takes exactly one away. Numbers
 * keep their sign. */
void csv_field(struct buf *, struct str, bool first);
struct str csv_unguarded(struct str);

/* ---- records that come in pieces --------------------------------------------------------------------------------------
 * From a file or a body of any size; only the record at hand is in memory, at most `longest` bytes of it. */
struct inflow {
    ssize_t (*read)(void *arg, char *to, size_t most); /* 0: the end; <0: it cannot be read */
    void *arg;
};
struct inflow inflow_of(struct arena *, struct str text);
/* NONE: the text is at its end. BAD: this one is not what it should be, the next may be. FATAL: there is no next. */
enum record { RECORD_NONE, RECORD_THERE, RECORD_BAD, RECORD_FATAL };

struct lines;
struct lines *lines_open(struct arena *, struct inflow, size_t longest);
/* Without its line end; valid until the next call. Lines are counted from 1. *why: a message id. */
enum record lines_next(struct lines *, struct str *line, uint64_t *number, const char **why);

/* CSV with or without BOM; line ends LF, CR LF or CR, also within quotes; separated by comma, semicolon or tab, whichever
 * the first row has most of (or a line `sep=;` says). Valid UTF-8 without NUL. */
struct csv_record {
    struct str *fields; /* as written, without quotes; valid until the next call. A blank line is one empty field */
    size_t count;
    uint64_t number; /* the row as a spreadsheet counts it, from 1 */
    const char *why; /* BAD and FATAL: a message id */
};
struct csv;
struct csv *csv_open(struct arena *, struct inflow, size_t longest);
enum record csv_next(struct csv *, struct csv_record *);
