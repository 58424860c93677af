/* A transfer of libcurl as all of ours are. */
#include "easy.h"

static int may_go_on(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)arg, (void)a, (void)b, (void)c, (void)d;
    return jobs_stopping();
}

static void free_easy(void *easy)
{
    curl_easy_cleanup(easy);
}

static void free_list(void *list)
{
    curl_slist_free_all(list);
}

struct curl_slist *easy_list(struct ctx *cx, struct curl_slist *list)
{
    arena_defer(cx->arena, free_list, list);
    return list;
}

CURL *easy_new(struct ctx *cx, int timeout_s)
{
    CURL *c = curl_easy_init();
    if (!c)
        return throw(cx, &ServiceUnavailable, N_("The server is busy. Please try again in a moment."));
    arena_defer(cx->arena, free_easy, c);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout_s * 1000L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, timeout_s * 1000L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, may_go_on);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    return c;
}
