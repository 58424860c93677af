/* One document of an import: its JSON through the same merge and save as any client's, with its name and those of its rows. */
#include "import_priv.h"

/* ---- what the file may say ------------------------------------------------------------------------------------------ */
/* Standard columns that count; the others (owner, stamps) are the server's, and passed over. */
static bool keeps_standard(const struct field *f)
{
    static const enum standard kept[] = {
        STD_NAME, STD_DOCSTATUS, STD_IDX, STD_PARENT, STD_PARENTFIELD, STD_PARENTTYPE
    };
    for (size_t i = 0; i < countof(kept); i++)
        if (f == &standard_fields[kept[i]])
            return true;
    return false;
}

static const struct field *standard_named(const char *key)
{
    for (size_t i = 0; i < STANDARDS; i++)
        if (!strcmp(standard_fields[i].name, key))
            return &standard_fields[i];
    return NULL;
}

static bool no_such_field(struct ctx *cx, const struct doctype *type, const char *key)
{
    throw(cx, &ValidationError, N_("%s has no field %.140s"), type->name, key);
    cx->err.field = str_c(cx->arena, str_of(key));
    return false;
}

/* Over REST a text that is no number is 0, as Frappe has it; in a file of thousands nobody would notice. */
static bool is_number(struct ctx *cx, const struct field *f, const json_t *value)
{
    struct str text = str_trim(json_str_of(value));
    struct decimal d;
    if (!json_is_string(value) || !text.n || decimal_parse(without_commas(cx->arena, text), &d))
        return true;
    throw(cx, &ValidationError, N_("%s: \"%.*s\" is not a number"), field_label(cx->arena, f),
          STR_ARG(utf8_head(text, 100)));
    return error_of_field(cx, f);
}

/* "Yes" and "No" of spreadsheets. */
static json_t *as_check(const json_t *value)
{
    struct str text = str_trim(json_str_of(value));
    bool yes = str_eq_nocase(text, STR("yes")) || str_eq_nocase(text, STR("true"));
    bool no = str_eq_nocase(text, STR("no")) || str_eq_nocase(text, STR("false"));
    return yes || no ? json_integer(yes) : NULL;
}

static bool sift_value(struct ctx *cx, const struct doctype *type, json_t *object, const char *key, const json_t *value)
{
    const struct field *f = doc_field(type, str_of(key));
    if (!f)
        return no_such_field(cx, type, key);
    if (!field_is_number(f))
        return true;
    json_t *check = f->type == CHECK ? as_check(value) : NULL;
    if (check)
        json_object_set_new(object, key, check);
    return check || is_number(cx, f, value);
}

/* Removes what does not count; complains of what does not exist. */
static bool sift(struct ctx *cx, const struct layout *l, json_t *object)
{
    const char *key;
    void *next;
    json_t *value;
    json_object_foreach_safe(object, next, key, value)
    {
        const struct field *standard = standard_named(key);
        bool passed_over = key[0] == '_' || !strcmp(key, "doctype") || (standard && !keeps_standard(standard));
        if (passed_over)
            json_object_del(object, key);
        else if (!standard && !sift_value(cx, l->type, object, key, value))
            return false;
    }
    return true;
}

static json_t *rows_of(const json_t *object, const struct layout *t)
{
    return json_object_get(object, t->table->name);
}

static bool sift_all(struct ctx *cx, const struct layout *l, json_t *object)
{
    if (!json_is_object(object))
        return throw(cx, &ValidationError, N_("Each document must be a JSON object."));
    if (!sift(cx, l, object))
        return false;
    for (size_t t = 0; t < l->table_count; t++) {
        json_t *row;
        size_t i;
        json_array_foreach(rows_of(object, &l->tables[t]), i, row) if (!sift_all(cx, &l->tables[t], row)) return false;
    }
    return true;
}

/* ---- names of rows -------------------------------------------------------------------------------------------------- */
/* A row that the stored document does not have is new, whatever it is called. */
static void mark_new_rows(struct ctx *cx, const struct layout *l, const json_t *object, const struct map *stored)
{
    for (size_t t = 0; t < l->table_count; t++) {
        json_t *row;
        size_t i;
        json_array_foreach(rows_of(object, &l->tables[t]), i, row)
        {
            struct str name = json_get_str(row, "name");
            if (!name.n || !map_has(stored, tree_key(cx->arena, l->tables[t].type, name)))
                json_object_set_new(row, "__islocal", json_true());
            mark_new_rows(cx, &l->tables[t], row, stored);
        }
    }
}

