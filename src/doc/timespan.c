/* Time in filters: lenient dates and named spans (spec/frappe-api.md 3.4), counted in the school's zone. */
#include "timespan.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* ---- reading ------------------------------------------------------------------------------------------------------- */
static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes at most `most` digits off the front; the number of digits taken, 0: none. */
static size_t take_number(struct str *s, size_t most, int *out)
{
    size_t n = 0;
    int value = 0;
    while (n < most && n < s->n && digit(s->p[n]))
        value = value * 10 + (s->p[n++] - '0');
    if (n)
        *s = (struct str){ s->p + n, s->n - n };
    *out = value;
    return n;
}

static bool take(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = (struct str){ s->p + 1, s->n - 1 };
    return true;
}

static bool take_separator(struct str *s, char *which)
{
    for (const char *c = "-/."; *c; c++)
        if (take(s, *c)) {
            *which = *c;
            return true;
        }
    return false;
}

static void day_and_month(int first, int second, char separator, struct civil *t)
{
    bool day_first = separator != '/' || first > 12;
    t->day = day_first ? first : second;
    t->month = day_first ? second : first;
}

static bool take_date(struct str *s, struct civil *t)
{
    int first, second, third;
    char separator;
    size_t digits = take_number(s, 8, &first);
    if (digits == 8) {
        *t = (struct civil){ .year = first / 10000, .month = first / 100 % 100, .day = first % 100 };
        return civil_valid(t);
    }
    if (!(digits == 4 || digits == 1 || digits == 2) || !take_separator(s, &separator))
        return false;
    if (!take_number(s, 2, &second) || !take(s, separator))
        return false;
    size_t last = take_number(s, digits == 4 ? 2 : 4, &third);
    if (digits == 4)
        *t = (struct civil){ .year = first, .month = second, .day = third };
    else {
        *t = (struct civil){ .year = third };
        day_and_month(first, second, separator, t);
    }
    return last && (digits == 4 || last == 4) && civil_valid(t);
}

static int64_t take_fraction(struct str *s)
{
    int64_t us = 0, unit = SECOND / 10;
    for (; s->n && digit(s->p[0]); *s = (struct str){ s->p + 1, s->n - 1 }, unit /= 10)
        us += (s->p[0] - '0') * unit;
    return us;
}

static bool take_time(struct str *s, int64_t *us)
{
    int hour, minute, second = 0;
    int64_t fraction = 0;
    if (!take_number(s, 2, &hour) || !take(s, ':') || take_number(s, 2, &minute) == 0)
        return false;
    if (take(s, ':') && !take_number(s, 2, &second))
        return false;
    if (take(s, '.'))
        fraction = take_fraction(s);
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *us = ((int64_t)hour * 3600 + minute * 60 + second) * SECOND + fraction;
    return true;
}

/* "Z", "+02:00", "-0500": µs east of UTC. */
static bool take_offset(struct str *s, int64_t *us)
{
    int hour, minute = 0, sign = 1;
    *us = 0;
    if (take(s, 'Z') || take(s, 'z'))
        return true;
    if (take(s, '-'))
        sign = -1;
    else if (!take(s, '+'))
        return false;
    if (take_number(s, 2, &hour) != 2)
        return false;
    bool colon = take(s, ':');
    if (take_number(s, 2, &minute) != 2 && colon)
        return false;
    *us = sign * ((int64_t)hour * 3600 + minute * 60) * SECOND;
    return hour < 24 && minute < 60;
}

static int64_t to_local(const struct ctx *cx, int64_t utc_us)
{
    return cx->site && cx->site->zone ? zone_to_local_us(cx->site->zone, utc_us) : utc_us;
}

bool moment_parse(const struct ctx *cx, struct str text, int64_t *us, bool *has_time)
{
    struct str s = str_trim(text);
    struct civil date;
    int64_t time = 0, east;
    if (!take_date(&s, &date))
        return false;
    bool timed = s.n && (take(&s, ' ') || take(&s, 'T') || take(&s, 't'));
    if (timed && !take_time(&s, &time))
        return false;
    *us = civil_to_us(&date) + time;
    s = str_trim(s);
    if (s.n && timed && take_offset(&s, &east))
        *us = to_local(cx, *us - east);
    if (has_time)
        *has_time = timed;
    return s.n == 0;
}

bool moment_parse_time(struct str text, int64_t *us)
{
    struct str s = str_trim(text);
    return take_time(&s, us) && s.n == 0;
}

int64_t moment_today_us(struct ctx *cx)
{
    int64_t local = to_local(cx, cx->now_us);
    int64_t today = local - (local % DAY + DAY) % DAY;
    if (cx->site)
        call_fresh_until(cx, cx->now_us + (today + DAY - local));
    return today;
}

