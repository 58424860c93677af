/* The lanes: bounded queues of tasks and the workers that carry them out.
 *
 * Groups (sites) that have work waiting stand in a ring and are served in turn, so that nobody waits behind a
 * neighbour's crowd; a group that already holds half of a lane's workers is passed over while another waits. Of the
 * general lane's workers only `running` are busy at once, which is what the cores and MariaDB like best, until some
 * have been in their work for over 20 ms: those no longer count, and spare workers take their place. The one idle
 * worker that watches for this sleeps with a timeout, all others without.
 *
 * Idle workers stand on a stack and each sleeps on a wakeup of its own: the one that rested last is called first, so
 * that little work keeps few threads, connections and caches warm, and nobody is called who could not start. */
#include "lane_priv.h"

enum { BUCKETS = 64, STALL_US = 20 * 1000, WAIT_MOST_US = 2 * 1000 * 1000, CALL_MOST = 8 };

struct group {
    uint64_t key;
    struct group *chain; /* in its bucket, or in the free list */
    struct group *next;  /* in the ring of those with work waiting */
    struct lane_task *first, *last;
    unsigned queued, running;
};

struct worker {
    struct queue *queue;
    struct thread *thread;
    int64_t since_us; /* start of the work it is in; 0: none */
    struct wakeup wakeup;
    struct worker *idle_next; /* in the stack of idle ones */
    bool resting;             /* in that stack */
};

/* Workers to be woken once the lock is released: woken under it they would run straight into it. */
struct calls {
    struct worker *workers[CALL_MOST];
    unsigned count;
};

struct queue {
    enum lane lane;
    struct lock lock;
    struct group *pool, *unused, *buckets[BUCKETS];
    struct group *ring_first, *ring_last;
    struct worker *workers, *idle;      /* all; a stack */
    unsigned worker_count, width, half; /* half: workers one group may hold while another waits */
    unsigned room, queued, running, ring;
    unsigned called; /* taken off the stack, but not awake yet */
    bool watched, stopping;
    uint64_t done, refused;
    int64_t waited_us;
};

static struct {
    struct queue queues[LANE_COUNT];
    struct lane_user user;
} lanes;

static const char *const names[LANE_COUNT] = { "loop", "general", "slow", "hash", "stream" };

/* ---- groups --------------------------------------------------------------------------------------------------- */
static struct group *group_of(struct queue *q, uint64_t key)
{
    struct group **bucket = &q->buckets[key % BUCKETS];
    for (struct group *g = *bucket; g; g = g->chain)
        if (g->key == key)
            return g;
    struct group *g = q->unused; /* there are as many groups as tasks: never NULL */
    q->unused = g->chain;
    *g = (struct group){ .key = key, .chain = *bucket };
    return *bucket = g;
}

static void forget_if_over(struct queue *q, struct group *g)
{
    if (g->queued || g->running)
        return;
    struct group **at = &q->buckets[g->key % BUCKETS];
    while (*at != g)
        at = &(*at)->chain;
    *at = g->chain;
    g->chain = q->unused;
    q->unused = g;
}

static void ring_add(struct queue *q, struct group *g)
{
    g->next = NULL;
    if (q->ring_last)
        q->ring_last->next = g;
    else
        q->ring_first = g;
    q->ring_last = g;
    q->ring++;
}

static void ring_remove(struct queue *q, struct group *g, struct group *before)
{
    if (before)
        before->next = g->next;
    else
        q->ring_first = g->next;
    if (q->ring_last == g)
        q->ring_last = before;
    q->ring--;
}

static struct lane_task *pop(struct queue *q, struct group *g)
{
    struct lane_task *t = g->first;
    g->first = t->next;
    g->queued--;
    q->queued--;
    t->next = NULL;
    return t;
}

/* Takes the group whose turn it is out of the ring: the first, unless it holds its half and another does not. In the
 * stream lane nobody gets more than half: NULL. */
