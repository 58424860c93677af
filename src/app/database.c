/* Where the database server is: Frappe's keys of common_site_config.json, and two of ours for the service user. */
#include "database.h"

#include "db.h"
#include "site.h"

static const char *text_of(struct arena *a, const json_t *config, const char *key)
{
    struct str value = json_get_str(config, key);
    return value.n ? str_c(a, value) : NULL;
}

static int64_t number_of(const json_t *config, const char *key, int64_t preset)
{
    const json_t *value = json_object_get(config, key);
    return json_is_integer(value) ? json_integer_value(value) : preset;
}

bool database_open(struct arena *a)
{
    const json_t *config = sites_config();
    struct db_settings s = {
        .socket = text_of(a, config, "db_socket"),
        .host = text_of(a, config, "db_host"),
        .port = (uint16_t)number_of(config, "db_port", 3306),
        .service_user = text_of(a, config, "preau_service_user"),
        .service_password = text_of(a, config, "preau_service_password"),
        .admin_user = text_of(a, config, "root_login"),
        .admin_password = text_of(a, config, "root_password"),
        .connections = (unsigned)number_of(config, "db_connections", 0),
    };
    if (!s.socket && !s.host)
        s.host = "127.0.0.1";
    return db_start(a, &s);
}
