/* Bare libmicrohttpd: what the machine can do with a body of N bytes, to measure ourselves against
 * (one loop, external epoll, keep-alive; one Content-Type header). Usage: bench_hello PORT [BYTES [shared]]
 * "shared" answers with one response made once; without it each request makes its own, as any real answer must. */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static volatile sig_atomic_t stopped;
static char *body;
static size_t body_size;
static struct MHD_Response *shared;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static struct MHD_Response *make(void)
{
    char *copy = malloc(body_size);
    if (!copy)
        abort();
    memcpy(copy, body, body_size);
    struct MHD_Response *made = MHD_create_response_from_buffer(body_size, copy, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(made, "Content-Type", "application/json");
    return made;
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **state)
{
    static int seen;
    (void)cls, (void)url, (void)method, (void)version, (void)data;
    if (!*state || *size) { /* a response in the first call would close the connection */
        *state = &seen;
        *size = 0;
        return MHD_YES;
    }
    if (shared)
        return MHD_queue_response(connection, MHD_HTTP_OK, shared);
    struct MHD_Response *made = make();
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, made);
    MHD_destroy_response(made);
    return queued;
}

static void serve(struct MHD_Daemon *daemon)
{
    int inner = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    int outer = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN };
    epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event);
    while (!stopped) {
        MHD_UNSIGNED_LONG_LONG ready;
        int wait_ms = MHD_get_timeout(daemon, &ready) == MHD_YES && ready < 200 ? (int)ready : 200;
        epoll_wait(outer, &event, 1, wait_ms);
        MHD_run(daemon);
    }
}

int main(int argc, char **argv)
{
    unsigned short port = (unsigned short)strtoul(argc > 1 ? argv[1] : "8099", NULL, 10);
    body_size = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024;
    body = malloc(body_size + 1);
    if (!body)
        return 1;
    memset(body, 'x', body_size);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL, port, NULL, NULL, answer, NULL, MHD_OPTION_CONNECTION_LIMIT, 5000u,
                         MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_LISTEN_BACKLOG_SIZE, 4096u, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "Cannot listen on port %u.\n", port);
        return 1;
    }
    if (argc > 3)
        shared = make();
    serve(daemon);
    MHD_stop_daemon(daemon);
    return 0;
}
