/* Writing the difference between a tree and what is stored: rows that go, rows that changed, rows that are new, each
 * DocType's in statements of many rows. */
#include "doc_priv.h"

#define ROWS_AT_ONCE 100
#define BYTES_AT_ONCE ((size_t)8 << 20)
#define NAMES_AT_ONCE 500

/* ---- columns --------------------------------------------------------------------------------------------------------------- */
static void add_names(struct sql *q, const struct doctype *type)
{
    for (size_t i = 0; i < standard_count(type); i++) {
        if (i)
            sql_add(q, ", ");
        sql_name(q, standard_fields[i].name);
    }
    for (size_t f = 0; f < type->field_count; f++)
        if (field_has_column(&type->fields[f])) {
            sql_add(q, ", ");
            sql_name(q, type->fields[f].name);
        }
}

static void add_values(struct sql *q, const struct doc *doc)
{
    for (size_t i = 0; i < standard_count(doc->type); i++) {
        if (i)
            sql_add(q, ", ");
        value_bind(q, &standard_fields[i], standard_value(doc, (enum standard)i));
    }
    for (size_t f = 0; f < doc->type->field_count; f++)
        if (field_has_column(&doc->type->fields[f])) {
            sql_add(q, ", ");
            value_bind(q, &doc->type->fields[f], doc->values[f]);
        }
}

static size_t size_of(const struct doc *doc)
{
    size_t bytes = 0;
    for (size_t f = 0; f < doc->type->field_count; f++)
        bytes += doc->values[f].kind == VALUE_TEXT ? doc->values[f].text.n : 16;
    return bytes;
}

static struct sql *insert_of(struct ctx *cx, const struct doctype *type)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_doctype(q, type->name);
    sql_add(q, " (");
    add_names(q, type);
    sql_add(q, ") VALUES ");
    return q;
}

/* ---- a clash --------------------------------------------------------------------------------------------------------------- */
void *throw_noted(struct ctx *cx, const struct exc *kind, struct str detail)
{
    throw_quiet(cx, kind);
    cx->err.detail = detail;
    return NULL;
}

/* Another row has this value; read as it is now, not as the snapshot has it. */
static bool is_taken(struct ctx *cx, const struct doc *doc, const char *const *fields)
{
    struct sql *q = sql_new(cx);
    struct str found;
    sql_add(q, "SELECT `name` FROM ");
    sql_doctype(q, doc->type->name);
    sql_add(q, " WHERE `name` <> ");
    sql_text(q, doc->is_new ? STR("") : doc->name);
    for (; *fields; fields++) {
        ptrdiff_t f = field_index(doc->type, str_of(*fields));
        sql_add(q, " AND ");
        sql_name(q, *fields);
        sql_add(q, " = ");
        if (f >= 0)
            value_bind(q, &doc->type->fields[f], doc->values[f]);
        else
            sql_text(q, doc_text(doc, *fields));
    }
    sql_add(q, " LIMIT 1 LOCK IN SHARE MODE");
    return db_first_text(cx, q, &found);
}

static bool must_be_unique(struct ctx *cx, const struct doc *doc, const char *const *fields)
{
    struct buf labels = buf_new(cx->arena, 4096), values = buf_new(cx->arena, 4096);
    for (size_t i = 0; fields[i]; i++) {
        const struct field *f = column_find(doc->type, str_of(fields[i]));
        buf_printf(&labels, "%s%s", i ? ", " : "", field_label(cx->arena, f));
        buf_printf(&values, "%s%.*s", i ? "-" : "", STR_ARG(utf8_head(doc_text(doc, fields[i]), 140)));
    }
    note(cx, NULL, N_("%s must be unique"), buf_str(&labels).p);
    throw_noted(cx, &UniqueValidationError,
                str_printf(cx->arena, "('%s', '%.*s', IntegrityError(1062, \"Duplicate entry '%.*s' for key '%s'\"))",
                           doc->type->name, STR_ARG(doc->name), STR_ARG(buf_str(&values)), fields[0]));
    return error_of_field(cx, column_find(doc->type, str_of(fields[0])));
}

