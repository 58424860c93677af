/* The table import_file. */
#include "import_file.h"

bool import_files_load(struct ctx *cx, struct str prefix, struct map *out)
{
    *out = map_new(cx->arena);
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `path`, `document_type`, `document_name`, `bytes`, `sha256` FROM ");
    sql_table(q, "import_file");
    sql_add(q, " WHERE LEFT(`path`, CHAR_LENGTH(");
    sql_text(q, prefix);
    sql_add(q, ")) = ");
    sql_text(q, prefix);
    sql_add(q, " ORDER BY `path`");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct import_file *f = arena_new_of(cx->arena, struct import_file);
        *f = (struct import_file){ str_copy(cx->arena, rows_text(rows, 0)), str_copy(cx->arena, rows_text(rows, 1)),
                                   str_copy(cx->arena, rows_text(rows, 2)), str_copy(cx->arena, rows_text(rows, 3)),
                                   str_copy(cx->arena, rows_text(rows, 4)) };
        map_put(out, f->path, f);
    }
    return !failed(cx);
}

bool import_file_is_translation(const struct import_file *f)
{
    struct str path = f->path, piece, last = STR_NONE;
    while (str_cut(&path, '/', &piece))
        last = piece;
    return str_is(f->document_type, "LMS Lesson") && str_has(str_slice(last, 0, last.n - 3), '.');
}

static void text_or_null(struct sql *q, struct str s)
{
    if (s.n)
        sql_text(q, s);
    else
        sql_null(q);
}

bool import_file_put(struct ctx *cx, const struct import_file *f)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "REPLACE INTO ");
    sql_table(q, "import_file");
    sql_add(q, " (`path`, `document_type`, `document_name`, `bytes`, `sha256`) VALUES (");
    sql_text(q, f->path);
    sql_add(q, ", ");
    text_or_null(q, f->document_type);
    sql_add(q, ", ");
    text_or_null(q, f->document_name);
    sql_add(q, ", ");
    sql_text(q, f->bytes);
    sql_add(q, ", ");
    sql_text(q, f->sha256);
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}

bool import_file_delete(struct ctx *cx, struct str path)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "import_file");
    sql_add(q, " WHERE `path` = ");
    sql_text(q, path);
    return db_change(cx, q) >= 0;
}
