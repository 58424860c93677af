#pragma once
/* import_file: what was read from a folder and which document it became (table import_file). For a lesson `bytes` is its
 * header only: the body stands in the document. `sha256` is of the whole file as it was read. */
#include "base.h"
#include "db.h"

struct import_file {
    struct str path;
    struct str document_type, document_name; /* empty: kept as a file only */
    struct str bytes;
    struct str sha256; /* hex */
};

/* Every file whose path begins with the prefix (all for an empty one): path → struct import_file * . */
bool import_files_load(struct ctx *, struct str prefix, struct map *out);
/* A lesson in another language: "…/04-functions.fr.md". */
bool import_file_is_translation(const struct import_file *);
bool import_file_put(struct ctx *, const struct import_file *);
bool import_file_delete(struct ctx *, struct str path);
