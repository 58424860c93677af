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

/* Bytes of a body that holds documents, unless `max_file_size` of the site's configuration says otherwise. */
#define DOCUMENT_MOST ((size_t)25 << 20)

/* A route is a row beside its handler. Pattern segments: literal, ":name" (one segment) or a last "*name" (the rest,
 * slashes included). Literal beats ":name" beats "*name". Segments are split on '/' first and percent-decoded once; one
 * slash at the end is ignored. */
struct route {
    const char *pattern;
    unsigned verbs;            /* of enum http_method; HEAD is answered where GET is */
    bool (*run)(struct web *); /* fills the response; false: cx.err says why, web writes the error's body */
    enum lane lane;            /* LANE_LOOP (0) means LANE_GENERAL */
    enum lane (*lane_of)(const struct web *); /* decides per request, from the head and what was captured; NULL: lane */
    bool page;                                /* answers and errors are HTML, in the reader's language */
    bool cacheable;                           /* safe answers may be kept in the response cache */
    bool personal;      /* the caller's own browser may keep them too, asking each time if they still hold (ETag) */
    bool writes_on_get; /* logout, by Frappe's contract */
    bool form;          /* a page's form: body limit 64 KiB, CSRF token as argument */
    bool anywhere;      /* no school is asked for: any Host (health, metrics) */
    size_t body_limit;  /* bytes; 0: 1 MiB */
    size_t (*body_limit_of)(const struct web *); /* decides per request, on the loop, from the head; 0: body_limit */
    const char *uses; /* DocTypes, one a line, that must be as ours are (doc_types_whole); NULL: none */
    const char *about;
};
#define ROUTE(id) TABLE_ROW(routes, struct route, route_##id)

/* A method of /api/method that works on the exchange itself: sessions, uploads, raw arguments. It writes the members of
 * the answer's object to w->out (web_answer_key names the usual one). Others are METHODs (doc.h). */
struct field;
struct web_method {
    const char *path;
    unsigned verbs; /* 0: GET, POST, PUT, DELETE */
    /* ARGS(…) as a METHOD's, for descriptions: the method reads them itself. An ATTACH is a file of multipart/form-data.
     * NULL: not described. */
    const struct field *args;
    bool guest;         /* open to the world: must be written */
    bool guest_reads;   /* open to a Guest too where the argument `doctype` names what Guests may read */
    bool writes_on_get; /* a GET of it may write too */
    enum lane lane;     /* LANE_LOOP (0) means LANE_GENERAL */
    size_t body_limit;  /* bytes; 0: 1 MiB */
    size_t (*body_limit_of)(const struct web *); /* as a route's */
    bool (*run)(struct web *);
    const char *about;
};
#define WEB_METHOD(id) TABLE_ROW(web_methods, struct web_method, web_method_##id)

/* The application's state of an exchange: made by app, in the exchange's arena. */
struct web {
    struct exchange *exchange;
    struct ctx cx; /* the call */
    struct identity identity;
    const struct route *route; /* NULL: none matched */
    unsigned allowed;          /* verbs of the routes that match the path */
    bool malformed;            /* the path has a broken escape */
    struct map captured;       /* ":name" → struct str *, decoded */
    json_t *args;              /* the argument map of spec/frappe-api.md 0.3: always an object once read */
    bool args_are_json;        /* they came as a JSON body */
    bool args_are_list;        /* as a JSON list, which stands in "data" */
    struct http_part *parts;   /* of multipart/form-data: the files among them */
    int part_count;
    unsigned api;              /* 1 or 2 for /api; 0 for pages and files */
    bool json;                 /* errors and answers are JSON (spec/frappe-api.md 7.1) */
    struct buf body;           /* where handlers write their answer */
    struct json_out out;       /* a JSON writer on `body` */
    bool private_answer;       /* depends on the user: Cache-Control: no-store, never shared */
    bool uncacheable;          /* depends on more than the user (a session's token): not kept */
    struct str login_message;  /* `message` of a refused log-in */
    bool prepared;             /* the answer is complete as it came from the response cache */
    struct cached *to_prepare; /* the kept answer that this one, once complete, is made ready for; NULL: none */
    struct web_stream {
        struct outlet outlet; /* of `body` */
        struct gzip *gzip;    /* NULL: it goes out as it is */
        bool may_begin, begun, ended;
    } stream;      /* the way out of a long answer */
    bool too_long; /* it outgrew memory where it may not stream: it is to be asked for again in the stream lane */
};

