#pragma once
/* Random bytes from the system, for secrets and names alike. Aborts if the system has none. */
#include "base/str.h"

void random_fill(void *bytes, size_t size);
/* 2 × `bytes` lower-case hexadecimal digits. */
struct str random_hex(struct arena *, size_t bytes);
/* 10 characters of base32hex in lower case: a document name of autoname "hash" (spec/frappe-api.md 4.2). */
struct str random_name(struct arena *);
