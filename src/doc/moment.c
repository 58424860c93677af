/* Dates and times: what people and clients write, and the canonical form that is stored (spec/frappe-api.md 3.4, 4.6).
 *
 * Beyond the database's own forms RFC 3339 is taken, which is what JSON.stringify(new Date()) sends: an offset is
 * converted to the school's zone. Filters are more lenient about dates than documents are.
 */
#include "doc_priv.h"

#define DAY_US (INT64_C(86400) * 1000000)

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

/* "20260301". */
static bool take_packed_date(struct str *s, struct civil *c)
{
    int digits;
    if (!take_digits(s, 8, 8, &digits))
        return false;
    c->year = digits / 10000;
    c->month = digits / 100 % 100;
    c->day = digits % 100;
    return true;
}

/* "2026/3/1", "1.3.2026", "3/1/2026": slashes put the month first, unless it cannot be one. */
static bool take_loose_date(struct str *s, struct civil *c)
{
    int first, second, last;
    struct str all = *s;
    if (!take_digits(s, 1, 4, &first) || !s->n)
        return false;
    bool year_first = all.n - s->n == 4;
    const char separator[] = { s->p[0], 0 };
    if (!take_char(s, "-/.") || !take_digits(s, 1, 2, &second) || !take_char(s, separator) ||
        !take_digits(s, year_first ? 1 : 4, year_first ? 2 : 4, &last))
        return false;
    bool month_first = !year_first && *separator == '/' && first <= 12;
    c->year = year_first ? first : last;
    c->month = year_first || !month_first ? second : first;
    c->day = year_first ? last : month_first ? second : first;
    return true;
}

static bool take_any_date(struct str *s, struct civil *c)
{
    struct str start = *s;
    return take_packed_date(s, c) || (*s = start, take_loose_date(s, c));
}

/* Digits of a fraction; those past the sixth are dropped. */
static bool take_fraction(struct str *s, int *microsecond)
{
    int scale = 100000, digit;
    struct str start = *s;
    *microsecond = 0;
    for (; take_digits(s, 1, 1, &digit); scale /= 10)
        *microsecond += digit * scale;
    return s->n < start.n;
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

bool moment_parse(const struct ctx *cx, struct str text, enum date_style style, int64_t *local_us, bool *has_time)
{
    struct str s = str_trim(text);
    struct civil c = { 0 };
    int64_t offset_us;
    if (!(style == DATES_ANYHOW ? take_any_date(&s, &c) : take_date(&s, &c)))
        return false;
    *has_time = s.n > 0;
    if ((*has_time && (!take_char(&s, "Tt ") || !take_clock(&s, &c))) || !civil_valid(&c))
        return false;
    *local_us = civil_to_us(&c);
    s = str_trim(s);
    if (!s.n)
        return true;
    if (!take_offset(&s, &offset_us) || s.n)
        return false;
    *local_us = to_school_time(cx, *local_us - offset_us);
    return true;
}

int64_t moment_today_us(struct ctx *cx)
{
    int64_t local = to_school_time(cx, cx->now_us);
    int64_t today = local - (local % DAY_US + DAY_US) % DAY_US;
    if (cx->site)
        call_fresh_until(cx, cx->now_us + (today + DAY_US - local));
    return today;
}

bool date_parse(struct ctx *cx, struct str text, struct str *out)
{
    int64_t us;
    bool timed;
    if (!moment_parse(cx, text, DATES_AS_STORED, &us, &timed))
        return false;
    *out = clock_date(cx->arena, us);
    return true;
}

bool datetime_parse(struct ctx *cx, struct str text, struct str *out)
{
    int64_t us;
    bool timed;
    if (!moment_parse(cx, text, DATES_AS_STORED, &us, &timed))
        return false;
    *out = clock_datetime(cx->arena, us);
    return true;
}

bool time_parse(struct ctx *cx, struct str text, struct str *out)
{
    struct str s = str_trim(text);
    struct civil c = { 0 };
    int64_t us;
    bool timed;
    if (!take_clock(&s, &c) || s.n) {
        if (!moment_parse(cx, text, DATES_AS_STORED, &us, &timed))
            return false;
        c = civil_from_us(us);
    }
    *out = str_printf(cx->arena, "%02d:%02d:%02d.%06d", c.hour, c.minute, c.second, c.microsecond);
    return true;
}

bool datetime_us(struct str canonical, int64_t *us)
{
    bool timed;
    return moment_parse(&(const struct ctx){ 0 }, canonical, DATES_AS_STORED, us, &timed);
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
