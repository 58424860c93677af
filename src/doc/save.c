/* Saving: insert and update with rows of every level. The order is the array `stages` (spec/frappe-api.md 4.3, 4.4), with
 * the differences of spec/product.md 6b: permission first, then what could tell a stranger something.
 *
 * Whatever is saved, the root of its tree is locked and the whole tree is in memory; what is written is the difference
 * to what is stored. A child row saved by itself goes through the stages alone; its ancestors get totals and stamps. */
#include "doc_priv.h"
#include "perm_priv.h"

/* ---- what is stored --------------------------------------------------------------------------------------------------- */
/* Ties the documents of the tree to their stored selves. */
static bool tie(struct ctx *cx, struct doc *top, const struct doc *stored)
{
    struct doc_list now = { 0 }, then = { 0 };
    struct map by_key = map_new(cx->arena);
    tree_top_first(cx->arena, (struct doc *)stored, &then);
    for (size_t i = 0; i < then.count; i++)
        map_put(&by_key, tree_key(cx->arena, then.docs[i]->type, then.docs[i]->name), then.docs[i]);
    tree_top_first(cx->arena, top, &now);
    for (size_t i = 0; i < now.count; i++) {
        struct doc *doc = now.docs[i];
        doc->before = doc->is_new ? NULL : map_get(&by_key, tree_key(cx->arena, doc->type, doc->name));
        if (!doc->is_new && !doc->before)
            return throw(cx, &ValidationError, "%s %.*s is not a row of this document", doc->type->name,
                         STR_ARG(doc->name));
    }
    return true;
}

/* A row that came without its tree takes the place of its stored self in it. */
static bool graft(struct ctx *cx, struct doc *row)
{
    struct doc *stored = doc_load_for_update(cx, row->type, row->name);
    if (!stored || !stored->up)
        return stored ? throw(cx, &ValidationError, "%s %.*s has no parent", row->type->name, STR_ARG(row->name))
                      : NULL;
    ptrdiff_t table = table_of_row(stored->up, stored);
    struct doc_rows *rows = &stored->up->tables[table];
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i] == stored)
            rows->rows[i] = row;
    row->up = stored->up;
    return tie(cx, row, stored->before);
}

/* parenttype and parentfield follow from the DocType where only one place can hold such rows. */
static const struct doctype *parent_type_of(struct ctx *cx, struct doc *row)
{
    const struct doctype **all, *found = NULL;
    size_t count = doc_types(cx->arena, cx->site, &all);
    for (size_t i = 0; i < count; i++) {
        const struct field *table = column_table_of(all[i], str_of(row->type->name));
        if (!table || (row->parenttype.n && !str_is(row->parenttype, all[i]->name)))
            continue;
        if (found)
            return throw(cx, &ValidationError, "Please say in parenttype what %.*s is", STR_ARG(row->parent));
        found = all[i];
    }
    return found ? found
                 : throw(cx, &ValidationError, "%s has no rows of %s", str_c(cx->arena, row->parenttype),
                         row->type->name);
}

/* A new row joins its parent's tree, at its idx if it has one, else at the end. */
static bool join_parent(struct ctx *cx, struct doc *row)
{
    if (!row->parent.n) {
        note(cx, NULL, N_("Error: Value missing for %s: %s"), row->type->name, standard_fields[STD_PARENT].label);
        return throw_noted(cx, &MandatoryError, str_printf(cx->arena, "[%s, None]: parent", row->type->name));
    }
    const struct doctype *type = parent_type_of(cx, row);
    struct str stored;
    if (!type)
        return false;
    if (!doc_exists(cx, type->name, row->parent, &stored))
        return failed(cx) ? false
                          : throw(cx, &LinkValidationError, "Could not find %s: %.*s", "Parent", STR_ARG(row->parent));
    struct doc *parent = doc_load_for_update(cx, type, stored);
    if (!parent)
        return false;
    const struct field *table =
        row->parentfield.n ? doc_field(type, row->parentfield) : column_table_of(type, str_of(row->type->name));
    if (!table || !field_is_table(table) || strcmp(table->options, row->type->name) != 0)
        return throw(cx, &ValidationError, "%s has no rows of %s", type->name, row->type->name);
    struct doc_rows *rows = &parent->tables[table - type->fields];
    size_t at = row->idx > 0 && (uint64_t)row->idx <= rows->count ? (size_t)row->idx - 1 : rows->count;
    rows_insert(cx->arena, rows, at, row);
    row->up = parent;
    return true;
}

