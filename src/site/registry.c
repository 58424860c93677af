/* The folder of sites in memory: names that are sites, their current snapshots, and the published map of hosts.
 *
 * Readers take two published pointers and never wait for a disk, but for a name nobody knows. Writers (the scanning
 * thread, a look-up of an unknown name, a command) read files without a lock, put the result into the site's state,
 * and then rebuild the host map; `version` sees to it that the map built from the most wins. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "site_priv.h"

enum { LOOKUPS = 50 };
static const size_t MAP_MAX = 256u << 20, FILE_MAX = 8u << 20;

/* What a host name leads to; immutable. */
struct hosts {
    struct counted counted;
    struct arena *arena;
    struct map states; /* host → struct site_state * */
    uint64_t version;
};

/* The common configuration. Replaced ones are kept: who borrowed one by sites_config may still read it. */
struct common {
    struct common *before;
    struct arena *arena;
    json_t *config;
    struct stamp stamp;
    uint64_t number;
};

static struct {
    bool open;
    struct lock lock; /* over states, common and version: pointer work only */
    char folder[PATH_MAX];
    _Atomic(struct site_state *) states;
    _Atomic(struct common *) common;
    uint64_t version;
    struct published hosts;
    _Atomic uint64_t tenants; /* last id given */
    _Atomic uint64_t births;  /* states made so far */
    _Atomic int64_t second;   /* in which `lookups` are counted */
    _Atomic unsigned lookups;
    char creating[256]; /* the site this process is making: site_creating */
} registry;

const char *sites_folder(void)
{
    return registry.folder;
}

json_t *sites_config(void)
{
    return registry.common->config;
}

struct site_state *registry_states(void)
{
    return registry.states;
}

void state_used(struct site_state *s)
{
    int64_t now = clock_mono_us();
    if (now - s->used_us > 1000000) /* not a store per request: other cores read this line */
        s->used_us = now;
}

bool site_name_valid(struct str name)
{
    if (!name.n || name.n > 253)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bool inner = i > 0 && i + 1 < name.n && (c == '.' || c == '-');
        if (!word && !inner)
            return false;
    }
    return true;
}

/* ---- the host map -------------------------------------------------------------------------------------------------- */

static void destroy_hosts(struct counted *c)
{
    arena_free(((struct hosts *)c)->arena);
}

static void add_domains(struct hosts *h, struct site_state *state, const struct site *site)
{
    for (const struct str *d = site->domains; d->p; d++) {
        struct site_state *holder = map_get(&h->states, *d);
        if (!holder)
            map_put(&h->states, str_copy(h->arena, *d), state);
        else if (holder != state)
            log_say(LOG_WARN, "site.domain", "%.*s names the domain %.*s, which leads to %s", STR_ARG(site->name),
                    STR_ARG(*d), holder->name);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct site_state *const *)a)->name, (*(struct site_state *const *)b)->name);
}

/* All states, by name: whose domain a name is must not depend on the order of discovery. */
static struct site_state **sorted_states(struct arena *a, size_t *count)
{
    struct site_state *first = registry.states;
    *count = 0;
    for (struct site_state *s = first; s; s = s->next)
        ++*count;
    struct site_state **all = arena_array(a, *count + 1, sizeof *all);
    size_t i = 0;
    for (struct site_state *s = first; s; s = s->next)
        all[i++] = s;
    if (*count)
        qsort(all, *count, sizeof *all, by_name);
    return all;
}

/* A site's own name comes before anyone's alias. */
static void fill_hosts(struct hosts *h)
{
    size_t count;
    struct site_state **all = sorted_states(h->arena, &count);
    struct counted **held = arena_array(h->arena, count + 1, sizeof *held);
    for (size_t i = 0; i < count; i++)
        if ((held[i] = published_take(&all[i]->current)))
            map_put(&h->states, str_of(all[i]->name), all[i]);
    for (size_t i = 0; i < count; i++)
        if (held[i]) {
            add_domains(h, all[i], (const struct site *)(const void *)held[i]);
            counted_release(held[i]);
        }
}

static struct hosts *build_hosts(uint64_t version)
{
    struct arena *a = arena_new(MAP_MAX);
    if (!a)
        return NULL;
    struct hosts *h = arena_new_of(a, struct hosts);
    *h = (struct hosts){ { 1, destroy_hosts }, a, map_new(a), version };
    fill_hosts(h);
    return h;
}

/* Puts a map of all that is known now in place of the old one, unless someone who knew more was faster. */
static void publish_hosts(void)
{
    lock_take(&registry.lock);
    uint64_t version = ++registry.version;
    lock_release(&registry.lock);
    struct hosts *fresh = build_hosts(version);
    if (!fresh)
        return;
    lock_take(&registry.lock);
    struct counted *old = registry.hosts.current;
    bool newer = !old || ((struct hosts *)old)->version < version;
    if (newer)
        published_replace(&registry.hosts, &fresh->counted);
    lock_release(&registry.lock);
    if (!newer)
        counted_release(&fresh->counted);
}

/* ---- one site from its file ---------------------------------------------------------------------------------------- */

