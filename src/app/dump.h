#pragma once
/* dump: a database as SQL text, written by mariadb-dump and read by mariadb; what backup, restore and adoption share.
 */
#include "base.h"

/* A folder of our own beside the sites, so that renames stay on one disk; removed with the arena. NULL: the folder of
 * sites cannot be written. */
const char *dump_folder(struct arena *);
/* Writes one consistent moment of the database to <folder>/database.sql, as the server's administrator. */
bool dump_write(struct arena *, const char *folder, const char *database, struct str *why);
/* Reads the dump at `path`, plain or gzip, into the database of the site. With the rights of that site, and deaf to
 * commands of the client: whatever the dump says, it cannot reach another site or a shell. One that breaks off fails. */
bool dump_load(struct arena *, const char *folder, const char *path, struct str host, struct str *why);
