#pragma once
/* A value on the wire, by the type of its field (spec/frappe-api.md 2.5). */
#include "doc.h"

/* The column of the current row, straight from the row buffer. */
void out_cell(struct json_out *, enum field_type, struct rows *, unsigned column);
/* The same of a value in memory. */
void out_field_value(struct json_out *, enum field_type, struct value);
/* The column as a value; text points into the row. */
struct value cell_value(enum field_type, struct rows *, unsigned column);
