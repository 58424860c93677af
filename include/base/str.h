#pragma once
/* str: text as pointer and length, passed by value; a slice that owns nothing.
 *
 * Never written through. It lives as long as what it points into. `p` may be null only when `n` is 0.
 * Text made in an arena by this file is also 0-terminated, so that it can be handed to C libraries as `s.p`.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){ "" literal "", sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* For printf: "%.*s", STR_ARG(s) */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_of(const char *c)
{
    return (struct str){ c, c ? strlen(c) : 0 };
}

bool str_eq(struct str, struct str);
bool str_is(struct str, const char *c);     /* equal to a C string */
bool str_eq_nocase(struct str, struct str); /* ASCII letters only */
int str_compare(struct str, struct str);    /* bytewise order: <0, 0, >0 */
bool str_starts(struct str, struct str prefix);
bool str_ends(struct str, struct str suffix);
bool str_has(struct str, char c);
/* Index of the first occurrence, or -1. */
ptrdiff_t str_find(struct str haystack, struct str needle);
ptrdiff_t str_index(struct str, char c);

struct str str_from(struct str, size_t start);              /* the rest from `start`; empty past the end */
struct str str_slice(struct str, size_t start, size_t end); /* [start, end), clamped */
struct str str_trim(struct str);                            /* without ASCII white space at both ends */

/* Takes the piece before the first `separator` off the front of *rest (all of it if there is none). False when *rest
 * was exhausted (p is null): `while (str_cut(&rest, '\n', &line))`. "" has one empty piece, "a," has two. */
bool str_cut(struct str *rest, char separator, struct str *piece);

/* Whole input must be one decimal integer, optional '-', no '+', no space, in range. False otherwise. */
bool str_int(struct str, int64_t *out) MUST_USE;

uint64_t str_hash(struct str);
enum { DIGITS_MOST = 20 };
/* Writes a whole number in decimal to `to` (DIGITS_MOST bytes of room; no 0 follows). Returns the bytes written. */
size_t str_digits(char *to, uint64_t);

/* Copies in an arena, 0-terminated. */
struct str str_copy(struct arena *, struct str);
struct str str_lower(struct arena *, struct str); /* ASCII letters only */
struct str str_printf(struct arena *, const char *format, ...) PRINTF(2, 3);
/* A 0-terminated C string of the same bytes. */
const char *str_c(struct arena *, struct str);
