/* Rows and documents with what they point to in place: rows of tables (`fields` names a table), documents of links
 * (`expand`, `expand_links`). One list more per table and per linked DocType, and the same judge: of what the caller may
 * not read the plain name stays. */
#include "api_priv.h"

/* The page is held in memory here, so it must have an end. */
enum { ROWS_MOST = 1000, EXPANDED_MOST = 20 };

struct expansion {
    struct web *w;
    const struct doctype *type;
    const struct field *links[EXPANDED_MOST], *tables[EXPANDED_MOST];
    size_t link_count, table_count;
    bool with_name; /* the client asked for the name too */
};

/* ---- what is asked ---------------------------------------------------------------------------------------------------- */
static const struct field *table_named(const struct doctype *type, const json_t *name)
{
    const struct field *f = json_is_string(name) ? doc_field(type, json_str_of(name)) : NULL;
    return f && field_is_table(f) ? f : NULL;
}

bool api_is_rich(struct web *w, const struct query *q)
{
    const struct doctype *type = doc_type_find(w->cx.site, q->doctype);
    const json_t *one;
    size_t i;
    if (!type || q->as_arrays || q->group_by.n)
        return false;
    if (web_arg_json(w, "expand"))
        return true;
    json_array_foreach(q->fields, i, one) if (table_named(type, one)) return true;
    return false;
}

static bool read_expand(struct expansion *e)
{
    struct web *w = e->w;
    const json_t *names, *one;
    size_t i;
    if (!web_arg_parsed(w, "expand", &names))
        return false;
    if (names && !json_is_array(names))
        return throw(&w->cx, &ValidationError, "%s must be a list of field names.", "expand");
    json_array_foreach(names, i, one)
    {
        const struct field *f = doc_field(e->type, json_str_of(one));
        if (!f || (f->type != LINK && f->type != DYNAMIC_LINK) || e->link_count == EXPANDED_MOST)
            return throw(&w->cx, &DataError, "Field not permitted in query: %.*s",
                         STR_ARG(html_escape(w->cx.arena, json_str_of(one)).text));
        e->links[e->link_count++] = f;
    }
    return true;
}

/* The fields without tables, with the name that rows are told apart by. */
static const json_t *plain_fields(struct expansion *e, const json_t *fields)
{
    json_t *plain = api_own(e->w, json_array());
    const json_t *one;
    size_t i;
    json_array_foreach(fields, i, one)
    {
        const struct field *table = table_named(e->type, one);
        if (table && e->table_count < EXPANDED_MOST)
            e->tables[e->table_count++] = table;
        if (table)
            continue;
        e->with_name |=
            json_is_string(one) && (!strcmp(json_string_value(one), "name") || !strcmp(json_string_value(one), "*"));
        json_array_append(plain, (json_t *)(uintptr_t)one);
    }
    if (!json_is_array(fields)) {
        e->with_name = true;
        return fields;
    }
    if (!e->with_name)
        json_array_append_new(plain, json_string("name"));
    return plain;
}

/* ---- tables --------------------------------------------------------------------------------------------------------------- */
static const json_t *names_of(struct web *w, const json_t *rows)
{
    json_t *names = api_own(w, json_array()), *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) json_array_append(names, json_object_get(row, "name"));
    return names;
}

static void hang_up(const json_t *by_name, const json_t *children, const char *table)
{
    json_t *child;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)children, i, child)
    {
        json_t *row = json_object_get(by_name, json_string_value(json_object_get(child, "parent")));
        json_array_append(json_object_get(row, table), child);
    }
}

static bool add_table(struct expansion *e, const json_t *rows, const json_t *by_name, const struct field *table)
{
    struct web *w = e->w;
    json_t *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) json_object_set_new(row, table->name, json_array());
    if (!perm_reads_field(&w->cx, e->type, table, NULL))
        return throw(&w->cx, &PermissionError, "You may not read the field %s of %s", table->name, e->type->name);
    const json_t *filters = api_own(w, json_pack("[[s, s, O], [s, s, s], [s, s, s]]", "parent", "in", names_of(w, rows),
                                                 "parentfield", "=", table->name, "parenttype", "=", e->type->name));
    const struct query q = { .doctype = str_of(table->options),
                             .fields = api_own(w, json_pack("[s]", "*")),
                             .filters = filters,
                             .order_by = STR("parent asc, idx asc"),
                             .parent = str_of(e->type->name) };
    const json_t *children = api_rows(w, &q);
    if (children)
        hang_up(by_name, children, table->name);
    return children != NULL;
}

static bool add_tables(struct expansion *e, const json_t *rows)
{
    json_t *by_name = api_own(e->w, json_object()), *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row)
        json_object_set(by_name, json_string_value(json_object_get(row, "name")), row);
    for (size_t t = 0; t < e->table_count && json_array_size(rows); t++)
        if (!add_table(e, rows, by_name, e->tables[t]))
            return false;
    return true;
}

