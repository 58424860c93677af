/* Is the process alive, is it able to work, is a school of this name served: for whoever supervises it or stands in
 * front. Answered for any Host. */
#include "db.h"
#include "site.h"
#include "web.h"

enum { READY_WITHIN_MS = 2000, PING_LEAST_MS = 100 };

static bool alive(struct web *w)
{
    return web_send(w, 200, "text/plain; charset=utf-8", STR("ok\n"));
}

/* The answer comes within two seconds, the wait for a worker included. */
static bool ready(struct web *w)
{
    int64_t waited_ms = (clock_mono_us() - w->exchange->request.started_us) / 1000;
    int left_ms = (int)(READY_WITHIN_MS - 200 - waited_ms);
    if (db_ping(left_ms > PING_LEAST_MS ? left_ms : PING_LEAST_MS))
        return web_send(w, 200, "text/plain; charset=utf-8", STR("ready\n"));
    http_set_header(w->exchange, "Retry-After", STR("1"));
    return web_send(w, 503, "text/plain; charset=utf-8", STR("The database does not answer.\n"));
}

ROUTE(healthz) = {
    .pattern = "/healthz", .verbs = HTTP_GET, .run = alive, .anywhere = true, .about = "The process answers."
};
ROUTE(readyz) = { .pattern = "/readyz",
                  .verbs = HTTP_GET,
                  .run = ready,
                  .anywhere = true,
                  .lane = LANE_SLOW,
                  .about = "The database answers too: 200, else 503." };

/* A proxy that fetches certificates asks before it does: a new school gets its own, a stranger's name none. */
static bool served(struct web *w)
{
    struct str host = str_lower(w->cx.arena, web_arg(w, "domain"));
    const struct site *site = site_name_valid(host) ? site_find(host) : NULL;
    if (!site)
        return web_send(w, 404, "text/plain; charset=utf-8", STR("no\n"));
    site_release(site);
    return web_send(w, 200, "text/plain; charset=utf-8", STR("yes\n"));
}

ROUTE(healthz_host) = { .pattern = "/healthz/host",
                        .verbs = HTTP_GET,
                        .run = served,
                        .anywhere = true,
                        .lane = LANE_SLOW,
                        .about = "A school of the name `domain` is served: 200, else 404." };
