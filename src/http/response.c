/* Answers: what the rooms above fill in, and its way to MHD without a copy of the body. */
#include "server_priv.h"

/* ---- filling ---------------------------------------------------------------------------------------------------- */
void http_add_header(struct exchange *x, const char *name, struct str value)
{
    struct http_response *rs = &x->response;
    if (has_control(value)) {
        log_say(LOG_ERROR, "http.header", "A header %s with control bytes was left out.", name);
        return;
    }
    if (rs->header_count == rs->header_room) {
        size_t room = rs->header_room ? rs->header_room * 2 : 8;
        struct http_header *grown = arena_array(x->arena, room, sizeof *grown);
        if (rs->header_count)
            memcpy(grown, rs->headers, rs->header_count * sizeof *grown);
        rs->headers = grown;
        rs->header_room = room;
    }
    rs->headers[rs->header_count++] = (struct http_header){ str_of(name), str_copy(x->arena, value) };
}

void http_set_header(struct exchange *x, const char *name, struct str value)
{
    struct http_response *rs = &x->response;
    size_t kept = 0;
    for (size_t i = 0; i < rs->header_count; i++)
        if (!str_eq_nocase(rs->headers[i].name, str_of(name)))
            rs->headers[kept++] = rs->headers[i];
    rs->header_count = kept;
    http_add_header(x, name, value);
}

void http_answer(struct exchange *x, int status, const char *content_type, struct str body)
{
    x->response.status = status;
    x->response.body = body;
    if (content_type)
        http_set_header(x, "Content-Type", str_of(content_type));
}

static const char html_type[] = "text/html; charset=utf-8";

void http_answer_plain(struct exchange *x, int status, struct str title, struct str text)
{
    struct buf b = buf_new(x->arena, 16 * 1024);
    buf_printf(&b, "<!doctype html>\n<html lang=en>\n<title>%d %.*s</title>\n<h1>%.*s</h1>\n<p>", status,
               STR_ARG(title), STR_ARG(title));
    buf_add(&b, html_escape(x->arena, text).text);
    buf_lit(&b, "</p>\n");
    http_answer(x, status, html_type, buf_str(&b));
}

static const struct refusal {
    int status;
    const char *title, *text;
} refusals[] = {
    { 400, "Bad Request", "The browser (or proxy) sent a request that this server could not understand." },
    { 405, "Method Not Allowed", "The method is not allowed for the requested URL." },
    { 408, "Request Timeout", "The request took too long to arrive." },
    { 413, "Request Entity Too Large", "The data value transmitted exceeds the capacity limit." },
    { 414, "Request URI Too Long", "The length of the requested URL exceeds the capacity limit for this server." },
    { 415, "Unsupported Media Type", "The server does not support the media type transmitted in the request." },
    { 431, "Request Header Fields Too Large", "The request has too many header fields." },
    { 500, "Internal Server Error", "The server could not complete the request." },
    { 501, "Not Implemented", "The server does not support the transfer coding of the request." },
    { 503, "Service Unavailable", "The server is busy. Try again in a moment." },
};

static const struct refusal *refusal_of(int status)
{
    for (size_t i = 0; i < countof(refusals); i++)
        if (refusals[i].status == status)
            return &refusals[i];
    return refusal_of(500);
}

