/* Translations: the texts of a tree in another language, all in one statement; each field falls back by itself. */
#include "lms.h"

struct translations {
    struct map texts; /* "DocType\nname\nfield" → struct str * */
};

static struct str key_of(struct arena *arena, struct str doctype, struct str name, struct str field)
{
    return str_printf(arena, "%.*s\n%.*s\n%.*s", STR_ARG(doctype), STR_ARG(name), STR_ARG(field));
}

/* Rows of (doctype, name, field, value). */
static struct translations *gather(struct ctx *cx, struct sql *q)
{
    call_depends(cx, "Content Translation");
    struct translations *all = arena_new_of(cx->arena, struct translations);
    all->texts = map_new(cx->arena);
    struct rows *rows = db_run(cx, q);
    if (!rows)
        return NULL;
    while (rows_next(rows)) {
        struct str *value = arena_new_of(cx->arena, struct str);
        *value = str_copy(cx->arena, rows_text(rows, 3));
        if (value->n)
            map_put(&all->texts, key_of(cx->arena, rows_text(rows, 0), rows_text(rows, 1), rows_text(rows, 2)), value);
    }
    rows_close(rows);
    return failed(cx) ? NULL : all;
}

static void select_from(struct sql *q)
{
    sql_add(q, "SELECT t.reference_doctype, t.reference_name, t.fieldname, t.value FROM ");
    sql_doctype(q, "Content Translation");
    sql_add(q, " AS t");
}

/* Of the rows of one child DocType of the tree. */
static void select_rows(struct sql *q, const char *doctype, struct str bootcamp, struct str language)
{
    sql_add(q, " UNION ALL ");
    select_from(q);
    sql_add(q, " JOIN ");
    sql_doctype(q, doctype);
    sql_add(q, " AS d ON d.name = t.reference_name WHERE d.bootcamp = ");
    sql_text(q, bootcamp);
    sql_add(q, " AND t.reference_doctype = ");
    sql_text(q, str_of(doctype));
    sql_add(q, " AND t.language = ");
    sql_text(q, language);
}

struct translations *translations_of_tree(struct ctx *cx, struct str bootcamp, struct str language)
{
    struct sql *q = sql_new(cx);
    select_from(q);
    sql_add(q, " WHERE t.reference_doctype = 'LMS Bootcamp' AND t.reference_name = ");
    sql_text(q, bootcamp);
    sql_add(q, " AND t.language = ");
    sql_text(q, language);
    select_rows(q, "LMS Course", bootcamp, language);
    select_rows(q, "LMS Lesson", bootcamp, language);
    sql_add(q, " AND t.fieldname = 'title'");
    return gather(cx, q);
}

struct translations *translations_of(struct ctx *cx, const char *doctype, const struct str *names, size_t count,
                                     struct str language)
{
    if (!count) {
        struct translations *none = arena_new_of(cx->arena, struct translations);
        none->texts = map_new(cx->arena);
        return none;
    }
    struct sql *q = sql_new(cx);
    select_from(q);
    sql_add(q, " WHERE t.reference_doctype = ");
    sql_text(q, str_of(doctype));
    sql_add(q, " AND t.language = ");
    sql_text(q, language);
    sql_add(q, " AND t.reference_name IN (");
    for (size_t i = 0; i < count; i++) {
        if (i)
            sql_add(q, ", ");
        sql_text(q, names[i]);
    }
    sql_add(q, ")");
    return gather(cx, q);
}

struct str translated(const struct translations *all, const char *doctype, struct str name, const char *field,
                      struct str own)
{
    if (!all || !all->texts.count)
        return own;
    char key[512];
    int n = snprintf(key, sizeof key, "%s\n%.*s\n%s", doctype, STR_ARG(name), field);
    if (n < 0 || (size_t)n >= sizeof key)
        return own;
    const struct str *text = map_get(&all->texts, (struct str){ key, (size_t)n });
    return text ? *text : own;
}

struct str translated_from(const struct translations *all, const char *doctype, struct str name, const char *field,
                           struct str own, struct str language, struct str *foreign)
{
    struct str text = translated(all, doctype, name, field, own);
    *foreign = text.p == own.p ? language : STR_NONE;
    return text;
}
