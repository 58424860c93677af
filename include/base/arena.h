#pragma once
/* Arena: everything one call makes lives in its arena and dies with it.
 *
 * A call is an HTTP exchange, a job, a command or a test. Functions that take an arena (or a ctx, which holds one)
 * return memory that belongs to it; nobody frees. What is not memory is tied to the same end by arena_defer.
 * An arena belongs to one thread at a time. Never allocate from an arena while holding a lock: at the limit the
 * arena does not return.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"

struct arena;

/* A new, empty arena that may grow to `limit` bytes in all. Null only if the first small malloc fails. */
struct arena *arena_new(size_t limit) MUST_USE;

/* An arena for one part after another of a long work, each part forgotten by a reset: at its limit it leaves by its own
 * guard, else by the one of `whole`, with which it is freed. Not to be used after `whole` is reset. */
struct arena *arena_part(struct arena *whole, size_t limit);

/* Runs work(arg). When the arena meets its limit meanwhile, or the system has no memory, work is left where it stands
 * and false is the result: legal because whatever is not memory is tied to the arena. Nests. Outside of one the program
 * aborts. */
bool arena_guard(struct arena *, void (*work)(void *arg), void *arg) MUST_USE;

/* Raises the limit until the next reset: room to tell that it was reached. */
void arena_extend(struct arena *, size_t more);

/* `size` zeroed bytes, aligned for any type. Never null. */
void *arena_alloc(struct arena *, size_t size) MUST_USE;
/* `count` zeroed elements of `size` bytes; an overflow of the product counts as over the limit. */
void *arena_array(struct arena *, size_t count, size_t size) MUST_USE;
#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* Formatted text, 0-terminated. */
char *arena_printf(struct arena *, const char *format, ...) PRINTF(2, 3) MUST_USE;
char *arena_vprintf(struct arena *, const char *format, va_list) PRINTF(2, 0) MUST_USE;

/* Ties `thing` to the arena: release(thing) is called at reset, newest first. Returns a token for arena_forget. */
struct deferred;
struct deferred *arena_defer(struct arena *, void (*release)(void *thing), void *thing);
/* Releases the thing now instead of at the end. */
void arena_release(struct deferred *);

/* Bytes handed out since the last reset; for the log line and for budgets in tests. */
size_t arena_used(const struct arena *);
/* Allocations made since the last reset; for budgets in tests. */
size_t arena_count(const struct arena *);

/* Releases all deferred things, then the memory but for one chunk, which is kept for the next call. */
void arena_reset(struct arena *);
void arena_free(struct arena *);
