#pragma once
/* Batches: the columns of a DocType with those of its tables, at every level. */
#include "doc_priv.h"
#include "perm_priv.h"

struct layout {
    const struct doctype *type;
    const struct field *table;    /* of the level above that holds these rows; NULL: the documents themselves */
    struct str path;              /* before its columns in a CSV: "", "courses.", "courses.lessons." */
    const struct field **columns; /* `name` first */
    size_t column_count;
    struct layout *tables;
    size_t table_count;
    bool used; /* import: the file has columns of it, or of a table below */
};

/* What is written: the columns that the caller may read and an import takes back; or the `fields` asked for. */
struct layout *layout_of_export(struct ctx *, const struct doctype *, const json_t *fields);
/* What a file may have: every column and table. */
struct layout *layout_of_import(struct ctx *, const struct doctype *);
/* Clients may send the field and it counts: neither layout nor secret nor the server's own. */
bool layout_takes(const struct field *);

/* The value of a column, standard ones too. */
struct value layout_value(const struct doc *, const struct field *);
/* A document in a file's shape. */
void layout_write_csv_head(const struct layout *, struct buf *);
void layout_write_csv(struct ctx *, const struct layout *, const struct doc *, struct buf *);
void layout_write_line(struct ctx *, const struct layout *, const struct doc *, struct buf *);
/* A value as a CSV shows it. */
struct str layout_cell(struct arena *, const struct field *, struct value);
