/* Random bytes: getrandom(2), buffered per thread so that a name costs no system call. */
#include "base/random.h"

#include <stdlib.h>
#include <sys/random.h>

static _Thread_local struct {
    unsigned char bytes[256];
    size_t left;
} pool;

static void from_system(unsigned char *p, size_t n)
{
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0)
            abort(); /* a system without randomness must not make secrets */
        p += got;
        n -= (size_t)got;
    }
}

void random_fill(void *bytes, size_t size)
{
    if (size > sizeof pool.bytes) {
        from_system(bytes, size);
        return;
    }
    if (pool.left < size) {
        from_system(pool.bytes, sizeof pool.bytes);
        pool.left = sizeof pool.bytes;
    }
    pool.left -= size;
    memcpy(bytes, pool.bytes + pool.left, size);
    memset(pool.bytes + pool.left, 0, size); /* a byte is handed out once */
}

struct str random_hex(struct arena *a, size_t bytes)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char *raw = arena_alloc(a, bytes);
    char *p = arena_alloc(a, 2 * bytes + 1);
    random_fill(raw, bytes);
    for (size_t i = 0; i < bytes; i++) {
        p[2 * i] = digits[raw[i] >> 4];
        p[2 * i + 1] = digits[raw[i] & 15];
    }
    return (struct str){ p, 2 * bytes };
}

struct str random_name(struct arena *a)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
    unsigned char raw[10];
    char *p = arena_alloc(a, sizeof raw + 1);
    random_fill(raw, sizeof raw);
    for (size_t i = 0; i < sizeof raw; i++)
        p[i] = alphabet[raw[i] & 31];
    return (struct str){ p, sizeof raw };
}
