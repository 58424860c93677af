/* A site as a whole. While it is made its configuration has the key `being_created`: no other process finds it until
 * everything is there, and a creation that was killed is recognised and cleared by the next. */
#include "school.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth.h"
#include "base/embedded.h"
#include "core.h"
#include "db.h"
#include "doc.h"
#include "folder.h"

const char *school_folder(struct arena *a, struct str host)
{
    return arena_printf(a, "%s/%.*s", sites_folder(), STR_ARG(host));
}

static const char *config_path(struct arena *a, struct str host)
{
    return arena_printf(a, "%s/site_config.json", school_folder(a, host));
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- the folder ------------------------------------------------------------------------------------------------------- */

static bool write_config(struct arena *a, struct str host, const json_t *config, struct str *why)
{
    const char *path = config_path(a, host);
    folder_make(school_folder(a, host));
    char *text = json_dumps(config, JSON_INDENT(1) | JSON_SORT_KEYS);
    int fd = text ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    ssize_t length = text ? (ssize_t)strlen(text) : 0;
    bool done = fd >= 0 && write(fd, text, (size_t)length) == length && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(text);
    if (!done)
        *why = str_printf(a, "%s cannot be written", path);
    return done;
}

static bool make_folders(struct arena *a, struct str host, struct str *why)
{
    static const char *const below[] = { "public/files", "private/files", "private/backups" };
    for (size_t i = 0; i < countof(below); i++) {
        const char *path = arena_printf(a, "%s/%s", school_folder(a, host), below[i]);
        if (!folder_make(path)) {
            *why = str_printf(a, "%s cannot be made", path);
            return false;
        }
    }
    return true;
}

/* The key of a configuration whose database was there before the site: until the site is open, nothing may drop it. */
static const char in_place[] = "adopted_in_place";

/* A name for the database that tells nothing and clashes with nothing: an underscore and 16 hex digits, as Frappe's. */
static json_t *new_config(struct arena *a, const json_t *from)
{
    json_t *config = from ? json_deep_copy(from) : json_object();
    if (!json_object_get(config, in_place)) {
        json_object_set_new(config, "db_name", json_string(str_printf(a, "_%.*s", STR_ARG(random_hex(a, 8))).p));
        json_object_set_new(config, "db_password", json_string(random_hex(a, 16).p));
    }
    if (!json_object_get(config, "encryption_key"))
        json_object_set_new(config, "encryption_key", json_string(fernet_key(a).p));
    json_object_set_new(config, "being_created", json_integer(1));
    return config;
}

/* One creation at a time: a second waits, and then finds the site there instead of taking the first one's beginnings
 * for remains. Held from school_found to school_open or school_discard; a process that dies lets go of it. */
static int creation_lock = -1;

static bool lock_creation(struct arena *a, struct str *why)
{
    const char *path = arena_printf(a, "%s/.creating", sites_folder());
    creation_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (creation_lock >= 0 && flock(creation_lock, LOCK_EX) == 0)
        return true;
    char reason[128];
    *why = str_printf(a, "%s cannot be locked: %s", path, strerror_r(errno, reason, sizeof reason));
    return false;
}

static void unlock_creation(void)
{
    site_creating(STR_NONE);
    if (creation_lock >= 0)
        close(creation_lock);
    creation_lock = -1;
}

/* ---- the database --------------------------------------------------------------------------------------------------------- */

/* A call without a site, for work as the database's administrator. */
static struct ctx plain_call(struct arena *a)
{
    struct ctx cx;
    call_open(&cx, a, NULL);
    cx.user = user_administrator;
    cx.may_write = true;
    return cx;
}

static bool said(struct ctx *cx, bool done, struct str *why)
{
    if (!done)
        *why = cx->err.message.n ? cx->err.message : STR("it failed; the log says why");
    return done;
}

static bool make_database(struct arena *a, const json_t *config, struct str *why)
{
    struct ctx cx = plain_call(a);
    struct db_tenant tenant = { .database = json_string_value(json_object_get(config, "db_name")),
                                .password = json_string_value(json_object_get(config, "db_password")) };
    bool there = json_object_get(config, in_place);
    return said(&cx, there ? db_tenant_adopt(&cx, &tenant) : db_tenant_create(&cx, &tenant), why);
}

static void drop_database(struct arena *a, const json_t *config)
{
    struct ctx cx = plain_call(a);
    const char *name = json_string_value(json_object_get(config, "db_name"));
    struct db_tenant tenant = { .database = name, .password = "" };
    bool leave = json_object_get(config, in_place);
    if (name && !(leave ? db_tenant_leave(&cx, &tenant) : db_tenant_drop(&cx, &tenant)))
        log_say(LOG_WARN, "site.drop", "the database %s could not be dropped", name);
}

static json_t *read_config(struct arena *a, struct str host)
{
    return json_load_file(config_path(a, host), JSON_REJECT_DUPLICATES, NULL);
}

static void remove_all(struct arena *a, struct str host)
{
    json_t *config = read_config(a, host);
    if (config)
        drop_database(a, config);
    json_decref(config);
    folder_remove(school_folder(a, host));
    site_forget(host);
}

void school_discard(struct arena *a, struct str host)
{
    remove_all(a, host);
    unlock_creation();
}

static bool make_room(struct arena *a, struct str host, struct str *why)
{
    if (!site_name_valid(host)) {
        *why = str_printf(a,
                          "\"%.*s\" cannot be a site's name: use lower-case letters, digits, dots and dashes, as in "
                          "school.example.org",
                          STR_ARG(host));
        return false;
    }
    json_t *config = read_config(a, host);
    bool remains = json_is_true(json_object_get(config, "being_created")) ||
                   json_integer_value(json_object_get(config, "being_created")) == 1;
    json_decref(config);
    if (remains)
        remove_all(a, host);
    if (exists(school_folder(a, host))) {
        *why = str_printf(a, "the site %.*s exists already (%s)", STR_ARG(host), school_folder(a, host));
        return false;
    }
    const struct site *other = site_find(host);
    if (!other)
        return true;
    *why = str_printf(a, "%.*s is another name of the site %.*s", STR_ARG(host), STR_ARG(other->name));
    site_release(other);
    return false;
}

bool school_found(struct arena *a, struct str host, json_t *from, struct str *why)
{
    if (!lock_creation(a, why) || !make_room(a, host, why)) {
        unlock_creation();
        return false;
    }
    site_creating(host);
    json_t *config = new_config(a, from);
    bool done = write_config(a, host, config, why) && make_folders(a, host, why) && make_database(a, config, why);
    json_decref(config);
    if (!done)
        school_discard(a, host);
    return done;
}

bool school_open(struct arena *a, struct str host, struct str *why)
{
    struct ctx cx = plain_call(a);
    bool done = site_config_set(&cx, host, "being_created", NULL) && site_config_set(&cx, host, in_place, NULL);
    unlock_creation();
    return said(&cx, done, why);
}

/* ---- tables ------------------------------------------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct migration *)a)->name, ((const struct migration *)b)->name);
}

/* The files of sql/ (or, with `after`, of sql/after/), in the order of their numbers. */
static size_t migration_files(struct arena *a, bool after, struct migration **out)
{
    size_t n = 0;
    TABLE_EACH (embedded_sql, struct embedded, counted)
        n++;
    *out = arena_array(a, n + 1, sizeof **out);
    n = 0;
    TABLE_EACH (embedded_sql, struct embedded, it)
        if (str_starts(str_of((*it)->name), STR("after/")) == after)
            (*out)[n++] = (struct migration){ (*it)->name, embedded_text(*it) };
    qsort(*out, n, sizeof **out, by_name);
    return n;
}

static bool run_files(struct ctx *cx, bool after, struct buf *plan)
{
    struct migration *files;
    unsigned ran = 0;
    size_t count = migration_files(cx->arena, after, &files);
    if (!db_migrate(cx, files, count, &ran))
        return false;
    if (plan && ran)
        buf_printf(plan, "%u file(s) of sql/%s ran\n", ran, after ? "after" : "");
    return true;
}

bool school_migrate(struct ctx *cx, bool dry, struct buf *plan)
{
    return (dry || run_files(cx, false, plan)) && schema_sync(cx, dry, plan) && (dry || run_files(cx, true, plan));
}

/* ---- first documents ------------------------------------------------------------------------------------------------------------ */

static bool first_documents(struct ctx *cx, const struct school *s)
{
    struct new_site first = { .title = s->title,
                              .language = s->language,
                              .currency = s->currency,
                              .time_zone = s->time_zone,
                              .admin_password = s->password };
    return core_new_site(cx, &first) && call_commit(cx);
}

bool school_fill(struct arena *a, const struct school *s, struct str *why)
{
    site_forget(s->host);
    const struct site *site = site_find(s->host);
    if (!site) {
        *why = STR("the new site cannot be read back");
        return false;
    }
    struct ctx cx;
    call_open(&cx, a, site);
    cx.user = user_administrator;
    cx.may_write = true;
    bool done = school_migrate(&cx, false, NULL) && first_documents(&cx, s);
    said(&cx, done, why);
    if (!done)
        call_rollback(&cx);
    db_return(&cx);
    site_release(site);
    return done;
}

static json_t *school_config(const struct school *s)
{
    json_t *config = json_object();
    json_t *domains = json_array();
    for (const char *const *name = s->domains; name && *name; name++)
        json_array_append_new(domains, json_string(*name));
    if (json_array_size(domains))
        json_object_set(config, "domains", domains);
    json_decref(domains);
    if (s->bare)
        json_object_set_new(config, "bare", json_true());
    return config;
}

bool school_create(struct arena *a, struct school *s, struct str *why)
{
    if (!s->password.n)
        s->password = random_hex(a, 9);
    json_t *config = school_config(s);
    bool founded = school_found(a, s->host, config, why);
    json_decref(config);
    if (!founded)
        return false;
    if (school_fill(a, s, why) && school_open(a, s->host, why))
        return true;
    school_discard(a, s->host);
    return false;
}

/* Daemons look at the configuration once a second: what they answer meanwhile must not need the database. */
static bool close_to_visitors(struct arena *a, struct str host, json_t *config, struct str *why)
{
    struct ctx cx = plain_call(a);
    if (json_object_get(config, "maintenance_mode") || json_object_get(config, "being_created"))
        return true;
    json_t *on = json_integer(1);
    bool done = site_config_set(&cx, host, "maintenance_mode", on);
    json_decref(on);
    if (!said(&cx, done, why))
        return false;
    usleep(1100000);
    return true;
}

bool school_drop(struct arena *a, struct str host, struct str *why)
{
    json_t *config = site_name_valid(host) ? read_config(a, host) : NULL;
    if (!config) {
        *why = str_printf(a, "there is no site %.*s in %s", STR_ARG(host), sites_folder());
        return false;
    }
    bool closed = close_to_visitors(a, host, config, why);
    json_decref(config);
    if (!closed)
        return false;
    remove_all(a, host);
    if (!exists(school_folder(a, host)))
        return true;
    *why = str_printf(a, "%s could not be removed whole", school_folder(a, host));
    return false;
}
