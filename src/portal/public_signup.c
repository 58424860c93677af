/* Signing up, a forgotten password, and the pages behind the links of mails. Nothing is done by opening a link: programs
 * that look into mails open them too. */
#include "core.h"
#include "lms.h"
#include "page.h"

static struct page form_page(struct web *w, const char *title)
{
    struct page p = page_open(w, page_words(w, title));
    page_unlisted(&p);
    w->private_answer = true;
    return p;
}

static struct str user_agent(struct web *w)
{
    return http_header_of(&w->exchange->request, "User-Agent");
}

/* After a proof by a link: a session, and on to where the person wanted to be. */
static bool let_in(struct web *w, struct str user, struct str next)
{
    struct str sid;
    struct identity identity = w->identity;
    struct str peer = w->exchange->request.peer;
    if (!login_as(&w->cx, user, peer, user_agent(w), &identity, &sid) ||
        !activity_log(&w->cx, ACTIVITY_LOGIN, identity.user->name, peer))
        return false;
    w->identity = identity;
    web_set_session(w, sid, identity.user);
    return web_redirect(w, 303, next);
}

static struct str or_own_page(struct str back)
{
    return str_is(back, "/") ? STR("/me") : back;
}

/* The link of a mail leads nowhere any more. */
static bool show_expired(struct web *w)
{
    if (w->cx.err.kind != &LinkExpired)
        return false;
    w->cx.err = (struct error){ 0 };
    struct page p = form_page(w, N_("This link no longer works"));
    page_back(&p);
    return page_send(&p, "link_expired", 410);
}

/* ---- sign-up by anybody --------------------------------------------------------------------------------------------------- */
static void keep_typed(struct page *p)
{
    view_text(p->view, "email", web_arg(p->web, "email"));
    view_text(p->view, "full_name_typed", web_arg(p->web, "full_name"));
}

static bool show_sign_up(struct page *p, int status)
{
    enum sign_up mode = account_sign_up_mode(p->web->cx.site);
    view_flag(p->view, "open", mode == SIGN_UP_OPEN);
    view_flag(p->view, "by_invitation", mode == SIGN_UP_INVITATION);
    page_back(p);
    keep_typed(p);
    return page_send(p, "signup", status);
}

static struct account_ask ask_of(struct web *w)
{
    return (struct account_ask){ .email = web_arg(w, "email"),
                                 .full_name = web_arg(w, "full_name"),
                                 .peer = w->exchange->request.peer,
                                 .language = w->cx.lang,
                                 .back = safe_redirect(w->cx.arena, web_arg(w, "redirect-to")) };
}

static bool sent(struct web *w, const char *title, const char *words)
{
    struct page p = form_page(w, title);
    page_back(&p);
    view_text(p.view, "words", page_words(w, words));
    return page_send(&p, "mail_sent", 200);
}

static bool sign_up(struct web *w)
{
    struct account_ask ask = ask_of(w);
    if (account_sign_up(&w->cx, &ask))
        return sent(
            w, N_("Look into your mailbox"),
            N_("We sent a mail to the address you gave. Follow the link in it to choose a password and log in."));
    struct page p = form_page(w, N_("Sign up"));
    int status = page_form_error(&p, NULL);
    return status && show_sign_up(&p, status);
}

/* ---- sign-up by invitation --------------------------------------------------------------------------------------------------- */
static bool show_invitation(struct page *p, const struct invitation *i, int status)
{
    struct web *w = p->web;
    bool known = user_load(&w->cx, i->email) != NULL;
    if (failed(&w->cx))
        return false;
    bool own = !user_is_guest(w->cx.user) && str_eq_nocase(w->cx.user->name, i->email);
    struct str path = str_printf(w->cx.arena, "/signup?invitation=%.*s", STR_ARG(web_arg(w, "invitation")));
    struct str back = url_encode(w->cx.arena, path, "/");
    view_text(p->view, "invited", i->email);
    view_text(p->view, "bootcamp", i->title);
    view_text(p->view, "action", path);
    view_text(p->view, "log_in_url", str_printf(w->cx.arena, "/login?redirect-to=%.*s", STR_ARG(back)));
    view_flag(p->view, "to_accept", own);
    view_flag(p->view, "to_log_in", known && !own);
    view_flag(p->view, "to_sign_up", !known);
    if (web_arg(w, "full_name").n)
        view_text(p->view, "full_name_typed", web_arg(w, "full_name"));
    return page_send(p, "invitation", status);
}

/* Whoever is logged in as somebody else logs in as who was invited first. */
static bool take_invitation(struct web *w, const struct invitation *i, struct str *user)
{
    struct ctx *cx = &w->cx;
    struct str stored;
    bool known = doc_exists(cx, "User", i->email, &stored);
    if (failed(cx))
        return false;
    if (known && !str_eq(cx->user->name, stored))
        return throw(cx, &ValidationError, "This address has an account already. Log in first.");
    if (!known &&
        !invitation_sign_up(cx, i, web_arg(w, "full_name"), web_arg(w, "new_password"), w->exchange->request.peer))
        return false;
    return invitation_accept(cx, i, user);
}

static bool accept(struct web *w)
{
    struct invitation i;
    struct str user;
    bool was_guest = user_is_guest(w->cx.user);
    if (!invitation_of_key(&w->cx, web_arg(w, "invitation"), &i))
        return show_expired(w);
    if (!take_invitation(w, &i, &user)) {
        struct page p = form_page(w, N_("You are invited"));
        int status = page_form_error(&p, "new_password");
        return status && show_invitation(&p, &i, status);
    }
    struct str next = i.url.n ? i.url : STR("/me");
    return was_guest ? let_in(w, user, next) : web_redirect(w, 303, next);
}

