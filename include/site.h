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
    struct arena *arena; /* owns everything below */
    struct str name;     /* the canonical host, also the folder's name */
    struct db_tenant tenant;
    json_t *config;            /* common_site_config.json with site_config.json on top */
    struct str base_url;       /* `host_name` of the configuration: base of absolute links; may be empty */
    struct str *domains;       /* other names of this site, NULL-terminated by p == NULL */
    bool suspended;            /* maintenance_mode, and no reads allowed meanwhile */
    bool reads_only;           /* maintenance with allow_reads_during_maintenance */
    bool bare;                 /* of the program it has only the DocTypes of Core */
    struct str encryption_key; /* Fernet key, as written in the configuration */
    /* From the Singles School Settings and System Settings, read once per snapshot. */
    struct str title, language, currency;
    const struct zone *zone;
    struct map settings;      /* "School Settings.title" → struct str * ; every row of tabSingles */
    struct words *words;      /* reserved for a site's own translations; NULL */
    struct part **parts;      /* see site_part; NULL: not read */
    struct site_state *state; /* what outlives snapshots: what changed when; one per name, for the process's life */
};

/* ---- parts -------------------------------------------------------------------------------------------------------------
 * What a room above keeps in memory of each site, read when the snapshot is completed and true as long as it is: a row
 * beside the code that reads it. Shared and frozen; who has the site has it, without a lock. */
struct site_part {
    const char *name;
    const char *const *depends; /* DocTypes from whose documents it is made, NULL-terminated */
    const char *const *tables;  /* without these it is not read: NULL-terminated */
    /* Reads through the call, which has no user; what it returns lives in the arena. NULL: nothing to keep, which costs
     * no memory, or failed(cx). cx->site is the new site, its settings
     * read, without parts. */
    const void *(*load)(struct ctx *cx, struct arena *);
};
#define SITE_PART(id) TABLE_ROW(site_parts, struct site_part, site_part_##id)
enum { SITE_PARTS_MOST = 4 };
/* What `load` returned; NULL: nothing, or the snapshot is not complete, or there is no site. */
const void *site_part(const struct site *, const struct site_part *);

/* ---- the folder of sites --------------------------------------------------------------------------------------------- */
/* Opens the folder (made if missing) and reads the common configuration. False: reason in *why. */
bool sites_open(struct arena *, const char *folder, struct str *why);
const char *sites_folder(void);
json_t *sites_config(void); /* the common configuration; borrowed */
/* Looks after files and change logs: call once per second from the server's tick. Only wakes two threads of this room
 * (started by the first call): one reads the files whose time changed, one the change logs of sites in use. */
void sites_tick(void);
void sites_close(void);

/* The site of a host name (lower case, no port), which is its folder's name or one of its `domains`. Held for the
 * caller: release with site_release. NULL: unknown. An unknown name is looked up on disk before the refusal, at most
 * 50 names a second. Never waits for the database: see site_ready. */
const struct site *site_find(struct str host);
/* Its settings (Singles) are read and still true. If not, call_open reads them first, which waits for the database:
 * a loop passes such a request on to a lane. */
bool site_ready(const struct site *);
/* The site of exactly this name as it is in memory, held; it does not count as used, so its change log is not watched for
 * it. NULL: none. */
const struct site *site_peek(struct str name);
const struct site *site_hold(const struct site *);
void site_release(const struct site *);
/* All sites of the folder, by name; each held. */
size_t sites_all(struct arena *, const struct site ***out);
/* This process is making the site (one at a time; empty: none): while its configuration has the key `being_created`,
 * no other process finds it. */
void site_creating(struct str host);
/* Drops the snapshot: the next site_find reads again. */
void site_forget(struct str name);
/* Writes `key` into the site's site_config.json (atomically, 0600); NULL removes the key. */
bool site_config_set(struct ctx *, struct str name, const char *key, json_t *value);
/* The same for the common configuration, which is made where there is none: each member of `changes` takes the place of
 * the one there is, null removes it. A running process reads it within a second. */
