/* The catalogue: the school's published bootcamps, with search and pages. */
#include "brand.h"
#include "lms.h"
#include "page.h"

enum { PAGE_LENGTH = 20, Q_MAX = 140 };

static void card_row(struct page *p, const struct catalogue *list, size_t i)
{
    const struct bootcamp_card *card = &list->cards[i];
    struct view *row = view_row(p->view, "bootcamps");
    view_flag(row, "first", i == 0);
    view_flag(row, "last", i + 1 == list->count);
    view_text(row, "url", card->url);
    view_text(row, "title", card->title);
    view_text(row, "title_lang", card->title_foreign);
    view_text(row, "intro_lang", card->intro_foreign);
    view_text(row, "image", page_image(p->web, card->image));
    view_text(row, "intro", card->short_introduction);
    view_text(row, "price", page_money(p->web, card->price, card->currency));
    view_int(row, "lessons", card->total_lessons);
    view_text(row, "length", page_duration(p->web, card->duration_minutes));
}

static struct str page_url(struct web *w, struct str q, int64_t page)
{
    struct str term = url_encode(w->cx.arena, q, "");
    return str_printf(w->cx.arena, "/?%s%.*s%spage=%lld", q.n ? "q=" : "", STR_ARG(term), q.n ? "&" : "",
                      (long long)page);
}

static void pager_view(struct page *p, struct str q, int64_t page, int64_t total)
{
    int64_t pages = (total + PAGE_LENGTH - 1) / PAGE_LENGTH;
    if (pages < 2)
        return;
    struct view *pager = view_sub(p->view, "pager");
    view_int(pager, "page", page);
    view_int(pager, "pages", pages);
    if (page > 1)
        view_text(pager, "previous", page_url(p->web, q, page - 1));
    if (page < pages)
        view_text(pager, "next", page_url(p->web, q, page + 1));
}

/* A page number out of anything reasonable is the first page. */
static int64_t page_number(struct web *w)
{
    int64_t page;
    bool whole = str_int(web_arg(w, "page"), &page);
    return whole && page > 0 && page < 100000 ? page : 1;
}

static void introduce(struct page *p)
{
    struct web *w = p->web;
    struct str language, text = brand_text(w->cx.site, w->cx.lang, "introduction", &language);
    view_text(p->view, "introduction", text);
    view_text(p->view, "description", text);
    if (!str_eq_nocase(language, w->cx.lang))
        view_text(p->view, "introduction_lang", language);
}

static bool catalogue(struct web *w)
{
    struct catalogue list;
    struct str q = utf8_head(str_trim(web_arg(w, "q")), Q_MAX);
    int64_t page = page_number(w);
    if (!lms_catalogue(&w->cx, q, page, PAGE_LENGTH, w->cx.lang, &list))
        return false;
    struct page p = page_open(w, q.n ? page_words(w, N_("Search")) : STR_NONE);
    if (q.n)
        page_unlisted(&p);
    else
        introduce(&p);
    view_text(p.view, "q", q);
    view_int(p.view, "total", list.total);
    view_flag(p.view, "empty", list.count == 0);
    for (size_t i = 0; i < list.count; i++)
        card_row(&p, &list, i);
    pager_view(&p, q, page, list.total);
    return page_send(&p, "catalogue", 200);
}

ROUTE(catalogue) = { .pattern = "/",
                     .verbs = HTTP_GET,
                     .run = catalogue,
                     .page = true,
                     .cacheable = true,
                     .uses = LMS_LEARNING,
                     .about = "The catalogue, with search." };
