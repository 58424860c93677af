#pragma once
/* web: an exchange becomes a call, and its outcome an answer. Arguments, identity, route, language, cookies, error
 * bodies, caching. Shared by api and portal, which only declare routes; app runs the pipeline (src/app/serve.c).
 */
#include "auth.h"
#include "base.h"
#include "http.h"
#include "site.h"
#include "text.h"

struct web;

/* A route is a row beside its handler. Pattern segments: literal, ":name" (one segment) or a last "*name" (the rest,
 * slashes included). Literal beats ":name" beats "*name". Segments are split on '/' first and percent-decoded once. */
struct route {
    const char *pattern;
    unsigned verbs;              /* of enum http_method; HEAD is answered where GET is */
    bool (*run)(struct web *);   /* fills the response; false: cx.err says why, and web writes the error's body */
    enum lane lane;              /* LANE_LOOP (0) means LANE_GENERAL */
    bool page;                   /* answers and errors are HTML, in the reader's language */
    bool cacheable;              /* safe answers may be kept in the response cache */
    bool writes_on_get;          /* logout, by Frappe's contract */
    bool form;                   /* a page's form: body limit 64 KiB, CSRF token as argument */
    size_t body_limit;           /* bytes; 0: 1 MiB */
    const char *about;
};
#define ROUTE(id) TABLE_ROW(routes, struct route, route_##id)

/* The application's state of an exchange: made by app, in the exchange's arena. */
struct web {
    struct exchange *exchange;
    struct ctx cx;               /* the call */
    struct identity identity;
    const struct route *route;   /* NULL: none matched */
    struct map captured;         /* ":name" → struct str * , decoded */
    json_t *args;                /* the argument map of spec/frappe-api.md 0.3: always an object */
    unsigned api;                /* 1 or 2 for /api; 0 for pages and files */
    bool json;                   /* errors and answers are JSON (spec/frappe-api.md 7.1) */
    struct buf body;             /* where handlers write their answer */
    struct json_out out;         /* a JSON writer on `body` */
    bool private_answer;         /* depends on the user: Cache-Control: no-store, never shared */
};

/* A captured segment or an argument's text; empty if absent. */
struct str web_captured(const struct web *, const char *name);
struct str web_arg(const struct web *, const char *name);           /* text or number as text */
const json_t *web_arg_json(const struct web *, const char *name);   /* NULL if absent */
/* An argument that is JSON, or text holding JSON (lists and objects of filters, fields): NULL if absent; a failure throws. */
bool web_arg_parsed(struct web *, const char *name, const json_t **out);

/* Answers. The body is what was written to w->body (json) or given. */
bool web_send_json(struct web *, int status);
bool web_send_html(struct web *, int status, struct html);
bool web_send(struct web *, int status, const char *content_type, struct str body);
bool web_redirect(struct web *, int status, struct str location);
/* Writes cx.err as JSON (v1, v2) or as an HTML page through the renderer below. Used by the pipeline. */
void web_send_error(struct web *);
/* How an error looks as a page: set by portal, a row of this table; the first one is used. */
struct error_page {
    void (*render)(struct web *, int status, struct buf *out);
};
#define ERROR_PAGE(id) TABLE_ROW(error_pages, struct error_page, error_page_##id)

/* The five Frappe cookies (spec/frappe-api.md 6.2): at login and logout. */
void web_set_session(struct web *, struct str sid, const struct user *);
void web_clear_session(struct web *);
/* Adds a cookie of ours: Path=/; SameSite=Lax; HttpOnly; Secure on https. max_age_s 0: session cookie; <0: delete. */
void web_cookie(struct web *, const char *name, struct str value, int64_t max_age_s);
/* The session's CSRF token for a page's form; empty for Guests. Makes the page private. */
struct str web_csrf(struct web *);
/* Absolute base of links of this site: base_url, else scheme and Host of the request. */
struct str web_base_url(struct web *);
