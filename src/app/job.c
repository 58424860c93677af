/* The commands `job …`: what a school's queue holds, and another chance for what was given up. */
#include "command.h"
#include "work.h"

enum { LIST_MOST = 500 };

static void print_row(const struct job_row *r)
{
    const char *state = r->dead ? "dead" : r->taken ? "running" : r->recurs ? "scheduled" : "waiting";
    printf("%-8lld %-9s %-28.*s %.19s  try %lld%s%.*s\n", (long long)r->id, state, STR_ARG(r->job), r->run_at.p,
           (long long)r->tries, r->error.n ? "  " : "", STR_ARG(r->error));
}

static int job_list(struct command_line *cl)
{
    struct ctx cx;
    struct job_row *rows;
    size_t count = 0;
    if (!command_open(cl) || !command_call(cl, &cx, command_word(cl, 0)))
        return FAILED;
    bool read = jobs_list(&cx, LIST_MOST, &rows, &count);
    for (size_t i = 0; read && i < count; i++)
        print_row(&rows[i]);
    return command_end(&cx, read);
}

COMMAND(job_list)
= { .name = "job list",
    .words = "HOST",
    .run = job_list,
    .about = "Lists a school's jobs: dead ones first, then by time (UTC)." };

static int job_retry_dead(struct command_line *cl)
{
    struct ctx cx;
    int64_t id = 0, count = 0;
    const char *which = command_word(cl, 1);
    if (which && (!str_int(str_of(which), &id) || id < 1))
        return command_misused(cl, "%s is not the number of a job.", which);
    if (!command_open(cl) || !command_call(cl, &cx, command_word(cl, 0)))
        return FAILED;
    bool done = jobs_revive(&cx, id, &count);
    if (done)
        printf("%lld job(s) will be tried again.\n", (long long)count);
    return command_end(&cx, done);
}

COMMAND(job_retry_dead)
= { .name = "job retry",
    .words = "HOST [NUMBER]",
    .run = job_retry_dead,
    .about = "Tries a dead job again, or all of them." };
