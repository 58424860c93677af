/* Stencils: texts with {{ doc.field }} in them, the part of Jinja that webhooks need.
 *
 * A stencil of JSON gives JSON whatever the values are: between quotes a value is escaped, elsewhere it is written as
 * JSON. In a URL a value is percent-encoded, unless the URL begins with it. */
#include "expression_priv.h"

enum { PIECES_MOST = 400, FILTERS_MOST = 8 };

struct filter {
    enum filter_kind { FILTER_JSON, FILTER_UPPER, FILTER_LOWER, FILTER_TRIM, FILTER_LENGTH, FILTER_DEFAULT } kind;
    const json_t *preset;
};

struct piece {
    struct str literal;       /* before the value */
    const struct node *value; /* NULL: the end */
    struct filter filters[FILTERS_MOST];
    size_t filter_count;
    bool quoted; /* stands between the quotes of a JSON text */
};

struct stencil {
    enum stencil_kind kind;
    struct piece *pieces;
    size_t count;
    const struct str *fields;
};

/* ---- parsing ----------------------------------------------------------------------------------------------------------- */

static bool read_filter(struct reader *r, struct piece *p)
{
    static const char *const names[] = { "tojson", "upper", "lower", "trim", "length", "default" };
    struct str name = reader_name(r);
    if (p->filter_count == FILTERS_MOST)
        return reader_fault(r, "These are too many filters");
    struct filter *f = &p->filters[p->filter_count++];
    if (str_is(name, "json"))
        name = STR("tojson");
    for (size_t i = 0; i < countof(names); i++)
        if (str_is(name, names[i])) {
            f->kind = (enum filter_kind)i;
            if (f->kind != FILTER_DEFAULT)
                return true;
            f->preset = reader_takes(r, "(") ? reader_literal(r) : reader_fault(r, "A bracket is missing");
            return f->preset && (reader_takes(r, ")") || reader_fault(r, "A bracket is missing"));
        }
    return reader_fault(r, "This filter is not known here");
}

static bool read_value(struct reader *r, struct piece *p)
{
    if (!(p->value = expression_read(r)))
        return false;
    while (reader_takes(r, "|"))
        if (!read_filter(r, p))
            return false;
    return reader_takes(r, "}}") || reader_fault(r, "The end }} is missing");
}

/* Whether what follows the literal stands between quotes. */
static bool quoted_after(struct str literal, bool quoted)
{
    for (size_t i = 0; i < literal.n; i++)
        if (quoted && literal.p[i] == '\\')
            i++;
        else if (literal.p[i] == '"')
            quoted = !quoted;
    return quoted;
}

static struct str read_literal(struct reader *r)
{
    struct str start = r->rest;
    while (r->rest.n && !(r->rest.n > 1 && r->rest.p[0] == '{' && strchr("{%#", r->rest.p[1])))
        r->rest = str_from(r->rest, 1);
    return str_slice(start, 0, start.n - r->rest.n);
}

static bool read_pieces(struct reader *r, struct stencil *s)
{
    bool quoted = false;
    while (s->count < PIECES_MOST) {
        struct piece *p = &s->pieces[s->count++];
        p->literal = read_literal(r);
        quoted = p->quoted = quoted_after(p->literal, quoted);
        if (!r->rest.n)
            return true;
        if (r->rest.p[1] != '{')
            return reader_fault(r, "Only {{ doc.field }} is known here");
        r->rest = str_from(r->rest, 2);
        if (!read_value(r, p))
            return false;
    }
    return reader_fault(r, "These are too many values");
}

const struct stencil *stencil_parse(struct arena *a, struct str text, enum stencil_kind kind, struct str *why)
{
    struct reader r = reader_of(a, text);
    struct stencil *s = arena_new_of(a, struct stencil);
    *s = (struct stencil){ .kind = kind, .pieces = arena_array(a, PIECES_MOST, sizeof *s->pieces), .fields = r.fields };
    bool read = utf8_valid(text) ? read_pieces(&r, s) : reader_fault(&r, "This is no text") != NULL;
    *why = r.why;
    return read ? s : NULL;
}