void answer_status(struct exchange *x, int status)
{
    const struct refusal *r = refusal_of(status);
    http_answer_plain(x, status, str_of(r->title), str_of(r->text));
    http_add_header(x, "X-Content-Type-Options", STR("nosniff"));
    if (status == 405)
        http_add_header(x, "Allow", STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
}

void answer_starved(struct exchange *x, int status)
{
    static struct http_header headers[] = { { { "Content-Type", 12 }, { html_type, sizeof html_type - 1 } } };
    static const char starved[] = "<!doctype html>\n<html lang=en>\n<title>Too Large</title>\n<h1>Too "
                                  "Large</h1>\n<p>The request needs more memory "
                                  "than one request may use.</p>\n";
    struct http_response *rs = &x->response;
    rs->status = status;
    rs->headers = headers;
    rs->header_count = rs->header_room = countof(headers);
    rs->body = (struct str){ starved, sizeof starved - 1 };
    rs->close = true;
}

/* ---- made ready ------------------------------------------------------------------------------------------------- */
struct http_prepared {
    struct MHD_Response *made;
    struct str body;
    int status;
};

/* MHD does not write to the buffer: it is only not const. */
static struct MHD_Response *response_of(struct str body)
{
    return MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
}

static bool add_headers(struct MHD_Response *to, const struct http_response *rs, bool close)
{
    for (size_t i = 0; i < rs->header_count; i++)
        if (MHD_add_response_header(to, rs->headers[i].name.p, rs->headers[i].value.p) != MHD_YES)
            log_say(LOG_ERROR, "http.header", "A header %s was refused by the library.", rs->headers[i].name.p);
    return !close || MHD_add_response_header(to, "Connection", "close") == MHD_YES;
}

struct http_prepared *http_prepare(const struct exchange *x)
{
    const struct http_response *rs = &x->response;
    struct http_prepared *p = malloc(sizeof *p);
    if (!p)
        return NULL;
    *p = (struct http_prepared){ response_of(rs->body), rs->body, rs->status };
    if (p->made && add_headers(p->made, rs, false))
        return p;
    http_prepared_free(p);
    return NULL;
}

/* MHD itself counts who still sends it. */
void http_prepared_free(struct http_prepared *p)
{
    if (p && p->made)
        MHD_destroy_response(p->made);
    free(p);
}

void http_answer_prepared(struct exchange *x, const struct http_prepared *p, struct counted *holder)
{
    struct http_response *rs = &x->response;
    rs->status = p->status;
    rs->body = p->body;
    rs->body_holder = holder;
    rs->prepared = p;
}

static enum MHD_Result copy_header(void *to, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    return MHD_add_response_header(to, name, value);
}

/* While the server drains, the same answer ends its connection. */
static struct MHD_Response *last_of(const struct http_prepared *p)
{
    struct MHD_Response *made = response_of(p->body);
    if (made)
        MHD_get_response_headers(p->made, copy_header, made);
    return made;
}

static enum MHD_Result queue(struct task *t, struct MHD_Response *made)
{
    return MHD_queue_response(t->connection, (unsigned)t->exchange.response.status, made);
}

/* ---- sending ---------------------------------------------------------------------------------------------------- */
static struct MHD_Response *make(struct task *t)
{
    struct http_response *rs = &t->exchange.response;
    if (t->stream)
        return stream_response(t);
    if (rs->prepared)
        return last_of(rs->prepared);
    if (rs->file_fd < 0)
        return response_of(rs->body);
    struct MHD_Response *made =
        MHD_create_response_from_fd_at_offset64((uint64_t)rs->file_size, rs->file_fd, (uint64_t)rs->file_offset);
    if (made)
        rs->file_fd = -1; /* MHD closes it */
    return made;
}

static enum MHD_Result make_and_queue(struct task *t)
{
    struct http_response *rs = &t->exchange.response;
    struct MHD_Response *made = make(t);
    if (!made)
        return MHD_NO; /* no memory: MHD closes the connection */
    enum MHD_Result queued = add_headers(made, rs, rs->close) ? queue(t, made) : MHD_NO;
    MHD_destroy_response(made);
    return queued;
}

/* The answer of an exchange that nobody answered, or whose status HTTP does not know, is 500. */
static void complete(struct exchange *x)
{
    struct http_response *rs = &x->response;
    if (rs->status >= 200 && rs->status <= 599)
        return;
    log_say(LOG_ERROR, "http.unanswered", "An exchange was left with status %d.", rs->status);
    answer_starved(x, 500);
}

enum MHD_Result response_send(struct task *t)
{
    struct http_response *rs = &t->exchange.response;
    complete(&t->exchange);
    rs->close |= t->loop->server->draining;
    bool ready = rs->prepared && !rs->close;
    enum MHD_Result queued = ready ? queue(t, rs->prepared->made) : make_and_queue(t);
    t->stage = STAGE_SENT;
    phase_enter(t->client, PHASE_SEND);
    t->client->deadline_us += (int64_t)(rs->file_size ? rs->file_size : (int64_t)rs->body.n) * 1000000 / SEND_RATE;
    if (t->stream) {
        t->client->streaming = t;
        t->client->deadline_us = t->client->since_us + (int64_t)STREAM_MOST_S * 1000000;
    }
    return queued;
}
