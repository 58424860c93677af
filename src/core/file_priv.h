#pragma once
/* What the files about Files know of each other: names, and bytes on disk. */
#include "core.h"
#include "doc.h"

/* file_name.c: a name without anything that a path, an address or a reader's eye could stumble over; at most 140
 * characters and 180 bytes, never empty. False: thrown (not UTF-8). */
bool file_name_clean(struct ctx *, struct str wanted, struct str *out);
/* "stem" + suffix + ".ext" */
struct str file_name_suffixed(struct arena *, struct str name, struct str suffix);
/* The extension without its dot; empty if there is none. */
struct str file_name_extension(struct str name);

/* file_disk.c. URLs of ours are "/files/" or "/private/files/" and a path. */
bool disk_url(struct str url, bool *is_private, struct str *path);
struct str disk_url_of(struct arena *, bool is_private, struct str name);
/* MD5, as Frappe's content_hash. */
struct str disk_hash(struct arena *, const struct new_file *from);
/* Puts the bytes on disk under *name or, when that is taken, one that ends with the hash, which *name then is. `same`, if
 * not empty, is the URL of a file that holds the same bytes: they are shared. Undone when the call is rolled back. */
bool disk_store(struct ctx *, bool is_private, const struct new_file *from, struct str hash, struct str same,
                struct str *name);
/* Puts what the URL holds under another name, maybe in the other folder, as disk_store does. */
bool disk_share(struct ctx *, bool is_private, struct str url, struct str hash, struct str *name);
/* The file holds exactly these bytes. */
bool disk_equals(struct ctx *, struct str url, const struct new_file *from);
bool disk_has(struct ctx *, struct str url);
/* Removes the bytes once the call is committed. */
void disk_remove_later(struct ctx *, struct str url);

/* file_rows.c: the Files of a URL, compared byte by byte (the column's collation is generous). */
struct file_row {
    struct str name, owner, doctype, docname, fieldname;
};
/* Locked against deletion when the call writes. False: thrown. */
bool file_rows(struct ctx *, struct str url, struct file_row **out, size_t *count);
/* A File with the same content that the caller may read; empty if there is none they may. *other: some File has it. */
bool file_same(struct ctx *, struct str hash, bool is_private, const struct new_file *from, struct str *own,
               struct str *other);

/* file_add.c: the bytes that wait to be stored with this document; NULL: none. */
const struct new_file *file_waiting(struct ctx *, const struct doc *file);
