#pragma once
/* school: making, changing and removing a site as a whole: its folder, its database, its first documents. What the
 * commands `site …`, `demo` and `restore` share.
 */
#include "base.h"
#include "site.h"

struct school {
    struct str host;                                 /* a valid site name, lower case */
    struct str title, language, currency, time_zone; /* empty: the host, en, EUR, UTC */
    struct str password;                             /* of Administrator; empty: made, and left here */
    const char *const *domains;                      /* other names, NULL-terminated; NULL: none */
    bool bare;                                       /* only the DocTypes of Core */
};

/* Creates everything or nothing: folder and configuration, database with its role and user, tables, first documents.
 * The site answers once all is there. Fails when it exists. The remains of a creation that was killed are cleared first. */
bool school_create(struct arena *, struct school *, struct str *why);
/* Closes the site to visitors, waits a second until every daemon knows, and removes database, users and folder. */
bool school_drop(struct arena *, struct str host, struct str *why);
/* Brings the tables to what the program declares. `plan` collects one line per change; `dry` changes nothing. */
bool school_migrate(struct ctx *, bool dry, struct buf *plan);

/* For restore and adoption: the folder and an empty database with a fresh name, still unknown to visitors, `config`
 * (borrowed) taken over but for the keys of the database; then school_open or school_discard. With the key
 * `adopted_in_place` the database that `config` names is taken as it is, and stays when the site is discarded. */
bool school_found(struct arena *, struct str host, json_t *config, struct str *why);
bool school_open(struct arena *, struct str host, struct str *why);
void school_discard(struct arena *, struct str host);
/* Fills a site that was founded: tables of this version and the first documents; what is there already is left alone. */
bool school_fill(struct arena *, const struct school *, struct str *why);
/* <sites>/<host> */
const char *school_folder(struct arena *, struct str host);
