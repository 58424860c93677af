/* The two threads of the room: one looks after files, one after change logs, so that a database that does not answer
 * never hides a suspended site. Each is woken once a second by sites_tick. */
#include "site_priv.h"

static const size_t ROUND_MAX = 64u << 20;

struct ticker {
    const char *name;
    void (*round)(struct arena *);
    bool database;
    struct thread *thread;
    struct lock lock;
    struct wakeup wakeup;
    bool due, stop;
};

static struct ticker tickers[] = {
    { .name = "sites.files", .round = registry_scan },
    { .name = "sites.changes", .round = change_logs_read, .database = true },
};
static bool started;

/* True when a round is due, false when it is time to go. */
static bool wait_for_tick(struct ticker *t)
{
    lock_take(&t->lock);
    while (!t->due && !t->stop)
        wakeup_wait(&t->wakeup, &t->lock, -1);
    t->due = false;
    bool go_on = !t->stop;
    lock_release(&t->lock);
    return go_on;
}

static void run(void *arg)
{
    struct ticker *t = arg;
    struct arena *a = arena_new(ROUND_MAX);
    if (t->database)
        db_thread(true);
    while (a && wait_for_tick(t)) {
        t->round(a);
        arena_reset(a);
    }
    arena_free(a);
    if (t->database)
        db_thread(false);
}

static void start(void)
{
    for (size_t i = 0; i < countof(tickers); i++) {
        struct ticker *t = &tickers[i];
        lock_init(&t->lock);
        wakeup_init(&t->wakeup);
        t->due = t->stop = false;
        t->thread = thread_start(t->name, run, t);
    }
    started = true;
}

static void wake(struct ticker *t, bool stop)
{
    lock_take(&t->lock);
    t->due = true;
    t->stop |= stop;
    wakeup_one(&t->wakeup);
    lock_release(&t->lock);
}

void sites_tick(void)
{
    if (!started)
        start();
    for (size_t i = 0; i < countof(tickers); i++)
        wake(&tickers[i], false);
}

void ticks_stop(void)
{
    for (size_t i = 0; started && i < countof(tickers); i++) {
        struct ticker *t = &tickers[i];
        wake(t, true);
        if (t->thread)
            thread_join(t->thread);
        wakeup_destroy(&t->wakeup);
        lock_destroy(&t->lock);
    }
    started = false;
}
