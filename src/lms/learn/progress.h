#pragma once
/* progress: what a student's page reports of a lesson, judged by the rule of the lesson.
 */
#include "watch.h"

struct report {
    const struct doc *lesson; /* as the caller may read it */
    struct enrollment_facts enrolled;
    struct str event; /* view, progress, ended, answer, manual */
    struct str answer;
    const json_t *intervals;        /* NULL: none came */
    int64_t position_ms, player_ms; /* -1: not said */
};

struct progress {
    struct str completion;    /* the rule: End, Watch, View, Answer, Manual */
    bool complete;            /* now, or already */
    struct str why;           /* one sentence in the caller's language */
    int percent;              /* of this lesson */
    int64_t completed, total; /* of the bootcamp */
};

/* Judges, and completes the lesson in the caller's Enrollment when the rule is met: all in this transaction. Who is not
 * enrolled with access gets a sentence that says so, and nothing is written. */
bool progress_report(struct ctx *, const struct report *, struct progress *out);
/* Puts the lesson among the completed ones of the Enrollment, unless it is there already; counts anew. `watch` may be
 * NULL. NULL: failed. */
struct doc *progress_complete(struct ctx *, struct str enrollment, struct str lesson, const struct watch *);
/* Was it completed before? One statement. */
bool progress_is_complete(struct ctx *, struct str enrollment, struct str lesson, bool *out);
