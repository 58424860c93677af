/* Text compared in memory as the columns' collation compares it. */
#include <utf8proc.h>

#include "term.h"

/* The collation puts letters after digits after everything else. */
static int32_t weight(int32_t c)
{
    bool letter = c >= 128 || (c >= 'a' && c <= 'z'), digit = c >= '0' && c <= '9';
    return c + (letter ? 0x400000 : digit ? 0x200000 : 0);
}

static utf8proc_ssize_t fold(struct arena *a, struct str s, int32_t **out)
{
    const utf8proc_option_t how =
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD | UTF8PROC_STABLE;
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    *out = NULL;
    if (s.n == 0)
        return 0;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s.p;
    utf8proc_ssize_t room = utf8proc_decompose(bytes, (utf8proc_ssize_t)s.n, NULL, 0, how);
    if (room <= 0)
        return 0;
    *out = arena_array(a, (size_t)room, sizeof **out);
    return utf8proc_decompose(bytes, (utf8proc_ssize_t)s.n, *out, room, how);
}

int text_compare(struct arena *a, struct str x, struct str y)
{
    int32_t *p, *q;
    utf8proc_ssize_t n = fold(a, x, &p), m = fold(a, y, &q);
    for (utf8proc_ssize_t i = 0; i < n || i < m; i++) {
        int32_t left = i < n ? weight(p[i]) : weight(' '), right = i < m ? weight(q[i]) : weight(' ');
        if (left != right)
            return left < right ? -1 : 1;
    }
    return 0;
}
