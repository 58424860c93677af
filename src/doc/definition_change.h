#pragma once
/* A definition that is being changed: what its files share. */
#include "definition.h"
#include "schema.h"

/* ---- definition_prove.c ------------------------------------------------------------------------------------------- */
/* A name that no DocType of the program and no table of the system has, and that a table can have. */
bool prove_name(struct ctx *, struct str);
bool prove_field(struct ctx *, const struct draft *, const struct field *);
bool prove_type(struct ctx *, const struct draft *);
/* "Level of Difficulty" → "level_of_difficulty"; never a standard column's. */
struct str fieldname_of_label(struct arena *, struct str label);
