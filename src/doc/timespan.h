#pragma once
/* Dates as people and clients write them in filters, and named spans of time, in the school's zone. */
#include "doc.h"

/* Lenient: "2026-3-1", "2026/03/01", "20260301", "03/01/2026" (month first), "31-12-2026", with or without a time
 * ("9:05", "09:05:07.12", after a space or T) and an offset (then converted to the school's zone). Local µs.
 * `has_time`: a time of day was given (may be NULL). */
bool moment_parse(const struct ctx *, struct str, int64_t *us, bool *has_time);
/* "9:05[:07[.12]]" as µs since midnight. */
bool moment_parse_time(struct str, int64_t *us);
/* Local time of the school, and its date as text. What is answered from it is true until the school's midnight. */
int64_t moment_today_us(struct ctx *);

/* First and last day of a span by its name ("this month", "last 6 months"), case-insensitive; false: no such name. */
bool timespan_find(struct ctx *, struct str name, int64_t *from_us, int64_t *to_us);
/* "1 week", "3 months" … before or after now. */
bool timespan_beside(struct ctx *, bool next, struct str length, int64_t *from_us, int64_t *to_us);