static bool find_stored(struct save *s)
{
    struct ctx *cx = s->cx;
    struct doc *top = s->top;
    if (top->type->is_child && !top->up && !(s->inserting ? join_parent(cx, top) : graft(cx, top)))
        return false;
    s->root = tree_root(top);
    if (s->root->is_new || s->root->before)
        return true;
    struct doc *stored = load_tree(cx, s->root->type, s->root->name, true);
    if (!stored)
        return failed(cx)
                   ? false
                   : throw(cx, &DoesNotExistError, "%s %.*s not found", s->root->type->name, STR_ARG(s->root->name));
    return tie(cx, s->root, stored);
}

/* ---- stages ---------------------------------------------------------------------------------------------------------------- */
static bool asked(const struct save *s)
{
    return !(s->flags & SAVE_AS_SYSTEM);
}

static int64_t stored_docstatus(const struct save *s)
{
    return s->top->before ? s->top->before->docstatus : 0;
}

static enum right right_needed(const struct save *s)
{
    int64_t from = stored_docstatus(s), to = s->top->docstatus;
    if (to == 2)
        return CANCEL;
    return to == 1 && !s->top->type->is_child ? SUBMIT : from == 1 && !s->top->type->is_child ? SUBMIT : WRITE;
}

static bool ask_create(struct save *s)
{
    return !asked(s) || !s->inserting || perm_check(s->cx, s->top->type, s->top, CREATE);
}

static bool ask_permission(struct save *s)
{
    if (!asked(s))
        return true;
    enum right right = right_needed(s);
    return (s->inserting && right == WRITE) || perm_check(s->cx, s->top->type, s->top, right);
}

static bool same_instant(struct str a, struct str b)
{
    int64_t at, bt;
    return str_eq(a, b) || (datetime_us(a, &at) && datetime_us(b, &bt) && at == bt);
}

static bool check_not_stale(struct save *s)
{
    const struct doc *doc = s->top, *before = doc->before;
    if (!before || doc->keeps_stamps || !doc->modified.n || !before->modified.n ||
        same_instant(doc->modified, before->modified))
        return true;
    return throw(s->cx, &TimestampMismatchError,
                 "Error: Document has been modified after you have opened it (%.*s, %.*s). Please refresh to get the "
                 "latest document.",
                 STR_ARG(before->modified), STR_ARG(doc->modified));
}

/* A row that asks for another idx moves there. */
static void move_to_idx(struct save *s)
{
    struct doc *row = s->top;
    if (!row->up || !row->before || row->idx == row->before->idx || row->idx < 1)
        return;
    ptrdiff_t table = table_of_row(row->up, row);
    if (table < 0)
        return;
    struct doc_rows *rows = &row->up->tables[table];
    size_t at = (size_t)row->idx - 1;
    rows_remove(rows, row);
    rows_insert(s->cx->arena, rows, at, row);
}

static void gather(struct save *s)
{
    s->docs.count = 0;
    tree_top_first(s->cx->arena, s->top, &s->docs);
}

static bool take_places(struct save *s)
{
    move_to_idx(s);
    tree_place(s->root);
    gather(s);
    return true;
}

static struct str user_name(const struct save *s)
{
    return s->cx->user ? s->cx->user->name : STR("Administrator");
}

/* Later than what is stored, so that a stale copy is always seen to be one. */
static struct str stamp_after(struct save *s, const struct doc *before)
{
    int64_t now = call_local_us(s->cx), last;
    const int64_t day = INT64_C(86400) * 1000000;
    if (before && datetime_us(before->modified, &last) && last >= now && last < now + day)
        now = last + 1;
    return clock_datetime(s->cx->arena, now);
}

