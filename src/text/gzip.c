/* gzip in memory (zlib). */
#include <zlib.h>

#include "text.h"

enum { GZIP = 15 + 16 }; /* zlib's windowBits: the largest window, with a gzip header */

static void end_deflate(void *z)
{
    deflateEnd(z);
}

static void end_inflate(void *z)
{
    inflateEnd(z);
}

struct str gzip_bytes(struct arena *a, struct str s, int level)
{
    z_stream *z = arena_new_of(a, z_stream);
    if (s.n > UINT32_MAX / 2 || deflateInit2(z, level, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return STR_NONE;
    struct deferred *open = arena_defer(a, end_deflate, z);
    size_t room = deflateBound(z, s.n);
    char *p = arena_alloc(a, room);
    z->next_in = (z_const Bytef *)(uintptr_t)s.p;
    z->avail_in = (uInt)s.n;
    z->next_out = (Bytef *)p;
    z->avail_out = (uInt)room;
    int done = deflate(z, Z_FINISH);
    struct str out = { p, room - z->avail_out };
    arena_release(open);
    return done == Z_STREAM_END ? out : STR_NONE;
}

/* ---- piece by piece -------------------------------------------------------------------------------------------- */
enum { PIECE = 32 * 1024 };

struct gzip {
    z_stream z;
    bool (*put)(void *arg, struct str);
    void *arg;
    char out[PIECE];
};

struct gzip *gzip_open(struct arena *a, int level, bool (*put)(void *, struct str), void *arg)
{
    struct gzip *g = arena_new_of(a, struct gzip);
    if (deflateInit2(&g->z, level, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    arena_defer(a, end_deflate, &g->z);
    g->put = put;
    g->arg = arg;
    return g;
}

/* One piece of at most 1 GiB, which zlib can count. */
static bool add_piece(struct gzip *g, struct str s, bool last)
{
    g->z.next_in = (z_const Bytef *)(uintptr_t)s.p;
    g->z.avail_in = (uInt)s.n;
    do {
        g->z.next_out = (Bytef *)g->out;
        g->z.avail_out = PIECE;
        if (deflate(&g->z, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
            return false;
        struct str out = { g->out, PIECE - g->z.avail_out };
        if (out.n && !g->put(g->arg, out))
            return false;
    } while (g->z.avail_out == 0);
    return true;
}

bool gzip_add(struct gzip *g, struct str s, bool last)
{
    const size_t most = (size_t)1 << 30;
    while (s.n > most) {
        if (!add_piece(g, str_slice(s, 0, most), false))
            return false;
        s = str_from(s, most);
    }
    return add_piece(g, s, last);
}

/* Inflates until the end of the stream or of the input, into a buf whose ceiling is the limit. */
static bool inflate_all(z_stream *z, struct buf *b)
{
    enum { STEP = 64 * 1024 };
    for (int state = Z_OK; state != Z_STREAM_END;) {
        size_t step = b->ceiling - b->n < STEP ? b->ceiling - b->n : STEP;
        char *p = step ? buf_room(b, step) : NULL;
        if (!p)
            return false;
        z->next_out = (Bytef *)p;
        z->avail_out = (uInt)step;
        state = inflate(z, Z_NO_FLUSH);
        b->n += step - z->avail_out;
        if (state != Z_STREAM_END && (state != Z_OK || (z->avail_in == 0 && z->avail_out > 0)))
            return false;
    }
    return z->avail_in == 0;
}

bool gunzip_bytes(struct arena *a, struct str s, size_t most, struct str *out)
{
    z_stream *z = arena_new_of(a, z_stream);
    if (s.n > UINT32_MAX / 2 || inflateInit2(z, GZIP) != Z_OK)
        return false;
    struct deferred *open = arena_defer(a, end_inflate, z);
    struct buf b = buf_new(a, most + 1); /* one more: an exact fit still has to reach the stream's end */
    z->next_in = (z_const Bytef *)(uintptr_t)s.p;
    z->avail_in = (uInt)s.n;
    bool whole = inflate_all(z, &b);
    arena_release(open);
    *out = buf_str(&b);
    return whole && b.n <= most;
}
