/* Other programs, and folders. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
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

static int remove_entry(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)s, (void)kind, (void)at;
    return remove(path);
}

bool folder_remove(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT;
}

bool folder_make(const char *path)
{
    char partial[4096];
    size_t n = strlen(path);
    if (n >= sizeof partial)
        return false;
    for (size_t i = 1; i <= n; i++)
        if (path[i] == '/' || path[i] == '\0') {
            memcpy(partial, path, i);
            partial[i] = '\0';
            if (mkdir(partial, 0700) && errno != EEXIST)
                return false;
        }
    return true;
}
