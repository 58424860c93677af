/* Definitions as documents: a DocType, Custom Field or Property Setter in memory becomes what the engine works with, and
 * what the engine works with becomes a document of DocType, as if somebody had typed it. */
#include "definition.h"
#include "doc_priv.h"

/* ---- in ----------------------------------------------------------------------------------------------------------------- */
/* A site that was adopted may lack some of the columns. */
static struct str text_of(const struct doc *doc, const char *field)
{
    return doc_field(doc->type, str_of(field)) ? doc_text(doc, field) : STR_NONE;
}

static void take_properties(struct arena *arena, const struct property *table, size_t count, void *object,
                            const struct doc *doc)
{
    for (size_t i = 0; i < count; i++)
        if (doc_field(doc->type, str_of(table[i].name)))
            property_set(arena, &table[i], object, doc_text(doc, table[i].name));
}

static struct perm perm_of(struct arena *arena, const struct doc *row)
{
    int64_t level = doc_int(row, "permlevel");
    struct perm perm = { .role = str_c(arena, text_of(row, "role")),
                         .level = (unsigned char)(level < 0 || level > UINT8_MAX ? UINT8_MAX : level),
                         .if_owner = doc_true(row, "if_owner") };
    for (size_t i = 0; i < RIGHTS; i++)
        if (doc_field(row->type, str_of(right_names[i].name)) && doc_true(row, right_names[i].name))
            perm.rights |= right_names[i].right;
    return perm;
}

struct draft *draft_of_document(struct arena *arena, const struct doc *doc)
{
    struct doctype empty = { .name = str_c(arena, doc->name), .custom = true };
    struct draft *d = draft_of(arena, &empty);
    const struct doc_rows *fields = doc_table(doc, "fields"), *perms = doc_table(doc, "permissions");
    take_properties(arena, type_properties, TYPE_PROPERTIES, &d->type, doc);
    for (size_t i = 0; i < fields->count; i++)
        take_properties(arena, field_properties, FIELD_PROPERTIES, draft_add_field(arena, d, NULL, STR_NONE),
                        fields->rows[i]);
    draft_name_fields(arena, d);
    for (size_t i = 0; i < perms->count; i++)
        draft_add_perm(arena, d, perm_of(arena, perms->rows[i]));
    return d;
}

void draft_take_custom_field(struct arena *arena, struct draft *d, const struct doc *custom)
{
    struct str name = doc_text(custom, "fieldname");
    struct field *field = draft_field(d, name);
    if (!field)
        field = draft_add_field(arena, d, str_c(arena, name), text_of(custom, "insert_after"));
    take_properties(arena, field_properties, FIELD_PROPERTIES, field, custom);
}

/* ---- out ---------------------------------------------------------------------------------------------------------------- */
#define DECLARED_AT STR("2026-01-01 00:00:00.000000")

static void stamp(struct doc *doc, struct str name)
{
    doc->name = name;
    doc->owner = doc->modified_by = STR("Administrator");
    doc->creation = doc->modified = DECLARED_AT;
    doc->is_new = false;
}

static bool put(struct ctx *cx, struct doc *doc, const char *name, struct str text)
{
    const struct field *field = doc_field(doc->type, str_of(name));
    return !field || !text.n || value_from_text(cx, doc->type, field, text, &doc->values[field - doc->type->fields]);
}

static bool put_properties(struct ctx *cx, struct doc *doc, const struct property *table, size_t count,
                           const void *object)
{
    for (size_t i = 0; i < count; i++)
        if (!put(cx, doc, table[i].name, property_text(cx->arena, &table[i], object)))
            return false;
    return true;
}

static struct doc *add_row(struct ctx *cx, struct doc *doc, const char *table, struct str part)
{
    struct doc *row = doc_add_row(cx, doc, table);
    if (row)
        stamp(row, str_printf(cx->arena, "%.*s-%.*s", STR_ARG(doc->name), STR_ARG(part)));
    return row;
}

static bool add_field(struct ctx *cx, struct doc *doc, const struct field *field)
{
    struct doc *row = add_row(cx, doc, "fields", str_of(field->name));
    return row && put_properties(cx, row, field_properties, FIELD_PROPERTIES, field) &&
           put(cx, row, "label", str_of(field_label(cx->arena, field)));
}

static bool add_perm(struct ctx *cx, struct doc *doc, const struct perm *perm)
{
    struct str part = str_printf(cx->arena, "%s-%u-%d", perm->role, perm->level, perm->if_owner);
    struct doc *row = add_row(cx, doc, "permissions", part);
    if (!row)
        return false;
    doc_set_text(row, "role", str_of(perm->role));
    doc_set_int(row, "permlevel", perm->level);
    doc_set_int(row, "if_owner", perm->if_owner);
    for (size_t i = 0; i < RIGHTS; i++)
        if (doc_field(row->type, str_of(right_names[i].name)))
            doc_set_int(row, right_names[i].name, (perm->rights & (unsigned)right_names[i].right) != 0);
    return true;
}

struct doc *doc_type_document(struct ctx *cx, const struct doctype *type)
{
    struct doc *doc = doc_new_named(cx, "DocType");
    if (!doc || !presets_fill(cx, doc))
        return NULL;
    stamp(doc, str_of(type->name));
    if (!put_properties(cx, doc, type_properties, TYPE_PROPERTIES, type))
        return NULL;
    doc_set_int(doc, "custom", type->custom);
    doc_set_int(doc, "in_create", type->in_create);
    for (size_t i = 0; i < type->field_count; i++)
        if (!add_field(cx, doc, &type->fields[i]))
            return NULL;
    for (const struct perm *p = type->perms; p && p->role; p++)
        if (!add_perm(cx, doc, p))
            return NULL;
    tree_place(doc);
    return doc;
}
