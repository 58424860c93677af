#pragma once
/* work: what happens later or elsewhere. Jobs that wait in the site's own database, their schedule, the threads that do
 * them; and requests to other programs over HTTP.
 *
 * A job is a row beside the code it belongs to. What it has to do waits in the site's table preau_job, written in the
 * transaction that wants it done: rolled back, it never was. Any number of daemons take jobs from there; a job that is
 * taken has a lease, so what a killed daemon left comes back. What a job writes and its end are one transaction: twice
 * begun, it is done once. What it does elsewhere may happen twice: it must carry a number that stays (`args`).
 */
#include "base.h"
#include "db.h"
#include "site.h"
#include "text.h"

/* ==== jobs =============================================================================================================== */
/* Here: in the database, on a thread that stands back. Elsewhere: waits for other programs, on threads of their own. */
enum job_lane { JOB_HERE, JOB_ELSEWHERE, JOB_LANES };

/* One attempt. */
struct job_run {
    const struct job *job;
    const json_t *args; /* what job_enqueue was given; {} of a scheduled job */
    unsigned tries;     /* this one included: 1 at first */
    enum { JOB_DONE, JOB_AGAIN, JOB_GIVEN_UP, JOB_HANDED_BACK } end;
    struct str reason;
};

struct job {
    const char *name; /* "webhook.deliver", at most 60 characters */
    /* Runs as Administrator in a call of its own. True: what it wrote is committed together with the job's end. False: it
     * has thrown; nothing stays but the error, and it is tried again after the next pause. */
    bool (*run)(struct ctx *, struct job_run *);
    enum job_lane lane;
    const int *pauses;      /* seconds before the second, third … try, ends with 0; NULL: 1 min, 10 min, 1 h, 6 h */
    const char *pauses_key; /* key of the site's configuration whose list stands for `pauses`; NULL: none */
    int lease_s;            /* longer than any attempt lasts; 0: 120 */
    int every_s;            /* done again and again without being asked for */
    bool daily;             /* once a day: in the hour `hour` of the site's zone, at a minute that differs by site */
    int hour;
    const char *about;
};
#define JOB(id) TABLE_ROW(jobs, struct job, job_##id)
/* clang-format off */
#define PAUSES(...) .pauses = (const int[]){ __VA_ARGS__, 0 }
/* clang-format on */

/* What is to be done. All members may be left out. */
struct job_order {
    const json_t *args; /* an object */
    /* While a job of this name and key waits for its first try there is no second one: it takes these args. Up to 400
     * characters. */
    struct str key;
    /* Jobs of one sequence are done one after another, in the order they were asked for; what is tried again later holds
     * up those behind it, what was given up does not. Up to 400 characters. */
    struct str sequence;
    int64_t at_us; /* not before, UTC; 0: at once */
    int lease_s;   /* 0: the job's */
};
/* In the caller's transaction, which must be a writing one. False: has thrown. A name that is no job is a bug. */
bool job_enqueue(struct ctx *, const char *job, const struct job_order *);

/* For run(), which then returns true: what it wrote stays, and the job … is tried again after the next pause (given up
 * when there is none); … is given up at once: it stays as a dead row with the reason, for people to see; … goes back to
 * the queue as if it had not been taken. The reason holds nothing secret. */
void job_retry(struct job_run *, struct str reason);
void job_give_up(struct job_run *, struct str reason);
void job_hand_back(struct job_run *);
/* Nothing follows this try: what job_retry asks for will be giving up. */
bool job_is_last_try(const struct ctx *, const struct job_run *);
/* The process wants to end: a long job stops where it may go on later. */
bool jobs_stopping(void);

/* ---- the threads ---------------------------------------------------------------------------------------------------------- */
struct work_settings {
    const struct user *user; /* of jobs: Administrator (auth.h, which this room does not know) */
    unsigned elsewhere;      /* threads that wait for others; 0: 6 */
};
/* Starts looking after the sites of the open folder; db_start comes first. False: the system refuses threads. */
bool work_start(const struct work_settings *);
/* Lets running jobs end, breaks off requests to others (their jobs go back to the queue), ends the threads. */
void work_stop(void);

