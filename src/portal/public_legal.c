/* Legal pages: what the school says in School Settings, each at an address of its own. */
#include "brand.h"
#include "page.h"

static bool legal(struct web *w)
{
    struct str slug = web_captured(w, "page"), language;
    const struct legal_page *wanted = NULL;
    for (size_t i = 0; i < legal_page_count; i++)
        if (str_is(slug, legal_pages[i].slug))
            wanted = &legal_pages[i];
    struct str text = wanted ? brand_text(w->cx.site, w->cx.lang, wanted->field, &language) : STR_NONE;
    if (!text.n)
        return throw(&w->cx, &PageDoesNotExistError, N_("There is nothing at this address."));
    struct page p = page_open(w, page_words(w, wanted->title));
    view_text(p.view, "description", markdown_words(w->cx.arena, text, 160));
    view_text(p.view, "heading", page_words(w, wanted->title));
    view_html(p.view, "text", markdown_html(w->cx.arena, text, &(struct markdown_options){ 0 }));
    if (!str_eq_nocase(language, w->cx.lang))
        view_text(p.view, "foreign", language);
    return page_send(&p, "legal", 200);
}

ROUTE(legal) = { .pattern = "/legal/:page",
                 .verbs = HTTP_GET,
                 .run = legal,
                 .page = true,
                 .cacheable = true,
                 .about = "Legal notice, terms, privacy: what the school wrote." };

/* For what asks without having read a page. */
static bool favicon(struct web *w)
{
    const struct brand *b = brand_of(w->cx.site);
    return web_redirect(w, 302, b && b->icon_url.n ? b->icon_url : page_icon_url());
}

ROUTE(favicon) = {
    .pattern = "/favicon.ico", .verbs = HTTP_GET, .run = favicon, .page = true, .about = "Leads to the school's icon."
};
