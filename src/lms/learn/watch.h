#pragma once
/* watch: what the server knows of one user's way through one lesson before it is complete: when it was opened, what of
 * its video was played, and where they stopped. One account for user and lesson, over all devices and days.
 */
#include "lms.h"
#include "spans.h"

struct watch {
    struct str user, lesson;
    int64_t video;                  /* CRC-32 of the video's address, as stored */
    int64_t opened_us;              /* first opened: credit for what was played counts from here */
    int64_t shown_us;               /* opened last, after a pause: reading time counts from here */
    int64_t seen_us;                /* last heard of */
    int64_t position_ms, player_ms; /* where they stopped; how long their player says the video is */
    int64_t waits_since_us;         /* the school was asked to complete it by hand; 0: not */
    struct spans played;            /* credited */
};

/* The account, locked for this transaction; one that is new begins now. `video_url` another than before: it begins anew
 * too. Two statements, three for a new one. NULL: failed. */
struct watch *watch_open(struct ctx *, struct str user, struct str lesson, struct str video_url);
bool watch_save(struct ctx *, const struct watch *);
/* Without a lock, for showing; all zero when there is none. One statement. */
bool watch_find(struct ctx *, struct str user, struct str lesson, struct watch *out);
/* The lesson was opened by the caller: its clock begins, in a transaction of its own. One statement when it runs
 * already. Says nothing on failure: a page is shown all the same. */
void watch_begin(struct ctx *, struct str lesson, struct str video_url);

/* Credits what was played, as far as the clock allows: 2.1 times what passed since it was opened, and 5 s. */
void watch_credit(struct ctx *, struct watch *, struct spans played);
/* The video's length in ms: what the players of three users agree on within 2 s, else what the lesson declares; 0:
 * unknown. One statement. */
bool watch_length(struct ctx *, const struct watch *, int64_t declared_ms, int64_t *length_ms);

/* Who asked the school to complete a lesson, longest waiting first, at most 500: user, lesson, title, bootcamp, what was
 * played. */
struct sql *watch_waiting(struct ctx *);
/* The school did. */
bool watch_answered(struct ctx *, struct str user, struct str lesson);
