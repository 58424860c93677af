/* The time that a report or a partner's figures are about. */
#include "range_priv.h"

#include "site.h"

bool range_of(struct ctx *cx, struct str *from, struct str *to, int64_t days)
{
    int64_t us;
    if (!to->n)
        *to = call_today(cx);
    if (!from->n)
        *from = clock_day_after(cx->arena, *to, 1 - days);
    bool good = clock_day(*from, &us) && clock_day(*to, &us) && str_compare(*from, *to) <= 0;
    return good || throw(cx, &ValidationError, "The time must be two dates, the first not after the second.");
}
