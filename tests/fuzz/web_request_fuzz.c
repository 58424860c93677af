/* A path, a media type, a query and a body, from one input: "path\ntype\nquery\nbody", through the router and into the map
 * of arguments. Oracles: whatever is captured is UTF-8 without NUL, unless the path was found malformed; the map has an
 * answer or an error. */
#include <assert.h>

#include "web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run(struct web *w)
{
    (void)w;
    return true;
}

ROUTE(fuzz_root) = { .pattern = "/", .verbs = HTTP_GET | HTTP_POST, .run = run };
ROUTE(fuzz_any) = { .pattern = "/x/:name", .verbs = HTTP_GET | HTTP_POST, .run = run };
ROUTE(fuzz_leaf) = { .pattern = "/x/:name/leaf", .verbs = HTTP_POST, .run = run };
ROUTE(fuzz_rest) = { .pattern = "/x/:name/*rest", .verbs = HTTP_POST, .run = run };

static void build_once(void)
{
    static struct arena *routes;
    struct str why;
    if (routes)
        return;
    routes = arena_new((size_t)16 << 20);
    bool built = web_routes_build(routes, &why);
    assert(built);
}

static void walk(void *arg)
{
    struct exchange *x = arg;
    struct web w;
    web_open(&w, x);
    web_match(&w, x->request.path);
    if (w.route && !w.malformed)
        assert(utf8_valid(web_captured(&w, "name")) && utf8_valid(web_captured(&w, "rest")));
    if (!web_read_args(&w)) {
        assert(w.cx.err.kind);
        return;
    }
    assert(json_is_object(w.args));
    web_follow_cmd(&w);
    (void)web_dispatch(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    build_once();
    struct arena *a = arena_new((size_t)64 << 20);
    struct str rest = { (const char *)data, size }, line[3] = { 0 };
    for (size_t i = 0; i < countof(line) && str_cut(&rest, '\n', &line[i]); i++)
        ;
    struct http_header headers[] = { { STR("Content-Type"), line[1] } };
    struct exchange x = { .arena = a, .request.spool_fd = -1, .response.file_fd = -1 };
    x.request = (struct http_request){ .method = HTTP_POST,
                                       .method_name = STR("POST"),
                                       .path = str_printf(a, "/%.*s", STR_ARG(line[0])),
                                       .query = line[2],
                                       .body = rest,
                                       .body_size = rest.n,
                                       .headers = headers,
                                       .header_count = countof(headers),
                                       .spool_fd = -1 };
    (void)!arena_guard(a, walk, &x);
    arena_free(a);
    return 0;
}
