/* The router: all ROUTE rows as one tree of path segments, built at boot and read by every thread.
 *
 * A path is split on '/' while still encoded, each segment is decoded once, then walked down the tree: a literal child
 * first, then the one that takes any segment, then the one that takes the rest; when a branch fails the next is tried. */
#include "web_priv.h"

enum { MOST_ROUTES = 512, MOST_SEGMENTS = 64, MOST_CAPTURES = 4 };

struct node {
    struct str literal;
    struct node *literals, *next; /* children, and the next among siblings */
    struct node *any;             /* ":name" */
    const struct route *rows[8];  /* that end here, by verb */
    const struct route *stars[8]; /* "*name": that take what is left from here on */
    size_t row_count, star_count;
};

static struct node root;
static const struct route *all[MOST_ROUTES];
static size_t all_count;

/* ---- building ----------------------------------------------------------------------------------------------------- */
static struct node *literal_child(const struct node *n, struct str segment)
{
    for (struct node *child = n->literals; child; child = child->next)
        if (str_eq(child->literal, segment))
            return child;
    return NULL;
}

static struct node *grow(struct arena *a, struct node *n, struct str segment)
{
    bool any = str_starts(segment, STR(":"));
    struct node *child = any ? n->any : literal_child(n, segment);
    if (child)
        return child;
    child = arena_new_of(a, struct node);
    child->literal = segment;
    if (any)
        n->any = child;
    else {
        child->next = n->literals;
        n->literals = child;
    }
    return child;
}

static bool collides(const struct route *const *rows, size_t count, const struct route *r)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i]->verbs & r->verbs)
            return true;
    return false;
}

static bool end_here(const struct route **rows, size_t *count, const struct route *r)
{
    if (*count == 8 || collides(rows, *count, r))
        return false;
    rows[(*count)++] = r;
    return true;
}

static bool plant(struct arena *a, const struct route *r)
{
    struct str rest = str_from(str_of(r->pattern), 1), segment;
    struct node *n = &root;
    while (rest.n && str_cut(&rest, '/', &segment)) {
        if (str_starts(segment, STR("*")))
            return !rest.n && end_here(n->stars, &n->star_count, r);
        n = grow(a, n, segment);
    }
    return end_here(n->rows, &n->row_count, r);
}

static int by_pattern(const void *a, const void *b)
{
    const struct route *const *x = a, *const *y = b;
    int order = strcmp((*x)->pattern, (*y)->pattern);
    return order ? order : ((*x)->verbs > (*y)->verbs) - ((*x)->verbs < (*y)->verbs);
}

bool web_routes_build(struct arena *a, struct str *why)
{
    root = (struct node){ 0 };
    all_count = 0;
    TABLE_EACH (routes, struct route, it) {
        const struct route *r = *it;
        if (all_count == MOST_ROUTES || !r->pattern || *r->pattern != '/' || !r->run || !plant(a, r)) {
            *why = str_printf(a, "The route %s collides with another, or is malformed.", r->pattern ? r->pattern : "");
            return false;
        }
        all[all_count++] = r;
    }
    qsort(all, all_count, sizeof *all, by_pattern);
    return true;
}

size_t web_route_count(void)
{
    return all_count;
}

const struct route *web_route_at(size_t i)
{
    return all[i];
}

size_t web_route_index(const struct route *r)
{
    if (!r)
        return all_count;
    const struct route **found = bsearch(&r, all, all_count, sizeof *all, by_pattern);
    return found ? (size_t)(found - all) : all_count;
}

/* ---- matching ------------------------------------------------------------------------------------------------------ */
struct path {
    struct str decoded[MOST_SEGMENTS];
    struct str tail[MOST_SEGMENTS]; /* encoded, from this segment to the end */
    size_t count;
    bool malformed;
};

struct walk {
    const struct path *path;
    struct str captured[MOST_CAPTURES];
    size_t captures;
    unsigned verb, allowed;
    const struct route *found;
};

/* Bytes that stand in the path as they are must be UTF-8 too. */
static bool decode(struct arena *a, struct str encoded, struct str *out)
{
    *out = encoded;
    return str_has(encoded, '%') ? url_decode(a, encoded, false, out) : utf8_valid(encoded);
}

static void split(struct arena *a, struct str path, struct path *out)
{
    struct str rest = str_from(path, 1), segment;
    if (rest.n > 1 && str_ends(rest, STR("/")))
        rest.n--;
    struct str tail = rest;
    while (rest.n && out->count < MOST_SEGMENTS) {
        out->tail[out->count] = tail;
        if (!str_cut(&rest, '/', &segment))
            return;
        tail = rest;
        struct str *decoded = &out->decoded[out->count++];
        out->malformed |= !decode(a, segment, decoded);
    }
}

static unsigned with_head(unsigned verbs)
{
    return verbs & HTTP_GET ? verbs | HTTP_HEAD : verbs;
}

static bool take(struct walk *w, const struct route *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned verbs = with_head(rows[i]->verbs);
        w->allowed |= verbs;
        if (verbs & w->verb)
            w->found = rows[i];
    }
    return count > 0;
}

/* True when the path ends in a node with rows, whatever their verbs. */
static bool descend(struct walk *w, const struct node *n, size_t at)
{
    const struct path *p = w->path;
    if (at == p->count)
        return take(w, n->rows, n->row_count);
    struct str segment = p->decoded[at];
    const struct node *literal = segment.n ? literal_child(n, segment) : NULL;
    if (literal && descend(w, literal, at + 1))
        return true;
    size_t captures = w->captures;
    if (n->any && segment.n && captures < MOST_CAPTURES) {
        w->captured[w->captures++] = segment;
        if (descend(w, n->any, at + 1))
            return true;
        w->captures = captures;
    }
    if (!n->star_count || !segment.n || captures == MOST_CAPTURES)
        return false;
    w->captured[w->captures++] = p->tail[at];
    return take(w, n->stars, n->star_count);
}