static struct group *turn(struct queue *q)
{
    struct group *before = NULL, *g = q->ring_first;
    bool strict = q->lane == LANE_STREAM;
    while ((q->ring > 1 || strict) && g && g->running >= q->half) {
        before = g;
        g = g->next;
    }
    if (!g && strict)
        return NULL;
    if (!g) {
        g = q->ring_first;
        before = NULL;
    }
    ring_remove(q, g, before);
    return g;
}

/* ---- workers -------------------------------------------------------------------------------------------------- */
static bool stalled(const struct worker *w, int64_t now_us)
{
    return w->since_us && now_us - w->since_us >= STALL_US;
}

static bool may_start(const struct queue *q)
{
    unsigned counting = q->running + q->called;
    if (counting < q->width)
        return true;
    int64_t now_us = clock_mono_us();
    for (unsigned i = 0; i < q->worker_count; i++)
        counting -= stalled(&q->workers[i], now_us);
    return counting < q->width;
}

/* Until the next of the running workers counts as stalled. */
static int64_t next_stall_us(const struct queue *q)
{
    int64_t now_us = clock_mono_us(), least = STALL_US;
    for (unsigned i = 0; i < q->worker_count; i++) {
        const struct worker *w = &q->workers[i];
        if (w->since_us && !stalled(w, now_us) && w->since_us + STALL_US - now_us < least)
            least = w->since_us + STALL_US - now_us;
    }
    return least + 100;
}

static void leave_stack(struct queue *q, struct worker *w)
{
    struct worker **at = &q->idle;
    while (*at != w)
        at = &(*at)->idle_next;
    *at = w->idle_next;
    w->resting = false;
}

static void rest(struct worker *w)
{
    struct queue *q = w->queue;
    bool watch = q->queued && !q->watched;
    q->watched |= watch;
    w->idle_next = q->idle;
    q->idle = w;
    w->resting = true;
    wakeup_wait(&w->wakeup, &q->lock, watch ? next_stall_us(q) : -1);
    if (w->resting)
        leave_stack(q, w);
    else
        q->called--;
    if (watch)
        q->watched = false;
}

/* Somebody must look at what is queued: as many as may start it, or one that watches until somebody may. */
static void call_workers(struct queue *q, struct calls *calls)
{
    while (q->idle && q->queued > q->called && calls->count < CALL_MOST &&
           (may_start(q) || (!q->watched && !q->called))) {
        struct worker *w = q->idle;
        leave_stack(q, w);
        q->called++;
        calls->workers[calls->count++] = w;
    }
}

static void release_and_wake(struct queue *q, struct calls *calls)
{
    lock_release(&q->lock);
    while (calls->count)
        wakeup_one(&calls->workers[--calls->count]->wakeup);
}

static struct lane_task *take(struct worker *w, struct calls *calls)
{
    struct queue *q = w->queue;
    struct group *g = NULL;
    while (!q->queued || !may_start(q) || !(g = turn(q))) {
        if (q->stopping)
            return NULL;
        rest(w);
    }
    struct lane_task *t = pop(q, g);
    if (g->queued)
        ring_add(q, g);
    g->running++;
    q->running++;
    w->since_us = clock_mono_us();
    q->waited_us += w->since_us - t->queued_us;
    call_workers(q, calls);
    return t;
}

static void carry_out(struct lane_task *t, enum lane lane)
{
    enum lane next = lanes.user.work(t, lane);
    if (next != LANE_LOOP && next != lane) {
        if (lane_enter(next, t))
            return;
        t->refused = true;
    }
    lanes.user.finished(t);
}

static void settle(struct worker *w, struct group *g)
{
    struct queue *q = w->queue;
    w->since_us = 0;
    q->running--;
    q->done++;
    g->running--;
    forget_if_over(q, g);
}

