/* JSON in: one pass over the bytes for what must be bounded before memory is spent, then jansson for the grammar.
 * jansson alone would make 500 MB of a 25 MiB body of "[1,1,1,…". */
#include "text.h"
#include "utf8_priv.h"

const struct json_limits json_limits_default = { 32, 10000, 100000, 4u << 20 };

/* A place of the input and what is wrong there. */
struct fault {
    size_t at;
    const char *what;
};

struct scan {
    struct str text;
    const struct json_limits *limits;
    size_t keys, items; /* of the whole text: a list of lists costs as much as a long one */
    unsigned depth;
    bool object[64];
    struct fault fault;
};

static bool refuse(struct scan *s, size_t at, const char *what)
{
    s->fault = (struct fault){ at, what };
    return false;
}

static bool open_bracket(struct scan *s, size_t at)
{
    unsigned most = s->limits->depth < countof(s->object) ? s->limits->depth : (unsigned)countof(s->object);
    if (s->depth == most)
        return refuse(s, at, "lists and objects are nested too deeply");
    s->object[s->depth++] = s->text.p[at] == '{';
    return true;
}

static bool count_comma(struct scan *s, size_t at)
{
    if (s->depth && !s->object[s->depth - 1] && ++s->items >= s->limits->items)
        return refuse(s, at, "a list has too many items");
    return true;
}

/* From the opening quote to the closing one, whose index is left in *at. */
static bool pass_string(struct scan *s, size_t *at)
{
    size_t start = *at, i = start + 1;
    while (i < s->text.n && s->text.p[i] != '"')
        i += s->text.p[i] == '\\' ? 2 : 1;
    if (i - start - 1 > s->limits->string)
        return refuse(s, start, "a text is too long");
    *at = i < s->text.n ? i : s->text.n;
    return true;
}

static bool scan_byte(struct scan *s, size_t *at)
{
    switch (s->text.p[*at]) {
    case '"':
        return pass_string(s, at);
    case '{':
    case '[':
        return open_bracket(s, *at);
    case '}':
    case ']':
        s->depth -= s->depth > 0;
        return true;
    case ':':
        return ++s->keys <= s->limits->keys || refuse(s, *at, "there are too many keys");
    case ',':
        return count_comma(s, *at);
    default:
        return true;
    }
}

static bool within_limits(struct scan *s)
{
    for (size_t i = 0; i < s->text.n; i++)
        if (!scan_byte(s, &i))
            return false;
    return true;
}

static size_t first_bad_byte(struct str s)
{
    uint32_t point = 1;
    size_t i = 0;
    for (size_t n; i < s.n && (n = utf8_take(s, i, &point)) > 0 && point; i += n)
        ;
    return i;
}

static void explain(struct arena *a, struct str text, size_t at, const char *what, struct str *why)
{
    size_t line = 1, start = 0;
    if (!why)
        return;
    for (size_t i = 0; i < at && i < text.n; i++)
        if (text.p[i] == '\n') {
            line++;
            start = i + 1;
        }
    size_t column = utf8_length(str_slice(text, start, at)) + 1;
    *why = str_printf(a, "Invalid JSON at line %zu, column %zu: %s.", line, column, what);
}

static const char *fault_of(const json_error_t *e)
{
    switch (json_error_code(e)) {
    case json_error_premature_end_of_input:
        return "the text ends too early";
    case json_error_end_of_input_expected:
        return "something follows after the value";
    case json_error_duplicate_key:
        return "an object has the same key twice";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "the character \\u0000 is not allowed";
    case json_error_numeric_overflow:
        return "a number is too big";
    case json_error_invalid_utf8:
        return "the text is not valid UTF-8";
    default:
        return "a value, comma, colon or bracket was expected, or a text is malformed";
    }
}

/* The last byte jansson took, in bytes from the start; lines and columns are counted here, in characters. */
static size_t place_of(const json_error_t *e, struct str text)
{
    size_t taken = e->position < 0 ? 0 : (size_t)e->position > text.n ? text.n : (size_t)e->position;
    return taken && json_error_code(e) != json_error_premature_end_of_input ? taken - 1 : taken;
}

static void release(void *holder)
{
    json_decref(*(json_t **)holder);
}

json_t *json_read(struct arena *a, struct str text, const struct json_limits *limits, struct str *why)
{
    struct scan s = { .text = text, .limits = limits };
    if (!utf8_valid(text)) {
        size_t bad = first_bad_byte(text);
        explain(a, text, bad, text.p[bad] ? "the text is not valid UTF-8" : "a NUL byte is not allowed", why);
        return NULL;
    }
    if (!within_limits(&s)) {
        explain(a, text, s.fault.at, s.fault.what, why);
        return NULL;
    }
    json_t **holder = arena_new_of(a, json_t *);
    arena_defer(a, release, holder); /* before the value exists: at the limit the arena does not return */
    json_error_t e;
    *holder = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (!*holder)
        explain(a, text, place_of(&e, text), fault_of(&e), why);
    return *holder;
}

struct str json_str_of(const json_t *v)
{
    return json_is_string(v) ? (struct str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

struct str json_get_str(const json_t *object, const char *key)
{
    return json_str_of(json_object_get(object, key));
}

struct str json_print(struct arena *a, const json_t *v)
{
    struct buf b = buf_new(a, SIZE_MAX / 4);
    struct json_out o = out_to(&b);
    out_value(&o, v);
    return buf_str(&b);
}
