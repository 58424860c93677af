#pragma once
/* spans: stretches of a video on its time line, in ms, apart from each other and in order: what was really played.
 * Pure: no database, no clock.
 */
#include "base.h"

#include <jansson.h>

struct span {
    int64_t from, to; /* from < to */
};

struct spans {
    struct span *at;
    size_t count;
};

enum { SPANS_MOST = 2000 };

/* A client's [[from, to], …] in seconds, in any order and overlapping; what lies outside of 0 … length_ms is cut off.
 * False: it is not that, or has more than SPANS_MOST. */
bool spans_read(struct arena *, const json_t *, int64_t length_ms, struct spans *out);
/* Together, merged. */
struct spans spans_union(struct arena *, struct spans, struct spans);
/* `old` and as much of `more`, from its beginning on, as adds at most room_ms, and as keeps to SPANS_MOST. */
struct spans spans_credit(struct arena *, struct spans old, struct spans more, int64_t room_ms);
/* Their length. */
int64_t spans_ms(struct spans);
/* "0-12000,15000-20000" and back; what is not such text is no span at all. */
struct str spans_text(struct arena *, struct spans);
struct spans spans_of(struct arena *, struct str text);
