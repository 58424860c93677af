#pragma once
/* A call on the private MariaDB of mariadb_fixture.h with one tenant `school`, the same for all tests of the program. */
#include "test.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mariadb_fixture.h"

/* One for the program, whichever test files include this. */
__attribute__((weak)) const struct db_tenant *database_tenant;

/* Runs a program to its end; true when it says 0. */
static inline bool run_quietly(const char *const *argv)
{
    int status = -1;
    pid_t pid;
    return posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ) == 0 &&
           waitpid(pid, &status, 0) == pid && status == 0;
}

/* True when the server runs and `cx` may use it; the first call starts it. */
static inline bool database_ready(struct ctx *cx)
{
    if (!database_tenant && mariadb_start()) {
        db_thread(true);
        database_tenant = mariadb_tenant("school");
    }
    cx->tenant = database_tenant;
    return database_tenant != NULL;
}
