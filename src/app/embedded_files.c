/* Files of embedded: folders, the lock against a second supervisor, the socket's path, the datadir, the configuration.
 *
 * Every step may be cut short by a crash and is right again at the next start: the password is written down before the
 * datadir that has it gets its name, and the datadir gets its name when it is complete. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "embedded_priv.h"

enum { LOCK_WAIT_MS = 30000 }; /* a server whose supervisor was killed needs a moment to end */

static void *cannot(struct ctx *cx, const char *path)
{
    return throw(cx, &CommandFailed, N_("Cannot use %s: %s."), path, strerrorname_np(errno));
}

static bool make_folder(struct ctx *cx, const char *path, mode_t mode)
{
    char *p = arena_printf(cx->arena, "%s", path);
    for (char *slash = strchr(p + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(p, 0755) && errno != EEXIST)
            return cannot(cx, p);
        *slash = '/';
    }
    if (mkdir(p, mode) && errno != EEXIST)
        return cannot(cx, p);
    return true;
}

static const char *real_path(struct ctx *cx, const char *path)
{
    char *real = realpath(path, NULL);
    if (!real)
        return cannot(cx, path);
    const char *copy = arena_printf(cx->arena, "%s", real);
    free(real);
    return copy;
}

static const char *below(struct ctx *cx, const char *dir, const char *name)
{
    return arena_printf(cx->arena, "%s/%s", dir, name);
}

/* ---- the lock ------------------------------------------------------------------------------------------------------------ */
static int64_t holder_of(int fd)
{
    char text[32];
    int64_t pid = 0;
    ssize_t n = pread(fd, text, sizeof text, 0);
    struct str s = str_trim((struct str){ text, n > 0 ? (size_t)n : 0 });
    return str_int(s, &pid) ? pid : 0;
}

static bool is_alive(int64_t pid)
{
    return pid > 0 && pid != getpid() && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static bool take_lock(struct ctx *cx, struct embedded_files *f)
{
    const char *path = below(cx, f->dir, "lock");
    f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f->lock < 0)
        return cannot(cx, path);
    for (int waited = 0; flock(f->lock, LOCK_EX | LOCK_NB); waited += 50) {
        int64_t holder = holder_of(f->lock);
        if (is_alive(holder) || waited >= LOCK_WAIT_MS) {
            close(f->lock);
            return throw(cx, &CommandFailed, N_("%s is in use by process %lld. Stop that one first."), f->dir,
                         (long long)holder);
        }
        usleep(50000);
    }
    char text[32];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(f->lock, 0) || pwrite(f->lock, text, (size_t)n, 0) != n)
        return cannot(cx, path);
    return true;
}

/* ---- the socket ---------------------------------------------------------------------------------------------------------- */
/* A folder that only we can enter, whoever else writes to the temporary directory. */
static bool own_folder(struct ctx *cx, const char *path)
{
    struct stat st;
    if (mkdir(path, 0700) && errno != EEXIST)
        return cannot(cx, path);
    if (lstat(path, &st))
        return cannot(cx, path);
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        return throw(cx, &CommandFailed, N_("%s is not a folder of this user alone. Remove it."), path);
    return true;
}

static bool choose_socket(struct ctx *cx, struct embedded_files *f)
{
    const size_t most = sizeof((struct sockaddr_un *)0)->sun_path - 1;
    f->socket = below(cx, f->dir, "mariadb.sock");
    if (strlen(f->socket) <= most)
        return true;
    const char *temporary = getenv("TMPDIR");
    const char *folder = arena_printf(cx->arena, "%s/preau-%u-%016llx", temporary && *temporary ? temporary : "/tmp",
                                      (unsigned)geteuid(), (unsigned long long)str_hash(str_of(f->dir)));
    f->socket = below(cx, folder, "mariadb.sock");
    if (strlen(f->socket) > most)
        return throw(cx, &CommandFailed, N_("%s is too long a path for a socket. Set TMPDIR to a shorter one."),
                     folder);
    return own_folder(cx, folder);
}

/* ---- the configuration ----------------------------------------------------------------------------------------------------- */
static void drop_json(void *json)
{
    json_decref(json);
}

static json_t *read_config(struct ctx *cx, const char *path)
{
    json_error_t why;
    json_t *config = access(path, F_OK) ? json_object() : json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!config)
        return throw(cx, &CommandFailed, N_("%s, line %d: %s."), path, why.line, why.text);
    arena_defer(cx->arena, drop_json, config);
    if (!json_is_object(config))
        return throw(cx, &CommandFailed, N_("%s must hold one JSON object."), path);
    return config;
}

static bool write_file(struct ctx *cx, const char *path, const char *text)
{
    const char *fresh = arena_printf(cx->arena, "%s.new", path);
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return cannot(cx, fresh);
    bool ok = fd_write(fd, str_of(text)) && fsync(fd) == 0;
    close(fd);
    if (!ok || rename(fresh, path))
        return cannot(cx, path);
    return true;
}

static bool save_config(struct ctx *cx, const char *path, const json_t *config)
{
    char *text = json_dumps(config, JSON_INDENT(1));
    if (!text)
        return cannot(cx, path);
    const char *copy = arena_printf(cx->arena, "%s\n", text);
    free(text);
    return write_file(cx, path, copy);
}

/* What the configuration says already, or a new secret. */
static const char *secret(struct ctx *cx, const json_t *config, const char *key)
{
    const char *known = json_string_value(json_object_get(config, key));
    return known && *known ? arena_printf(cx->arena, "%s", known) : random_hex(cx->arena, 16).p;
}

