/* Export: documents of one DocType, by name, as CSV or JSON lines. One read view holds for all of them. Those without tables
 * go from the row buffer straight into the answer; trees are read one by one. */
#include "batch_priv.h"
#include "query.h"

enum { NAMES_AT_ONCE = 200, NAME_ROOM = 4 * 140 };

struct exporting {
    struct ctx *cx;
    const struct batch_export *wish;
    const struct layout *layout;
    struct buf *out;
    uint64_t *count;
};

bool batch_format_named(struct str name, enum batch_format *out)
{
    *out = str_is(name, "csv") ? BATCH_CSV : BATCH_LINES;
    return *out == BATCH_CSV || str_is(name, "jsonl");
}

static bool write_doc(struct exporting *e, const struct doc *doc)
{
    if (e->wish->format == BATCH_CSV)
        layout_write_csv(e->cx, e->layout, doc, e->out);
    else
        layout_write_line(e->cx, e->layout, doc, e->out);
    ++*e->count;
    return !e->out->full || throw(e->cx, &ValidationError, N_("The export is too large."));
}

static void release_json(void *json)
{
    json_decref(json);
}

static json_t *json_kept(struct ctx *cx, json_t *json)
{
    arena_defer(cx->arena, release_json, json);
    return json;
}

/* ---- documents without tables ------------------------------------------------------------------------------------------ */
static json_t *names_of(struct ctx *cx, const struct layout *l)
{
    json_t *names = json_kept(cx, json_array());
    for (size_t i = 0; i < l->column_count; i++)
        json_array_append_new(names, json_string(l->columns[i]->name));
    return names;
}

/* A document made of a row's columns; those that rules keep from the caller are null. */
static struct doc *doc_of(struct exporting *e, const struct plan *p, struct rows *rows)
{
    struct doc *doc = doc_new(e->cx, e->layout->type);
    for (size_t i = 0; i < p->output_count; i++) {
        const struct column *c = &p->outputs[i].arguments[0].column;
        struct value v = value_from_row(e->cx->arena, c->field, rows, (unsigned)i);
        if (c->masked)
            c->source->type->mask(e->cx, c->field, &v);
        if (c->field >= standard_fields && c->field < standard_fields + STANDARDS)
            standard_set(doc, (enum standard)(c->field - standard_fields), v);
        else
            doc->values[c->field - doc->type->fields] = v;
    }
    return doc;
}

static bool export_rows(struct exporting *e)
{
    const struct plan *p;
    struct query q = { .doctype = str_of(e->layout->type->name),
                       .fields = names_of(e->cx, e->layout),
                       .filters = e->wish->filters,
                       .order_by = STR("name asc") };
    struct rows *rows = list_rows(e->cx, &q, &p);
    while (rows && rows_next(rows)) {
        struct scratch s = scratch_begin(e->cx);
        if (!write_doc(e, doc_of(e, p, rows)))
            return false;
        scratch_end(e->cx, &s);
        if (!buf_drained(e->out))
            return false;
    }
    return !failed(e->cx);
}

/* ---- trees --------------------------------------------------------------------------------------------------------------- */
/* The caller's filters as a list of its own, to which another is added. */
static json_t *filters_listed(struct ctx *cx, const json_t *filters)
{
    json_t *list = json_kept(cx, json_array()), *value;
    const char *key;
    size_t i;
    bool one = json_is_array(filters) && json_is_string(json_array_get(filters, 0));
    if (one)
        json_array_append(list, (json_t *)(uintptr_t)filters);
    else if (json_is_array(filters))
        json_array_foreach((json_t *)(uintptr_t)filters, i, value) json_array_append(list, value);
    else
        json_object_foreach((json_t *)(uintptr_t)filters, key, value)
        {
            json_t *item = json_pack("[s]", key);
            if (json_is_array(value))
                json_array_extend(item, value);
            else {
                json_array_append_new(item, json_string("="));
                json_array_append(item, value);
            }
            json_array_append_new(list, item);
        }
    return list;
}

static json_t *filters_after(struct ctx *cx, const json_t *filters, struct str last)
{
    if (filters && !json_is_object(filters) && !json_is_array(filters))
        return (json_t *)(uintptr_t)filters; /* refused by the list */
    json_t *list = filters_listed(cx, filters);
    if (last.p)
        json_array_append_new(list, json_pack("[s, s, s%]", "name", ">", last.p, last.n));
    return list;
}

/* Names of the documents that come next. They outlive the pieces in which the documents are read. */
struct page {
    struct str names[NAMES_AT_ONCE];
    size_t count;
    char bytes[NAMES_AT_ONCE][NAME_ROOM];
};

static void keep_name(struct page *page, struct str name)
{
    char *to = page->bytes[page->count];
    size_t n = name.n < NAME_ROOM ? name.n : NAME_ROOM;
    memcpy(to, name.p, n);
    page->names[page->count++] = (struct str){ to, n };
}

static bool next_page(struct exporting *e, struct page *page)
{
    const struct plan *p;
    struct scratch s = scratch_begin(e->cx);
    struct str last = page->count ? str_copy(e->cx->arena, page->names[page->count - 1]) : STR_NONE;
    struct query q = { .doctype = str_of(e->layout->type->name),
                       .filters = filters_after(e->cx, e->wish->filters, last),
                       .order_by = STR("name asc"),
                       .length = NAMES_AT_ONCE };
    struct rows *rows = list_rows(e->cx, &q, &p);
    page->count = 0;
    while (rows && rows_next(rows))
        keep_name(page, rows_text(rows, 0));
    if (failed(e->cx))
        return false;
    scratch_end(e->cx, &s);
    return true;
}

static bool export_tree(struct exporting *e, struct str name)
{
    struct scratch s = scratch_begin(e->cx);
    const struct doc *doc = doc_read(e->cx, e->layout->type, name);
    if (!doc || !write_doc(e, doc))
        return false;
    scratch_end(e->cx, &s);
    return buf_drained(e->out);
}

static bool export_trees(struct exporting *e)
{
    struct page *page = arena_new_of(e->cx->arena, struct page);
    do {
        if (!next_page(e, page))
            return false;
        for (size_t i = 0; i < page->count; i++)
            if (!export_tree(e, page->names[i]))
                return false;
    } while (page->count == NAMES_AT_ONCE);
    return true;
}

bool batch_export(struct ctx *cx, const struct batch_export *wish, struct buf *out, uint64_t *count)
{
    *count = 0;
    const struct doctype *type = doc_type(cx, wish->doctype);
    if (!type || !perm_check(cx, type, NULL, EXPORT))
        return false;
    if (perm_by_parent(type))
        return throw(cx, &ValidationError, N_("Rows of %s are exported with the documents they belong to."),
                     type->name);
    struct exporting e = { cx, wish, layout_of_export(cx, type, wish->fields), out, count };
    if (!e.layout || !db_snapshot(cx))
        return false;
    if (wish->format == BATCH_CSV)
        layout_write_csv_head(e.layout, out);
    if (type->is_single)
        return export_tree(&e, str_of(type->name));
    return e.layout->table_count ? export_trees(&e) : export_rows(&e);
}
