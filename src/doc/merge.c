/* A client's JSON onto a document (spec/frappe-api.md 4.4 and 4.5, spec/product.md 6b): which keys count, and what
 * becomes of the rows of tables.
 *
 * A table that is sent replaces its rows: those named are kept, wherever in the same tree they stood before; those
 * without a name are new. A table that is not sent is left alone, at every level.
 */
#include "doc_priv.h"

struct merge {
    struct ctx *cx;
    struct map rows;   /* tree_key → row of the tree as it was when the merge began */
    struct map placed; /* tree_key → row that the client has put somewhere */
};

/* How the scalars that the client did not send are treated. */
enum absent { ABSENT_STAYS, ABSENT_IS_EMPTY };

static bool merge_doc(struct merge *, struct doc *, const json_t *, enum absent, bool tables_too);

/* ---- standard columns ------------------------------------------------------------------------------------------------- */
static bool same_moment(struct ctx *cx, struct str sent, struct str stored)
{
    struct str a, b;
    return datetime_parse(cx, sent, &a) && datetime_parse(cx, stored, &b) && str_eq(a, b);
}

static void *is_constant(struct ctx *cx, const char *label)
{
    return throw(cx, &CannotChangeConstantError, "Value cannot be changed for <strong>%s</strong>", label);
}

/* What was set at the beginning may be sent back as it was read, not changed. */
static bool merge_constants(struct ctx *cx, const struct doc *doc, const json_t *object)
{
    struct str owner = json_get_str(object, "owner"), creation = json_get_str(object, "creation");
    if (owner.n && !str_eq_nocase(owner, doc->owner))
        return is_constant(cx, standard_fields[STD_OWNER].label);
    if (creation.n && !same_moment(cx, creation, doc->creation))
        return is_constant(cx, standard_fields[STD_CREATION].label);
    struct str parent = json_get_str(object, "parent");
    if (parent.n && doc->type->is_child && !str_eq_nocase(parent, doc->parent))
        return is_constant(cx, standard_fields[STD_PARENT].label);
    return true;
}

static bool merge_modified(struct ctx *cx, struct doc *doc, const json_t *object)
{
    const json_t *modified = json_object_get(object, "modified");
    struct value v;
    if (!value_from_json(cx, doc->type, &standard_fields[STD_MODIFIED], modified, &v))
        return false;
    if (v.kind == VALUE_TEXT)
        doc->modified = v.text;
    return true;
}

static bool merge_docstatus(struct ctx *cx, struct doc *doc, const json_t *object)
{
    const json_t *docstatus = json_object_get(object, "docstatus");
    struct value v;
    if (!value_from_json(cx, doc->type, &standard_fields[STD_DOCSTATUS], docstatus, &v))
        return false;
    if (v.kind == VALUE_INT && !doc->type->is_child)
        doc->docstatus = v.number;
    return true;
}

static struct str wanted_name(const struct doctype *type, const json_t *object)
{
    if (!type->autoname || strcmp(type->autoname, "Prompt") != 0)
        return STR_NONE;
    struct str asked = json_get_str(object, "__newname");
    return asked.n ? asked : json_get_str(object, "name");
}

/* Of the document that was asked for; rows take theirs from their place. */
static bool merge_standard(struct ctx *cx, struct doc *doc, const json_t *object)
{
    struct value idx;
    if (doc->is_new) {
        struct str name = wanted_name(doc->type, object);
        doc->new_name = name.n ? str_copy(cx->arena, name) : doc->new_name;
        if (doc->type->is_child && !doc->up) {
            doc->parent = str_copy(cx->arena, json_get_str(object, "parent"));
            doc->parenttype = str_copy(cx->arena, json_get_str(object, "parenttype"));
            doc->parentfield = str_copy(cx->arena, json_get_str(object, "parentfield"));
        }
    } else if (!merge_constants(cx, doc, object) || !merge_modified(cx, doc, object)) {
        return false;
    }
    if (!value_from_json(cx, doc->type, &standard_fields[STD_IDX], json_object_get(object, "idx"), &idx))
        return false;
    if (idx.kind == VALUE_INT && doc->type->is_child)
        doc->idx = idx.number;
    return merge_docstatus(cx, doc, object);
}

/* ---- rows ------------------------------------------------------------------------------------------------------------------ */
static struct str name_of_row(struct ctx *cx, const json_t *object)
{
    const json_t *local = json_object_get(object, "__islocal");
    if (json_is_true(local) || json_integer_value(local) == 1)
        return STR_NONE;
    const json_t *name = json_object_get(object, "name");
    return json_is_integer(name) ? str_printf(cx->arena, "%lld", (long long)json_integer_value(name))
                                 : json_get_str(object, "name");
}

