/* Floats as Python's repr prints them: the shortest digits that read back as the same double. */
#include "text.h"

#include <math.h>

/* A double as 0.d₁d₂… × 10^point. */
struct shortest {
    char digits[20];
    int count, point;
    bool negative;
};

/* Seventeen digits always read back; fifteen are enough for whatever was typed with fifteen. Subnormal numbers have
 * fewer digits to give, so they are tried from one. */
static struct shortest shortest_of(double v)
{
    struct shortest s = { .negative = signbit(v) };
    char text[40];
    for (int precision = fabs(v) < 0x1p-1022 ? 1 : 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, fabs(v));
        if (strtod(text, NULL) == fabs(v))
            break;
    }
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (*p != '.')
            s.digits[s.count++] = *p;
    int64_t exponent = 0;
    struct str e = str_of(p + 1);
    if (!str_int(e.p[0] == '+' ? str_from(e, 1) : e, &exponent))
        exponent = 0;
    s.point = (int)exponent + 1;
    while (s.count > 1 && s.digits[s.count - 1] == '0')
        s.count--;
    return s;
}

static void put_zeros(struct buf *b, int count)
{
    while (count-- > 0)
        buf_char(b, '0');
}

static void put_scientific(struct buf *b, const struct shortest *s)
{
    buf_char(b, s->digits[0]);
    if (s->count > 1)
        buf_char(b, '.');
    buf_add(b, (struct str){ s->digits + 1, (size_t)(s->count - 1) });
    buf_printf(b, "e%c%02d", s->point < 1 ? '-' : '+', abs(s->point - 1));
}

static void put_fixed(struct buf *b, const struct shortest *s)
{
    int whole = s->point < 0 ? 0 : s->point < s->count ? s->point : s->count;
    if (s->point <= 0)
        buf_char(b, '0');
    buf_add(b, (struct str){ s->digits, (size_t)whole });
    put_zeros(b, s->point - s->count);
    buf_char(b, '.');
    put_zeros(b, -s->point);
    buf_add(b, (struct str){ s->digits + whole, (size_t)(s->count - whole) });
    if (s->count == whole)
        buf_char(b, '0');
}

static void put_repr(struct buf *b, double v)
{
    if (!isfinite(v)) { /* JSON has no such number */
        buf_lit(b, "null");
        return;
    }
    struct shortest s = shortest_of(v);
    if (s.negative)
        buf_char(b, '-');
    if (v != 0 && (s.point < -3 || s.point > 16))
        put_scientific(b, &s);
    else
        put_fixed(b, &s);
}

struct str float_repr(struct arena *a, double v)
{
    struct buf b = buf_new(a, 64);
    put_repr(&b, v);
    return buf_str(&b);
}

/* Decimal text of at most 15 significant digits, not below 0.0001, is already what repr prints, but for zeros at its
 * ends. Gives the part to be written, or nothing when the slow way is needed. */
static struct str plain_decimal(struct str s)
{
    size_t start = s.n && s.p[0] == '-', end = s.n, point = s.n;
    for (size_t i = start; i < s.n; i++) {
        if (s.p[i] == '.' && point == s.n)
            point = i;
        else if (s.p[i] < '0' || s.p[i] > '9')
            return STR_NONE;
    }
    if (point == start || point + 1 >= s.n || (s.p[start] == '0' && point != start + 1))
        return STR_NONE;
    while (end > point + 2 && s.p[end - 1] == '0')
        end--;
    bool small = s.p[start] == '0' && end - point > 4 && memcmp(s.p + point + 1, "000", 3) == 0;
    return small || end - start > 16 ? STR_NONE : str_slice(s, 0, end);
}

static bool whole_number(struct str s)
{
    size_t start = s.n && s.p[0] == '-';
    for (size_t i = start; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > start && s.n - start < 16 && (s.p[start] != '0' || s.n == start + 1);
}

void out_float_text(struct json_out *o, struct str s)
{
    struct str plain = plain_decimal(s);
    if (plain.n) {
        out_raw(o, plain);
        return;
    }
    out_raw(o, STR_NONE); /* the comma, then the number in pieces */
    if (whole_number(s)) {
        buf_add(o->buf, s);
        buf_lit(o->buf, ".0");
        return;
    }
    char text[400];
    snprintf(text, sizeof text, "%.*s", STR_ARG(s));
    char *end;
    double v = strtod(text, &end);
    put_repr(o->buf, end == text || *end ? (double)NAN : v);
}
