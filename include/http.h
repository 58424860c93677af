#pragma once
/* http: libmicrohttpd, and nothing else knows it.
 *
 * The server runs its own epoll loops over external MHD daemons (guides/performance.md sections 9 and 11). A loop reads
 * heads and bodies, checks framing (guides/security.md section 2), does what needs no waiting, and hands the rest to a
 * lane. An exchange is one request and its response; its memory is one arena, reset when MHD says completed.
 */
#include "base.h"
#include "text.h"

/* ---- an exchange --------------------------------------------------------------------------------------------------- */
enum http_method {
    HTTP_GET = 1,
    HTTP_HEAD = 2,
    HTTP_POST = 4,
    HTTP_PUT = 8,
    HTTP_PATCH = 16,
    HTTP_DELETE = 32,
    HTTP_OPTIONS = 64
};
enum { HTTP_UNSAFE = HTTP_POST | HTTP_PUT | HTTP_PATCH | HTTP_DELETE };

struct http_header {
    struct str name, value;
};

/* Read-only above http. Text lives as long as the exchange: in its arena, or where MHD received it (headers). It is
 * 0-terminated only where it was made in the arena. */
struct http_request {
    enum http_method method;
    struct str method_name;
    struct str target;           /* raw, as sent, from '/' on: never decoded, no NUL */
    struct str path;             /* raw, before '?' */
    struct str query;            /* raw, after '?' */
    struct str host;             /* lower case, without port and trailing dot; valid grammar */
    struct str authority;        /* as sent in Host */
    struct str scheme;           /* "http", or "https" when a trusted proxy says so */
    struct str peer;             /* address of the client (last untrusted hop behind trusted proxies) */
    struct http_header *headers; /* in order of arrival */
    size_t header_count;
    struct str body; /* whole, up to the limit; of a spooled one only after http_body */
    int spool_fd;    /* an unlinked file with the body when it was larger than 1 MiB; else -1 */
    size_t body_size;
    struct str id;      /* request id, 16 hex digits */
    int64_t started_us; /* monotonic: first byte of the head seen */
};

/* An answer that many get alike: status, headers and body made ready once. Used by any thread. */
struct http_prepared;

struct http_response {
    int status; /* 0 until somebody answers */
    struct http_header *headers;
    size_t header_count, header_room;
    struct str body;                      /* in the exchange's arena, or held by `body_holder` */
    struct counted *body_holder;          /* released when MHD has sent the body; NULL: the arena owns the body */
    const struct http_prepared *prepared; /* sent instead of all the above, which then only tell of it */
    int file_fd;                          /* body is this file (closed by http) when >= 0 */
    int64_t file_offset, file_size;
    int64_t streamed; /* bytes that went out as a stream; known at the end */
    bool close;       /* Connection: close after this answer */
};

struct exchange {
    struct arena *arena;
    struct http_request request;
    struct http_response response;
    void *app; /* whatever the steps above keep: made in the arena */
};

/* The value of a header, case-insensitively; the first if repeated; empty text if absent. */
struct str http_header_of(const struct http_request *, const char *name);
size_t http_header_times(const struct http_request *, const char *name);
/* A cookie's value. Empty if absent, or if the request has more than one Cookie header or the name twice. */
struct str http_cookie(const struct http_request *, const char *name);

/* Adds a header; the value is copied. Bytes below 0x20 and 0x7f in the value are refused: the header is left out and a bug is logged. */
void http_add_header(struct exchange *, const char *name, struct str value);
void http_set_header(struct exchange *, const char *name, struct str value); /* replaces */
/* Body as it is; content type is a header as any other. */
void http_answer(struct exchange *, int status, const char *content_type, struct str body);
/* Makes the exchange's answer ready to be sent again: its headers are copied, its body must stay where it is until
 * http_prepared_free. NULL: no memory. */
struct http_prepared *http_prepare(const struct exchange *);
void http_prepared_free(struct http_prepared *);
/* Answers with what was prepared; it and its body live as long as the holder, one hold of which passes to the exchange. */
void http_answer_prepared(struct exchange *, const struct http_prepared *, struct counted *holder);
/* Frappe's (werkzeug's) HTML body for 400, 404, 405, 413 …: spec/frappe-api.md section 1.1. Text is escaped here. */
void http_answer_plain(struct exchange *, int status, struct str title, struct str text);

/* ---- bodies -------------------------------------------------------------------------------------------------------- */
struct http_part { /* of multipart/form-data */
    struct str name, filename, content_type;
    bool is_file;
    struct str value;
};
/* Parses multipart/form-data; of a body of the exchange (NULL: of none) what was looked through is passed. -1 when malformed or over the limits of guides/security.md section 9; else the count. */
int http_multipart(struct arena *, const struct exchange *, struct str content_type, struct str body,
                   struct http_part **out);
/* This stretch of a mapped body was read and is not needed in memory for now: it comes back from disk when read again. Of
 * anything else: nothing happens. The exchange may be NULL. */
