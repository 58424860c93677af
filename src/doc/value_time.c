/* Dates and times: what people and clients write, and the canonical form that is stored (spec/frappe-api.md 4.6).
 *
 * Beyond the database's own forms RFC 3339 is taken, which is what JSON.stringify(new Date()) sends: an offset is
 * converted to the school's zone.
 */
#include "doc_priv.h"

/* Takes `least` to `most` digits off the front. */
static bool take_digits(struct str *s, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int number = 0;
    while (n < s->n && n < most && s->p[n] >= '0' && s->p[n] <= '9')
        number = number * 10 + (s->p[n++] - '0');
    if (n < least)
        return false;
    *s = str_from(*s, n);
    *out = number;
    return true;
}

static bool take_char(struct str *s, const char *any_of)
{
    if (!s->n || !strchr(any_of, s->p[0]))
        return false;
    *s = str_from(*s, 1);
    return true;
}

static bool take_date(struct str *s, struct civil *c)
{
    return take_digits(s, 4, 4, &c->year) && take_char(s, "-") && take_digits(s, 1, 2, &c->month) &&
           take_char(s, "-") && take_digits(s, 1, 2, &c->day);
}

/* Digits of a fraction; those past the sixth are dropped. */
static bool take_fraction(struct str *s, int *microsecond)
{
    int scale = 100000, digit, taken = 0;
    *microsecond = 0;
    while (taken < 9 && take_digits(s, 1, 1, &digit)) {
        *microsecond += digit * scale;
        scale /= 10;
        taken++;
    }
    return taken > 0;
}

static bool take_clock(struct str *s, struct civil *c)
{
    if (!take_digits(s, 1, 2, &c->hour) || !take_char(s, ":") || !take_digits(s, 1, 2, &c->minute))
        return false;
    if (take_char(s, ":") && !take_digits(s, 1, 2, &c->second))
        return false;
    if (take_char(s, ".") && !take_fraction(s, &c->microsecond))
        return false;
    return c->hour < 24 && c->minute < 60 && c->second < 60;
}

/* "Z", "+02:00", "-0530". */
static bool take_offset(struct str *s, int64_t *offset_us)
{
    if (take_char(s, "Zz")) {
        *offset_us = 0;
        return true;
    }
    bool west = s->n && s->p[0] == '-';
    int hours, minutes = 0;
    if (!take_char(s, "+-") || !take_digits(s, 2, 2, &hours))
        return false;
    take_char(s, ":");
    if (s->n && !take_digits(s, 2, 2, &minutes))
        return false;
    if (hours > 18 || minutes > 59)
        return false;
    *offset_us = (int64_t)(hours * 60 + minutes) * 60000000 * (west ? -1 : 1);
    return true;
}

static int64_t to_school_time(const struct ctx *cx, int64_t utc_us)
{
    const struct zone *zone = cx->site ? cx->site->zone : NULL;
    return zone ? zone_to_local_us(zone, utc_us) : utc_us;
}

/* A date, and a time if there is one, as local µs. */
static bool moment_parse(const struct ctx *cx, struct str text, int64_t *local_us)
{
    struct str s = str_trim(text);
    struct civil c = { 0 };
    if (!take_date(&s, &c))
        return false;
    if (s.n && (!take_char(&s, "Tt ") || !take_clock(&s, &c)))
        return false;
    if (!civil_valid(&c))
        return false;
    *local_us = civil_to_us(&c);
    if (!s.n)
        return true;
    int64_t offset_us;
    take_char(&s, " ");
    if (!take_offset(&s, &offset_us) || s.n)
        return false;
    *local_us = to_school_time(cx, *local_us - offset_us);
    return true;
}

bool date_parse(struct ctx *cx, struct str text, struct str *out)
{
    int64_t us;
    if (!moment_parse(cx, text, &us))
        return false;
    *out = clock_date(cx->arena, us);
    return true;
}

bool datetime_parse(struct ctx *cx, struct str text, struct str *out)
{
    int64_t us;
    if (!moment_parse(cx, text, &us))
        return false;
    *out = clock_datetime(cx->arena, us);
    return true;
}

bool time_parse(struct ctx *cx, struct str text, struct str *out)
{
    struct str s = str_trim(text);
    struct civil c = { 0 };
    int64_t us;
    if (!take_clock(&s, &c) || s.n) {
        if (!moment_parse(cx, text, &us))
            return false;
        c = civil_from_us(us);
    }
    *out = str_printf(cx->arena, "%02d:%02d:%02d.%06d", c.hour, c.minute, c.second, c.microsecond);
    return true;
}

bool datetime_us(struct str canonical, int64_t *us)
{
    return moment_parse(&(const struct ctx){ 0 }, canonical, us);
}

struct str datetime_canonical(struct arena *arena, struct str text)
{
    static const char zeros[] = ".000000";
    if (str_has(text, '.')) {
        size_t places = text.n - (size_t)str_index(text, '.') - 1;
        return places >= 6 ? str_copy(arena, text)
                           : str_printf(arena, "%.*s%.*s", STR_ARG(text), (int)(6 - places), zeros + 1);
    }
    return str_printf(arena, "%.*s%s", STR_ARG(text), zeros);
}
