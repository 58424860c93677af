#pragma once
/* adoption: what a database of Frappe brings along: looked at after it was loaded.
 */
#include "base.h"

/* The database of the founded site holds Frappe's tables. False: what is missing. */
bool adoption_is_frappe(struct arena *, struct str host, struct str *why);
/* One line per finding: what was taken, what stays behind or is off, and why. */
bool adoption_report(struct ctx *, struct buf *report);