/* A captured segment or an argument's text; empty if absent. */
struct str web_captured(const struct web *, const char *name);
struct str web_arg(const struct web *, const char *name);         /* text or number as text */
const json_t *web_arg_json(const struct web *, const char *name); /* NULL if absent */
/* An argument that is JSON, or text holding JSON (lists and objects of filters, fields): NULL if absent; a failure throws. */
bool web_arg_parsed(struct web *, const char *name, const json_t **out);

/* The usual member of a method's answer: "message" in v1, "data" in v2. */
const char *web_answer_key(const struct web *);

/* Answers. The body is what was written to w->body (json) or given. */
bool web_send_json(struct web *, int status);
bool web_send_html(struct web *, int status, struct html);
bool web_send(struct web *, int status, const char *content_type, struct str body);
bool web_redirect(struct web *, int status, struct str location);
/* Writes cx.err as JSON (v1, v2) or as an HTML page through the renderer below. Used by the pipeline. */
void web_send_error(struct web *);
/* What stands for a traceback: class and words of the error, never a stack. */
struct str web_exception_line(struct web *, const struct error *);
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

/* ==== the steps, for src/app/serve.c ===================================================================================
 * In the order in which they are called. Those that fail have thrown. */
/* A fresh state for the exchange, in its arena. */
void web_open(struct web *, struct exchange *);
/* Builds the router of all ROUTE rows; once, at boot. False: two rows collide, or a pattern is wrong. */
bool web_routes_build(struct arena *, struct str *why);
/* All routes, by pattern, and the place of one among them (for counters): web_route_count() stands for "none". */
size_t web_route_count(void);
const struct route *web_route_at(size_t);
size_t web_route_index(const struct route *);
/* Sets route, allowed, captured, malformed for the path; api and json too. Pure: on the loop, before anything else. */
void web_match(struct web *, struct str path);
/* Bytes of body this route takes. */
size_t web_body_limit(const struct web *);
/* Query, JSON, form, multipart → w->args. */
bool web_read_args(struct web *);
/* The caller from memory alone; false when web_identify must be asked on a lane. */
bool web_identify_quickly(struct web *);
/* Session, then token, then CSRF. */
bool web_identify(struct web *);
/* The language of the call, from the head and (once read) the arguments. */
void web_speak(struct web *);
/* A `cmd` argument at `/` becomes its method. Before the caller is asked for: a log-in is guarded however it is called. */
void web_follow_cmd(struct web *);
/* Refuses what no route takes: 404, 405 with Allow, broken escapes. */
bool web_dispatch(struct web *);
/* The lane of the route. */
enum lane web_lane(const struct web *);
/* Empties what a handler wrote, for another try. */
void web_restart(struct web *);
/* From here on an answer that outgrows memory goes out while it is written: for who runs in the stream lane. */
void web_may_stream(struct web *);
/* It has begun to go out: the response is no longer ours. */
bool web_streams(const struct web *);
/* The end of it; not `complete`: it is broken off, and the log says why. */
void web_stream_end(struct web *, bool complete);
/* An answer to OPTIONS: CORS or Allow, no session. */
void web_answer_options(struct web *);
/* Headers of every answer: security, caching, CORS, cookies of an expired session, compression. */
void web_finish(struct web *);

/* The response cache. web_cached answers from it (200 or 304); web_keep stores the answer just made. */
bool web_cached(struct web *);
void web_keep(struct web *, uint64_t ticket);
/* May this exchange's answer be looked for and kept? */
bool web_cacheable(const struct web *);
