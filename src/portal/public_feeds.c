/* What machines read of a school: sitemap.xml and robots.txt. */
#include "brand.h"
#include "lms.h"
#include "web.h"

enum { SITEMAP_MAX = 16 << 20, BATCH = 100 };

static void place(struct buf *xml, struct web *w, struct str path)
{
    struct html address =
        html_escape(w->cx.arena, str_printf(w->cx.arena, "%.*s%.*s", STR_ARG(web_base_url(w)), STR_ARG(path)));
    buf_lit(xml, "<url><loc>");
    buf_add(xml, address.text);
    buf_lit(xml, "</loc></url>\n");
}

/* A bootcamp's page and its previews: what every visitor may read. */
static bool places_of(struct web *w, struct buf *xml, const struct bootcamp_card *card)
{
    place(xml, w, card->url);
    struct outline *o = lms_outline(&w->cx, card->name, card->language);
    if (!o)
        return false;
    for (size_t i = 0; i < o->count; i++)
        for (size_t j = 0; j < o->courses[i].count; j++)
            if (o->courses[i].lessons[j].is_free_preview)
                place(xml, w, o->courses[i].lessons[j].url);
    return true;
}

static bool sitemap(struct web *w)
{
    struct buf xml = buf_new(w->cx.arena, SITEMAP_MAX);
    buf_lit(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    place(&xml, w, STR("/"));
    for (size_t i = 0; i < legal_page_count; i++)
        if (site_setting(w->cx.site, "School Settings", legal_pages[i].field).n)
            place(&xml, w, str_printf(w->cx.arena, "/legal/%s", legal_pages[i].slug));
    struct catalogue list;
    for (int64_t page = 1; page == 1 || list.count == BATCH; page++) {
        if (!lms_catalogue(&w->cx, STR_NONE, page, BATCH, STR_NONE, &list))
            return false;
        for (size_t i = 0; i < list.count; i++)
            if (!places_of(w, &xml, &list.cards[i]))
                return false;
    }
    buf_lit(&xml, "</urlset>\n");
    return web_send(w, 200, "application/xml; charset=utf-8", buf_str(&xml));
}

static bool robots(struct web *w)
{
    struct str base = web_base_url(w);
    return web_send(
        w, 200, "text/plain; charset=utf-8",
        str_printf(
            w->cx.arena,
            "User-agent: *\nDisallow: /api/\nDisallow: /login\nDisallow: /logout\nDisallow: /search\nDisallow: /me\n"
            "Disallow: /partner\nDisallow: /checkout/\nDisallow: /r/\nSitemap: %.*s/sitemap.xml\n",
            STR_ARG(base)));
}

ROUTE(sitemap) = { .pattern = "/sitemap.xml",
                   .verbs = HTTP_GET,
                   .run = sitemap,
                   .lane = LANE_SLOW,
                   .page = true,
                   .cacheable = true,
                   .uses = LMS_LEARNING,
                   .about = "The pages every visitor may read, for search engines." };
ROUTE(robots) = { .pattern = "/robots.txt",
                  .verbs = HTTP_GET,
                  .run = robots,
                  .page = true,
                  .cacheable = true,
                  .about = "What robots should leave alone." };
