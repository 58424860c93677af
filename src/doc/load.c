/* Reading documents: the root in one statement, and one statement for each table of each level below it, however many
 * rows there are. */
#include "doc_priv.h"

/* ---- one row of a result → one document -------------------------------------------------------------------------------- */
static void add_columns(struct sql *q, const char *alias, const struct doctype *type)
{
    for (size_t i = 0; i < standard_count(type); i++) {
        if (i)
            sql_add(q, ", ");
        sql_column(q, alias, standard_fields[i].name);
    }
    for (size_t i = 0; i < type->field_count; i++)
        if (field_has_column(&type->fields[i])) {
            sql_add(q, ", ");
            sql_column(q, alias, type->fields[i].name);
        }
}

static struct doc *doc_of_row(struct ctx *cx, const struct doctype *type, struct rows *rows)
{
    struct doc *doc = doc_new(cx, type);
    unsigned column = 0;
    doc->is_new = false;
    for (size_t i = 0; i < standard_count(type); i++)
        standard_set(doc, (enum standard)i, value_from_row(cx->arena, &standard_fields[i], rows, column++));
    for (size_t i = 0; i < type->field_count; i++)
        if (field_has_column(&type->fields[i]))
            doc->values[i] = value_from_row(cx->arena, &type->fields[i], rows, column++);
    return doc;
}

/* ---- rows below ------------------------------------------------------------------------------------------------------------ */
/* The DocTypes from the top of the tree down to the level being read. */
struct path {
    const struct path *above;
    const struct doctype *type;
};

/* t1 is the level itself, t2 the one above …; the last join's parent is the top document. */
static void add_joins(struct sql *q, const struct path *path)
{
    sql_add(q, " FROM ");
    sql_doctype(q, path->type->name);
    sql_add(q, " `t1`");
    static const char *const aliases[] = { "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9" };
    size_t level = 0;
    const struct path *p = path;
    for (; p->above->above && level + 2 < countof(aliases); p = p->above, level++) {
        sql_add(q, " JOIN ");
        sql_doctype(q, p->above->type->name);
        sql_add(q, " ");
        sql_name(q, aliases[level + 1]);
        sql_add(q, " ON ");
        sql_column(q, aliases[level + 1], "name");
        sql_add(q, " = ");
        sql_column(q, aliases[level], "parent");
        sql_add(q, " AND ");
        sql_column(q, aliases[level], "parenttype");
        sql_add(q, " = ");
        sql_text(q, str_of(p->above->type->name));
    }
    sql_add(q, " WHERE ");
    sql_column(q, aliases[level], "parenttype");
    sql_add(q, " = ");
    sql_text(q, str_of(p->above->type->name));
    sql_add(q, " AND ");
    sql_column(q, aliases[level], "parent");
    sql_add(q, " = ");
}

static void hang_up(struct ctx *cx, const struct map *parents, struct doc *row)
{
    struct doc *parent = map_get(parents, str_lower(cx->arena, row->parent));
    ptrdiff_t f = parent ? field_index(parent->type, row->parentfield) : -1;
    if (f < 0 || !field_is_table(&parent->type->fields[f]) ||
        strcmp(parent->type->fields[f].options, row->type->name) != 0)
        return;
    row->up = parent;
    rows_insert(cx->arena, &parent->tables[f], parent->tables[f].count, row);
}

static struct rows *rows_of_level(struct ctx *cx, const struct path *path, struct str top, bool lock)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    add_columns(q, "t1", path->type);
    add_joins(q, path);
    sql_text(q, top);
    sql_add(q, " ORDER BY `t1`.`idx`, `t1`.`name`");
    if (lock)
        sql_add(q, " LOCK IN SHARE MODE");
    return db_run(cx, q);
}

static bool load_below(struct ctx *cx, const struct path *path, struct str top, const struct doc_list *parents,
                       bool lock);

/* All rows of one child DocType below the documents of one level. */
static bool load_level(struct ctx *cx, const struct path *path, struct str top, const struct map *parents, bool lock)
{
    struct doc_list found = { 0 };
    struct rows *rows = rows_of_level(cx, path, top, lock);
    if (!rows)
        return false;
    while (rows_next(rows)) {
        struct doc *row = doc_of_row(cx, path->type, rows);
        hang_up(cx, parents, row);
        if (row->up)
            doc_list_add(cx->arena, &found, row);
    }
    rows_close(rows);
    return !failed(cx) && load_below(cx, path, top, &found, lock);
}

static bool seen_before(const struct doctype *type, size_t field)
{
    for (size_t i = 0; i < field; i++)
        if (field_is_table(&type->fields[i]) && !strcmp(type->fields[i].options, type->fields[field].options))
            return true;
    return false;
}

