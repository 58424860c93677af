/* Downloads: /files/… is the world's, /private/files/… for those who may read a File with that address. What a browser
 * could run is never shown in place, and everything comes with a policy under which nothing runs. */
#include <unistd.h>

#include "api_priv.h"
#include "core.h"

static const char policy[] = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/* ---- ranges ------------------------------------------------------------------------------------------------------------- */
struct range {
    int64_t first, length;
};

/* A list's member: "a", W/"a" or *; the weak mark does not matter when nothing is to be sent. */
static bool names_etag(struct str list, struct str etag)
{
    struct str one;
    while (list.n && str_cut(&list, ',', &one)) {
        one = str_trim(one);
        if (str_starts(one, STR("W/")))
            one = str_from(one, 2);
        if (str_eq(one, etag) || str_is(one, "*"))
            return true;
    }
    return false;
}

static bool is_unchanged(const struct http_request *r, struct str etag, struct str changed)
{
    struct str known = http_header_of(r, "If-None-Match");
    if (known.n)
        return names_etag(known, etag);
    return str_eq(http_header_of(r, "If-Modified-Since"), changed);
}

enum asked { WHOLE, PART, NO_SUCH_PART };

/* One range of bytes; what is no such thing is as if it were not there (RFC 9110, 14.2). */
static enum asked range_of(struct str header, int64_t size, struct range *out)
{
    struct str rest = str_from(header, 6), first, last;
    int64_t from = 0, to = size - 1;
    if (!str_starts(header, STR("bytes=")) || str_has(rest, ',') || !str_cut(&rest, '-', &first) || !rest.p)
        return WHOLE;
    first = str_trim(first);
    last = str_trim(rest);
    if (!first.n) {
        if (!str_int(last, &to) || to < 0)
            return WHOLE;
        from = to > size ? 0 : size - to;
        to = size - 1;
    } else if (!str_int(first, &from) || from < 0 || (last.n && (!str_int(last, &to) || to < from)))
        return WHOLE;
    if (from >= size)
        return NO_SUCH_PART;
    to = to >= size ? size - 1 : to;
    *out = (struct range){ from, to - from + 1 };
    return PART;
}

static enum asked asked_range(const struct http_request *r, const struct file_opened *f, struct str changed,
                              struct range *out)
{
    struct str header = http_header_of(r, "Range"), condition = http_header_of(r, "If-Range");
    *out = (struct range){ 0, f->size };
    if (r->method != HTTP_GET || !header.n ||
        (condition.n && !str_eq(condition, f->etag) && !str_eq(condition, changed)))
        return WHOLE;
    return range_of(header, f->size, out);
}

/* ---- headers ----------------------------------------------------------------------------------------------------------- */
/* Names beyond ASCII stand in filename* (RFC 5987); old clients get underlines. */
static struct str disposition(struct arena *a, const char *kind, struct str name)
{
    struct buf plain = buf_new(a, name.n + 1);
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c < 0x80 || c >= 0xc0) /* of a character beyond ASCII only the first byte */
            buf_char(&plain, c < 0x20 || c >= 0x7f || c == '"' || c == '\\' ? '_' : (char)c);
    }
    return str_printf(a, "%s; filename=\"%.*s\"; filename*=UTF-8''%.*s", kind, STR_ARG(buf_str(&plain)),
                      STR_ARG(url_encode(a, name, "")));
}

static void add_headers(struct web *w, const struct file_opened *f, struct str changed, bool is_private, bool attach)
{
    struct exchange *x = w->exchange;
    const char *kind = f->kind->shown && !attach ? "inline" : "attachment";
    http_set_header(x, "Content-Disposition", disposition(x->arena, kind, f->name));
    http_set_header(x, "Content-Security-Policy", str_of(policy));
    http_set_header(x, "Last-Modified", changed);
    http_set_header(x, "Accept-Ranges", STR("bytes"));
    http_set_header(x, "ETag", f->etag);
    http_set_header(x, "Cache-Control", is_private ? STR("private, no-store") : STR("public, max-age=300"));
    if (is_private)
        http_set_header(x, "Cross-Origin-Resource-Policy", STR("same-origin"));
}

