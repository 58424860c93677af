/* Where a request comes from: CORS for the origins a site allows, and our own origin. */
#include "web_priv.h"

struct str web_own_origin(const struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    struct str own = str_printf(w->cx.arena, "%.*s://%.*s", STR_ARG(r->scheme), STR_ARG(r->authority));
    return str_lower(w->cx.arena, own);
}

struct str web_base_url(struct web *w)
{
    if (w->cx.site && w->cx.site->base_url.n)
        return w->cx.site->base_url;
    return web_own_origin(w);
}

static bool names(const json_t *allowed, struct str origin)
{
    struct str one = json_str_of(allowed);
    return one.n && (str_is(one, "*") || str_eq_nocase(one, origin));
}

bool web_origin_allowed(const struct web *w, struct str origin)
{
    if (!w->cx.site || !origin.n)
        return false;
    const json_t *allowed = json_object_get(w->cx.site->config, "allow_cors");
    size_t i;
    const json_t *one;
    json_array_foreach(allowed, i, one) if (names(one, origin)) return true;
    return names(allowed, origin);
}

void web_add_cors(struct web *w)
{
    struct str origin = http_header_of(&w->exchange->request, "Origin");
    if (!web_origin_allowed(w, origin))
        return;
    http_set_header(w->exchange, "Access-Control-Allow-Origin", origin);
    http_set_header(w->exchange, "Access-Control-Allow-Credentials", STR("true"));
}

void web_answer_options(struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    http_answer(w->exchange, 200, "text/plain; charset=utf-8", STR(""));
    struct str method = http_header_of(r, "Access-Control-Request-Method");
    struct str headers = http_header_of(r, "Access-Control-Request-Headers");
    if (!web_origin_allowed(w, http_header_of(r, "Origin")))
        return;
    if (method.n)
        http_add_header(w->exchange, "Access-Control-Allow-Methods", method);
    if (headers.n)
        http_add_header(w->exchange, "Access-Control-Allow-Headers", headers);
    if (!site_config_int(w->cx.site, "developer_mode", 0))
        http_add_header(w->exchange, "Access-Control-Max-Age", STR("86400"));
}
