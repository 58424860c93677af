/* A lesson as it is opened: its body where the caller may read it, the reason where not, its neighbours. */
#include "access_priv.h"
#include "lesson_priv.h"
#include "lms.h"

static const char *const reasons[] = {
    [WHY_PREVIEW] = N_("This lesson is a free preview."),
    [WHY_ENROLLED] = N_("You are enrolled in this bootcamp."),
    [WHY_STAFF] = N_("You run this school."),
    [WHY_LOGIN] = N_("Log in and enroll in the bootcamp to open this lesson."),
    [WHY_ENROLL] = N_("Enroll in the bootcamp to open this lesson."),
    [WHY_EXPIRED] = N_("Your access to this bootcamp has expired."),
    [WHY_SUSPENDED] = N_("Your access to this bootcamp is suspended. Ask the school."),
};

static enum readable_why reason_of(struct ctx *cx, const struct lesson_view *view)
{
    const struct enrollment_facts *enrolled = &view->outline->enrolled;
    if (view->readable && perm_exempt(cx, doc_type_find(cx->site, STR("LMS Lesson"))))
        return WHY_STAFF;
    if (view->readable)
        return enrolled->access ? WHY_ENROLLED : WHY_PREVIEW;
    if (user_is_guest(cx->user))
        return WHY_LOGIN;
    if (!enrolled->name.n)
        return WHY_ENROLL;
    return str_is(enrolled->status, "Active") || str_is(enrolled->status, "Completed") ? WHY_EXPIRED : WHY_SUSPENDED;
}

/* Sets lesson, course and neighbours; false: the lesson is not in the outline. */
static bool place(struct lesson_view *view, struct str name)
{
    const struct outline_lesson *last = NULL;
    for (size_t c = 0; c < view->outline->count; c++) {
        const struct outline_course *course = &view->outline->courses[c];
        for (size_t i = 0; i < course->count; i++) {
            const struct outline_lesson *lesson = &course->lessons[i];
            if (view->lesson) {
                view->next = lesson;
                return true;
            }
            if (str_eq(lesson->name, name)) {
                view->lesson = lesson;
                view->course = course;
                view->previous = last;
            }
            last = lesson;
        }
    }
    return view->lesson != NULL;
}

/* The body in the wanted language, field by field. */
static bool take_body(struct ctx *cx, struct lesson_view *view, const struct doc *lesson, struct str language)
{
    view->content = doc_text(lesson, "content");
    view->video_url = view->own_video_url = doc_text(lesson, "video_url");
    view->content_language = view->outline->card.language;
    if (str_eq_nocase(language, view->content_language))
        return true;
    struct translations *texts = translations_of(cx, "LMS Lesson", &view->lesson->name, 1, language);
    if (!texts)
        return false;
    struct str content = translated(texts, "LMS Lesson", view->lesson->name, "content", STR_NONE);
    if (content.n) {
        view->content = content;
        view->content_language = language;
    }
    view->video_url = translated(texts, "LMS Lesson", view->lesson->name, "video_url", view->video_url);
    return true;
}

/* Who answers for the text: the course says so where it has its own source, else the bootcamp. */
static void credit(struct lesson_view *view)
{
    const struct outline_course *course = view->course;
    bool own = course->license.n || course->attribution.n || course->source_url.n;
    view->license = own ? course->license : view->outline->license;
    view->attribution = own ? course->attribution : view->outline->attribution;
    view->source_url = own ? course->source_url : view->outline->source_url;
}

/* The answer is for teachers: whether there is one, the rules do not say, and completion needs to know. */
static bool settle_completion(struct ctx *cx, struct lesson_view *view, const struct doc *lesson)
{
    struct str answer = STR_NONE, kind = doc_text(lesson, "completion");
    bool has_video = doc_is_set(lesson, "video_url");
    view->completion = lesson_completion(kind, view->lesson->content_type, has_video, true);
    if (!str_is(view->completion, "Answer"))
        return true;
    bool has_answer = doc_get(cx, "LMS Lesson", lesson->name, "answer", &answer) && answer.n;
    view->completion = lesson_completion(kind, view->lesson->content_type, has_video, has_answer);
    return !failed(cx);
}

static struct lesson_view *open_lesson(struct ctx *cx, struct outline *outline, const struct doc *lesson,
                                       struct str language)
{
    struct lesson_view *view = arena_new_of(cx->arena, struct lesson_view);
    view->outline = outline;
    if (!place(view, lesson->name))
        return throw(cx, &DoesNotExistError, "%s %.*s not found", "LMS Lesson", STR_ARG(lesson->name));
    view->readable = perm_reads_field(cx, lesson->type, doc_field(lesson->type, STR("content")), lesson);
    view->reason = reason_of(cx, view);
    view->why = reasons[view->reason];
    credit(view);
    if (view->readable &&
        (!settle_completion(cx, view, lesson) || !take_body(cx, view, lesson, language.n ? language : cx->lang)))
        return NULL;
    return failed(cx) ? NULL : view;
}

struct lesson_view *lms_lesson(struct ctx *cx, struct str name, struct str language)
{
    const struct doctype *type = doc_type(cx, STR("LMS Lesson"));
    struct doc *lesson = type ? doc_read(cx, type, name) : NULL;
    struct outline *outline = lesson ? lms_outline(cx, doc_text(lesson, "bootcamp"), language) : NULL;
    return outline ? open_lesson(cx, outline, lesson, language) : NULL;
}

static struct str name_at(const struct outline *outline, struct str course, struct str lesson)
{
    for (size_t c = 0; c < outline->count; c++)
        for (size_t i = 0; i < outline->courses[c].count; i++)
            if (str_eq_nocase(outline->courses[c].slug, course) &&
                str_eq_nocase(outline->courses[c].lessons[i].slug, lesson))
                return outline->courses[c].lessons[i].name;
    return STR_NONE;
}

struct lesson_view *lms_lesson_at(struct ctx *cx, struct str bootcamp, struct str course, struct str lesson,
                                  struct str language)
{
    const struct doctype *type = doc_type(cx, STR("LMS Lesson"));
    struct outline *outline = type ? lms_outline(cx, bootcamp, language) : NULL;
    if (!outline)
        return NULL;
    struct str name = name_at(outline, course, lesson);
    if (!name.n)
        return throw(cx, &DoesNotExistError, "%s %.*s not found", "LMS Lesson", STR_ARG(lesson));
    struct doc *document = doc_read(cx, type, name);
    return document ? open_lesson(cx, outline, document, language) : NULL;
}