/* Of all sites, as of the last look at each, at most a minute old; totals since the process began. */
struct work_stats {
    uint64_t queued, running, dead;
    int64_t oldest_s; /* how long the oldest job that is not dead has been waiting */
    uint64_t done_total, failed_total, given_up_total;
};
struct work_stats work_stats(void);

/* ---- for people ------------------------------------------------------------------------------------------------------------- */
struct job_row {
    int64_t id;
    struct str job, created, run_at, error; /* times in UTC, canonical */
    int64_t tries;
    bool dead, taken, recurs;
};
/* The jobs of the call's site, dead ones first, at most `most`. False: has thrown. */
bool jobs_list(struct ctx *, size_t most, struct job_row **out, size_t *count);
/* A dead job (0: all of them) gets all its tries again, at once. *count: how many. */
bool jobs_revive(struct ctx *, int64_t id, int64_t *count);
bool jobs_dead(struct ctx *, int64_t *count);
/* What waits in the lane becomes dead for this reason, so that nothing of it happens until somebody revives it. */
bool jobs_hold(struct ctx *, enum job_lane, struct str reason, int64_t *count);
/* The dead jobs of one sequence. */
bool jobs_revive_sequence(struct ctx *, struct str sequence, int64_t *count);

/* ==== requests to other programs ================================================================================================ */
struct fetch {
    struct str url;
    const char *method;         /* "GET", "POST" … */
    const struct pair *headers; /* sent as they are and no other but Host, Accept, User-Agent and Content-Length */
    size_t header_count;
    struct str body; /* p NULL: none */
    int timeout_s;   /* for everything: name, connection, answer; 0: 5 */
    size_t most;     /* bytes of the answer that are kept; 0: 1 MiB. The rest is not read. */
};
struct fetched {
    int status;          /* 0: no answer */
    struct str body;     /* the first `most` bytes */
    const char *problem; /* message id of why there is no answer; NULL: there is one */
    bool stopped;        /* broken off because the process ends: nothing is known */
    int64_t took_us;
};
/* One request; redirects are answers like others. TLS is verified. The call's connection to the database is given back
 * meanwhile, so nothing may be written and not yet committed (a bug). What goes wrong elsewhere is in *out and fails
 * nothing; false only for what is our own fault (has thrown).
 *
 * Goes to public addresses only, by https on port 443, unless the site's configuration lists the host in
 * `allow_private_hosts` (["frontend:8080", "10.0.0.7:80"]): the address that is connected to is judged, so names that
 * change do not help. Environment variables for proxies are not looked at. */
bool fetch(struct ctx *, const struct fetch *, struct fetched *out);
/* What fetch would refuse about the URL before any name is looked up; NULL: nothing. A message id. */
const char *fetch_refuses(struct ctx *, struct str url);

/* ==== mail ======================================================================================================================= */
/* The server that takes our mails: the operator's choice, so any address will do. */
struct smtp {
    struct str host;
    int64_t port;
    enum smtp_safety {
        SMTP_OPEN,
        SMTP_STARTTLS,
        SMTP_TLS
    } safety;                   /* the latter two verify the certificate, and insist */
    struct str login, password; /* login empty: none */
    struct str ca_file;         /* PEM of who signs its certificate; empty: the system's */
    struct str greeting;        /* how we call ourselves (EHLO) */
};
struct smtp_result {
    int status;          /* the server's last word, 0: none */
    const char *problem; /* message id of why it was not taken; NULL: it was */
    bool lasting;        /* trying again would not help */
    bool stopped;        /* broken off because the process ends: nothing is known */
};
/* Hands one message (RFC 5322, lines end with CR LF) over. As fetch: the call's connection is given back meanwhile, and only
 * what is our own fault fails. When a connection breaks at the end nobody knows whether the message was taken. */
bool smtp_send(struct ctx *, const struct smtp *, struct str from, struct str to, struct str message,
               struct smtp_result *out);
