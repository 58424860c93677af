#pragma once
/* A real MariaDB for the tests of a room: private, in a temporary folder, started at first use, gone at exit. */
#include "base.h"
#include "db.h"

/* The settings that lead to it, or NULL (said aloud once) where mariadbd is not installed: skip() then. */
const struct db_settings *mariadb_settings(void);

/* db_start with those settings and a service user. False: skip(). */
bool mariadb_start(void);

/* A new tenant with an empty database; lives until exit. NULL: failed, said aloud. */
const struct db_tenant *mariadb_tenant(const char *database);
