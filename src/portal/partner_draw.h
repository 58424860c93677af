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
