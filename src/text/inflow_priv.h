#pragma once
/* A window over what comes in: the bytes of the record at hand, which grows as they are asked for. */
#include "text.h"

struct window {
    struct arena *arena;
    struct inflow in;
    char *p; /* bytes [begin, end) are there; they may be changed */
    size_t begin, end, room, longest;
    bool ended, failed, too_long;
};

void window_open(struct window *, struct arena *, struct inflow, size_t longest);
/* Byte `i` of the record is there, after reading if need be. May move the bytes. False: the text ends before it, cannot
 * be read, or the record would be longer than allowed. */
bool window_has(struct window *, size_t i);
/* The first `size` bytes are the record; `skip` more are done with. Valid until the next window_has. */
struct str window_take(struct window *, size_t size, size_t skip);
/* Why it cannot go on; NULL: it can. A message id. */
const char *window_trouble(const struct window *);
