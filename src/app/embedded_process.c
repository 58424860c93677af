/* Processes of embedded: found, started so that they cannot outlive us, and their last words. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "embedded_priv.h"

static const char *in_folder(struct ctx *cx, struct str folder, const char *name)
{
    const char *path = arena_printf(cx->arena, "%.*s/%s", STR_ARG(folder), name);
    return folder.n && access(path, X_OK) == 0 ? path : NULL;
}

const char *embedded_program(struct ctx *cx, const char *name)
{
    const char *path = getenv("PATH"); /* a user's PATH often lacks the sbin folders */
    struct str rest =
        str_of(arena_printf(cx->arena, "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:%s", path ? path : ""));
    struct str folder;
    while (str_cut(&rest, ':', &folder)) {
        const char *found = in_folder(cx, folder, name);
        if (found)
            return found;
    }
    return throw(cx, &CommandFailed, N_("%s is missing: install the packages mariadb-server-core and mariadb-client."),
                 name);
}

/* Between fork and exec of a program with threads: only what is safe in a signal handler. */
static void become(char *const argv[], int null, int log, int lock, pid_t parent)
{
    static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2 };
    for (size_t i = 0; i < countof(handled); i++)
        signal(handled[i], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0); /* Ctrl-C is for us; we tell the server */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127); /* it ended before the line above */
    dup2(null, 0);
    dup2(log, 1);
    dup2(log, 2);
    fcntl(lock, F_SETFD, 0);
    close_range(3, (unsigned)lock - 1, 0);
    close_range((unsigned)lock + 1, ~0u, 0);
    execv(argv[0], argv);
    _exit(127);
}

int embedded_launch(char *const argv[], const char *log, int lock)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    pid_t parent = getpid();
    pid_t pid = null >= 0 && out >= 0 ? fork() : -1;
    if (pid == 0)
        become(argv, null, out, lock, parent);
    int why = errno;
    if (null >= 0)
        close(null);
    if (out >= 0)
        close(out);
    errno = why;
    return pid;
}

struct str embedded_last_words(struct arena *a, const char *log)
{
    char tail[4096];
    int fd = open(log, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return STR_NONE;
    off_t size = lseek(fd, 0, SEEK_END);
    ssize_t n = pread(fd, tail, sizeof tail, size > (off_t)sizeof tail ? size - (off_t)sizeof tail : 0);
    close(fd);
    struct str rest = { tail, n > 0 ? (size_t)n : 0 }, line, last = STR_NONE, error = STR_NONE;
    while (str_cut(&rest, '\n', &line)) {
        if (str_find(line, STR("ERROR")) >= 0)
            error = line;
        if (line.n)
            last = line;
    }
    return str_copy(a, error.n ? error : last);
}
