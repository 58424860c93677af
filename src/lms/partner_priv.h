#pragma once
#include "doc.h"

/* The document's `sales_partner` is tied to the caller: for what an influencer may see. Both halves. */
extern const struct condition of_own_partner;
