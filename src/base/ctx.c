/* What a call remembers of its own questions. */
#include "base/ctx.h"

#include "base/map.h"

struct map *ctx_memo(struct ctx *cx)
{
    if (!cx->memo) {
        cx->memo = arena_new_of(cx->arena, struct map);
        *cx->memo = map_new(cx->arena);
    }
    return cx->memo;
}

enum { PIECE_MOST = 192 << 20 };

struct scratch scratch_begin(struct ctx *cx)
{
    struct scratch s = { cx->arena, cx->memo };
    if (!cx->scratch)
        cx->scratch = arena_part(cx->arena, PIECE_MOST);
    cx->arena = cx->scratch;
    cx->memo = NULL;
    return s;
}

void scratch_end(struct ctx *cx, const struct scratch *s)
{
    cx->arena = s->whole;
    cx->memo = s->memo;
    if (s->whole != cx->scratch) /* a piece within a piece goes with it */
        arena_reset(cx->scratch);
}
