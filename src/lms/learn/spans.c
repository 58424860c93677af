/* Stretches of a video's time line. */
#include "spans.h"

#include <math.h>
#include <stdlib.h>

static int by_from(const void *a, const void *b)
{
    int64_t x = ((const struct span *)a)->from, y = ((const struct span *)b)->from;
    return (x > y) - (x < y);
}

/* In order, touching ones joined. */
static void merge(struct spans *s)
{
    size_t n = 0;
    qsort(s->at, s->count, sizeof *s->at, by_from);
    for (size_t i = 0; i < s->count; i++) {
        if (n && s->at[i].from <= s->at[n - 1].to) {
            if (s->at[n - 1].to < s->at[i].to)
                s->at[n - 1].to = s->at[i].to;
        } else
            s->at[n++] = s->at[i];
    }
    s->count = n;
}

/* Seconds as ms, within 0 … most. False: no finite number. */
static bool read_ms(const json_t *seconds, int64_t most, int64_t *out)
{
    double value = json_number_value(seconds);
    if (!json_is_number(seconds) || !isfinite(value))
        return false;
    double ms = value * 1000;
    *out = ms <= 0 ? 0 : ms >= (double)most ? most : llround(ms);
    return true;
}

bool spans_read(struct arena *a, const json_t *list, int64_t length_ms, struct spans *out)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > SPANS_MOST)
        return false;
    *out = (struct spans){ arena_array(a, count + 1, sizeof *out->at), 0 };
    for (size_t i = 0; i < count; i++) {
        const json_t *pair = json_array_get(list, i);
        struct span one;
        if (json_array_size(pair) != 2 || !read_ms(json_array_get(pair, 0), length_ms, &one.from) ||
            !read_ms(json_array_get(pair, 1), length_ms, &one.to))
            return false;
        if (one.from < one.to)
            out->at[out->count++] = one;
    }
    merge(out);
    return true;
}

struct spans spans_union(struct arena *a, struct spans x, struct spans y)
{
    struct spans both = { arena_array(a, x.count + y.count + 1, sizeof *both.at), x.count + y.count };
    for (size_t i = 0; i < x.count; i++)
        both.at[i] = x.at[i];
    for (size_t i = 0; i < y.count; i++)
        both.at[x.count + i] = y.at[i];
    merge(&both);
    return both;
}

int64_t spans_ms(struct spans s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s.count; i++)
        sum += s.at[i].to - s.at[i].from;
    return sum;
}

static int64_t overlap(struct spans s, struct span one)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s.count && s.at[i].from < one.to; i++) {
        int64_t from = s.at[i].from > one.from ? s.at[i].from : one.from;
        int64_t to = s.at[i].to < one.to ? s.at[i].to : one.to;
        sum += to > from ? to - from : 0;
    }
    return sum;
}

/* The longest beginning of `one` that adds at most room_ms to `old`. */
static struct span beginning(struct spans old, struct span one, int64_t room_ms)
{
    int64_t at = one.from;
    for (size_t i = 0; i < old.count && at < one.to; i++) {
        if (old.at[i].to <= at)
            continue;
        int64_t gap = old.at[i].from > at ? old.at[i].from - at : 0;
        if (gap > room_ms)
            break;
        room_ms -= gap;
        at = old.at[i].to;
    }
    int64_t end = at < one.to ? at + room_ms : at;
    return (struct span){ one.from, end < one.to ? end : one.to };
}

struct spans spans_credit(struct arena *a, struct spans old, struct spans more, int64_t room_ms)
{
    struct spans added = { arena_array(a, more.count + 1, sizeof *added.at), 0 };
    for (size_t i = 0; i < more.count && room_ms > 0 && old.count + added.count < SPANS_MOST; i++) {
        struct span part = beginning(old, more.at[i], room_ms);
        if (part.from >= part.to)
            continue;
        added.at[added.count++] = part;
        room_ms -= part.to - part.from - overlap(old, part);
    }
    return spans_union(a, old, added);
}

struct str spans_text(struct arena *a, struct spans s)
{
    struct buf text = buf_new(a, 128 * 1024);
    for (size_t i = 0; i < s.count; i++)
        buf_printf(&text, "%s%lld-%lld", i ? "," : "", (long long)s.at[i].from, (long long)s.at[i].to);
    return buf_str(&text);
}

struct spans spans_of(struct arena *a, struct str text)
{
    struct spans s = { NULL, 0 };
    struct str one, rest = text;
    size_t commas = 1;
    for (size_t i = 0; i < text.n; i++)
        commas += text.p[i] == ',';
    s.at = arena_array(a, commas, sizeof *s.at);
    while (str_cut(&rest, ',', &one)) {
        struct str from;
        struct span span;
        if (str_cut(&one, '-', &from) && str_int(from, &span.from) && str_int(one, &span.to) && span.from < span.to)
            s.at[s.count++] = span;
    }
    merge(&s);
    return s;
}
