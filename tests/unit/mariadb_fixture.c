/* The server is the embedded one, so these tests also run what demo.sh runs. */
#include "mariadb_fixture.h"

#include <ftw.h>
#include <jansson.h>
#include <unistd.h>

#include "../../src/app/embedded.h"

static struct {
    struct arena *arena; /* the server's and its tenants' life */
    char folder[64];
    bool tried;
    struct db_settings settings;
    uint64_t tenants;
} fixture;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)st;
    (void)flag;
    (void)at;
    return remove(path);
}

static void end(void)
{
    db_stop();
    arena_free(fixture.arena);
    nftw(fixture.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *value(const json_t *config, const char *key)
{
    const char *text = json_string_value(json_object_get(config, key));
    return text ? arena_printf(fixture.arena, "%s", text) : NULL;
}

static bool start(void)
{
    snprintf(fixture.folder, sizeof fixture.folder, "/tmp/preau-unit-XXXXXX");
    fixture.arena = arena_new(64u << 20);
    if (!mkdtemp(fixture.folder))
        return false;
    atexit(end);
    struct ctx cx = { .arena = fixture.arena, .lang = STR("en") };
    const char *path = arena_printf(fixture.arena, "%s/sites/common_site_config.json", fixture.folder);
    if (!embedded_start(&cx, arena_printf(fixture.arena, "%s/mariadb", fixture.folder), path, NULL)) {
        fprintf(stderr, "SKIPPED: no MariaDB for these tests: %.*s\n", STR_ARG(cx.err.message));
        return false;
    }
    json_t *config = json_load_file(path, 0, NULL);
    fixture.settings = (struct db_settings){
        .socket = value(config, "db_socket"),
        .admin_user = value(config, "root_login"),
        .admin_password = value(config, "root_password"),
        .service_user = value(config, "preau_service_user"),
        .service_password = value(config, "preau_service_password"),
    };
    json_decref(config);
    return true;
}

const struct db_settings *mariadb_settings(void)
{
    if (!fixture.tried) {
        fixture.tried = true;
        if (!start())
            fixture.settings.socket = NULL;
    }
    return fixture.settings.socket ? &fixture.settings : NULL;
}

static bool failed_aloud(const struct ctx *cx)
{
    if (failed(cx))
        fprintf(stderr, "fixture: %s: %.*s\n", cx->err.kind->name, STR_ARG(cx->err.message));
    return failed(cx);
}

bool mariadb_start(void)
{
    const struct db_settings *s = mariadb_settings();
    if (!s || !db_start(fixture.arena, s))
        return false;
    struct ctx cx = { .arena = fixture.arena, .lang = STR("en") };
    db_service_user(&cx);
    return !failed_aloud(&cx);
}

const struct db_tenant *mariadb_tenant(const char *database)
{
    struct db_tenant *t = arena_new_of(fixture.arena, struct db_tenant);
    *t = (struct db_tenant){ .id = ++fixture.tenants, .database = arena_printf(fixture.arena, "%s", database) };
    t->password = random_hex(fixture.arena, 12).p;
    struct ctx cx = { .arena = fixture.arena, .lang = STR("en"), .may_write = true, .tenant = t };
    db_tenant_create(&cx, t);
    return failed_aloud(&cx) ? NULL : t;
}
