/* The pipeline: one exchange walks down this array, on the loop until its body is there, then on a lane.
 *
 * The order decides which error wins: it is the order of spec/frappe-api.md section 0.2. A step that returns false has
 * thrown, answered, or wants to go on in another lane. */
#include "serve.h"

#include "db.h"
#include "doc.h"
#include "visit.h"

enum stage { HEAD, READY, WORK };
enum { PATIENT_MS = 20000, STREAM_MS = 15 * 60 * 1000 };

static struct web *web_of(struct visit *v)
{
    return &v->web;
}

/* ---- on the loop: the head ------------------------------------------------------------------------------------------ */
static void open_call(struct visit *v)
{
    struct web *w = &v->web;
    const struct http_request *r = &w->exchange->request;
    call_open(&w->cx, w->exchange->arena, v->site);
    site_release(v->site);
    v->site = w->cx.site;
    v->open = true;
    w->cx.request_id = r->id;
    w->cx.peer = r->peer;
    w->cx.user = user_guest;
    w->cx.may_write = (r->method & HTTP_UNSAFE || (w->route && w->route->writes_on_get)) && !w->cx.site->reads_only;
    v->ticket = cache_ticket(w->cx.site);
}

static bool match(struct visit *v)
{
    web_match(&v->web, v->web.exchange->request.path);
    return true;
}

static bool is_anywhere(const struct visit *v)
{
    return v->web.route && v->web.route->anywhere;
}

static bool find_site(struct visit *v)
{
    struct exchange *x = v->web.exchange;
    if (is_anywhere(v))
        return true;
    v->site = site_find(x->request.host);
    if (!v->site) {
        struct str text = str_printf(x->arena, "%.*s does not exist", STR_ARG(x->request.host));
        http_answer_plain(x, 404, STR("Not Found"), text);
        return false;
    }
    if (site_ready(v->site))
        open_call(v);
    return true;
}

/* A site whose settings are not read yet has its configuration: origins stand in it. */
static void lend_site(struct visit *v)
{
    if (!v->open)
        v->web.cx.site = v->site;
}

/* Said in the reader's language and in the school's frame, though its settings may never be read while it is closed. */
static bool is_open(struct visit *v)
{
    if (!v->site || !v->site->suspended)
        return true;
    lend_site(v);
    web_speak(&v->web);
    throw(&v->web.cx, &SessionStopped, "The school is being looked after. Please try again in a minute.");
    return false;
}

static bool answer_options(struct visit *v)
{
    if (v->web.exchange->request.method != HTTP_OPTIONS)
        return true;
    lend_site(v);
    web_answer_options(&v->web);
    return false;
}

/* ---- on the loop: the body is there ----------------------------------------------------------------------------------- */
static bool answer_here(struct visit *v)
{
    struct web *w = &v->web;
    if (!is_anywhere(v) || w->route->lane != LANE_LOOP)
        return true;
    w->route->run(w);
    return false;
}

static bool is_over_budget(const struct visit *v)
{
    struct site_budget b;
    return site_budget(v->site, v->web.cx.now_us, 0, &b) && b.over;
}

static bool from_cache(struct visit *v)
{
    struct web *w = &v->web;
    if (!v->open || is_over_budget(v) || !web_cacheable(w) || !web_identify_quickly(w))
        return true;
    web_speak(w);
    v->hit = web_cached(w);
    return !v->hit;
}

/* ---- on a lane --------------------------------------------------------------------------------------------------------- */
static bool call(struct visit *v)
{
    if (!v->open && v->site)
        open_call(v);
    return is_open(v);
}

static bool read_args(struct visit *v)
{
    if (v->open)
        web_speak(&v->web); /* for what may be wrong with the arguments */
    if (!web_read_args(&v->web))
        return false;
    web_follow_cmd(&v->web);
    return true;
}

static bool identify(struct visit *v)
{
    if (!v->open)
        return true;
    bool known = web_identify(&v->web);
    web_speak(&v->web);
    return known;
}

/* After the caller: a forged request is told so first. */
static bool budget(struct visit *v)
{
    if (!v->open || !is_over_budget(v))
        return true;
    return throw(&v->web.cx, &TooManyRequestsError, "Too many requests: the time of this school is spent for now.");
}

static bool dispatch(struct visit *v)
{
    return web_dispatch(&v->web);
}

