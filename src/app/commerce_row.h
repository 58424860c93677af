#pragma once
/* commerce_row: which rows an import has taken, and what they said (table preau_taken_row). */
#include "base.h"
#include "db.h"
#include "text.h"

struct commerce_row {
    struct str key, digest;
    bool is_same; /* it said so at the last import */
};

void commerce_row_of(struct ctx *, const char *doctype, struct str name, const json_t *row, struct commerce_row *out);
/* Sets is_same. */
bool commerce_row_find(struct ctx *, struct commerce_row *);
bool commerce_row_put(struct ctx *, const struct commerce_row *);
