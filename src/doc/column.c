/* Columns: what may stand between a table alias and an operator. Standard columns are fields like any other, so that
 * filters, lists and rules need no second case for them (spec/frappe-api.md 4.1, 10.1). */
#include "column.h"

static const struct field standard[] = {
    { "name", DATA },         { "owner", LINK, .options = "User" },       { "creation", DATETIME },
    { "modified", DATETIME }, { "modified_by", LINK, .options = "User" }, { "docstatus", INT },
    { "idx", INT },
};
static const struct field of_child_rows[] = {
    { "parent", DATA },
    { "parentfield", DATA },
    { "parenttype", DATA },
};
static const struct field optional[] = {
    { "_user_tags", TEXT },
    { "_comments", TEXT },
    { "_assign", TEXT },
    { "_liked_by", TEXT },
};

static const struct field *among(const struct field *fields, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, fields[i].name))
            return &fields[i];
    return NULL;
}

const struct field *column_find(const struct doctype *type, struct str name)
{
    const struct field *f = among(standard, countof(standard), name);
    if (!f && type->is_child)
        f = among(of_child_rows, countof(of_child_rows), name);
    if (!f && !type->is_child)
        f = among(optional, countof(optional), name);
    if (f)
        return f;
    f = doc_field(type, name);
    return f && field_has_column(f) ? f : NULL;
}

static size_t put(const struct field **to, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = &fields[i];
    return count;
}

size_t column_all(struct arena *a, const struct doctype *type, const struct field ***out)
{
    size_t most = countof(standard) + countof(of_child_rows) + type->field_count + countof(optional), n = 0;
    const struct field **all = arena_array(a, most, sizeof *all);
    n += put(all, standard, countof(standard));
    if (type->is_child)
        n += put(all + n, of_child_rows, countof(of_child_rows));
    for (size_t i = 0; i < type->field_count; i++)
        if (field_has_column(&type->fields[i]))
            all[n++] = &type->fields[i];
    if (!type->is_child)
        n += put(all + n, optional, countof(optional));
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

bool words_have(const char *words, const char *word)
{
    struct str rest = str_of(words), piece;
    while (str_cut(&rest, ' ', &piece))
        if (str_is(piece, word))
            return true;
    return false;
}
