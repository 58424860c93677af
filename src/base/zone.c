/* Time zones: the system's TZif files (RFC 8536), read once each and kept for the life of the process. What a file only
 * says by its rule (its last line) is written out as moments up to the year 2100. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"

enum { NAME_MAX_BYTES = 64, FILE_MAX = 256 * 1024, LAST_YEAR = 2100, HEADER = 44, TYPE = 6, DAY_S = 86400 };
static const int64_t SECOND_US = 1000000;

struct moment {
    int64_t at, offset; /* from this second of UTC on, local time is so many seconds ahead */
};

struct zone {
    struct zone *next;
    char name[NAME_MAX_BYTES];
    int64_t first_offset; /* before the first moment */
    size_t count, room;
    struct moment *moments; /* oldest first */
};

static _Atomic(struct zone *) zones;

/* ---- the file -------------------------------------------------------------------------------------------------------- */

static int64_t big_endian(const unsigned char *p, size_t bytes)
{
    uint64_t v = (p[0] & 0x80) ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

static bool add(struct zone *z, int64_t at, int64_t offset)
{
    if (z->count == z->room) {
        size_t room = z->room ? 2 * z->room : 64;
        struct moment *more = realloc(z->moments, room * sizeof *more);
        if (!more)
            return false;
        z->moments = more;
        z->room = room;
    }
    z->moments[z->count++] = (struct moment){ at, offset };
    return true;
}

/* Where a block's parts lie, by the counts of its header. */
struct block {
    size_t moments, types, width, end;
    const unsigned char *times, *kinds, *type;
};

static bool find_block(const unsigned char *p, size_t n, size_t width, struct block *b)
{
    if (n < HEADER || memcmp(p, "TZif", 4) != 0)
        return false;
    size_t c[6];
    for (size_t i = 0; i < countof(c); i++) {
        c[i] = (size_t)big_endian(p + 20 + 4 * i, 4);
        if (c[i] > FILE_MAX)
            return false;
    }
    *b = (struct block){ .moments = c[3], .types = c[4], .width = width, .times = p + HEADER };
    b->kinds = b->times + c[3] * width;
    b->type = b->kinds + c[3];
    b->end = HEADER + c[3] * (width + 1) + c[4] * TYPE + c[5] + c[2] * (width + 4) + c[1] + c[0];
    return b->end <= n && c[4] > 0;
}

static bool read_block(struct zone *z, const struct block *b)
{
    z->first_offset = big_endian(b->type, 4);
    for (size_t i = 0; i < b->moments; i++) {
        if (b->kinds[i] >= b->types)
            return false;
        if (!add(z, big_endian(b->times + i * b->width, b->width), big_endian(b->type + b->kinds[i] * TYPE, 4)))
            return false;
    }
    return true;
}

/* ---- the rule, as POSIX writes TZ: "CET-1CEST,M3.5.0,M10.5.0/3" -------------------------------------------------------- */

struct change {
    int month, week, weekday; /* weekday 0 is Sunday; week 5 is the last */
    int64_t second;           /* of the day, local */
};

static bool take_number(const char **p, int64_t *out)
{
    char *end;
    if (**p < '0' || **p > '9')
        return false;
    *out = strtoll(*p, &end, 10);
    *p = end;
    return *out <= 1000;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool take_time(const char **p, int64_t *out)
{
    int64_t sign = 1, n, unit = 3600;
    if (**p == '-' || **p == '+')
        sign = *(*p)++ == '-' ? -1 : 1;
    *out = 0;
    for (;; ++*p, unit /= 60) {
        if (!take_number(p, &n))
            return false;
        *out += sign * n * unit;
        if (**p != ':' || unit == 1)
            return true;
    }
}

static bool take_name(const char **p)
{
    const char *start = *p;
    if (**p == '<') {
        while (**p && **p != '>')
            ++*p;
        return *(*p)++ == '>';
    }
    while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
        ++*p;
    return *p - start >= 3;
}

static bool take_change(const char **p, struct change *c)
{
    int64_t month, week, weekday;
    if (strncmp(*p, ",M", 2) != 0)
        return false;
    *p += 2;
    if (!take_number(p, &month) || *(*p)++ != '.' || !take_number(p, &week) || *(*p)++ != '.' ||
        !take_number(p, &weekday))
        return false;
    *c = (struct change){ (int)month, (int)week, (int)weekday, 7200 };
    if (**p != '/')
        return true;
    ++*p;
    return take_time(p, &c->second);
}

static int64_t second_of(const struct change *c, int year)
{
    struct civil day = { .year = year, .month = c->month, .day = 1 };
    int first = (civil_weekday(&day) + 1) % 7; /* of the month, 0 Sunday */
    day.day = 1 + (c->weekday - first + 7) % 7 + 7 * (c->week - 1);
    while (!civil_valid(&day))
        day.day -= 7;
    return civil_to_us(&day) / SECOND_US + c->second;
}

static bool add_years(struct zone *z, const struct change *to, const struct change *from, int64_t standard,
                      int64_t summer)
{
    int64_t last = z->count ? z->moments[z->count - 1].at : INT64_MIN;
    for (int year = 1970; year <= LAST_YEAR; year++) {
        struct moment a = { second_of(to, year) - standard, summer }, b = { second_of(from, year) - summer, standard };
        struct moment first = a.at < b.at ? a : b, second = a.at < b.at ? b : a;
        if (first.at > last && !add(z, first.at, first.offset))
            return false;
        if (second.at > last && !add(z, second.at, second.offset))
            return false;
    }
    return true;
}

static bool read_rule(struct zone *z, const char *p)
{
    int64_t standard, summer;
    struct change to, from;
    if (!take_name(&p) || !take_time(&p, &standard))
        return true; /* no rule: the last moment holds for ever */
    if (!take_name(&p))
        return z->count || add(z, INT64_MIN, -standard);
    summer = standard - 3600;
    if (*p != ',' && !take_time(&p, &summer))
        return false;
    return !take_change(&p, &to) || !take_change(&p, &from) || add_years(z, &to, &from, -standard, -summer);
}

/* Version 1 holds 32-bit times; what follows it in later versions holds 64-bit ones and the rule. */
static bool read_bytes(struct zone *z, const unsigned char *p, size_t n)
{
    struct block b;
    if (!find_block(p, n, 4, &b))
        return false;
    if (p[4] < '2')
        return read_block(z, &b);
    const unsigned char *later = p + b.end;
    size_t left = n - b.end;
    if (!find_block(later, left, 8, &b) || !read_block(z, &b))
        return false;
    return b.end >= left || later[b.end] != '\n' || read_rule(z, (const char *)later + b.end + 1);
}

static bool read_file(struct zone *z)
{
    char path[128];
    static const char folder[] = "/usr/share/zoneinfo";
    snprintf(path, sizeof path, "%s/%s", folder, z->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    unsigned char *bytes = NULL;
    bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX &&
              (bytes = calloc(1, (size_t)st.st_size + 1)) && read(fd, bytes, (size_t)st.st_size) == st.st_size &&
              read_bytes(z, bytes, (size_t)st.st_size);
    free(bytes);
    if (fd >= 0)
        close(fd);
    return ok || strcmp(z->name, "UTC") == 0; /* known even where no zones are installed */
}

/* ---- by name ----------------------------------------------------------------------------------------------------------- */

static bool is_name(struct str name)
{
    if (!name.n || name.n >= NAME_MAX_BYTES || name.p[0] == '/' || name.p[0] == '.')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && !(c == '/' || c == '_' || c == '-' || c == '+'))
            return false;
    }
    return true;
}

static const struct zone *find(const struct zone *z, struct str name)
{
    while (z && !str_is(name, z->name))
        z = z->next;
    return z;
}

const struct zone *zone_find(struct str name)
{
    const struct zone *known = find(zones, name);
    if (known || !is_name(name))
        return known;
    struct zone *z = calloc(1, sizeof *z);
    if (!z)
        return NULL;
    memcpy(z->name, name.p, name.n);
    if (!read_file(z)) {
        free(z->moments);
        free(z);
        return NULL;
    }
    z->next = zones;
    while (!atomic_compare_exchange_weak(&zones, &z->next, z))
        ; /* read twice by two threads at once: both stay, and say the same */
    return z;
}

static int64_t offset_at(const struct zone *z, int64_t second)
{
    size_t low = 0, high = z->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->moments[middle].at <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? z->moments[low - 1].offset : z->first_offset;
}

static int64_t second_below(int64_t us)
{
    return us / SECOND_US - (us % SECOND_US < 0);
}

int64_t zone_to_local_us(const struct zone *z, int64_t utc_us)
{
    return utc_us + offset_at(z, second_below(utc_us)) * SECOND_US;
}

/* With the offset of the day before; if that is not in force then, with that of the day after; in a gap neither is, and
 * the former leads past it. */
int64_t zone_to_utc_us(const struct zone *z, int64_t local_us)
{
    int64_t second = second_below(local_us);
    int64_t before = offset_at(z, second - DAY_S), after = offset_at(z, second + DAY_S);
    if (offset_at(z, second - before) != before && offset_at(z, second - after) == after)
        before = after;
    return local_us - before * SECOND_US;
}