bool sites_config_set(struct ctx *, const json_t *changes);
/* A name that may be a site: ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$, at most 253 characters. */
bool site_name_valid(struct str);

/* A value of a Single as it is stored, or empty. */
struct str site_setting(const struct site *, const char *single, const char *field);
int64_t site_setting_int(const struct site *, const char *single, const char *field, int64_t preset);
/* Value of a configuration key, or the preset. */
int64_t site_config_int(const struct site *, const char *key, int64_t preset);
struct str site_config_text(const struct site *, const char *key);

/* The time that a site's requests may take together within a window: `rate_limit` {"window": s, "limit": s}. */
struct site_budget {
    int64_t limit_us, left_us; /* of this window */
    int reset_s;               /* until the next one */
    bool over;                 /* more was spent than there is */
};
/* Spends (0 only looks). False: the site has no budget. */
bool site_budget(const struct site *, int64_t now_us, int64_t spent_us, struct site_budget *out);

/* ---- the call ----------------------------------------------------------------------------------------------------------- */
/* Opens a call on the arena for the site (held until the arena is reset); the user is left NULL, the language is the
 * site's. `site` may be NULL for commands that have none. Takes a fresher snapshot than the one given when its settings
 * changed meanwhile: cx->site, not the argument, is the site from here on. A database that does not answer leaves the
 * presets; this never fails. */
void call_open(struct ctx *, struct arena *, const struct site *);
/* Runs work(cx, arg) so that an arena at its limit ends the call (RequestEntityTooLarge) instead of the process. The
 * caller settles as after any failure; some more room is granted to say so. */
bool call_run(struct ctx *, bool (*work)(struct ctx *, void *arg), void *arg);
/* Runs work so that a failure undoes only what it did: its writes, its messages, what it wanted done later. Then too the
 * result is true, and *why says what went wrong (kind NULL: nothing). False: the whole call has failed. Not nested. */
bool call_attempt(struct ctx *, bool (*work)(struct ctx *, void *), void *arg, struct error *why);
/* Writes the change log row, commits, drops dependent cache entries, runs what was to be done later. */
bool call_commit(struct ctx *);
/* A part of the transaction that may fail alone: then it is undone, with what it wanted done later, and cx->err says why;
 * whoever asked clears that and goes on. At the arena's limit the part fails, too. Parts do not nest. *lost: the whole
 * transaction is gone. */
bool call_part(struct ctx *, bool (*work)(struct ctx *, void *arg), void *arg, bool *lost);
void call_rollback(struct ctx *);

/* A call beside the call, for what must stay even if the call itself is rolled back (counters, stamps): same arena and
 * site, a connection and a transaction of its own. call_beside_end commits it when `ok`; a failure becomes the call's. */
struct ctx call_beside(struct ctx *);
bool call_beside_end(struct ctx *cx, struct ctx *own, bool ok);

/* This transaction changes documents of the DocType (a literal or text that lives as long as the call). Recorded once
 * per DocType. Who writes a Single records CHANGES_OF_SINGLES as well. Tables without a DocType go by their own name. */
#define CHANGES_OF_SINGLES "Singles"
void call_changes(struct ctx *, const char *doctype);
/* This answer depends on documents of the DocType. */
void call_depends(struct ctx *, const char *doctype);
/* The answer also depends on the clock: it may not be kept past `t_us`. */
void call_fresh_until(struct ctx *, int64_t t_us);
/* A number of the transaction that is open: never 0, another one after each commit and rollback. */
uint64_t call_transaction(struct ctx *);
/* Run after this call's commit, in order; not run on rollback. What it writes it commits itself. */
void call_later(struct ctx *, void (*run)(struct ctx *, void *arg), void *arg);
/* Run when this call is rolled back, newest first: takes back what no transaction holds. Not run after a COMMIT whose
 * result is unknown. */
