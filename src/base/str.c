/* str: slices of text. */
#include "base/str.h"

#include <stdio.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *c)
{
    return str_eq(a, str_of(c));
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int str_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq(str_slice(s, 0, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

ptrdiff_t str_index(struct str s, char c)
{
    const char *found = s.n ? memchr(s.p, c, s.n) : NULL;
    return found ? found - s.p : -1;
}

bool str_has(struct str s, char c)
{
    return str_index(s, c) >= 0;
}

ptrdiff_t str_find(struct str haystack, struct str needle)
{
    if (needle.n == 0)
        return 0;
    const char *found = haystack.n >= needle.n ? memmem(haystack.p, haystack.n, needle.p, needle.n) : NULL;
    return found ? found - haystack.p : -1;
}

struct str str_slice(struct str s, size_t start, size_t end)
{
    if (end > s.n)
        end = s.n;
    if (start >= end)
        return STR_NONE;
    return (struct str){ s.p + start, end - start };
}

struct str str_from(struct str s, size_t start)
{
    return str_slice(s, start, s.n);
}

struct str str_trim(struct str s)
{
    size_t start = 0, end = s.n;
    while (start < end && is_space(s.p[start]))
        start++;
    while (end > start && is_space(s.p[end - 1]))
        end--;
    return str_slice(s, start, end);
}

bool str_cut(struct str *rest, char separator, struct str *piece)
{
    if (!rest->p)
        return false;
    ptrdiff_t at = str_index(*rest, separator);
    *piece = (struct str){ rest->p, at < 0 ? rest->n : (size_t)at };
    *rest = at < 0 ? STR_NONE : (struct str){ rest->p + at + 1, rest->n - (size_t)at - 1 };
    return true;
}

bool str_int(struct str s, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i == s.n)
        return false;
    int64_t value = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        int digit = s.p[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *out = value;
    return true;
}

/* FNV-1a with a final mix: short keys, table sizes are powers of two. */
static uint64_t mixed(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

/* Eight bytes at a time: bodies are hashed whole for their ETag. */
uint64_t str_hash(struct str s)
{
    uint64_t h = 0xcbf29ce484222325u ^ s.n, word;
    size_t i = 0;
    for (; s.n - i >= sizeof word; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        h = mixed(h, word);
    }
    word = 0;
    if (i < s.n)
        memcpy(&word, s.p + i, s.n - i);
    return mixed(mixed(h, word), s.n);
}

size_t str_digits(char *to, uint64_t number)
{
    char reversed[DIGITS_MOST];
    size_t n = 0, count;
    do
        reversed[n++] = (char)('0' + number % 10);
    while (number /= 10);
    for (count = n; n; n--)
        *to++ = reversed[n - 1];
    return count;
}

struct str str_copy(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    return (struct str){ p, s.n };
}

struct str str_lower(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = lower(s.p[i]);
    return (struct str){ p, s.n };
}

struct str str_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *p = arena_vprintf(a, format, args);
    va_end(args);
    return str_of(p);
}

const char *str_c(struct arena *a, struct str s)
{
    return str_copy(a, s).p;
}
