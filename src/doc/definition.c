/* A site's definitions, read from its rows (spec/frappe-api.md 10.3): DocType and DocField, Custom Fields placed by
 * insert_after, Property Setters, Custom DocPerm in place of DocPerm. What comes out is data like our own declarations;
 * a row that makes no sense is left out, so that no row can stop a site. */
#include "definition.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "doc_priv.h"
#include "schema.h"

/* Drafts by name, without regard to case: the collation has no two rows that differ by it. */
struct reading {
    struct ctx *cx;
    struct arena *arena;
    struct map drafts;
    struct schema there; /* tables and columns that the site has: an older Frappe's lack some */
};

static struct str draft_key(struct reading *r, struct str name)
{
    return utf8_fold(r->arena, str_trim(name));
}

/* The draft of a DocType; one of ours that the site changes becomes one. NULL: no such DocType. */
static struct draft *draft_named(struct reading *r, struct str name)
{
    struct str key = draft_key(r, name);
    struct draft *d = map_get(&r->drafts, key);
    const struct doctype *ours = d ? NULL : built_in_find(r->cx->site, name);
    if (ours) {
        d = draft_of(r->arena, ours);
        map_put(&r->drafts, key, d);
    }
    return d;
}

static bool has_column(struct reading *r, const char *doctype, const char *column)
{
    const char *table = arena_printf(r->cx->arena, "tab%s", doctype);
    return map_has(&r->there.columns, schema_key(r->cx->arena, str_of(table), str_of(column)));
}

static bool has_table(struct reading *r, const char *doctype)
{
    return map_has(&r->there.tables, str_printf(r->cx->arena, "tab%s", doctype));
}

/* ---- rows --------------------------------------------------------------------------------------------------------------- */
/* A column, or what stands for one that is not there. */
static void add_column(struct reading *r, struct sql *q, const char *doctype, const char *column)
{
    sql_add(q, ", ");
    if (has_column(r, doctype, column))
        sql_name(q, column);
    else
        sql_add(q, "NULL");
}

static void add_properties(struct reading *r, struct sql *q, const char *doctype, const struct property *table,
                           size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_column(r, q, doctype, table[i].name);
}

static void take_properties(struct reading *r, struct rows *rows, unsigned column, const struct property *table,
                            size_t count, void *object)
{
    for (size_t i = 0; i < count; i++, column++)
        if (!rows_is_null(rows, column))
            property_set(r->arena, &table[i], object, rows_text(rows, column));
}

static bool read_types(struct reading *r)
{
    struct sql *q = sql_new(r->cx);
    sql_add(q, "SELECT `name`");
    add_column(r, q, "DocType", "is_virtual");
    add_column(r, q, "DocType", "in_create");
    add_properties(r, q, "DocType", type_properties, TYPE_PROPERTIES);
    sql_add(q, " FROM ");
    sql_doctype(q, "DocType");
    struct rows *rows = db_run(r->cx, q);
    while (rows && rows_next(rows)) {
        struct draft *d = arena_new_of(r->arena, struct draft);
        d->type = (struct doctype){ .name = str_c(r->arena, rows_text(rows, 0)), .custom = true };
        d->type.in_create = rows_int(rows, 2) != 0;
        take_properties(r, rows, 3, type_properties, TYPE_PROPERTIES, &d->type);
        bool tableless = rows_int(rows, 1) || (!d->type.is_single && !has_table(r, d->type.name));
        if (!tableless && !str_has(str_of(d->type.name), '`'))
            map_put(&r->drafts, draft_key(r, str_of(d->type.name)), d);
    }
    return !failed(r->cx);
}

static bool read_fields(struct reading *r)
{
    struct sql *q = sql_new(r->cx);
    sql_add(q, "SELECT `parent`");
    add_properties(r, q, "DocField", field_properties, FIELD_PROPERTIES);
    sql_add(q, " FROM ");
    sql_doctype(q, "DocField");
    sql_add(q, " WHERE `parenttype` = 'DocType' ORDER BY `parent`, `idx`");
    struct rows *rows = db_run(r->cx, q);
    while (rows && rows_next(rows)) {
        struct draft *d = map_get(&r->drafts, draft_key(r, rows_text(rows, 0)));
        if (d)
            take_properties(r, rows, 1, field_properties, FIELD_PROPERTIES,
                            draft_add_field(r->arena, d, NULL, STR_NONE));
    }
    return !failed(r->cx);
}

/* What the definition names and the table lacks is there without a column: read as nothing, never written. */
static void settle_column(struct reading *r, const struct draft *d, struct field *f)
{
    if (f->name && !d->type.is_single && field_has_column(f) && !has_column(r, d->type.name, f->name))
        f->is_virtual = f->columnless = true;
}