static bool choose_lane(struct visit *v)
{
    enum lane wanted = web_lane(&v->web);
    if (wanted == LANE_SLOW)
        v->web.cx.statement_ms = PATIENT_MS;
    if (wanted == LANE_STREAM)
        v->web.cx.statement_ms = STREAM_MS;
    if (wanted == v->lane || v->again)
        return true;
    v->pass = wanted;
    return false;
}

/* Commits what an unsafe verb did when it succeeded; anything else leaves no trace. */
static bool settle(struct visit *v, bool ok)
{
    struct ctx *cx = &v->web.cx;
    if (!v->open)
        return ok;
    if (ok && cx->may_write && v->web.exchange->response.status < 400)
        ok = call_commit(cx);
    if (!ok || cx->writing)
        call_rollback(cx);
    return ok;
}

static bool attempt(struct visit *v)
{
    struct web *w = &v->web;
    bool whole = !w->route->uses || doc_types_whole(&w->cx, w->route->uses);
    return settle(v, whole && w->route->run(w));
}

/* A read that took too long among the others gets its time in the slow lane, once. */
static bool deserves_time(const struct visit *v)
{
    return v->web.cx.err.kind == &QueryTimeoutError && v->lane == LANE_GENERAL && !v->web.cx.may_write && !v->again;
}

/* Another lane runs the handler anew. Always false: here it ends. */
static bool again_in(struct visit *v, enum lane lane, int64_t statement_ms)
{
    web_restart(&v->web);
    v->web.cx.statement_ms = statement_ms;
    v->again = true;
    v->at--;
    v->pass = lane;
    return false;
}

static bool handle(struct visit *v)
{
    if (v->lane == LANE_STREAM)
        web_may_stream(&v->web);
    if (attempt(v))
        return true;
    if (v->web.cx.err.kind == &QueryDeadlockError) {
        web_restart(&v->web);
        return attempt(v);
    }
    if (v->web.too_long)
        return again_in(v, LANE_STREAM, STREAM_MS);
    return deserves_time(v) && again_in(v, LANE_SLOW, PATIENT_MS);
}

/* ---- the walk ------------------------------------------------------------------------------------------------------------ */
static const struct step {
    const char *name;
    enum stage stage;
    bool (*run)(struct visit *);
} steps[] = {
    { "route", HEAD, match },            /* path and verb → row, or none; JSON or page; no refusal yet */
    { "site", HEAD, find_site },         /* Host → site, or an HTML 404 and nothing else runs */
    { "open", HEAD, is_open },           /* suspended: 503 */
    { "options", HEAD, answer_options }, /* CORS; needs no session */
    /* ---- the head ends here: the row's ceiling holds for the body -------------------------------------------------- */
    { "here", READY, answer_here }, /* health and counters need neither site nor lane */
    { "cache", READY, from_cache }, /* a kept answer, or 304: neither lane nor database */
    /* ---- into a lane -------------------------------------------------------------------------------------------------- */
    { "call", WORK, call },         /* the site's settings, if they were not in memory */
    { "args", WORK, read_args },    /* query, JSON, form, multipart → one map; `cmd` */
    { "caller", WORK, identify },   /* session, token, CSRF; language */
    { "budget", WORK, budget },     /* rate_limit */
    { "dispatch", WORK, dispatch }, /* 404 and 405 live here */
    { "lane", WORK, choose_lane },  /* passwords and long reads go on elsewhere */
    { "handle", WORK, handle },     /* the row's handler, then commit or roll back */
};

const char *step_name(size_t i)
{
    return i < countof(steps) ? steps[i].name : NULL;
}

/* On the loop the steps are too short to be timed one by one: the last one that ran stands for its stage. */
static bool walk(struct visit *v, enum stage stage)
{
    bool going = true;
    while (going && v->at < countof(steps) && steps[v->at].stage == stage) {
        size_t i = v->at++;
        going = steps[i].run(v);
        bool ends = !going || v->at == countof(steps) || steps[v->at].stage != stage;
        if (stage != WORK && !ends)
            continue;
        int64_t now_us = clock_mono_us();
        v->took_us[i] += now_us - v->since_us;
        v->since_us = now_us;
    }
    return going;
}

static bool sees_timing(const struct visit *v)
{
    return v->open && v->web.identity.by != BY_NOBODY && user_has_role(v->web.cx.user, "System Manager");
}

