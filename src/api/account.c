/* Accounts over the wire: sign-up, forgotten and new passwords, API keys (spec/frappe-api.md sections 6.4, 6.9, 6.10). */
#include "api_priv.h"
#include "core.h"
#include "lms.h"

static struct str peer_of(const struct web *w)
{
    return w->exchange->request.peer;
}

/* ---- sign-up -------------------------------------------------------------------------------------------------------------- */
/* The language that was asked for in so many words; else the school's. */
static struct account_ask ask_of(struct web *w, const char *address)
{
    bool chosen = http_header_of(&w->exchange->request, "Accept-Language").n || web_arg(w, "language").n;
    return (struct account_ask){ .email = web_arg(w, address),
                                 .full_name = web_arg(w, "full_name"),
                                 .peer = peer_of(w),
                                 .language = chosen ? w->cx.lang : STR_NONE,
                                 .back = web_arg(w, "redirect_to") };
}

/* An invitation opens a school to who was invited; its link still has to be followed. */
static bool is_invited(struct web *w, struct str email, bool *invited)
{
    struct invitation i;
    *invited = false;
    if (!web_arg(w, "invitation").n)
        return true;
    *invited = invitation_of_key(&w->cx, web_arg(w, "invitation"), &i) && str_eq_nocase(i.email, str_trim(email));
    if (w->cx.err.kind == &LinkExpired)
        w->cx.err = (struct error){ 0 };
    return !failed(&w->cx);
}

static bool sign_up(struct web *w)
{
    struct account_ask ask = ask_of(w, "email");
    if (!is_invited(w, ask.email, &ask.invited) || !account_sign_up(&w->cx, &ask))
        return false;
    out_key(&w->out, str_of(web_answer_key(w)));
    out_begin_array(&w->out);
    out_int(&w->out, 2);
    out_text(&w->out, str_of(tr(&w->cx, N_("Please check your email for verification"))));
    out_end_array(&w->out);
    return true;
}

WEB_METHOD(sign_up) = { .path = "frappe.core.doctype.user.user.sign_up",
                        .verbs = HTTP_POST,
                        ARGS({ "email", DATA, .reqd = true }, { "full_name", DATA, .reqd = true },
                             { "redirect_to", DATA }, { "invitation", DATA }),
                        .guest = true,
                        .body_limit = 4096,
                        .run = sign_up,
                        .about = "Asks for an account; the answer is the same for all addresses." };

/* ---- forgotten ------------------------------------------------------------------------------------------------------------- */
static bool reset_password(struct web *w)
{
    struct account_ask ask = ask_of(w, "user");
    if (!account_reset(&w->cx, &ask))
        return false;
    if (str_eq_nocase(str_trim(ask.email), STR("Administrator"))) {
        out_member_text(&w->out, web_answer_key(w), STR("not allowed"));
        return true;
    }
    note(&w->cx, N_("Password Email Sent"), "Password reset instructions have been sent to your email");
    return true;
}

WEB_METHOD(reset_password) = { .path = "frappe.core.doctype.user.user.reset_password",
                               .verbs = HTTP_POST,
                               ARGS({ "user", DATA, .reqd = true }),
                               .guest = true,
                               .body_limit = 4096,
                               .run = reset_password,
                               .about = "Mails a link for a new password; the answer is the same for all addresses." };

/* ---- a new one ---------------------------------------------------------------------------------------------------------------- */
/* As Frappe: 410 and the words in the body's `message`. */
static bool refuse_link(struct web *w)
{
    struct str words = w->cx.err.message;
    if (w->cx.err.kind != &LinkExpired)
        return false;
    w->cx.err = (struct error){ 0 };
    out_member_text(&w->out, web_answer_key(w), words);
    out_end_object(&w->out);
    return web_send_json(w, 410);
}

/* By a key out of a mail, or by the password in use. */
static bool find_owner(struct web *w, struct str *user)
{
    struct str key = web_arg(w, "key"), old = web_arg(w, "old_password");
    if (key.n)
        return account_of_key(&w->cx, key, user);
    *user = w->cx.user->name;
    if (user_is_guest(w->cx.user) || !old.n)
        return throw(&w->cx, &AuthenticationError, "Log in, or follow the link of the mail, to change a password.");
    return login_proof(&w->cx, *user, old, peer_of(w));
}

