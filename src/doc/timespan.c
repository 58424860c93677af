/* Named spans of time in filters (spec/frappe-api.md 3.4), counted in the school's zone. */
#include "timespan.h"

#include "doc_priv.h"

#define DAY (INT64_C(86400) * 1000000)

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
