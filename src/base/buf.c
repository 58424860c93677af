/* buf: growing text. Doubles in its arena; the outgrown copies stay until the arena is reset, which costs at most as
 * much again as the final text. */
#include "base/buf.h"

#include <stdio.h>

struct buf buf_new(struct arena *a, size_t ceiling)
{
    return (struct buf){ .arena = a, .ceiling = ceiling };
}

char *buf_room(struct buf *b, size_t size)
{
    if (b->full || size > b->ceiling || b->n > b->ceiling - size) {
        b->full = true;
        return NULL;
    }
    if (b->room - b->n <= size) { /* one more for the final 0 */
        size_t want = b->room ? b->room * 2 : 512;
        while (want - b->n <= size)
            want *= 2;
        char *p = arena_alloc(b->arena, want);
        if (b->n)
            memcpy(p, b->p, b->n);
        b->p = p;
        b->room = want;
    }
    return b->p + b->n;
}

void buf_add(struct buf *b, struct str s)
{
    char *p = buf_room(b, s.n);
    if (!p || !s.n)
        return;
    memcpy(p, s.p, s.n);
    b->n += s.n;
}

void buf_char(struct buf *b, char c)
{
    char *p = buf_room(b, 1);
    if (!p)
        return;
    *p = c;
    b->n++;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t left = b->room - b->n; /* most texts fit where we are, and are written once */
    int n = vsnprintf(left ? b->p + b->n : NULL, left, format, args);
    char *p = n > 0 ? buf_room(b, (size_t)n) : NULL;
    if (p && (size_t)n >= left)
        vsnprintf(p, (size_t)n + 1, format, again);
    if (p)
        b->n += (size_t)n;
    va_end(again);
    va_end(args);
}

struct str buf_str(struct buf *b)
{
    if (!b->p && !buf_room(b, 0))
        return STR_NONE;
    b->p[b->n] = '\0';
    return (struct str){ b->p, b->n };
}
