#pragma once
#include "base.h"

/* The bootcamp's lessons are others than before: its Enrollments are counted anew, by a job of this transaction. */
bool recount_later(struct ctx *, struct str bootcamp);