static bool load_below(struct ctx *cx, const struct path *path, struct str top, const struct doc_list *parents,
                       bool lock)
{
    struct map by_name = map_new(cx->arena);
    for (size_t i = 0; i < parents->count; i++)
        map_put(&by_name, str_lower(cx->arena, parents->docs[i]->name), parents->docs[i]);
    const struct doctype *type = path->type;
    for (size_t f = 0; parents->count && f < type->field_count; f++) {
        const struct field *field = &type->fields[f];
        if (!field_is_table(field) || field->is_virtual || seen_before(type, f))
            continue;
        struct path below = { .above = path, .type = table_type(cx, field) };
        if (!below.type)
            return bug(cx, "%s.%s holds no DocType", type->name, field->name);
        if (!load_level(cx, &below, top, &by_name, lock))
            return false;
    }
    return true;
}

static bool load_rows(struct ctx *cx, struct doc *doc, bool lock)
{
    struct path path = { .type = doc->type };
    struct doc_list top = { &doc, 1, 1 };
    return load_below(cx, &path, doc->name, &top, lock);
}

/* ---- Singles ------------------------------------------------------------------------------------------------------------------ */
static bool take_single_value(struct ctx *cx, struct doc *doc, struct str field, struct str text)
{
    ptrdiff_t i = field_index(doc->type, field);
    if (i >= 0 && !text.p)
        doc->values[i] = VALUE_NONE;
    if (!text.p)
        return true;
    if (i >= 0 && field_has_column(&doc->type->fields[i]))
        return value_from_text(cx, doc->type, &doc->type->fields[i], text, &doc->values[i]);
    static const enum standard kept[] = { STD_OWNER, STD_CREATION, STD_MODIFIED, STD_MODIFIED_BY };
    for (size_t k = 0; k < countof(kept); k++)
        if (str_is(field, standard_fields[kept[k]].name))
            standard_set(doc, kept[k],
                         value_of_text(kept[k] == STD_OWNER || kept[k] == STD_MODIFIED_BY
                                           ? text
                                           : datetime_canonical(cx->arena, text)));
    return true;
}

static struct doc *load_single(struct ctx *cx, const struct doctype *type, bool lock)
{
    struct doc *doc = doc_new(cx, type);
    if (!presets_fill(cx, doc)) /* for fields without a row */
        return NULL;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `field`, `value` FROM ");
    sql_table(q, "tabSingles");
    sql_add(q, " WHERE `doctype` = ");
    sql_text(q, str_of(type->name));
    if (lock)
        sql_add(q, " FOR UPDATE");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct str value = rows_is_null(rows, 1) ? STR_NONE : str_copy(cx->arena, rows_text(rows, 1));
        if (!take_single_value(cx, doc, str_copy(cx->arena, rows_text(rows, 0)), value))
            return NULL;
    }
    return failed(cx) ? NULL : doc;
}

/* ---- DocTypes of the program -------------------------------------------------------------------------------------------------- */
/* They have no row in tabDocType and are read all the same, made from their declarations. */
static struct doc *load_declared(struct ctx *cx, struct str name, bool lock)
{
    const struct doctype *ours = doc_type_find(cx->site, name);
    if (!ours || ours->custom)
        return NULL;
    if (lock)
        return throw(
            cx, &ValidationError,
            N_("The DocType %.*s belongs to the program: use Custom Field, Property Setter or Custom DocPerm."),
            STR_ARG(name));
    return doc_type_document(cx, ours);
}

/* ---- one document ---------------------------------------------------------------------------------------------------------------- */
static struct doc *load_one(struct ctx *cx, const struct doctype *type, struct str name, bool lock)
{
    if (type->is_single)
        return str_is(name, type->name) ? load_single(cx, type, lock) : NULL;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    add_columns(q, "t1", type);
    sql_add(q, " FROM ");
    sql_doctype(q, type->name);
    sql_add(q, " `t1` WHERE `t1`.`name` = ");
    name_bind(q, type, name);
    if (lock)
        sql_add(q, " FOR UPDATE");
    struct rows *rows = db_run(cx, q);
    struct doc *doc = rows && rows_next(rows) ? doc_of_row(cx, type, rows) : NULL;
    if (rows)
        rows_close(rows);
    if (!doc && !failed(cx) && !strcmp(type->name, "DocType"))
        return load_declared(cx, name, lock);
    return failed(cx) ? NULL : doc;
}

/* A transaction that has read before may see old rows below a root that it locks now: then rows are read locking too.
 * In a fresh one the snapshot is made after the lock, and plain reads are as good. */
struct doc *load_tree(struct ctx *cx, const struct doctype *type, struct str name, bool lock)
{
    bool old_snapshot = cx->writing;
    if (lock && !db_begin(cx))
        return NULL;
    struct doc *doc = load_one(cx, type, name, lock);
    return doc && load_rows(cx, doc, lock && old_snapshot) ? doc : NULL;
}

