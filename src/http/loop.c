/* The loop: epoll over an external MHD daemon. It never waits for anything but its sockets.
 *
 * Two traps of MHD 0.9.75 are avoided here and nowhere else (guides/performance.md section 9): its own epoll loop sleeps
 * when exactly 128 connections are ready, so it gets none; and an external daemon forgets resumed connections unless it is
 * run again, so every resume comes before a run. */
#include "server_priv.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TICK_US = 200 * 1000, SECOND_US = 1000 * 1000, CONNECTION_MEMORY = 32 * 1024 };
enum { PATIENCE_US = 2 * 1000 * 1000 }; /* after the grace, for workers to leave their work */

/* ---- tasks that come back from the lanes ------------------------------------------------------------------------ */
void loop_wake(struct loop *l)
{
    uint64_t one = 1;
    while (write(l->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void stir(struct task *t, bool left)
{
    struct loop *l = t->loop;
    lock_take(&l->lock);
    t->left |= left;
    if (!t->listed) {
        t->finished_next = l->stirred;
        l->stirred = t;
        t->listed = true;
    }
    lock_release(&l->lock);
    if (atomic_exchange(&l->sleeping, false))
        loop_wake(l);
}

void loop_hand_back(struct lane_task *lane_task)
{
    struct task *t = task_of(lane_task);
    struct loop *l = t->loop;
    if (t->stream) {
        stir(t, true);
        return;
    }
    struct task *before = l->finished;
    do
        t->finished_next = before;
    while (!atomic_compare_exchange_weak(&l->finished, &before, t));
    /* From here on the task is not ours. */
    if (atomic_exchange(&l->sleeping, false))
        loop_wake(l);
}

/* ---- streams: handed back more than once ---------------------------------------------------------------------------- */
void loop_stir(struct task *t)
{
    stir(t, false);
}

/* Off the list: a worker that still has it may list it again. True: none has it any more. */
static bool unlist(struct task *t)
{
    lock_take(&t->loop->lock);
    t->listed = false;
    bool left = t->left;
    lock_release(&t->loop->lock);
    return left;
}

static void go_on(struct task *t, bool left)
{
    if (t->over) {
        if (left)
            task_close(t);
        return;
    }
    if (left)
        stream_left(t);
    if (!t->suspended)
        return;
    t->suspended = false;
    t->loop->suspended--;
    MHD_resume_connection(t->connection);
}

static void take_stirred(struct loop *l)
{
    lock_take(&l->lock);
    struct task *t = l->stirred;
    l->stirred = NULL;
    lock_release(&l->lock);
    for (struct task *next; t; t = next) {
        next = t->finished_next; /* stays as it is while the task is listed */
        go_on(t, unlist(t));
    }
}

static void take_back(struct loop *l)
{
    if (l->stirred)
        take_stirred(l);
    struct task *t = l->finished ? atomic_exchange(&l->finished, NULL) : NULL;
    for (struct task *next; t; t = next) {
        next = t->finished_next;
        l->suspended--;
        if (t->lane.refused)
            task_refuse(t);
        MHD_resume_connection(t->connection);
    }
}

/* ---- tasks on their way to the lanes ---------------------------------------------------------------------------- */
void loop_pass_on(struct lane_task *t, struct loop *l)
{
    t->next = NULL;
    *l->entering_end = t;
    l->entering_end = &t->next;
    l->suspended++;
}

static void send_off(struct loop *l)
{
    struct lane_task *chain = l->entering;
    l->entering = NULL;
    l->entering_end = &l->entering;
    if (chain)
        lanes_enter(chain);
}

/* ---- time --------------------------------------------------------------------------------------------------------- */
static void second(struct loop *l, int64_t now_us)
{
    l->next_second_us = now_us + SECOND_US;
    deadlines_check(l, now_us);
    if (l->first && l->server->handler.tick)
        l->server->handler.tick();
}

static void stop_listening(struct loop *l)
{
    MHD_socket fd = MHD_quiesce_daemon(l->daemon);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
    l->listen_fd = -1;
    l->quiet = true;
}

/* Every 200 ms, and each time round while draining. */
static void tick(struct loop *l, int64_t now_us)
{
    struct http_server *s = l->server;
    l->next_tick_us = now_us + TICK_US;
    if (l->first)
        lanes_sweep(now_us, s->draining && now_us >= s->drain_until_us);
    if (s->draining && !l->quiet)
        stop_listening(l);
    if (now_us >= l->next_second_us)
        second(l, now_us);
    else if (s->draining)
        deadlines_check(l, now_us);
}

static int wait_ms(struct loop *l)
{
    MHD_UNSIGNED_LONG_LONG ready;
    if (MHD_get_timeout(l->daemon, &ready) == MHD_YES && ready == 0)
        return 0;
    int64_t left_us = l->next_tick_us - l->now_us;
    if (l->server->draining && left_us > 20 * 1000)
        left_us = 20 * 1000;
    return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
}

/* Drained, or out of time: then only what workers still hold is waited for, and not for ever. */
static bool over(const struct loop *l, int64_t now_us)
{
    const struct http_server *s = l->server;
    if (!s->draining || !l->quiet)
        return false;
    if (!l->client_count && !l->lingering)
        return true;
    int64_t late_us = now_us - s->drain_until_us;
    return late_us >= PATIENCE_US || (late_us >= 0 && !l->suspended && !l->lingering);
}

/* Whoever hands back looks whether we sleep after it has put its task down; we look for tasks after we have said that we
 * sleep. So one of the two sees the other, and a busy loop costs nobody a wakeup. */
static void sleep_until_something(struct loop *l)
{
    int most_ms = wait_ms(l);
    if (!most_ms)
        return;
    l->sleeping = true;
    struct epoll_event events[2];
    if (!l->finished && !l->stirred)
        epoll_wait(l->epoll_fd, events, countof(events), most_ms);
    l->sleeping = false;
    l->now_us = clock_mono_us();
}

void loop_run(void *arg)
{
    struct loop *l = arg;
    l->now_us = l->next_tick_us = l->next_second_us = clock_mono_us();
    l->entering_end = &l->entering;
    log_gather(&l->lines);
    while (!over(l, l->now_us)) {
        sleep_until_something(l);
        take_back(l);
        MHD_run(l->daemon);
        send_off(l);
        l->now_us = clock_mono_us();
        if (l->now_us >= l->next_tick_us || l->server->draining)
            tick(l, l->now_us);
        log_flush(); /* what one turn told, in one write */
    }
    if (!l->suspended) { /* forbidden while anything is */
        MHD_stop_daemon(l->daemon);
        l->daemon = NULL;
    }
    log_flush();
    log_gather(NULL);
}

/* ---- opening and closing ------------------------------------------------------------------------------------------ */
static void log_library(void *arg, const char *format, va_list args) PRINTF(2, 0);
static void log_library(void *arg, const char *format, va_list args)
{
    char text[256];
    (void)arg;
    vsnprintf(text, sizeof text, format, args);
    log_say(LOG_DEBUG, "http.library", "%s", text);
}

/* Targets stay as they were sent: segments are split first and decoded once, above. */
static size_t keep_escaped(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg, (void)connection;
    return strlen(text);
}

/* Strictness 0: what 1 adds (Host, spaces in the target) head.c checks too, and answers more cleanly. No timeout of the
 * library's: deadline.c has absolute ones. */
static struct MHD_Daemon *start_daemon(struct loop *l)
{
    const struct http_settings *s = &l->server->settings;
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, task_step, l,
                            MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_LISTEN_SOCKET, l->listen_fd,
                            MHD_OPTION_CONNECTION_LIMIT, s->connections / l->server->loop_count,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT,
                            0, MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_URI_LOG_CALLBACK, task_begin, l,
                            MHD_OPTION_UNESCAPE_CALLBACK, keep_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, task_end, l,
                            MHD_OPTION_NOTIFY_CONNECTION, client_change, l, MHD_OPTION_END);
}

static bool watch(struct loop *l, int fd, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.fd = fd };
    return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool loop_open(struct loop *l, struct str *why)
{
    lock_init(&l->lock);
    random_fill(&l->id_state, sizeof l->id_state);
    l->spare = calloc(SPARE_ARENAS, sizeof *l->spare);
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->daemon = start_daemon(l);
    const union MHD_DaemonInfo *info = l->daemon ? MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (l->spare && info && watch(l, info->epoll_fd, EPOLLIN) &&
        watch(l, l->wake_fd, EPOLLIN | EPOLLET)) /* each write is an edge: nobody needs to read it */
        return true;
    *why = STR("The HTTP library could not be started.");
    return false;
}

void loop_close(struct loop *l)
{
    if (l->daemon)
        MHD_stop_daemon(l->daemon);
    take_stirred(l); /* exchanges that their workers left last */
    lock_destroy(&l->lock);
    while (l->spare && l->spare_count)
        arena_free(l->spare[--l->spare_count]);
    free(l->spare);
    close(l->epoll_fd);
    close(l->wake_fd);
    if (l->listen_fd >= 0)
        close(l->listen_fd);
}
