#pragma once
/* Clock and calendar. Time is UTC inside: int64_t microseconds since 1970 (`_us`). A school's zone is applied at the
 * edges only. Timeouts use the monotonic clock.
 */
#include "base/str.h"

int64_t clock_wall_us(void);
int64_t clock_mono_us(void);

struct civil {
    int year, month, day, hour, minute, second, microsecond;
};

/* Proleptic Gregorian calendar; no zone. civil_to_us is the inverse of civil_from_us. */
struct civil civil_from_us(int64_t us);
int64_t civil_to_us(const struct civil *);
bool civil_valid(const struct civil *);  /* a date and time that exist; years 1 to 9999 */
int civil_weekday(const struct civil *); /* 0 Monday … 6 Sunday */

/* A time zone by its IANA name, read from the system's database once and kept for the life of the process. NULL when
 * the name is unknown or malformed. */
struct zone;
const struct zone *zone_find(struct str name);
int64_t zone_to_local_us(const struct zone *, int64_t utc_us);
/* A local time that occurs twice is taken as the first; one that never occurs, as after the gap. */
int64_t zone_to_utc_us(const struct zone *, int64_t local_us);

/* "2026-03-01 09:05:07.120000" (26 bytes), "2026-03-01" (10 bytes) of a civil time given as µs. */
struct str clock_datetime(struct arena *, int64_t us);
struct str clock_date(struct arena *, int64_t us);
/* Midnight of a day that is written "2026-11-24" and exists; false for anything else. */
bool clock_day(struct str, int64_t *us) MUST_USE;
/* The day so many days later, or before; what is no day stays as it is. */
struct str clock_day_after(struct arena *, struct str day, int64_t days);
/* RFC 9110 date: "Mon, 30 Nov 2026 20:26:55 GMT". */
struct str clock_http_date(struct arena *, int64_t utc_us);
