/* Any bytes as a template and as a catalogue. Oracle: a text value never reaches the page unescaped. */
#include <assert.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct view *sample(struct arena *a)
{
    struct view *v = view_new(a);
    view_text(v, "x", STR("\x01<\x02"));
    view_html(v, "h", (struct html){ STR("h") });
    view_int(v, "n", 3);
    view_text(view_sub(v, "s"), "x", STR("\x01\"\x02"));
    view_text(view_row(v, "r"), "y", STR("\x01'\x02"));
    view_row(v, "r");
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    struct str text = { (const char *)data, size }, why = STR_NONE;
    struct template_source sources[] = { { "t", text }, { "p", STR("{{x}}") } };
    struct template_set *set = templates_compile(a, sources, countof(sources), &why);
    assert((set == NULL) == (why.n > 0));
    struct words *words = words_load(a, text);
    if (words)
        (void)words_plural(words, "one", "many", 5);
    if (set) {
        struct buf b = buf_new(a, 1 << 16);
        assert(template_render(set, "t", sample(a), words, &b));
        struct str out = b.full ? STR_NONE : buf_str(&b);
        if (!str_has(text, '\x01'))
            assert(str_find(out, STR("\x01<")) < 0 && str_find(out, STR("\x01\"")) < 0 &&
                   str_find(out, STR("\x01'")) < 0);
    }
    arena_free(a);
    return 0;
}
