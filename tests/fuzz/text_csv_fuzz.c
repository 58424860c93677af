/* Any bytes as CSV, in drops of any size. Oracles: the size of the drops changes nothing; what is read is valid UTF-8; what
 * is read and written again reads the same. */
#include <assert.h>
#include <stdlib.h>

#include "../unit/drops.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Written again with commas; *fatal: it ended before its end. */
static struct str rewritten(struct arena *a, struct str text, size_t drop, bool guarded, bool *sound)
{
    struct drops d = { text, drop };
    struct csv *c = csv_open(a, (struct inflow){ read_drop, &d }, 1 << 16);
    struct buf b = buf_new(a, (size_t)8 << 20);
    struct csv_record r;
    enum record what;
    *sound = true;
    while ((what = csv_next(c, &r)) != RECORD_NONE) {
        *sound &= what == RECORD_THERE;
        for (size_t i = 0; what == RECORD_THERE && i < r.count; i++) {
            assert(utf8_valid(r.fields[i]));
            csv_field(&b, guarded ? csv_unguarded(r.fields[i]) : r.fields[i], i == 0);
        }
        buf_char(&b, '\n');
        if (what == RECORD_FATAL)
            break;
    }
    return buf_str(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    bool sound, again;
    struct str text = { (const char *)data + 1, size ? size - 1 : 0 };
    struct str whole = rewritten(a, text, SIZE_MAX, false, &sound);
    assert(str_eq(whole, rewritten(a, text, size ? data[0] % 7u + 1 : 1, false, &again)) && sound == again);
    /* A first field `sep=x` or a byte order mark would be read as what it says. */
    if (sound && whole.n && !str_has(STR("s\xef\""), whole.p[0])) {
        struct str head = str_printf(a, "a,a,a\n%.*s", STR_ARG(whole));
        struct str once = rewritten(a, head, SIZE_MAX, true, &again);
        assert(again && str_eq(once, head));
    }
    arena_free(a);
    return 0;
}