/* ---- sending ------------------------------------------------------------------------------------------------------------- */
static void give_back(struct http_response *r)
{
    close(r->file_fd);
    r->file_fd = -1;
}

static bool nothing_there(struct web *w, int64_t size)
{
    http_set_header(w->exchange, "Content-Range", str_printf(w->cx.arena, "bytes */%lld", (long long)size));
    return web_send(w, 416, "text/plain; charset=utf-8", STR(""));
}

static bool send_file(struct web *w, bool is_private, struct str path, bool attach)
{
    struct http_response *r = &w->exchange->response;
    struct file_opened f;
    struct range part;
    if (!file_open(&w->cx, is_private, path, &f))
        return false;
    r->file_fd = f.fd;
    struct str changed = clock_http_date(w->cx.arena, f.changed_us);
    bool unchanged = is_unchanged(&w->exchange->request, f.etag, changed);
    enum asked asked = asked_range(&w->exchange->request, &f, changed, &part);
    add_headers(w, &f, changed, is_private, attach);
    if (unchanged || asked == NO_SUCH_PART || !part.length)
        give_back(r);
    if (unchanged)
        return web_send(w, 304, NULL, STR(""));
    if (asked == NO_SUCH_PART)
        return nothing_there(w, f.size);
    if (asked == PART)
        http_set_header(w->exchange, "Content-Range",
                        str_printf(w->cx.arena, "bytes %lld-%lld/%lld", (long long)part.first,
                                   (long long)(part.first + part.length - 1), (long long)f.size));
    r->file_offset = part.first;
    r->file_size = part.length;
    return web_send(w, asked == PART ? 206 : 200, f.kind->media_type, STR(""));
}

/* Whoever may not read it does not learn whether it is there. */
static bool send_private(struct web *w, struct str path, bool attach)
{
    struct str url = str_printf(w->cx.arena, "/private/files/%.*s", STR_ARG(path));
    w->private_answer = true;
    if (file_may_read(&w->cx, url))
        return send_file(w, true, path, attach);
    if (failed(&w->cx))
        return false;
    if (user_has_role(w->cx.user, "System Manager"))
        return throw(&w->cx, &PageDoesNotExistError, "The page you are looking for does not exist.");
    return throw(&w->cx, &PermissionError, "You don't have permission to access this file");
}

static bool public_file(struct web *w)
{
    return send_file(w, false, web_captured(w, "path"), false);
}

static bool private_file(struct web *w)
{
    return send_private(w, web_captured(w, "path"), false);
}

ROUTE(public_file) = {
    .pattern = "/files/*path", .verbs = HTTP_GET, .run = public_file, .page = true, .about = "A public file."
};
ROUTE(private_file) = { .pattern = "/private/files/*path",
                        .verbs = HTTP_GET,
                        .run = private_file,
                        .page = true,
                        .about = "A private file, for those who may read it." };

static bool download(struct web *w)
{
    struct str url = web_arg(w, "file_url");
    if (str_starts(url, STR("/private/files/")))
        return send_private(w, str_from(url, 15), true);
    if (str_starts(url, STR("/files/")))
        return send_file(w, false, str_from(url, 7), true);
    return throw(&w->cx, &DoesNotExistError, "File %.*s does not exist", STR_ARG(str_slice(url, 0, 200)));
}

#define DOWNLOAD(id, name)                                                                                             \
    WEB_METHOD(id) = { .path = name,                                                                                   \
                       .verbs = HTTP_GET | HTTP_POST,                                                                  \
                       .guest = true,                                                                                  \
                       ARGS({ "file_url", DATA, .reqd = true }),                                                       \
                       .run = download,                                                                                \
                       .about = "The bytes of a file, as an attachment." }

DOWNLOAD(download_file, "download_file");
DOWNLOAD(handler_download_file, "frappe.handler.download_file");
DOWNLOAD(core_download_file, "frappe.core.doctype.file.file.download_file");
