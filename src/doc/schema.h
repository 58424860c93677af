#pragma once
/* Tables: what the server has, and the text of what a DocType asks for. */
#include "doc.h"

/* Keys are "table", "table\ncolumn" and "table\n*index" (columns joined by commas). */
struct schema {
    struct map tables;  /* → itself */
    struct map columns; /* "table\ncolumn" → struct str *: its type */
    struct map indexes; /* "table\ncolumns,in,order" → struct index * */
    struct map names;   /* "table\nindex name" → struct index * */
};

struct index {
    struct str table, columns;
    bool unique;
};

/* Of one table, or of all (`only` NULL): tables and columns. */
bool schema_columns(struct ctx *, const char *only, struct schema *);
/* Indexes too. */
bool schema_read(struct ctx *, const char *only, struct schema *);
struct str schema_key(struct arena *, struct str table, struct str part);
/* " varchar(140)" */
void schema_type(struct sql *, const struct field *);
/* "`title` varchar(140)", "`published` int(1) NOT NULL DEFAULT 0" */
void schema_column(struct sql *, const struct field *);
void schema_index(struct sql *, const char *name, const char *const *fields, bool unique);
/* CREATE TABLE … */
struct sql *schema_table(struct ctx *, const struct doctype *);
/* Calls each(…) for every index the declaration asks for. */
void schema_each_index(struct arena *, const struct doctype *, void *arg,
                       void (*each)(void *arg, const char *name, const char *const *fields, bool unique));

/* ---- schema_fit.c ------------------------------------------------------------------------------------------------- */
/* Makes the table of a site's DocType fit, on a connection of its own, at once: what the call does afterwards is rolled
 * back without it, and the table is then larger than it need be, never smaller. Columns get wider, never narrower
 * (ValidationError), unless the table is empty; none is dropped. `stored` is what holds now; NULL: nothing. */
bool schema_fit(struct ctx *, const struct doctype *type, const struct doctype *stored);
/* Its table gets the name, and the sequence of its numbers. */
bool schema_rename(struct ctx *, const struct doctype *, struct str new_name);
