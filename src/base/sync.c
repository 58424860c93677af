/* The only file with pthread_. */
#include "base/sync.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static_assert(sizeof(pthread_mutex_t) <= sizeof(struct lock), "lock has room for a mutex");
static_assert(sizeof(pthread_cond_t) <= sizeof(struct wakeup), "wakeup has room for a condition");

static pthread_mutex_t *mutex(struct lock *l)
{
    return (pthread_mutex_t *)(void *)l->opaque;
}

static pthread_cond_t *condition(struct wakeup *w)
{
    return (pthread_cond_t *)(void *)w->opaque;
}

void lock_init(struct lock *l)
{
    pthread_mutex_init(mutex(l), NULL);
}

void lock_take(struct lock *l)
{
    pthread_mutex_lock(mutex(l));
}

void lock_release(struct lock *l)
{
    pthread_mutex_unlock(mutex(l));
}

void lock_destroy(struct lock *l)
{
    pthread_mutex_destroy(mutex(l));
}

void wakeup_init(struct wakeup *w)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* timeouts do not jump with the wall clock */
    pthread_cond_init(condition(w), &attributes);
    pthread_condattr_destroy(&attributes);
}

bool wakeup_wait(struct wakeup *w, struct lock *l, int64_t timeout_us)
{
    if (timeout_us < 0)
        return pthread_cond_wait(condition(w), mutex(l)) == 0;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + timeout_us % 1000000 * 1000;
    until.tv_sec += timeout_us / 1000000 + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    return pthread_cond_timedwait(condition(w), mutex(l), &until) != ETIMEDOUT;
}

void wakeup_one(struct wakeup *w)
{
    pthread_cond_signal(condition(w));
}

void wakeup_all(struct wakeup *w)
{
    pthread_cond_broadcast(condition(w));
}

void wakeup_destroy(struct wakeup *w)
{
    pthread_cond_destroy(condition(w));
}

struct thread {
    pthread_t id;
    void (*run)(void *);
    void *arg;
};

static void *begin(void *arg)
{
    struct thread *t = arg;
    t->run(t->arg);
    return NULL;
}

/* Threads take no signals: SIGTERM is the main thread's business. */
struct thread *thread_start(const char *name, void (*run)(void *), void *arg)
{
    struct thread *t = malloc(sizeof *t);
    if (!t)
        return NULL;
    *t = (struct thread){ .run = run, .arg = arg };
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int refused = pthread_create(&t->id, NULL, begin, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (refused) {
        free(t);
        return NULL;
    }
    pthread_setname_np(t->id, name);
    return t;
}

/* A little of the processors, and in short turns: whoever wakes need not wait for the end of a long one. On Linux all of
 * this is a thread's own. A kernel that knows nothing of turns takes the rest; refused is as well. */
void thread_stand_back(void)
{
    const struct { /* struct sched_attr, whose header cannot stand beside <sched.h> */
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t turn_ns, deadline_ns, period_ns;
    } wanted = { .size = 48, .policy = SCHED_OTHER, .nice = 15, .turn_ns = 100 * 1000 };
    static_assert(sizeof wanted == 48, "its first version");
    (void)!syscall(SYS_sched_setattr, 0, &wanted, 0);
}

void thread_join(struct thread *t)
{
    pthread_join(t->id, NULL);
    free(t);
}

void published_init(struct published *p)
{
    lock_init(&p->lock);
    p->current = NULL;
}

struct counted *published_take(struct published *p)
{
    lock_take(&p->lock);
    struct counted *c = p->current;
    if (c)
        counted_hold(c);
    lock_release(&p->lock);
    return c;
}

void published_replace(struct published *p, struct counted *next)
{
    lock_take(&p->lock);
    struct counted *old = p->current;
    p->current = next;
    lock_release(&p->lock);
    if (old)
        counted_release(old);
}

void counted_hold(struct counted *c)
{
    atomic_fetch_add_explicit(&c->holders, 1, memory_order_relaxed);
}

void counted_release(struct counted *c)
{
    if (atomic_fetch_sub_explicit(&c->holders, 1, memory_order_acq_rel) == 1)
        c->destroy(c);
}
