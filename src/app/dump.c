/* Dumps. Logins reach the clients in a file of mode 0600, never on a command line. */
#include "dump.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "database.h"
#include "dump_sift.h"
#include "folder.h"
#include "school.h"

static void remove_folder(void *path)
{
    folder_remove(path);
}

const char *dump_folder(struct arena *a)
{
    char *path = arena_printf(a, "%s/.work-XXXXXX", sites_folder());
    if (!mkdtemp(path))
        return NULL;
    arena_defer(a, remove_folder, path);
    return path;
}

/* In quotes a backslash begins an escape; a quote does not end the value. */
static const char *option_text(struct arena *a, const char *text)
{
    struct buf out = buf_new(a, 4096);
    for (const char *p = text ? text : ""; *p; p++)
        for (int times = *p == '\\' ? 2 : 1; times; times--)
            buf_char(&out, *p);
    return str_c(a, buf_str(&out));
}

static const char *login_file(struct arena *a, const char *folder, struct database_login login)
{
    const char *path = arena_printf(a, "%s/login.cnf", folder);
    const json_t *common = sites_config();
    const char *socket = json_string_value(json_object_get(common, "db_socket"));
    const char *host = json_string_value(json_object_get(common, "db_host"));
    long long port = json_integer_value(json_object_get(common, "db_port"));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return NULL;
    dprintf(fd, "[client]\nuser=\"%s\"\npassword=\"%s\"\ndefault-character-set=utf8mb4\n", option_text(a, login.user),
            option_text(a, login.password));
    if (socket)
        dprintf(fd, "socket=\"%s\"\n", socket);
    else
        dprintf(fd, "host=\"%s\"\nport=%lld\nprotocol=tcp\n", host ? host : "127.0.0.1", port ? port : 3306);
    close(fd);
    return path;
}

bool dump_write(struct arena *a, const char *folder, const char *database, struct str *why)
{
    struct database_login administrator;
    const char *login = database_administrator(a, &administrator) ? login_file(a, folder, administrator) : NULL;
    if (!login) {
        *why = STR("the login for mariadb-dump could not be written");
        return false;
    }
    const char *argv[] = { "mariadb-dump",
                           arena_printf(a, "--defaults-file=%s", login),
                           "--single-transaction",
                           "--routines",
                           "--hex-blob",
                           "--skip-dump-date",
                           "--default-character-set=utf8mb4",
                           database,
                           NULL };
    return child_run(a, argv, NULL, arena_printf(a, "%s/database.sql", folder), why);
}

static bool sift(struct arena *a, const void *path, int to, struct str *why)
{
    return dump_sift(a, path, to, why);
}

bool dump_load(struct arena *a, const char *folder, const char *dump, struct str host, struct str *why)
{
    const char *path = arena_printf(a, "%s/site_config.json", school_folder(a, host));
    json_t *config = json_load_file(path, 0, NULL);
    const char *database = json_string_value(json_object_get(config, "db_name"));
    const char *password = json_string_value(json_object_get(config, "db_password"));
    struct database_login own = { database, password };
    const char *login = database && password ? login_file(a, folder, own) : NULL;
    const char *argv[] = { "mariadb",       arena_printf(a, "--defaults-file=%s", login ? login : ""),
                           "--binary-mode", "--max-allowed-packet=1G",
                           database,        NULL };
    bool done = login && child_feed(a, argv, sift, dump, why);
    json_decref(config);
    return done;
}
