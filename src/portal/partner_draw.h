#pragma once
/* What the partner's page draws: SVG made by the server. */
#include "lms/sales.h"
#include "web.h"

/* One bar for each day (or month, where there are more than 92 days) of the time, as high as its commission. `label` says
 * what is shown. Empty where there is nothing to show. */
struct html partner_chart(struct web *, const struct affiliate_question *, const struct affiliate_summary *,
                          struct str label);
/* A QR code of the text; empty where it does not fit one. */
struct html partner_qr(struct web *, struct str text, struct str label);
/* Days between two dates, both counted; 0 where one is none. */
int64_t days_between(struct str from, struct str to);
/* The day so many days later (or before). */
struct str day_after(struct arena *, struct str day, int64_t days);
