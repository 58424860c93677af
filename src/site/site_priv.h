#pragma once
/* What the files of the site room know of each other. */
#include <sys/stat.h>

#include "site.h"

enum { BUCKETS = 256, SEEN = 256 };

/* When documents changed, per DocType. DocTypes share 256 buckets: a collision drops too much, never too little.
 * `clock` counts the changes of a site; a ticket is a reading of it. */
struct changes_clock {
    _Atomic uint64_t now;
    _Atomic uint64_t all_at; /* everything may have changed then */
    _Atomic uint64_t at[BUCKETS];
};

/* A set of DocTypes, by bucket. */
struct deps {
    uint64_t bits[BUCKETS / 64];
};

/* A file as it was when it was read. */
struct stamp {
    struct timespec modified;
    int64_t size;
    uint64_t inode;
};

/* A name that is or was a site. Never freed while the folder is open. */
struct site_state {
    struct site_state *next;
    struct published current; /* struct snapshot; empty: no such site now */
    struct changes_clock changes;
    _Atomic int64_t used_us;          /* monotonic: last asked for */
    _Atomic int64_t window, spent_us; /* of the budget: which window is counted, and what was spent in it */
    struct stamp stamp;               /* of site_config.json; under the registry's lock */
    uint64_t common;                  /* which common configuration was merged; likewise */
    /* The rest belongs to the thread that reads change logs. */
    bool watched;
    int64_t polled_us, swept_us;
    uint64_t seen[SEEN]; /* ids of rows already acted upon, a ring */
    size_t seen_next;
    char name[];
};

/* A site with what makes it replaceable. `site` is first: a struct site * of ours is a struct snapshot *. */
struct snapshot {
    struct site site;
    const struct snapshot *base; /* the one without settings that this one completes and holds; NULL: is it */
    bool complete;
    uint64_t ticket;  /* taken before the settings were read */
    struct deps from; /* the documents that they and the parts came from */
};

/* ---- part.c ------------------------------------------------------------------------------------------------------ */
/* Reads the parts, or takes over those of `before` (may be NULL) that still hold. `tables`: names that exist. */
bool parts_read(struct ctx *, struct snapshot *, const struct snapshot *before, const struct map *tables);
void parts_release(const struct snapshot *);
/* All tables that parts need, to be looked for. */
void parts_tables(struct map *);

/* ---- config.c ---------------------------------------------------------------------------------------------------- */
/* The object in a JSON file, tied to the arena. NULL: *why says what is wrong, empty if there is no such file. */
json_t *config_read(struct arena *, const char *path, struct stamp *, struct str *why);
/* common with own on top, then the environment's FRAPPE_DB_HOST and its like. A new object, tied to the arena. */
json_t *config_merge(struct arena *, const json_t *common, const json_t *own);
bool config_truth(const json_t *config, const char *key);
bool stamp_of(const char *path, struct stamp *);
bool stamp_eq(const struct stamp *, const struct stamp *);

/* ---- snapshot.c -------------------------------------------------------------------------------------------------- */
/* A snapshot of the site from its merged configuration, which lives in the arena; both pass to the snapshot. NULL: no
 * db_name. */
struct snapshot *snapshot_new(struct arena *, struct site_state *, json_t *config, uint64_t tenant_id);
/* The site with the settings of its Singles and its parts, read through the call; held. `before` is the complete one
 * whose place it takes, or NULL. NULL when they cannot be read. */
struct snapshot *snapshot_complete(struct ctx *, const struct snapshot *base, const struct snapshot *before);
static inline const struct snapshot *snapshot_of(const struct site *s)
{
    return (const struct snapshot *)(const void *)s;
}

/* ---- change.c ---------------------------------------------------------------------------------------------------- */
unsigned bucket_of(const char *doctype);
void deps_add(struct deps *, const char *doctype);
uint64_t clock_ticket(const struct changes_clock *);
/* Nothing of the set changed since the ticket. */
bool clock_holds(const struct changes_clock *, uint64_t ticket, const struct deps *);
/* A committed change: drops what depends on the DocType and tells the listeners. NULL: everything. */
void state_changed(struct site_state *, const char *doctype);
/* Writes the log row of a transaction. */
bool change_log_write(struct ctx *, const struct map *doctypes);
/* Reads the change logs of the sites in use. On a thread of its own. */
void change_logs_read(struct arena *);

/* ---- registry.c -------------------------------------------------------------------------------------------------- */
/* All names ever seen; append-only. */
struct site_state *registry_states(void);
/* Compares the folder with memory and reads what changed. On a thread of its own. */
void registry_scan(struct arena *);
void state_used(struct site_state *);
/* Puts `fresh` (whose hold passes on) in place of `expected`; drops it when something newer stands there already. */
void state_publish(struct site_state *, const struct snapshot *expected, struct snapshot *fresh);

/* ---- tick.c ------------------------------------------------------------------------------------------------------ */
void ticks_stop(void);

/* ---- language.c -------------------------------------------------------------------------------------------------- */
const char *translate(const struct ctx *, const char *message_id);

/* ---- cache.c ----------------------------------------------------------------------------------------------------- */
void cache_clear(void);
