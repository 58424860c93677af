/* A lesson's page: its video behind a facade, its text, and the way on. Whoever may not read it gets title, length and
 * how to get in; the body is nowhere in the page. */
#include "outline.h"
#include "video.h"

static const char *words_for(const void *web, const char *message_id)
{
    const struct web *w = web;
    return tr(&w->cx, message_id);
}

static bool wants_images(struct web *w)
{
    return str_is(web_arg(w, "images"), "1");
}

/* Only what the page will really load is allowed (guides/security.md section 8). */
static void allow_sources(struct web *w, const struct video *v)
{
    bool frame = v && (strcmp(v->kind, "youtube") == 0 || strcmp(v->kind, "vimeo") == 0);
    http_set_header(w->exchange, "Content-Security-Policy",
                    str_printf(w->cx.arena,
                               "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
                               "form-action 'self'; frame-ancestors 'none'; img-src 'self' data:%s%s",
                               wants_images(w) ? " https:" : "",
                               frame ? "; frame-src https://www.youtube-nocookie.com https://player.vimeo.com"
                               : v   ? "; media-src 'self' https:"
                                     : ""));
}

static void video_view(struct page *p, const struct lesson_view *l)
{
    struct video video;
    if (!video_of(p->web->cx.arena, l->video_url, &video)) {
        allow_sources(p->web, NULL);
        return;
    }
    struct view *view = view_sub(p->view, "video");
    view_text(view, "url", video.watch);
    if (video.embed.n) {
        view_text(view, "embed", video.embed);
        view_text(view, "kind", str_of(video.kind));
        view_text(view, "host", str_of(video.host));
        page_script(p, "player.js");
    }
    allow_sources(p->web, &video);
}

/* Authors often begin a text with its title as a heading: the page has it already. */
static struct str without_title(struct str text, struct str title)
{
    struct str rest = str_trim(text), line = STR_NONE;
    if (!str_starts(rest, STR("# ")) || !str_cut(&rest, '\n', &line))
        return text;
    return str_eq(str_trim(str_from(line, 2)), str_trim(title)) ? rest : text;
}

static void body_view(struct page *p, const struct lesson_view *l)
{
    struct web *w = p->web;
    struct markdown_options options = { .remote_images = wants_images(w),
                                        .images_link = str_printf(w->cx.arena, "%.*s?images=1",
                                                                  STR_ARG(w->exchange->request.path)),
                                        .translate = words_for,
                                        .translate_arg = w };
    view_flag(p->view, "readable", true);
    view_html(p->view, "body", markdown_html(w->cx.arena, without_title(l->content, l->lesson->title), &options));
    view_text(p->view, "body_lang", l->content_language.n ? l->content_language : w->cx.lang);
    if (l->content_language.n && !str_eq(l->content_language, w->cx.lang))
        view_text(
            p->view, "other_language",
            page_words_with(w, N_("This lesson is not translated into {language} yet."), tongue_of(w->cx.lang).spoken));
}

static void step_view(struct page *p, const char *name, const struct outline_lesson *lesson)
{
    if (!lesson)
        return;
    struct view *view = view_sub(p->view, name);
    view_text(view, "url", lesson->url);
    view_text(view, "title", lesson->title);
}

static void facts_view(struct page *p, const struct lesson_view *l)
{
    struct web *w = p->web;
    view_text(p->view, "bootcamp_title", l->outline->card.title);
    view_text(p->view, "bootcamp_url", l->outline->card.url);
    view_text(p->view, "course_title", l->course->title);
    view_text(p->view, "type", lesson_type(w, l->lesson->content_type));
    view_text(p->view, "length", page_duration(w, l->lesson->duration_minutes));
    view_flag(p->view, "preview", l->lesson->is_free_preview);
    view_flag(p->view, "draft", !l->lesson->published || !l->outline->published);
    view_text(p->view, "attribution", l->attribution);
    view_text(p->view, "license", l->license);
    if (l->source_url.n)
        view_text(p->view, "source_url", html_safe_url(w->cx.arena, l->source_url));
    step_view(p, "previous", l->previous);
    step_view(p, "next", l->next);
}

