#pragma once
/* Text that comes in drops of at most so many bytes. */
#include "base.h"

struct drops {
    struct str rest;
    size_t most;
};

static inline ssize_t read_drop(void *arg, char *to, size_t most)
{
    struct drops *d = arg;
    size_t n = d->rest.n < d->most ? d->rest.n : d->most;
    n = n < most ? n : most;
    if (n)
        memcpy(to, d->rest.p, n);
    d->rest = str_from(d->rest, n);
    return (ssize_t)n;
}