static void set_number(struct visit *v, const char *name, int64_t n)
{
    http_set_header(v->web.exchange, name, str_printf(v->web.cx.arena, "%lld", (long long)n));
}

/* What this request took, and what that leaves. */
static void add_budget(struct visit *v)
{
    struct site_budget b;
    int64_t took_us = 0;
    for (size_t i = 0; i < countof(steps); i++)
        took_us += v->took_us[i];
    bool refused = v->web.cx.err.kind == &TooManyRequestsError;
    if (!v->open || !site_budget(v->site, v->web.cx.now_us, refused ? 0 : took_us, &b))
        return;
    set_number(v, "X-RateLimit-Limit", b.limit_us);
    set_number(v, "X-RateLimit-Remaining", b.left_us);
    set_number(v, "X-RateLimit-Reset", b.reset_s);
    set_number(v, refused ? "Retry-After" : "X-RateLimit-Used", refused ? b.reset_s : took_us);
}

static void respond(struct visit *v)
{
    struct web *w = web_of(v);
    if (w->cx.err.kind || !w->exchange->response.status)
        web_send_error(w);
    else if (v->open && !v->hit)
        web_keep(w, v->ticket);
    web_finish(w);
    add_budget(v);
    if (sees_timing(v))
        http_set_header(w->exchange, "Server-Timing", visit_timing(v));
    v->over = true;
}

/* ---- what http asks ----------------------------------------------------------------------------------------------------------- */
/* As http refuses what grows too large later, with the headers that browsers of other origins need to read it. */
static void refuse_body(struct visit *v)
{
    lend_site(v);
    http_answer_plain(v->web.exchange, 413, STR("Request Entity Too Large"),
                      STR("The data value transmitted exceeds the capacity limit."));
    web_finish(&v->web);
    v->over = true;
}

static void on_head(struct exchange *x, size_t *body_limit)
{
    struct visit *v = arena_new_of(x->arena, struct visit);
    x->app = v;
    v->since_us = x->request.started_us;
    web_open(&v->web, x);
    if (!walk(v, HEAD))
        respond(v);
    else {
        *body_limit = web_body_limit(&v->web);
        if (x->request.body_size > *body_limit)
            refuse_body(v);
    }
}

static enum lane on_ready(struct exchange *x, struct str *group)
{
    struct visit *v = x->app;
    if (x->request.body_size)
        v->since_us = clock_mono_us();
    if (!walk(v, READY)) {
        respond(v);
        return LANE_LOOP;
    }
    *group = v->site ? v->site->name : STR("-");
    return web_lane(&v->web);
}

static bool work(struct ctx *cx, void *arg)
{
    (void)cx;
    return walk(arg, WORK);
}

static void finish(struct visit *v, bool done)
{
    if (web_streams(&v->web))
        web_stream_end(&v->web, done);
    else
        respond(v);
}

static enum lane on_work(struct exchange *x, enum lane lane)
{
    struct visit *v = x->app;
    v->lane = lane;
    v->pass = LANE_LOOP;
    v->since_us = clock_mono_us();
    bool done = call_run(&v->web.cx, work, v);
    if (!done && v->pass != LANE_LOOP && !v->web.cx.err.kind) {
        db_return(&v->web.cx);
        return v->pass;
    }
    if (!done && v->open)
        call_rollback(&v->web.cx);
    finish(v, done);
    db_return(&v->web.cx);
    return LANE_LOOP;
}

static void on_refuse(struct exchange *x)
{
    struct visit *v = x->app;
    web_restart(&v->web);
    throw(&v->web.cx, &ServiceUnavailable, "There is too much to do at the moment. Please try again in a few seconds.");
    v->web.cx.err.retry_after_s = 2;
    respond(v);
}

/* A site that no call took over is still ours. */
static void on_done(struct exchange *x, bool sent)
{
    struct visit *v = x->app;
    visit_log(v, x, sent);
    if (v && v->site && !v->open)
        site_release(v->site);
}

static void on_tick(void)
{
    sites_tick();
}

const struct http_handler serve_handler = {
    .head = on_head,
    .ready = on_ready,
    .work = on_work,
    .refuse = on_refuse,
    .done = on_done,
    .worker = db_thread,
    .tick = on_tick,
};
