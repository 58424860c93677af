/* The columns of a batch: of a DocType and, at every level, of its tables. */
#include "batch_priv.h"

enum { LEVELS_MOST = 8 };

bool layout_takes(const struct field *f)
{
    enum shape shape = field_shape(f);
    return shape != SHAPE_NONE && f->type != PASSWORD && !f->server_managed && !f->is_root && !f->is_virtual;
}

static struct layout *layout_new(struct ctx *cx, const struct doctype *type)
{
    struct layout *l = arena_new_of(cx->arena, struct layout);
    *l = (struct layout){ .type = type, .path = STR("") };
    l->columns = arena_array(cx->arena, type->field_count + STANDARDS, sizeof *l->columns);
    l->tables = arena_array(cx->arena, type->field_count + 1, sizeof *l->tables);
    l->columns[l->column_count++] = &standard_fields[STD_NAME];
    return l;
}

static void add_column(struct layout *l, const struct field *f)
{
    for (size_t i = 0; i < l->column_count; i++)
        if (l->columns[i] == f)
            return;
    l->columns[l->column_count++] = f;
}

/* ---- export --------------------------------------------------------------------------------------------------------- */
static struct layout *readable(struct ctx *cx, const struct doctype *type, const struct doctype *guardian,
                               unsigned level);

static bool add_table(struct ctx *cx, struct layout *l, const struct field *f, struct layout *below)
{
    if (!below)
        return !failed(cx);
    struct layout *t = &l->tables[l->table_count++];
    *t = *below;
    t->table = f;
    return true;
}

static bool add_readable(struct ctx *cx, struct layout *l, const struct access *a, const struct field *f,
                         unsigned level)
{
    if (perm_reach(cx, a, f) == REACH_NOWHERE)
        return true;
    if (!field_is_table(f)) {
        add_column(l, f);
        return true;
    }
    const struct doctype *type = level < LEVELS_MOST ? table_type(cx, f) : NULL;
    return !type || add_table(cx, l, f, readable(cx, type, l->type, level + 1));
}

/* Rows of a child DocType come with their document; those that stand for themselves say where they belong. */
static void add_places(struct layout *l, unsigned level)
{
    if (l->type->is_submittable)
        add_column(l, &standard_fields[STD_DOCSTATUS]);
    if (level || !l->type->is_child)
        return;
    add_column(l, &standard_fields[STD_PARENT]);
    add_column(l, &standard_fields[STD_IDX]);
}

static struct layout *readable(struct ctx *cx, const struct doctype *type, const struct doctype *guardian,
                               unsigned level)
{
    struct layout *l = layout_new(cx, type);
    struct access a = perm_access(cx, type, perm_by_parent(type) ? guardian : NULL);
    add_places(l, level);
    for (size_t i = 0; i < type->field_count; i++)
        if (layout_takes(&type->fields[i]) && !add_readable(cx, l, &a, &type->fields[i], level))
            return NULL;
    return l;
}

static bool add_asked(struct ctx *cx, struct layout *l, const struct access *a, struct str name)
{
    const struct field *f = column_find(l->type, name);
    if (!f)
        f = doc_field(l->type, name);
    if (!f || field_shape(f) == SHAPE_NONE || f->is_virtual)
        return throw(cx, &DataError, "Field not permitted in query: %.*s", STR_ARG(name));
    if (f->type == PASSWORD || perm_reach(cx, a, f) == REACH_NOWHERE)
        return throw(cx, &PermissionError, N_("You may not read the field %s of %s"), f->name, l->type->name);
    return add_readable(cx, l, a, f, 0);
}

/* Every path, once the tree is whole: `courses.` before the columns of the table `courses`. */
static void name_paths(struct ctx *cx, struct layout *l)
{
    for (size_t i = 0; i < l->table_count; i++) {
        struct layout *t = &l->tables[i];
        t->path = str_printf(cx->arena, "%.*s%s.", STR_ARG(l->path), t->table->name);
        name_paths(cx, t);
    }
}

static bool asks_all(const json_t *fields)
{
    struct str only = json_str_of(json_array_size(fields) == 1 ? json_array_get(fields, 0) : fields);
    return !fields || json_is_null(fields) || str_is(only, "*") || (json_is_string(fields) && !str_trim(only).n);
}

struct layout *layout_of_export(struct ctx *cx, const struct doctype *type, const json_t *fields)
{
    struct layout *l;
    if (asks_all(fields))
        l = readable(cx, type, NULL, 0);
    else {
        struct access a = perm_access(cx, type, NULL);
        l = layout_new(cx, type);
        if (!json_is_array(fields))
            return throw(cx, &ValidationError, N_("fields must be a list of field names"));
        for (size_t i = 0; i < json_array_size(fields); i++)
            if (!add_asked(cx, l, &a, json_str_of(json_array_get(fields, i))))
                return NULL;
    }
    if (l)
        name_paths(cx, l);
    return l;
}

/* ---- import --------------------------------------------------------------------------------------------------------- */
static struct layout *everything(struct ctx *cx, const struct doctype *type, unsigned level)
{
    struct layout *l = layout_new(cx, type);
    for (size_t i = STD_OWNER; i < STANDARDS; i++)
        add_column(l, &standard_fields[i]);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *f = &type->fields[i];
        const struct doctype *below = field_is_table(f) && level < LEVELS_MOST ? table_type(cx, f) : NULL;
        if (below && !add_table(cx, l, f, everything(cx, below, level + 1)))
            return NULL;
        if (!field_is_table(f) && field_shape(f) != SHAPE_NONE)
            add_column(l, f);
    }
    return l;
}

