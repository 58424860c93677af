#pragma once
/* Lanes know tasks, groups and threads; what a task is, only the server knows. */
#include "http.h"

struct group;

/* The part of an exchange that a lane holds while it waits or runs. */
struct lane_task {
    struct lane_task *next;
    struct group *group; /* in the lane it is in */
    uint64_t group_key;  /* whose work it is: a hash of the site's name */
    int64_t queued_us;
    enum lane lane; /* where it is, or was refused */
    bool refused;   /* the lane was full, or the wait too long */
};

struct lane_user {
    enum lane (*work)(struct lane_task *, enum lane); /* on a worker */
    void (*finished)(struct lane_task *);             /* any thread: done, or refused after it had been queued */
    void (*worker)(bool starting);                    /* may be NULL */
};

struct lane_size {
    unsigned running; /* workers that may be in their work at once */
    unsigned spare;   /* more of them, for those that have been in it for over 20 ms */
    unsigned room;    /* tasks that may wait; one group: half of them */
};

/* Starts the workers of all lanes. False: the system refused threads or memory; nothing is left running. */
bool lanes_start(const struct lane_size sizes[LANE_COUNT], const struct lane_user *) MUST_USE;
/* Queues a task. False: the lane is full; the task is still the caller's. */
bool lane_enter(enum lane, struct lane_task *) MUST_USE;
/* Queues tasks chained by `next`, each in the lane it names: one lock and few wakeups for all that a turn of the loop
 * brought. What finds no room is finished, refused. */
void lanes_enter(struct lane_task *chain);
/* Hands back, refused, what has waited for over 2 s (or, when `all`, everything that waits). */
void lanes_sweep(int64_t now_us, bool all);
/* Tasks that are in a worker's hands. */
unsigned lanes_running(void);
/* Ends the workers; returns when the last has left its work. Nothing may be queued any more. */
void lanes_stop(void);