static bool write_config(struct ctx *cx, struct embedded_files *f)
{
    json_t *config = read_config(cx, f->config);
    if (!config)
        return false;
    bool made = access(f->data, F_OK) == 0;
    if (made && !json_is_string(json_object_get(config, "root_password")))
        return throw(cx, &CommandFailed,
                     N_("%s does not hold the root_password of the database in %s. Restore the file."), f->config,
                     f->dir);
    f->password = secret(cx, config, "root_password");
    const char *values[][2] = {
        { "db_socket", f->socket },
        { "root_login", "root" },
        { "root_password", f->password },
        { "preau_service_user", "preau_service" },
        { "preau_service_password", secret(cx, config, "preau_service_password") },
    };
    json_t *before = json_deep_copy(config);
    for (size_t i = 0; i < countof(values); i++)
        json_object_set_new(config, values[i][0], json_string(values[i][1]));
    if (f->mail && !json_object_get(config, "mail_server") && !json_object_get(config, "mail_folder"))
        json_object_set_new(config, "mail_folder", json_string(f->mail));
    bool same = json_equal(before, config);
    json_decref(before);
    return same || save_config(cx, f->config, config);
}

/* ---- the datadir -------------------------------------------------------------------------------------------------------------- */
/* A hexadecimal or an operator's own password: as hexadecimal digits nothing in it can end the text. */
static const char *first_sql(struct ctx *cx, const char *password)
{
    struct buf hex = buf_new(cx->arena, 4096);
    for (const char *p = password; *p; p++)
        buf_printf(&hex, "%02x", (unsigned)(unsigned char)*p);
    return arena_printf(cx->arena,
                        "UPDATE mysql.global_priv SET Priv=JSON_SET(Priv,'$.plugin','mysql_native_password',"
                        "'$.authentication_string',PASSWORD(X'%s')) WHERE User='root';\n"
                        "DELETE FROM mysql.global_priv WHERE User='' OR User='root' AND Host<>'localhost';\n",
                        buf_str(&hex).p);
}

static bool run_to_end(struct ctx *cx, char *const argv[], const char *log, int lock)
{
    int status = -1;
    int pid = embedded_launch(argv, log, lock);
    if (pid < 0)
        return cannot(cx, argv[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return throw(cx, &CommandFailed, N_("The database could not be initialised: %s (all of it in %s)."),
                 embedded_last_words(cx->arena, log).p, log);
}

/* What a start that was cut short left behind. */
static bool remove_tree(struct ctx *cx, const char *path, int lock)
{
    if (access(path, F_OK))
        return true;
    char *argv[] = { arena_printf(cx->arena, "/bin/rm"), arena_printf(cx->arena, "-rf"),
                     arena_printf(cx->arena, "%s", path), NULL };
    return run_to_end(cx, argv, "/dev/null", lock);
}

static bool make_data(struct ctx *cx, struct embedded_files *f)
{
    if (access(f->data, F_OK) == 0)
        return true;
    const char *install = embedded_program(cx, "mariadb-install-db"), *fresh = below(cx, f->dir, "data.new");
    const char *first = below(cx, f->dir, "first.sql"), *log = below(cx, f->dir, "install.log");
    if (!install || !remove_tree(cx, fresh, f->lock) || !write_file(cx, first, first_sql(cx, f->password)))
        return false;
    char *argv[] = { arena_printf(cx->arena, "%s", install),
                     arena_printf(cx->arena, "--no-defaults"),
                     arena_printf(cx->arena, "--auth-root-authentication-method=normal"),
                     arena_printf(cx->arena, "--skip-test-db"),
                     arena_printf(cx->arena, "--skip-name-resolve"),
                     arena_printf(cx->arena, "--datadir=%s", fresh),
                     arena_printf(cx->arena, "--tmpdir=%s", f->temporary),
                     arena_printf(cx->arena, "--extra-file=%s", first),
                     geteuid() == 0 ? arena_printf(cx->arena, "--user=root") : NULL,
                     NULL };
    bool ok = run_to_end(cx, argv, log, f->lock);
    unlink(first);
    if (!ok)
        return false;
    return rename(fresh, f->data) == 0 || cannot(cx, f->data);
}

/* Until somebody configures a mail server, or another folder. */
static bool keep_mails(struct ctx *cx, struct embedded_files *f, const char *mail)
{
    if (!mail)
        return true;
    if (!make_folder(cx, mail, 0700))
        return false;
    f->mail = real_path(cx, mail);
    return f->mail != NULL;
}

bool embedded_prepare(struct ctx *cx, struct embedded_files *f, const char *dir, const char *config, const char *mail)
{
    const char *slash = strrchr(config, '/');
    if (slash && slash != config &&
        !make_folder(cx, str_c(cx->arena, str_slice(str_of(config), 0, (size_t)(slash - config))), 0755))
        return false;
    if (!make_folder(cx, dir, 0700))
        return false;
    *f = (struct embedded_files){ .dir = real_path(cx, dir),
                                  .config = arena_printf(cx->arena, "%s", config),
                                  .lock = -1 };
    if (!f->dir)
        return false;
    f->data = below(cx, f->dir, "data");
    f->log = below(cx, f->dir, "mariadb.log");
    f->temporary = below(cx, f->dir, "tmp");
    return take_lock(cx, f) && make_folder(cx, f->temporary, 0700) && choose_socket(cx, f) && keep_mails(cx, f, mail) &&
           write_config(cx, f) && make_data(cx, f);
}
