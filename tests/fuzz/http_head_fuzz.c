/* The Host header, the target, cookies and forwarded addresses, from one input: "host\ntarget\ncookie\nforwarded".
 * Oracle: a host that is accepted normalizes to itself; a path begins with one slash. */
#include <assert.h>

#include "http/server_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_host(struct arena *a, struct str authority, struct str *host)
{
    struct str again;
    if (!host_normalize(a, authority, host))
        return;
    assert(host_normalize(a, *host, &again) && str_eq(*host, again));
    for (size_t i = 0; i < host->n; i++)
        assert(host->p[i] > 0x20 && host->p[i] != '/' && !(host->p[i] >= 'A' && host->p[i] <= 'Z'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const proxies[] = { "127.0.0.1", "::1", NULL };
    const struct http_settings settings = { .trusted_proxies = proxies };
    struct arena *a = arena_new((size_t)64 << 20);
    struct str rest = { (const char *)data, size }, line[4] = { 0 };
    for (size_t i = 0; i < countof(line) && str_cut(&rest, '\n', &line[i]); i++)
        ;
    struct http_header headers[] = { { STR("Cookie"), line[2] }, { STR("X-Forwarded-For"), line[3] } };
    struct http_request rq = { .headers = headers, .header_count = countof(headers), .authority = line[0] };
    check_host(a, line[0], &rq.host);
    if (target_split(a, &rq, line[1]))
        assert(rq.path.n && rq.path.p[0] == '/' && !str_has(rq.path, '?'));
    (void)http_cookie(&rq, "sid");
    peer_behind_proxy(&settings, &rq);
    arena_free(a);
    return 0;
}