static struct site_state *find_state(const char *name)
{
    for (struct site_state *s = registry.states; s; s = s->next)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static struct site_state *state_of(const char *name)
{
    struct site_state *s = find_state(name);
    if (s)
        return s;
    size_t n = strlen(name);
    struct site_state *fresh = calloc(1, sizeof *fresh + n + 1);
    if (!fresh)
        return NULL;
    memcpy(fresh->name, name, n);
    published_init(&fresh->current);
    fresh->used_us = INT64_MIN / 2;
    /* No ticket of an earlier state, which may have stood at the same address, holds for this one. */
    fresh->changes.all_at = fresh->changes.now = ++registry.births << 32;
    lock_take(&registry.lock);
    s = find_state(name);
    if (!s) {
        fresh->next = registry.states;
        registry.states = fresh;
    }
    lock_release(&registry.lock);
    if (s)
        free(fresh);
    return s ? s : fresh;
}

/* The same database keeps its number, so that prepared statements survive a changed key. */
static uint64_t tenant_id(const struct site *before, const json_t *config)
{
    const char *database = json_string_value(json_object_get(config, "db_name"));
    if (before && database && strcmp(before->tenant.database, database) == 0)
        return before->tenant.id;
    return ++registry.tenants;
}

/* A site that another process is making does not exist yet. */
static bool is_unfinished(const char *name, const json_t *config)
{
    return json_object_get(config, "being_created") && strcmp(name, registry.creating) != 0;
}

/* NULL when the file is missing or of no use; *keep when the one in memory should stay, since the file is broken. */
static struct snapshot *read_site(struct site_state *s, const struct common *common, const struct site *before,
                                  struct stamp *stamp, bool *keep)
{
    struct arena *a = arena_new(FILE_MAX);
    if (!a)
        return NULL;
    struct str why;
    const char *path = arena_printf(a, "%s/%s/site_config.json", registry.folder, s->name);
    json_t *own = config_read(a, path, stamp, &why);
    json_t *merged = own && !is_unfinished(s->name, own) ? config_merge(a, common->config, own) : NULL;
    struct snapshot *fresh = merged ? snapshot_new(a, s, merged, tenant_id(before, merged)) : NULL;
    *keep = why.n > 0;
    if (why.n)
        log_say(LOG_WARN, "site.config", "%.*s", STR_ARG(why));
    if (!fresh)
        arena_free(a);
    return fresh;
}

/* The file's stamp and what was read from it change together: of two readers the last one's stamp tells the scan
 * whether it was also the newest. */
static void put(struct site_state *s, const struct stamp *stamp, uint64_t common, bool replace, struct snapshot *fresh)
{
    lock_take(&registry.lock);
    s->stamp = *stamp;
    s->common = common;
    if (replace)
        published_replace(&s->current, fresh ? &fresh->site.counted : NULL);
    lock_release(&registry.lock);
}

/* Reads the site's file and publishes what it says. True when hosts may lead elsewhere now. */
static bool reload(struct site_state *s)
{
    const struct common *common = registry.common;
    struct counted *before = published_take(&s->current);
    struct stamp stamp = { .size = -1 };
    bool keep = false;
    struct snapshot *fresh = read_site(s, common, (const struct site *)(const void *)before, &stamp, &keep);
    bool changed = fresh || (before && !keep);
    put(s, &stamp, common->number, changed, fresh);
    if (changed)
        state_changed(s, NULL);
    if (before)
        counted_release(before);
    return changed;
}

void state_publish(struct site_state *s, const struct snapshot *expected, struct snapshot *fresh)
{
    lock_take(&s->current.lock);
    struct counted *old = s->current.current;
    bool same = old == &expected->site.counted;
    if (same)
        s->current.current = &fresh->site.counted;
    lock_release(&s->current.lock);
    counted_release(same ? old : &fresh->site.counted);
}

/* ---- the common configuration --------------------------------------------------------------------------------------- */

static void take_common(struct arena *a, json_t *config, const struct stamp *stamp)
{
    struct common *c = arena_new_of(a, struct common);
    struct common *before = registry.common;
    *c = (struct common){ before, a, config, *stamp, before ? before->number + 1 : 1 };
    registry.common = c;
}

/* False: the file is there and cannot be used; *why in `said`. A missing file is an empty configuration. */
static bool read_common(struct arena *said, struct str *why)
{
    struct arena *a = arena_new(FILE_MAX);
    if (!a)
        return false;
    struct stamp stamp = { .size = -1 };
    struct str problem;
    json_t *config = config_read(a, arena_printf(a, "%s/common_site_config.json", registry.folder), &stamp, &problem);
    if (problem.n) {
        *why = str_copy(said, problem);
        arena_free(a);
        return false;
    }
    take_common(a, config_merge(a, config, NULL), &stamp);
    return true;
}

static void reread_common(struct arena *a)
{
    struct stamp now = { .size = -1 };
    struct str why = STR_NONE;
    stamp_of(arena_printf(a, "%s/common_site_config.json", registry.folder), &now);
    if (stamp_eq(&now, &registry.common->stamp))
        return;
    if (read_common(a, &why))
        return;
    log_say(LOG_WARN, "site.config", "%.*s", STR_ARG(why));
    registry.common->stamp = now; /* said once, not each second */
}

/* ---- scanning -------------------------------------------------------------------------------------------------------- */

static bool path_of(char path[PATH_MAX], const char *name)
{
    int n = snprintf(path, PATH_MAX, "%s/%s/site_config.json", registry.folder, name);
    return n > 0 && n < PATH_MAX;
}

static bool is_current(struct site_state *s)
{
    char path[PATH_MAX];
    struct stamp now = { .size = -1 };
    if (path_of(path, s->name))
        stamp_of(path, &now);
    lock_take(&registry.lock);
    bool same = stamp_eq(&now, &s->stamp) && s->common == registry.common->number;
    lock_release(&registry.lock);
    return same;
}

/* A name that may be a site of the folder: read if there is something new to read. */
static bool meet(const char *name)
{
    char path[PATH_MAX];
    if (!site_name_valid(str_of(name)) || !path_of(path, name) || access(path, F_OK) != 0)
        return false;
    struct site_state *s = state_of(name);
    return s && !is_current(s) && reload(s);
}

void registry_scan(struct arena *a)
{
    bool changed = false;
    reread_common(a);
    for (struct site_state *s = registry.states; s; s = s->next)
        if (!is_current(s))
            changed |= reload(s);
    DIR *folder = opendir(registry.folder);
    for (struct dirent *e; folder && (e = readdir(folder));)
        changed |= !find_state(e->d_name) && meet(e->d_name);
    if (folder)
        closedir(folder);
    if (changed)
        publish_hosts();
}

/* ---- the front door -------------------------------------------------------------------------------------------------- */

bool sites_open(struct arena *a, const char *folder, struct str *why)
{
    *why = STR_NONE;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        *why = str_printf(a, "The folder of sites %s cannot be made (errno %d).", folder, errno);
        return false;
    }
    if (!realpath(folder, registry.folder)) {
        *why = str_printf(a, "The folder of sites %s cannot be opened (errno %d).", folder, errno);
        return false;
    }
    lock_init(&registry.lock);
    published_init(&registry.hosts);
    if (!read_common(a, why))
        return false;
    registry.open = true;
    registry_scan(a);
    if (!registry.hosts.current)
        publish_hosts();
    return true;
}