/* And takes the name that the file gives it. The rows of a merged document stand in the order of the file. */
static void name_new_rows(struct ctx *cx, const struct layout *l, const json_t *object, struct doc *doc)
{
    for (size_t t = 0; t < l->table_count; t++) {
        const json_t *rows = rows_of(object, &l->tables[t]);
        struct doc_rows *table = &doc->tables[l->tables[t].table - doc->type->fields];
        for (size_t i = 0; i < json_array_size(rows) && i < table->count; i++) {
            struct doc *row = table->rows[i];
            if (row->is_new)
                row->new_name = str_copy(cx->arena, json_get_str(json_array_get(rows, i), "name"));
            name_new_rows(cx, &l->tables[t], json_array_get(rows, i), row);
        }
    }
}

static struct map rows_stored(struct ctx *cx, struct doc *doc)
{
    struct map stored = map_new(cx->arena);
    struct doc_list all = { 0 };
    if (doc)
        tree_top_first(cx->arena, doc, &all);
    for (size_t i = 0; i < all.count; i++)
        map_put(&stored, tree_key(cx->arena, all.docs[i]->type, all.docs[i]->name), all.docs[i]);
    return stored;
}

static bool merge(struct ctx *cx, const struct layout *l, json_t *json, struct doc *doc)
{
    struct map stored = rows_stored(cx, doc->is_new ? NULL : doc);
    mark_new_rows(cx, l, json, &stored);
    if (!doc_merge(cx, doc, json, false))
        return false;
    name_new_rows(cx, l, json, doc);
    return true;
}

/* ---- saving --------------------------------------------------------------------------------------------------------- */
static bool insert(struct ctx *cx, const struct layout *l, json_t *json, struct str name)
{
    struct doc *doc = doc_new(cx, l->type);
    doc->is_new = true;
    if (!merge(cx, l, json, doc))
        return false;
    doc->new_name = str_copy(cx->arena, name);
    return doc_insert(cx, doc, SAVE_LINKS_KNOWN);
}

static bool update(struct ctx *cx, const struct layout *l, json_t *json, struct str name, enum batch_outcome *outcome)
{
    struct doc *doc = doc_load_for_update(cx, l->type, name);
    if (!doc)
        return false;
    struct str modified = doc->modified;
    if (!merge(cx, l, json, doc) || !doc_save(cx, doc, SAVE_LINKS_KNOWN | SAVE_STAMPS_ONLY_IF_CHANGED))
        return false;
    *outcome = str_eq(doc->modified, modified) ? BATCH_UNCHANGED : BATCH_UPDATED;
    return true;
}

/* Numbers may be names. */
static struct str name_of(struct ctx *cx, const json_t *json)
{
    const json_t *name = json_object_get(json, "name");
    return json_is_integer(name) ? json_scalar_text(cx->arena, name) : str_trim(json_str_of(name));
}

/* Where a field is the name ("field:item_code"), a file need not say it twice. */
static struct str name_by_field(struct ctx *cx, const struct doctype *type, const json_t *json)
{
    struct str naming = str_of(type->autoname);
    if (!str_starts(naming, STR("field:")))
        return STR_NONE;
    const json_t *value = json_object_get(json, type->autoname + strlen("field:"));
    return json_is_integer(value) ? json_scalar_text(cx->arena, value) : str_trim(json_str_of(value));
}

bool import_document(struct ctx *cx, const struct layout *l, json_t *json, bool updates, enum batch_outcome *outcome)
{
    *outcome = BATCH_INSERTED;
    if (!sift_all(cx, l, json))
        return false;
    struct str name = name_of(cx, json), stored;
    if (l->type->is_single)
        return update(cx, l, json, str_of(l->type->name), outcome);
    struct str known = name.n ? name : name_by_field(cx, l->type, json);
    if (updates && known.n && doc_exists(cx, l->type->name, known, &stored))
        return update(cx, l, json, stored, outcome);
    return !failed(cx) && insert(cx, l, json, name);
}
