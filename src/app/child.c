/* Other programs. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool spawn(const char *const *argv, int in, const char *in_path, const char *out_path, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (in_path)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in_path, O_RDONLY, 0);
    if (out_path)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int refused = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = refused;
    return refused == 0;
}

static bool ended_well(struct arena *a, const char *name, pid_t pid, struct str *why)
{
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    *why = str_printf(a, "%s ended with status %d", name, WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    return false;
}

static bool not_started(struct arena *a, const char *name, struct str *why)
{
    *why = str_printf(a, "%s cannot be started: %s", name, strerror(errno));
    return false;
}

bool child_run(struct arena *a, const char *const *argv, const char *in_path, const char *out_path, struct str *why)
{
    pid_t pid;
    if (!spawn(argv, -1, in_path, out_path, &pid))
        return not_started(a, argv[0], why);
    return ended_well(a, argv[0], pid, why);
}

/* Both ends are closed on exec; a child that ends early must not end us. */
bool child_feed(struct arena *a, const char *const *argv, child_feeder *feeder, const void *arg, struct str *why)
{
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC))
        return not_started(a, argv[0], why);
    bool started = spawn(argv, ends[0], NULL, NULL, &pid);
    int reason = errno;
    close(ends[0]);
    struct str unfed = STR("");
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    bool fed = started && feeder(a, arg, ends[1], &unfed);
    signal(SIGPIPE, before);
    close(ends[1]);
    errno = reason;
    if (!started)
        return not_started(a, argv[0], why);
    bool ended = ended_well(a, argv[0], pid, why);
    if (!fed) /* what came after it is its consequence */
        *why = unfed;
    return ended && fed;
}
