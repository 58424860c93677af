/* The head of a request: read where it lies in MHD's buffer, and checked before anything believes it.
 *
 * MHD 0.9.75 ends a line at a NUL, glues folded lines to names and drops lines it does not understand, all silently
 * (guides/security.md section 1). So every byte of the head is accounted for: each name must begin right after the line
 * before it, each value right after its colon. What MHD lost leaves a gap, and a gap is 400. */
#include "server_priv.h"

struct scan {
    struct http_header headers[HEADERS_MOST];
    size_t count;
    const char *end; /* of the line before, without its line end */
    bool too_many, gap, known;
};

/* ---- lines ---------------------------------------------------------------------------------------------------- */
static bool line_follows(const char *end, const char *start)
{
    return start == end + 2; /* CR LF: whoever stands before us may not take LF alone for the end of a line */
}

/* From the last line to the end of the head there are two line ends, in place of which MHD may have put NULs. */
static bool ends_with(const char *end, const char *head_end)
{
    if (head_end - end != 4)
        return false;
    for (; end < head_end; end++)
        if (*end && *end != '\r' && *end != '\n')
            return false;
    return true;
}

static bool only_blank(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p == end;
}

static enum MHD_Result note_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                   const char *value, size_t value_size)
{
    struct scan *s = arg;
    (void)kind;
    if (s->count == HEADERS_MOST) {
        s->too_many = true;
        return MHD_NO;
    }
    if (s->known && (!value || !line_follows(s->end, name) || !only_blank(name + name_size + 1, value)))
        s->gap = true;
    s->end = value + value_size;
    s->headers[s->count++] = (struct http_header){ { name, name_size }, str_trim((struct str){ value, value_size }) };
    return MHD_YES;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return s.n > 0;
}

