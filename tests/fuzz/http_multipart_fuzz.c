/* Any body under a fixed boundary, then the same bytes as a Content-Type. Oracle: every value lies inside the body and
 * holds no delimiter; limits hold. */
#include <assert.h>

#include "http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct str body, const struct http_part *parts, int count)
{
    assert(count <= 20);
    for (int i = 0; i < count; i++) {
        assert(parts[i].name.n <= 255 && parts[i].filename.n <= 255);
        if (parts[i].value.n)
            assert(parts[i].value.p >= body.p && parts[i].value.p + parts[i].value.n <= body.p + body.n);
        assert(str_find(parts[i].value, STR("\r\n--b")) < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct http_part *parts;
    struct str body = { (const char *)data, size };
    int count = http_multipart(a, NULL, STR("multipart/form-data; boundary=b"), body, &parts);
    check(body, parts, count);
    (void)http_multipart(a, NULL, body, STR("--b\r\n\r\n--b--"), &parts);
    arena_free(a);
    return 0;
}
