#pragma once
/* child: another program run to its end: mariadb-dump, mariadb, tar. No shell is involved. */
#include "base.h"

/* Runs argv (argv[0] is looked up in PATH) and waits. `in_path` and `out_path` (may be NULL) are opened as its standard
 * input and output; its standard error is ours. False: it could not be started or did not exit with 0; *why says so. */
bool child_run(struct arena *, const char *const *argv, const char *in_path, const char *out_path, struct str *why);

/* The same, with what the feeder writes to `to` as standard input. A child that ends early takes no more: its status says
 * so, not the feeder. False too when the feeder fails, with its reason. */
typedef bool child_feeder(struct arena *, const void *arg, int to, struct str *why);
bool child_feed(struct arena *, const char *const *argv, child_feeder *, const void *arg, struct str *why);