static bool sign_up_form(struct web *w)
{
    struct invitation i;
    if (web_arg(w, "invitation").n) {
        if (!invitation_of_key(&w->cx, web_arg(w, "invitation"), &i))
            return show_expired(w);
        struct page p = form_page(w, N_("You are invited"));
        return show_invitation(&p, &i, 200);
    }
    if (!user_is_guest(w->cx.user))
        return web_redirect(w, 303, safe_redirect(w->cx.arena, web_arg(w, "redirect-to")));
    struct page p = form_page(w, N_("Sign up"));
    return show_sign_up(&p, 200);
}

static bool sign_up_submit(struct web *w)
{
    return web_arg(w, "invitation").n ? accept(w) : sign_up(w);
}

/* Only who was invited chooses the password at once. */
static enum lane sign_up_lane(const struct web *w)
{
    return str_find(w->exchange->request.query, STR("invitation=")) >= 0 ? LANE_HASH : LANE_GENERAL;
}

ROUTE(sign_up_form) = {
    .pattern = "/signup", .verbs = HTTP_GET, .run = sign_up_form, .page = true, .about = "The form to sign up."
};
ROUTE(sign_up_submit) = { .pattern = "/signup",
                          .verbs = HTTP_POST,
                          .run = sign_up_submit,
                          .lane_of = sign_up_lane,
                          .page = true,
                          .form = true,
                          .about = "Asks for an account, or takes an invitation." };

/* ---- forgotten ----------------------------------------------------------------------------------------------------------------- */
static bool forgot_form(struct web *w)
{
    struct page p = form_page(w, N_("Forgot your password?"));
    page_back(&p);
    keep_typed(&p);
    return page_send(&p, "forgot", 200);
}

static bool forgot_submit(struct web *w)
{
    struct account_ask ask = ask_of(w);
    if (account_reset(&w->cx, &ask))
        return sent(w, N_("Look into your mailbox"),
                    N_("If the address you gave has an account, a mail is on its way to it. Follow the link in it to "
                       "choose a new password."));
    struct page p = form_page(w, N_("Forgot your password?"));
    int status = page_form_error(&p, "email");
    page_back(&p);
    keep_typed(&p);
    return status && page_send(&p, "forgot", status);
}

ROUTE(forgot_form) = { .pattern = "/forgot",
                       .verbs = HTTP_GET,
                       .run = forgot_form,
                       .page = true,
                       .about = "The form for a forgotten password." };
ROUTE(forgot_submit) = { .pattern = "/forgot",
                         .verbs = HTTP_POST,
                         .run = forgot_submit,
                         .page = true,
                         .form = true,
                         .about = "Mails a link for a new password." };

/* ---- a new password by a link ------------------------------------------------------------------------------------------------- */
static bool show_password(struct page *p, struct str user, int status)
{
    page_back(p);
    view_text(p->view, "key", web_arg(p->web, "key"));
    view_text(p->view, "address", user);
    return page_send(p, "update_password", status);
}

static bool password_form(struct web *w)
{
    struct str user;
    if (!account_of_key(&w->cx, web_arg(w, "key"), &user))
        return show_expired(w);
    struct page p = form_page(w, N_("Choose a password"));
    return show_password(&p, user, 200);
}

static bool password_submit(struct web *w)
{
    struct str user, back = safe_redirect(w->cx.arena, web_arg(w, "redirect-to"));
    if (!account_of_key(&w->cx, web_arg(w, "key"), &user))
        return show_expired(w);
    if (account_set_password(&w->cx, user, web_arg(w, "new_password"), w->exchange->request.peer) &&
        sessions_end(&w->cx, user, STR_NONE) && let_in(w, user, or_own_page(back)))
        return true;
    struct page p = form_page(w, N_("Choose a password"));
    int status = page_form_error(&p, "new_password");
    return status && show_password(&p, user, status);
}

ROUTE(password_form) = { .pattern = "/update-password",
                         .verbs = HTTP_GET,
                         .run = password_form,
                         .page = true,
                         .about = "The form for a new password, by the link of a mail." };
ROUTE(password_submit) = { .pattern = "/update-password",
                           .verbs = HTTP_POST,
                           .run = password_submit,
                           .lane = LANE_HASH,
                           .page = true,
                           .form = true,
                           .about = "Sets the new password and logs in." };

/* ---- a new address by a link ---------------------------------------------------------------------------------------------------- */
static bool address_form(struct web *w)
{
    struct str user, address;
    if (!account_new_address_of(&w->cx, web_arg(w, "key"), &user, &address))
        return show_expired(w);
    struct page p = form_page(w, N_("Confirm your new address"));
    view_text(p.view, "key", web_arg(w, "key"));
    view_text(p.view, "address", address);
    return page_send(&p, "confirm_address", 200);
}

static bool address_submit(struct web *w)
{
    struct str user;
    if (account_take_address(&w->cx, web_arg(w, "key"), w->exchange->request.peer, &user))
        return let_in(w, user, STR("/account?done=address"));
    if (w->cx.err.kind == &LinkExpired)
        return show_expired(w);
    struct page p = form_page(w, N_("Confirm your new address"));
    int status = page_form_error(&p, NULL);
    return status && page_send(&p, "confirm_address", status);
}

ROUTE(address_form) = { .pattern = "/confirm-address",
                        .verbs = HTTP_GET,
                        .run = address_form,
                        .page = true,
                        .about = "Asks before the account takes its new address." };
ROUTE(address_submit) = { .pattern = "/confirm-address",
                          .verbs = HTTP_POST,
                          .run = address_submit,
                          .lane = LANE_HASH, /* as all that log in: no other site may make a browser do it */
                          .page = true,
                          .form = true,
                          .about = "Gives the account its new address and logs in." };
