/* OAuth 2: tokens are renewed, revoked and looked into, and say who they speak for (spec/frappe-api.md section 6.5). What
 * gives the first token — the page that asks a person — is not here. Answers are members of the top level. */
#include <sodium.h>

#include "api_priv.h"

enum { LIFE_S = 3600, TOKEN_BYTES = 20 };

/* Refusals have the shape of RFC 6749, 5.2. */
static bool refuse(struct web *w, const char *error, const char *words)
{
    out_member_text(&w->out, "error", str_of(error));
    out_member_text(&w->out, "error_description", str_of(tr(&w->cx, words)));
    out_end_object(&w->out);
    w->private_answer = true;
    return web_send_json(w, 400);
}

static bool same_secret(struct str a, struct str b)
{
    return a.n == b.n && sodium_memcmp(a.p, b.p, a.n) == 0;
}

/* The token in one of two columns, byte for byte; NULL without error: none. Locked. */
static struct doc *find_token(struct web *w, const char *column, struct str token)
{
    const struct doctype *type = api_doctype(w, STR("OAuth Bearer Token"));
    struct str name = STR_NONE;
    if (!type || !token.n || token.n > 140)
        return NULL;
    struct rows *rows = doc_rows(&w->cx, &(struct find){ .doctype = type->name,
                                                         .fields = "name access_token refresh_token",
                                                         .where = FIND({ column, "=", token }),
                                                         .unchecked = true });
    unsigned at = str_is(str_of(column), "access_token") ? 1 : 2;
    while (rows && rows_next(rows))
        if (same_secret(rows_text(rows, at), token))
            name = str_copy(w->cx.arena, rows_text(rows, 0));
    if (!name.n)
        return NULL;
    return w->cx.may_write ? doc_load_for_update(&w->cx, type, name) : doc_load(&w->cx, type->name, name);
}

static bool is_active(const struct doc *token)
{
    return token && str_is(doc_text(token, "status"), "Active");
}

/* ---- renewing ------------------------------------------------------------------------------------------------------------ */
/* The client that the token was given to; its secret is looked at when it is sent, as in Frappe. */
static bool is_client(struct web *w, const struct doc *token)
{
    struct str id = web_arg(w, "client_id"), secret = web_arg(w, "client_secret"), known = STR_NONE;
    if (!same_secret(id, doc_text(token, "client")))
        return false;
    if (!secret.n)
        return true;
    return doc_get(&w->cx, "OAuth Client", id, "client_secret", &known) && same_secret(secret, known);
}

static struct doc *issue(struct web *w, const struct doc *before)
{
    struct ctx *cx = &w->cx;
    struct doc *token = doc_new_named(cx, "OAuth Bearer Token");
    if (!token)
        return NULL;
    doc_set_text(token, "client", doc_text(before, "client"));
    doc_set_text(token, "user", doc_text(before, "user"));
    doc_set_text(token, "scopes", doc_text(before, "scopes"));
    doc_set_text(token, "access_token", random_hex(cx->arena, TOKEN_BYTES));
    doc_set_text(token, "refresh_token", random_hex(cx->arena, TOKEN_BYTES));
    doc_set_int(token, "expires_in", LIFE_S);
    doc_set_text(token, "expiration_time", clock_datetime(cx->arena, call_local_us(cx) + LIFE_S * 1000000LL));
    doc_set_text(token, "status", STR("Active"));
    return doc_insert(cx, token, SAVE_AS_SYSTEM | SAVE_NO_VERSION) ? token : NULL;
}

