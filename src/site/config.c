/* Configuration files: Frappe's JSON with Frappe's keys, read whole and written atomically. They are the operator's:
 * unknown keys stay, the last of two equal keys wins, as in Frappe. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "site_priv.h"

enum { CONFIG_MAX = 1 << 20 };

static struct stamp stamp_from(const struct stat *st)
{
    return (struct stamp){ st->st_mtim, st->st_size, st->st_ino };
}

bool stamp_of(const char *path, struct stamp *out)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    *out = stamp_from(&st);
    return true;
}

bool stamp_eq(const struct stamp *a, const struct stamp *b)
{
    return a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
           a->size == b->size && a->inode == b->inode;
}

static void release_json(void *value)
{
    json_decref(value);
}

/* The whole file as text; the stamp is that of the very bytes. */
static bool read_all(struct arena *a, int fd, struct stamp *stamp, struct str *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > CONFIG_MAX)
        return false;
    *stamp = stamp_from(&st);
    char *p = arena_alloc(a, (size_t)st.st_size + 1);
    size_t n = 0;
    for (ssize_t got; n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0;)
        n += (size_t)got;
    *out = (struct str){ p, n };
    return true;
}

json_t *config_read(struct arena *a, const char *path, struct stamp *stamp, struct str *why)
{
    struct str text = STR_NONE;
    *why = STR_NONE;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            *why = str_printf(a, "%s cannot be read (errno %d)", path, errno);
        return NULL;
    }
    bool ok = read_all(a, fd, stamp, &text);
    close(fd);
    if (!ok) {
        *why = str_printf(a, "%s is not a regular file of at most 1 MiB", path);
        return NULL;
    }
    json_error_t e;
    json_t *object = json_loadb(text.n ? text.p : "", text.n, 0, &e);
    if (object)
        arena_defer(a, release_json, object);
    if (json_is_object(object))
        return object;
    *why = object ? str_printf(a, "%s does not hold a JSON object", path)
                  : str_printf(a, "%s, line %d, column %d: %s", path, e.line, e.column, e.text);
    return NULL;
}

json_t *config_merge(struct arena *a, const json_t *common, const json_t *own)
{
    static const struct {
        const char *variable, *key;
    } overrides[] = {
        { "FRAPPE_DB_HOST", "db_host" },         { "FRAPPE_DB_PORT", "db_port" },
        { "FRAPPE_DB_TYPE", "db_type" },         { "FRAPPE_REDIS_CACHE", "redis_cache" },
        { "FRAPPE_REDIS_QUEUE", "redis_queue" },
    };
    json_t *merged = json_object();
    arena_defer(a, release_json, merged);
    json_object_update(merged, (json_t *)common);
    json_object_update(merged, (json_t *)own);
    for (size_t i = 0; i < countof(overrides); i++) {
        const char *value = getenv(overrides[i].variable);
        if (value && *value)
            json_object_set_new(merged, overrides[i].key, json_string(value));
    }
    return merged;
}

/* As Python sees it: 1, true, "1" and any other filled value are true; a text "0" or "false" is meant as false. */
bool config_truth(const json_t *config, const char *key)
{
    const json_t *v = json_object_get(config, key);
    if (json_is_string(v))
        return json_string_length(v) && !str_is(str_of(json_string_value(v)), "0") &&
               !str_eq_nocase(str_of(json_string_value(v)), STR("false"));
    return json_is_number(v) ? json_number_value(v) != 0 : json_is_true(v);
}

int64_t site_config_int(const struct site *s, const char *key, int64_t preset)
{
    const json_t *v = json_object_get(s->config, key);
    int64_t n;
    if (json_is_integer(v))
        return json_integer_value(v);
    if (json_is_boolean(v))
        return json_is_true(v);
    return json_is_string(v) && str_int(str_of(json_string_value(v)), &n) ? n : preset;
}

struct str site_config_text(const struct site *s, const char *key)
{
    const json_t *v = json_object_get(s->config, key);
    return json_is_string(v) ? (struct str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

/* A new file beside the old one, on disk before it takes the old one's place: a crash leaves one of the two whole. */
static bool replace_file(struct arena *a, int folder, const char *name, struct str text)
{
    const char *fresh = arena_printf(a, ".%s.%s", name, random_name(a).p);
    int fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = fd_write(fd, text) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    ok = ok && renameat(folder, fresh, folder, name) == 0 && fsync(folder) == 0;
    if (!ok)
        unlinkat(folder, fresh, 0);
    return ok;
}

/* Members of `changes` take the place of the file's; null removes one. The folder is open and locked. */
static bool change_file(struct ctx *cx, int folder, const char *name, const char *path, const json_t *changes)
{
    struct stamp stamp;
    struct str why;
    json_t *config = config_read(cx->arena, path, &stamp, &why);
    if (!config)
        return throw(cx, &CommandFailed, N_("The configuration cannot be changed: %s"), why.n ? why.p : path);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)changes, key, value)
    {
        if (json_is_null(value))
            json_object_del(config, key);
        else
            json_object_set(config, key, value);
    }
    char *text = json_dumps(config, JSON_INDENT(1) | JSON_SORT_KEYS);
    bool ok = text && replace_file(cx->arena, folder, name, str_of(text));
    free(text);
    return ok || throw(cx, &CommandFailed, N_("The configuration %s cannot be written."), path);
}

/* One writer at a time, in whatever process. */
static bool change_locked(struct ctx *cx, int folder, const char *path, const char *name, const json_t *changes)
{
    return flock(folder, LOCK_EX) == 0 &&
           change_file(cx, folder, name, arena_printf(cx->arena, "%s/%s", path, name), changes);
}

bool site_config_set(struct ctx *cx, struct str name, const char *key, json_t *value)
{
    if (!site_name_valid(name))
        return throw(cx, &SiteNotFound, N_("%.*s is not the name of a site."), STR_ARG(name));
    const char *path = arena_printf(cx->arena, "%s/%.*s", sites_folder(), STR_ARG(name));
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return throw(cx, &SiteNotFound, N_("There is no site %.*s."), STR_ARG(name));
    json_t *changes = json_pack("{s:o}", key, value ? json_incref(value) : json_null());
    bool ok = changes && change_locked(cx, folder, path, "site_config.json", changes);
    json_decref(changes);
    close(folder);
    if (ok)
        site_forget(name);
    return ok;
}

bool sites_config_set(struct ctx *cx, const json_t *changes)
{
    int folder = open(sites_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return throw(cx, &CommandFailed, N_("The configuration %s cannot be written."), sites_folder());
    static const char name[] = "common_site_config.json";
    bool there = faccessat(folder, name, F_OK, 0) == 0 || replace_file(cx->arena, folder, name, STR("{}"));
    bool ok = there && change_locked(cx, folder, sites_folder(), name, changes);
    if (!there)
        throw(cx, &CommandFailed, N_("The configuration %s cannot be written."), sites_folder());
    close(folder);
    return ok;
}
