/* lms.catalogue, lms.outline and lms.lesson: what the public pages show, as JSON. */
#include "card_priv.h"
#include "http.h"

static bool catalogue(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct catalogue found;
    if (!lms_catalogue(cx, doc_text(args, "q"), doc_int(args, "page"), doc_int(args, "page_length"),
                       doc_text(args, "language"), &found))
        return false;
    out_begin_object(out);
    out_key(out, STR("bootcamps"));
    out_begin_array(out);
    for (size_t i = 0; i < found.count; i++) {
        out_begin_object(out);
        card_json(out, &found.cards[i]);
        out_end_object(out);
    }
    out_end_array(out);
    out_member_int(out, "total", found.total);
    out_end_object(out);
    return true;
}

METHOD(catalogue)
= {
    .path = "lms.catalogue",
    .verbs = HTTP_GET | HTTP_POST,
    .guest = true,
    .call = catalogue,
    ARGS({ "page", INT, .preset = "1" }, { "page_length", INT, .preset = "20" }, { "q", DATA, .length = 200 },
         { "language", DATA }),
    .uses = LMS_LEARNING,
    .about = "Published bootcamps, newest first, 20 a page.",
};

/* ---- outline -------------------------------------------------------------------------------------------------------- */
static void out_member_bool(struct json_out *out, const char *key, bool value)
{
    out_key(out, str_of(key));
    out_bool(out, value);
}

/* "progress": {completed, total, percent}, or null for who is not enrolled. */
static void progress_json(struct json_out *out, const struct enrollment_facts *enrolled)
{
    out_key(out, STR("progress"));
    if (!enrolled->name.n) {
        out_null(out);
        return;
    }
    int64_t total = enrolled->total, completed = enrolled->completed < total ? enrolled->completed : total;
    out_begin_object(out);
    out_member_int(out, "completed", completed);
    out_member_int(out, "total", total);
    out_member_price(out, "percent", percent_completed(completed, total));
    out_end_object(out);
}

static void lesson_json(struct json_out *out, const struct outline_lesson *lesson)
{
    out_begin_object(out);
    out_member_text(out, "name", lesson->name);
    out_member_text(out, "slug", lesson->slug);
    out_member_text(out, "title", lesson->title);
    out_member_text(out, "content_type", lesson->content_type);
    out_member_int(out, "duration_minutes", lesson->duration_minutes);
    out_member_bool(out, "is_free_preview", lesson->is_free_preview);
    out_member_bool(out, "readable", lesson->readable);
    out_member_bool(out, "completed", lesson->completed);
    out_member_text(out, "url", lesson->url);
    out_end_object(out);
}

static void course_json(struct json_out *out, const struct outline_course *course)
{
    out_begin_object(out);
    out_member_text(out, "name", course->name);
    out_member_text(out, "slug", course->slug);
    out_member_text(out, "title", course->title);
    out_member_text_or_null(out, "description", course->description);
    out_member_int(out, "duration_minutes", course->duration_minutes);
    out_key(out, STR("lessons"));
    out_begin_array(out);
    for (size_t i = 0; i < course->count; i++)
        lesson_json(out, &course->lessons[i]);
    out_end_array(out);
    out_end_object(out);
}

static bool outline(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct outline *found = lms_outline(cx, doc_text(args, "bootcamp"), doc_text(args, "language"));
    if (!found)
        return false;
    out_begin_object(out);
    card_json(out, &found->card);
    out_member_text_or_null(out, "description", found->description);
    out_member_text_or_null(out, "license", found->license);
    out_member_text_or_null(out, "attribution", found->attribution);
    out_member_text_or_null(out, "source_url", found->source_url);
    out_member_text_or_null(out, "item_code", found->item_code);
    out_member_text_or_null(out, "published_on", found->published_on);
    out_key(out, STR("courses"));
    out_begin_array(out);
    for (size_t i = 0; i < found->count; i++)
        course_json(out, &found->courses[i]);
    out_end_array(out);
    progress_json(out, &found->enrolled);
    out_end_object(out);
    return true;
}

METHOD(outline)
= {
    .path = "lms.outline",
    .verbs = HTTP_GET | HTTP_POST,
    .guest = true,
    .call = outline,
    ARGS({ "bootcamp", DATA, .reqd = true }, { "language", DATA }),
    .uses = LMS_LEARNING,
    .about = "A bootcamp's courses and lessons, and what the caller may open.",
};

/* ---- lesson --------------------------------------------------------------------------------------------------------- */
static void neighbour_json(struct json_out *out, const char *key, const struct outline_lesson *lesson)
{
    out_key(out, str_of(key));
    if (!lesson) {
        out_null(out);
        return;
    }
    out_begin_object(out);
    out_member_text(out, "name", lesson->name);
    out_member_text(out, "title", lesson->title);
    out_member_text(out, "url", lesson->url);
    out_end_object(out);
}

static const char *translate_words(const void *cx, const char *message_id)
{
    return tr(cx, message_id);
}

static void body_json(struct ctx *cx, struct json_out *out, const struct lesson_view *view)
{
    const struct markdown_options options = {
        .images_link = str_printf(cx->arena, "%.*s?images=1", STR_ARG(view->lesson->url)),
        .translate = translate_words,
        .translate_arg = cx,
    };
    out_member_text(out, "content", view->content);
    out_member_text(out, "html", markdown_html(cx->arena, view->content, &options).text);
    out_member_text_or_null(out, "video_url", view->video_url);
    out_member_text(out, "completion", view->completion);
}

static bool lesson(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct lesson_view *view = lms_lesson(cx, doc_text(args, "lesson"), doc_text(args, "language"));
    if (!view)
        return false;
    lms_lesson_opened(cx, view);
    out_begin_object(out);
    out_member_text(out, "name", view->lesson->name);
    out_member_text(out, "title", view->lesson->title);
    out_member_text(out, "content_type", view->lesson->content_type);
    out_member_int(out, "duration_minutes", view->lesson->duration_minutes);
    out_member_text(out, "url", view->lesson->url);
    out_member_bool(out, "readable", view->readable);
    out_member_text(out, "why", str_of(tr(cx, view->why)));
    if (view->readable)
        body_json(cx, out, view);
    out_member_text_or_null(out, "license", view->license);
    out_member_text_or_null(out, "attribution", view->attribution);
    out_member_text_or_null(out, "source_url", view->source_url);
    neighbour_json(out, "previous", view->previous);
    neighbour_json(out, "next", view->next);
    progress_json(out, &view->outline->enrolled);
    out_end_object(out);
    return true;
}

METHOD(lesson)
= {
    .path = "lms.lesson",
    .verbs = HTTP_GET | HTTP_POST,
    .guest = true,
    .call = lesson,
    ARGS({ "lesson", DATA, .reqd = true }, { "language", DATA }),
    .uses = LMS_LEARNING,
    .about = "One lesson, with its body for who may open it.",
};
