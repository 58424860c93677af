/* One's own account over the wire: sessions, another address, one's data, leaving. */
#include "api_priv.h"
#include "core.h"

static bool is_somebody(struct web *w)
{
    return !user_is_guest(w->cx.user) || throw(&w->cx, &PermissionError, "Log in to see or change your account.");
}

static struct str peer_of(const struct web *w)
{
    return w->exchange->request.peer;
}

static struct str local_time(struct ctx *cx, int64_t us)
{
    return clock_datetime(cx->arena, zone_to_local_us(cx->site->zone, us));
}

/* ---- sessions --------------------------------------------------------------------------------------------------------------- */
static bool sessions(struct web *w)
{
    struct ctx *cx = &w->cx;
    struct session_seen *all;
    size_t count;
    if (!is_somebody(w) || !sessions_list(cx, cx->user->name, w->identity.sid_hash, &all, &count))
        return false;
    w->private_answer = true;
    out_key(&w->out, str_of(web_answer_key(w)));
    out_begin_array(&w->out);
    for (size_t i = 0; i < count; i++) {
        out_begin_object(&w->out);
        out_member_text(&w->out, "session", all[i].id);
        out_member_text(&w->out, "device", device_words(cx, all[i].user_agent));
        out_member_text(&w->out, "ip_address", all[i].peer);
        out_member_text(&w->out, "created", local_time(cx, all[i].created_us));
        out_member_text(&w->out, "last_seen", local_time(cx, all[i].seen_us));
        out_key(&w->out, STR("current"));
        out_bool(&w->out, all[i].current);
        out_end_object(&w->out);
    }
    out_end_array(&w->out);
    return true;
}

WEB_METHOD(account_sessions) = { .path = "lms.account.sessions",
                                 .verbs = HTTP_GET | HTTP_POST,
                                 NO_ARGS,
                                 .run = sessions,
                                 .about = "Where the caller is logged in." };

static bool say_done(struct web *w)
{
    out_key(&w->out, str_of(web_answer_key(w)));
    out_bool(&w->out, true);
    return true;
}

static bool end_one(struct web *w)
{
    return is_somebody(w) && session_end(&w->cx, w->cx.user->name, web_arg(w, "session")) && say_done(w);
}

WEB_METHOD(account_end_session) = { .path = "lms.account.end_session",
                                    .verbs = HTTP_POST | HTTP_PUT,
                                    ARGS({ "session", DATA, .reqd = true }),
                                    .run = end_one,
                                    .about = "Ends one of the caller's sessions." };

static bool end_all(struct web *w)
{
    if (!is_somebody(w) || !sessions_end(&w->cx, w->cx.user->name, STR_NONE))
        return false;
    if (w->identity.by == BY_SESSION)
        web_clear_session(w);
    return say_done(w);
}

WEB_METHOD(account_end_sessions) = { .path = "lms.account.end_sessions",
                                     .verbs = HTTP_POST | HTTP_PUT,
                                     NO_ARGS,
                                     .run = end_all,
                                     .about = "Logs the caller out everywhere." };

/* ---- the person ------------------------------------------------------------------------------------------------------------- */
static bool export(struct web *w)
{
    if (!is_somebody(w))
        return false;
    w->private_answer = true;
    out_key(&w->out, str_of(web_answer_key(w)));
    return account_export(&w->cx, w->cx.user->name, peer_of(w), &w->out);
}

WEB_METHOD(account_export) = { .path = "lms.account.export",
                               .verbs = HTTP_GET | HTTP_POST,
                               NO_ARGS,
                               .lane = LANE_SLOW,
                               .run = export,
                               .about = "All that is known about the caller." };

static bool prove(struct web *w)
{
    return is_somebody(w) && login_proof(&w->cx, w->cx.user->name, web_arg(w, "password"), peer_of(w));
}

static bool new_address(struct web *w)
{
    return prove(w) && account_new_address(&w->cx, w->cx.user->name, web_arg(w, "email"), peer_of(w)) && say_done(w);
}

WEB_METHOD(account_new_address) = { .path = "lms.account.new_address",
                                    .verbs = HTTP_POST | HTTP_PUT,
                                    ARGS({ "email", DATA, .reqd = true }, { "password", PASSWORD, .reqd = true }),
                                    .lane = LANE_HASH,
                                    .body_limit = 4096,
                                    .run = new_address,
                                    .about = "Asks for another e-mail address; a mail to it has to be answered." };

static bool leave(struct web *w)
{
    if (!prove(w) || !account_erase(&w->cx, w->cx.user->name, peer_of(w)))
        return false;
    if (w->identity.by == BY_SESSION)
        web_clear_session(w);
    return say_done(w);
}

WEB_METHOD(account_delete) = { .path = "lms.account.delete",
                               .verbs = HTTP_POST | HTTP_PUT,
                               ARGS({ "password", PASSWORD, .reqd = true }),
                               .lane = LANE_HASH,
                               .body_limit = 4096,
                               .run = leave,
                               .about = "Deletes the caller's account: a pseudonym takes its place everywhere." };
