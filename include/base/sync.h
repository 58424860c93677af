#pragma once
/* The only door to threads: no other file says pthread_ (a test greps for it).
 *
 * lock        a mutex; never held while waiting, allocating from an arena or calling out.
 * signal      a condition bound to a lock.
 * thread      a thread with a name; joined by whoever started it.
 * published   a pointer to something immutable that readers hold by count: readers take, writers replace.
 */
#include <stdbool.h>
#include <stdint.h>

struct lock {
    _Alignas(16) unsigned char opaque[48];
};
struct wakeup {
    _Alignas(16) unsigned char opaque[56];
};

void lock_init(struct lock *);
void lock_take(struct lock *);
void lock_release(struct lock *);
void lock_destroy(struct lock *);

void wakeup_init(struct wakeup *);
/* Waits until woken or `timeout_us` passed (<0: for ever); the lock is released meanwhile. May wake for no reason.
 * False on timeout. */
bool wakeup_wait(struct wakeup *, struct lock *, int64_t timeout_us);
void wakeup_one(struct wakeup *);
void wakeup_all(struct wakeup *);
void wakeup_destroy(struct wakeup *);

struct thread;
/* Starts run(arg). NULL if the system refuses. */
struct thread *thread_start(const char *name, void (*run)(void *arg), void *arg);
void thread_join(struct thread *);
/* The calling thread leaves the processors to the others when there is not enough for all. */
void thread_stand_back(void);

/* A counted, immutable object. The last release calls `destroy`. */
struct counted {
    _Atomic uint32_t holders;
    void (*destroy)(struct counted *);
};

struct published {
    struct lock lock;
    struct counted *current;
};

void published_init(struct published *);
/* The current object, held for the caller (NULL if none was published). Release it with counted_release. */
struct counted *published_take(struct published *);
/* Puts a new object (whose single hold passes to `published`) in place of the old, whose hold is released. */
void published_replace(struct published *, struct counted *);
void counted_hold(struct counted *);
void counted_release(struct counted *);
