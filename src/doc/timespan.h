#pragma once
/* Named spans of time, in the school's zone. */
#include "doc.h"

/* First and last day of a span by its name ("this month", "last 6 months"), case-insensitive; false: no such name. */
bool timespan_find(struct ctx *, struct str name, int64_t *from_us, int64_t *to_us);
/* "1 week", "3 months" … before or after now. */
bool timespan_beside(struct ctx *, bool next, struct str length, int64_t *from_us, int64_t *to_us);
