/* Any bytes as JSON. Oracle: what is read prints as pure ASCII that reads back as the same value. */
#include <assert.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct json_limits small = { 8, 50, 50, 200 };
    struct arena *a = arena_new((size_t)256 << 20);
    struct str text = { (const char *)data, size }, why = STR_NONE;
    json_t *v = json_read(a, text, &small, &why);
    assert((v == NULL) == (why.n > 0));
    if (v) {
        struct str printed = json_print(a, v);
        for (size_t i = 0; i < printed.n; i++)
            assert(printed.p[i] >= ' ' && printed.p[i] <= '~');
        json_t *again = json_read(a, printed, &json_limits_default, &why);
        assert(again && json_equal(v, again));
    }
    arena_free(a);
    return 0;
}
