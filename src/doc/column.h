#pragma once
/* Columns of a DocType's table: its fields that have one, and the standard columns, as fields. */
#include "doc.h"

/* A column by name; NULL: no such column (unknown, a table, layout, virtual). */
const struct field *column_find(const struct doctype *, struct str name);
/* All columns in the order of fields=["*"]: standard, of child rows, fields. The optional ones (`_user_tags` and its
 * kin) are given to who names them, as a real Frappe answers. */
size_t column_all(struct arena *, const struct doctype *, const struct field ***out);
/* The first table field holding rows of the child DocType; NULL: none. */
const struct field *column_table_of(const struct doctype *, struct str child);