static bool settle_fields(struct reading *r)
{
    for (size_t i = 0; i < r->drafts.count; i++) {
        struct draft *d = r->drafts.entries[i].value;
        draft_name_fields(r->arena, d);
        for (size_t f = 0; f < d->count; f++)
            settle_column(r, d, &d->fields[f]);
    }
    return true;
}

/* A Custom Field on its way to its place. */
struct custom {
    struct custom *next;
    struct field field;
    struct draft *draft;
    struct str after;
    bool placed;
};

static bool read_custom_fields(struct reading *r, struct custom **first)
{
    struct custom **last = first;
    struct sql *q = sql_new(r->cx);
    sql_add(q, "SELECT `dt`, `insert_after`");
    add_properties(r, q, "Custom Field", field_properties, FIELD_PROPERTIES);
    sql_add(q, " FROM ");
    sql_doctype(q, "Custom Field");
    sql_add(q, " ORDER BY `dt`, `idx`, `creation`, `name`");
    struct rows *rows = db_run(r->cx, q);
    while (rows && rows_next(rows)) {
        struct custom *c = arena_new_of(r->cx->arena, struct custom);
        c->draft = draft_named(r, str_copy(r->cx->arena, rows_text(rows, 0)));
        c->after = rows_is_null(rows, 1) ? STR_NONE : str_copy(r->cx->arena, rows_text(rows, 1));
        take_properties(r, rows, 2, field_properties, FIELD_PROPERTIES, &c->field);
        if (!c->draft || !c->field.name || draft_field(c->draft, str_of(c->field.name)))
            continue;
        *last = c;
        last = &c->next;
    }
    return !failed(r->cx);
}

static void place(struct reading *r, struct custom *c)
{
    settle_column(r, c->draft, &c->field);
    *draft_add_field(r->arena, c->draft, NULL, c->after) = c->field;
    c->placed = true;
}

/* One may stand after another that comes later: again until nothing moves; who stands after nothing goes last. */
static bool place_custom_fields(struct reading *r)
{
    struct custom *all = NULL;
    if (!read_custom_fields(r, &all))
        return false;
    for (bool moved = true; moved;) {
        moved = false;
        for (struct custom *c = all; c; c = c->next)
            if (!c->placed && c->after.n && draft_field(c->draft, c->after)) {
                place(r, c);
                moved = true;
            }
    }
    for (struct custom *c = all; c; c = c->next)
        if (!c->placed)
            place(r, c);
    return true;
}

/* Fields that the site added count: with them its definition may have all that ours names. */
static bool inherit(struct reading *r)
{
    for (size_t i = 0; i < r->drafts.count; i++) {
        struct draft *d = r->drafts.entries[i].value;
        const struct doctype *ours = d->type.custom ? built_in_find(r->cx->site, str_of(d->type.name)) : NULL;
        if (ours)
            draft_inherit(r->arena, d, ours);
    }
    return true;
}

static bool read_setters(struct reading *r)
{
    struct sql *q = sql_new(r->cx);
    sql_add(q, "SELECT `doc_type`, `doctype_or_field`, `field_name`, `property`, `value` FROM ");
    sql_doctype(q, "Property Setter");
    sql_add(q, " WHERE `doctype_or_field` IN ('DocType', 'DocField') ORDER BY `creation`, `name`");
    struct rows *rows = db_run(r->cx, q);
    while (rows && rows_next(rows)) {
        struct draft *d = draft_named(r, str_copy(r->cx->arena, rows_text(rows, 0)));
        struct setting s = { .of_field = str_is(rows_text(rows, 1), "DocField"),
                             .field = rows_text(rows, 2),
                             .property = rows_text(rows, 3),
                             .value = rows_text(rows, 4) };
        if (d)
            draft_take_setting(r->arena, d, &s);
    }
    return !failed(r->cx);
}

/* ---- permissions -------------------------------------------------------------------------------------------------------- */
static void add_rights(struct reading *r, struct sql *q, const char *doctype)
{
    sql_add(q, "SELECT `parent`, `role`, `permlevel`");
    add_column(r, q, doctype, "if_owner");
    for (size_t i = 0; i < RIGHTS; i++)
        add_column(r, q, doctype, right_names[i].name);
    sql_add(q, " FROM ");
    sql_doctype(q, doctype);
}

/* A level that no field can have gives nothing: cut to a byte, 256 would be the whole document. */
static struct perm perm_of_row(struct reading *r, struct rows *rows)
{
    int64_t level = rows_int(rows, 2);
    struct perm p = { .role = str_c(r->arena, rows_text(rows, 1)),
                      .level = level >= 0 && level < UINT8_MAX ? (unsigned char)level : UINT8_MAX,
                      .if_owner = rows_int(rows, 3) != 0 };
    for (unsigned i = 0; i < RIGHTS; i++)
        if (rows_int(rows, 4 + i))
            p.rights |= right_names[i].right;
    return p;
}

