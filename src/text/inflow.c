/* Text that comes in pieces, read record by record: only the record at hand is in memory. */
#include "inflow_priv.h"

enum { FIRST_ROOM = 64 * 1024 };

static ssize_t read_memory(void *arg, char *to, size_t most)
{
    struct str *rest = arg;
    size_t n = rest->n < most ? rest->n : most;
    if (n)
        memcpy(to, rest->p, n);
    *rest = str_from(*rest, n);
    return (ssize_t)n;
}

struct inflow inflow_of(struct arena *a, struct str text)
{
    struct str *rest = arena_new_of(a, struct str);
    *rest = text;
    return (struct inflow){ read_memory, rest };
}

void window_open(struct window *w, struct arena *a, struct inflow in, size_t longest)
{
    *w = (struct window){ .arena = a, .in = in, .longest = longest };
}

/* Room for one more byte at least: what is done with goes first, then the room doubles. */
static bool make_room(struct window *w)
{
    if (w->end < w->room)
        return true;
    if (w->begin) {
        memmove(w->p, w->p + w->begin, w->end - w->begin);
        w->end -= w->begin;
        w->begin = 0;
        if (w->end <= w->room / 2)
            return true;
    }
    if (w->room >= w->longest)
        return w->end < w->room;
    size_t room = w->room ? w->room * 2 : FIRST_ROOM;
    room = room < w->longest ? room : w->longest;
    char *grown = arena_alloc(w->arena, room);
    if (w->end)
        memcpy(grown, w->p, w->end);
    w->p = grown;
    w->room = room;
    return true;
}

bool window_has(struct window *w, size_t i)
{
    while (w->end - w->begin <= i) {
        if (w->ended)
            return false;
        if (!make_room(w)) {
            w->too_long = true;
            return false;
        }
        ssize_t n = w->in.read(w->in.arg, w->p + w->end, w->room - w->end);
        w->failed |= n < 0;
        w->ended |= n <= 0;
        w->end += n > 0 ? (size_t)n : 0;
    }
    return true;
}

struct str window_take(struct window *w, size_t size, size_t skip)
{
    struct str taken = { w->p + w->begin, size };
    w->begin += size + skip;
    return taken;
}

const char *window_trouble(const struct window *w)
{
    return w->failed ? N_("The file cannot be read.") : w->too_long ? N_("This row is too long.") : NULL;
}

/* ---- lines ---------------------------------------------------------------------------------------------------------- */
struct lines {
    struct window window;
    uint64_t number;
};

struct lines *lines_open(struct arena *a, struct inflow in, size_t longest)
{
    struct lines *l = arena_new_of(a, struct lines);
    window_open(&l->window, a, in, longest);
    return l;
}

enum record lines_next(struct lines *l, struct str *line, uint64_t *number, const char **why)
{
    struct window *w = &l->window;
    size_t n = 0;
    while (window_has(w, n)) {
        const char *at = w->p + w->begin + n, *end = memchr(at, '\n', w->end - w->begin - n);
        n += end ? (size_t)(end - at) : w->end - w->begin - n;
        if (end)
            break;
    }
    *number = ++l->number;
    if ((*why = window_trouble(w)))
        return RECORD_FATAL;
    bool ended = !window_has(w, n);
    if (ended && !n)
        return RECORD_NONE;
    *line = window_take(w, n, !ended);
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    if (*number == 1 && str_starts(*line, STR("\xef\xbb\xbf")))
        *line = str_from(*line, 3);
    return RECORD_THERE;
}
