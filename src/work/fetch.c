/* Requests to other programs: libcurl, and nothing else knows it.
 *
 * One parser reads the URL for the judgement and for the connection. The address is judged when the socket is made, after
 * the name was resolved: what is connected to is what was judged. */
#include <errno.h>
#include <sys/socket.h>

#include "easy.h"

enum { TIMEOUT_S = 5, URL_MOST = 4096 };
static const size_t ANSWER_MOST = 1 << 20;

#define USER_AGENT "Preau/" PREAU_VERSION

static const char *const NOT_PUBLIC =
    N_("The address is not a public one. Who runs the server may allow it: allow_private_hosts in site_config.json.");

/* One request while it runs. */
struct transfer {
    struct buf answer;
    size_t most;
    bool listed;  /* the operator vouches for the host: any address will do */
    bool refused; /* an address was judged and refused */
    bool cut;     /* the answer is longer than anybody wants to read */
};

bool fetch_ready(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* ---- the URL --------------------------------------------------------------------------------------------------------- */

static void free_url(void *url)
{
    curl_url_cleanup(url);
}

static CURLU *parse(struct arena *a, struct str url)
{
    if (!url.n || url.n > URL_MOST || has_control(url))
        return NULL;
    CURLU *u = curl_url();
    if (!u)
        return NULL;
    arena_defer(a, free_url, u);
    return curl_url_set(u, CURLUPART_URL, str_c(a, url), 0) == CURLUE_OK ? u : NULL;
}

static struct str part(struct arena *a, CURLU *u, CURLUPart which)
{
    char *text = NULL;
    if (curl_url_get(u, which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return STR_NONE;
    struct str copy = str_copy(a, str_of(text));
    curl_free(text);
    return copy;
}

/* "host:port", or "host" for every port. */
static bool is_listed(struct ctx *cx, struct str host, struct str port)
{
    const json_t *list = json_object_get(cx->site->config, "allow_private_hosts"), *one;
    struct str whole = str_printf(cx->arena, "%.*s:%.*s", STR_ARG(host), STR_ARG(port));
    size_t i;
    json_array_foreach(list, i, one) if (str_eq_nocase(json_str_of(one), host) ||
                                         str_eq_nocase(json_str_of(one), whole)) return true;
    return false;
}

/* Message id of what is wrong with the URL, NULL: nothing. */
static const char *judge(struct ctx *cx, CURLU *u, bool *listed)
{
    struct str scheme = u ? part(cx->arena, u, CURLUPART_SCHEME) : STR_NONE;
    if (!str_is(scheme, "https") && !str_is(scheme, "http"))
        return N_("This is no address of the web.");
    struct str port = part(cx->arena, u, CURLUPART_PORT);
    *listed = is_listed(cx, part(cx->arena, u, CURLUPART_HOST), port);
    if (!*listed && (!str_is(scheme, "https") || !str_is(port, "443")))
        return N_("Only https on port 443 is allowed. Who runs the server may allow more: allow_private_hosts in "
                  "site_config.json.");
    return NULL;
}

const char *fetch_refuses(struct ctx *cx, struct str url)
{
    bool listed;
    return judge(cx, parse(cx->arena, url), &listed);
}

/* ---- what curl asks while it works ------------------------------------------------------------------------------------- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *t = arg;
    (void)purpose;
    if (!t->listed && !address_is_public(&address->addr)) {
        t->refused = true;
        errno = EACCES;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_answer(char *bytes, size_t one, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t n = one * count, room = t->most - t->answer.n;
    buf_add(&t->answer, (struct str){ bytes, n < room ? n : room });
    t->cut = n > room;
    return t->cut ? 0 : n; /* 0 ends it */
}

/* ---- the request ---------------------------------------------------------------------------------------------------------- */

static bool is_token(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] > '~' || strchr("()<>@,;:\\\"/[]?={}", name.p[i]))
            return false;
    return name.n > 0;
}

/* curl adds a Content-Type and an Expect of its own unless told not to. A name with ';' is an empty header to it. */
static struct curl_slist *headers(struct ctx *cx, const struct fetch *f)
{
    bool typed = false;
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < f->header_count; i++) {
        const struct pair *h = &f->headers[i];
        if (!is_token(h->key) || has_control(h->value))
            continue;
        typed |= str_eq_nocase(h->key, STR("Content-Type"));
        list = curl_slist_append(list, h->value.n
                                           ? arena_printf(cx->arena, "%.*s: %.*s", STR_ARG(h->key), STR_ARG(h->value))
                                           : arena_printf(cx->arena, "%.*s;", STR_ARG(h->key)));
    }
    if (!typed)
        list = curl_slist_append(list, "Content-Type:");
    return easy_list(cx, list);
}

static void set_limits(CURL *c)
{
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static void set_callbacks(CURL *c, struct transfer *t)
{
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
}

static void set_request(struct ctx *cx, CURL *c, CURLU *u, const struct fetch *f)
{
    curl_easy_setopt(c, CURLOPT_CURLU, u);
    curl_easy_setopt(c, CURLOPT_USERAGENT, USER_AGENT);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers(cx, f));
    if (f->body.p) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)f->body.n);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, f->body.p);
    }
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, f->method);
}

static const char *problem_of(CURLcode code, const struct transfer *t)
{
    static const struct {
        CURLcode code;
        const char *text;
    } known[] = {
        { CURLE_COULDNT_RESOLVE_HOST, N_("The host's name is not known.") },
        { CURLE_OPERATION_TIMEDOUT, N_("There was no answer in time.") },
        { CURLE_COULDNT_CONNECT, N_("No connection could be made.") },
        { CURLE_PEER_FAILED_VERIFICATION, N_("The host's certificate is not valid.") },
        { CURLE_SSL_CONNECT_ERROR, N_("No safe connection could be made.") },
        { CURLE_GOT_NOTHING, N_("The connection was closed without an answer.") },
    };
    if (t->refused)
        return NOT_PUBLIC;
    for (size_t i = 0; i < countof(known); i++)
        if (known[i].code == code)
            return known[i].text;
    return N_("The connection broke.");
}

static void perform(CURL *c, struct transfer *t, struct fetched *out)
{
    int64_t start = clock_mono_us();
    long status = 0;
    CURLcode code = curl_easy_perform(c);
    out->took_us = clock_mono_us() - start;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && t->cut)) {
        out->status = (int)status;
        out->body = buf_str(&t->answer);
        return;
    }
    out->stopped = code == CURLE_ABORTED_BY_CALLBACK;
    out->problem = problem_of(code, t);
}

bool fetch(struct ctx *cx, const struct fetch *f, struct fetched *out)
{
    *out = (struct fetched){ 0 };
    if (cx->writing)
        return bug(cx, "a request to another program inside a transaction");
    db_return(cx);
    struct transfer t = { .most = f->most ? f->most : ANSWER_MOST };
    t.answer = buf_new(cx->arena, t.most + 1);
    CURLU *u = parse(cx->arena, f->url);
    out->problem = judge(cx, u, &t.listed);
    if (out->problem)
        return true;
    CURL *c = easy_new(cx, f->timeout_s ? f->timeout_s : TIMEOUT_S);
    if (!c)
        return false;
    set_limits(c);
    set_callbacks(c, &t);
    set_request(cx, c, u, f);
    perform(c, &t, out);
    return true;
}