static void detach(struct doc *row)
{
    ptrdiff_t table = row->up ? table_of_row(row->up, row) : -1;
    if (table >= 0)
        rows_remove(&row->up->tables[table], row);
}

/* The row of that name, taken from where it stood. */
static struct doc *take_row(struct merge *m, const struct doctype *type, struct str name, size_t position)
{
    struct ctx *cx = m->cx;
    struct str key = tree_key(cx->arena, type, name);
    struct doc *row = map_get(&m->rows, key);
    if (!row)
        return throw(cx, &ValidationError, "Row #%zu: %s %.*s is not a row of this document", position, type->name,
                     STR_ARG(name));
    if (map_has(&m->placed, key))
        return throw(cx, &ValidationError, "Row #%zu: %s %.*s is listed twice", position, type->name, STR_ARG(name));
    map_put(&m->placed, key, row);
    detach(row);
    return row;
}

static struct doc *merge_row(struct merge *m, const struct doctype *type, const json_t *object, size_t position)
{
    if (!json_is_object(object))
        return throw(m->cx, &ValidationError, "Row #%zu of %s is not an object", position, type->name);
    struct str name = name_of_row(m->cx, object);
    if (!name.n) {
        struct doc *row = doc_new(m->cx, type);
        return merge_doc(m, row, object, ABSENT_STAYS, false) ? row : NULL;
    }
    struct doc *row = take_row(m, type, name, position);
    return row && merge_doc(m, row, object, ABSENT_IS_EMPTY, false) ? row : NULL;
}

static bool merge_table(struct merge *m, struct doc *doc, size_t f, const json_t *rows)
{
    const struct field *field = &doc->type->fields[f];
    const struct doctype *type = table_type(m->cx, field);
    if (!type)
        return bug(m->cx, "%s.%s holds no DocType", doc->type->name, field->name);
    if (rows && !json_is_null(rows) && !json_is_array(rows))
        return throw(m->cx, &ValidationError, "Value for %s must be a list of rows", field_label(m->cx->arena, field));
    struct doc_rows table = { .given = true };
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct doc *row = merge_row(m, type, json_array_get(rows, i), i + 1);
        if (!row)
            return false;
        row->up = doc;
        rows_insert(m->cx->arena, &table, i, row);
    }
    doc->tables[f] = table;
    return true;
}

/* ---- fields ------------------------------------------------------------------------------------------------------------------ */
/* Clients never set it: the server does, or it is a secret that one does not see. */
static bool stays_when_absent(const struct field *field)
{
    return field->type == PASSWORD || field->is_virtual;
}

static bool merge_field(struct merge *m, struct doc *doc, size_t f, const json_t *object, enum absent absent,
                        bool tables_too)
{
    const struct field *field = &doc->type->fields[f];
    const json_t *json = json_object_get(object, field->name);
    if (field->server_managed || field->is_root || field_shape(field) == SHAPE_NONE)
        return true;
    if (field_is_table(field))
        return json || tables_too ? merge_table(m, doc, f, json) : true;
    if (json)
        return value_from_json(m->cx, doc->type, field, json, &doc->values[f]) || error_of_field(m->cx, field);
    if (absent == ABSENT_IS_EMPTY && !stays_when_absent(field))
        doc->values[f] = VALUE_NONE;
    return true;
}

static bool merge_doc(struct merge *m, struct doc *doc, const json_t *object, enum absent absent, bool tables_too)
{
    for (size_t f = 0; f < doc->type->field_count; f++)
        if (!merge_field(m, doc, f, object, absent, tables_too))
            return false;
    return true;
}

bool doc_merge(struct ctx *cx, struct doc *doc, const json_t *object, bool whole)
{
    if (!json_is_object(object))
        return throw(cx, &ValidationError, "Invalid request arguments");
    struct merge m = { .cx = cx, .rows = map_new(cx->arena), .placed = map_new(cx->arena) };
    struct doc_list all = { 0 };
    tree_top_first(cx->arena, tree_root(doc), &all);
    for (size_t i = 0; i < all.count; i++)
        if (!all.docs[i]->is_new && all.docs[i]->up)
            map_put(&m.rows, tree_key(cx->arena, all.docs[i]->type, all.docs[i]->name), all.docs[i]);
    return merge_standard(cx, doc, object) && merge_doc(&m, doc, object, whole ? ABSENT_IS_EMPTY : ABSENT_STAYS, whole);
}
