/* A user has another name: what names them without being a Link follows. */
#include "account_priv.h"
#include "doc.h"

enum { SLOW_MS = 120000 };

/* A column of a DocType's table that names users. */
struct place {
    const struct doctype *type;
    const char *column;
    bool lists; /* a JSON list of names */
};

static const struct {
    const char *name;
    bool lists;
} columns[] = { { "owner", false }, { "modified_by", false }, { "_assign", true }, { "_liked_by", true } };

/* As the database has them: a DocType of an adopted site may have no table. */
static struct place *places(struct ctx *cx, size_t *count)
{
    const struct doctype **types;
    size_t most = doc_types(cx->arena, cx->site, &types) * countof(columns);
    struct place *out = arena_array(cx->arena, most + 1, sizeof *out);
    struct sql *q = sql_new(cx);
    sql_add(q,
            "SELECT SUBSTRING(TABLE_NAME, 4), COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME LIKE 'tab%'"
            " AND COLUMN_NAME IN ('owner', 'modified_by', '_assign', '_liked_by') AND TABLE_SCHEMA = ");
    sql_text(q, str_of(cx->tenant->database));
    sql_limit(q, SLOW_MS);
    *count = 0;
    struct rows *rows = db_run(cx, q);
    while (rows && *count < most && rows_next(rows)) {
        const struct doctype *type = doc_type_find(cx->site, rows_text(rows, 0));
        for (size_t i = 0; type && !type->is_single && i < countof(columns); i++)
            if (str_is(rows_text(rows, 1), columns[i].name))
                out[(*count)++] = (struct place){ type, columns[i].name, columns[i].lists };
    }
    if (rows)
        rows_close(rows);
    return failed(cx) ? NULL : out;
}

static struct str quoted(struct ctx *cx, struct str name)
{
    return str_printf(cx->arena, "\"%.*s\"", STR_ARG(name));
}

static struct sql *change(struct ctx *cx, const struct place *p, struct str old_name, struct str new_name)
{
    struct sql *q = sql_new(cx);
    sql_once(q);
    sql_limit(q, SLOW_MS);
    sql_add(q, "UPDATE ");
    sql_doctype(q, p->type->name);
    sql_add(q, " SET ");
    sql_name(q, p->column);
    sql_add(q, " = ");
    if (!p->lists) {
        sql_text(q, new_name);
        sql_add(q, " WHERE ");
        sql_name(q, p->column);
        sql_add(q, " = ");
        sql_text(q, old_name);
        return q;
    }
    sql_add(q, "REPLACE(");
    sql_name(q, p->column);
    sql_add(q, ", ");
    sql_text(q, quoted(cx, old_name));
    sql_add(q, ", ");
    sql_text(q, quoted(cx, new_name));
    sql_add(q, ") WHERE LOCATE(");
    sql_text(q, quoted(cx, old_name));
    sql_add(q, ", ");
    sql_name(q, p->column);
    sql_add(q, ") > 0");
    return q;
}

static bool rename_table(struct ctx *cx, const struct personal *p, struct str old_name, struct str new_name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE IGNORE ");
    sql_table(q, p->table);
    sql_add(q, " SET ");
    sql_name(q, p->field);
    sql_add(q, " = ");
    sql_text(q, new_name);
    sql_add(q, " WHERE ");
    sql_name(q, p->field);
    sql_add(q, " = ");
    sql_text(q, old_name);
    return db_change(cx, q) >= 0;
}

bool account_rename(struct ctx *cx, struct str old_name, struct str new_name)
{
    size_t count;
    struct place *all = places(cx, &count);
    for (size_t i = 0; all && i < count; i++) {
        int64_t changed = db_change(cx, change(cx, &all[i], old_name, new_name));
        if (changed < 0)
            return false;
        if (changed)
            call_changes(cx, all[i].type->name);
    }
    TABLE_EACH (personals, struct personal, it)
        if ((*it)->table && !rename_table(cx, *it, old_name, new_name))
            return false;
    return all && sessions_end(cx, old_name, STR_NONE);
}
