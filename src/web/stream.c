/* Long answers. A handler writes into w->body as always; past 1 MiB what is there is sent, in the stream lane while the
 * handler goes on, elsewhere by asking to be run again in that lane. Small answers never come here. */
#include "web_priv.h"

enum { WHOLE_MOST = 1 << 20, PIECE = 64 << 10 };

static bool gone(struct web *w)
{
    db_drop(&w->cx);
    return throw_quiet(&w->cx, &ServiceUnavailable);
}

static bool put(void *arg, struct str bytes)
{
    return http_stream_write(arg, bytes);
}

static bool send(struct web *w, struct str bytes, bool last)
{
    struct web_stream *s = &w->stream;
    bool sent = s->gzip ? gzip_add(s->gzip, bytes, last) : http_stream_write(w->exchange, bytes);
    return sent || gone(w);
}

/* The head goes out: everything it says is decided now. */
static bool begin(struct web *w)
{
    struct web_stream *s = &w->stream;
    struct exchange *x = w->exchange;
    struct str type = web_header(x, "Content-Type");
    http_answer(x, 200, type.n ? NULL : "application/json", STR(""));
    if (web_takes_gzip(w) && (s->gzip = gzip_open(x->arena, 1, put, x)))
        http_add_header(x, "Content-Encoding", STR("gzip"));
    web_finish(w);
    s->begun = http_stream_begin(x);
    s->outlet.mark = PIECE;
    return s->begun || throw_quiet(&w->cx, &ServiceUnavailable);
}

static bool take(struct outlet *outlet, struct buf *b)
{
    struct web *w = (struct web *)(void *)((char *)outlet - offsetof(struct web, stream.outlet));
    struct web_stream *s = &w->stream;
    if (w->cx.writing) /* not to be done twice, and not to be left open for a slow reader */
        return true;
    if (!s->may_begin) {
        w->too_long = true;
        return gone(w);
    }
    bool json = !web_header(w->exchange, "Content-Type").n;
    struct str piece = json && !s->begun ? web_with_session(w, buf_str(b)) : buf_str(b);
    if ((!s->begun && !begin(w)) || !send(w, piece, false))
        return false;
    b->n = 0;
    return true;
}

void web_outlet(struct web *w)
{
    w->stream = (struct web_stream){ .outlet = { WHOLE_MOST, take } };
    w->body.outlet = &w->stream.outlet;
}

void web_may_stream(struct web *w)
{
    w->stream.may_begin = true;
}

bool web_streams(const struct web *w)
{
    return w->stream.begun;
}

bool web_stream_rest(struct web *w, struct str rest)
{
    w->stream.ended = true;
    return send(w, rest, true);
}

void web_stream_end(struct web *w, bool complete)
{
    bool head_only = w->exchange->request.method == HTTP_HEAD;
    const struct error *e = &w->cx.err;
    if (!complete && !head_only)
        log_say(e->kind == &ServiceUnavailable && !e->detail.n ? LOG_INFO : LOG_ERROR, "stream.cut",
                "Request %.*s: an answer was broken off: %s %.*s", STR_ARG(w->exchange->request.id),
                e->kind ? e->kind->name : "", STR_ARG(e->message.n ? e->message : e->detail));
    http_stream_end(w->exchange, complete || head_only);
}
