#pragma once
/* A private MariaDB for unit tests that need the real one: started in a temporary folder when the first test asks, with a
 * tenant `school`; ended and removed with the program. */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db.h"

extern char **environ;

/* One for the program, whichever test files include this. */
struct unit_database {
    char folder[64];
    pid_t pid;
    struct arena *life; /* the settings live as long as the process */
    enum { DATABASE_UNTRIED, DATABASE_READY, DATABASE_BROKEN } state;
};
__attribute__((weak)) struct unit_database unit_database;
static const struct db_tenant database_tenant = { .id = 1, .database = "school", .password = "school-secret" };

static pid_t spawn_quietly(const char *const *argv)
{
    pid_t pid;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed ? -1 : pid;
}

static bool run_quietly(const char *const *argv)
{
    int status = -1;
    pid_t pid = spawn_quietly(argv);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void database_end(void)
{
    if (unit_database.pid > 0 && kill(unit_database.pid, SIGTERM) == 0)
        waitpid(unit_database.pid, NULL, 0);
    run_quietly((const char *const[]){ "rm", "-rf", unit_database.folder, NULL });
    db_stop();
    arena_free(unit_database.life);
}

static bool database_launch(struct arena *a)
{
    memcpy(unit_database.folder, "/tmp/preau-unit-XXXXXX", sizeof "/tmp/preau-unit-XXXXXX");
    if (!mkdtemp(unit_database.folder))
        return false;
    atexit(database_end);
    const char *data = arena_printf(a, "--datadir=%s/data", unit_database.folder);
    const char *socket = arena_printf(a, "%s/sock", unit_database.folder);
    if (!run_quietly((const char *const[]){ "mariadb-install-db", "--no-defaults", data, "--skip-test-db",
                                            "--auth-root-authentication-method=normal", "--user=root", NULL }))
        return false;
    unit_database.pid = spawn_quietly((const char *const[]){
        "mariadbd", "--no-defaults", data, arena_printf(a, "--socket=%s", socket), "--skip-networking", "--user=root",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", NULL });
    struct db_settings settings = { .socket = socket,
                                    .service_user = "preau",
                                    .service_password = "service-secret",
                                    .admin_user = "root",
                                    .admin_password = "",
                                    .connections = 2 };
    if (unit_database.pid <= 0 || !db_start(a, &settings))
        return false;
    for (int tries = 0; tries < 300 && access(socket, F_OK) != 0; tries++)
        usleep(100000);
    return true;
}

/* True when the server runs and `cx` may use it; the first call starts it. */
static inline bool database_ready(struct ctx *cx)
{
    cx->tenant = &database_tenant;
    if (unit_database.state == DATABASE_UNTRIED) {
        db_thread(true);
        unit_database.life = arena_new(1 << 20);
        bool up = database_launch(unit_database.life) && db_service_user(cx) && db_tenant_create(cx, cx->tenant);
        unit_database.state = up ? DATABASE_READY : DATABASE_BROKEN;
    }
    return unit_database.state == DATABASE_READY;
}
