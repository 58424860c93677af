/* The server: sockets, threads, start and stop. */
#include "server_priv.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LEAVE_MS = 200 }; /* for a worker to put down what it has finished */
enum { BACKLOG = 4096, LOOPS_MOST = 64 };

static unsigned or_default(unsigned value, long fallback)
{
    return value ? value : (unsigned)(fallback > 1 ? fallback : 1);
}

static int or_seconds(int value, int fallback)
{
    return value > 0 ? value : fallback;
}

static void fill_settings(struct http_settings *s, long cores)
{
    s->loops = or_default(s->loops, cores / 2);
    if (s->loops > LOOPS_MOST)
        s->loops = LOOPS_MOST;
    s->general_workers = or_default(s->general_workers, cores > 2 ? cores : 2);
    s->slow_workers = or_default(s->slow_workers, cores > 2 ? cores : 2);
    s->hash_workers = or_default(s->hash_workers, cores / 4);
    s->stream_workers = or_default(s->stream_workers, 8);
    s->arena_limit = s->arena_limit ? s->arena_limit : (size_t)64 << 20;
    s->head_timeout_s = or_seconds(s->head_timeout_s, 10);
    s->body_timeout_s = or_seconds(s->body_timeout_s, 30);
    s->send_timeout_s = or_seconds(s->send_timeout_s, 30);
    s->idle_timeout_s = or_seconds(s->idle_timeout_s, 60);
    s->connections = s->connections ? s->connections : 10000;
}

/* ---- listening ---------------------------------------------------------------------------------------------------- */
static int listen_at(const struct addrinfo *at, bool shared)
{
    int on = 1, fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static uint16_t port_of_socket(int fd)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    char port[8];
    if (getsockname(fd, (struct sockaddr *)&at, &size) ||
        getnameinfo((struct sockaddr *)&at, size, NULL, 0, port, sizeof port, NI_NUMERICSERV))
        return 0;
    return (uint16_t)strtoul(port, NULL, 10);
}

static bool listen_on(struct arena *a, struct http_server *s, struct loop *l, struct str *why)
{
    const struct addrinfo wanted = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                     .ai_socktype = SOCK_STREAM };
    struct addrinfo *at;
    const char *port = arena_printf(a, "%u", (unsigned)(s->port ? s->port : s->settings.port));
    if (getaddrinfo(s->settings.address, port, &wanted, &at)) {
        *why = str_printf(a, "%s is not an address to listen on.", s->settings.address);
        return false;
    }
    l->listen_fd = listen_at(at, s->loop_count > 1);
    int reason = errno;
    freeaddrinfo(at);
    if (l->listen_fd < 0) {
        char text[128];
        *why = str_printf(a, "Cannot listen on %s port %s: %s.", s->settings.address, port,
                          strerror_r(reason, text, sizeof text));
        return false;
    }
    s->port = port_of_socket(l->listen_fd);
    return true;
}

/* ---- start ---------------------------------------------------------------------------------------------------------- */
static bool open_lanes(const struct http_server *s, struct str *why)
{
    const struct http_settings *set = &s->settings;
    const struct lane_size sizes[LANE_COUNT] = {
        [LANE_GENERAL] = { set->general_workers, 3 * set->general_workers, 4096 },
        [LANE_SLOW] = { set->slow_workers, 0, 256 },
        [LANE_HASH] = { set->hash_workers, 0, 32 },
        [LANE_STREAM] = { set->stream_workers, 0, 64 },
    };
    const struct lane_user user = { task_work, loop_hand_back, s->handler.worker };
    if (lanes_start(sizes, &user))
        return true;
    *why = STR("The system refused threads for the workers.");
    return false;
}

static bool open_loops(struct arena *a, struct http_server *s, struct str *why)
{
    for (unsigned i = 0; i < s->loop_count; i++) {
        struct loop *l = &s->loops[i];
        *l = (struct loop){ .server = s, .first = i == 0, .listen_fd = -1, .epoll_fd = -1, .wake_fd = -1 };
        if (!listen_on(a, s, l, why) || !loop_open(l, why)) {
            s->loop_count = i + 1;
            return false;
        }
    }
    return true;
}

static void close_loops(struct http_server *s)
{
    for (unsigned i = 0; i < s->loop_count; i++)
        loop_close(&s->loops[i]);
}

static bool run_loops(struct http_server *s, struct str *why)
{
    for (unsigned i = 0; i < s->loop_count; i++) {
        char name[16];
        snprintf(name, sizeof name, "loop %u", i % LOOPS_MOST);
        if (!(s->loops[i].thread = thread_start(name, loop_run, &s->loops[i]))) {
            *why = STR("The system refused a thread for the loop.");
            return false;
        }
    }
    return true;
}

/* head.c accounts for every byte of a head by where this library leaves the pieces. */
static bool library_is_known(void)
{
    if (str_starts(str_of(MHD_get_version()), STR("0.9.75")))
        return true;
    log_say(LOG_WARN, "http.library", "libmicrohttpd %s is not 0.9.75: lost bytes of a head will not be noticed.",
            MHD_get_version());
    return false;
}

struct http_server *http_server_start(struct arena *a, const struct http_settings *settings,
                                      const struct http_handler *handler, struct str *why)
{
    for (size_t i = 0; settings->trusted_proxies && settings->trusted_proxies[i]; i++)
        if (!peer_network_valid(settings->trusted_proxies[i])) {
            *why = str_printf(a, "%s is no address and no network.", settings->trusted_proxies[i]);
            return NULL;
        }
    struct http_server *s = arena_new_of(a, struct http_server);
    s->settings = *settings;
    s->handler = *handler;
    s->known_library = library_is_known();
    fill_settings(&s->settings, sysconf(_SC_NPROCESSORS_ONLN));
    s->loop_count = s->settings.loops;
    s->loops = arena_array(a, s->loop_count, sizeof *s->loops);
    if (!open_loops(a, s, why)) {
        close_loops(s);
        return NULL;
    }
    if (!open_lanes(s, why)) {
        close_loops(s);
        return NULL;
    }
    if (!run_loops(s, why)) {
        http_server_stop(s, 0);
        return NULL;
    }
    return s;
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

/* ---- stop ----------------------------------------------------------------------------------------------------------- */
/* The loop may have sent an answer, and ended, before the worker that handed it over has left its work. */
static bool workers_left(void)
{
    for (int waited_ms = 0; lanes_running() && waited_ms < LEAVE_MS; waited_ms++)
        usleep(1000);
    return !lanes_running();
}

void http_server_stop(struct http_server *s, int grace_s)
{
    s->drain_until_us = clock_mono_us() + (int64_t)grace_s * 1000000;
    s->draining = true;
    for (unsigned i = 0; i < s->loop_count; i++)
        loop_wake(&s->loops[i]);
    for (unsigned i = 0; i < s->loop_count; i++)
        if (s->loops[i].thread)
            thread_join(s->loops[i].thread);
    if (!workers_left()) { /* their exchanges are in use: nothing can be freed under them */
        log_say(LOG_WARN, "http.stop", "Stopped while %u workers were still in their work.", lanes_running());
        return;
    }
    lanes_stop();
    close_loops(s);
}