static bool stamp(struct save *s)
{
    struct doc *top = s->top;
    s->now = stamp_after(s, s->root->before);
    if (!top->keeps_stamps || !top->modified.n) {
        top->modified = s->now;
        top->modified_by = user_name(s);
    }
    for (size_t i = 0; i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        const struct doc *from = doc->before ? doc->before : doc->up && doc != top ? top : NULL;
        if (doc->keeps_stamps && doc->creation.n)
            continue;
        doc->owner = from && from->owner.n ? from->owner : user_name(s);
        doc->creation = from && from->creation.n ? from->creation : s->now;
    }
    return true;
}

static bool check_docstatus(struct save *s)
{
    int64_t from = stored_docstatus(s), to = s->top->docstatus;
    if (s->top->type->is_child)
        return true;
    if (from == 2)
        return throw(s->cx, &ValidationError, "Cannot edit cancelled document");
    if (to < 0 || to > 2 || (to && !s->top->type->is_submittable))
        return throw(s->cx, &DocstatusTransitionError, "%s cannot have docstatus %lld", s->top->type->name,
                     (long long)to);
    bool arrives = s->inserting && !asked(s); /* it was cancelled elsewhere */
    if (from == 0 && to == 2 && !arrives)
        return throw(s->cx, &DocstatusTransitionError, "Cannot change docstatus from 0 (Draft) to 2 (Cancelled)");
    if (from == 1 && to == 0)
        return throw(s->cx, &DocstatusTransitionError, "Cannot change docstatus from 1 (Submitted) to 0 (Draft)");
    return true;
}

/* Rows of a table above the caller's level are those that are stored, as they are stored. */
static void put_back_rows(struct save *s, struct doc *doc, size_t f)
{
    struct doc_rows *rows = &doc->tables[f];
    *rows = (struct doc_rows){ 0 };
    if (!doc->before)
        return;
    const struct doc_rows *stored = &doc->before->tables[f];
    for (size_t i = 0; i < stored->count; i++) {
        struct doc *row = tree_again(s->cx->arena, stored->rows[i]);
        row->up = doc;
        rows_insert(s->cx->arena, rows, i, row);
    }
}

static bool has_levels(const struct doctype *type)
{
    bool any = type->field_rules != NULL;
    for (size_t f = 0; !any && f < type->field_count; f++)
        any = type->fields[f].permlevel > 0;
    return any;
}

static void put_back_fields(struct save *s, struct doc *doc)
{
    struct access a = perm_access(s->cx, doc->type, perm_guardian(s->cx, doc->type, doc));
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct field *field = &doc->type->fields[f];
        if (field->server_managed || access_writes(s->cx, &a, field))
            continue;
        if (field_is_table(field))
            put_back_rows(s, doc, f);
        else
            doc->values[f] = doc->before ? doc->before->values[f] : VALUE_NONE;
    }
}

/* Fields and tables above the caller's level go back to what they were; a new document has their presets. */
static bool put_back(struct save *s)
{
    for (size_t i = 0; asked(s) && i < s->docs.count; i++)
        if (has_levels(s->docs.docs[i]->type))
            put_back_fields(s, s->docs.docs[i]);
    return take_places(s);
}

/* What the change makes of the document must be within the caller's User Permissions too. */
static bool ask_result(struct save *s)
{
    return !asked(s) || perm_check_result(s->cx, s->top, s->inserting ? CREATE : right_needed(s));
}

static bool hook(struct ctx *cx, doc_hook *run, struct doc *doc)
{
    if (!run || run(cx, doc))
        return !failed(cx);
    return failed(cx) ? false : bug(cx, "a hook of %s failed without a reason", doc->type->name);
}

static bool run_before_insert(struct save *s)
{
    for (size_t i = 0; i < s->docs.count; i++)
        if (s->docs.docs[i]->is_new && !hook(s->cx, s->docs.docs[i]->type->before_insert, s->docs.docs[i]))
            return false;
    gather(s);
    return true;
}

static bool is_update_of_submitted(const struct save *s)
{
    return stored_docstatus(s) == 1 && s->top->docstatus == 1;
}

