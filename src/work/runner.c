/* The threads that do jobs, and which site they look at next.
 *
 * A site is looked at when a change says that something was put in (here at once, from another daemon within a second for
 * sites in use), when the next of its jobs is due, and once a minute in any case. One thread of a lane looks at a site at
 * a time; a site has at most half of a lane's threads, so that one slow receiver does not stop the others. */
#include <stdatomic.h>
#include <stdlib.h>

#include "work_priv.h"

enum { POLL_S = 60, SENDERS = 6, SENDERS_MOST = 32 };
static const int64_t SECOND = 1000000, LIST_US = 5 * 1000000LL, TROUBLE_US = 2 * 1000000LL;
static const size_t JOB_MEMORY = (size_t)192 << 20;

/* A site as the threads see it. Never freed while they run: sites that are gone are looked for in vain. */
struct place {
    struct place *next;
    int64_t due_us[JOB_LANES]; /* monotonic; INT64_MAX: somebody looks at it */
    unsigned running[JOB_LANES];
    bool looking[JOB_LANES], scheduled[JOB_LANES];
    int64_t counted_us;
    struct queue_count count;
    char name[];
};

struct worker {
    struct thread *thread;
    enum job_lane lane;
};

static struct {
    struct lock lock;
    struct wakeup wakeup[JOB_LANES];
    struct place *places;
    struct worker *workers;
    unsigned count[JOB_LANES];
    int64_t listed_us, trouble_us[JOB_LANES]; /* trouble: the database did not answer; nobody asks it before then */
    const struct user *user;
    _Atomic bool running;
} room;
static _Atomic bool stopping;
static _Atomic uint64_t done_total, failed_total, given_up_total;

/* Before main, and for ever: changes may be told of at any time. */
__attribute__((constructor)) static void init(void)
{
    lock_init(&room.lock);
    for (size_t lane = 0; lane < JOB_LANES; lane++)
        wakeup_init(&room.wakeup[lane]);
}

bool jobs_stopping(void)
{
    return stopping;
}

/* ---- which site ----------------------------------------------------------------------------------------------------------- */

/* Under the lock. */
static struct place *place_of(struct str name, bool make)
{
    for (struct place *p = room.places; p; p = p->next)
        if (str_is(name, p->name))
            return p;
    struct place *p = make ? calloc(1, sizeof *p + name.n + 1) : NULL;
    if (!p)
        return NULL;
    memcpy(p->name, name.p, name.n);
    p->next = room.places;
    return room.places = p;
}

static void due_now(struct place *p)
{
    for (size_t lane = 0; lane < JOB_LANES; lane++) {
        p->due_us[lane] = 0;
        wakeup_one(&room.wakeup[lane]);
    }
}

static void changed(struct str site, const char *doctype)
{
    (void)doctype;
    lock_take(&room.lock);
    struct place *p = place_of(site, room.running);
    if (p)
        due_now(p);
    lock_release(&room.lock);
}

CHANGE_LISTENER(jobs) = { "preau_job", changed };

static void list_sites(struct arena *a)
{
    const struct site **sites;
    size_t count = sites_all(a, &sites);
    lock_take(&room.lock);
    for (size_t i = 0; i < count; i++)
        place_of(sites[i]->name, true);
    lock_release(&room.lock);
    for (size_t i = 0; i < count; i++)
        site_release(sites[i]);
}

/* The site that has been due for longest; *wait_us: until one is. */
static struct place *pick(enum job_lane lane, int64_t now, int64_t *wait_us)
{
    struct place *best = NULL;
    unsigned share = (room.count[lane] + 1) / 2;
    *wait_us = LIST_US;
    if (room.trouble_us[lane] > now) {
        *wait_us = room.trouble_us[lane] - now;
        return NULL;
    }
    for (struct place *p = room.places; p; p = p->next)
        if (!p->looking[lane] && p->running[lane] < share && (!best || p->due_us[lane] < best->due_us[lane]))
            best = p;
    if (!best || best->due_us[lane] <= now)
        return best;
    if (best->due_us[lane] - now < *wait_us)
        *wait_us = best->due_us[lane] - now;
    return NULL;
}

/* Waits for a site to look at. NULL: it is time to go, or to list the sites anew. */
static struct place *next_place(enum job_lane lane)
{
    struct place *p = NULL;
    lock_take(&room.lock);
    while (!stopping) {
        int64_t now = clock_mono_us(), wait_us;
        if (now - room.listed_us > LIST_US) {
            room.listed_us = now;
            break;
        }
        if ((p = pick(lane, now, &wait_us)))
            break;
        wakeup_wait(&room.wakeup[lane], &room.lock, wait_us);
    }
    if (p) {
        p->looking[lane] = true;
        p->due_us[lane] = INT64_MAX;
    }
    lock_release(&room.lock);
    return p;
}

/* ---- looking ------------------------------------------------------------------------------------------------------------------ */

