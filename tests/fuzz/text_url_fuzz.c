/* Any bytes as URL, form and redirect target. Oracles: encoding is undone by decoding; a redirect stays on the site. */
#include <assert.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_redirect(struct arena *a, struct str wanted)
{
    struct str to = safe_redirect(a, wanted), path;
    assert(to.n > 0 && to.p[0] == '/');
    assert(url_decode(a, to, false, &path));
    assert(str_find(path, STR("//")) < 0 && !str_has(path, '\\') && !has_control(path));
    for (size_t i = 0; i < to.n; i++)
        assert(to.p[i] > ' ' && to.p[i] <= '~');
    assert(str_eq(safe_redirect(a, to), to));
}

static void check_pairs(struct arena *a, struct str text)
{
    struct pair *pairs;
    int count = url_pairs(a, text, 20, &pairs);
    assert(count <= 20);
    for (int i = 0; i < count; i++)
        assert(utf8_valid(pairs[i].key) && utf8_valid(pairs[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct str text = { (const char *)data, size }, back;
    bool whole = url_decode(a, url_encode(a, text, ""), false, &back);
    assert(whole == utf8_valid(text));
    assert(!whole || str_eq(back, text));
    check_pairs(a, text);
    check_redirect(a, text);
    struct str url = html_safe_url(a, text);
    assert(!str_starts(str_lower(a, url), STR("javascript:")));
    arena_free(a);
    return 0;
}