/* One hook, by its place in struct doctype, of every document: each parent before its rows. */
static bool each_hook(struct save *s, size_t place)
{
    for (size_t i = 0; i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        doc_hook *const *run = (doc_hook *const *)(const void *)((const char *)doc->type + place);
        if (!hook(s->cx, *run, doc))
            return false;
    }
    return true;
}

static bool run_validate(struct save *s)
{
    if (is_update_of_submitted(s) || s->top->docstatus == 2)
        return true;
    bool submits = s->top->docstatus == 1;
    return each_hook(s, offsetof(struct doctype, before_validate)) &&
           each_hook(s, offsetof(struct doctype, validate)) &&
           each_hook(s, submits ? offsetof(struct doctype, before_submit) : offsetof(struct doctype, before_save));
}

/* Rows that hooks have added get places, presets and names like the others; every row knows its root. */
static bool settle_rows(struct save *s)
{
    gather(s);
    tree_place(s->root);
    if (!save_defaults(s) || !save_names(s))
        return false;
    tree_place(s->root);
    for (size_t i = 0; i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        for (size_t f = 0; f < doc->type->field_count; f++)
            if (doc->type->fields[f].is_root)
                doc->values[f] = value_of_text(s->root->name);
    }
    return stamp(s);
}

static bool total(struct save *s)
{
    return hook(s->cx, s->root->type->total, s->root);
}

/* Stored rows that are no longer in the tree. */
static bool find_removed(struct save *s)
{
    struct arena *arena = s->cx->arena;
    if (!s->root->before)
        return true;
    struct map kept = map_new(arena);
    struct doc_list now = { 0 }, then = { 0 };
    tree_top_first(arena, s->root, &now);
    tree_top_first(arena, (struct doc *)s->root->before, &then);
    for (size_t i = 0; i < now.count; i++)
        if (now.docs[i]->before)
            map_put(&kept, tree_key(arena, now.docs[i]->type, now.docs[i]->name), now.docs[i]);
    for (size_t i = 0; i < then.count; i++)
        if (!map_has(&kept, tree_key(arena, then.docs[i]->type, then.docs[i]->name)))
            doc_list_add(arena, &s->removed, then.docs[i]);
    for (size_t i = 0; i < s->removed.count; i++)
        if (!hook(s->cx, s->removed.docs[i]->type->on_trash, s->removed.docs[i]))
            return false;
    return listeners_tell_gone(s->cx, &s->removed) && links_free(s->cx, &s->removed, false);
}

/* Cancelling is refused while something submitted points here. */
static bool check_cancel(struct save *s)
{
    if (s->top->docstatus != 2 || stored_docstatus(s) != 1)
        return true;
    struct doc_list one = { &s->top, 1, 1 };
    return links_free(s->cx, &one, true);
}

static bool run_after_removal(struct save *s)
{
    for (size_t i = 0; i < s->removed.count; i++)
        if (!hook(s->cx, s->removed.docs[i]->type->after_delete, s->removed.docs[i]))
            return false;
    return true;
}

/* The hook and whoever listens. */
static bool happened(struct save *s, doc_hook *run, enum doc_event event, struct doc *doc)
{
    return hook(s->cx, run, doc) && listeners_tell(s->cx, event, doc);
}

static bool run_after(struct save *s)
{
    if (!s->changed)
        return true;
    enum doc_event update = is_update_of_submitted(s) ? DOC_ON_UPDATE_AFTER_SUBMIT : DOC_ON_UPDATE;
    for (size_t i = 0; i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        bool touched = doc == s->top || doc_differs(doc);
        if (doc->is_new && !happened(s, doc->type->after_insert, DOC_AFTER_INSERT, doc))
            return false;
        if (touched && s->top->docstatus != 2 && !happened(s, doc->type->on_update, update, doc))
            return false;
    }
    if (!run_after_removal(s))
        return false;
    int64_t from = stored_docstatus(s), to = s->top->docstatus;
    if (from == 0 && to == 1 && !happened(s, s->top->type->on_submit, DOC_ON_SUBMIT, s->top))
        return false;
    return from != 1 || to != 2 || happened(s, s->top->type->on_cancel, DOC_ON_CANCEL, s->top);
}