static void free_states(void)
{
    for (struct site_state *s = registry.states, *next; s; s = next) {
        next = s->next;
        published_replace(&s->current, NULL);
        lock_destroy(&s->current.lock);
        free(s);
    }
    registry.states = NULL;
}

/* Nobody holds a site any more when this is called. */
void sites_close(void)
{
    if (!registry.open)
        return;
    ticks_stop();
    cache_clear();
    published_replace(&registry.hosts, NULL);
    free_states();
    for (struct common *c = registry.common, *before; c; c = before) {
        before = c->before;
        arena_free(c->arena);
    }
    registry.common = NULL;
    registry.open = false;
    lock_destroy(&registry.hosts.lock);
    lock_destroy(&registry.lock);
}

static const struct site *known(struct str host)
{
    struct hosts *h = (struct hosts *)published_take(&registry.hosts);
    struct site_state *s = h ? map_get(&h->states, host) : NULL;
    struct counted *current = s ? published_take(&s->current) : NULL;
    if (h)
        counted_release(&h->counted);
    if (current)
        state_used(s);
    return (const struct site *)(const void *)current;
}

/* A flood of invented names must not become a flood of disk reads. */
static bool may_look_up(void)
{
    int64_t second = clock_mono_us() / 1000000;
    if (registry.second != second) {
        registry.second = second;
        registry.lookups = 0;
    }
    return ++registry.lookups <= LOOKUPS;
}

/* A closed site is looked at again too: it may have been opened, or dropped and made anew, since the last scan. */
const struct site *site_find(struct str host)
{
    const struct site *s = known(host);
    if ((s && !s->suspended) || !site_name_valid(host) || !may_look_up())
        return s;
    char name[256];
    snprintf(name, sizeof name, "%.*s", STR_ARG(s ? s->name : host));
    if (!meet(name))
        return s;
    publish_hosts();
    if (s)
        site_release(s);
    return known(host);
}

void site_creating(struct str host)
{
    snprintf(registry.creating, sizeof registry.creating, "%.*s", STR_ARG(host));
}

void site_forget(struct str name)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%.*s", STR_ARG(name));
    struct site_state *s = find_state(copy);
    if (s && reload(s))
        publish_hosts();
}

const struct site *site_peek(struct str name)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%.*s", STR_ARG(name));
    struct site_state *s = find_state(copy);
    return s ? (const struct site *)(const void *)published_take(&s->current) : NULL;
}

size_t sites_all(struct arena *a, const struct site ***out)
{
    size_t count, n = 0;
    struct site_state **all = sorted_states(a, &count);
    *out = arena_array(a, count + 1, sizeof **out);
    for (size_t i = 0; i < count; i++) {
        struct counted *held = published_take(&all[i]->current);
        if (held)
            (*out)[n++] = (const struct site *)(const void *)held;
    }
    return n;
}
