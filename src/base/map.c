/* map: open addressing over an array of entries that keeps the order of insertion. */
#include "base/map.h"

struct map map_new(struct arena *a)
{
    return (struct map){ .arena = a };
}

/* The slot where the key is, or the free one where it would go. Load is kept below three quarters. */
static uint32_t *slot_of(const struct map *m, struct str key)
{
    size_t i = str_hash(key) & (m->room - 1);
    while (m->slots[i] && !str_eq(m->entries[m->slots[i] - 1].key, key))
        i = (i + 1) & (m->room - 1);
    return &m->slots[i];
}

static void grow(struct map *m)
{
    size_t room = m->room ? m->room * 2 : 16;
    struct map_entry *entries = arena_array(m->arena, room / 4 * 3, sizeof *entries);
    if (m->count)
        memcpy(entries, m->entries, m->count * sizeof *entries);
    m->entries = entries;
    m->slots = arena_array(m->arena, room, sizeof *m->slots);
    m->room = room;
    for (size_t i = 0; i < m->count; i++)
        *slot_of(m, entries[i].key) = (uint32_t)i + 1;
}

void *map_get(const struct map *m, struct str key)
{
    uint32_t at = m->room ? *slot_of(m, key) : 0;
    return at ? m->entries[at - 1].value : NULL;
}

bool map_has(const struct map *m, struct str key)
{
    return m->room && *slot_of(m, key);
}

void map_put(struct map *m, struct str key, void *value)
{
    if (m->count >= m->room / 4 * 3)
        grow(m);
    uint32_t *slot = slot_of(m, key);
    if (!*slot) {
        m->entries[m->count] = (struct map_entry){ .key = key };
        *slot = (uint32_t)++m->count;
    }
    m->entries[*slot - 1].value = value;
}
