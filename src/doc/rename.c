/* Renaming: the document, its rows, and everything that points to it (spec/frappe-api.md 4.7). */
#include "doc_priv.h"

int64_t sql_follow(struct ctx *cx, const struct sql *table, const char *column, struct str old_name,
                   struct str new_name, const char *kind, struct str of)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_join(q, table);
    sql_add(q, " SET ");
    sql_name(q, column);
    sql_add(q, " = ");
    sql_text(q, new_name);
    sql_add(q, " WHERE ");
    sql_name(q, column);
    sql_add(q, " = ");
    sql_text(q, old_name);
    if (kind) {
        sql_add(q, " AND ");
        sql_name(q, kind);
        sql_add(q, " = ");
        sql_text(q, of);
    }
    return db_change(cx, q);
}

static bool replace(struct ctx *cx, const struct doctype *in, const char *column, const char *kind,
                    const struct doctype *of, struct str old_name, struct str new_name)
{
    struct sql *table = sql_new(cx);
    sql_doctype(table, in->name);
    int64_t rows = sql_follow(cx, table, column, old_name, new_name, kind, str_of(of->name));
    if (rows > 0)
        call_changes(cx, in->name);
    return rows >= 0;
}

static bool replace_in_singles(struct ctx *cx, const struct referrer *r, struct str old_name, struct str new_name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "tabSingles");
    sql_add(q, " SET `value` = ");
    sql_text(q, new_name);
    sql_add(q, " WHERE `doctype` = ");
    sql_text(q, str_of(r->type->name));
    sql_add(q, " AND `field` = ");
    sql_text(q, str_of(r->field->name));
    sql_add(q, " AND `value` = ");
    sql_text(q, old_name);
    return db_change(cx, q) >= 0;
}

static bool replace_links(struct ctx *cx, const struct doctype *type, struct str old_name, struct str new_name)
{
    struct referrer *referrers;
    size_t count = referrers_of(cx, type, &referrers);
    for (size_t i = 0; i < count; i++) {
        const struct referrer *r = &referrers[i];
        bool done = r->type->is_single ? replace_in_singles(cx, r, old_name, new_name)
                                       : replace(cx, r->type, r->field->name, r->kind ? r->kind->name : NULL, type,
                                                 old_name, new_name);
        if (!done)
            return false;
    }
    return true;
}

static bool replace_parents(struct ctx *cx, const struct doctype *type, struct str old_name, struct str new_name)
{
    for (size_t f = 0; f < type->field_count; f++) {
        const struct doctype *child = field_is_table(&type->fields[f]) ? table_type(cx, &type->fields[f]) : NULL;
        if (child && !replace(cx, child, "parent", "parenttype", type, old_name, new_name))
            return false;
    }
    return true;
}

/* Columns that name documents without being links: versions and comments of the document, its files. */
static bool replace_in_logs(struct ctx *cx, const struct doctype *type, struct str old_name, struct str new_name)
{
    static const struct {
        const char *doctype, *name, *kind;
    } logs[] = { { "Version", "docname", "ref_doctype" },
                 { "Comment", "reference_name", "reference_doctype" },
                 { "File", "attached_to_name", "attached_to_doctype" } };
    for (size_t i = 0; i < countof(logs); i++) {
        const struct doctype *log = doc_type_find(cx->site, str_of(logs[i].doctype));
        if (log && doc_field(log, str_of(logs[i].name)) && doc_field(log, str_of(logs[i].kind)) &&
            !replace(cx, log, logs[i].name, logs[i].kind, type, old_name, new_name))
            return false;
    }
    return true;
}

/* The field that the name comes from is kept equal to it. */
static bool replace_name(struct ctx *cx, const struct doctype *type, struct str old_name, struct str new_name)
{
    const char *field = type->autoname && !strncmp(type->autoname, "field:", 6) ? type->autoname + 6 : NULL;
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, type->name);
    sql_add(q, " SET `name` = ");
    sql_text(q, new_name);
    if (field) {
        sql_add(q, ", ");
        sql_name(q, field);
        sql_add(q, " = ");
        sql_text(q, new_name);
    }
    sql_add(q, ", `modified` = ");
    sql_text(q, call_now(cx));
    sql_add(q, ", `modified_by` = ");
    sql_text(q, cx->user ? cx->user->name : STR("Administrator"));
    sql_add(q, " WHERE `name` = ");
    sql_text(q, old_name);
    return db_change(cx, q) >= 0;
}

/* Merging: the target stays, the document goes with its rows. */
static bool drop_merged(struct ctx *cx, struct doc *doc)
{
    struct doc_list gone = { 0 };
    tree_rows_first(cx->arena, doc, &gone);
    return rows_delete(cx, &gone);
}

static bool check_target(struct ctx *cx, const struct doctype *type, const struct doc *doc, struct str new_name,
                         bool merge, struct str *stored)
{
    bool exists = doc_exists(cx, type->name, new_name, stored);
    if (failed(cx))
        return false;
    if (merge && !exists)
        return throw(cx, &ValidationError, "%s %.*s does not exist, select a new target to merge", type->name,
                     STR_ARG(new_name));
    if (merge && str_eq(*stored, doc->name))
        return throw(cx, &ValidationError, "A document cannot be merged with itself");
    if (!merge && exists && !str_eq(*stored, doc->name))
        return throw(cx, &ValidationError, "Another %s with name %.*s exists, select another name", type->name,
                     STR_ARG(*stored));
    return true;
}

bool doc_rename(struct ctx *cx, const struct doctype *type, struct str old_name, struct str new_name, bool merge,
                struct str *out)
{
    if (!perm_allows(cx, type, NULL, READ) && !perm_check(cx, type, NULL, WRITE))
        return false;
    struct doc *doc = doc_load_for_update(cx, type, old_name);
    struct str wanted = str_copy(cx->arena, str_trim(new_name)), stored;
    if (!doc || !perm_check(cx, type, doc, WRITE))
        return false;
    if (!type->allow_rename || type->is_child || type->is_single || type_is_numbered(type))
        return throw(cx, &ValidationError, "%s not allowed to be renamed", type->name);
    if (!name_check(cx, type, wanted) || !check_target(cx, type, doc, wanted, merge, &stored))
        return false;
    if (!merge && str_eq(doc->name, wanted))
        return throw(cx, &ValidationError, "No changes made because old and new name are the same.");
    *out = merge ? stored : wanted;
    if (merge ? !drop_merged(cx, doc) : !replace_name(cx, type, doc->name, *out))
        return false;
    if (!merge &&
        (!replace_parents(cx, type, doc->name, *out) || !secrets_rename(cx, str_of(type->name), doc->name, *out)))
        return false;
    call_changes(cx, type->name);
    if (!replace_links(cx, type, doc->name, *out) || !replace_in_logs(cx, type, doc->name, *out))
        return false;
    struct doc *renamed = type->after_rename ? doc_load(cx, type->name, *out) : NULL;
    if (renamed)
        renamed->before = doc;
    return !failed(cx) && (!renamed || type->after_rename(cx, renamed));
}
