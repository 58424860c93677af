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
