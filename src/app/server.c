/* The daemon's life: boot, signals, stop; and the command `serve`. */
#include <malloc.h>
#include <signal.h>

#include "serve.h"

#include "core.h"
#include "db.h"
#include "doc.h"
#include "embedded.h"
#include "folder.h"
#include "portal.h"
#include "web.h"
#include "work.h"

enum { GRACE_S = 15 };

static struct http_server *server;

static sigset_t ending(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

void serve_signals(void)
{
    sigset_t set = ending();
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void serve_wait(void)
{
    sigset_t set = ending();
    int which;
    while (sigwait(&set, &which) != 0)
        continue;
    log_say(LOG_INFO, "serve.stop", "%s: answering what is under way", which == SIGTERM ? "SIGTERM" : "SIGINT");
}

bool serve_open(struct command_line *cl, const char *embedded)
{
    if (!embedded)
        return command_open(cl);
    struct ctx cx;
    call_open(&cx, cl->arena, NULL);
    if (!folder_make(cl->sites))
        return command_failed("The folder %s could not be made.", cl->sites) == DONE;
    const char *config = arena_printf(cl->arena, "%s/common_site_config.json", cl->sites);
    if (!embedded_start(&cx, embedded, config, arena_printf(cl->arena, "%s/mail", embedded)))
        return command_end(&cx, false) == DONE;
    return command_open(cl) && (db_service_user(&cx) || command_end(&cx, false) == DONE);
}

/* `trusted_proxies` of the common configuration, one or a list: who may say for whom they ask. What is no text is passed
 * on as one that is no address. */
static const char *const *trusted_proxies(struct arena *a)
{
    const json_t *given = json_object_get(sites_config(), "trusted_proxies");
    size_t count = json_is_array(given) ? json_array_size(given) : given != NULL;
    const char **out = arena_array(a, count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        const char *one = json_string_value(json_is_array(given) ? json_array_get(given, i) : given);
        out[i] = one ? one : "trusted_proxies";
    }
    return out;
}

bool serve_start(struct arena *a, const struct serve_settings *settings, struct str *why)
{
    struct http_settings http = { .address = settings->address ? settings->address : "127.0.0.1",
                                  .port = settings->port,
                                  .trusted_proxies = trusted_proxies(a),
                                  .arena_limit = (size_t)192 << 20 };
    if (!doc_check(a, why) || !web_routes_build(a, why) || !portal_start(a, why))
        return false;
    cache_prepared(http_prepared_free);
    mallopt(M_ARENA_MAX, 2); /* what workers store others free: an arena for each would only hold freed memory */
    server = http_server_start(a, &http, &serve_handler, why);
    if (!server)
        return false;
    struct work_settings jobs = { .user = user_administrator,
                                  .elsewhere =
                                      (unsigned)json_integer_value(json_object_get(sites_config(), "job_senders")) };
    if (work_start(&jobs))
        return true;
    *why = STR("The system refuses the threads that do jobs.");
    serve_stop();
    return false;
}

uint16_t serve_port(void)
{
    return http_server_port(server);
}

void serve_stop(void)
{
    http_server_stop(server, GRACE_S);
    server = NULL;
    work_stop();
}

/* "ADDR:PORT", "[::1]:8080", "PORT". */
static bool read_address(struct arena *a, const char *text, struct serve_settings *out)
{
    struct str whole = str_of(text), port = whole, address = STR("127.0.0.1");
    for (size_t i = whole.n; i-- > 0;)
        if (whole.p[i] == ':') {
            port = str_from(whole, i + 1);
            address = str_slice(whole, 0, i);
            break;
        }
    if (str_starts(address, STR("[")) && str_ends(address, STR("]")))
        address = str_slice(address, 1, address.n - 1);
    int64_t number;
    if (!str_int(port, &number) || number < 0 || number > 65535 || !address.n)
        return false;
    *out = (struct serve_settings){ str_c(a, address), (uint16_t)number };
    return true;
}

static int serve(struct command_line *cl)
{
    struct serve_settings settings = { "127.0.0.1", 8080 };
    const char *listen = option_value(cl, "--listen");
    struct str why = STR("");
    if (listen && !read_address(cl->arena, listen, &settings))
        return command_misused(cl, "%s is not ADDR:PORT.", listen);
    serve_signals();
    if (!serve_open(cl, option_value(cl, "--embedded")))
        return FAILED;
    if (!serve_start(cl->arena, &settings, &why))
        return command_failed("%.*s", STR_ARG(why));
    log_say(LOG_INFO, "serve.mail", "%s", mail_way_words(cl->arena, sites_config()).p);
    log_say(LOG_INFO, "serve.start", "serving %s on %s port %u", cl->sites, settings.address, serve_port());
    serve_wait();
    serve_stop();
    return DONE;
}

COMMAND(serve)
= { .name = "serve",
    .run = serve,
    OPTIONS({ "--listen", "ADDR:PORT", "where to listen; 127.0.0.1:8080 if not given" },
            { "--embedded", "DIR", "start and look after a private MariaDB in DIR" }),
    .about = "Serves the schools until SIGTERM or SIGINT." };
