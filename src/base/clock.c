/* Clock and calendar: days are counted from 1970-01-01 in the proleptic Gregorian calendar (the civil-from-days
 * algorithm with eras of 400 years). */
#include "base/clock.h"

#include <time.h>

enum { DAY_S = 86400 };
static const int64_t SECOND_US = 1000000;

static int64_t now(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
    return now(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return now(CLOCK_MONOTONIC);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01. The year starts in March, so that the leap day is the last. */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, struct civil *c)
{
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t m = (5 * day_of_year + 2) / 153;
    c->day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
    c->month = (int)(m < 10 ? m + 3 : m - 9);
    c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

struct civil civil_from_us(int64_t us)
{
    int64_t seconds = floor_div(us, SECOND_US);
    int64_t days = floor_div(seconds, DAY_S);
    int64_t rest = seconds - days * DAY_S;
    struct civil c = { .hour = (int)(rest / 3600),
                       .minute = (int)(rest / 60 % 60),
                       .second = (int)(rest % 60),
                       .microsecond = (int)(us - seconds * SECOND_US) };
    civil_from_days(days, &c);
    return c;
}

int64_t civil_to_us(const struct civil *c)
{
    int64_t days = days_from_civil(c->year, c->month, c->day);
    return (days * DAY_S + c->hour * 3600 + c->minute * 60 + c->second) * SECOND_US + c->microsecond;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_valid(const struct civil *c)
{
    static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1)
        return false;
    int last = length[c->month - 1] + (c->month == 2 && is_leap(c->year));
    return c->day <= last && c->hour >= 0 && c->hour < 24 && c->minute >= 0 && c->minute < 60 && c->second >= 0 &&
           c->second < 60 && c->microsecond >= 0 && c->microsecond < SECOND_US;
}

int civil_weekday(const struct civil *c)
{
    int64_t days = days_from_civil(c->year, c->month, c->day) + 3; /* 1970-01-01 was a Thursday */
    return (int)(days - floor_div(days, 7) * 7);
}

struct str clock_datetime(struct arena *a, int64_t us)
{
    struct civil c = civil_from_us(us);
    return str_printf(a, "%04d-%02d-%02d %02d:%02d:%02d.%06d", c.year, c.month, c.day, c.hour, c.minute, c.second,
                      c.microsecond);
}

struct str clock_date(struct arena *a, int64_t us)
{
    struct civil c = civil_from_us(us);
    return str_printf(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

bool clock_day(struct str text, int64_t *us)
{
    int parts[3] = { 0 };
    for (size_t i = 0, part = 0; i < text.n; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? text.p[i] != '-' : text.p[i] < '0' || text.p[i] > '9')
            return false;
        part += dash;
        parts[part] = dash ? 0 : parts[part] * 10 + (text.p[i] - '0');
        if (i >= 10)
            return false;
    }
    struct civil day = { .year = parts[0], .month = parts[1], .day = parts[2] };
    if (text.n != 10 || !civil_valid(&day))
        return false;
    *us = civil_to_us(&day);
    return true;
}

struct str clock_day_after(struct arena *arena, struct str day, int64_t days)
{
    int64_t us;
    return clock_day(day, &us) ? clock_date(arena, us + days * INT64_C(86400000000)) : day;
}

struct str clock_http_date(struct arena *a, int64_t us)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct civil c = civil_from_us(us);
    return str_printf(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[civil_weekday(&c)], c.day, months[c.month - 1],
                      c.year, c.hour, c.minute, c.second);
}
