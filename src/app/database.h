#pragma once
/* database: where the database server is, from the common configuration of the sites. */
#include "base.h"

/* Sets up the pool from common_site_config.json (db_socket or db_host and db_port, root_login, root_password, and
 * preau_service_user, preau_service_password); sites_open comes first. db_stop ends it. */
bool database_open(struct arena *);
