#pragma once
/* site: the tenant. Configuration, Host lookup, settings, change log, response cache; and the call.
 *
 * Sites live in a folder: <sites>/common_site_config.json and <sites>/<host>/site_config.json with Frappe's keys
 * (spec/frappe-api.md section 1.2, spec/product.md section 7). A `struct site` is an immutable snapshot of one of
 * them, shared by threads and replaced whole when its files or its settings change; a call holds a reference.
 */
#include "base.h"
#include "db.h"
#include "text.h"

struct site {
    struct counted counted;
    struct arena *arena;        /* owns everything below */
    struct str name;            /* the canonical host, also the folder's name */
    struct db_tenant tenant;
    json_t *config;             /* common_site_config.json with site_config.json on top */
    struct str base_url;        /* `host_name` of the configuration: base of absolute links; may be empty */
    struct str *domains;        /* other names of this site, NULL-terminated by p == NULL */
    bool suspended;             /* maintenance_mode */
    bool reads_only;            /* maintenance with allow_reads_during_maintenance */
    struct str encryption_key;  /* Fernet key, as written in the configuration */
    /* From the Singles School Settings and System Settings, read once per snapshot. */
    struct str title, language, currency;
    const struct zone *zone;
    struct map settings;        /* "School Settings.title" → struct str * ; every row of tabSingles */
    struct words *words;        /* reserved for a site's own translations; NULL */
};

/* ---- the folder of sites --------------------------------------------------------------------------------------------- */
/* Opens the folder (made if missing) and reads the common configuration. False: reason in *why. */
bool sites_open(struct arena *, const char *folder, struct str *why);
const char *sites_folder(void);
json_t *sites_config(void);                       /* the common configuration; borrowed */
/* Starts watching the site's files and change logs: call once per second from the server's tick. Reads at most the
 * files whose time changed, on a worker. */
void sites_tick(void);
void sites_close(void);

/* The site of a host name (lower case, no port). Held for the caller: release with site_release. NULL: unknown. An
 * unknown name is looked up on disk at most once a second. Also found by its `domains` and <name>.localhost. */
const struct site *site_find(struct str host);
const struct site *site_hold(const struct site *);
void site_release(const struct site *);
/* All sites of the folder, by name; each held. */
size_t sites_all(struct arena *, const struct site ***out);
/* Drops the snapshot: the next site_find reads again. */
void site_forget(struct str name);
/* Writes `key` into the site's site_config.json (atomically, 0600); NULL removes the key. */
bool site_config_set(struct ctx *, struct str name, const char *key, json_t *value);
/* A name that may be a site: ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$, at most 253 characters. */
bool site_name_valid(struct str);

/* A value of a Single as it is stored, or empty. */
struct str site_setting(const struct site *, const char *single, const char *field);
int64_t site_setting_int(const struct site *, const char *single, const char *field, int64_t preset);
/* Value of a configuration key, or the preset. */
int64_t site_config_int(const struct site *, const char *key, int64_t preset);
struct str site_config_text(const struct site *, const char *key);

/* ---- the call ----------------------------------------------------------------------------------------------------------- */
/* Opens a call on the arena for the site (held until the arena is reset); the user is left NULL, the language is the
 * site's. `site` may be NULL for commands that have none. */
void call_open(struct ctx *, struct arena *, const struct site *);
/* Runs work(cx, arg) so that an arena at its limit ends the call (RequestEntityTooLarge) instead of the process. */
bool call_run(struct ctx *, bool (*work)(struct ctx *, void *arg), void *arg);
/* Writes the change log row, commits, drops dependent cache entries, runs what was to be done later. */
bool call_commit(struct ctx *);
void call_rollback(struct ctx *);

/* This transaction changes documents of the DocType. Recorded once per DocType. */
void call_changes(struct ctx *, const char *doctype);
/* This answer depends on documents of the DocType. */
void call_depends(struct ctx *, const char *doctype);
/* The answer also depends on the clock: it may not be kept past `t_us`. */
void call_fresh_until(struct ctx *, int64_t t_us);
/* Run after this call's commit, in order; not run on rollback. */
void call_later(struct ctx *, void (*run)(struct ctx *, void *arg), void *arg);

/* Local time of the school for `cx->now_us`, and as DocTypes store it ("2026-03-01 09:05:07.120000"). */
int64_t call_local_us(const struct ctx *);
struct str call_now(struct ctx *);
struct str call_today(struct ctx *);

/* Sets the language of the call to the best of those the interface has; unknown ones are ignored. */
void call_speak(struct ctx *, struct str wanted);
/* Languages of the interface: "en", "fr", NULL-terminated. */
const char *const *languages(void);
/* Catalogue of a language, NULL for English. */
const struct words *words_of(struct str lang);

/* ---- who changed what: invalidation ---------------------------------------------------------------------------------------
 * Every committed write leaves a row in the site's preau_change_log. The daemon that wrote acts at once; every other
 * sees the row within a second. A listener is a row beside the cache it keeps true. */
struct change_listener {
    const char *doctype;                            /* NULL: every change */
    void (*changed)(struct str site, const char *doctype); /* must not wait */
};
#define CHANGE_LISTENER(id) TABLE_ROW(change_listeners, struct change_listener, change_listener_##id)

/* ---- the response cache ------------------------------------------------------------------------------------------------------
 * Bodies of safe answers, keyed by site and everything the answer depends on; versioned by the DocTypes that were read.
 * Bounded by bytes, least recently used first. Only 200 answers without Set-Cookie are stored. */
struct cached {
    struct counted counted;
    struct str body;            /* as sent */
    struct str content_type, content_encoding, etag, headers_extra; /* "Name: value\n" lines */
    int64_t fresh_until_us;     /* 0: until something it depends on changes */
    uint64_t version;
};
/* Take a ticket before the first read of the answer. */
uint64_t cache_ticket(const struct site *);
/* NULL: not there or no longer true. Held: counted_release(&c->counted). Does not wait. */
struct cached *cache_find(const struct site *, struct str key);
/* Copies. Ignored when something in cx->deps changed since the ticket. */
void cache_store(struct ctx *, struct str key, uint64_t ticket, const struct cached *answer);
struct cache_stats {
    uint64_t hits, misses, stored, dropped, bytes;
};
struct cache_stats cache_stats(void);
