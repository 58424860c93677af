/* Log-in, log-out, who am I: methods about the session (spec/frappe-api.md sections 6.1 to 6.3, 6.6). */
#include "api_priv.h"
#include "core.h"

static void say(struct web *w, struct str text)
{
    out_member_text(&w->out, web_answer_key(w), text);
}

/* ---- log in --------------------------------------------------------------------------------------------------------- */
/* Secrets stand in the body, never in the address, where logs keep them. */
static bool secret_in_query(const struct web *w)
{
    struct str rest = w->exchange->request.query, piece;
    while (rest.n && str_cut(&rest, '&', &piece))
        if (str_starts(piece, STR("pwd=")) || str_is(piece, "pwd"))
            return true;
    return false;
}

static void tell_who(struct web *w, const struct user *user)
{
    say(w, user->system_user ? STR("Logged In") : STR("No App"));
    out_member_text(&w->out, "home_page", user->system_user ? STR("/app") : STR("/me"));
    out_member_text(&w->out, "full_name", user->full_name);
}

/* The password is right and too old: a link instead of a session. */
static bool ask_for_new_password(struct web *w, const struct user *user)
{
    struct str link;
    if (!account_link(&w->cx, user->name, &link))
        return false;
    w->private_answer = true;
    say(w, STR("Password Reset"));
    out_member_text(&w->out, "redirect_to", str_printf(w->cx.arena, "%.*s&password_expired=true", STR_ARG(link)));
    return true;
}

static bool log_in(struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    if (secret_in_query(w))
        return throw(&w->cx, &ValidationError, "A password does not belong into the address: send it in the body.");
    struct str sid;
    struct identity identity = w->identity;
    struct str usr = web_arg(w, "usr");
    if (!login(&w->cx, usr, web_arg(w, "pwd"), r->peer, http_header_of(r, "User-Agent"), &identity, &sid)) {
        activity_log_refused(&w->cx, usr, r->peer);
        return false;
    }
    if (!sid.n)
        return ask_for_new_password(w, identity.user);
    w->identity = identity;
    w->cx.user = identity.user;
    if (!activity_log(&w->cx, ACTIVITY_LOGIN, identity.user->name, r->peer))
        return false;
    web_set_session(w, sid, identity.user);
    tell_who(w, identity.user);
    return true;
}

WEB_METHOD(login) = { .path = "login",
                      ARGS({ "usr", DATA, .reqd = true }, { "pwd", PASSWORD, .reqd = true }),
                      .verbs = HTTP_POST,
                      .guest = true,
                      .lane = LANE_HASH,
                      .body_limit = 4096,
                      .run = log_in,
                      .about = "Logs in with usr and pwd; the answer sets the session's cookies." };

/* ---- log out ---------------------------------------------------------------------------------------------------------- */
static bool log_out(struct web *w)
{
    bool had_session = w->identity.by == BY_SESSION;
    struct str user = w->cx.user->name;
    if (!logout(&w->cx, &w->identity))
        return false;
    if (had_session && w->cx.may_write && !activity_log(&w->cx, ACTIVITY_LOGOUT, user, w->exchange->request.peer))
        return false;
    web_clear_session(w);
    say(w, STR("No App"));
    out_member_text(&w->out, "home_page", STR("/login"));
    out_member_text(&w->out, "full_name", STR("Guest"));
    return true;
}

WEB_METHOD(logout) = {
    .path = "logout", NO_ARGS, .guest = true, .writes_on_get = true, .run = log_out, .about = "Ends the session."
};
WEB_METHOD(web_logout) = {
    .path = "web_logout", NO_ARGS, .guest = true, .writes_on_get = true, .run = log_out, .about = "Ends the session."
};

/* ---- small ones -------------------------------------------------------------------------------------------------------- */
static bool pong(struct web *w)
{
    say(w, STR("pong"));
    return true;
}

WEB_METHOD(ping) = { .path = "ping", NO_ARGS, .guest = true, .run = pong, .about = "Answers pong." };
WEB_METHOD(frappe_ping) = { .path = "frappe.ping", NO_ARGS, .guest = true, .run = pong, .about = "Answers pong." };

static bool version(struct web *w)
{
    say(w, STR("15.51.1"));
    return true;
}

WEB_METHOD(version) = {
    .path = "version", NO_ARGS, .guest = true, .run = version, .about = "The version of Frappe whose interface this is."
};

static bool who(struct web *w)
{
    say(w, w->cx.user->name);
    return true;
}

WEB_METHOD(get_logged_user) = {
    .path = "frappe.auth.get_logged_user", NO_ARGS, .run = who, .about = "The name of the calling user."
};

static bool get_user_info(struct web *w)
{
    api_answer_key(w);
    out_begin_object(&w->out);
    out_member_text(&w->out, "user", w->cx.user->name);
    out_member_text(&w->out, "user_type", w->cx.user->system_user ? STR("System User") : STR("Website User"));
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(get_user_info) = { .path = "frappe.realtime.get_user_info",
                              .guest = true,
                              .run = get_user_info,
                              .about = "Who is calling, Guest included." };

static bool get_all_languages(struct web *w)
{
    api_answer_key(w);
    out_begin_array(&w->out);
    for (const char *const *one = languages(); *one; one++)
        out_text(&w->out, str_of(*one));
    out_end_array(&w->out);
    return true;
}

WEB_METHOD(get_all_languages) = { .path = "frappe.translate.get_all_languages",
                                  NO_ARGS,
                                  .guest = true,
                                  .run = get_all_languages,
                                  .about = "Languages of the interface." };

static bool get_versions(struct web *w)
{
    api_answer_key(w);
    out_begin_object(&w->out);
    out_key(&w->out, STR("frappe"));
    out_begin_object(&w->out);
    out_member_text(&w->out, "title", STR("Préau"));
    out_member_text(&w->out, "description", STR("Frappe's interface, version 15"));
    out_member_text(&w->out, "branch", STR("version-15"));
    out_member_text(&w->out, "version", STR("15.51.1"));
    out_end_object(&w->out);
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(get_versions) = { .path = "frappe.utils.change_log.get_versions",
                             .run = get_versions,
                             .about = "The version of Frappe whose interface this is." };

static bool give_csrf_token(struct web *w)
{
    struct str token = STR("");
    if (!csrf_token(&w->cx, &w->identity, &token))
        return false;
    say(w, token);
    return true;
}

WEB_METHOD(get_csrf_token) = { .path = "frappe.sessions.get_csrf_token",
                               NO_ARGS,
                               .verbs = HTTP_GET | HTTP_POST,
                               .run = give_csrf_token,
                               .about = "The session's CSRF token; from then on unsafe verbs need it." };

static bool time_zone(struct web *w)
{
    struct str zone = site_setting(w->cx.site, "System Settings", "time_zone");
    out_key(&w->out, str_of(web_answer_key(w)));
    out_begin_object(&w->out);
    out_member_text(&w->out, "time_zone", zone.n ? zone : STR("UTC"));
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(get_time_zone) = {
    .path = "frappe.client.get_time_zone", NO_ARGS, .guest = true, .run = time_zone, .about = "The school's time zone."
};