/* Gives the captured segments the names that the found pattern has for them. */
static void name_captures(struct web *w, const struct walk *walk)
{
    struct arena *a = w->exchange->arena;
    struct str rest = str_from(str_of(walk->found->pattern), 1), segment;
    size_t i = 0;
    while (rest.n && str_cut(&rest, '/', &segment)) {
        if (segment.n < 2 || (segment.p[0] != ':' && segment.p[0] != '*'))
            continue;
        struct str *value = arena_new_of(a, struct str);
        *value = walk->captured[i++];
        if (segment.p[0] == '*')
            w->malformed |= !decode(a, *value, value);
        map_put(&w->captured, str_from(segment, 1), value);
    }
}

static unsigned api_version(struct str path)
{
    if (str_starts(path, STR("/api/v2/")))
        return 2;
    return str_starts(path, STR("/api/")) || str_is(path, "/api") ? 1 : 0;
}

static bool wants_json(const struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    return w->api || str_find(http_header_of(r, "Accept"), STR("application/json")) >= 0 ||
           str_eq_nocase(http_header_of(r, "X-Requested-With"), STR("XMLHttpRequest"));
}

void web_match(struct web *w, struct str path)
{
    struct path segments = { 0 };
    split(w->exchange->arena, path, &segments);
    struct walk walk = { .path = &segments, .verb = w->exchange->request.method };
    w->route = NULL;
    w->allowed = 0;
    w->malformed = segments.malformed;
    w->captured = map_new(w->exchange->arena);
    if (descend(&walk, &root, 0)) {
        w->route = walk.found;
        w->allowed = walk.allowed;
    }
    if (w->route)
        name_captures(w, &walk);
    w->api = w->route && w->route->page ? 0 : api_version(path);
    w->json = wants_json(w);
}

static size_t limit_of_route(const struct web *w)
{
    if (!w->route) /* `cmd` at the root may name any method */
        return str_is(w->exchange->request.path, "/") ? DOCUMENT_MOST : (size_t)1 << 20;
    if (w->route->form)
        return (size_t)64 << 10;
    size_t limit = w->route->body_limit_of ? w->route->body_limit_of(w) : 0;
    if (limit)
        return limit;
    return w->route->body_limit ? w->route->body_limit : (size_t)1 << 20;
}

size_t web_body_limit(const struct web *w)
{
    size_t limit = limit_of_route(w);
    int64_t configured = w->cx.site ? site_config_int(w->cx.site, "max_file_size", 0) : 0;
    return limit == DOCUMENT_MOST && configured > 0 ? (size_t)configured : limit;
}

enum lane web_lane(const struct web *w)
{
    enum lane lane = LANE_LOOP;
    if (w->route)
        lane = w->route->lane_of ? w->route->lane_of(w) : w->route->lane;
    return lane == LANE_LOOP ? LANE_GENERAL : lane;
}

/* ---- refusing -------------------------------------------------------------------------------------------------------- */
static struct str allow_text(struct arena *a, unsigned verbs)
{
    static const struct {
        unsigned verb;
        const char *name;
    } names[] = { { HTTP_GET, "GET" },     { HTTP_HEAD, "HEAD" },     { HTTP_POST, "POST" },      { HTTP_PUT, "PUT" },
                  { HTTP_PATCH, "PATCH" }, { HTTP_DELETE, "DELETE" }, { HTTP_OPTIONS, "OPTIONS" } };
    struct buf b = buf_new(a, 128);
    for (size_t i = 0; i < countof(names); i++)
        if (verbs & names[i].verb)
            buf_printf(&b, b.n ? ", %s" : "%s", names[i].name);
    return buf_str(&b);
}

static bool refuse(struct web *w)
{
    struct ctx *cx = &w->cx;
    if (w->allowed) {
        http_set_header(w->exchange, "Allow", allow_text(cx->arena, w->allowed | HTTP_OPTIONS));
        return throw(cx, &MethodNotAllowed, "%.*s is not possible here. Allowed: %.*s.",
                     STR_ARG(w->exchange->request.method_name), STR_ARG(allow_text(cx->arena, w->allowed)));
    }
    if (w->api)
        return throw_quiet(cx, &DoesNotExistError);
    return throw(cx, &PageDoesNotExistError, "The page you are looking for does not exist.");
}

/* `cmd` at the root names a method, as Frappe's own clients call them. */
void web_follow_cmd(struct web *w)
{
    struct str cmd = web_arg(w, "cmd");
    if (!cmd.n || !str_is(w->exchange->request.path, "/"))
        return;
    web_match(w, str_printf(w->cx.arena, "/api/method/%.*s", STR_ARG(url_encode(w->cx.arena, cmd, ""))));
    json_object_del(w->args, "cmd");
}

bool web_dispatch(struct web *w)
{
    if (!w->route)
        return refuse(w);
    if (w->malformed)
        return throw(&w->cx, &ValidationError, "The address holds a malformed escape or invalid UTF-8.");
    return true;
}

struct str web_captured(const struct web *w, const char *name)
{
    const struct str *value = map_get(&w->captured, str_of(name));
    return value ? *value : STR("");
}
