#pragma once
/* buf: a growing text in an arena, with a ceiling given at birth.
 *
 * Past the ceiling the buffer is `full`: nothing more is added, and whoever made it checks once at the end.
 * A full buffer is never sent and never run.
 */
#include "base/str.h"

struct buf;
/* Where a text goes that grows too long to be kept: called by buf_drained once `mark` bytes are there. `take` takes all
 * of them (b->n = 0), or fails the call (false). */
struct outlet {
    size_t mark;
    bool (*take)(struct outlet *, struct buf *);
};

struct buf {
    struct arena *arena;
    char *p;
    size_t n, room, ceiling;
    bool full;
    struct outlet *outlet; /* NULL: none, it grows up to its ceiling */
};

struct buf buf_new(struct arena *, size_t ceiling);
void buf_add(struct buf *, struct str);
void buf_char(struct buf *, char);
void buf_printf(struct buf *, const char *format, ...) PRINTF(2, 3);
#define buf_lit(b, literal) buf_add((b), STR(literal))

/* For who writes a long text in pieces, between two pieces: gives what is there to the outlet, if it is time. */
static inline bool buf_drained(struct buf *b)
{
    return !b->outlet || b->n < b->outlet->mark || b->outlet->take(b->outlet, b);
}

/* `size` writable bytes at the end, to be filled and then counted with b->n += used; null when that would pass the
 * ceiling. */
char *buf_room(struct buf *, size_t size);
/* The text so far: valid until the next addition; 0-terminated. */
struct str buf_str(struct buf *);
