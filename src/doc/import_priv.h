#pragma once
/* Import: from a file to documents as JSON, and from one of those into the database. */
#include "batch_priv.h"

/* A document as the file has it. */
struct item {
    uint64_t row;   /* where it begins in the file */
    json_t *json;   /* NULL: it could not be read */
    struct str why; /* then; translated */
    size_t bytes;
};

/* ---- import_read.c ------------------------------------------------------------------------------------------------- */
struct documents;
/* Reads the head of a CSV. NULL: it names what is unknown, or twice the same; thrown. */
struct documents *documents_open(struct ctx *, const struct batch_import *, struct layout *);
/* False: there are no more. The JSON is tied to cx->arena. */
bool documents_next(struct ctx *, struct documents *, struct item *);

/* ---- import_document.c --------------------------------------------------------------------------------------------- */
/* Inserts it or, when `update` and its name exists, updates it. *json is changed on the way. */
bool import_document(struct ctx *, const struct layout *, json_t *json, bool update, enum batch_outcome *);