void call_undo(struct ctx *, void (*run)(struct ctx *, void *arg), void *arg);

/* Local time of the school for `cx->now_us`, and as DocTypes store it ("2026-03-01 09:05:07.120000"). */
int64_t call_local_us(const struct ctx *);
struct str call_now(struct ctx *);
struct str call_today(struct ctx *);

/* Sets the language of the call to the best of those wanted that the interface has: "fr", "fr_CA" or the value of
 * Accept-Language ("fr-CH, en;q=0.8"). Unknown ones are ignored. */
void call_speak(struct ctx *, struct str wanted);
/* Languages of the interface: "en", "fr", NULL-terminated. */
const char *const *languages(void);
/* Catalogue of a language, NULL for English. */
const struct words *words_of(struct str lang);

/* How a language is called and writes: lines X-… in the head of its catalogue, so that a language is one file. What is
 * missing there is as in English. */
struct tongue {
    struct str name, spoken, locale; /* "Français"; within a sentence; "fr_FR" */
    struct str decimal, group;       /* marks in numbers: 1 234,56 */
    struct str price;                /* "{amount} {sign}" */
    struct str first;                /* after the first day of a month: "er" */
    struct str at;                   /* between a date and a time: ", " */
};
struct tongue tongue_of(struct str lang);

/* ---- who changed what: invalidation ---------------------------------------------------------------------------------------
 * Every committed write leaves a row in the site's preau_change_log. The daemon that wrote acts at once; every other
 * sees the row within a second. A listener is a row beside the cache it keeps true. */
struct change_listener {
    const char *doctype;                                   /* NULL: every change */
    void (*changed)(struct str site, const char *doctype); /* must not wait; any thread */
};
/* When everything may have changed (a site was put back, or was not watched for a while) every listener is called
 * with its own DocType. */
#define CHANGE_LISTENER(id) TABLE_ROW(change_listeners, struct change_listener, change_listener_##id)

/* ---- the response cache ------------------------------------------------------------------------------------------------------
 * Bodies of safe answers, keyed by site and everything the answer depends on; versioned by the DocTypes that were read.
 * Bounded by bytes, least recently used first. Only 200 answers without Set-Cookie are stored. */
struct cached {
    struct counted counted;
    struct str body;                                                /* as sent */
    struct str content_type, content_encoding, etag, headers_extra; /* "Name: value\n" lines */
    int64_t fresh_until_us;                                         /* 0: until something it depends on changes */
    uint64_t ticket;                                                /* set by cache_store */
    _Atomic(struct http_prepared *) prepared; /* made by whoever sends the answer again; freed by `forget` */
};
/* Take a ticket before the first read of the answer. */
uint64_t cache_ticket(const struct site *);
/* Nothing of the DocTypes (NULL-terminated) changed since the ticket: for whoever keeps other things in memory. */
bool cache_holds(const struct site *, uint64_t ticket, const char *const *doctypes);
/* NULL: not there or no longer true. Held: counted_release(&c->counted). Does not wait. */
struct cached *cache_find(const struct site *, struct str key);
/* Frees what was prepared for answers that leave the cache: http's business, which this room does not know. At boot. */
void cache_prepared(void (*forget)(struct http_prepared *));
/* Is there a place for this answer? Answers that are `seldom` asked for twice, and all once the cache is half full, get
 * one when they are asked for again; this counts as asking. */
bool cache_has_place(const struct site *, struct str key, bool seldom);
/* Copies. Ignored when something in cx->deps changed since the ticket. */
void cache_store(struct ctx *, struct str key, uint64_t ticket, const struct cached *answer);
struct cache_stats {
    uint64_t hits, misses, stored, dropped, bytes;
};
struct cache_stats cache_stats(void);
/* Ceiling in bytes, 64 MiB at first; 0 keeps nothing. */
void cache_limit(size_t bytes);