/* How far the reader is, and the button that is always there for those enrolled; lesson.js fills in the percent. */
static void progress_view(struct page *p, const struct lesson_view *l)
{
    const struct enrollment_facts *enrolled = &l->outline->enrolled;
    if (!enrolled->access)
        return;
    struct view *view = view_sub(p->view, "progress");
    view_int(view, "done", enrolled->completed);
    view_int(view, "total", enrolled->total);
    view_flag(view, "lesson_done", l->lesson->completed);
    view_text(view, "percent", STR("0\u00a0%"));
    if (l->readable) {
        view_text(view, "lesson", l->lesson->name);
        view_text(view, "enrollment", enrolled->name);
        view_text(view, "rule", l->completion);
        view_text(view, "needed", str_is(l->completion, "Watch") ? STR("95\u00a0%") : STR_NONE);
        page_script(p, "lesson.js");
    }
    view_flag(view, "all_done", enrolled->total > 0 && enrolled->completed >= enrolled->total);
    if (l->lesson->completed || !l->readable)
        return;
    struct view *way = view_sub(p->view, "to_complete");
    view_text(way, "url", l->lesson->url);
    view_flag(way, "asks_answer", str_is(l->completion, "Answer"));
}

static struct lesson_view *lesson_asked(struct web *w)
{
    return lms_lesson_at(&w->cx, web_captured(w, "bootcamp"), web_captured(w, "course"), web_captured(w, "lesson"),
                         w->cx.lang);
}

/* `outcome`: what the button just said; NULL: it was not pressed. */
static bool send_lesson(struct web *w, const struct lesson_view *l, const struct lesson_outcome *outcome)
{
    struct page p = page_open(w, l->lesson->title);
    progress_view(&p, l);
    if (outcome) {
        view_text(p.view, "outcome", outcome->why);
        view_text(p.view, "typed", web_arg(w, "answer"));
    }
    facts_view(&p, l);
    outline_view(&p, p.view, l->outline, l->lesson->name);
    if (l->readable) {
        view_text(p.view, "description", markdown_words(w->cx.arena, l->content, 160));
        video_view(&p, l);
        body_view(&p, l);
    } else {
        view_flag(p.view, "locked", true);
        view_text(p.view, "how", access_words(w, l->outline));
    }
    if (!l->lesson->is_free_preview || !l->outline->published)
        page_unlisted(&p);
    view_text(p.view, "og_type", STR("article"));
    return page_send(&p, "lesson", 200);
}

static bool show(struct web *w)
{
    struct lesson_view *l = lesson_asked(w);
    if (!l)
        return false;
    lms_lesson_opened(&w->cx, l);
    return send_lesson(w, l, NULL);
}

/* Done: the page again, with the number moved. Not yet: the page says what is missing. */
static bool press(struct web *w)
{
    struct lesson_outcome outcome;
    if (user_is_guest(w->cx.user))
        return web_redirect(w, 303, page_login_url(w));
    struct lesson_view *l = lesson_asked(w);
    if (!l)
        return false;
    if (!l->readable)
        return throw(&w->cx, &PermissionError, "Enroll in the bootcamp to open this lesson.");
    if (!lms_lesson_button(&w->cx, l, str_trim(web_arg(w, "answer")), &outcome))
        return false;
    return outcome.complete ? web_redirect(w, 303, l->lesson->url) : send_lesson(w, l, &outcome);
}

ROUTE(lesson_button) = { .pattern = "/bootcamps/:bootcamp/:course/:lesson",
                         .verbs = HTTP_POST,
                         .run = press,
                         .page = true,
                         .form = true,
                         .uses = LMS_LEARNING,
                         .about = "The button of a lesson: completes it, or says what is missing." };

ROUTE(lesson) = { .pattern = "/bootcamps/:bootcamp/:course/:lesson",
                  .verbs = HTTP_GET,
                  .run = show,
                  .page = true,
                  .cacheable = true,
                  .uses = LMS_LEARNING,
                  .about = "A lesson, or how to get in." };
