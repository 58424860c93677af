/* Who is calling, in which language, and whether the request is theirs (CSRF). */
#include "web_priv.h"

static struct str sid_of(const struct web *w)
{
    struct str sid = http_cookie(&w->exchange->request, "sid");
    return str_is(sid, "Guest") ? STR("") : sid;
}

static struct str authorization_of(const struct web *w)
{
    return http_header_of(&w->exchange->request, "Authorization");
}

static void take_identity(struct web *w)
{
    w->cx.user = w->identity.user;
    if (w->identity.by != BY_NOBODY)
        w->private_answer = true;
}

/* The DocType whose keys the header names; empty: User's, as usual. */
static struct str source_of(const struct web *w)
{
    struct str source = http_header_of(&w->exchange->request, "Frappe-Authorization-Source");
    return str_is(source, "User") ? STR("") : source;
}

bool web_identify_quickly(struct web *w)
{
    struct identity known;
    if (source_of(w).n || !identity_peek(w->cx.site, w->cx.arena, sid_of(w), authorization_of(w), &known))
        return false;
    w->identity = known;
    take_identity(w);
    return true;
}

/* The token as header, or as an argument, which is then taken out. */
static struct str token_of(struct web *w)
{
    struct str token = http_header_of(&w->exchange->request, "X-Frappe-CSRF-Token");
    struct str argument = str_copy(w->cx.arena, web_arg(w, "csrf_token"));
    json_object_del(w->args, "csrf_token");
    return token.n ? token : argument;
}

static bool check_csrf(struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    struct csrf_facts facts = {
        .token = token_of(w),
        .origin = http_header_of(r, "Origin"),
        .own_origin = web_own_origin(w),
        .fetch_site = http_header_of(r, "Sec-Fetch-Site"),
        .unsafe = (r->method & HTTP_UNSAFE) != 0,
        .ignored = site_config_int(w->cx.site, "ignore_csrf", 0) != 0,
        .login = web_lane(w) == LANE_HASH,
    };
    if (facts.origin.n && web_origin_allowed(w, facts.origin)) {
        facts.own_origin = facts.origin;
        facts.fetch_site = STR("");
    }
    return csrf_check(&w->cx, &w->identity, &facts);
}

static bool find_identity(struct web *w)
{
    struct str source = source_of(w), authorization = authorization_of(w), key, secret;
    bool elsewhere = source.n && authorization_pair(w->cx.arena, authorization, &key, &secret);
    if (!identity_find(&w->cx, sid_of(w), elsewhere ? STR("") : authorization, &w->identity))
        return false;
    const struct user *u = elsewhere ? web_source_user(&w->cx, source, authorization) : NULL;
    if (elsewhere && !u)
        return false;
    if (elsewhere && w->identity.by != BY_SESSION)
        w->identity.user = u;
    if (elsewhere) {
        w->identity.by = BY_TOKEN;
        w->identity.session_expired = false;
    }
    return true;
}

bool web_identify(struct web *w)
{
    if (!w->identity.user) {
        bool known = find_identity(w);
        if (!w->identity.user)
            w->identity.user = user_guest;
        take_identity(w);
        if (!known) {
            if (sid_of(w).n)
                web_delete_cookies(w);
            return false;
        }
    }
    return check_csrf(w);
}

/* ---- language ---------------------------------------------------------------------------------------------------- */
/* A parameter of the query as it stands: language codes need no decoding. */
static struct str raw_parameter(struct str query, struct str name)
{
    struct str piece;
    while (query.n && str_cut(&query, '&', &piece))
        if (str_starts(piece, name) && piece.n > name.n && piece.p[name.n] == '=')
            return str_from(piece, name.n + 1);
    return STR("");
}

static bool is_method_call(const struct web *w)
{
    struct str path = w->exchange->request.path;
    return str_starts(path, STR("/api/method/")) || str_starts(path, STR("/api/v1/method/")) ||
           str_starts(path, STR("/api/v2/method/"));
}

/* What was said last wins: each line below outranks those above it. */
void web_speak(struct web *w)
{
    struct ctx *cx = &w->cx;
    const struct http_request *r = &w->exchange->request;
    if (w->api)
        cx->lang = STR("en");
    call_speak(cx, http_header_of(r, "Accept-Language"));
    if (!w->api)
        call_speak(cx, http_cookie(r, "lang"));
    if (cx->user && cx->user->language.n)
        call_speak(cx, cx->user->language);
    if (w->api) {
        call_speak(cx, raw_parameter(r->query, STR("_lang")));
        call_speak(cx, raw_parameter(r->query, STR("language")));
    }
    call_speak(cx, raw_parameter(r->query, STR("lang")));
    if (w->args && is_method_call(w))
        call_speak(cx, web_arg(w, "language"));
}

/* ---- CSRF for pages --------------------------------------------------------------------------------------------------- */
struct str web_csrf(struct web *w)
{
    struct str token = STR("");
    w->private_answer = w->uncacheable = true;
    if (w->identity.by == BY_SESSION && !csrf_token(&w->cx, &w->identity, &token))
        return STR("");
    return token;
}
