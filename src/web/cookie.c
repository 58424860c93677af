/* The cookies: Frappe's five, sent only when a session changes, and ours. */
#include "web_priv.h"

static void add(struct web *w, struct str line)
{
    http_add_header(w->exchange, "Set-Cookie", line);
}

static const char *secure(const struct web *w)
{
    return str_is(w->exchange->request.scheme, "https") ? " Secure;" : "";
}

static struct str quoted(const struct web *w, struct str value)
{
    return url_encode(w->cx.arena, value, "/");
}

static struct str date_in(const struct web *w, int64_t seconds)
{
    return clock_http_date(w->cx.arena, w->cx.now_us + seconds * 1000000);
}

static void add_display(struct web *w, const char *name, struct str value)
{
    add(w, str_printf(w->cx.arena, "%s=%.*s;%s Path=/; SameSite=Lax", name, STR_ARG(quoted(w, value)), secure(w)));
}

static void set_five(struct web *w, struct str sid, const struct user *user)
{
    struct arena *a = w->cx.arena;
    int64_t seconds = session_seconds(w->cx.site);
    add(w, str_printf(a, "sid=%.*s; Expires=%.*s; Max-Age=%lld;%s HttpOnly; Path=/; SameSite=Lax", STR_ARG(sid),
                      STR_ARG(date_in(w, seconds)), (long long)seconds, secure(w)));
    add_display(w, "system_user", user->system_user ? STR("yes") : STR("no"));
    add_display(w, "full_name", user->full_name);
    add_display(w, "user_id", user->name);
    add_display(w, "user_image", user->image);
}

void web_delete_cookies(struct web *w)
{
    static const char *const names[] = { "sid", "user_id", "system_user", "full_name", "user_image" };
    for (size_t i = 0; i < countof(names); i++)
        add(w, str_printf(w->cx.arena, "%s=; Expires=%.*s; Path=/", names[i], STR_ARG(date_in(w, -86400))));
}

void web_set_session(struct web *w, struct str sid, const struct user *user)
{
    w->identity.session_expired = false;
    w->private_answer = true;
    set_five(w, sid, user);
}

/* As Frappe: first Guest's cookies, then none. */
void web_clear_session(struct web *w)
{
    w->identity.session_expired = false;
    w->private_answer = true;
    set_five(w, STR("Guest"), user_guest);
    web_delete_cookies(w);
}

void web_cookie(struct web *w, const char *name, struct str value, int64_t max_age_s)
{
    struct arena *a = w->cx.arena;
    struct str age = STR("");
    if (max_age_s > 0)
        age = str_printf(a, " Max-Age=%lld;", (long long)max_age_s);
    else if (max_age_s < 0)
        age = str_printf(a, " Expires=%.*s;", STR_ARG(date_in(w, -86400)));
    add(w, str_printf(a, "%s=%.*s;%.*s%s HttpOnly; Path=/; SameSite=Lax", name, STR_ARG(quoted(w, value)), STR_ARG(age),
                      secure(w)));
}
