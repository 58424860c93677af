/* Who is calling: by cookie, then by Authorization, from memory where that suffices. */
#include "auth_priv.h"

static void as_session(struct identity *out, const struct session *s, const struct user *u)
{
    *out = (struct identity){ .user = u, .by = BY_SESSION, .sid_hash = s->sid_hash, .csrf_token = s->csrf_token };
}

/* A right token beside a session: the session's user acts, and no forged request can carry the header. */
static void as_token(struct identity *out, const struct user *u)
{
    if (out->by != BY_SESSION)
        out->user = u;
    out->by = BY_TOKEN;
    out->session_expired = false;
}

static bool is_no_sid(struct str sid)
{
    return !sid.n || str_is(sid, "Guest");
}

static bool peek_session(const struct site *site, struct arena *a, struct str sid, struct identity *out)
{
    if (is_no_sid(sid))
        return true;
    if (!sid_valid(sid)) {
        out->session_expired = true;
        return true;
    }
    int64_t now = clock_wall_us();
    struct session *s = session_peek(site, a, sid_hash_of(a, sid), now);
    const struct user *u = s ? user_peek(site, a, s->user) : NULL;
    if (!u || !u->enabled || (session_stamp_due(s, now) && !site->reads_only))
        return false;
    as_session(out, s, u);
    return true;
}

bool identity_peek(const struct site *site, struct arena *a, struct str sid, struct str header, struct identity *out)
{
    *out = (struct identity){ .user = user_guest };
    if (is_no_sid(sid) && !header.n)
        return true;
    if (!site_ready(site) || !peek_session(site, a, sid, out))
        return false;
    struct authorization auth = authorization_parse(a, header);
    if (auth.scheme == SCHEME_NONE)
        return true;
    const struct user *u = auth.scheme == SCHEME_KEY ? token_peek(site, a, &auth) : NULL;
    if (!u)
        return false;
    as_token(out, u);
    return true;
}

static bool find_session(struct ctx *cx, struct str sid, struct identity *out)
{
    if (is_no_sid(sid))
        return true;
    struct session *s = sid_valid(sid) ? session_load(cx, sid_hash_of(cx->arena, sid)) : NULL;
    const struct user *u = s ? user_load(cx, s->user) : NULL;
    out->session_expired = !u;
    if (!u)
        return !failed(cx);
    if (!u->enabled)
        return throw(cx, &ValidationError, N_("User %.*s is disabled. Please contact your System Manager."),
                     STR_ARG(u->name));
    as_session(out, s, u);
    session_stamp(cx, s);
    return true;
}

bool identity_find(struct ctx *cx, struct str sid, struct str header, struct identity *out)
{
    *out = (struct identity){ .user = user_guest };
    if (!find_session(cx, sid, out))
        return false;
    struct authorization auth = authorization_parse(cx->arena, header);
    if (auth.scheme == SCHEME_NONE)
        return true;
    const struct user *u = token_user(cx, &auth);
    if (!u)
        return false;
    as_token(out, u);
    return true;
}
