/* A document and its rows as a tree: walking, placing, remembering what is stored. */
#include "doc_priv.h"

void doc_list_add(struct arena *arena, struct doc_list *list, struct doc *doc)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        struct doc **docs = arena_array(arena, room, sizeof *docs);
        for (size_t i = 0; i < list->count; i++)
            docs[i] = list->docs[i];
        list->docs = docs;
        list->room = room;
    }
    list->docs[list->count++] = doc;
}

void tree_top_first(struct arena *arena, struct doc *top, struct doc_list *list)
{
    doc_list_add(arena, list, top);
    for (size_t f = 0; f < top->type->field_count; f++)
        for (size_t i = 0; i < top->tables[f].count; i++)
            tree_top_first(arena, top->tables[f].rows[i], list);
}

void tree_rows_first(struct arena *arena, struct doc *top, struct doc_list *list)
{
    for (size_t f = 0; f < top->type->field_count; f++)
        for (size_t i = 0; i < top->tables[f].count; i++)
            tree_rows_first(arena, top->tables[f].rows[i], list);
    doc_list_add(arena, list, top);
}

struct doc *tree_root(struct doc *doc)
{
    while (doc->up)
        doc = doc->up;
    return doc;
}

struct str tree_key(struct arena *arena, const struct doctype *type, struct str name)
{
    return str_printf(arena, "%s\n%.*s", type->name, STR_ARG(str_lower(arena, str_trim(name))));
}

const struct doctype *table_type(const struct ctx *cx, const struct field *table)
{
    return table->options ? doc_type_find(cx->site, str_of(table->options)) : NULL;
}

/* ---- rows of a table ------------------------------------------------------------------------------------------------- */
void rows_insert(struct arena *arena, struct doc_rows *table, size_t at, struct doc *row)
{
    if (table->count == table->room) {
        size_t room = table->room ? table->room * 2 : 8;
        struct doc **rows = arena_array(arena, room, sizeof *rows);
        for (size_t i = 0; i < table->count; i++)
            rows[i] = table->rows[i];
        table->rows = rows;
        table->room = room;
    }
    if (at > table->count)
        at = table->count;
    for (size_t i = table->count; i > at; i--)
        table->rows[i] = table->rows[i - 1];
    table->rows[at] = row;
    table->count++;
}

void rows_remove(struct doc_rows *table, const struct doc *row)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i] != row)
            table->rows[kept++] = table->rows[i];
    table->count = kept;
}

ptrdiff_t table_of_row(const struct doc *parent, const struct doc *row)
{
    for (size_t f = 0; f < parent->type->field_count; f++)
        for (size_t i = 0; i < parent->tables[f].count; i++)
            if (parent->tables[f].rows[i] == row)
                return (ptrdiff_t)f;
    return -1;
}

struct doc *doc_add_row(struct ctx *cx, struct doc *doc, const char *table_field)
{
    ptrdiff_t i = field_index(doc->type, str_of(table_field));
    const struct field *field = i < 0 ? NULL : &doc->type->fields[i];
    const struct doctype *type = field && field_is_table(field) ? table_type(cx, field) : NULL;
    if (!type)
        return bug(cx, "%s has no table %s", doc->type->name, table_field);
    struct doc *row = doc_new(cx, type);
    row->up = doc;
    rows_insert(cx->arena, &doc->tables[i], doc->tables[i].count, row);
    row->idx = (int64_t)doc->tables[i].count;
    return row;
}

void tree_place(struct doc *top)
{
    for (size_t f = 0; f < top->type->field_count; f++)
        for (size_t i = 0; i < top->tables[f].count; i++) {
            struct doc *row = top->tables[f].rows[i];
            row->up = top;
            row->idx = (int64_t)i + 1;
            row->docstatus = top->docstatus;
            row->parent = top->name;
            row->parenttype = str_of(top->type->name);
            row->parentfield = str_of(top->type->fields[f].name);
            tree_place(row);
        }
}

/* ---- what is stored ---------------------------------------------------------------------------------------------------- */
static struct doc *copy_of(struct arena *arena, const struct doc *doc)
{
    struct doc *copy = arena_new_of(arena, struct doc);
    size_t fields = doc->type->field_count;
    *copy = *doc;
    copy->before = NULL;
    copy->values = arena_array(arena, fields, sizeof *copy->values);
    for (size_t i = 0; i < fields; i++)
        copy->values[i] = doc->values[i];
    copy->tables = arena_array(arena, fields, sizeof *copy->tables);
    return copy;
}

void tree_remember(struct arena *arena, struct doc *top)
{
    struct doc *copy = copy_of(arena, top);
    top->before = copy;
    for (size_t f = 0; f < top->type->field_count; f++) {
        struct doc_rows *rows = &top->tables[f];
        for (size_t i = 0; i < rows->count; i++) {
            tree_remember(arena, rows->rows[i]);
            struct doc *stored = (struct doc *)rows->rows[i]->before; /* made here a moment ago */
            stored->up = copy;
            rows_insert(arena, &copy->tables[f], i, stored);
        }
    }
}

struct doc *tree_again(struct arena *arena, const struct doc *stored)
{
    struct doc *copy = copy_of(arena, stored);
    copy->before = stored;
    copy->is_new = false;
    for (size_t f = 0; f < stored->type->field_count; f++)
        for (size_t i = 0; i < stored->tables[f].count; i++) {
            struct doc *row = tree_again(arena, stored->tables[f].rows[i]);
            row->up = copy;
            rows_insert(arena, &copy->tables[f], i, row);
        }
    return copy;
}

bool doc_differs(const struct doc *doc)
{
    const struct doc *before = doc->before;
    if (!before || doc->idx != before->idx || doc->docstatus != before->docstatus)
        return true;
    if (!str_eq(doc->parent, before->parent) || !str_eq(doc->parentfield, before->parentfield) ||
        !str_eq(doc->owner, before->owner) || !str_eq(doc->creation, before->creation))
        return true;
    for (size_t i = 0; i < doc->type->field_count; i++)
        if (field_has_column(&doc->type->fields[i]) && !value_equal(doc->values[i], before->values[i]))
            return true;
    return false;
}
