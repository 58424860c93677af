/* Answers: a body, its content type, and the headers that every answer has. */
#include "web_priv.h"

enum { BODY_MOST = 64 << 20, WORTH_GZIP = 1500 };

static const char page_policy[] = "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
                                  "form-action 'self'; frame-ancestors 'none'; img-src 'self' data:";

void web_open(struct web *w, struct exchange *x)
{
    *w = (struct web){ .exchange = x };
    w->body = buf_new(x->arena, BODY_MOST);
    web_outlet(w);
    w->out = out_to(&w->body);
    w->cx = (struct ctx){
        .arena = x->arena, .lang = STR("en"), .user = user_guest, .now_us = clock_wall_us(), .request_id = x->request.id
    };
}

static void empty_body(struct web *w)
{
    w->body.n = 0;
    w->body.full = false;
    web_outlet(w);
    w->too_long = false;
    w->out = out_to(&w->body);
}

void web_restart(struct web *w)
{
    empty_body(w);
    w->cx.err = (struct error){ 0 };
    w->cx.notes = NULL;
    w->cx.memo = NULL;
    w->exchange->response.header_count = 0;
    w->exchange->response.status = 0;
    w->exchange->response.body = STR("");
}

const char *web_answer_key(const struct web *w)
{
    return w->api == 2 ? "data" : "message";
}

/* ---- bodies ------------------------------------------------------------------------------------------------------- */
struct str web_with_session(struct web *w, struct str body)
{
    if (!w->identity.session_expired || !w->api || body.n < 2 || body.p[0] != '{')
        return body;
    struct buf b = buf_new(w->cx.arena, BODY_MOST);
    buf_lit(&b, "{\"session_expired\":1");
    if (body.p[1] != '}')
        buf_char(&b, ',');
    buf_add(&b, str_from(body, 1));
    return buf_str(&b);
}

/* Messages stand last in the answer's object, which ends here or (a stream's) began elsewhere. */
static struct str with_notes(struct web *w, struct str body)
{
    if (!w->cx.notes || !body.n || body.p[body.n - 1] != '}' || (!web_streams(w) && body.p[0] != '{'))
        return body;
    struct buf b = buf_new(w->cx.arena, BODY_MOST);
    struct json_out extra = out_to(&b);
    buf_add(&b, str_slice(body, 0, body.n - 1));
    extra.need_comma = body.n > 1 && !(body.n == 2 && body.p[0] == '{');
    extra.depth = 1;
    web_out_notes(w, &extra);
    out_end_object(&extra);
    return buf_str(&b);
}

bool web_send_json(struct web *w, int status)
{
    if (web_streams(w)) {
        struct str rest = with_notes(w, buf_str(&w->body));
        return web_stream_rest(w, rest);
    }
    if (w->body.full) {
        empty_body(w);
        return throw(&w->cx, &ValidationError, "The answer is too large. Ask for fewer rows with limit_page_length.");
    }
    http_answer(w->exchange, status, "application/json", web_with_session(w, with_notes(w, buf_str(&w->body))));
    return true;
}

bool web_send_html(struct web *w, int status, struct html html)
{
    http_answer(w->exchange, status, "text/html; charset=utf-8", html.text);
    return true;
}

bool web_send(struct web *w, int status, const char *content_type, struct str body)
{
    if (web_streams(w))
        return web_stream_rest(w, body);
    http_answer(w->exchange, status, content_type, body);
    return true;
}

bool web_redirect(struct web *w, int status, struct str location)
{
    http_answer(w->exchange, status, "text/plain; charset=utf-8", STR(""));
    http_set_header(w->exchange, "Location", location);
    return true;
}

/* ---- headers ------------------------------------------------------------------------------------------------------------ */
struct str web_header(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->response.header_count; i++)
        if (str_eq_nocase(x->response.headers[i].name, str_of(name)))
            return x->response.headers[i].value;
    return STR("");
}

static void set_if_absent(struct exchange *x, const char *name, struct str value)
{
    if (!web_header(x, name).n)
        http_add_header(x, name, value);
}

bool web_takes_gzip(const struct web *w)
{
    struct str rest = http_header_of(&w->exchange->request, "Accept-Encoding"), one;
    while (rest.n && str_cut(&rest, ',', &one)) {
        struct str coding = STR("");
        str_cut(&one, ';', &coding);
        one = str_trim(one);
        bool refused = str_starts(one, STR("q=0")) && str_find(one, STR("q=0.")) != 0;
        if (str_eq_nocase(str_trim(coding), STR("gzip")) && !refused)
            return true;
    }
    return false;
}

bool web_compressible(const struct exchange *x)
{
    struct str type = web_header(x, "Content-Type");
    bool text = str_starts(type, STR("text/")) || str_find(type, STR("json")) >= 0 || str_find(type, STR("xml")) >= 0 ||
                str_find(type, STR("javascript")) >= 0;
    return text && x->response.body.n > WORTH_GZIP && x->response.file_fd < 0 && !web_header(x, "Content-Encoding").n;
}

static void compress(struct web *w)
{
    struct exchange *x = w->exchange;
    if (x->response.body_holder || !web_compressible(x) || !web_takes_gzip(w))
        return;
    x->response.body = gzip_bytes(x->arena, x->response.body, 1);
    http_add_header(x, "Content-Encoding", STR("gzip"));
}

bool web_keeps_secret(const struct web *w)
{
    return w->private_answer && !(w->route && w->route->personal);
}

static void add_cache_headers(struct web *w)
{
    struct exchange *x = w->exchange;
    bool kept_by_nobody = web_keeps_secret(w) || x->response.status >= 400 || web_header(x, "Set-Cookie").n;
    struct str kept = w->private_answer ? STR("private, no-cache") : STR("no-cache");
    set_if_absent(x, "Cache-Control", kept_by_nobody ? STR("no-store") : kept);
    bool cors = w->cx.site && json_object_get(w->cx.site->config, "allow_cors");
    set_if_absent(x, "Vary",
                  cors ? STR("Host, Cookie, Accept-Language, Accept-Encoding, Origin")
                       : STR("Host, Cookie, Accept-Language, Accept-Encoding"));
}

static void add_page_headers(struct web *w)
{
    struct exchange *x = w->exchange;
    set_if_absent(x, "Content-Security-Policy", str_of(page_policy));
    set_if_absent(x, "Referrer-Policy", STR("strict-origin-when-cross-origin"));
}

void web_finish(struct web *w)
{
    struct exchange *x = w->exchange;
    if (w->prepared)
        return;
    if (w->identity.session_expired)
        web_delete_cookies(w);
    if (!w->to_prepare)
        http_set_header(x, "X-Request-Id", x->request.id);
    http_set_header(x, "X-Content-Type-Options", STR("nosniff"));
    if (str_is(x->request.scheme, "https"))
        http_set_header(x, "Strict-Transport-Security", STR("max-age=31536000"));
    if (str_starts(web_header(x, "Content-Type"), STR("text/html")))
        add_page_headers(w);
    add_cache_headers(w);
    web_add_cors(w);
    compress(w);
    if (w->to_prepare)
        web_prepare(w);
}
