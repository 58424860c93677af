/* Snapshots: a site frozen at one moment. First from its files alone, with presets for what its settings say; then,
 * when the first call needs it, completed from the Singles. The completed one holds the first and borrows from it. */
#include <stdlib.h>

#include "site_priv.h"

static const size_t SNAPSHOT_MAX = 16u << 20;

static void destroy(struct counted *c)
{
    const struct snapshot *s = (const struct snapshot *)(const void *)c;
    struct arena *a = s->site.arena;
    const struct snapshot *base = s->base;
    parts_release(s);
    arena_free(a);
    if (base)
        site_release(&base->site);
}

static struct str text_of(const json_t *config, const char *key)
{
    const json_t *v = json_object_get(config, key);
    return json_is_string(v) ? (struct str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

/* `domains` is one name, or a list of names or of objects with a member `domain`, as bench writes it. */
static struct str *domains_of(struct arena *a, const json_t *config)
{
    const json_t *list = json_object_get(config, "domains");
    size_t count = json_is_array(list) ? json_array_size(list) : json_is_string(list), n = 0;
    struct str *out = arena_array(a, count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_is_array(list) ? json_array_get(list, i) : list;
        const char *name = json_string_value(json_is_object(one) ? json_object_get(one, "domain") : one);
        struct str host = name ? str_lower(a, str_of(name)) : STR_NONE;
        if (site_name_valid(host))
            out[n++] = host;
    }
    return out;
}

/* As Frappe: a name without a scheme is http. Without a slash at the end. */
static struct str base_url_of(struct arena *a, const json_t *config)
{
    struct str url = text_of(config, "host_name");
    if (!url.n)
        url = text_of(config, "hostname");
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    if (url.n && str_find(url, STR("://")) < 0)
        url = str_printf(a, "http://%.*s", STR_ARG(url));
    return url;
}

static void preset(struct site *s)
{
    struct str language = text_of(s->config, "lang");
    s->title = s->name;
    s->language = language.n ? language : STR("en");
    s->currency = STR("EUR");
    s->zone = zone_find(STR("UTC"));
    s->settings = map_new(s->arena);
    s->parts = NULL;
}

struct snapshot *snapshot_new(struct arena *a, struct site_state *state, json_t *config, uint64_t tenant_id)
{
    struct str database = text_of(config, "db_name");
    if (!database.n)
        return NULL;
    struct snapshot *s = arena_new_of(a, struct snapshot);
    bool maintenance = config_truth(config, "maintenance_mode");
    bool reads = config_truth(config, "allow_reads_during_maintenance");
    s->site = (struct site){ .counted = { 1, destroy },
                             .arena = a,
                             .name = str_of(state->name),
                             .tenant = { tenant_id, str_c(a, database), str_c(a, text_of(config, "db_password")) },
                             .config = config,
                             .base_url = base_url_of(a, config),
                             .domains = domains_of(a, config),
                             .suspended = maintenance && !reads,
                             .reads_only = maintenance && reads,
                             .bare = config_truth(config, "bare"),
                             .encryption_key = text_of(config, "encryption_key"),
                             .state = state };
    preset(&s->site);
    return s;
}

/* ---- settings ------------------------------------------------------------------------------------------------------ */

struct str site_setting(const struct site *s, const char *single, const char *field)
{
    char key[320];
    int n = snprintf(key, sizeof key, "%s.%s", single, field);
    if (n < 0 || (size_t)n >= sizeof key)
        return STR_NONE;
    const struct str *value = map_get(&s->settings, (struct str){ key, (size_t)n });
    return value ? *value : STR_NONE;
}

int64_t site_setting_int(const struct site *s, const char *single, const char *field, int64_t preset_value)
{
    int64_t n;
    return str_int(site_setting(s, single, field), &n) ? n : preset_value;
}

/* The same setting stands in School Settings and in System Settings; a school of Frappe has only the latter. */
static void choose(const struct site *s, const char *field, struct str *out)
{
    struct str value = site_setting(s, "School Settings", field);
    if (!value.n)
        value = site_setting(s, "System Settings", field);
    if (value.n)
        *out = value;
}

static void apply(struct site *s)
{
    struct str zone = STR_NONE;
    choose(s, "title", &s->title);
    choose(s, "language", &s->language);
    choose(s, "currency", &s->currency);
    choose(s, "time_zone", &zone);
    if (zone.n && zone_find(zone))
        s->zone = zone_find(zone);
}

/* Which of the wanted tables there are. */
static bool find_tables(struct ctx *cx, const struct map *wanted, struct map *there)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `TABLE_NAME` FROM `information_schema`.`TABLES` WHERE `TABLE_SCHEMA` = ");
    sql_text(q, str_of(cx->tenant->database));
    sql_add(q, " AND `TABLE_NAME` IN (");
    for (size_t i = 0; i < wanted->count; i++) {
        if (i)
            sql_add(q, ", ");
        sql_text(q, wanted->entries[i].key);
    }
    sql_add(q, ")");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows))
        map_put(there, str_copy(cx->arena, rows_text(rows, 0)), cx);
    return !failed(cx);
}

