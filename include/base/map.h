#pragma once
/* map: text → pointer, in an arena, in the order of insertion. Grows; nothing is ever removed. */
#include "base/str.h"

struct map_entry {
    struct str key;
    void *value;
};

struct map {
    struct arena *arena;
    struct map_entry *entries; /* `count` of them, oldest first */
    uint32_t *slots;           /* open addressing: index + 1 into entries, 0 is free */
    size_t count, room;        /* room: number of slots, a power of two */
};

struct map map_new(struct arena *);
/* Null when there is no such key. */
void *map_get(const struct map *, struct str key);
bool map_has(const struct map *, struct str key);
/* Adds or replaces. The key's bytes are not copied. */
void map_put(struct map *, struct str key, void *value);
