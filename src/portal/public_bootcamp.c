/* A bootcamp's page: what it is, its outline, its price and how to get in. */
#include "outline.h"

static void json_ld(struct page *p, const struct outline *o, struct str url, struct str image)
{
    struct arena *a = p->web->cx.arena;
    struct buf text = buf_new(a, 64 << 10);
    struct json_out out = out_to(&text);
    out_begin_object(&out);
    out_member_text(&out, "@context", STR("https://schema.org"));
    out_member_text(&out, "@type", STR("Course"));
    out_member_text(&out, "name", o->card.title);
    out_member_text(&out, "description",
                    o->card.short_introduction.n ? o->card.short_introduction : markdown_words(a, o->description, 300));
    out_member_text(&out, "url", url);
    if (image.n)
        out_member_text(&out, "image", image);
    out_member_text(&out, "inLanguage", p->web->cx.lang);
    out_key(&out, STR("provider"));
    out_begin_object(&out);
    out_member_text(&out, "@type", STR("Organization"));
    out_member_text(&out, "name", p->web->cx.site->title);
    out_member_text(&out, "sameAs", web_base_url(p->web));
    out_end_object(&out);
    out_key(&out, STR("offers"));
    out_begin_object(&out);
    out_member_text(&out, "@type", STR("Offer"));
    out_member_text(&out, "category", decimal_is_zero(o->card.price) ? STR("Free") : STR("Paid"));
    out_member_text(&out, "price", decimal_text(a, o->card.price));
    out_member_text(&out, "priceCurrency", o->card.currency);
    out_end_object(&out);
    out_end_object(&out);
    page_json_ld(p, buf_str(&text));
}

/* Where the reader goes on: the lesson opened last unless it is completed, else what comes first after it and is not; the
 * last one when nothing is left. */
static const struct outline_lesson *goes_on(const struct outline *o, int64_t *number)
{
    const struct outline_lesson *first_left = NULL, *left = NULL, *last = NULL;
    int64_t at = 0, first_at = 0, last_at = 0;
    bool passed = false;
    for (size_t c = 0; c < o->count; c++)
        for (size_t i = 0; i < o->courses[c].count; i++) {
            const struct outline_lesson *lesson = &o->courses[c].lessons[i];
            at++;
            passed |= str_eq(lesson->name, o->enrolled.last_lesson);
            if (!lesson->readable)
                continue;
            last = lesson;
            last_at = at;
            if (!lesson->completed && !first_left) {
                first_left = lesson;
                first_at = at;
            }
            if (!lesson->completed && passed && !left) {
                left = lesson;
                *number = at;
            }
        }
    if (!left)
        *number = first_left ? first_at : last_at;
    return left ? left : first_left ? first_left : last;
}

/* One way on is enough: continue, enroll, log in, or try a preview. */
static void ways_in(struct page *p, const struct outline *o)
{
    bool guest = user_is_guest(p->web->cx.user), free_of_charge = str_is(o->card.enrollment, "Free");
    int64_t number = 0;
    const struct outline_lesson *next = o->enrolled.access ? goes_on(o, &number) : NULL;
    if (next) {
        view_text(p->view, "continue_url", next->url);
        view_int(p->view, "number", number);
        view_int(p->view, "done", o->enrolled.completed);
        view_int(p->view, "total", o->enrolled.total);
        return;
    }
    if (o->first_open.n)
        view_text(p->view, "preview_url", o->first_open);
    view_text(p->view, "how", access_words(p->web, o));
    view_text(p->view, "enroll_url", o->card.url);
    view_flag(p->view, "enroll", !guest && free_of_charge && !o->enrolled.name.n);
    if (str_is(o->card.enrollment, "Paid"))
        view_text(p->view, "buy_url", str_printf(p->web->cx.arena, "/checkout/%.*s", STR_ARG(o->card.slug)));
    view_flag(p->view, "login_first", guest && free_of_charge);
}

static bool show(struct web *w)
{
    struct outline *o = lms_outline(&w->cx, web_captured(w, "bootcamp"), w->cx.lang);
    if (!o)
        return false;
    struct page p = page_open(w, o->card.title);
    struct str words =
        o->card.short_introduction.n ? o->card.short_introduction : markdown_words(w->cx.arena, o->description, 160);
    view_text(p.view, "description", words);
    view_text(p.view, "intro", o->card.short_introduction);
    view_text(p.view, "title_lang", o->card.title_foreign);
    view_text(p.view, "intro_lang", o->card.intro_foreign);
    view_text(p.view, "about_lang", o->description_foreign);
    view_html(p.view, "about", markdown_html(w->cx.arena, o->description, &(struct markdown_options){ 0 }));
    view_text(p.view, "price", page_money(w, o->card.price, o->card.currency));
    view_int(p.view, "lessons", o->card.total_lessons);
    view_text(p.view, "length", page_duration(w, o->card.duration_minutes));
    view_text(p.view, "attribution", o->attribution);
    view_text(p.view, "license", o->license);
    view_text(p.view, "source_url", html_safe_url(w->cx.arena, o->source_url));
    outline_view(&p, p.view, o, STR_NONE);
    ways_in(&p, o);
    struct str base = web_base_url(w), picture = page_image(w, o->card.image);
    struct str image = picture.n ? str_printf(w->cx.arena, "%.*s%.*s", STR_ARG(base), STR_ARG(picture)) : STR_NONE;
    view_text(p.view, "cover", picture);
    if (image.n)
        view_text(p.view, "og_image", image);
    json_ld(&p, o, str_printf(w->cx.arena, "%.*s%.*s", STR_ARG(base), STR_ARG(o->card.url)), image);
    if (!o->published)
        page_unlisted(&p);
    return page_send(&p, "bootcamp", 200);
}

static bool enroll(struct web *w)
{
    if (user_is_guest(w->cx.user))
        return web_redirect(w, 303, page_login_url(w));
    struct outline *o = lms_outline(&w->cx, web_captured(w, "bootcamp"), w->cx.lang);
    if (!o)
        return false;
    if (!str_is(o->card.enrollment, "Free") && !o->enrolled.name.n)
        return throw(&w->cx, &PermissionError, N_("This bootcamp is not free."));
    if (!o->enrolled.name.n && !lms_enroll(&w->cx, w->cx.user->name, o->card.name, "Free"))
        return false;
    return web_redirect(w, 303, o->card.url);
}

ROUTE(bootcamp) = { .pattern = "/bootcamps/:bootcamp",
                    .verbs = HTTP_GET,
                    .run = show,
                    .page = true,
                    .cacheable = true,
                    .uses = LMS_LEARNING,
                    .about = "A bootcamp: outline, price, previews." };
ROUTE(bootcamp_enroll) = { .pattern = "/bootcamps/:bootcamp",
                           .verbs = HTTP_POST,
                           .run = enroll,
                           .page = true,
                           .form = true,
                           .uses = LMS_LEARNING,
                           .about = "Enrolls the reader in a free bootcamp." };