static bool read_singles(struct ctx *cx, struct snapshot *s)
{
    struct arena *a = s->site.arena;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `doctype`, `field`, `value` FROM ");
    sql_table(q, "tabSingles");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct str single = rows_text(rows, 0), field = rows_text(rows, 1);
        struct str *value = arena_new_of(a, struct str);
        *value = str_copy(a, rows_text(rows, 2));
        deps_add(&s->from, str_c(cx->arena, single));
        map_put(&s->site.settings, str_printf(a, "%.*s.%.*s", STR_ARG(single), STR_ARG(field)), value);
    }
    return !failed(cx);
}

/* A copy of the base that holds it; what comes from the database is not there yet. */
static struct snapshot *begin(const struct snapshot *base)
{
    struct arena *a = arena_new(SNAPSHOT_MAX);
    if (!a)
        return NULL;
    struct snapshot *s = arena_new_of(a, struct snapshot);
    *s = (struct snapshot){ .base = base, .complete = true };
    size_t shared = offsetof(struct site, arena); /* all but the counter, which others change meanwhile */
    memcpy((char *)&s->site + shared, (const char *)&base->site + shared, sizeof s->site - shared);
    s->site.counted = (struct counted){ 1, destroy };
    s->site.arena = a;
    site_hold(&base->site);
    preset(&s->site);
    return s;
}

static bool read_all(struct ctx *cx, struct snapshot *s, const struct snapshot *before)
{
    struct map wanted = map_new(cx->arena), there = map_new(cx->arena);
    map_put(&wanted, STR("tabSingles"), s);
    parts_tables(&wanted);
    if (!find_tables(cx, &wanted, &there) || !map_has(&there, STR("tabSingles")) || !read_singles(cx, s))
        return false;
    apply(&s->site);
    const struct site *was = cx->site;
    cx->site = &s->site; /* parts are made from these settings, not from those before */
    bool done = parts_read(cx, s, before, &there);
    cx->site = was;
    return done;
}

struct snapshot *snapshot_complete(struct ctx *cx, const struct snapshot *base, const struct snapshot *before)
{
    struct snapshot *s = begin(base);
    if (!s)
        return NULL;
    s->ticket = cache_ticket(&base->site);
    deps_add(&s->from, CHANGES_OF_SINGLES);
    deps_add(&s->from, "School Settings");
    deps_add(&s->from, "System Settings");
    if (!read_all(cx, s, before)) {
        site_release(&s->site);
        return NULL;
    }
    return s;
}

bool site_ready(const struct site *site)
{
    const struct snapshot *s = snapshot_of(site);
    return s->complete && clock_holds(&site->state->changes, s->ticket, &s->from);
}

const struct site *site_hold(const struct site *s)
{
    counted_hold((struct counted *)(void *)&((struct site *)(void *)(uintptr_t)s)->counted);
    return s;
}

void site_release(const struct site *s)
{
    if (s)
        counted_release((struct counted *)(void *)&((struct site *)(void *)(uintptr_t)s)->counted);
}
