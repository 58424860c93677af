/* Definitions while they are changed: what the hooks of DocType, Custom Field and Property Setter ask for. The table
 * follows before the rows are committed, so that nothing that is committed speaks of a column that is not there. */
#include "definition_change.h"

#include "doc_priv.h"

/* Definitions are made of these: a field more in one of them would be asked for while it is made. */
static bool is_groundwork(struct str name)
{
    static const char *const names[] = { "DocType",      "DocField",        "DocPerm",
                                         "Custom Field", "Property Setter", "Custom DocPerm" };
    for (size_t i = 0; i < countof(names); i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

static bool is_of(const struct doc *doc, const char *doctype)
{
    return !strcmp(doc->type->name, doctype);
}

static bool is_row(const struct doc *doc)
{
    return is_of(doc, "DocField") || is_of(doc, "DocPerm");
}

/* The DocType whose definition the document is part of. */
static struct str subject(const struct doc *doc)
{
    return is_of(doc, "Custom Field")      ? doc_text(doc, "dt")
           : is_of(doc, "Property Setter") ? doc_text(doc, "doc_type")
           : is_of(doc, "Custom DocPerm")  ? doc_text(doc, "parent")
           : is_row(doc)                   ? doc->parent
                                           : doc->name;
}

static const struct doctype *stored_type(struct ctx *cx, const struct doc *doc)
{
    return doc_type_find(cx->site, subject(doc));
}

/* ---- fieldnames ----------------------------------------------------------------------------------------------------------- */
static bool is_layout(const struct doc *row)
{
    enum field_type type;
    return field_type_named(doc_text(row, "fieldtype"), &type) && type_shape(type) == SHAPE_NONE;
}

/* "section_break_3" */
static struct str layout_name(struct arena *arena, const struct doc *row)
{
    return str_printf(arena, "%.*s_%lld", STR_ARG(fieldname_of_label(arena, doc_text(row, "fieldtype"))),
                      (long long)row->idx);
}

static bool name_field(struct ctx *cx, struct doc *row)
{
    if (doc_is_set(row, "fieldname")) {
        doc_set_text(row, "fieldname", str_lower(cx->arena, str_trim(doc_text(row, "fieldname"))));
        return true;
    }
    struct str name = fieldname_of_label(cx->arena, doc_text(row, "label"));
    if (!name.n && is_layout(row))
        name = layout_name(cx->arena, row);
    if (!name.n)
        return throw(cx, &ValidationError, N_("%.*sA field needs a fieldname or a label."),
                     STR_ARG(row_prefix(cx, row)));
    doc_set_text(row, "fieldname", name);
    return true;
}

static bool name_fields(struct ctx *cx, struct doc *doc)
{
    if (is_of(doc, "Custom Field"))
        return name_field(cx, doc);
    const struct doc_rows *rows = is_of(doc, "DocType") ? doc_table(doc, "fields") : NULL;
    for (size_t i = 0; rows && i < rows->count; i++)
        if (!name_field(cx, rows->rows[i]))
            return false;
    return true;
}

/* A submitted document is amended by a new one that says so. */
static bool add_amended_from(struct ctx *cx, struct doc *doc)
{
    const struct doc_rows *rows = doc_table(doc, "fields");
    for (size_t i = 0; i < rows->count; i++)
        if (str_is(doc_text(rows->rows[i], "fieldname"), "amended_from"))
            return true;
    struct doc *row = doc_add_row(cx, doc, "fields");
    if (!row)
        return false;
    doc_set_text(row, "fieldname", STR("amended_from"));
    doc_set_text(row, "label", STR("Amended From"));
    doc_set_text(row, "fieldtype", STR("Link"));
    doc_set_text(row, "options", doc->name);
    doc_set_int(row, "read_only", 1);
    doc_set_int(row, "no_copy", 1);
    doc_set_int(row, "print_hide", 1);
    return true;
}

bool definition_complete(struct ctx *cx, struct doc *doc)
{
    return name_fields(cx, doc) && (!doc_true(doc, "is_submittable") || add_amended_from(cx, doc));
}

/* ---- what it would be ------------------------------------------------------------------------------------------------------- */
static bool declares(const struct doc *doc, const char *fieldname)
{
    const struct doc_rows *rows = doc_table(doc, "fields");
    for (size_t i = 0; i < rows->count; i++)
        if (str_is(doc_text(rows->rows[i], "fieldname"), fieldname))
            return true;
    return false;
}

/* The document's fields, and the Custom Fields that stand among them. */
static struct draft *draft_of_doctype(struct ctx *cx, const struct doc *doc)
{
    struct draft *d = draft_of_document(cx->arena, doc);
    const struct doctype *stored = doc->before ? stored_type(cx, doc) : NULL;
    for (size_t i = 0; stored && i < stored->field_count; i++) {
        const struct field *f = &stored->fields[i];
        if (!f->is_virtual && field_shape(f) != SHAPE_NONE && !declares(doc->before, f->name) &&
            !draft_field(d, str_of(f->name)))
            *draft_add_field(cx->arena, d, f->name, STR_NONE) = *f;
    }
    return d;
}

static struct draft *draft_with(struct ctx *cx, const struct doc *doc, const struct doctype *stored)
{
    struct draft *d = draft_of(cx->arena, stored);
    if (is_of(doc, "Custom Field")) {
        draft_take_custom_field(cx->arena, d, doc);
        return d;
    }
    struct setting s = { .of_field = str_is(doc_text(doc, "doctype_or_field"), "DocField"),
                         .field = doc_text(doc, "field_name"),
                         .property = doc_text(doc, "property"),
                         .value = doc_text(doc, "value") };
    draft_take_setting(cx->arena, d, &s);
    return d;
}

/* NULL: nothing that a table or a check would notice. */
static struct draft *proposed(struct ctx *cx, const struct doc *doc)
{
    const struct doctype *stored = stored_type(cx, doc);
    if (is_of(doc, "DocType"))
        return draft_of_doctype(cx, doc);
    return stored && !is_of(doc, "Custom DocPerm") ? draft_with(cx, doc, stored) : NULL;
}

/* ---- checking --------------------------------------------------------------------------------------------------------------- */
static bool prove_kind(struct ctx *cx, const struct doc *doc, const struct draft *d)
{
    const struct doctype *stored = stored_type(cx, doc);
    if (doc_true(doc, "is_virtual"))
        return throw(cx, &ValidationError,
                     N_("A DocType without a table (is_virtual) needs code of its own, which a site cannot have."));
    if (!doc->before)
        return (doc_true(doc, "custom") ||
                throw(cx, &ValidationError,
                      N_("A DocType of a site has custom: 1. Those of the program come with it."))) &&
               prove_name(cx, doc->name);
    if (stored && (stored->is_child != d->type.is_child || stored->is_single != d->type.is_single))
        return throw(cx, &CannotChangeConstantError,
                     N_("istable and issingle cannot change once the DocType is there."));
    if (stored && type_is_numbered(stored) != type_is_numbered(&d->type))
        return throw(cx, &CannotChangeConstantError,
                     N_("Names that are numbers stay so, and other names do not become numbers."));
    return true;
}

static bool prove_custom_field(struct ctx *cx, const struct doc *doc, const struct draft *d)
{
    struct str name = doc_text(doc, "fieldname");
    const struct doctype *stored = stored_type(cx, doc);
    if (is_groundwork(subject(doc)))
        return throw(cx, &ValidationError, N_("Custom Fields cannot be added to %.*s."), STR_ARG(subject(doc)));
    if (!doc->before && stored && doc_field(stored, name))
        return throw(cx, &ValidationError, N_("%s has a field %.*s already."), stored->name, STR_ARG(name));
    return prove_field(cx, d, draft_field(d, name));
}

static bool prove_setter(struct ctx *cx, const struct doc *doc, const struct draft *d)
{
    struct str name = doc_text(doc, "field_name");
    bool of_field = str_is(doc_text(doc, "doctype_or_field"), "DocField");
    if (is_groundwork(subject(doc)))
        return throw(cx, &ValidationError, N_("The properties of %.*s cannot be changed."), STR_ARG(subject(doc)));
    if (!of_field)
        return true;
    const struct field *field = draft_field(d, name), *stored = doc_field(stored_type(cx, doc), name);
    if (!field)
        return throw(cx, &ValidationError, N_("%s has no field %.*s."), d->type.name, STR_ARG(name));
    enum field_type wanted;
    bool other = str_is(doc_text(doc, "property"), "fieldtype") && stored &&
                 (!field_type_named(doc_text(doc, "value"), &wanted) || wanted != field->type);
    if (other)
        return throw(cx, &ValidationError, N_("%s: the fieldtype %.*s needs another column."), field->name,
                     STR_ARG(doc_text(doc, "value")));
    return prove_field(cx, d, field);
}

bool definition_prove(struct ctx *cx, struct doc *doc)
{
    if (!name_fields(cx, doc))
        return false;
    const struct draft *d = proposed(cx, doc);
    if (!d || failed(cx))
        return !failed(cx);
    if (is_of(doc, "Custom Field"))
        return prove_custom_field(cx, doc, d);
    if (is_of(doc, "Property Setter"))
        return prove_setter(cx, doc, d);
    return prove_kind(cx, doc, d) && prove_type(cx, d);
}

/* ---- applying --------------------------------------------------------------------------------------------------------------- */
/* What was answered from the DocType, or from those that hold its rows, is out of date. */
static void changes(struct ctx *cx, struct str name)
{
    const struct doctype **all;
    size_t count = doc_types(cx->arena, cx->site, &all);
    call_changes(cx, str_c(cx->arena, name));
    for (size_t i = 0; i < count; i++)
        if (column_table_of(all[i], name))
            call_changes(cx, all[i]->name);
}

/* A tree tells of its root and of every row: once is enough. */
static bool is_done(struct ctx *cx, const struct doc *root)
{
    struct str key = str_printf(cx->arena, "definition %.*s %.*s", STR_ARG(root->name), STR_ARG(root->modified));
    bool done = map_has(ctx_memo(cx), key);
    map_put(ctx_memo(cx), key, cx);
    return done;
}

bool definition_apply(struct ctx *cx, struct doc *doc)
{
    if (is_row(doc))
        doc = doc->up;
    if (!doc || (is_of(doc, "DocType") && is_done(cx, doc)))
        return true;
    struct draft *d = proposed(cx, doc);
    changes(cx, subject(doc));
    if (!d || failed(cx))
        return !failed(cx);
    draft_finish(cx->arena, d);
    return schema_fit(cx, &d->type, stored_type(cx, doc));
}

/* ---- removing --------------------------------------------------------------------------------------------------------------- */
static bool is_used(struct ctx *cx, const struct doctype *by, struct str name)
{
    for (size_t i = 0; i < by->field_count && !str_is(name, by->name); i++) {
        const struct field *f = &by->fields[i];
        if ((f->type == LINK || field_is_table(f)) && f->options && str_is(name, f->options))
            return throw(cx, &LinkExistsError,
                         N_("Cannot delete the DocType %.*s: the field %s of %s holds such documents."), STR_ARG(name),
                         f->name, by->name),
                   true;
    }
    return false;
}

static bool forget(struct ctx *cx, const char *doctype, const char *column, struct str name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_doctype(q, doctype);
    sql_add(q, " WHERE ");
    sql_name(q, column);
    sql_add(q, " = ");
    sql_text(q, name);
    call_changes(cx, doctype);
    return db_change(cx, q) >= 0;
}

bool definition_remove(struct ctx *cx, struct doc *doc)
{
    const struct doctype **all;
    size_t count = doc_types(cx->arena, cx->site, &all);
    changes(cx, subject(doc));
    if (!is_of(doc, "DocType"))
        return true;
    for (size_t i = 0; i < count; i++)
        if (is_used(cx, all[i], doc->name))
            return false;
    return forget(cx, "Custom Field", "dt", doc->name) && forget(cx, "Property Setter", "doc_type", doc->name) &&
           forget(cx, "Custom DocPerm", "parent", doc->name);
}

/* ---- renaming --------------------------------------------------------------------------------------------------------------- */
static bool follow(struct ctx *cx, const struct sql *table, const char *column, struct str old_name,
                   struct str new_name)
{
    return sql_follow(cx, table, column, old_name, new_name, NULL, STR_NONE) >= 0;
}

static struct sql *table_named(struct ctx *cx, const char *doctype)
{
    struct sql *q = sql_new(cx);
    sql_doctype(q, doctype);
    return q;
}

static bool follow_system(struct ctx *cx, struct str old_name, struct str new_name)
{
    struct sql *singles = sql_new(cx), *secrets = sql_new(cx);
    sql_table(singles, "tabSingles");
    sql_table(secrets, "__Auth");
    return follow(cx, singles, "doctype", old_name, new_name) && follow(cx, secrets, "doctype", old_name, new_name);
}

/* Rows say whose they are; fields say what they point to. */
static bool follow_rows(struct ctx *cx, const struct doctype *type, struct str old_name, struct str new_name)
{
    for (size_t i = 0; type && i < type->field_count; i++)
        if (field_is_table(&type->fields[i]) && !type->fields[i].is_virtual &&
            !follow(cx, table_named(cx, type->fields[i].options), "parenttype", old_name, new_name))
            return false;
    return follow(cx, table_named(cx, "DocField"), "options", old_name, new_name) &&
           follow(cx, table_named(cx, "Custom Field"), "options", old_name, new_name);
}

static bool follow_logs(struct ctx *cx, struct str old_name, struct str new_name)
{
    static const struct {
        const char *doctype, *column;
    } logs[] = { { "Version", "ref_doctype" },
                 { "Comment", "reference_doctype" },
                 { "File", "attached_to_doctype" },
                 { "Deleted Document", "deleted_doctype" } };
    for (size_t i = 0; i < countof(logs); i++) {
        const struct doctype *log = doc_type_find(cx->site, str_of(logs[i].doctype));
        if (log && column_find(log, str_of(logs[i].column)) &&
            !follow(cx, table_named(cx, logs[i].doctype), logs[i].column, old_name, new_name))
            return false;
    }
    return true;
}

bool definition_rename(struct ctx *cx, struct doc *doc)
{
    struct str old_name = doc->before->name, new_name = doc->name;
    const struct doctype *type = doc_type_find(cx->site, old_name);
    if (!prove_name(cx, new_name))
        return false;
    changes(cx, old_name);
    changes(cx, new_name);
    call_changes(cx, "DocField");
    call_changes(cx, CHANGES_OF_SINGLES);
    return follow_system(cx, old_name, new_name) && follow_rows(cx, type, old_name, new_name) &&
           follow_logs(cx, old_name, new_name) && (!type || type->is_single || schema_rename(cx, type, new_name));
}