/* A call that only looks: the site does not count as in use. */
static struct ctx glance(struct arena *a, const struct site *site)
{
    return (
        struct ctx){ .arena = a, .site = site, .tenant = &site->tenant, .now_us = clock_wall_us(), .may_write = true };
}

static bool make_schedule(struct arena *a, const struct site *site, enum job_lane lane)
{
    struct ctx cx;
    call_open(&cx, a, site); /* with the site's settings: its zone is among them */
    cx.may_write = true;
    bool made = schedule_rows(&cx, lane) && call_commit(&cx);
    if (!made)
        call_rollback(&cx);
    db_return(&cx);
    return made;
}

static bool ensure_schedule(struct ctx *cx, struct place *p, enum job_lane lane)
{
    bool lacks;
    if (p->scheduled[lane])
        return true;
    if (!schedule_lacks(cx, lane, &lacks))
        return false;
    db_return(cx);
    p->scheduled[lane] = !lacks || make_schedule(cx->arena, cx->site, lane);
    return p->scheduled[lane];
}

/* Not at every look: a queue in full swing is not counted after each job. */
static void count_queue(struct ctx *cx, struct place *p, enum job_lane lane)
{
    struct queue_count now;
    if (lane != JOB_HERE || clock_mono_us() - p->counted_us < 5 * SECOND || !queue_count(cx, &now))
        return;
    lock_take(&room.lock);
    p->count = now;
    p->counted_us = clock_mono_us();
    lock_release(&room.lock);
}

/* When to look at the site again: spread, so that they do not all come at once. */
static int64_t poll_us(const struct site *site)
{
    int64_t poll = site_config_int(site, "job_poll_seconds", POLL_S) * SECOND;
    uint32_t chance;
    random_fill(&chance, sizeof chance);
    return poll < SECOND ? SECOND : poll - (int64_t)(chance % 1000) * (poll / 4000);
}

enum look { LOOK_TAKEN, LOOK_NOTHING, LOOK_TROUBLE };

static enum look look(struct ctx *cx, struct place *p, enum job_lane lane, struct taken *t, int64_t *wait_us)
{
    if (cx->site->suspended || cx->site->reads_only) {
        *wait_us = 5 * SECOND;
        return LOOK_NOTHING;
    }
    if (ensure_schedule(cx, p, lane) && queue_take(cx, lane, t, wait_us))
        return LOOK_TAKEN;
    if (!failed(cx))
        count_queue(cx, p, lane);
    int64_t poll = poll_us(cx->site);
    if (failed(cx) || *wait_us > poll)
        *wait_us = poll;
    return cx->err.kind == &ServiceUnavailable ? LOOK_TROUBLE : LOOK_NOTHING;
}

/* ---- doing --------------------------------------------------------------------------------------------------------------------- */

static bool attempt(struct ctx *cx, void *arg)
{
    struct taken *t = arg;
    return t->run.job->run(cx, &t->run);
}

/* What people may read of a failure: our own mistakes are told in the log only. */
static struct str reason_of(struct ctx *cx)
{
    return cx->err.kind == &InternalError || !cx->err.message.n ? str_of(cx->err.kind ? cx->err.kind->name : "?")
                                                                : str_copy(cx->arena, cx->err.message);
}

/* False: it failed, and nothing of it stays. A job that became another's is no failure: nothing of it stays either. */
static bool settle(struct ctx *cx, const struct taken *t, int64_t *wait_us)
{
    if (queue_settle(cx, t, wait_us) && call_commit(cx))
        return true;
    call_rollback(cx);
    return !failed(cx);
}

static void tell(struct ctx *cx, const struct taken *t, int64_t started_us, bool gone)
{
    static const char *const ends[] = { "done", "again", "given up", "handed back" };
    struct log_line line;
    log_begin(&line, t->run.end == JOB_GIVEN_UP || (gone && t->run.end == JOB_AGAIN) ? LOG_WARN : LOG_INFO, "job");
    log_text(&line, "job", str_of(t->run.job->name));
    log_text(&line, "site", cx->site->name);
    log_text(&line, "end", str_of(ends[t->run.end]));
    log_number(&line, "id", t->id);
    log_number(&line, "try", t->run.tries);
    log_number(&line, "took_us", clock_mono_us() - started_us);
    log_number(&line, "statements", cx->statements);
    log_end(&line);
    if (t->run.end == JOB_DONE)
        done_total++;
    else if (t->run.end != JOB_HANDED_BACK)
        failed_total++;
    if (gone && (t->run.end == JOB_AGAIN || t->run.end == JOB_GIVEN_UP))
        given_up_total++;
}

/* What it wrote and its end are one transaction; when that fails, its failure is written in another. */
static int64_t do_job(struct arena *a, const struct site *site, struct taken *t)
{
    struct ctx cx;
    int64_t started = clock_mono_us(), wait_us = INT64_MAX;
    call_open(&cx, a, site);
    cx.user = room.user;
    cx.may_write = true;
    bool ok = t->run.end != JOB_DONE || call_run(&cx, attempt, t);
    if (!ok || !settle(&cx, t, &wait_us)) {
        call_rollback(&cx);
        if (t->run.end != JOB_HANDED_BACK)
            job_retry(&t->run, reason_of(&cx));
        cx.err = (struct error){ 0 };
        if (!settle(&cx, t, &wait_us))
            wait_us = INT64_MAX; /* its lease will end */
    }
    tell(&cx, t, started, wait_us == INT64_MAX);
    db_return(&cx);
    return wait_us;
}