static bool update_password(struct web *w)
{
    struct str user, sid, password = web_arg(w, "new_password");
    struct identity identity = w->identity;
    if (!password.n)
        return throw(&w->cx, &FrappeTypeError, "%s() missing the required argument: '%s'", "update_password",
                     "new_password");
    if (!find_owner(w, &user))
        return refuse_link(w);
    bool everywhere = api_flag(w, "logout_all_sessions", false);
    if (!account_set_password(&w->cx, user, password, peer_of(w)) ||
        (everywhere && !sessions_end(&w->cx, user, STR_NONE)) ||
        !login_as(&w->cx, user, peer_of(w), http_header_of(&w->exchange->request, "User-Agent"), &identity, &sid) ||
        !activity_log(&w->cx, ACTIVITY_LOGIN, identity.user->name, peer_of(w)))
        return false;
    w->identity = identity;
    web_set_session(w, sid, identity.user);
    out_member_text(&w->out, web_answer_key(w), identity.user->system_user ? STR("/app") : STR("/me"));
    return true;
}

WEB_METHOD(update_password) = {
    .path = "frappe.core.doctype.user.user.update_password",
    .verbs = HTTP_POST | HTTP_PUT,
    ARGS({ "new_password", DATA, .reqd = true }, { "key", DATA }, { "old_password", DATA },
         { "logout_all_sessions", CHECK }),
    .guest = true,
    .lane = LANE_HASH,
    .body_limit = 4096,
    .run = update_password,
    .about = "Sets a new password and logs in; the other sessions end if logout_all_sessions or the "
             "school's settings say so."
};

/* ---- how strong ----------------------------------------------------------------------------------------------------------------- */
static bool test_strength(struct web *w)
{
    struct ctx *cx = &w->cx;
    int score = password_score(web_arg(w, "new_password"));
    bool passes = score >= site_setting_int(cx->site, "System Settings", "minimum_password_score", 2);
    out_key(&w->out, str_of(web_answer_key(w)));
    out_begin_object(&w->out);
    if (site_setting_int(cx->site, "System Settings", "enable_password_policy", 1)) {
        out_member_int(&w->out, "score", score);
        out_key(&w->out, STR("feedback"));
        out_begin_object(&w->out);
        out_key(&w->out, STR("password_policy_validation_passed"));
        out_bool(&w->out, passes);
        out_member_text(&w->out, "warning", STR(""));
        out_key(&w->out, STR("suggestions"));
        out_begin_array(&w->out);
        if (!passes)
            out_text(&w->out, str_of(tr(cx, N_("Make it longer, or mix letters, digits and signs."))));
        out_end_array(&w->out);
        out_end_object(&w->out);
    }
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(test_password_strength) = { .path = "frappe.core.doctype.user.user.test_password_strength",
                                       .verbs = HTTP_POST,
                                       ARGS({ "new_password", DATA, .reqd = true }),
                                       .guest = true,
                                       .body_limit = 4096,
                                       .run = test_strength,
                                       .about = "How hard a password is to guess: 0 to 4." };

/* ---- API keys ---------------------------------------------------------------------------------------------------------------------- */
/* Who makes another's keys can act as that other: only Administrator may as Administrator. */
static bool generate_keys(struct web *w)
{
    struct ctx *cx = &w->cx;
    struct str key, secret, user = STR_NONE;
    if (!user_has_role(cx->user, "System Manager"))
        return throw(cx, &PermissionError, "Only a System Manager may make API keys.");
    if (!doc_exists(cx, "User", web_arg(w, "user"), &user))
        return failed(cx) ? false : throw(cx, &DoesNotExistError, "User %.*s not found", STR_ARG(web_arg(w, "user")));
    if (str_is(user, "Guest") || (str_is(user, "Administrator") && !user_is_administrator(cx->user)))
        return throw(cx, &PermissionError, "Nobody else may make API keys of %.*s.", STR_ARG(user));
    if (!api_key_make(cx, user, &key, &secret))
        return false;
    w->private_answer = true;
    out_key(&w->out, str_of(web_answer_key(w)));
    out_begin_object(&w->out);
    out_member_text(&w->out, "api_secret", secret);
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(generate_keys) = {
    .path = "frappe.core.doctype.user.user.generate_keys",
    .verbs = HTTP_POST,
    ARGS({ "user", DATA, .reqd = true }),
    .run = generate_keys,
    .about = "A new API secret of a user, shown this once; the key is in the User document."
};
