#pragma once
/* database: where the database server is, from the common configuration of the sites. */
#include "base.h"

/* Sets up the pool from common_site_config.json: db_socket, or db_host and db_port; the administrative login; the service
 * user's preau_service_user and preau_service_password; db_connections. sites_open comes first. db_stop ends it. False:
 * said on standard error. */
bool database_open(struct arena *);

/* The administrative login: root_login and root_password. In place of the latter root_password_file may name a file whose
 * first line it is, as containers hand over secrets. */
struct database_login {
    const char *user, *password; /* NULL: none is configured */
};
/* False: the file cannot be read, which is said on standard error. */
bool database_administrator(struct arena *, struct database_login *);