const struct str *stencil_fields(const struct stencil *s)
{
    return s->fields;
}

/* ---- filling in ---------------------------------------------------------------------------------------------------------- */

static struct str print_number(struct arena *a, struct thing t)
{
    if (json_is_integer(t.json))
        return str_printf(a, "%lld", (long long)json_integer_value(t.json));
    if (t.json)
        return float_repr(a, t.number);
    return str_printf(a, "%.0f", t.number);
}

static struct str as_json(struct arena *a, struct thing t)
{
    struct buf b = buf_new(a, (size_t)64 << 20);
    struct json_out out = out_to(&b);
    out.spaced = true;
    if (t.kind == THING_NUMBER)
        buf_add(&b, print_number(a, t));
    else if (t.kind == THING_TEXT)
        out_text(&out, t.text);
    else if (t.kind == THING_LIST)
        out_value(&out, t.json);
    else
        out_null(&out);
    return buf_str(&b);
}

/* As Python's str() prints it. */
static struct str as_text(struct arena *a, struct thing t)
{
    return t.kind == THING_NONE ? STR("None") : t.kind == THING_TEXT ? t.text : as_json(a, t);
}

static struct thing text_thing(struct str text)
{
    return (struct thing){ .kind = THING_TEXT, .text = text };
}

static struct str upper(struct arena *a, struct str text)
{
    struct str copy = str_copy(a, text);
    char *p = (char *)(uintptr_t)copy.p;
    for (size_t i = 0; i < copy.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 32);
    return copy;
}

static struct thing filtered(struct arena *a, const struct filter *f, struct thing t)
{
    switch (f->kind) {
    case FILTER_JSON:
        return text_thing(as_json(a, t));
    case FILTER_UPPER:
        return text_thing(upper(a, as_text(a, t)));
    case FILTER_LOWER:
        return text_thing(str_lower(a, as_text(a, t)));
    case FILTER_TRIM:
        return text_thing(str_trim(as_text(a, t)));
    case FILTER_LENGTH:
        return (struct thing){ .kind = THING_NUMBER,
                               .number = t.kind == THING_TEXT   ? (double)utf8_length(t.text)
                                         : t.kind == THING_LIST ? (double)json_array_size(t.json)
                                                                : 0 };
    case FILTER_DEFAULT:
        break;
    }
    if (t.kind != THING_NONE)
        return t;
    return json_is_string(f->preset) ? text_thing(json_str_of(f->preset))
                                     : (struct thing){ .kind = THING_NUMBER, .number = json_number_value(f->preset) };
}

/* A text's JSON without its quotes. */
static void put_quoted(struct buf *b, struct str text)
{
    struct str json = as_json(b->arena, text_thing(text));
    if (json.n >= 2)
        buf_add(b, str_slice(json, 1, json.n - 1));
}

static void put(const struct stencil *s, const struct piece *p, struct thing t, bool is_json, bool first, struct buf *b)
{
    if (s->kind == STENCIL_URL)
        buf_add(b, first ? as_text(b->arena, t) : url_encode(b->arena, as_text(b->arena, t), ""));
    else if (p->quoted)
        put_quoted(b, as_text(b->arena, t));
    else
        buf_add(b, is_json ? t.text : as_json(b->arena, t));
}

void stencil_fill(const struct stencil *s, const json_t *doc, struct buf *b)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct piece *p = &s->pieces[i];
        bool first = b->n == 0 && !p->literal.n, is_json = false;
        buf_add(b, p->literal);
        if (!p->value)
            continue;
        struct thing t = expression_value(p->value, doc);
        for (size_t f = 0; f < p->filter_count; f++) {
            t = filtered(b->arena, &p->filters[f], t);
            is_json = p->filters[f].kind == FILTER_JSON;
        }
        put(s, p, t, is_json, first, b);
    }
}