static bool read_perms(struct reading *r)
{
    struct sql *q = sql_new(r->cx);
    add_rights(r, q, "DocPerm");
    sql_add(q, " WHERE `parenttype` = 'DocType' AND `role` <> '' ORDER BY `parent`, `idx`");
    struct rows *rows = db_run(r->cx, q);
    while (rows && rows_next(rows)) {
        struct draft *d = map_get(&r->drafts, draft_key(r, rows_text(rows, 0)));
        if (d)
            draft_add_perm(r->arena, d, perm_of_row(r, rows));
    }
    return !failed(r->cx);
}

static bool read_custom_perms(struct reading *r)
{
    struct sql *q = sql_new(r->cx);
    add_rights(r, q, "Custom DocPerm");
    sql_add(q, " WHERE `role` <> '' ORDER BY `parent`, `idx`, `creation`, `name`");
    struct rows *rows = db_run(r->cx, q);
    while (rows && rows_next(rows)) {
        struct draft *d = draft_named(r, str_copy(r->cx->arena, rows_text(rows, 0)));
        if (d && !d->custom_perms)
            d->perm_count = 0;
        if (d) {
            d->custom_perms = true;
            draft_add_perm(r->arena, d, perm_of_row(r, rows));
        }
    }
    return !failed(r->cx);
}

/* ---- all of them -------------------------------------------------------------------------------------------------------- */
static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct doctype *const *)a)->name, (*(const struct doctype *const *)b)->name);
}

static struct definitions *gather(struct reading *r)
{
    static _Atomic uint64_t generations;
    const struct definitions *ours = built_in(r->cx->site);
    struct definitions *all = arena_new_of(r->arena, struct definitions);
    all->generation = ++generations;
    all->types = arena_array(r->arena, ours->count + r->drafts.count + 1, sizeof *all->types);
    for (size_t i = 0; i < ours->count; i++)
        if (!map_has(&r->drafts, draft_key(r, str_of(ours->types[i]->name))))
            all->types[all->count++] = ours->types[i];
    for (size_t i = 0; i < r->drafts.count; i++) {
        struct draft *d = r->drafts.entries[i].value;
        draft_finish(r->arena, d);
        all->types[all->count++] = &d->type;
    }
    qsort(all->types, all->count, sizeof *all->types, by_name);
    for (size_t i = 0; i < r->drafts.count; i++)
        draft_settle(r->arena, r->drafts.entries[i].value, all);
    return all;
}

static bool has_definitions(struct ctx *cx)
{
    static const char *const tables[] = { "DocType", "Custom Field", "Property Setter", "Custom DocPerm" };
    struct sql *q = sql_new(cx);
    int64_t any = 0;
    sql_add(q, "SELECT ");
    for (size_t i = 0; i < countof(tables); i++) {
        if (i)
            sql_add(q, " OR ");
        sql_add(q, "EXISTS(SELECT 1 FROM ");
        sql_doctype(q, tables[i]);
        sql_add(q, ")");
    }
    return db_first_int(cx, q, &any) && any;
}

static const void *load(struct ctx *cx, struct arena *arena)
{
    struct reading r = { .cx = cx, .arena = arena, .drafts = map_new(arena) };
    if (!has_definitions(cx))
        return NULL;
    bool read = schema_columns(cx, NULL, &r.there) && read_types(&r) && read_fields(&r) && settle_fields(&r) &&
                read_perms(&r) && place_custom_fields(&r) && inherit(&r) && read_setters(&r) && read_custom_perms(&r);
    return read ? gather(&r) : NULL;
}

SITE_PART(definitions) = {
    .name = "DocTypes",
    .depends = (const char *const[]){ "DocType", "DocField", "DocPerm", "Custom Field", "Property Setter",
                                      "Custom DocPerm", NULL },
    .tables = (const char *const[]){ "tabDocType", "tabDocField", "tabDocPerm", "tabCustom Field", "tabProperty Setter",
                                     "tabCustom DocPerm", NULL },
    .load = load,
};

bool definitions_known(struct ctx *cx)
{
    if (site_part(cx->site, &site_part_definitions) || !has_definitions(cx))
        return !failed(cx);
    return throw(cx, &ServiceUnavailable, N_("The site's own DocTypes could not be read: nothing was changed."));
}

const struct definitions *definitions_of(const struct site *site)
{
    const struct definitions *own = site_part(site, &site_part_definitions);
    return own ? own : built_in(site);
}
