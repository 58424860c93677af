/* embedded: the life of a private mariadbd. One thread of ours starts it, waits for its end and starts it again; it is
 * told to end when that thread ends, however that happens. */
#include "embedded.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "embedded_priv.h"

enum { ARGUMENTS = 40, STOP_WITHIN_US = 60000000, STABLE_US = 10000000, LONGEST_PAUSE_US = 30000000 };

struct embedded {
    struct embedded_files files;
    char *argv[ARGUMENTS];
    struct thread *thread;
    struct lock lock; /* guards what follows */
    struct wakeup changed;
    int pid; /* 0: not running */
    bool stopping, ended, answered;
};

/* ---- how it runs ------------------------------------------------------------------------------------------------------ */
/* Sized for hundreds of sites: a table cache that is too small costs more than all the rest. */
static const char *const options[] = {
    "--skip-networking",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--local-infile=0",
    "--performance-schema=OFF",
    "--event-scheduler=OFF",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_unicode_ci",
    "--innodb-buffer-pool-size=128M",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-open-files=4000",
    "--table-definition-cache=8000",
    "--table-open-cache=8000",
    "--open-files-limit=32768",
    "--max-connections=200",
    "--max-prepared-stmt-count=16382",
    "--max-allowed-packet=64M",
    "--query-cache-type=0",
};

static bool set_arguments(struct ctx *cx, struct embedded *e)
{
    const struct embedded_files *f = &e->files;
    const char *program = embedded_program(cx, "mariadbd");
    if (!program)
        return false;
    size_t n = 0;
    e->argv[n++] = arena_printf(cx->arena, "%s", program);
    e->argv[n++] = arena_printf(cx->arena, "--no-defaults"); /* must come first */
    if (geteuid() == 0)
        e->argv[n++] = arena_printf(cx->arena, "--user=root");
    e->argv[n++] = arena_printf(cx->arena, "--datadir=%s", f->data);
    e->argv[n++] = arena_printf(cx->arena, "--tmpdir=%s", f->temporary);
    e->argv[n++] = arena_printf(cx->arena, "--socket=%s", f->socket);
    e->argv[n++] = arena_printf(cx->arena, "--pid-file=%s/mariadb.pid", f->dir);
    e->argv[n++] = arena_printf(cx->arena, "--log-error=%s", f->log);
    e->argv[n++] = arena_printf(cx->arena, "--secure-file-priv=%s", f->data);
    for (size_t i = 0; i < countof(options); i++)
        e->argv[n++] = arena_printf(cx->arena, "%s", options[i]);
    e->argv[n] = NULL;
    return true;
}

/* ---- the thread ------------------------------------------------------------------------------------------------------- */
/* Until the server has ended. It stays a zombie until the lock is held, so that its number is nobody else's. */
static void wait_for_end(struct embedded *e, int pid)
{
    siginfo_t info;
    int status;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    lock_take(&e->lock);
    waitpid(pid, &status, 0);
    e->pid = 0;
    bool wanted = e->stopping;
    lock_release(&e->lock);
    if (!wanted)
        log_say(LOG_ERROR, "embedded.died", "the database server ended by itself (status %d); see %s", status,
                e->files.log);
}

static bool launch(struct embedded *e)
{
    lock_take(&e->lock);
    int pid = e->stopping ? 0 : embedded_launch(e->argv, e->files.log, e->files.lock);
    e->pid = pid > 0 ? pid : 0;
    lock_release(&e->lock);
    if (pid > 0)
        wait_for_end(e, pid);
    return pid > 0;
}

/* False: it is time to stop. A server that never answered is not tried again. */
static bool pause_before_next(struct embedded *e, int64_t pause_us)
{
    int64_t until = clock_mono_us() + pause_us;
    lock_take(&e->lock);
    for (int64_t left; e->answered && !e->stopping && (left = until - clock_mono_us()) > 0;)
        wakeup_wait(&e->changed, &e->lock, left);
    bool next = e->answered && !e->stopping;
    lock_release(&e->lock);
    return next;
}

static void supervise(void *arg)
{
    struct embedded *e = arg;
    int64_t pause = 0;
    do {
        int64_t start = clock_mono_us();
        bool ran = launch(e) && clock_mono_us() - start >= STABLE_US;
        pause = ran ? 0 : pause ? pause * 2 : 500000;
        pause = pause > LONGEST_PAUSE_US ? LONGEST_PAUSE_US : pause;
    } while (pause_before_next(e, pause));
    lock_take(&e->lock);
    e->ended = true;
    wakeup_all(&e->changed);
    lock_release(&e->lock);
}

/* ---- starting and stopping -------------------------------------------------------------------------------------------- */
/* It greets: it listens a moment before it takes connections, or signals. */
static bool answers(const char *path)
{
    char greeting;
    struct timeval patience = { .tv_sec = 1 };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
               connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 && recv(fd, &greeting, 1, 0) == 1;
    if (fd >= 0)
        close(fd);
    return yes;
}

/* However long it takes: after a crash the server first repairs its files. Ends when it answers or gives up. */
static bool wait_until_answering(struct embedded *e)
{
    bool ended = false;
    while (!ended && !answers(e->files.socket)) {
        usleep(10000);
        lock_take(&e->lock);
        ended = e->ended;
        lock_release(&e->lock);
    }
    lock_take(&e->lock);
    e->answered = !ended;
    lock_release(&e->lock);
    return !ended;
}

static void stop(void *thing)
{
    embedded_stop(thing);
}

struct embedded *embedded_start(struct ctx *cx, const char *dir, const char *config, const char *mail)
{
    struct embedded *e = arena_new_of(cx->arena, struct embedded);
    lock_init(&e->lock);
    wakeup_init(&e->changed);
    e->files.lock = -1;
    arena_defer(cx->arena, stop, e);
    if (!embedded_prepare(cx, &e->files, dir, config, mail) || !set_arguments(cx, e))
        return NULL;
    unlink(e->files.socket); /* of a server that was killed; we hold the lock */
    e->thread = thread_start("mariadbd", supervise, e);
    if (!e->thread)
        return throw(cx, &CommandFailed, N_("Cannot start a thread: %s."), strerrorname_np(errno));
    if (wait_until_answering(e))
        return e;
    return throw(cx, &CommandFailed, N_("The database server does not start: %s (all of it in %s)."),
                 embedded_last_words(cx->arena, e->files.log).p, e->files.log);
}

/* SIGTERM is repeated: a server that is just starting loses the first. */
static void end_server(struct embedded *e)
{
    int64_t kill_at = clock_mono_us() + STOP_WITHIN_US;
    lock_take(&e->lock);
    e->stopping = true;
    wakeup_all(&e->changed);
    while (!e->ended) {
        if (e->pid)
            kill(e->pid, clock_mono_us() < kill_at ? SIGTERM : SIGKILL);
        wakeup_wait(&e->changed, &e->lock, 500000);
    }
    lock_release(&e->lock);
    thread_join(e->thread);
    e->thread = NULL;
}

void embedded_stop(struct embedded *e)
{
    if (e->thread)
        end_server(e);
    if (e->files.lock >= 0)
        close(e->files.lock);
    e->files.lock = -1;
}

int embedded_pid(struct embedded *e)
{
    lock_take(&e->lock);
    int pid = e->pid;
    lock_release(&e->lock);
    return pid;
}
