/* Log in and out: forms that work without JavaScript. */
#include "core.h"
#include "page.h"

static bool show(struct web *w, int status, const char *problem)
{
    struct page p = page_open(w, page_words(w, N_("Log in")));
    view_text(p.view, "usr", web_arg(w, "usr"));
    page_back(&p);
    view_flag(p.view, "may_sign_up", account_sign_up_mode(w->cx.site) == SIGN_UP_OPEN);
    if (problem)
        view_text(p.view, "problem", page_words(w, problem));
    page_unlisted(&p);
    w->private_answer = true;
    return page_send(&p, "login", status);
}

static bool form(struct web *w)
{
    if (!user_is_guest(w->cx.user))
        return web_redirect(w, 303, safe_redirect(w->cx.arena, web_arg(w, "redirect-to")));
    return show(w, 200, NULL);
}

/* The words of a refusal stay on the form, with what was typed; anything else is an error as any. */
static bool refused(struct web *w)
{
    int status = w->cx.err.kind->status;
    if (status != 401 && status != 429)
        return false;
    bool locked = status == 429;
    if (locked)
        http_set_header(w->exchange, "Retry-After", str_printf(w->cx.arena, "%d", w->cx.err.retry_after_s));
    w->cx.err = (struct error){ 0 };
    return show(w, status,
                locked ? N_("Too many tries. Wait a minute, then try again.")
                       : N_("This address and this password do not belong together. Check both and try again."));
}

static bool submit(struct web *w)
{
    const struct http_request *request = &w->exchange->request;
    struct str sid;
    struct identity identity = w->identity; /* whose session ends */
    if (!login(&w->cx, web_arg(w, "usr"), web_arg(w, "pwd"), request->peer, http_header_of(request, "user-agent"),
               &identity, &sid)) {
        activity_log_refused(&w->cx, web_arg(w, "usr"), request->peer);
        return refused(w);
    }
    if (!sid.n) { /* right, but too old: a new one first */
        struct str link;
        return account_link(&w->cx, identity.user->name, &link) && web_redirect(w, 303, link);
    }
    if (!activity_log(&w->cx, ACTIVITY_LOGIN, identity.user->name, request->peer))
        return false;
    web_set_session(w, sid, identity.user);
    return web_redirect(w, 303, safe_redirect(w->cx.arena, web_arg(w, "redirect-to")));
}

static bool logout_form(struct web *w)
{
    struct page p = page_open(w, page_words(w, N_("Log out")));
    page_unlisted(&p);
    w->private_answer = true;
    return page_send(&p, "logout", 200);
}

static bool logout_submit(struct web *w)
{
    bool had_session = w->identity.by == BY_SESSION;
    if (!logout(&w->cx, &w->identity) ||
        (had_session && !activity_log(&w->cx, ACTIVITY_LOGOUT, w->cx.user->name, w->exchange->request.peer)))
        return false;
    web_clear_session(w);
    return web_redirect(w, 303, STR("/"));
}

ROUTE(login_form) = { .pattern = "/login", .verbs = HTTP_GET, .run = form, .page = true, .about = "The log-in form." };
ROUTE(login_submit) = { .pattern = "/login",
                        .verbs = HTTP_POST,
                        .run = submit,
                        .lane = LANE_HASH,
                        .page = true,
                        .form = true,
                        .about = "Logs in by the form." };
ROUTE(logout_form) = {
    .pattern = "/logout", .verbs = HTTP_GET, .run = logout_form, .page = true, .about = "Asks before logging out."
};
ROUTE(logout_submit) = { .pattern = "/logout",
                         .verbs = HTTP_POST,
                         .run = logout_submit,
                         .page = true,
                         .form = true,
                         .about = "Logs out by the form." };
