#pragma once
/* visit: one exchange on its walk through the pipeline (serve.c). Lives in the exchange's arena. */
#include "web.h"

enum { STEPS_MOST = 16 };

struct visit {
    struct web web;
    const struct site *site;     /* found by Host; held by the call once it is open */
    bool open;                   /* the call is open for the site */
    size_t at;                   /* the step where the walk goes on */
    enum lane lane, pass;        /* where it runs; where it wants to go on (LANE_LOOP: stays) */
    bool again;                  /* this is the second try in the slow lane */
    bool hit;                    /* answered from the response cache */
    bool over;                   /* answered */
    uint64_t ticket;             /* of the response cache: taken before anything was read */
    int64_t since_us;            /* monotonic: when the step that runs began */
    int64_t took_us[STEPS_MOST]; /* by step */
};

/* The name of a step, for logs; NULL past the last. */
const char *step_name(size_t);
/* The header for whoever may see it: "args;dur=0.1, handle;dur=2.3". */
struct str visit_timing(const struct visit *);
/* One structured line: no path with names in it, no person. */
void visit_log(const struct visit *, const struct exchange *, bool sent);