/* ---- the thread ------------------------------------------------------------------------------------------------------------------ */

static void looked(struct place *p, enum job_lane lane, enum look found, int64_t wait_us)
{
    lock_take(&room.lock);
    p->looking[lane] = false;
    int64_t now = clock_mono_us(), due = found == LOOK_TAKEN ? 0 : now + wait_us;
    if (due < p->due_us[lane]) /* it may have been woken meanwhile */
        p->due_us[lane] = due;
    p->running[lane] += found == LOOK_TAKEN;
    if (found == LOOK_TROUBLE)
        room.trouble_us[lane] = now + TROUBLE_US;
    if (found == LOOK_TAKEN)
        wakeup_one(&room.wakeup[lane]); /* there may be more */
    lock_release(&room.lock);
}

static void ended(struct place *p, enum job_lane lane, int64_t wait_us)
{
    lock_take(&room.lock);
    p->running[lane]--;
    int64_t due = wait_us < INT64_MAX ? clock_mono_us() + wait_us : 0;
    if (due < p->due_us[lane])
        p->due_us[lane] = due;
    wakeup_one(&room.wakeup[lane]);
    lock_release(&room.lock);
}

static void look_after(struct arena *a, struct place *p, enum job_lane lane)
{
    struct taken t;
    int64_t wait_us = POLL_S * SECOND;
    const struct site *site = site_peek(str_of(p->name));
    if (!site) {
        looked(p, lane, LOOK_NOTHING, wait_us);
        return;
    }
    struct ctx cx = glance(a, site);
    enum look found = look(&cx, p, lane, &t, &wait_us);
    db_rollback(&cx);
    db_return(&cx);
    looked(p, lane, found, wait_us);
    if (found == LOOK_TAKEN)
        ended(p, lane, do_job(a, site, &t));
    site_release(site);
}

static void run(void *arg)
{
    struct worker *w = arg;
    struct arena *a = arena_new(JOB_MEMORY);
    if (!a)
        return;
    if (w->lane == JOB_HERE)
        thread_stand_back();
    db_thread(true);
    while (!stopping) {
        struct place *p = next_place(w->lane);
        if (p)
            look_after(a, p, w->lane);
        else if (!stopping)
            list_sites(a);
        arena_reset(a);
    }
    arena_free(a);
    db_thread(false);
}

bool work_start(const struct work_settings *s)
{
    unsigned senders = s->elsewhere ? s->elsewhere : SENDERS;
    room.count[JOB_HERE] = 1;
    room.count[JOB_ELSEWHERE] = senders < SENDERS_MOST ? senders : SENDERS_MOST;
    room.user = s->user;
    room.listed_us = INT64_MIN / 2;
    stopping = false;
    room.workers = calloc(room.count[JOB_HERE] + room.count[JOB_ELSEWHERE], sizeof *room.workers);
    if (!room.workers || !fetch_ready())
        return false;
    room.running = true;
    bool all = true;
    for (unsigned i = 0; i < room.count[JOB_HERE] + room.count[JOB_ELSEWHERE]; i++) {
        struct worker *w = &room.workers[i];
        w->lane = i < room.count[JOB_HERE] ? JOB_HERE : JOB_ELSEWHERE;
        w->thread = thread_start(w->lane == JOB_HERE ? "jobs.here" : "jobs.away", run, w);
        all &= w->thread != NULL;
    }
    return all;
}

void work_stop(void)
{
    if (!room.running)
        return;
    lock_take(&room.lock);
    stopping = true;
    for (size_t lane = 0; lane < JOB_LANES; lane++)
        wakeup_all(&room.wakeup[lane]);
    lock_release(&room.lock);
    for (unsigned i = 0; i < room.count[JOB_HERE] + room.count[JOB_ELSEWHERE]; i++)
        if (room.workers[i].thread)
            thread_join(room.workers[i].thread);
    lock_take(&room.lock);
    room.running = false;
    for (struct place *p = room.places, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    room.places = NULL;
    lock_release(&room.lock);
    free(room.workers);
}

struct work_stats work_stats(void)
{
    struct work_stats s = { .done_total = done_total, .failed_total = failed_total, .given_up_total = given_up_total };
    lock_take(&room.lock);
    for (struct place *p = room.places; p; p = p->next) {
        s.queued += (uint64_t)p->count.queued;
        s.dead += (uint64_t)p->count.dead;
        for (size_t lane = 0; lane < JOB_LANES; lane++)
            s.running += p->running[lane];
        if (p->count.oldest_s > s.oldest_s)
            s.oldest_s = p->count.oldest_s;
    }
    lock_release(&room.lock);
    return s;
}
