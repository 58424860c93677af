/* Parts: what rooms above keep in memory of each site. Read when a snapshot is completed; taken over from the one before
 * as long as nothing they came from changed, so that a changed setting does not read them again. */
#include "site_priv.h"

static const size_t PART_MAX = 64u << 20;

/* Held by every snapshot that has it. */
struct part {
    struct counted counted;
    struct arena *arena; /* owns this too */
    const void *value;
};

static void destroy(struct counted *c)
{
    arena_free(((struct part *)(void *)c)->arena);
}

static struct deps deps_of(const struct site_part *row)
{
    struct deps from = { 0 };
    for (const char *const *doctype = row->depends; *doctype; doctype++)
        deps_add(&from, *doctype);
    return from;
}

static bool tables_there(const struct site_part *row, const struct map *tables)
{
    for (const char *const *table = row->tables; *table; table++)
        if (!map_has(tables, str_of(*table)))
            return false;
    return true;
}

struct loading {
    struct ctx *cx;
    const struct site_part *row;
    struct arena *arena;
    const void *value;
};

static void load(void *arg)
{
    struct loading *l = arg;
    l->value = l->row->load(l->cx, l->arena);
}

/* NULL: nothing to keep, or failed(cx). */
static struct part *read_part(struct ctx *cx, const struct site_part *row)
{
    struct loading l = { cx, row, arena_new(PART_MAX), NULL };
    if (!l.arena)
        return throw(cx, &ServiceUnavailable, "There is no memory.");
    bool fits = arena_guard(l.arena, load, &l);
    if (!fits && !failed(cx))
        throw(cx, &ServiceUnavailable, "The %s of this site take more than %zu bytes.", row->name, PART_MAX);
    if (failed(cx) || !l.value) {
        arena_free(l.arena);
        return NULL;
    }
    struct part *part = arena_new_of(l.arena, struct part);
    *part = (struct part){ { 1, destroy }, l.arena, l.value };
    return part;
}

bool parts_read(struct ctx *cx, struct snapshot *s, const struct snapshot *before, const struct map *tables)
{
    size_t i = 0;
    struct part **parts = s->site.parts = arena_array(s->site.arena, SITE_PARTS_MOST, sizeof *parts);
    TABLE_EACH (site_parts, struct site_part, it) {
        struct deps from = deps_of(*it);
        if (i == SITE_PARTS_MOST)
            return bug(cx, "more than %d parts of a site", SITE_PARTS_MOST);
        if (before && clock_holds(&s->site.state->changes, before->ticket, &from)) {
            parts[i] = before->site.parts[i];
            if (parts[i])
                counted_hold(&parts[i]->counted);
        } else if (tables_there(*it, tables)) {
            parts[i] = read_part(cx, *it);
        }
        if (failed(cx))
            return false;
        for (size_t word = 0; word < countof(from.bits); word++)
            s->from.bits[word] |= from.bits[word];
        i++;
    }
    return true;
}

void parts_release(const struct snapshot *s)
{
    for (size_t i = 0; s->site.parts && i < SITE_PARTS_MOST; i++)
        if (s->site.parts[i])
            counted_release(&s->site.parts[i]->counted);
}

void parts_tables(struct map *names)
{
    TABLE_EACH (site_parts, struct site_part, it)
        for (const char *const *table = (*it)->tables; *table; table++)
            map_put(names, str_of(*table), names);
}

const void *site_part(const struct site *site, const struct site_part *row)
{
    size_t i = 0;
    if (!site || !site->parts)
        return NULL;
    TABLE_EACH (site_parts, struct site_part, it) {
        if (*it == row) {
            return site->parts[i] ? site->parts[i]->value : NULL;
        }
        i++;
    }
    return NULL;
}
