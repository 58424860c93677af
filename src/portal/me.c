/* /me: where a student goes on. The lesson to continue with first, then their bootcamps. */
#include "lms.h"
#include "page.h"

static bool is_open(const struct enrollment_row *e)
{
    return str_is(e->status, "Active") || str_is(e->status, "Completed");
}

static void card(struct view *view, const struct enrollment_row *e)
{
    view_text(view, "title", e->title);
    view_text(view, "url", e->continue_url);
    view_int(view, "done", e->completed);
    view_int(view, "total", e->total);
    view_flag(view, "counted", e->total > 0);
    view_flag(view, "finished", str_is(e->status, "Completed"));
    view_flag(view, "closed", !is_open(e));
}

/* The latest that is open and has something left. */
static const struct enrollment_row *to_continue(const struct enrollment_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_open(&rows[i]) && rows[i].completed < rows[i].total)
            return &rows[i];
    return NULL;
}

static bool me(struct web *w)
{
    struct enrollment_row *rows;
    size_t count;
    if (user_is_guest(w->cx.user))
        return web_redirect(w, 303, STR("/login?redirect-to=/me"));
    if (!lms_my_enrollments(&w->cx, w->cx.lang, &rows, &count))
        return false;
    struct page p = page_open(w, page_words(w, N_("My learning")));
    page_unlisted(&p);
    w->private_answer = true;
    const struct enrollment_row *next = to_continue(rows, count);
    if (next)
        card(view_sub(p.view, "next"), next);
    for (size_t i = 0; i < count; i++)
        card(view_row(p.view, "mine"), &rows[i]);
    view_flag(p.view, "some", count > 0);
    return page_send(&p, "me", 200);
}

ROUTE(me) = { .pattern = "/me",
              .verbs = HTTP_GET,
              .run = me,
              .page = true,
              .uses = LMS_LEARNING,
              .about = "What the reader learns, and where they go on." };
