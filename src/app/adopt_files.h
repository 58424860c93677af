#pragma once
/* adopt_files: the uploads of a Frappe site, from where its backups and its folders keep them.
 */
#include "base.h"

/* Where they may be, strongest first. */
struct files_source {
    const char
        *given[2]; /* public, private: an archive of `bench backup` (tar, may be gzip) or a folder; NULL: not given */
    const char *dump; /* …-database.sql.gz: bench put …-files.tar and …-private-files.tar beside it; NULL: no file */
    const char *config; /* site_config.json: beside it are public/files and private/files */
};

/* Puts them into the folder of the site. Links and devices stay behind. `work`: a folder on the same disk. None at all is
 * fine; the report counts what is missing. False: why. */
bool files_bring(struct arena *, const struct files_source *, const char *work, struct str host, struct str *why);
