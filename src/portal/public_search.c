/* The search of a school: bootcamps, courses and lessons that have the words, as this reader may see them. */
#include "lms.h"
#include "page.h"

enum { Q_MAX = 140, RESULTS = 30 };

static const char *kind_of(const struct search_result *one)
{
    static const struct {
        const char *doctype, *words;
    } kinds[] = { { "LMS Bootcamp", N_("Bootcamp") }, { "LMS Course", N_("Course") }, { "LMS Lesson", N_("Lesson") } };
    for (size_t i = 0; i < countof(kinds); i++)
        if (!strcmp(one->doctype, kinds[i].doctype))
            return kinds[i].words;
    return one->doctype;
}

static void result_row(struct page *p, const struct search_result *one)
{
    struct view *row = view_row(p->view, "results");
    view_text(row, "url", one->url);
    view_html(row, "title", one->title_marked);
    if (one->snippet.text.n)
        view_html(row, "snippet", one->snippet);
    view_text(row, "kind", page_words(p->web, kind_of(one)));
    view_text(row, "where", one->where);
    view_flag(row, "locked", one->locked);
    if (one->language.n && !str_eq_nocase(one->language, p->web->cx.lang))
        view_text(row, "foreign", one->language);
}

static bool search(struct web *w)
{
    struct search_results found;
    struct str q = utf8_head(str_trim(web_arg(w, "q")), Q_MAX);
    if (!lms_search(&w->cx, q, w->cx.lang, RESULTS, &found))
        return false;
    struct page p = page_open(w, page_words(w, N_("Search")));
    page_unlisted(&p);
    view_text(p.view, "q", q);
    view_int(p.view, "total", (int64_t)found.count);
    view_flag(p.view, "some", found.some);
    view_flag(p.view, "found", found.count > 0);
    for (size_t i = 0; i < found.count; i++)
        result_row(&p, &found.rows[i]);
    return page_send(&p, "search", 200);
}

ROUTE(search) = { .pattern = "/search",
                  .uses = LMS_LEARNING,
                  .verbs = HTTP_GET,
                  .run = search,
                  .page = true,
                  .cacheable = true,
                  .about = "Searches titles, descriptions and lessons." };
