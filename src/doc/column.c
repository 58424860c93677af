/* Columns: what may stand between a table alias and an operator. Standard columns are fields like any other, so that
 * filters, lists and rules need no second case for them (spec/frappe-api.md 4.1, 10.1). */
#include "doc_priv.h"

const struct field standard_fields[STANDARDS] = {
    [STD_NAME] = { "name", DATA, "ID" },
    [STD_OWNER] = { "owner", LINK, "Created By", "User" },
    [STD_CREATION] = { "creation", DATETIME, "Created On" },
    [STD_MODIFIED] = { "modified", DATETIME, "Last Updated On" },
    [STD_MODIFIED_BY] = { "modified_by", LINK, "Last Updated By", "User" },
    [STD_DOCSTATUS] = { "docstatus", INT, "Document Status" },
    [STD_IDX] = { "idx", INT, "Index" },
    [STD_PARENT] = { "parent", DATA, "Parent" },
    [STD_PARENTFIELD] = { "parentfield", DATA, "Parent Field" },
    [STD_PARENTTYPE] = { "parenttype", DATA, "Parent Document Type" },
};
/* Of every table but those of child rows; filled by others than the engine. */
static const struct field optional[] = {
    { "_user_tags", TEXT },
    { "_comments", TEXT },
    { "_assign", TEXT },
    { "_liked_by", TEXT },
};

static const struct field number = { "name", LONG_INT, "ID" };

bool type_is_numbered(const struct doctype *type)
{
    return type->autoname && !strcmp(type->autoname, "autoincrement") && !type->is_single;
}

const struct field *name_column(const struct doctype *type)
{
    return type_is_numbered(type) ? &number : &standard_fields[STD_NAME];
}

void name_bind(struct sql *q, const struct doctype *type, struct str name)
{
    int64_t n;
    if (!type_is_numbered(type))
        sql_text(q, name);
    else if (str_int(name, &n))
        sql_int(q, n);
    else
        sql_null(q);
}

size_t standard_count(const struct doctype *type)
{
    return type->is_child ? STANDARDS : STD_PARENT;
}

static const struct field *among(const struct field *fields, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, fields[i].name))
            return &fields[i];
    return NULL;
}

const struct field *column_find(const struct doctype *type, struct str name)
{
    const struct field *f = among(standard_fields, standard_count(type), name);
    if (f == &standard_fields[STD_NAME])
        return name_column(type);
    if (!f && !type->is_child)
        f = among(optional, countof(optional), name);
    if (f)
        return f;
    f = doc_field(type, name);
    return f && field_has_column(f) ? f : NULL;
}

static size_t put(const struct field **to, const struct field *fields, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (field_has_column(&fields[i]))
            to[n++] = &fields[i];
    return n;
}

size_t column_all(struct arena *a, const struct doctype *type, const struct field ***out)
{
    const struct field **all = arena_array(a, STANDARDS + type->field_count, sizeof *all);
    size_t n = put(all, standard_fields, standard_count(type));
    all[STD_NAME] = name_column(type);
    n += put(all + n, type->fields, type->field_count);
    *out = all;
    return n;
}

const struct field *column_table_of(const struct doctype *type, struct str child)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (field_is_table(&type->fields[i]) && type->fields[i].options && str_is(child, type->fields[i].options))
            return &type->fields[i];
    return NULL;
}