static bool has_control_byte(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

/* ---- facts ---------------------------------------------------------------------------------------------------- */
struct facts {
    unsigned hosts, lengths, encodings, content_encodings;
    struct str host, length, encoding, content_encoding;
    bool malformed;
};

static void count(struct str name, struct str value, const char *which, unsigned *times, struct str *out)
{
    if (str_eq_nocase(name, str_of(which))) {
        ++*times;
        *out = value;
    }
}

static struct facts facts_of(const struct http_request *rq)
{
    struct facts f = { 0 };
    for (size_t i = 0; i < rq->header_count; i++) {
        struct str name = rq->headers[i].name, value = rq->headers[i].value;
        f.malformed |= !is_name(name) || has_control_byte(value);
        if (name.n == 4)
            count(name, value, "host", &f.hosts, &f.host);
        else if (name.n == 14)
            count(name, value, "content-length", &f.lengths, &f.length);
        else if (name.n == 16)
            count(name, value, "content-encoding", &f.content_encodings, &f.content_encoding);
        else if (name.n == 17)
            count(name, value, "transfer-encoding", &f.encodings, &f.encoding);
    }
    return f;
}

static const struct method_name {
    const char *name;
    enum http_method method;
} methods[] = {
    { "GET", HTTP_GET },     { "POST", HTTP_POST },     { "HEAD", HTTP_HEAD },       { "PUT", HTTP_PUT },
    { "PATCH", HTTP_PATCH }, { "DELETE", HTTP_DELETE }, { "OPTIONS", HTTP_OPTIONS },
};

static bool find_method(struct http_request *rq)
{
    for (size_t i = 0; i < countof(methods); i++)
        if (str_is(rq->method_name, methods[i].name)) {
            rq->method = methods[i].method;
            return true;
        }
    return false;
}

/* ---- host and target -------------------------------------------------------------------------------------------- */
static bool is_port(struct str s)
{
    int64_t port;
    return !s.n || (s.n <= 5 && str_int(s, &port) && port >= 0 && port <= 65535);
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool is_address_literal(struct str s)
{
    for (size_t i = 1; i + 1 < s.n; i++)
        if (!(s.p[i] == ':' || s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n > 3 && s.p[0] == '[' && s.p[s.n - 1] == ']';
}

static bool is_host_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_host_char(s.p[i]))
            return false;
    return s.n && s.n <= 253 && s.p[0] != '-' && s.p[0] != '.' && s.p[s.n - 1] != '-' && s.p[s.n - 1] != '.';
}

bool host_normalize(struct arena *a, struct str authority, struct str *host)
{
    if (!authority.n || authority.n > 260)
        return false;
    struct str name = str_lower(a, authority), port = STR_NONE;
    ptrdiff_t bracket = str_index(name, ']');
    ptrdiff_t colon = str_index(str_from(name, bracket < 0 ? 0 : (size_t)bracket), ':');
    if (colon >= 0) {
        size_t at = (size_t)colon + (bracket < 0 ? 0 : (size_t)bracket);
        port = str_from(name, at + 1);
        name = str_slice(name, 0, at);
    }
    if (name.n > 1 && name.p[name.n - 1] == '.')
        name.n--;
    *host = name;
    return is_port(port) && (is_host_name(name) || is_address_literal(name));
}

static struct str port_of(struct str authority, struct str scheme)
{
    ptrdiff_t bracket = str_index(authority, ']');
    struct str rest = str_from(authority, bracket < 0 ? 0 : (size_t)bracket);
    ptrdiff_t colon = str_index(rest, ':');
    struct str port = colon < 0 ? STR_NONE : str_from(rest, (size_t)colon + 1);
    return port.n ? port : str_is(scheme, "https") ? STR("443") : STR("80");
}

/* "http://host/path" with the authority of Host becomes "/path". */
static bool origin_form(struct arena *a, const struct http_request *rq, struct str *target)
{
    static const struct str schemes[] = { { "http://", 7 }, { "https://", 8 } };
    for (size_t i = 0; i < countof(schemes); i++) {
        if (!str_eq_nocase(str_slice(*target, 0, schemes[i].n), schemes[i]))
            continue;
        struct str rest = str_from(*target, schemes[i].n), authority = rest, host;
        size_t end = 0;
        while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
            end++;
        authority.n = end;
        struct str scheme = str_slice(schemes[i], 0, schemes[i].n - 3);
        if (!host_normalize(a, authority, &host) || !str_eq(host, rq->host) ||
            !str_eq(port_of(authority, scheme), port_of(rq->authority, scheme)))
            return false;
        rest = str_from(rest, end);
        *target = rest.n && rest.p[0] == '/' ? rest : str_printf(a, "/%.*s", STR_ARG(rest));
        return true;
    }
    return false;
}

bool target_split(struct arena *a, struct http_request *rq, struct str target)
{
    for (size_t i = 0; i < target.n; i++)
        if ((unsigned char)target.p[i] <= 0x20 || target.p[i] == 0x7f)
            return false;
    bool own = target.n && target.p[0] == '/' && !(target.n > 1 && target.p[1] == '/');
    if (!own && !origin_form(a, rq, &target))
        return false;
    rq->target = target;
    ptrdiff_t mark = str_index(target, '?');
    rq->path = mark < 0 ? target : str_slice(target, 0, (size_t)mark);
    rq->query = mark < 0 ? STR_NONE : str_from(target, (size_t)mark + 1);
    return true;
}

/* ---- the checks, in the order in which they answer ---------------------------------------------------------------- */
static int framing_status(struct task *t, const struct facts *f, bool old)
{
    struct http_request *rq = &t->exchange.request;
    int64_t length = 0;
    if (f->malformed || f->hosts != 1 || f->lengths > 1 || f->encodings > 1 || (f->lengths && f->encodings))
        return 400;
    if (f->lengths && (!f->length.n || f->length.p[0] == '-' || !str_int(f->length, &length)))
        return 400;
    if (f->encodings && old)
        return 400;
    if (f->encodings && !str_eq_nocase(f->encoding, STR("chunked")))
        return 501;
    rq->authority = f->host;
    if (!host_normalize(t->exchange.arena, f->host, &rq->host))
        return 400;
    rq->body_size = (size_t)length;
    t->body_comes = length > 0 || f->encodings;
    return 0;
}

static int head_status(struct task *t, const struct scan *s, const char *version)
{
    struct http_request *rq = &t->exchange.request;
    struct str target = rq->target; /* the copy made before MHD took the line apart */
    if (s->too_many)
        return 431;
    if (rq->method_name.n + target.n + 10 > TARGET_LINE_MOST)
        return 414;
    if (s->gap || (s->known && version != t->raw_target + target.n + 1))
        return 400;
    struct facts f = facts_of(rq);
    int status = framing_status(t, &f, str_is(str_of(version), "HTTP/1.0"));
    if (status)
        return status;
    if (!find_method(rq))
        return 405;
    if (!target_split(t->exchange.arena, rq, target))
        return 400;
    return f.content_encodings && !str_eq_nocase(f.content_encoding, STR("identity")) ? 415 : 0;
}

static void read_headers(struct task *t, struct scan *s, const char *version)
{
    struct http_request *rq = &t->exchange.request;
    s->known = t->loop->server->known_library;
    s->end = version + strlen(version);
    MHD_get_connection_values_n(t->connection, MHD_HEADER_KIND, note_header, s);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(t->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (s->known && !s->too_many && !ends_with(s->end, t->method + info->header_size))
        s->gap = true;
    rq->header_count = s->count;
    rq->headers = arena_array(t->exchange.arena, s->count, sizeof *rq->headers);
    memcpy(rq->headers, s->headers, s->count * sizeof *rq->headers);
}

void head_read(struct task *t, const char *method, const char *version)
{
    struct scan s;
    s.count = 0;
    s.too_many = s.gap = false;
    struct http_request *rq = &t->exchange.request;
    rq->method_name = str_of(method);
    read_headers(t, &s, version);
    int status = head_status(t, &s, version);
    if (status) {
        answer_status(&t->exchange, status);
        t->exchange.response.close = true;
        return;
    }
    rq->scheme = STR("http");
    rq->peer = str_of(t->client->peer);
    if (t->client->trusted)
        peer_behind_proxy(&t->loop->server->settings, rq);
}
