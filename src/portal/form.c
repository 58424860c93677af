/* Forms: where they lead, and what was wrong with them. */
#include "page.h"

struct str page_back(struct page *p)
{
    struct arena *a = p->web->cx.arena;
    struct str back = safe_redirect(a, web_arg(p->web, "redirect-to"));
    view_text(p->view, "redirect_to", back);
    if (!str_is(back, "/"))
        view_text(p->view, "back_query", str_printf(a, "?redirect-to=%.*s", STR_ARG(url_encode(a, back, "/"))));
    return back;
}

int page_form_error(struct page *p, const char *field)
{
    struct web *w = p->web;
    struct error err = w->cx.err;
    int status = err.kind->status;
    if (status != 401 && status != 409 && status != 410 && status != 417 && status != 429)
        return 0;
    call_rollback(&w->cx);
    w->cx.err = (struct error){ 0 };
    w->cx.notes = NULL;
    const char *at = err.field ? err.field : field;
    struct str words = err.message;
    if (status == 429) {
        http_set_header(w->exchange, "Retry-After", str_printf(w->cx.arena, "%d", err.retry_after_s));
        words = page_words(w, N_("Too many tries. Wait a while, then try again."));
        at = NULL;
    }
    view_text(p->view, at ? arena_printf(w->cx.arena, "%s_error", at) : "problem", words);
    return status;
}

static const char *const months[] = { N_("January"),   N_("February"), N_("March"),    N_("April"),
                                      N_("May"),       N_("June"),     N_("July"),     N_("August"),
                                      N_("September"), N_("October"),  N_("November"), N_("December") };

struct str page_moment(struct web *w, int64_t utc_us)
{
    struct civil t = civil_from_us(zone_to_local_us(w->cx.site->zone, utc_us));
    const char *month = tr(&w->cx, months[t.month - 1]);
    struct tongue tongue = tongue_of(w->cx.lang);
    struct str first = t.day == 1 ? tongue.first : STR_NONE;
    return str_printf(w->cx.arena, "%d%.*s\u00a0%s %d%.*s%02d:%02d", t.day, STR_ARG(first), month, t.year,
                      STR_ARG(tongue.at), t.hour, t.minute);
}
