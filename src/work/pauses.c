/* How long to wait before the next try: the job's ladder, or the one that the site's configuration has instead. */
#include "work_priv.h"

static const int ordinary[] = { 60, 600, 3600, 6 * 3600, 0 };

/* A list of whole numbers of seconds; what is none counts as 0. */
static int64_t configured(const json_t *list, unsigned tries)
{
    int64_t pause = tries <= json_array_size(list) ? json_integer_value(json_array_get(list, tries - 1)) : -1;
    return pause > 365 * 86400 ? 365 * 86400 : pause;
}

int64_t pause_after(const struct site *site, const struct job *job, unsigned tries)
{
    const json_t *list = job->pauses_key ? json_object_get(site->config, job->pauses_key) : NULL;
    if (json_is_array(list))
        return configured(list, tries);
    const int *pauses = job->pauses ? job->pauses : ordinary;
    unsigned count = 0;
    while (pauses[count])
        count++;
    return tries <= count ? pauses[tries - 1] : -1;
}

bool job_is_last_try(const struct ctx *cx, const struct job_run *run)
{
    return pause_after(cx->site, run->job, run->tries) < 0;
}