static bool run_on_change(struct save *s)
{
    if (s->changed && !hook(s->cx, s->top->type->on_change, s->top))
        return false;
    for (size_t i = 0; s->changed && i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        if (!doc->is_new && (doc == s->top || doc_differs(doc)) && !listeners_tell(s->cx, DOC_ON_CHANGE, doc))
            return false;
    }
    return true;
}

static bool remember(struct save *s)
{
    struct doc_list all = { 0 };
    tree_top_first(s->cx->arena, s->root, &all);
    for (size_t i = 0; i < all.count; i++)
        all.docs[i]->is_new = false;
    tree_remember(s->cx->arena, s->root);
    return true;
}

static const struct stage {
    const char *name;
    bool (*run)(struct save *);
} stages[] = {
    { "create", ask_create },         /* before anything that could tell of other documents */
    { "stored", find_stored },        /* lock the root; what is stored, in memory */
    { "permission", ask_permission }, /* write, submit or cancel, judged on what is stored */
    { "stale", check_not_stale },     /* modified, as instants */
    { "places", take_places },        /* parent columns, idx from 1 */
    { "docstatus", check_docstatus },
    { "levels", put_back }, /* fields above the caller's level */
    { "defaults", save_defaults },
    { "stamps", stamp },
    { "links", save_links },     /* one statement per target DocType */
    { "fetched", save_fetched }, /* fetch_from */
    { "before_insert", run_before_insert },
    { "names", save_names },
    { "settle", settle_rows },    /* parents' names in rows, the root's name in is_root */
    { "result", ask_result },     /* User Permissions, judged on what is to be stored */
    { "validate", run_validate }, /* before_validate, validate, before_save or before_submit */
    { "settle", settle_rows },    /* rows that hooks added */
    { "total", total },
    { "checks", save_checks }, /* mandatory, options, lengths, constants, HTML */
    { "cancel", check_cancel },
    { "removed", find_removed }, /* on_trash and links of rows that go */
    { "secrets", save_secrets_taken },
    { "write", save_write },
    { "secrets", save_secrets_stored },
    { "after", run_after }, /* after_insert, on_update, on_submit or on_cancel */
    { "version", save_version },
    { "on_change", run_on_change },
    { "remember", remember }, /* what is in memory is what is stored */
};

static bool run_stages(struct save *s, const struct stage *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!list[i].run(s) || failed(s->cx))
            return failed(s->cx) ? false : bug(s->cx, "saving %s failed at %s", s->top->type->name, list[i].name);
    return true;
}

static bool run(struct ctx *cx, struct doc *doc, unsigned flags)
{
    struct save s = { .cx = cx, .top = doc, .root = doc, .flags = flags, .inserting = doc->is_new };
    return !failed(cx) && db_begin(cx) && run_stages(&s, stages, countof(stages));
}

static bool find_root(struct save *s)
{
    s->root = tree_root(s->top);
    return true;
}

/* Of a row that goes: permission and state were judged on the row. */
static const struct stage removal[] = {
    { "root", find_root },
    { "places", take_places },
    { "stamps", stamp },
    { "total", total },
    { "removed", find_removed },
    { "write", save_write },
    { "after", run_after_removal },
    { "remember", remember },
};

bool save_after_removal(struct ctx *cx, struct doc *parent)
{
    struct save s = { .cx = cx, .top = parent, .root = parent, .flags = SAVE_AS_SYSTEM };
    return run_stages(&s, removal, countof(removal));
}

bool doc_save(struct ctx *cx, struct doc *doc, unsigned flags)
{
    return run(cx, doc, flags);
}

bool doc_insert(struct ctx *cx, struct doc *doc, unsigned flags)
{
    doc->is_new = !doc->type->is_single;
    return run(cx, doc, flags);
}

bool doc_submit(struct ctx *cx, struct doc *doc, unsigned flags)
{
    doc->docstatus = 1;
    return run(cx, doc, flags);
}

bool doc_cancel(struct ctx *cx, struct doc *doc, unsigned flags)
{
    doc->docstatus = 2;
    return run(cx, doc, flags);
}
