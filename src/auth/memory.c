/* What auth remembers: users, sessions and API keys as they were read, so that a request needs no database to know who
 * calls. Bounded: sets of four places, the one put first goes first. What a change made doubtful is not found. */
#include <stdlib.h>

#include "auth_priv.h"

enum { SHARDS = 16, SETS = 512, WAYS = 4 };

struct place {
    struct counted *thing; /* NULL: free */
    const struct site_state *state;
    struct str key;
    uint64_t hash, ticket, put;
    enum memory memory;
};

static struct shard {
    struct lock lock;
    uint64_t puts;
    struct place sets[SETS][WAYS];
} shards[SHARDS];

/* What each kind was read from. */
static const char *const read_from[MEMORY_COUNT][6] = {
    [MEMORY_USER] = { "User", "Has Role", "Role", "User Permission", "DocShare" },
    [MEMORY_SESSION] = { SESSIONS },
    [MEMORY_KEY] = { "User" },
};

/* Before main: memory has no opening of its own. */
__attribute__((constructor)) static void init(void)
{
    for (size_t i = 0; i < SHARDS; i++)
        lock_init(&shards[i].lock);
}

static uint64_t hash_of(enum memory m, const struct site *site, struct str key)
{
    uint64_t h = str_hash(key) + (uint64_t)m * 0x9e3779b97f4a7c15u;
    h ^= ((uint64_t)(uintptr_t)site->state >> 4) * 0xff51afd7ed558ccdu;
    return h ^ (h >> 31);
}

static struct place *set_of(struct shard *s, uint64_t hash)
{
    return s->sets[hash / SHARDS % SETS];
}

static bool is_it(const struct place *p, uint64_t hash, enum memory m, const struct site *site, struct str key)
{
    return p->thing && p->hash == hash && p->memory == m && p->state == site->state && str_eq(p->key, key);
}

struct counted *memory_find(enum memory m, const struct site *site, struct str key)
{
    uint64_t hash = hash_of(m, site, key);
    struct shard *s = &shards[hash % SHARDS];
    struct counted *found = NULL;
    lock_take(&s->lock);
    struct place *set = set_of(s, hash);
    for (size_t i = 0; i < WAYS && !found; i++)
        if (is_it(&set[i], hash, m, site, key) && cache_holds(site, set[i].ticket, read_from[m]))
            counted_hold(found = set[i].thing);
    lock_release(&s->lock);
    return found;
}

/* The same key's place, else a free one, else the oldest. */
static struct place *place_for(struct place *set, uint64_t hash, enum memory m, const struct site *site, struct str key)
{
    struct place *best = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_it(&set[i], hash, m, site, key))
            return &set[i];
        if (!set[i].thing || (best->thing && set[i].put < best->put))
            best = &set[i];
    }
    return best;
}

void memory_put(enum memory m, const struct site *site, uint64_t ticket, struct str key, struct counted *thing)
{
    uint64_t hash = hash_of(m, site, key);
    struct shard *s = &shards[hash % SHARDS];
    counted_hold(thing);
    lock_take(&s->lock);
    struct place *p = place_for(set_of(s, hash), hash, m, site, key);
    struct counted *old = p->thing;
    *p = (struct place){ thing, site->state, key, hash, ticket, ++s->puts, m };
    lock_release(&s->lock);
    if (old)
        counted_release(old);
}

static void destroy(struct counted *c)
{
    free(c);
}

void *counted_block(size_t size, size_t room)
{
    struct counted *c = calloc(1, size + room);
    if (c)
        *c = (struct counted){ 1, destroy };
    return c;
}

struct str block_put(char **at, struct str text)
{
    struct str copy = { *at, text.n };
    if (text.n)
        memcpy(*at, text.p, text.n);
    *at += text.n + 1; /* the block is zeroed: a 0 follows */
    return copy;
}

static void release(void *c)
{
    counted_release(c);
}

void held_by(struct arena *a, struct counted *c)
{
    arena_defer(a, release, c);
}
