#pragma once
/* adoption: what a database of Frappe brings along: looked at after it was loaded.
 */
#include "base.h"
#include "site.h"

/* The database of the founded site holds Frappe's tables. False: what is missing. */
bool adoption_is_frappe(struct arena *, struct str host, struct str *why);
/* Taken in place it keeps its collations, and a join of two fails: all must be as our tables are. False: which is not. */
bool adoption_joins(struct arena *, struct str host, struct str *why);
/* Its tables have the columns that this program cannot do without. False: why. */
bool adoption_complete(struct arena *, struct str host, struct str *why);
/* DocTypes that the site defines without the fields that this program's own need: one sentence each, in the arena. */
size_t adoption_off(struct arena *, const struct site *, const char ***sentences);
/* One line per finding: what was taken, what stays behind or is off, and why. */
bool adoption_report(struct ctx *, struct buf *report);