static bool name_exists_already(struct ctx *cx, const struct doc *doc)
{
    note(cx, "Duplicate Name", N_("%s <strong>%.*s</strong> already exists"), doc->type->name,
         STR_ARG(html_escape(cx->arena, doc->name).text));
    cx->notes->indicator = "red";
    throw_noted(cx, &DuplicateEntryError,
                str_printf(cx->arena,
                           "('%s', '%.*s', IntegrityError(1062, \"Duplicate entry '%.*s' for key 'PRIMARY'\"))",
                           doc->type->name, STR_ARG(doc->name), STR_ARG(doc->name)));
    return error_of_field(cx, &standard_fields[STD_NAME]);
}

static bool is_clash(const struct ctx *cx)
{
    return cx->err.kind == &DuplicateEntryError || cx->err.kind == &UniqueValidationError;
}

/* After error 1062: says which rule was broken, in Frappe's words. `*again` asks for another random name. */
static bool explain_clash(struct ctx *cx, struct doc *doc, bool *again)
{
    static const char *const by_name[] = { "name", NULL };
    struct error clash = cx->err;
    cx->err = (struct error){ 0 };
    if (doc->is_new && is_taken(cx, doc, by_name)) {
        *again = name_is_random(doc->type) && !doc->new_name.n;
        return *again || name_exists_already(cx, doc);
    }
    for (size_t f = 0; f < doc->type->field_count && !failed(cx); f++) {
        const char *const fields[] = { doc->type->fields[f].name, NULL };
        if (doc->type->fields[f].unique && !value_is_empty(doc->values[f]) && is_taken(cx, doc, fields))
            return must_be_unique(cx, doc, fields);
    }
    if (!failed(cx) && doc->type->unique && is_taken(cx, doc, doc->type->unique))
        return must_be_unique(cx, doc, doc->type->unique);
    if (!failed(cx))
        cx->err = clash;
    return false;
}

/* ---- inserting ---------------------------------------------------------------------------------------------------------------- */
static bool insert_one(struct ctx *cx, struct doc *doc, unsigned flags)
{
    for (unsigned tries = 0; tries < 5; tries++) {
        struct sql *q = insert_of(cx, doc->type);
        sql_add(q, "(");
        add_values(q, doc);
        sql_add(q, ")");
        if (db_change(cx, q) >= 0)
            return true;
        bool again = false;
        if (!is_clash(cx) || !explain_clash(cx, doc, &again))
            return false;
        if (again && !name_new(cx, doc, flags, true))
            return false;
        tree_place(doc);
    }
    return name_exists_already(cx, doc);
}

/* The clash of a statement of many rows is found by repeating them one by one. */
static bool insert_each(struct ctx *cx, struct doc **docs, size_t count, unsigned flags)
{
    for (size_t i = 0; i < count; i++)
        if (!insert_one(cx, docs[i], flags))
            return false;
    return true;
}

static void add_assignments(struct sql *q, const struct doctype *type)
{
    sql_add(q, " ON DUPLICATE KEY UPDATE ");
    for (size_t i = STD_OWNER; i < standard_count(type); i++) {
        if (i > STD_OWNER)
            sql_add(q, ", ");
        sql_name(q, standard_fields[i].name);
        sql_add(q, " = VALUES(");
        sql_name(q, standard_fields[i].name);
        sql_add(q, ")");
    }
    for (size_t f = 0; f < type->field_count; f++)
        if (field_has_column(&type->fields[f])) {
            sql_add(q, ", ");
            sql_name(q, type->fields[f].name);
            sql_add(q, " = VALUES(");
            sql_name(q, type->fields[f].name);
            sql_add(q, ")");
        }
}

static bool write_many(struct ctx *cx, struct doc **docs, size_t count, bool update, unsigned flags)
{
    struct sql *q = insert_of(cx, docs[0]->type);
    for (size_t i = 0; i < count; i++) {
        if (i)
            sql_add(q, ", (");
        else
            sql_add(q, "(");
        add_values(q, docs[i]);
        sql_add(q, ")");
    }
    if (update)
        add_assignments(q, docs[0]->type);
    sql_once(q);
    if (db_change(cx, q) >= 0)
        return true;
    if (update || !is_clash(cx))
        return false;
    cx->err = (struct error){ 0 };
    return insert_each(cx, docs, count, flags);
}