static void serve(void *arg)
{
    struct worker *w = arg;
    struct queue *q = w->queue;
    if (q->lane == LANE_HASH) /* a hash keeps a core busy for long: reads go first */
        thread_stand_back();
    if (lanes.user.worker)
        lanes.user.worker(true);
    struct calls calls = { .count = 0 };
    lock_take(&q->lock);
    for (struct lane_task *t; (t = take(w, &calls));) {
        struct group *g = t->group;
        release_and_wake(q, &calls);
        carry_out(t, q->lane); /* from here on the task is not ours */
        lock_take(&q->lock);
        settle(w, g);
    }
    lock_release(&q->lock);
    if (lanes.user.worker)
        lanes.user.worker(false);
}

/* ---- doors ---------------------------------------------------------------------------------------------------- */
/* Under the lock. False: no room. */
static bool enqueue(struct queue *q, struct lane_task *t, int64_t now_us)
{
    t->queued_us = now_us;
    t->lane = q->lane;
    t->next = NULL;
    struct group *g = q->stopping || q->queued >= q->room ? NULL : group_of(q, t->group_key);
    if (!g || g->queued >= (q->room + 1) / 2) {
        q->refused++;
        return false;
    }
    t->group = g;
    if (g->queued++)
        g->last->next = t;
    else {
        g->first = t;
        ring_add(q, g);
    }
    g->last = t;
    q->queued++;
    return true;
}

bool lane_enter(enum lane lane, struct lane_task *t)
{
    struct queue *q = &lanes.queues[lane];
    struct calls calls = { .count = 0 };
    int64_t now_us = clock_mono_us();
    lock_take(&q->lock);
    bool entered = enqueue(q, t, now_us);
    call_workers(q, &calls);
    release_and_wake(q, &calls);
    return entered;
}

/* Those of one lane out of a chain, in order; the others stay. */
static struct lane_task *those_for(enum lane lane, struct lane_task **chain)
{
    struct lane_task *out = NULL, **end = &out;
    while (*chain) {
        struct lane_task *t = *chain;
        if (t->lane != lane) {
            chain = &t->next;
            continue;
        }
        *chain = t->next;
        t->next = NULL;
        *end = t;
        end = &t->next;
    }
    return out;
}

static void finish_refused(struct lane_task *t)
{
    for (struct lane_task *next; t; t = next) {
        next = t->next;
        t->refused = true;
        lanes.user.finished(t);
    }
}

static void enter_all(struct queue *q, struct lane_task *chain)
{
    struct lane_task *refused = NULL;
    struct calls calls = { .count = 0 };
    int64_t now_us = clock_mono_us();
    lock_take(&q->lock);
    for (struct lane_task *next; chain; chain = next) {
        next = chain->next;
        if (!enqueue(q, chain, now_us)) {
            chain->next = refused;
            refused = chain;
        }
    }
    call_workers(q, &calls);
    release_and_wake(q, &calls);
    finish_refused(refused);
}

void lanes_enter(struct lane_task *chain)
{
    for (enum lane lane = LANE_GENERAL; chain && lane < LANE_COUNT; lane++) {
        struct lane_task *own = those_for(lane, &chain);
        if (own)
            enter_all(&lanes.queues[lane], own);
    }
}

/* Takes what has waited since before `limit_us` out of a queue; the ring is rebuilt of those still waiting. */
static struct lane_task *expired(struct queue *q, int64_t limit_us)
{
    struct lane_task *out = NULL;
    struct group *g = q->ring_first;
    q->ring_first = q->ring_last = NULL;
    q->ring = 0;
    for (struct group *next; g; g = next) {
        next = g->next;
        while (g->queued && g->first->queued_us <= limit_us) {
            struct lane_task *t = pop(q, g);
            t->next = out;
            out = t;
            q->refused++;
        }
        if (g->queued)
            ring_add(q, g);
        else
            forget_if_over(q, g);
    }
    return out;
}

void lanes_sweep(int64_t now_us, bool all)
{
    for (enum lane lane = LANE_GENERAL; lane < LANE_COUNT; lane++) {
        struct queue *q = &lanes.queues[lane];
        lock_take(&q->lock);
        struct lane_task *t = q->queued ? expired(q, all ? INT64_MAX : now_us - WAIT_MOST_US) : NULL;
        lock_release(&q->lock);
        finish_refused(t);
    }
}

