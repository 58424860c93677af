/* What is left of a document for who reads it: fields that they may not read are emptied and marked, rows that rules keep
 * from them are not there, masks are put on. Whoever may read everything gets the document untouched. */
#include "doc_priv.h"
#include "perm_priv.h"

/* What the caller may do with each DocType of the tree, worked out once. */
struct view {
    const struct doctype *guardian;
    struct access access;
    bool whole; /* every field, as it is */
};
struct viewer {
    struct ctx *cx;
    struct map views; /* by DocType → struct view * */
};

static bool shows_whole(struct ctx *cx, const struct access *a, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (perm_reach_in_document(cx, a, &fields[i]) != REACH_EVERYWHERE || perm_masked(a, &fields[i]))
            return false;
    return true;
}

static const struct view *view_of(struct viewer *v, const struct doctype *type, const struct doctype *guardian)
{
    struct view *known = map_get(&v->views, str_of(type->name));
    if (known)
        return known;
    struct view *view = arena_new_of(v->cx->arena, struct view);
    view->access = perm_access(v->cx, type, guardian);
    view->whole = shows_whole(v->cx, &view->access, standard_fields, STANDARDS) &&
                  shows_whole(v->cx, &view->access, type->fields, type->field_count);
    map_put(&v->views, str_of(type->name), view);
    return view;
}

static const struct view *view_of_doc(struct viewer *v, const struct doc *doc)
{
    return view_of(v, doc->type, perm_guardian(v->cx, doc->type, doc));
}

/* ---- nothing to take away --------------------------------------------------------------------------------------------- */
/* Rows of a child DocType without permissions of its own are read with their parent. */
static bool tree_is_whole(struct viewer *v, const struct doc *doc)
{
    if (!view_of_doc(v, doc)->whole)
        return false;
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct doc_rows *rows = &doc->tables[f];
        for (size_t i = 0; i < rows->count; i++) {
            const struct doc *row = rows->rows[i];
            if (row->type->addressable && !access_sees_all(v->cx, &view_of_doc(v, row)->access))
                return false;
            if (!tree_is_whole(v, row))
                return false;
        }
    }
    return true;
}

/* ---- fields -------------------------------------------------------------------------------------------------------------- */
static bool is_hidden(struct ctx *cx, const struct access *a, const struct field *f, const struct doc *doc)
{
    enum reach reach = perm_reach_in_document(cx, a, f);
    return reach == REACH_NOWHERE || (reach == REACH_SOME && !field_rules_hold(cx, a->type, f, doc));
}

static void hide_standard(struct ctx *cx, const struct access *a, struct doc *doc, const bool *hidden)
{
    for (size_t i = 0; i < standard_count(doc->type); i++) {
        struct value v = standard_value(doc, (enum standard)i);
        if (hidden[i])
            v = VALUE_NONE;
        else if (perm_masked(a, &standard_fields[i]))
            doc->type->mask(cx, &standard_fields[i], &v);
        else
            continue;
        standard_set(doc, (enum standard)i, v);
    }
}

/* What only a permlevel keeps is missing; but a whole number stays as 0 and a table without rows, as in Frappe. */
static bool shows_empty(const struct access *a, const struct field *f, struct value *value)
{
    bool whole_number = field_is_number(f) && !field_is_decimal(f);
    if (perm_reads_level(a, f) || !(whole_number || field_is_table(f)))
        return false;
    if (whole_number)
        *value = value_of_int(0);
    return true;
}

/* All rules are asked before anything is emptied: they judge the whole document. */
static void hide_fields(struct viewer *v, struct doc *doc)
{
    const struct doctype *type = doc->type;
    const struct view *view = view_of_doc(v, doc);
    const struct access *a = &view->access;
    bool hidden[STANDARDS];
    if (view->whole)
        return;
    doc->unreadable = arena_array(v->cx->arena, type->field_count, sizeof *doc->unreadable);
    for (size_t i = 0; i < STANDARDS; i++)
        hidden[i] = i != STD_NAME && is_hidden(v->cx, a, &standard_fields[i], doc);
    for (size_t i = 0; i < type->field_count; i++)
        doc->unreadable[i] = is_hidden(v->cx, a, &type->fields[i], doc);
    for (size_t i = 0; i < type->field_count; i++) {
        if (doc->unreadable[i]) {
            doc->values[i] = VALUE_NONE;
            doc->tables[i].count = 0;
            doc->unreadable[i] = !shows_empty(a, &type->fields[i], &doc->values[i]);
        } else if (perm_masked(a, &type->fields[i])) {
            type->mask(v->cx, &type->fields[i], &doc->values[i]);
        }
    }
    hide_standard(v->cx, a, doc, hidden);
}

/* Rows first: they are judged while what they stand in is still whole. */
static void show_only_readable(struct viewer *v, struct doc *doc)
{
    for (size_t f = 0; f < doc->type->field_count; f++) {
        struct doc_rows *rows = &doc->tables[f];
        size_t kept = 0;
        for (size_t i = 0; i < rows->count; i++) {
            struct doc *row = rows->rows[i];
            if (row->type->addressable && !perm_allows(v->cx, row->type, row, READ))
                continue;
            show_only_readable(v, row);
            rows->rows[kept++] = row;
        }
        rows->count = kept;
    }
    hide_fields(v, doc);
}

struct doc *doc_readable(struct ctx *cx, struct doc *doc)
{
    struct viewer v = { .cx = cx, .views = map_new(cx->arena) };
    if (tree_is_whole(&v, doc))
        return failed(cx) ? NULL : doc;
    tree_remember(cx->arena, doc);
    show_only_readable(&v, doc);
    return failed(cx) ? NULL : doc;
}

struct doc *doc_read(struct ctx *cx, const struct doctype *type, struct str name)
{
    if (!perm_allows(cx, type, NULL, READ))
        return perm_refuse(cx, type, name, READ);
    struct doc *doc = doc_find(cx, type->name, name);
    if (!doc)
        return perm_missing(cx, type, name);
    return perm_check(cx, type, doc, READ) ? doc_readable(cx, doc) : NULL;
}
