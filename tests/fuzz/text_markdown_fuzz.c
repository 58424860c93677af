/* Any bytes as Markdown and as HTML. Oracle: gumbo reads the output again and finds only elements, attributes and schemes
 * of a list of its own, and no nesting that an input could have piled up. */
#include <assert.h>
#include <gumbo.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool among(const char *list, const char *word)
{
    char spaced[64];
    int n = snprintf(spaced, sizeof spaced, " %s ", word);
    return n > 0 && (size_t)n < sizeof spaced && strstr(list, spaced);
}

static void check_url(const char *value)
{
    size_t scheme = strcspn(value, ":/?#\\"); /* browsers read \ as / */
    if (value[scheme] != ':')
        return;
    char name[16];
    snprintf(name, sizeof name, "%.*s", (int)scheme, value);
    for (char *p = name; *p; p++)
        *p |= 0x20;
    assert(among(" http https mailto ", name));
}

static void check_node(const GumboNode *n, unsigned depth)
{
    assert(depth < 100);
    assert(n->type != GUMBO_NODE_COMMENT && n->type != GUMBO_NODE_CDATA);
    if (n->type != GUMBO_NODE_ELEMENT)
        return;
    const GumboElement *e = &n->v.element;
    if (depth > 0)
        assert(
            among(" p h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del a img table thead tbody tfoot tr th td "
                  "caption br hr sub sup kbd div span u mark small details summary dl dt dd input ",
                  gumbo_normalized_tagname(e->tag)));
    for (unsigned i = 0; i < e->attributes.length; i++) {
        const GumboAttribute *a = e->attributes.data[i];
        assert(among(" href src alt title class id rel loading referrerpolicy tabindex start type disabled checked ",
                     a->name));
        if (strcmp(a->name, "href") == 0 || strcmp(a->name, "src") == 0)
            check_url(a->value);
        if (strcmp(a->name, "id") == 0)
            assert(strncmp(a->value, "h-", 2) == 0);
    }
    for (unsigned i = 0; i < e->children.length; i++)
        check_node(e->children.data[i], depth + 1);
}

static void check(struct html html)
{
    GumboOptions how = kGumboDefaultOptions;
    how.fragment_context = GUMBO_TAG_DIV;
    GumboOutput *tree = gumbo_parse_with_options(&how, html.text.n ? html.text.p : "", html.text.n);
    check_node(tree->root, 0);
    gumbo_destroy_output(&how, tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    struct str text = { (const char *)data, size };
    struct markdown_options drawn = { .remote_images = true }, held = { .images_link = STR("?images=1") };
    check(markdown_html(a, text, &drawn));
    check(markdown_html(a, text, &held));
    check(html_sanitize(a, text, &drawn));
    if (utf8_valid(text)) {
        struct str words = markdown_words(a, text, 40);
        assert(utf8_length(words) <= 40);
    }
    arena_free(a);
    return 0;
}
