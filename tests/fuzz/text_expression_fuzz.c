/* Any bytes as a condition and as a stencil, and as a value in one. Oracle: a value comes out of a stencil of JSON as it
 * went in, between quotes and without. */
#include <assert.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *sample(struct arena *a)
{
    struct str why;
    return json_read(a, STR("{\"a\": 1, \"b\": \"x\", \"c\": [1], \"d\": null, \"e\": 0.5}"), &json_limits_default,
                     &why);
}

static void through(struct arena *a, struct str value)
{
    struct str why;
    struct buf b = buf_new(a, 64 << 20);
    const struct stencil *s =
        stencil_parse(a, STR("{\"quoted\": \"{{ doc.v }}\", \"bare\": {{ doc.v }}}"), STENCIL_JSON, &why);
    json_t *doc = json_pack("{s:s%}", "v", value.p, value.n);
    if (!s || !doc)
        return;
    stencil_fill(s, doc, &b);
    json_t *out = json_read(a, buf_str(&b), &json_limits_default, &why);
    assert(out && str_eq(json_get_str(out, "quoted"), value) && str_eq(json_get_str(out, "bare"), value));
    json_decref(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    struct str text = { (const char *)data, size }, why = STR_NONE;
    const struct expression *e = expression_parse(a, text, &why);
    assert((e == NULL) == (why.n > 0));
    if (e)
        (void)expression_holds(e, sample(a));
    for (int kind = STENCIL_JSON; kind <= STENCIL_URL; kind++) {
        const struct stencil *s = stencil_parse(a, text, (enum stencil_kind)kind, &why);
        struct buf b = buf_new(a, 1 << 20);
        assert((s == NULL) == (why.n > 0));
        if (s)
            stencil_fill(s, sample(a), &b);
    }
    if (size && utf8_valid(text))
        through(a, text);
    arena_free(a);
    return 0;
}
