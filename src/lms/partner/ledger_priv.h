#pragma once
/* Rows of the commission ledger, by the hands that write them. */
#include "lms/sales.h"

#define LEDGER_SETTLED "settled and past the hold"

/* A new row, owned by Administrator. */
bool ledger_insert(struct ctx *, struct doc *row);
