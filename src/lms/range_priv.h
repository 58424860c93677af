#pragma once
/* The time that a report or a partner's figures are about. */
#include "base.h"

/* Two days of the school, both inclusive. Empty ones become today and so many days before. Throws ValidationError for what
 * is no day, and where the first is after the second. */
bool range_of(struct ctx *, struct str *from, struct str *to, int64_t days);