static bool revoke(struct web *w, struct doc *token)
{
    doc_set_text(token, "status", STR("Revoked"));
    return doc_save(&w->cx, token, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

static bool owner_may(struct web *w, const struct doc *token)
{
    const struct user *u = user_load(&w->cx, doc_text(token, "user"));
    return u && u->enabled;
}

static bool get_token(struct web *w)
{
    if (!str_is(web_arg(w, "grant_type"), "refresh_token"))
        return refuse(w, "unsupported_grant_type", N_("Only refresh_token is possible here."));
    struct doc *before = find_token(w, "refresh_token", web_arg(w, "refresh_token"));
    bool valid = is_active(before) && is_client(w, before) && owner_may(w, before);
    if (failed(&w->cx))
        return false;
    if (!valid)
        return refuse(w, "invalid_grant", N_("The refresh token is unknown, revoked or of another client."));
    const struct doc *token = revoke(w, before) ? issue(w, before) : NULL;
    if (!token)
        return false;
    w->private_answer = true;
    out_member_text(&w->out, "access_token", doc_text(token, "access_token"));
    out_member_int(&w->out, "expires_in", LIFE_S);
    out_member_text(&w->out, "token_type", STR("Bearer"));
    out_member_text(&w->out, "scope", doc_text(token, "scopes"));
    out_member_text(&w->out, "refresh_token", doc_text(token, "refresh_token"));
    return true;
}

WEB_METHOD(oauth_get_token) = { .path = "frappe.integrations.oauth2.get_token",
                                .verbs = HTTP_POST,
                                ARGS({ "grant_type", DATA, .reqd = true }, { "refresh_token", DATA },
                                     { "client_id", DATA }, { "client_secret", DATA }),
                                .guest = true,
                                .body_limit = 4096,
                                .run = get_token,
                                .about = "A new access token for a refresh token; both old ones end." };

/* ---- revoking ------------------------------------------------------------------------------------------------------------- */
static struct doc *find_either(struct web *w, struct str token)
{
    struct doc *found = find_token(w, "access_token", token);
    return found || failed(&w->cx) ? found : find_token(w, "refresh_token", token);
}

/* Unknown ones are answered alike (RFC 7009, 2.2). */
static bool revoke_token(struct web *w)
{
    struct doc *token = find_either(w, web_arg(w, "token"));
    return failed(&w->cx) ? false : !is_active(token) || revoke(w, token);
}

WEB_METHOD(oauth_revoke_token) = { .path = "frappe.integrations.oauth2.revoke_token",
                                   .verbs = HTTP_POST,
                                   ARGS({ "token", DATA, .reqd = true }),
                                   .guest = true,
                                   .body_limit = 4096,
                                   .run = revoke_token,
                                   .about = "Ends an access token, or the one of a refresh token." };

/* ---- looking ---------------------------------------------------------------------------------------------------------------- */
static int64_t seconds_left(struct web *w, const struct doc *token)
{
    struct value end = doc_value(token, "expiration_time");
    int64_t left = 0;
    struct sql *q = sql_new(&w->cx);
    sql_add(q, "SELECT TIMESTAMPDIFF(SECOND, ");
    sql_text(q, call_now(&w->cx));
    sql_add(q, ", ");
    sql_text(q, end.kind == VALUE_TEXT ? end.text : call_now(&w->cx));
    sql_add(q, ")");
    return db_first_int(&w->cx, q, &left) ? left : 0;
}

static bool introspect(struct web *w)
{
    struct doc *token = find_either(w, web_arg(w, "token"));
    int64_t left = is_active(token) ? seconds_left(w, token) : 0;
    bool active = left > 0 && owner_may(w, token);
    if (failed(&w->cx))
        return false;
    w->private_answer = true;
    out_key(&w->out, STR("active"));
    out_bool(&w->out, active);
    if (!active)
        return true;
    out_member_text(&w->out, "client_id", doc_text(token, "client"));
    out_member_int(&w->out, "exp", w->cx.now_us / 1000000 + left);
    out_member_text(&w->out, "scope", doc_text(token, "scopes"));
    return true;
}

WEB_METHOD(oauth_introspect_token) = { .path = "frappe.integrations.oauth2.introspect_token",
                                       .verbs = HTTP_GET | HTTP_POST,
                                       ARGS({ "token", DATA, .reqd = true }, { "token_type_hint", DATA }),
                                       .guest = true,
                                       .body_limit = 4096,
                                       .run = introspect,
                                       .about = "Whether a token holds, until when and for what." };

static bool profile(struct web *w)
{
    const struct user *u = w->cx.user;
    struct str last = STR_NONE;
    if (!doc_get(&w->cx, "User", u->name, "last_name", &last) && failed(&w->cx))
        return false;
    w->private_answer = true;
    out_member_text(&w->out, "sub", u->name);
    out_member_text(&w->out, "name", u->full_name);
    out_member_text(&w->out, "given_name", u->first_name);
    out_member_text(&w->out, "family_name", last);
    out_member_text(&w->out, "email", u->name);
    out_member_text(&w->out, "picture", u->image);
    out_key(&w->out, STR("roles"));
    out_begin_array(&w->out);
    for (const struct str *r = u->roles; r->p; r++)
        out_text(&w->out, *r);
    out_end_array(&w->out);
    out_member_text(&w->out, "iss", web_base_url(w));
    return true;
}

WEB_METHOD(oauth_openid_profile) = { .path = "frappe.integrations.oauth2.openid_profile",
                                     .run = profile,
                                     .about = "Who the caller is, in the words of OpenID." };
