/* Where the database server is: Frappe's keys of common_site_config.json, and two of ours for the service user. */
#include "database.h"

#include "command.h"
#include "db.h"
#include "folder.h"
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

bool database_administrator(struct arena *a, struct database_login *out)
{
    const json_t *config = sites_config();
    const char *file = text_of(a, config, "root_password_file");
    *out = (struct database_login){ text_of(a, config, "root_login"), text_of(a, config, "root_password") };
    if (!file || out->password)
        return true;
    struct str bytes, why;
    if (!file_read(a, file, &bytes, &why))
        return command_failed("root_password_file: %.*s", STR_ARG(why)) == DONE;
    ptrdiff_t end = str_index(bytes, '\n');
    out->password = str_c(a, str_slice(bytes, 0, end < 0 ? bytes.n : (size_t)end));
    return true;
}

bool database_open(struct arena *a)
{
    const json_t *config = sites_config();
    struct database_login administrator;
    if (!database_administrator(a, &administrator))
        return false;
    struct db_settings s = {
        .socket = text_of(a, config, "db_socket"),
        .host = text_of(a, config, "db_host"),
        .port = (uint16_t)number_of(config, "db_port", 3306),
        .service_user = text_of(a, config, "preau_service_user"),
        .service_password = text_of(a, config, "preau_service_password"),
        .admin_user = administrator.user,
        .admin_password = administrator.password,
        .connections = (unsigned)number_of(config, "db_connections", 0),
    };
    if (!s.socket && !s.host)
        s.host = "127.0.0.1";
    return db_start(a, &s) || command_failed("The pool of connections could not be set up.") == DONE;
}
