#pragma once
/* import: a curriculum's folder becomes documents; running it again changes only what changed (spec/product.md
 * section 7). One transaction per bootcamp. */
#include "command.h"

struct import_options {
    bool prune; /* what is gone from the folder is removed */
    bool quiet; /* only faults are printed */
};

/* Reads `dir` (a school's folder or a bootcamp's) into the site, printing what was done. The result is the exit status:
 * FAILED when a bootcamp was refused; the others were written all the same. */
int import_curriculum(struct command_line *, const char *host, const char *dir, const struct import_options *);
