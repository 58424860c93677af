/* The outline of a bootcamp in a page. */
#include "outline.h"

struct str lesson_type(struct web *w, struct str content_type)
{
    if (str_is(content_type, "Video"))
        return page_words(w, N_("Video"));
    if (str_is(content_type, "Lab"))
        return page_words(w, N_("Lab"));
    return page_words(w, N_("Text"));
}

static void lesson_row(struct page *p, struct view *course, const struct outline_lesson *lesson, struct str current)
{
    struct view *row = view_row(course, "lessons");
    view_text(row, "title", lesson->title);
    view_text(row, "title_lang", lesson->title_foreign);
    view_text(row, "url", lesson->url);
    view_text(row, "type", lesson_type(p->web, lesson->content_type));
    view_text(row, "length", page_duration(p->web, lesson->duration_minutes));
    view_flag(row, "preview", lesson->is_free_preview);
    view_flag(row, "locked", !lesson->readable);
    view_flag(row, "completed", lesson->completed);
    view_flag(row, "current", current.n && str_eq(lesson->name, current));
}

static bool holds(const struct outline_course *course, struct str lesson)
{
    for (size_t i = 0; i < course->count; i++)
        if (str_eq(course->lessons[i].name, lesson))
            return true;
    return false;
}

void outline_view(struct page *p, struct view *view, const struct outline *o, struct str current)
{
    view_flag(view, "has_courses", o->count > 0);
    for (size_t i = 0; i < o->count; i++) {
        const struct outline_course *course = &o->courses[i];
        struct view *row = view_row(view, "courses");
        view_text(row, "title", course->title);
        view_text(row, "title_lang", course->title_foreign);
        view_text(row, "about", course->description);
        view_text(row, "about_lang", course->description_foreign);
        view_text(row, "length", page_duration(p->web, course->duration_minutes));
        view_int(row, "lesson_count", (int64_t)course->count);
        view_flag(row, "open", current.n ? holds(course, current) : i == 0);
        for (size_t j = 0; j < course->count; j++)
            lesson_row(p, row, &course->lessons[j], current);
    }
}

struct str access_words(struct web *w, const struct outline *o)
{
    struct str price = page_money(w, o->card.price, o->card.currency);
    bool guest = user_is_guest(w->cx.user);
    if (o->enrolled.name.n && !o->enrolled.access)
        return page_words(w, N_("Your access to this bootcamp has ended or is paused. The school can open it again."));
    if (str_is(o->card.enrollment, "Closed"))
        return page_words(w, N_("Enrollment in this bootcamp is closed at the moment."));
    if (str_is(o->card.enrollment, "Free"))
        return page_words(w, guest ? N_("This bootcamp is free. Log in to enroll and open every lesson.")
                                   : N_("This bootcamp is free. Enroll to open every lesson."));
    return page_words_with(w, N_("All lessons open with the bootcamp, for {price}."), price);
}
