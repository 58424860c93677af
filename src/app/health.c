/* Is the process alive, is it able to work: for whoever supervises it. Answered for any Host. */
#include "db.h"
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