struct layout *layout_of_import(struct ctx *cx, const struct doctype *type)
{
    struct layout *l = everything(cx, type, 0);
    if (l)
        name_paths(cx, l);
    return l;
}

/* ---- values ------------------------------------------------------------------------------------------------------------ */
static bool is_hidden(const struct doc *doc, ptrdiff_t field)
{
    return doc->unreadable && doc->unreadable[field];
}

struct value layout_value(const struct doc *doc, const struct field *f)
{
    if (f >= standard_fields && f < standard_fields + STANDARDS)
        return standard_value(doc, (enum standard)(f - standard_fields));
    ptrdiff_t i = f - doc->type->fields;
    struct value v = is_hidden(doc, i) ? VALUE_NONE : doc->values[i];
    return v.kind == VALUE_NULL && field_is_never_null(f) && !is_hidden(doc, i) ? value_of_int(0) : v;
}

struct str layout_cell(struct arena *arena, const struct field *f, struct value v)
{
    struct str text = value_text(arena, f, v);
    enum shape shape = field_shape(f);
    bool timed = shape == SHAPE_TIME || shape == SHAPE_DATETIME;
    return timed && str_ends(text, STR(".000000")) ? str_slice(text, 0, text.n - 7) : text;
}

/* ---- JSON lines -------------------------------------------------------------------------------------------------------- */
static const struct doc_rows *rows_of(const struct layout *t, const struct doc *doc)
{
    static const struct doc_rows none;
    ptrdiff_t i = t->table - doc->type->fields;
    return is_hidden(doc, i) ? &none : &doc->tables[i];
}

static void write_object(const struct layout *l, const struct doc *doc, struct json_out *out)
{
    out_begin_object(out);
    for (size_t i = 0; i < l->column_count; i++) {
        out_key(out, str_of(l->columns[i]->name));
        out_field_value(out, l->columns[i]->type, layout_value(doc, l->columns[i]));
    }
    for (size_t i = 0; i < l->table_count; i++) {
        const struct doc_rows *rows = rows_of(&l->tables[i], doc);
        out_key(out, str_of(l->tables[i].table->name));
        out_begin_array(out);
        for (size_t r = 0; r < rows->count; r++)
            write_object(&l->tables[i], rows->rows[r], out);
        out_end_array(out);
    }
    out_end_object(out);
}

void layout_write_line(struct ctx *cx __attribute__((unused)), const struct layout *l, const struct doc *doc,
                       struct buf *to)
{
    struct json_out out = out_to(to);
    write_object(l, doc, &out);
    buf_char(to, '\n');
}

/* ---- CSV ---------------------------------------------------------------------------------------------------------------- */
static void write_names(const struct layout *l, struct buf *to, bool *first)
{
    for (size_t i = 0; i < l->column_count; i++, *first = false) {
        buf_lit(to, ",");
        to->n -= *first;
        buf_add(to, l->path);
        buf_add(to, str_of(l->columns[i]->name));
    }
    for (size_t i = 0; i < l->table_count; i++)
        write_names(&l->tables[i], to, first);
}

void layout_write_csv_head(const struct layout *l, struct buf *to)
{
    bool first = true;
    write_names(l, to, &first);
    buf_lit(to, "\r\n");
}

/* Lines that a document takes: as many as the longest of its tables. */
static size_t height(const struct layout *l, const struct doc *doc)
{
    size_t most = 1;
    for (size_t i = 0; i < l->table_count; i++) {
        const struct doc_rows *rows = rows_of(&l->tables[i], doc);
        size_t lines = 0;
        for (size_t r = 0; r < rows->count; r++)
            lines += height(&l->tables[i], rows->rows[r]);
        most = lines > most ? lines : most;
    }
    return most;
}

/* The row of a table that stands on the line, and which of its lines that is. */
static const struct doc *row_on(const struct layout *t, const struct doc *doc, size_t *line)
{
    const struct doc_rows *rows = rows_of(t, doc);
    for (size_t r = 0; r < rows->count; r++) {
        size_t lines = height(t, rows->rows[r]);
        if (*line < lines)
            return rows->rows[r];
        *line -= lines;
    }
    return NULL;
}

/* One line of a document; of none (NULL) or past its first line its own cells are empty. */
static void write_cells(struct ctx *cx, const struct layout *l, const struct doc *doc, size_t line, struct buf *to)
{
    for (size_t i = 0; i < l->column_count; i++) {
        bool here = doc && line == 0;
        csv_field(to, here ? layout_cell(cx->arena, l->columns[i], layout_value(doc, l->columns[i])) : STR(""),
                  !l->table && i == 0);
    }
    for (size_t i = 0; i < l->table_count; i++) {
        size_t below = line;
        const struct doc *row = doc ? row_on(&l->tables[i], doc, &below) : NULL;
        write_cells(cx, &l->tables[i], row, below, to);
    }
}

void layout_write_csv(struct ctx *cx, const struct layout *l, const struct doc *doc, struct buf *to)
{
    size_t lines = height(l, doc);
    for (size_t line = 0; line < lines; line++) {
        write_cells(cx, l, doc, line, to);
        buf_lit(to, "\r\n");
    }
}
