/* The response cache: bodies of safe answers, found by one hash, true as long as nothing they depend on changed.
 *
 * Sixteen shards, each a chained table with its own lock and its own order of use; an answer is one block of memory,
 * counted, so that it can be sent while it is dropped. The ceiling is for all shards together: whoever stores makes
 * room in his own shard, which is a fair sample of all. Once the cache is half full an answer has to be asked for
 * twice before it takes a place, so that a crowd of questions asked once does not push out what is read all day; what
 * one caller alone may see has to be from the beginning. */
#include <stdatomic.h>
#include <stdlib.h>

#include "site_priv.h"

enum { SHARDS = 16, CHAINS = 4096, ASKED = 4096 };

struct answer {
    struct cached cached;         /* first: what callers see */
    struct answer *next;          /* in its chain */
    struct answer *newer, *older; /* in the shard's order of use */
    const struct site_state *state;
    uint64_t hash;
    struct deps deps;
    size_t bytes;
    struct str key;
};

struct shard {
    struct lock lock;
    struct answer *chains[CHAINS];
    struct answer *newest, *oldest;
    uint32_t asked[ASKED]; /* marks of answers that were refused a place once */
    uint64_t hits, misses, stored, dropped;
};

static struct {
    struct shard shards[SHARDS];
    _Atomic size_t bytes, limit;
    void (*forget)(struct http_prepared *);
} cache = { .limit = 64u << 20 };

/* Before main: the cache has no opening of its own. */
__attribute__((constructor)) static void init(void)
{
    for (size_t i = 0; i < SHARDS; i++)
        lock_init(&cache.shards[i].lock);
}

void cache_limit(size_t bytes)
{
    cache.limit = bytes;
}