/* ---- links ---------------------------------------------------------------------------------------------------------------- */
/* DocType → names that objects point to, then DocType → name → document. */
static const char *target_of(const struct field *link, const json_t *object)
{
    return link->type == LINK ? link->options : json_string_value(json_object_get(object, link->options));
}

static void collect(json_t *wanted, const struct field *link, const json_t *object)
{
    const char *target = target_of(link, object);
    json_t *name = json_object_get(object, link->name);
    if (!target || !json_string_length(name))
        return;
    if (!json_object_get(wanted, target))
        json_object_set_new(wanted, target, json_object());
    json_object_set(json_object_get(wanted, target), json_string_value(name), name);
}

static bool fetch_target(struct web *w, const char *target, json_t *names)
{
    const struct doctype *type = doc_type_find(w->cx.site, str_of(target));
    json_t *list = api_own(w, json_array()), *name, *row;
    const char *key;
    size_t i;
    json_object_foreach(names, key, name) json_array_append(list, name);
    json_object_clear(names);
    if (!type || type->is_single || type->is_child || !perm_allows(&w->cx, type, NULL, READ))
        return true;
    const struct query q = { .doctype = str_of(target),
                             .fields = api_own(w, json_pack("[s]", "*")),
                             .filters = api_own(w, json_pack("{s: [s, O]}", "name", "in", list)) };
    const json_t *rows = api_rows(w, &q);
    json_array_foreach((json_t *)(uintptr_t)rows, i, row)
        json_object_set(names, json_string_value(json_object_get(row, "name")), row);
    return rows != NULL;
}

static bool fetch_all(struct web *w, json_t *wanted)
{
    const char *target;
    json_t *names;
    json_object_foreach(wanted, target, names) if (!fetch_target(w, target, names)) return false;
    return true;
}

static void put(const json_t *found, const struct field *link, json_t *object)
{
    const char *target = target_of(link, object), *name = json_string_value(json_object_get(object, link->name));
    json_t *linked = target && name ? json_object_get(json_object_get(found, target), name) : NULL;
    if (linked)
        json_object_set_new(object, link->name, json_copy(linked));
}

static bool add_links(struct expansion *e, const json_t *rows)
{
    json_t *wanted = api_own(e->w, json_object()), *row;
    size_t i;
    for (size_t l = 0; l < e->link_count; l++)
        json_array_foreach((json_t *)(uintptr_t)rows, i, row) collect(wanted, e->links[l], row);
    if (!fetch_all(e->w, wanted))
        return false;
    for (size_t l = 0; l < e->link_count; l++)
        json_array_foreach((json_t *)(uintptr_t)rows, i, row) put(wanted, e->links[l], row);
    return true;
}

/* ---- lists ----------------------------------------------------------------------------------------------------------------- */
bool api_rich_list(struct web *w, const struct query *asked)
{
    struct query q = *asked;
    struct expansion e = { .w = w, .type = api_doctype(w, q.doctype) };
    if (!e.type || !read_expand(&e))
        return false;
    q.fields = plain_fields(&e, q.fields);
    if (q.length == 0 || q.length > ROWS_MOST)
        return throw(&w->cx, &ValidationError, "A list with tables or expanded links has at most %d rows a page.",
                     ROWS_MOST);
    const json_t *rows = api_rows(w, &q);
    if (!rows || !add_tables(&e, rows) || !add_links(&e, rows))
        return false;
    json_t *row;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) if (!e.with_name) json_object_del(row, "name");
    out_value(&w->out, rows);
    return true;
}

/* ---- one document ---------------------------------------------------------------------------------------------------------- */
typedef void each_link(json_t *state, const struct field *link, json_t *object);

/* Every link of the document, rows of every level included. */
static void walk(struct web *w, const struct doctype *type, json_t *object, each_link *visit, json_t *state)
{
    for (size_t i = 0; type && i < type->field_count; i++) {
        const struct field *f = &type->fields[i];
        json_t *row;
        size_t r;
        if (f->type == LINK || f->type == DYNAMIC_LINK)
            visit(state, f, object);
        if (!field_is_table(f))
            continue;
        const struct doctype *child = doc_type_find(w->cx.site, str_of(f->options));
        json_array_foreach(json_object_get(object, f->name), r, row) walk(w, child, row, visit, state);
    }
}

static void visit_collect(json_t *state, const struct field *link, json_t *object)
{
    collect(state, link, object);
}

static void visit_put(json_t *state, const struct field *link, json_t *object)
{
    put(state, link, object);
}

bool api_expand_document(struct web *w, const struct doc *doc, bool with_nulls)
{
    json_t *object = api_as_json(w, doc), *wanted = api_own(w, json_object());
    if (!object)
        return false;
    if (!with_nulls)
        api_strip_nulls(object);
    walk(w, doc->type, object, visit_collect, wanted);
    if (!fetch_all(w, wanted))
        return false;
    walk(w, doc->type, object, visit_put, wanted);
    out_value(&w->out, object);
    return true;
}