/* ---- spans ----------------------------------------------------------------------------------------------------------- */
/* First day of the month that lies `months` after the month of the day. */
static int64_t month_start(int64_t day, int months)
{
    struct civil t = civil_from_us(day);
    int count = t.year * 12 + t.month - 1 + months;
    t = (struct civil){ .year = count / 12, .month = count % 12 + 1, .day = 1 };
    return civil_to_us(&t);
}

/* The same day `months` later, or the last of that month. */
static int64_t add_months(int64_t day, int months)
{
    int64_t first = month_start(day, months), next = month_start(day, months + 1);
    int64_t same = first + (civil_from_us(day).day - 1) * DAY;
    return same < next ? same : next - DAY;
}

static int64_t quarter_start(int64_t day)
{
    return month_start(day, -((civil_from_us(day).month - 1) % 3));
}

static int64_t quarter_end(int64_t day)
{
    return month_start(quarter_start(day), 3) - DAY;
}

static int week_begins(const struct ctx *cx)
{
    static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };
    struct str set = cx->site ? site_setting(cx->site, "System Settings", "first_day_of_the_week") : STR_NONE;
    for (int i = 0; i < (int)countof(days); i++)
        if (str_is(set, days[i]))
            return i;
    return 6;
}

struct span {
    int64_t from, to;
};

static struct span day_span(struct ctx *cx, int64_t today, int by)
{
    (void)cx;
    return (struct span){ today + by * DAY, today + by * DAY };
}

static struct span week_span(struct ctx *cx, int64_t today, int by)
{
    struct civil t = civil_from_us(today);
    int since = (civil_weekday(&t) - week_begins(cx) + 7) % 7;
    int64_t from = today - since * DAY + by * 7 * DAY;
    return (struct span){ from, from + 6 * DAY };
}

static struct span month_span(struct ctx *cx, int64_t today, int by)
{
    (void)cx;
    return (struct span){ month_start(today, by), month_start(today, by + 1) - DAY };
}

static struct span quarter_span(struct ctx *cx, int64_t today, int by)
{
    (void)cx;
    int64_t day = add_months(today, by * 3);
    return (struct span){ quarter_start(day), quarter_end(day) };
}

static struct span half_span(struct ctx *cx, int64_t today, int by)
{
    (void)cx;
    int near = by < 0 ? -6 : 3, far = by < 0 ? -3 : 6;
    return (struct span){ quarter_start(add_months(today, near)), quarter_end(add_months(today, far)) };
}

static struct span year_span(struct ctx *cx, int64_t today, int by)
{
    (void)cx;
    int64_t january = month_start(today, -(civil_from_us(today).month - 1) + 12 * by);
    return (struct span){ january, month_start(january, 12) - DAY };
}

static const struct {
    const char *name;
    struct span (*span)(struct ctx *, int64_t today, int by);
    int by;
} spans[] = {
    { "yesterday", day_span, -1 },        { "today", day_span, 0 },
    { "tomorrow", day_span, 1 },          { "this week", week_span, 0 },
    { "last week", week_span, -1 },       { "next week", week_span, 1 },
    { "this month", month_span, 0 },      { "last month", month_span, -1 },
    { "next month", month_span, 1 },      { "this quarter", quarter_span, 0 },
    { "last quarter", quarter_span, -1 }, { "next quarter", quarter_span, 1 },
    { "last 6 months", half_span, -1 },   { "next 6 months", half_span, 1 },
    { "this year", year_span, 0 },        { "last year", year_span, -1 },
    { "next year", year_span, 1 },
};

bool timespan_find(struct ctx *cx, struct str name, int64_t *from_us, int64_t *to_us)
{
    for (size_t i = 0; i < countof(spans); i++)
        if (str_eq_nocase(str_trim(name), str_of(spans[i].name))) {
            struct span found = spans[i].span(cx, moment_today_us(cx), spans[i].by);
            *from_us = found.from;
            *to_us = found.to;
            return true;
        }
    return false;
}

bool timespan_beside(struct ctx *cx, bool next, struct str length, int64_t *from_us, int64_t *to_us)
{
    static const char *const lengths[][2] = {
        { "1 week", "week" },       { "1 month", "month" }, { "3 months", "quarter" },
        { "6 months", "6 months" }, { "1 year", "year" },
    };
    for (size_t i = 0; i < countof(lengths); i++)
        if (str_eq_nocase(str_trim(length), str_of(lengths[i][0])))
            return timespan_find(cx, str_printf(cx->arena, "%s %s", next ? "next" : "last", lengths[i][1]), from_us,
                                 to_us);
    return false;
}
