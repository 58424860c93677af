/* Arena: chunks of zeroed memory and things to release, both ended at once. One chunk outlives a reset, so that a
 * steady exchange allocates nothing from the system. Under ASan the unused part of a chunk is poisoned, so overruns
 * are caught as with malloc. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISONING 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONING 1
#endif
#endif
#ifdef POISONING
#include <sanitizer/asan_interface.h>
#define poison(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#define REDZONE 16
#else
#define poison(p, n) ((void)(p), (void)(n))
#define unpoison(p, n) ((void)(p), (void)(n))
#define REDZONE 0
#endif

enum { CHUNK = 16 * 1024, ALIGN = _Alignof(max_align_t) };

struct chunk {
    struct chunk *next;
    size_t size, used;
    max_align_t bytes[];
};

struct deferred {
    struct deferred *next;
    void (*release)(void *); /* NULL once released early */
    void *thing;
};

struct arena {
    struct chunk *chunks; /* newest first */
    struct deferred *deferred;
    size_t limit, extra, reserved, used, count;
    jmp_buf *guard;      /* where to go on when there is no room; NULL: nowhere */
    struct arena *whole; /* whose guard counts then; NULL: nobody's */
};

struct arena *arena_new(size_t limit)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a)
        a->limit = limit;
    return a;
}

/* The only longjmp of the program. */
bool arena_guard(struct arena *a, void (*work)(void *), void *arg)
{
    jmp_buf here, *outer = a->guard;
    volatile bool done = false;
    if (setjmp(here) == 0) {
        a->guard = &here;
        work(arg);
        done = true;
    }
    a->guard = outer;
    return done;
}

void arena_extend(struct arena *a, size_t more)
{
    a->extra += more;
}

static _Noreturn void no_room(struct arena *a)
{
    for (; a; a = a->whole)
        if (a->guard)
            longjmp(*a->guard, 1);
    abort(); /* nobody to tell */
}

static void free_part(void *part)
{
    arena_free(part);
}

struct arena *arena_part(struct arena *whole, size_t limit)
{
    struct deferred *end = arena_defer(whole, free_part, NULL);
    struct arena *part = arena_new(limit);
    if (!part)
        no_room(whole);
    part->whole = whole;
    end->thing = part;
    return part;
}

static struct chunk *grow(struct arena *a, size_t size)
{
    size_t want = size > CHUNK ? size : CHUNK;
    if (want > a->limit + a->extra - a->reserved)
        no_room(a);
    struct chunk *c = malloc(sizeof *c + want);
    if (!c)
        no_room(a);
    *c = (struct chunk){ .next = a->chunks, .size = want };
    poison(c->bytes, want);
    a->reserved += want;
    return a->chunks = c;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > a->limit + a->extra)
        no_room(a);
    size_t step = (size + REDZONE + ALIGN - 1) / ALIGN * ALIGN;
    struct chunk *c = a->chunks;
    if (!c || c->size - c->used < step)
        c = grow(a, step);
    char *p = (char *)c->bytes + c->used;
    c->used += step;
    a->used += size;
    a->count++;
    unpoison(p, size);
    return memset(p, 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        no_room(a);
    return arena_alloc(a, bytes);
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *s = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
    if (n > 0)
        vsnprintf(s, (size_t)n + 1, format, again);
    va_end(again);
    return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}

struct deferred *arena_defer(struct arena *a, void (*release)(void *), void *thing)
{
    struct deferred *d = arena_new_of(a, struct deferred);
    *d = (struct deferred){ a->deferred, release, thing };
    return a->deferred = d;
}

void arena_release(struct deferred *d)
{
    void (*release)(void *) = d->release;
    d->release = NULL;
    if (release)
        release(d->thing);
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

size_t arena_count(const struct arena *a)
{
    return a->count;
}

static void free_chunks(struct arena *a, struct chunk *keep)
{
    for (struct chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        if (c == keep)
            continue;
        unpoison(c->bytes, c->size);
        a->reserved -= c->size;
        free(c);
    }
    a->chunks = keep;
}

void arena_reset(struct arena *a)
{
    while (a->deferred) {
        struct deferred *d = a->deferred;
        a->deferred = d->next; /* first: a release may itself fail or defer */
        arena_release(d);
    }
    struct chunk *keep = a->chunks && a->chunks->size == CHUNK ? a->chunks : NULL;
    free_chunks(a, keep);
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
        poison(keep->bytes, keep->size);
    }
    a->used = a->count = a->extra = 0;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    free_chunks(a, NULL);
    free(a);
}