/* ---- updating ------------------------------------------------------------------------------------------------------------------- */
static bool update_one(struct ctx *cx, struct doc *doc)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, doc->type->name);
    sql_add(q, " SET ");
    for (size_t i = STD_OWNER; i < standard_count(doc->type); i++) {
        if (i > STD_OWNER)
            sql_add(q, ", ");
        sql_name(q, standard_fields[i].name);
        sql_add(q, " = ");
        value_bind(q, &standard_fields[i], standard_value(doc, (enum standard)i));
    }
    for (size_t f = 0; f < doc->type->field_count; f++)
        if (field_has_column(&doc->type->fields[f])) {
            sql_add(q, ", ");
            sql_name(q, doc->type->fields[f].name);
            sql_add(q, " = ");
            value_bind(q, &doc->type->fields[f], doc->values[f]);
        }
    sql_add(q, " WHERE `name` = ");
    name_bind(q, doc->type, doc->name);
    int64_t rows = db_change(cx, q);
    bool again = false;
    if (rows < 0)
        return is_clash(cx) && explain_clash(cx, doc, &again);
    return rows > 0 || throw(cx, &DoesNotExistError, "%s %.*s not found", doc->type->name, STR_ARG(doc->name));
}

/* INSERT … ON DUPLICATE KEY UPDATE would change another row where something else than the name is unique. */
static bool only_name_is_unique(const struct doctype *type)
{
    for (size_t f = 0; f < type->field_count; f++)
        if (type->fields[f].unique)
            return false;
    return type->is_child && !type->unique;
}

/* Singles: their rows are few; all are replaced. */
static bool write_single(struct ctx *cx, const struct doc *doc)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "tabSingles");
    sql_add(q, " WHERE `doctype` = ");
    sql_text(q, str_of(doc->type->name));
    if (db_change(cx, q) < 0)
        return false;
    q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "tabSingles");
    sql_add(q, " (`doctype`, `field`, `value`) VALUES ");
    static const enum standard kept[] = { STD_OWNER, STD_CREATION, STD_MODIFIED, STD_MODIFIED_BY };
    for (size_t i = 0; i < countof(kept) + doc->type->field_count; i++) {
        const struct field *f = i < countof(kept) ? &standard_fields[kept[i]] : &doc->type->fields[i - countof(kept)];
        struct value v = i < countof(kept) ? standard_value(doc, kept[i]) : doc->values[i - countof(kept)];
        if (i >= countof(kept) && !field_has_column(f))
            continue;
        if (i)
            sql_add(q, ", ");
        sql_add(q, "(");
        sql_text(q, str_of(doc->type->name));
        sql_add(q, ", ");
        sql_text(q, str_of(f->name));
        sql_add(q, ", ");
        if (v.kind == VALUE_NULL)
            sql_null(q);
        else
            sql_text(q, value_text(cx->arena, f, v));
        sql_add(q, ")");
    }
    return db_change(cx, q) >= 0;
}

/* ---- the tree --------------------------------------------------------------------------------------------------------------------- */
static bool write_list(struct save *s, struct doc **docs, size_t count, bool update)
{
    const struct doctype *type = docs[0]->type;
    if (type->is_single)
        return write_single(s->cx, docs[0]);
    bool many = count > 1 && (!update || only_name_is_unique(type));
    for (size_t i = 0; i < count;) {
        size_t end = i + 1, bytes = size_of(docs[i]);
        while (many && end < count && end - i < ROWS_AT_ONCE && bytes + size_of(docs[end]) <= BYTES_AT_ONCE)
            bytes += size_of(docs[end++]);
        bool written = end - i > 1 ? write_many(s->cx, docs + i, end - i, update, s->flags)
                       : update    ? update_one(s->cx, docs[i])
                                   : insert_one(s->cx, docs[i], s->flags);
        if (!written)
            return false;
        i = end;
    }
    return true;
}