void http_passed(const struct exchange *, struct str);
/* The whole body as text: of a spooled one the mapped file, so it takes no memory of the call. */
struct str http_body(struct exchange *);
/* A piece of the body (a part's value), read without keeping it in memory when the body was large. */
struct inflow http_flow(struct exchange *, struct str piece);

/* ---- lanes ---------------------------------------------------------------------------------------------------------
 * Bounded queues with a few workers each. A group (the site) may hold at most half of a lane while another waits.
 * General has spare workers that wake when a running one has been in its work for over 20 ms (guides/performance.md
 * section 3, head-of-line blocking). A full lane or a wait over 2 s is refused through `refuse`. In the stream lane a
 * group never holds more than half: its workers wait for clients, and the next may come at any time. */
enum lane { LANE_LOOP, LANE_GENERAL, LANE_SLOW, LANE_HASH, LANE_STREAM, LANE_COUNT };

struct lane_stats {
    const char *name;
    unsigned workers, running, queued;
    uint64_t done, refused;
    int64_t waited_us;
};
void http_lane_stats(struct lane_stats out[LANE_COUNT]);

/* ---- streams -------------------------------------------------------------------------------------------------------
 * An answer too long for memory goes out while `work` still writes it: begin, write as often as needed, end, all on the
 * worker and all within one call of `work`. Between begin and end the response belongs to the loop: nobody fills it. */
/* The status and headers as they are now; no body, no length. The headers of the request are gone from here on. False: no
 * memory, nothing has begun. */
bool http_stream_begin(struct exchange *) MUST_USE;
/* Waits while the client is behind. False: it is gone or takes too little (nothing for 10 s, or less than 32 KiB a second
 * on average), the stream is older than 15 minutes, or the request was a HEAD. */
bool http_stream_write(struct exchange *, struct str) MUST_USE;
/* `complete`: the answer is whole. Otherwise the connection is reset, so that nobody takes it for whole. */
void http_stream_end(struct exchange *, bool complete);
/* It has begun. */
bool http_streams(const struct exchange *);

/* ---- the server ---------------------------------------------------------------------------------------------------- */
/* What the application does with an exchange. All four get the exchange; none may keep it. */
struct http_handler {
    /* On the loop, head complete and its framing right, no body yet: set *body_limit (bytes; 1 MiB otherwise). To refuse
     * before the body, fill the response (the connection is closed after it if a body would have come). Must not wait. */
    void (*head)(struct exchange *, size_t *body_limit);
    /* On the loop, body complete: fill the response and return LANE_LOOP, or name the lane that shall run `work`.
     * `group` is what is shared fairly: the site's name. Must not wait. */
    enum lane (*ready)(struct exchange *, struct str *group);
    /* On a lane's worker: fill the response. May wait. Returning another lane than the one it runs in passes the
     * exchange on to that lane, where `work` is called again. LANE_LOOP: done. */
    enum lane (*work)(struct exchange *, enum lane);
    /* The lane is full or the wait was too long: fill a 503 with Retry-After. On the loop. */
    void (*refuse)(struct exchange *);
    /* The exchange is over (sent, or the client went): log it; free what is not in the arena. On the loop. Only for those
     * that `head` has seen: heads refused by http itself (400, 405, 414, 415, 431, 501) end without it. */
    void (*done)(struct exchange *, bool sent);
    /* A worker thread starts or ends (database clients need to know). May be NULL. */
    void (*worker)(bool starting);
    /* Each second on loop 0. May be NULL. */
    void (*tick)(void);
};

struct http_settings {
    const char *address;                /* "127.0.0.1", "0.0.0.0", "::1" */
    uint16_t port;                      /* 0: any; see http_server_port */
    unsigned loops;                     /* 0: cores / 2, at least 1 */
    unsigned general_workers;           /* running; thrice as many are spare. 0: max(2, cores) */
    unsigned slow_workers;              /* 0: max(2, cores) */
    unsigned hash_workers;              /* 0: max(1, cores / 4) */
    unsigned stream_workers;            /* streams at once, each with a connection to the database. 0: 8 */
    size_t arena_limit;                 /* bytes one exchange may use; 0: 64 MiB */
    const char *const *trusted_proxies; /* addresses and networks ("10.0.0.0/8"), ends with NULL; may be NULL */
    int head_timeout_s, body_timeout_s, send_timeout_s, idle_timeout_s; /* 0: 10, 30, 30, 60 */
    unsigned connections;                                               /* 0: 10,000 */
};

struct http_server;
/* Listens and serves on threads of its own. NULL: the reason is in *why (static or in the arena). */
struct http_server *http_server_start(struct arena *, const struct http_settings *, const struct http_handler *,
                                      struct str *why);
uint16_t http_server_port(const struct http_server *);
/* Stops accepting, answers what is under way (with Connection: close) for at most `grace_s`, then ends. If a worker does
 * not leave its work within 2 s more, what it uses is left behind: the process is to end. Once per server. */
void http_server_stop(struct http_server *, int grace_s);

/* A long-lived answer (server-sent events) is not here yet: it comes with the partner portal. */