unsigned lanes_running(void)
{
    unsigned running = 0;
    for (enum lane lane = LANE_GENERAL; lane < LANE_COUNT; lane++) {
        struct queue *q = &lanes.queues[lane];
        lock_take(&q->lock);
        running += q->running;
        lock_release(&q->lock);
    }
    return running;
}

void http_lane_stats(struct lane_stats out[LANE_COUNT])
{
    for (enum lane lane = LANE_LOOP; lane < LANE_COUNT; lane++) {
        struct queue *q = &lanes.queues[lane];
        out[lane] = (struct lane_stats){ .name = names[lane] };
        if (!q->workers)
            continue;
        lock_take(&q->lock);
        out[lane] = (struct lane_stats){ names[lane], q->worker_count, q->running,  q->queued,
                                         q->done,     q->refused,      q->waited_us };
        lock_release(&q->lock);
    }
}

/* ---- start and stop ------------------------------------------------------------------------------------------- */
static bool open_queue(struct queue *q, enum lane lane, struct lane_size size)
{
    unsigned workers = size.running + size.spare;
    *q = (struct queue){ .lane = lane, .worker_count = workers, .width = size.running, .room = size.room };
    q->half = workers > 1 ? workers / 2 : 1;
    lock_init(&q->lock);
    q->pool = calloc(size.room + workers + 1, sizeof *q->pool);
    q->workers = calloc(workers, sizeof *q->workers);
    if (!q->pool || !q->workers)
        return false;
    for (unsigned i = 0; i <= size.room + workers; i++) {
        q->pool[i].chain = q->unused;
        q->unused = &q->pool[i];
    }
    return true;
}

static bool start_workers(struct queue *q)
{
    for (unsigned i = 0; i < q->worker_count; i++) {
        struct worker *w = &q->workers[i];
        w->queue = q;
        wakeup_init(&w->wakeup);
        char name[16];
        snprintf(name, sizeof name, "%s %u", names[q->lane], i);
        if (!(w->thread = thread_start(name, serve, w)))
            return false;
    }
    return true;
}

static void end_workers(struct queue *q)
{
    lock_take(&q->lock);
    q->stopping = true;
    for (struct worker *w = q->idle; w; w = w->idle_next)
        wakeup_one(&w->wakeup);
    lock_release(&q->lock);
    for (unsigned i = 0; q->workers && i < q->worker_count; i++)
        if (q->workers[i].thread)
            thread_join(q->workers[i].thread);
}

static void close_queue(struct queue *q)
{
    for (unsigned i = 0; q->workers && i < q->worker_count; i++)
        if (q->workers[i].thread)
            wakeup_destroy(&q->workers[i].wakeup);
    free(q->workers);
    free(q->pool);
    lock_destroy(&q->lock);
    q->workers = NULL;
    q->pool = NULL;
    q->worker_count = 0;
}

bool lanes_start(const struct lane_size sizes[LANE_COUNT], const struct lane_user *user)
{
    lanes.user = *user;
    bool open = true;
    for (enum lane lane = LANE_GENERAL; lane < LANE_COUNT; lane++)
        open &= open_queue(&lanes.queues[lane], lane, sizes[lane]);
    for (enum lane lane = LANE_GENERAL; open && lane < LANE_COUNT; lane++)
        open = start_workers(&lanes.queues[lane]);
    if (!open)
        lanes_stop();
    return open;
}

void lanes_stop(void)
{
    for (enum lane lane = LANE_GENERAL; lane < LANE_COUNT; lane++)
        end_workers(&lanes.queues[lane]);
    for (enum lane lane = LANE_GENERAL; lane < LANE_COUNT; lane++) /* until now a worker could still call another */
        close_queue(&lanes.queues[lane]);
}
