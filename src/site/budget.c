/* A site's budget of time: `rate_limit` of its configuration, spent by its requests in fixed windows
 * (spec/frappe-api.md section 7.6). Each process counts for itself. */
#include <stdatomic.h>

#include "site_priv.h"

/* Seconds, as a whole number or not; 0: none. */
static int64_t seconds_in_us(const json_t *config, const char *key)
{
    const json_t *rate = json_object_get(config, "rate_limit");
    double seconds = json_number_value(json_object_get(rate, key));
    return seconds > 0 && seconds < 1e9 ? (int64_t)(seconds * 1e6) : 0;
}

/* What was spent in the window of now; a new window begins at nothing. */
static int64_t spend(struct site_state *s, int64_t window, int64_t us)
{
    int64_t counted = atomic_load(&s->window);
    if (counted != window && atomic_compare_exchange_strong(&s->window, &counted, window))
        atomic_store(&s->spent_us, 0);
    return atomic_fetch_add(&s->spent_us, us) + us;
}

bool site_budget(const struct site *s, int64_t now_us, int64_t spent_us, struct site_budget *out)
{
    int64_t window_us = seconds_in_us(s->config, "window");
    *out = (struct site_budget){ .limit_us = seconds_in_us(s->config, "limit") };
    if (!window_us || !out->limit_us)
        return false;
    int64_t spent = spend(s->state, now_us / window_us, spent_us);
    out->left_us = spent < out->limit_us ? out->limit_us - spent : 0;
    out->over = spent > out->limit_us;
    out->reset_s = (int)((window_us - now_us % window_us + 999999) / 1000000);
    return true;
}
