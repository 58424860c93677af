/* /account: one's name, language, password, address, sessions, data; and leaving. Each part is a form of its own. */
#include "core.h"
#include "doc.h"
#include "page.h"

static struct str peer_of(const struct web *w)
{
    return w->exchange->request.peer;
}

/* ---- the page ---------------------------------------------------------------------------------------------------------------- */
static const struct {
    const char *done, *words;
} outcomes[] = {
    { "profile", N_("Your settings are saved.") },
    { "password", N_("Your password is changed. Your other sessions have ended.") },
    { "mail", N_("We sent a mail to the new address. Follow the link in it; until then nothing changes.") },
    { "address", N_("Your address is changed. Log in with the new one from now on.") },
    { "session", N_("The session has ended.") },
};

static void put_outcome(struct page *p)
{
    struct str done = web_arg(p->web, "done");
    for (size_t i = 0; i < countof(outcomes); i++)
        if (str_is(done, outcomes[i].done))
            view_text(p->view, "done", page_words(p->web, outcomes[i].words));
}

static bool put_sessions(struct page *p)
{
    struct web *w = p->web;
    struct session_seen *all;
    size_t count;
    if (!sessions_list(&w->cx, w->cx.user->name, w->identity.sid_hash, &all, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct view *row = view_row(p->view, "sessions");
        int64_t seen_us = all[i].current ? w->cx.now_us : all[i].seen_us;
        view_text(row, "id", all[i].id);
        view_text(row, "device", device_words(&w->cx, all[i].user_agent));
        view_text(row, "seen", page_moment(w, seen_us));
        view_flag(row, "current", all[i].current);
    }
    return true;
}

static void put_language(struct page *p, struct str own)
{
    for (const char *const *code = languages(); *code; code++) {
        struct view *row = view_row(p->view, "choices");
        view_text(row, "code", str_of(*code));
        view_text(row, "name", tongue_of(str_of(*code)).name);
        view_flag(row, "chosen", str_is(own, *code));
    }
}

/* What was typed stays; otherwise what is stored. */
static bool put_person(struct page *p)
{
    struct web *w = p->web;
    struct doc *user = doc_load(&w->cx, "User", w->cx.user->name);
    if (!user)
        return false;
    bool typed = web_arg(w, "full_name").n > 0;
    view_text(p->view, "address", user->name);
    view_text(p->view, "full_name", typed ? web_arg(w, "full_name") : doc_text(user, "full_name"));
    view_text(p->view, "email", web_arg(w, "email"));
    put_language(p, typed ? web_arg(w, "language") : doc_text(user, "language"));
    return true;
}

static bool show(struct page *p, int status)
{
    page_unlisted(p);
    p->web->private_answer = true;
    put_outcome(p);
    return put_person(p) && put_sessions(p) && page_send(p, "account", status);
}

static struct page own_page(struct web *w)
{
    return page_open(w, page_words(w, N_("Your account")));
}

static bool is_somebody(struct web *w)
{
    return !user_is_guest(w->cx.user);
}

static bool to_log_in(struct web *w)
{
    return web_redirect(w, 303, STR("/login?redirect-to=/account"));
}

static bool account(struct web *w)
{
    struct page p = own_page(w);
    return is_somebody(w) ? show(&p, 200) : to_log_in(w);
}

/* Of a form: done, or the page again with what was wrong beside the field. */
static bool settle(struct web *w, bool done, const char *next, const char *field)
{
    if (done)
        return web_redirect(w, 303, str_of(next));
    struct page p = own_page(w);
    int status = page_form_error(&p, field);
    return status && show(&p, status);
}

ROUTE(account) = { .pattern = "/account",
                   .verbs = HTTP_GET,
                   .run = account,
                   .page = true,
                   .about = "One's own account: name, language, password, address, sessions, data." };

/* ---- its forms ------------------------------------------------------------------------------------------------------------------ */
static bool profile(struct web *w)
{
    if (!is_somebody(w))
        return to_log_in(w);
    struct str language = web_arg(w, "language");
    bool done = account_profile(&w->cx, w->cx.user->name, web_arg(w, "full_name"), language);
    if (done && language.n)
        web_cookie(w, "lang", language, 365 * 86400);
    return settle(w, done, "/account?done=profile", "full_name");
}

/* The new session begins where the old ones end. */
static bool renew_session(struct web *w)
{
    struct str sid;
    struct identity identity = w->identity;
    if (!login_as(&w->cx, w->cx.user->name, peer_of(w), http_header_of(&w->exchange->request, "User-Agent"), &identity,
                  &sid))
        return false;
    w->identity = identity;
    web_set_session(w, sid, identity.user);
    return true;
}

static bool proves(struct web *w, const char *field)
{
    if (login_proof(&w->cx, w->cx.user->name, web_arg(w, field), peer_of(w)))
        return true;
    w->cx.err.field = field;
    if (w->cx.err.kind->status == 401)
        w->cx.err.message = page_words(w, N_("This is not your password."));
    return false;
}

static bool password(struct web *w)
{
    if (!is_somebody(w))
        return to_log_in(w);
    bool done = proves(w, "old_password") &&
                account_set_password(&w->cx, w->cx.user->name, web_arg(w, "new_password"), peer_of(w)) &&
                sessions_end(&w->cx, w->cx.user->name, STR_NONE) && renew_session(w);
    return settle(w, done, "/account?done=password", "new_password");
}

static bool address(struct web *w)
{
    if (!is_somebody(w))
        return to_log_in(w);
    bool done =
        proves(w, "address_password") && account_new_address(&w->cx, w->cx.user->name, web_arg(w, "email"), peer_of(w));
    return settle(w, done, "/account?done=mail", "email");
}

static bool end_session(struct web *w)
{
    if (!is_somebody(w))
        return to_log_in(w);
    bool done = session_end(&w->cx, w->cx.user->name, web_arg(w, "session"));
    if (!done && w->cx.err.kind == &DoesNotExistError) { /* ended meanwhile: as wanted */
        w->cx.err = (struct error){ 0 };
        done = true;
    }
    return done && web_redirect(w, 303, STR("/account?done=session"));
}

static bool end_sessions(struct web *w)
{
    if (!is_somebody(w))
        return to_log_in(w);
    if (!sessions_end(&w->cx, w->cx.user->name, STR_NONE))
        return false;
    web_clear_session(w);
    return web_redirect(w, 303, STR("/login"));
}

static bool export(struct web *w)
{
    if (!is_somebody(w))
        return to_log_in(w);
    struct buf body = buf_new(w->cx.arena, (size_t)64 << 20);
    struct json_out out = out_to(&body);
    if (!account_export(&w->cx, w->cx.user->name, peer_of(w), &out))
        return false;
    w->private_answer = true;
    http_set_header(w->exchange, "Content-Disposition",
                    str_printf(w->cx.arena, "attachment; filename=\"%.*s-%.*s.json\"", STR_ARG(w->cx.site->name),
                               STR_ARG(call_today(&w->cx))));
    return web_send(w, 200, "application/json", buf_str(&body));
}

static bool leave(struct web *w)
{
    if (!is_somebody(w))
        return to_log_in(w);
    if (!proves(w, "leave_password") || !account_erase(&w->cx, w->cx.user->name, peer_of(w)))
        return settle(w, false, NULL, "leave_password");
    web_clear_session(w);
    return web_redirect(w, 303, STR("/goodbye"));
}

static bool goodbye(struct web *w)
{
    struct page p = page_open(w, page_words(w, N_("Your account is deleted")));
    page_unlisted(&p);
    w->private_answer = true;
    return page_send(&p, "goodbye", 200);
}

#define FORM(id, path, handler, where, words)                                                                          \
    ROUTE(id) = {                                                                                                      \
        .pattern = path, .verbs = HTTP_POST, .run = handler, .lane = where, .page = true, .form = true, .about = words \
    }
FORM(account_profile, "/account/profile", profile, LANE_GENERAL, "Saves name and language.");
FORM(account_password, "/account/password", password, LANE_HASH, "Changes the password.");
FORM(account_address, "/account/address", address, LANE_HASH, "Mails a link to a new address.");
FORM(account_session, "/account/session", end_session, LANE_GENERAL, "Ends one session.");
FORM(account_sessions, "/account/sessions", end_sessions, LANE_GENERAL, "Logs out everywhere.");
FORM(account_delete, "/account/delete", leave, LANE_HASH, "Deletes the account.");
ROUTE(account_export) = { .pattern = "/account/export",
                          .verbs = HTTP_GET,
                          .run = export,
                          .lane = LANE_SLOW,
                          .page = true,
                          .about = "All that is known about oneself, as a file." };
ROUTE(goodbye) = {
    .pattern = "/goodbye", .verbs = HTTP_GET, .run = goodbye, .page = true, .about = "After an account was deleted."
};
