#pragma once
/* What the files of the work room know of each other. */
#include <sys/socket.h>

#include "work.h"

/* ---- queue.c: the table preau_job -------------------------------------------------------------------------------------- */
/* A job that somebody has taken. */
struct taken {
    int64_t id, by; /* by: the number of this attempt */
    bool recurs;
    struct job_run run;
};
/* Takes the job of the lane that is due for longest. False: nothing was taken, *wait_us is how long until one may be due
 * (INT64_MAX: nothing waits); or it failed. */
bool queue_take(struct ctx *, enum job_lane, struct taken *out, int64_t *wait_us);
/* The end of an attempt. False: it was somebody else's by then, or failed; the caller rolls back. A job that is due again
 * is so in *wait_us. The transaction is the caller's. */
bool queue_settle(struct ctx *, const struct taken *, int64_t *wait_us);
/* What the table holds, scheduled rows left out. */
struct queue_count {
    int64_t queued, running, dead, oldest_s;
};
bool queue_count(struct ctx *, struct queue_count *out);
const struct job *job_named(struct str name);

/* ---- schedule.c ---------------------------------------------------------------------------------------------------------- */
bool is_scheduled(const struct job *);
/* When a scheduled job is due after `now_us` on this site: UTC. */
int64_t schedule_next_us(const struct ctx *, const struct job *, int64_t now_us);
/* Some scheduled job of the lane has no row yet. False also on failure. */
bool schedule_lacks(struct ctx *, enum job_lane, bool *lacks);
/* Makes the rows that are missing. The transaction is the caller's. */
bool schedule_rows(struct ctx *, enum job_lane);

/* ---- pauses.c ------------------------------------------------------------------------------------------------------------- */
/* Seconds before the try after the `tries`-th; -1: there is none. */
int64_t pause_after(const struct site *, const struct job *, unsigned tries);

/* ---- address.c ------------------------------------------------------------------------------------------------------------ */
/* A machine on the public internet; everything private, local, reserved or translated is not. */
bool address_is_public(const struct sockaddr *);

/* ---- fetch.c -------------------------------------------------------------------------------------------------------------- */
/* Once, before other threads use the library. */
bool fetch_ready(void);