bool load_root_of(struct ctx *cx, const struct doctype **type, struct str *name)
{
    while ((*type)->is_child) {
        struct sql *q = sql_new(cx);
        sql_add(q, "SELECT `parenttype`, `parent` FROM ");
        sql_doctype(q, (*type)->name);
        sql_add(q, " WHERE `name` = ");
        sql_text(q, *name);
        struct rows *rows = db_run(cx, q);
        if (!rows)
            return false;
        const struct doctype *above = rows_next(rows) ? doc_type_find(cx->site, rows_text(rows, 0)) : NULL;
        if (above)
            *name = str_copy(cx->arena, rows_text(rows, 1));
        rows_close(rows);
        if (!above || failed(cx))
            return false;
        *type = above;
    }
    return true;
}

static void *not_found(struct ctx *cx, const struct doctype *type, struct str name)
{
    return failed(cx) ? NULL : throw(cx, &DoesNotExistError, "%s %.*s not found", type->name, STR_ARG(name));
}

static bool loaded(struct ctx *cx, struct doc *doc)
{
    call_depends(cx, doc->type->name);
    return !doc->type->on_load || doc->type->on_load(cx, doc);
}

struct doc *doc_find(struct ctx *cx, const char *doctype, struct str name)
{
    const struct doctype *type = doc_type(cx, str_of(doctype));
    struct doc *doc = type ? load_tree(cx, type, name, false) : NULL;
    return doc && loaded(cx, doc) ? doc : NULL;
}

struct doc *doc_load(struct ctx *cx, const char *doctype, struct str name)
{
    const struct doctype *type = doc_type(cx, str_of(doctype));
    if (!type)
        return NULL;
    struct doc *doc = load_tree(cx, type, name, false);
    if (!doc)
        return not_found(cx, type, name);
    return loaded(cx, doc) ? doc : NULL;
}

static struct doc *row_in_tree(struct ctx *cx, struct doc *root, const struct doctype *type, struct str name)
{
    struct doc_list all = { 0 };
    struct str key = tree_key(cx->arena, type, name);
    tree_top_first(cx->arena, root, &all);
    for (size_t i = 0; i < all.count; i++)
        if (all.docs[i]->type == type && str_eq(tree_key(cx->arena, type, all.docs[i]->name), key))
            return all.docs[i];
    return NULL;
}

struct doc *doc_load_for_update(struct ctx *cx, const struct doctype *type, struct str name)
{
    const struct doctype *root_type = type;
    struct str root_name = name;
    if (!load_root_of(cx, &root_type, &root_name))
        return not_found(cx, type, name);
    struct doc *root = load_tree(cx, root_type, root_name, true);
    struct doc *doc = root && root_type != type ? row_in_tree(cx, root, type, name) : root;
    if (!doc)
        return not_found(cx, type, name);
    tree_remember(cx->arena, root);
    return loaded(cx, doc) ? doc : NULL;
}

/* ---- one value ------------------------------------------------------------------------------------------------------------------------- */
static bool get_single(struct ctx *cx, const struct doctype *type, const char *field, struct str *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `value` FROM ");
    sql_table(q, "tabSingles");
    sql_add(q, " WHERE `doctype` = ");
    sql_text(q, str_of(type->name));
    sql_add(q, " AND `field` = ");
    sql_text(q, str_of(field));
    return db_first_text(cx, q, out);
}

bool doc_get(struct ctx *cx, const char *doctype, struct str name, const char *field, struct str *out)
{
    const struct doctype *type = doc_type(cx, str_of(doctype));
    const struct field *column = type ? column_find(type, str_of(field)) : NULL;
    *out = STR_NONE;
    if (!column)
        return type ? bug(cx, "%s has no column %s", doctype, field) : NULL;
    call_depends(cx, type->name);
    if (type->is_single)
        return get_single(cx, type, field, out);
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    sql_name(q, field);
    sql_add(q, " FROM ");
    sql_doctype(q, type->name);
    sql_add(q, " WHERE `name` = ");
    name_bind(q, type, name);
    struct rows *rows = db_run(cx, q);
    bool found = rows && rows_next(rows);
    if (found)
        *out = value_text(cx->arena, column, value_from_row(cx->arena, column, rows, 0));
    if (rows)
        rows_close(rows);
    return found && !failed(cx);
}

bool doc_exists(struct ctx *cx, const char *doctype, struct str name, struct str *stored)
{
    const struct doctype *type = doc_type(cx, str_of(doctype));
    if (type && type->is_single) {
        *stored = str_of(type->name);
        return str_is(name, type->name);
    }
    return type && doc_get(cx, doctype, name, "name", stored);
}
