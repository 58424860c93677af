/* Other programs. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool spawn(const char *const *argv, const char *in_path, const char *out_path, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (in_path)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in_path, O_RDONLY, 0);
    if (out_path)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int refused = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = refused;
    return refused == 0;
}

bool child_run(struct arena *a, const char *const *argv, const char *in_path, const char *out_path, struct str *why)
{
    pid_t pid;
    int status;
    if (!spawn(argv, in_path, out_path, &pid)) {
        *why = str_printf(a, "%s cannot be started: %s", argv[0], strerror(errno));
        return false;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    *why = str_printf(a, "%s ended with status %d", argv[0], WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    return false;
}