/* Documents of the list by DocType, in the order in which the DocTypes first appear: parents before rows. */
static bool write_by_type(struct save *s, const struct doc_list *list, bool update)
{
    struct map types = map_new(s->cx->arena);
    for (size_t i = 0; i < list->count; i++) {
        struct str name = str_of(list->docs[i]->type->name);
        struct doc_list *same = map_get(&types, name);
        if (!same) {
            same = arena_new_of(s->cx->arena, struct doc_list);
            map_put(&types, name, same);
        }
        doc_list_add(s->cx->arena, same, list->docs[i]);
        call_changes(s->cx, list->docs[i]->type->name);
        if (list->docs[i]->type->is_single)
            call_changes(s->cx, CHANGES_OF_SINGLES);
    }
    for (size_t i = 0; i < types.count; i++) {
        struct doc_list *same = types.entries[i].value;
        if (!write_list(s, same->docs, same->count, update))
            return false;
    }
    return true;
}

static void touch(struct save *s, struct doc *doc)
{
    if (doc->keeps_stamps && doc->modified.n)
        return;
    doc->modified = s->now;
    doc->modified_by = s->cx->user ? s->cx->user->name : STR("Administrator");
}

/* What is below a document has changed: so has the document. */
static bool changed_below(struct save *s, const struct doc *doc)
{
    for (size_t i = 0; i < s->removed.count; i++)
        for (const struct doc *up = s->removed.docs[i]->up; up; up = up->up)
            if (up == doc->before)
                return true;
    for (size_t f = 0; f < doc->type->field_count; f++)
        for (size_t i = 0; i < doc->tables[f].count; i++)
            if (doc_differs(doc->tables[f].rows[i]) || changed_below(s, doc->tables[f].rows[i]))
                return true;
    return false;
}

bool save_write(struct save *s)
{
    struct arena *arena = s->cx->arena;
    struct doc_list all = { 0 }, fresh = { 0 }, changed = { 0 };
    bool forced = !(s->flags & SAVE_STAMPS_ONLY_IF_CHANGED);
    tree_top_first(arena, s->root, &all);
    for (size_t i = 0; i < all.count; i++) {
        struct doc *doc = all.docs[i];
        bool ancestor = doc == s->root || doc == s->top;
        for (const struct doc *up = s->top->up; up; up = up->up)
            ancestor = ancestor || up == doc;
        bool single = doc->type->is_single && !doc->before;
        if (doc->is_new || single)
            doc_list_add(arena, &fresh, doc);
        else if (doc_differs(doc) || changed_below(s, doc) || (forced && ancestor))
            doc_list_add(arena, &changed, doc);
        else if (doc->before)
            doc->modified = doc->before->modified, doc->modified_by = doc->before->modified_by;
    }
    for (size_t i = 0; i < fresh.count; i++)
        touch(s, fresh.docs[i]);
    for (size_t i = 0; i < changed.count; i++)
        touch(s, changed.docs[i]);
    s->changed = fresh.count || changed.count || s->removed.count;
    for (size_t i = 0; i < s->removed.count; i++)
        call_changes(s->cx, s->removed.docs[i]->type->name);
    return rows_delete(s->cx, &s->removed) && write_by_type(s, &changed, true) && write_by_type(s, &fresh, false);
}

static bool has_secrets(const struct doctype *type)
{
    for (size_t f = 0; f < type->field_count; f++)
        if (type->fields[f].type == PASSWORD)
            return true;
    return false;
}

static bool delete_some(struct ctx *cx, struct doc **docs, size_t count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_doctype(q, docs[0]->type->name);
    sql_add(q, " WHERE `name` IN (");
    for (size_t i = 0; i < count; i++) {
        if (i)
            sql_add(q, ", ");
        name_bind(q, docs[i]->type, docs[i]->name);
        if (has_secrets(docs[i]->type) && !secrets_delete(cx, str_of(docs[i]->type->name), docs[i]->name))
            return false;
    }
    sql_add(q, ")");
    if (count > 1)
        sql_once(q);
    return db_change(cx, q) >= 0;
}

bool rows_delete(struct ctx *cx, const struct doc_list *list)
{
    bool *done = arena_array(cx->arena, list->count + 1, sizeof *done);
    for (size_t i = 0; i < list->count; i++) {
        struct doc_list same = { 0 };
        for (size_t j = i; j < list->count && same.count < NAMES_AT_ONCE; j++)
            if (!done[j] && list->docs[j]->type == list->docs[i]->type) {
                doc_list_add(cx->arena, &same, list->docs[j]);
                done[j] = true;
            }
        if (same.count && !delete_some(cx, same.docs, same.count))
            return false;
    }
    return true;
}
