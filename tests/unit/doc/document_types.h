#pragma once
/* What the tests of documents share: a school with a tree of three levels, callers and short words. */
#include "database.h"
#include "school.h"

/* A call that may write, on a database with the tables of every DocType. */
struct ctx writer(void);
/* A new, merged document, inserted; NULL when the insert failed. */
struct doc *insert(struct ctx *, const char *doctype, const char *json);
bool update(struct ctx *, const char *doctype, struct str name, const char *json);
struct str as_json(struct ctx *, const struct doc *);
/* The failure of the call, forgotten by it. */
struct error take_error(struct ctx *);
int64_t count_rows(struct ctx *, const char *doctype);
