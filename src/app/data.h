#pragma once
/* data: what commands say of batches. */
#include "doc.h"

/* How far it came, on standard error; for batch_import. */
void batch_progress_show(void *arg, const struct batch_report *);
/* The documents that failed, on standard error; `file` stands before each unless it is NULL. */
void batch_errors_print(const char *file, const struct batch_report *);
