/* Answers kept in the response cache: what they are called, how one is sent again, how one is stored. */
#include <stdatomic.h>

#include "web_priv.h"

bool web_cacheable(const struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    return w->route && w->route->cacheable && (r->method & (HTTP_GET | HTTP_HEAD)) && !r->body_size && !w->malformed;
}

/* A page may hold the token of the session it was made for. The user's mark makes an answer unfindable as soon as the
 * user may do something else. */
static void add_caller(struct buf *key, const struct web *w)
{
    if (w->identity.by == BY_NOBODY)
        return;
    const struct user *user = w->identity.user;
    buf_add(key, w->route->page && w->identity.by == BY_SESSION ? w->identity.sid_hash : user->name);
    buf_char(key, ' ');
    buf_add(key, (struct str){ (const char *)&user->mark, sizeof user->mark });
}

/* Whoever has the cookie of this language is not given it again: another answer than for whoever has not. */
static char language_known(const struct web *w)
{
    return str_eq(http_cookie(&w->exchange->request, "lang"), w->cx.lang) ? 'l' : '-';
}

static struct str key_of(const struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    const char facts[] = { '\n', w->identity.session_expired ? 'x' : '-', web_takes_gzip(w) ? 'z' : '-',
                           language_known(w), '\n' };
    struct buf b = buf_new(w->cx.arena, 64 * 1024);
    add_caller(&b, w);
    buf_char(&b, '\n');
    buf_add(&b, w->cx.lang);
    buf_add(&b, (struct str){ facts, sizeof facts });
    buf_add(&b, r->scheme);
    buf_char(&b, '/');
    buf_add(&b, r->authority);
    buf_add(&b, r->target);
    return buf_str(&b);
}

static void add_lines(struct exchange *x, struct str lines)
{
    struct str line, name;
    while (lines.n && str_cut(&lines, '\n', &line))
        if (str_cut(&line, ':', &name))
            http_add_header(x, str_c(x->arena, name), str_copy(x->arena, str_trim(line)));
}

static bool unchanged(const struct web *w, struct str etag)
{
    struct str rest = http_header_of(&w->exchange->request, "If-None-Match"), one;
    while (rest.n && str_cut(&rest, ',', &one)) {
        one = str_trim(one);
        if (str_starts(one, STR("W/")))
            one = str_from(one, 2);
        if (str_eq(one, etag) || str_is(one, "*"))
            return true;
    }
    return false;
}

/* Answers 304 when the client has this very body. */
static bool answer_unchanged(struct web *w, struct str etag)
{
    if (web_keeps_secret(w) || !etag.n || !unchanged(w, etag))
        return false;
    http_answer(w->exchange, 304, NULL, STR(""));
    http_set_header(w->exchange, "ETag", str_copy(w->cx.arena, etag));
    return true;
}

static void send_again(struct web *w, struct cached *c)
{
    struct exchange *x = w->exchange;
    http_answer(x, 200, str_c(x->arena, c->content_type), c->body);
    x->response.body_holder = &c->counted;
    if (c->content_encoding.n)
        http_add_header(x, "Content-Encoding", c->content_encoding);
    if (!web_keeps_secret(w))
        http_add_header(x, "ETag", c->etag);
    add_lines(x, c->headers_extra);
}

/* All visitors get the same headers too, but for those of another origin. So theirs carry no X-Request-Id. */
static bool is_alike(const struct web *w)
{
    return w->identity.by == BY_NOBODY && !w->private_answer && !http_header_of(&w->exchange->request, "Origin").n;
}

bool web_cached(struct web *w)
{
    struct cached *c = cache_find(w->cx.site, key_of(w));
    if (!c)
        return false;
    if (answer_unchanged(w, c->etag)) {
        counted_release(&c->counted);
        return true;
    }
    bool alike = is_alike(w);
    w->prepared = alike && c->prepared;
    w->to_prepare = alike && !w->prepared ? c : NULL;
    if (w->prepared)
        http_answer_prepared(w->exchange, c->prepared, &c->counted);
    else
        send_again(w, c);
    return true;
}

/* The answer is complete: it need not be put together again. Two may do so at once; one of them for nothing. */
void web_prepare(struct web *w)
{
    struct http_prepared *none = NULL, *p = http_prepare(w->exchange);
    if (p && !atomic_compare_exchange_strong(&w->to_prepare->prepared, &none, p))
        http_prepared_free(p);
}

/* Headers that the handler set: all but those with a place of their own. */
static struct str own_headers(struct web *w)
{
    struct buf b = buf_new(w->cx.arena, 16384);
    for (size_t i = 0; i < w->exchange->response.header_count; i++) {
        const struct http_header *h = &w->exchange->response.headers[i];
        if (!str_eq_nocase(h->name, STR("Content-Type")) && !str_eq_nocase(h->name, STR("Content-Encoding")))
            buf_printf(&b, "%.*s: %.*s\n", STR_ARG(h->name), STR_ARG(h->value));
    }
    return buf_str(&b);
}

static bool may_be_kept(const struct web *w)
{
    const struct http_response *r = &w->exchange->response;
    return web_cacheable(w) && !w->uncacheable && !w->cx.notes && r->status == 200 && r->file_fd < 0 &&
           !r->body_holder && !web_header(w->exchange, "Set-Cookie").n && !w->identity.session_expired;
}

void web_keep(struct web *w, uint64_t ticket)
{
    struct exchange *x = w->exchange;
    if (!may_be_kept(w))
        return;
    struct str key = key_of(w);
    bool place = cache_has_place(w->cx.site, key, w->private_answer);
    if (!place && !w->route->personal) /* the caller's browser may have it all the same */
        return;
    struct cached c = { .content_type = web_header(x, "Content-Type"), .headers_extra = own_headers(w) };
    if (web_takes_gzip(w) && web_compressible(x)) {
        x->response.body = gzip_bytes(x->arena, x->response.body, 6);
        http_add_header(x, "Content-Encoding", STR("gzip"));
    }
    c.body = x->response.body;
    c.content_encoding = web_header(x, "Content-Encoding");
    c.etag = str_printf(x->arena, "\"%016llx\"", (unsigned long long)str_hash(c.body));
    if (place)
        cache_store(&w->cx, key, ticket, &c);
    if (answer_unchanged(w, c.etag))
        return;
    if (!web_keeps_secret(w))
        http_add_header(x, "ETag", c.etag);
}
