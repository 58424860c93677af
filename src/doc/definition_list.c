/* DocTypes of the program in lists of DocType: they have no rows, so the statement brings them along as JSON, beside the
 * site's own. Only who lists DocTypes pays for it. */
#include "definition.h"
#include "doc_priv.h"

#define WHEN "'2026-01-01 00:00:00.000000'"

static struct str ours_as_json(struct ctx *cx)
{
    struct buf b = buf_new(cx->arena, (size_t)1 << 20);
    struct json_out out = out_to(&b);
    const struct doctype **all;
    size_t count = doc_types(cx->arena, cx->site, &all);
    out_begin_array(&out);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->custom)
            continue;
        out_begin_array(&out);
        out_text(&out, str_of(all[i]->name));
        for (size_t p = 0; p < TYPE_PROPERTIES; p++) {
            struct str text = property_text(cx->arena, &type_properties[p], all[i]);
            if (text.p)
                out_text(&out, text);
            else
                out_null(&out);
        }
        out_end_array(&out);
    }
    out_end_array(&out);
    return buf_str(&b);
}

/* By its place in the row, which is an array. */
static void add_json_column(struct sql *q, const char *name, enum property_kind kind, size_t place)
{
    if (place)
        sql_add(q, ", ");
    sql_name(q, name);
    if (kind == PROPERTY_FLAG || kind == PROPERTY_SHORT)
        sql_add(q, " int PATH '$[");
    else
        sql_add(q, " varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci PATH '$[");
    sql_index(q, (unsigned)place);
    sql_add(q, "]'");
}

static void add_value(struct sql *q, const struct field *column)
{
    if (property_find(type_properties, TYPE_PROPERTIES, str_of(column->name)))
        sql_column(q, "j", column->name);
    else if (column == &standard_fields[STD_NAME])
        sql_add(q, "`j`.`name`");
    else if (column == &standard_fields[STD_OWNER] || column == &standard_fields[STD_MODIFIED_BY])
        sql_add(q, "'Administrator'");
    else if (column == &standard_fields[STD_CREATION] || column == &standard_fields[STD_MODIFIED])
        sql_add(q, WHEN);
    else if (field_is_never_null(column) || column == &standard_fields[STD_DOCSTATUS] ||
             column == &standard_fields[STD_IDX])
        sql_add(q, "0");
    else
        sql_add(q, "NULL");
}

void sql_doctypes(struct ctx *cx, struct sql *q, const struct doctype *type)
{
    const struct field **columns;
    size_t count = column_all(cx->arena, type, &columns);
    sql_add(q, "(SELECT ");
    for (size_t i = 0; i < count; i++) {
        if (i)
            sql_add(q, ", ");
        sql_name(q, columns[i]->name);
    }
    sql_add(q, " FROM ");
    sql_doctype(q, type->name);
    sql_add(q, " UNION ALL SELECT ");
    for (size_t i = 0; i < count; i++) {
        if (i)
            sql_add(q, ", ");
        add_value(q, columns[i]);
    }
    sql_add(q, " FROM JSON_TABLE(");
    sql_text(q, ours_as_json(cx));
    sql_add(q, ", '$[*]' COLUMNS (");
    add_json_column(q, "name", PROPERTY_TEXT, 0);
    for (size_t p = 0; p < TYPE_PROPERTIES; p++)
        add_json_column(q, type_properties[p].name, type_properties[p].kind, p + 1);
    sql_add(q, ")) `j`)");
}