static uint64_t hash_of(const struct site_state *state, struct str key)
{
    uint64_t h = str_hash(key) ^ ((uint64_t)(uintptr_t)state >> 4) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

static struct shard *shard_of(uint64_t hash)
{
    return &cache.shards[hash % SHARDS];
}

static struct answer **chain_of(struct shard *s, uint64_t hash)
{
    return &s->chains[hash / SHARDS % CHAINS];
}

static void destroy(struct counted *c)
{
    struct answer *a = (struct answer *)(void *)c;
    if (a->cached.prepared)
        cache.forget(a->cached.prepared);
    free(a);
}

void cache_prepared(void (*forget)(struct http_prepared *))
{
    cache.forget = forget;
}

/* ---- a shard, under its lock ----------------------------------------------------------------------------------------- */

static void unlink_used(struct shard *s, struct answer *a)
{
    *(a->newer ? &a->newer->older : &s->newest) = a->older;
    *(a->older ? &a->older->newer : &s->oldest) = a->newer;
    a->newer = a->older = NULL;
}

static void link_newest(struct shard *s, struct answer *a)
{
    a->older = s->newest;
    a->newer = NULL;
    *(s->newest ? &s->newest->newer : &s->oldest) = a;
    s->newest = a;
}

static struct answer *find(struct shard *s, uint64_t hash, const struct site_state *state, struct str key)
{
    struct answer *a = *chain_of(s, hash);
    while (a && !(a->hash == hash && a->state == state && str_eq(a->key, key)))
        a = a->next;
    return a;
}

static void drop(struct shard *s, struct answer *a)
{
    struct answer **at = chain_of(s, a->hash);
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    unlink_used(s, a);
    cache.bytes -= a->bytes;
    s->dropped++;
    counted_release(&a->cached.counted);
}

static bool is_true(const struct answer *a)
{
    int64_t until = a->cached.fresh_until_us;
    return clock_holds(&a->state->changes, a->cached.ticket, &a->deps) && (!until || clock_wall_us() < until);
}

/* ---- the front door ---------------------------------------------------------------------------------------------------- */

struct cached *cache_find(const struct site *site, struct str key)
{
    uint64_t hash = hash_of(site->state, key);
    struct shard *s = shard_of(hash);
    lock_take(&s->lock);
    struct answer *a = find(s, hash, site->state, key);
    if (a && !is_true(a)) {
        drop(s, a);
        a = NULL;
    }
    if (a) {
        counted_hold(&a->cached.counted);
        if (s->newest != a) {
            unlink_used(s, a);
            link_newest(s, a);
        }
    }
    *(a ? &s->hits : &s->misses) += 1;
    lock_release(&s->lock);
    return a ? &a->cached : NULL;
}

static struct str place(char **at, struct str text)
{
    struct str copy = { *at, text.n };
    if (text.n)
        memcpy(*at, text.p, text.n);
    *at += text.n;
    return copy;
}

/* One block: the answer and all its texts. */
static struct answer *copy_of(const struct cached *c, struct str key)
{
    size_t bytes = sizeof(struct answer) + key.n + c->body.n + c->content_type.n + c->content_encoding.n + c->etag.n +
                   c->headers_extra.n;
    if (bytes > cache.limit / SHARDS)
        return NULL;
    struct answer *a = calloc(1, bytes);
    if (!a)
        return NULL;
    char *at = (char *)(a + 1);
    a->bytes = bytes;
    a->key = place(&at, key);
    a->cached.counted = (struct counted){ 1, destroy };
    a->cached.body = place(&at, c->body);
    a->cached.content_type = place(&at, c->content_type);
    a->cached.content_encoding = place(&at, c->content_encoding);
    a->cached.etag = place(&at, c->etag);
    a->cached.headers_extra = place(&at, c->headers_extra);
    a->cached.fresh_until_us = c->fresh_until_us;
    return a;
}

static void insert(struct shard *s, struct answer *a)
{
    struct answer *same = find(s, a->hash, a->state, a->key);
    if (same)
        drop(s, same);
    struct answer **chain = chain_of(s, a->hash);
    a->next = *chain;
    *chain = a;
    link_newest(s, a);
    cache.bytes += a->bytes;
    s->stored++;
    while (cache.bytes > cache.limit && s->oldest)
        drop(s, s->oldest);
}

/* The sooner of two ends; 0 is none. */
static int64_t sooner(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* The first question is remembered until another one's mark falls on the same spot. */
static bool asked_before(struct shard *s, uint64_t hash)
{
    uint32_t mark = (uint32_t)(hash >> 32) | 1;
    lock_take(&s->lock);
    uint32_t *at = &s->asked[hash / SHARDS % ASKED];
    bool again = *at == mark;
    *at = mark;
    lock_release(&s->lock);
    return again;
}

bool cache_has_place(const struct site *site, struct str key, bool seldom)
{
    uint64_t hash = hash_of(site->state, key);
    return (!seldom && cache.bytes <= cache.limit / 2) || asked_before(shard_of(hash), hash);
}

void cache_store(struct ctx *cx, struct str key, uint64_t ticket, const struct cached *answer)
{
    if (!cx->site || !cx->deps || !clock_holds(&cx->site->state->changes, ticket, cx->deps))
        return;
    uint64_t hash = hash_of(cx->site->state, key);
    struct shard *s = shard_of(hash);
    struct answer *a = copy_of(answer, key);
    if (!a)
        return;
    a->state = cx->site->state;
    a->hash = hash;
    a->deps = *cx->deps;
    a->cached.ticket = ticket;
    a->cached.fresh_until_us = sooner(answer->fresh_until_us, cx->fresh_until_us);
    lock_take(&s->lock);
    insert(s, a);
    lock_release(&s->lock);
}

struct cache_stats cache_stats(void)
{
    struct cache_stats sum = { .bytes = cache.bytes };
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &cache.shards[i];
        lock_take(&s->lock);
        sum.hits += s->hits;
        sum.misses += s->misses;
        sum.stored += s->stored;
        sum.dropped += s->dropped;
        lock_release(&s->lock);
    }
    return sum;
}

void cache_clear(void)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &cache.shards[i];
        lock_take(&s->lock);
        while (s->oldest)
            drop(s, s->oldest);
        lock_release(&s->lock);
    }
}
