#pragma once
/* folder: files on disk: read whole, written, made, removed. */
#include "base.h"
#include "text.h"

struct file {
    struct str path; /* below the folder, with '/' */
    struct str bytes;
    const char *fault; /* why it could not be read; NULL: it was */
};

struct folder {
    struct file *files; /* by path */
    size_t count;
};

/* Reads every plain file below `dir` into the arena; folders whose name begins with a dot are left out. What is there but
 * is no plain file that can be read (a symbolic link, a socket) comes with a fault. False: why. */
bool folder_read(struct arena *, const char *dir, struct folder *out, struct str *why);
/* NULL: there is no such file. */
const struct file *folder_file(const struct folder *, struct str path);
/* One file of at most 16 MiB. */
bool file_read(struct arena *, const char *path, struct str *out, struct str *why);
/* What an open file holds from where it stands; *fd outlives it. */
struct inflow file_inflow(int *fd);
/* A new file, with the folders above it; one that exists is not replaced. */
bool file_write(struct arena *, const char *path, struct str bytes, struct str *why);

/* Removes a folder and everything in it. A missing one is fine. */
bool folder_remove(const char *path);
/* Nothing but folders and plain files of one name is in it. What comes from anywhere may hold links, which could lead to
 * what is another school's, or the system's. */
bool folder_is_plain(const char *path);
/* Removes what is neither. */
void folder_keep_plain(const char *path);
/* The one folder in it, beside nothing else. */
bool folder_only_child(struct arena *, const char *path, struct str *name);
/* Makes a folder and those above it, mode 0700 for new ones. */
bool folder_make(const char *path);
