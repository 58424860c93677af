/* The command `setup`: a MariaDB that somebody else runs. Says where it is in common_site_config.json and makes the
 * service user as whom the daemon logs in. Running it again changes what is given and keeps the rest. */
#include <unistd.h>

#include "command.h"
#include "db.h"

enum { WAIT_S = 60 };

static void set_text(json_t *changes, const char *key, const char *value)
{
    if (value)
        json_object_set_new(changes, key, json_string(value));
}

/* "10.0.0.0/8,::1" */
static json_t *list_of(const char *text)
{
    json_t *list = json_array();
    struct str rest = str_of(text);
    while (rest.n) {
        ptrdiff_t comma = str_index(rest, ',');
        struct str one = str_trim(str_slice(rest, 0, comma < 0 ? rest.n : (size_t)comma));
        json_array_append_new(list, json_stringn(one.p, one.n));
        rest = comma < 0 ? STR_NONE : str_from(rest, (size_t)comma + 1);
    }
    return list;
}

/* Where the database is; of two ways to reach it the one given stays. */
static bool changes_of(struct command_line *cl, json_t *changes)
{
    const char *port = option_value(cl, "--db-port"), *proxies = option_value(cl, "--trusted-proxies");
    const char *host = option_value(cl, "--db-host"), *socket = option_value(cl, "--db-socket");
    int64_t number = 0;
    if (port && (!str_int(str_of(port), &number) || number < 1 || number > 65535))
        return false;
    set_text(changes, "db_host", host);
    set_text(changes, "db_socket", socket);
    if (host && !socket)
        json_object_set_new(changes, "db_socket", json_null());
    if (port)
        json_object_set_new(changes, "db_port", json_integer(number));
    set_text(changes, "root_login", option_value(cl, "--root-login"));
    set_text(changes, "root_password_file", option_value(cl, "--root-password-file"));
    if (proxies)
        json_object_set_new(changes, "trusted_proxies", list_of(proxies));
    return true;
}

/* A service user with a password of its own, where there is none yet. */
static void add_service_user(struct arena *a, json_t *changes)
{
    const json_t *config = sites_config();
    if (json_get_str(config, "preau_service_user").n && json_get_str(config, "preau_service_password").n)
        return;
    set_text(changes, "preau_service_user", "preau_service");
    set_text(changes, "preau_service_password", random_hex(a, 16).p);
}

static bool write_down(struct command_line *cl, struct ctx *cx, json_t *changes)
{
    struct str why;
    if (!sites_open(cl->arena, cl->sites, &why))
        return command_failed("%.*s", STR_ARG(why)) == DONE;
    add_service_user(cl->arena, changes);
    bool written = sites_config_set(cx, changes);
    sites_close();
    return written || command_end(cx, false) == DONE;
}

/* A database that was started together with us needs a moment. */
static bool wait_for_it(struct ctx *cx)
{
    for (int waited = 0; waited < WAIT_S; waited++) {
        cx->err = (struct error){ 0 };
        if (db_service_user(cx))
            return true;
        if (cx->err.kind != &ServiceUnavailable)
            return false;
        sleep(1);
    }
    return false;
}

/* Schools that were made before there was a service user are opened to it. */
static bool open_schools(struct command_line *cl, struct ctx *cx)
{
    const struct site **sites;
    size_t count = sites_all(cl->arena, &sites);
    bool done = true;
    for (size_t i = 0; i < count; i++) {
        done = done && db_service_grant(cx, sites[i]->tenant.database);
        site_release(sites[i]);
    }
    return done;
}

static void release_json(void *json)
{
    json_decref(json);
}

static int setup(struct command_line *cl)
{
    struct ctx cx;
    json_t *changes = json_object();
    arena_defer(cl->arena, release_json, changes);
    call_open(&cx, cl->arena, NULL);
    if (!changes_of(cl, changes))
        return command_misused(cl, "%s is not a port.", option_value(cl, "--db-port"));
    if (!write_down(cl, &cx, changes) || !command_open(cl))
        return FAILED;
    if (!wait_for_it(&cx) || !open_schools(cl, &cx))
        return command_end(&cx, false);
    printf("The database answers; %s/common_site_config.json says where it is.\n", cl->sites);
    return DONE;
}

COMMAND(setup)
= { .name = "setup",
    .run = setup,
    OPTIONS({ "--db-host", "HOST", "where MariaDB listens" }, { "--db-port", "N", "3306 if not given" },
            { "--db-socket", "PATH", "its unix socket instead" },
            { "--root-login", "NAME", "who may make databases and users" },
            { "--root-password-file", "FILE", "its first line is their password; read at each start" },
            { "--trusted-proxies", "LIST", "addresses and networks that say for whom they ask, with commas" }),
    .about = "Says where a MariaDB that runs elsewhere is, and makes the daemon's own login there." };
