/* Deleting: permission, links, hooks, rows of every level, secrets, the number of the series, a copy of what went. */
#include "doc_priv.h"

enum { FILES_AT_ONCE = 50 };
#include "perm_priv.h"

/* A copy as JSON for who deleted by mistake. Sites without the DocType keep none. */
static bool keep_copy(struct ctx *cx, const struct doc *doc)
{
    if (!doc_type_find(cx->site, STR("Deleted Document")) || doc->type->logs)
        return true;
    struct doc *copy = doc_new_named(cx, "Deleted Document");
    struct buf b = buf_new(cx->arena, (size_t)64 << 20);
    struct json_out out = out_to(&b);
    doc_json(cx, doc, &out, true);
    if (!copy || b.full)
        return copy == NULL ? false : true;
    doc_set_text(copy, "deleted_doctype", str_of(doc->type->name));
    doc_set_text(copy, "deleted_name", doc->name);
    doc_set_text(copy, "data", buf_str(&b));
    return doc_insert(cx, copy, SAVE_AS_SYSTEM | SAVE_NO_LINKS | SAVE_NO_VERSION);
}

static bool run_each(struct ctx *cx, const struct doc_list *docs, size_t place)
{
    for (size_t i = 0; i < docs->count; i++) {
        struct doc *doc = docs->docs[i];
        doc_hook *const *run = (doc_hook *const *)(const void *)((const char *)doc->type + place);
        if (*run && !(*run)(cx, doc))
            return false;
    }
    return true;
}

/* Files attached to a document go with it, as in Frappe; their own hooks look after the bytes. */
static bool delete_attachments(struct ctx *cx, const struct doc *doc)
{
    const struct doctype *type = doc->type->logs ? NULL : doc_type_find(cx->site, STR("File"));
    struct str names[FILES_AT_ONCE];
    size_t count;
    if (!type || (doc->type->is_child && !doc->type->addressable))
        return true;
    do {
        count = 0;
        struct rows *rows =
            doc_rows(cx, &(struct find){ .doctype = type->name,
                                         .fields = "name",
                                         .where = FIND({ "attached_to_name", "=", doc->name },
                                                       { "attached_to_doctype", "=", str_of(doc->type->name) }),
                                         .length = FILES_AT_ONCE,
                                         .unchecked = true });
        while (rows && rows_next(rows) && count < FILES_AT_ONCE)
            names[count++] = str_copy(cx->arena, rows_text(rows, 0));
        if (rows)
            rows_close(rows);
        for (size_t i = 0; i < count && !failed(cx); i++)
            if (!doc_delete(cx, type, names[i], SAVE_AS_SYSTEM))
                return false;
    } while (count == FILES_AT_ONCE && !failed(cx));
    return !failed(cx);
}

static bool delete_tree(struct ctx *cx, struct doc *doc)
{
    struct doc_list gone = { 0 };
    tree_rows_first(cx->arena, doc, &gone);
    if (!run_each(cx, &gone, offsetof(struct doctype, on_trash)) || !listeners_tell_gone(cx, &gone) ||
        !links_free(cx, &gone, false) || !rows_delete(cx, &gone))
        return false;
    for (size_t i = 0; i < gone.count; i++) {
        call_changes(cx, gone.docs[i]->type->name);
        if (!delete_attachments(cx, gone.docs[i]))
            return false;
    }
    return run_each(cx, &gone, offsetof(struct doctype, after_delete)) && series_revert(cx, doc) &&
           shares_drop(cx, doc) && keep_copy(cx, doc);
}

/* A row leaves its tree: the others are renumbered, totals and stamps of its ancestors follow. */
static bool delete_row(struct ctx *cx, struct doc *row)
{
    struct doc *parent = row->up;
    ptrdiff_t table = table_of_row(parent, row);
    if (table < 0)
        return bug(cx, "a row of %s stands in no table", row->type->name);
    rows_remove(&parent->tables[table], row);
    return save_after_removal(cx, parent) && delete_attachments(cx, row) && keep_copy(cx, row);
}

/* Who may neither read nor delete any is told the same of every name. */
static bool may_try(struct ctx *cx, const struct doctype *type, struct str name)
{
    return perm_allows(cx, type, NULL, READ) || perm_allows(cx, type, NULL, DELETE) ||
           perm_refuse(cx, type, name, DELETE);
}

bool doc_delete(struct ctx *cx, const struct doctype *type, struct str name, unsigned flags)
{
    if (!(flags & SAVE_AS_SYSTEM) && !may_try(cx, type, name))
        return false;
    if (type->is_single)
        return throw(cx, &ValidationError, "%s is a Single and cannot be deleted", type->name);
    struct doc *doc = doc_load_for_update(cx, type, name);
    if (!doc || (!(flags & SAVE_AS_SYSTEM) && !perm_check(cx, type, doc, DELETE)))
        return false;
    if (doc->docstatus == 1)
        return throw(cx, &ValidationError, "%s %.*s: Submitted Record cannot be deleted. You must cancel it first.",
                     type->name, STR_ARG(html_escape(cx->arena, doc->name).text));
    return doc->up ? delete_row(cx, doc) : delete_tree(cx, doc);
}
