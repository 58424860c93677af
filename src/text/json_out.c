/* JSON out: a streaming writer. Text is copied in runs; only what must be escaped is looked at twice. */
#include "text.h"
#include "utf8_priv.h"

struct json_out out_to(struct buf *b)
{
    return (struct json_out){ .buf = b };
}

static void separate(struct json_out *o)
{
    if (o->need_comma) {
        if (o->spaced)
            buf_lit(o->buf, ", ");
        else
            buf_char(o->buf, ',');
    }
    o->need_comma = true;
}

static void begin(struct json_out *o, char bracket)
{
    separate(o);
    buf_char(o->buf, bracket);
    o->need_comma = false;
    o->depth++;
}

static void end(struct json_out *o, char bracket)
{
    buf_char(o->buf, bracket);
    o->need_comma = true;
    o->depth--;
}

void out_begin_object(struct json_out *o)
{
    begin(o, '{');
}

void out_end_object(struct json_out *o)
{
    end(o, '}');
}

void out_begin_array(struct json_out *o)
{
    begin(o, '[');
}

void out_end_array(struct json_out *o)
{
    end(o, ']');
}

/* ---- text ---- */

/* What stands for itself between quotes: printable ASCII but the quote and the backslash. */
static bool plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* Eight bytes that are all plain: each of these tests leaves the top bit of a byte set that fails it. */
static bool eight_plain(const char *p)
{
    static const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t v;
    memcpy(&v, p, sizeof v);
    uint64_t quote = v ^ ones * '"', backslash = v ^ ones * '\\';
    uint64_t control = v - ones * ' ', above = v + ones;
    return ((v | control | above | (quote - ones) | (backslash - ones)) & tops) == 0;
}

static size_t plain_run(struct str s, size_t from)
{
    size_t i = from;
    while (s.n - i >= 8 && eight_plain(s.p + i))
        i += 8;
    while (i < s.n && plain(s.p[i]))
        i++;
    return i - from;
}

static char *put_escape(char *p, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    *p++ = '\\';
    *p++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *p++ = hex[unit >> shift & 15];
    return p;
}

static char short_escape(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\f':
        return 'f';
    case '\r':
        return 'r';
    default:
        return 0;
    }
}

/* One character that is not plain; returns its length in the input. */
static size_t put_special(struct buf *b, struct str s, size_t at)
{
    char out[12], *p = out;
    uint32_t point;
    char letter = short_escape((unsigned char)s.p[at]);
    size_t n = utf8_take(s, at, &point);
    if (letter) {
        *p++ = '\\';
        *p++ = letter;
    } else if (n == 0) {
        p = put_escape(p, 0xFFFD);
    } else if (point < 0x10000) {
        p = put_escape(p, point);
    } else {
        p = put_escape(p, 0xD800 + ((point - 0x10000) >> 10));
        p = put_escape(p, 0xDC00 + ((point - 0x10000) & 0x3FF));
    }
    buf_add(b, (struct str){ out, (size_t)(p - out) });
    return n ? n : 1;
}

static void put_text(struct buf *b, struct str s)
{
    size_t run = plain_run(s, 0);
    if (run == s.n) { /* nearly always */
        char *p = buf_room(b, s.n + 2);
        if (!p)
            return;
        p[0] = '"';
        if (s.n)
            memcpy(p + 1, s.p, s.n);
        p[s.n + 1] = '"';
        b->n += s.n + 2;
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < s.n;) {
        buf_add(b, str_slice(s, i, i + run));
        i += run;
        while (i < s.n && !plain(s.p[i]))
            i += put_special(b, s, i);
        run = plain_run(s, i);
    }
    buf_char(b, '"');
}

void out_key(struct json_out *o, struct str key)
{
    separate(o);
    put_text(o->buf, key);
    if (o->spaced)
        buf_lit(o->buf, ": ");
    else
        buf_char(o->buf, ':');
    o->need_comma = false;
}

void out_text(struct json_out *o, struct str s)
{
    separate(o);
    put_text(o->buf, s);
}

void out_raw(struct json_out *o, struct str s)
{
    separate(o);
    buf_add(o->buf, s);
}

/* ---- numbers and words ---- */

void out_int(struct json_out *o, int64_t value)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--p = '-';
    out_raw(o, (struct str){ p, (size_t)(digits + sizeof digits - p) });
}

void out_bool(struct json_out *o, bool value)
{
    out_raw(o, value ? STR("true") : STR("false"));
}

void out_null(struct json_out *o)
{
    out_raw(o, STR("null"));
}

void out_float(struct json_out *o, struct decimal d)
{
    char text[48], *p = text + sizeof text;
    bool negative = d.units < 0;
    wide rest = negative ? -d.units : d.units;
    for (int place = 0; rest || place < 10; place++) { /* nine places and at least one whole digit */
        *--p = (char)('0' + (int)(rest % 10));
        rest /= 10;
        if (place == 8)
            *--p = '.';
    }
    if (negative)
        *--p = '-';
    out_float_text(o, (struct str){ p, (size_t)(text + sizeof text - p) });
}

static void out_array(struct json_out *o, const json_t *v)
{
    out_begin_array(o);
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)v, i, item) out_value(o, item);
    out_end_array(o);
}

static void out_object(struct json_out *o, const json_t *v)
{
    out_begin_object(o);
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)v, key, member)
    {
        out_key(o, str_of(key));
        out_value(o, member);
    }
    out_end_object(o);
}

void out_value(struct json_out *o, const json_t *v)
{
    switch (v ? json_typeof(v) : JSON_NULL) {
    case JSON_OBJECT:
        out_object(o, v);
        return;
    case JSON_ARRAY:
        out_array(o, v);
        return;
    case JSON_STRING:
        out_text(o, json_str_of(v));
        return;
    case JSON_INTEGER:
        out_int(o, json_integer_value(v));
        return;
    case JSON_REAL:
        out_raw(o, float_repr(o->buf->arena, json_real_value(v)));
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        out_bool(o, json_is_true(v));
        return;
    default:
        out_null(o);
    }
}

void out_member_text(struct json_out *o, const char *key, struct str value)
{
    out_key(o, str_of(key));
    out_text(o, value);
}

void out_member_int(struct json_out *o, const char *key, int64_t value)
{
    out_key(o, str_of(key));
    out_int(o, value);
}

void out_member_null(struct json_out *o, const char *key)
{
    out_key(o, str_of(key));
    out_null(o);
}
