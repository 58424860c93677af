/* The documents of a file, one after the other, as JSON: lines as they are, CSV with the rows of tables on the document's
 * own and the following lines. */
#include "import_priv.h"

enum { LONGEST = 32 << 20 };

/* A tree of a document may be larger than what one request may send. */
static const struct json_limits limits = { 32, 500000, 200000, LONGEST };

struct place {
    struct layout *level; /* NULL: the column has no name */
    const struct field *column;
};

struct documents {
    struct lines *lines;
    struct csv *csv;
    struct layout *layout;
    struct place *places;
    size_t place_count;
    struct item pending; /* of a CSV: begun, and perhaps not at its end */
    bool has_pending, ended;
};

static bool complain(struct ctx *cx, struct item *item, uint64_t row, struct str why)
{
    *item = (struct item){ .row = row, .why = str_copy(cx->arena, why) };
    return true;
}

static void release_json(void *json)
{
    json_decref(json);
}

/* ---- JSON lines ------------------------------------------------------------------------------------------------------- */
static bool next_line(struct ctx *cx, struct documents *d, struct item *item)
{
    struct str line, reason;
    uint64_t row;
    const char *why;
    enum record what;
    do
        what = d->ended ? RECORD_NONE : lines_next(d->lines, &line, &row, &why);
    while (what == RECORD_THERE && !str_trim(line).n);
    d->ended |= what != RECORD_THERE;
    if (what == RECORD_NONE)
        return false;
    if (what == RECORD_FATAL)
        return complain(cx, item, row, str_of(tr(cx, why)));
    json_t *json = json_read(cx->arena, line, &limits, &reason);
    if (!json)
        return complain(cx, item, row, reason);
    *item = (struct item){ .row = row, .json = json, .bytes = line.n };
    return true;
}

/* ---- the head of a CSV -------------------------------------------------------------------------------------------------- */
static bool is_label(struct ctx *cx, const struct field *f, struct str name)
{
    return str_eq_nocase(name, str_of(field_label(cx->arena, f)));
}

static const struct field *column_named(struct ctx *cx, const struct layout *l, struct str name)
{
    for (size_t i = 0; i < l->column_count; i++)
        if (str_is(name, l->columns[i]->name))
            return l->columns[i];
    if (str_eq_nocase(name, STR("ID")))
        return l->columns[0];
    for (size_t i = l->column_count; i-- > 0;) /* fields before standard columns, whose labels they may share */
        if (is_label(cx, l->columns[i], name))
            return l->columns[i];
    return NULL;
}

static bool find_place(struct ctx *cx, struct layout *l, struct str name, struct place *out);

/* `courses.title` */
static bool find_by_path(struct ctx *cx, struct layout *l, struct str name, struct place *out)
{
    struct str rest = name, table;
    if (!str_has(name, '.') || !str_cut(&rest, '.', &table))
        return false;
    for (size_t i = 0; i < l->table_count; i++)
        if (str_is(table, l->tables[i].table->name))
            return find_place(cx, &l->tables[i], rest, out);
    return false;
}

/* `Title (Courses)`, as Frappe's own files have it. */
static bool find_by_label(struct ctx *cx, struct layout *l, struct str name, struct place *out)
{
    ptrdiff_t open = -1;
    for (size_t i = 0; i + 1 < name.n; i++)
        if (name.p[i] == ' ' && name.p[i + 1] == '(')
            open = (ptrdiff_t)i;
    if (open < 0 || name.p[name.n - 1] != ')')
        return false;
    struct str label = str_slice(name, (size_t)open + 2, name.n - 1);
    for (size_t i = 0; i < l->table_count; i++)
        if (is_label(cx, l->tables[i].table, label) || str_is(label, l->tables[i].table->name))
            return find_place(cx, &l->tables[i], str_slice(name, 0, (size_t)open), out);
    return false;
}

static bool find_place(struct ctx *cx, struct layout *l, struct str name, struct place *out)
{
    const struct field *column = column_named(cx, l, name);
    bool found = column || find_by_path(cx, l, name, out) || find_by_label(cx, l, name, out);
    if (column)
        *out = (struct place){ l, column };
    l->used |= found;
    return found;
}

static bool is_doubled(const struct documents *d, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (d->places[j].column == d->places[i].column && d->places[j].level == d->places[i].level)
            return true;
    return false;
}

static void list_name(struct buf *to, struct str name)
{
    buf_printf(to, "%s%.*s", to->n ? ", " : "", STR_ARG(utf8_head(name, 100)));
}

static bool take_head(struct ctx *cx, struct documents *d, const struct csv_record *head)
{
    struct buf unknown = buf_new(cx->arena, 64 << 10), doubled = buf_new(cx->arena, 64 << 10);
    d->places = arena_array(cx->arena, head->count + 1, sizeof *d->places);
    d->place_count = head->count;
    for (size_t i = 0; i < head->count; i++) {
        struct str name = str_trim(head->fields[i]);
        if (name.n && !find_place(cx, d->layout, name, &d->places[i]))
            list_name(&unknown, name);
        else if (name.n && is_doubled(d, i))
            list_name(&doubled, name);
    }
    if (unknown.n)
        return throw(cx, &ValidationError, N_("%s has no columns of these names: %s"), d->layout->type->name,
                     buf_str(&unknown).p);
    if (doubled.n)
        return throw(cx, &ValidationError, N_("These columns stand twice in the first row: %s"), buf_str(&doubled).p);
    return true;
}

static bool is_blank(const struct csv_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_trim(r->fields[i]).n)
            return false;
    return true;
}

static bool read_head(struct ctx *cx, struct documents *d)
{
    struct csv_record head;
    enum record what;
    do
        what = csv_next(d->csv, &head);
    while (what == RECORD_THERE && is_blank(&head));
    if (what == RECORD_NONE)
        return throw(cx, &ValidationError, N_("The file is empty: its first row must name the columns."));
    if (what != RECORD_THERE)
        return throw(cx, &ValidationError, N_("Row %llu: %s"), (unsigned long long)head.number, tr(cx, head.why));
    return take_head(cx, d, &head);
}

/* ---- the lines of a CSV --------------------------------------------------------------------------------------------------- */
/* An object of the line's cells of one level; NULL: they are all empty. */
static json_t *object_of(const struct documents *d, const struct layout *l, const struct csv_record *r)
{
    json_t *object = json_object();
    bool any = false;
    for (size_t i = 0; i < d->place_count; i++) {
        if (d->places[i].level != l)
            continue;
        struct str cell = i < r->count ? csv_unguarded(r->fields[i]) : STR("");
        any |= cell.n > 0;
        json_object_set_new(object, d->places[i].column->name, cell.n ? json_stringn(cell.p, cell.n) : json_null());
    }
    for (size_t i = 0; any && i < l->table_count; i++)
        if (l->tables[i].used)
            json_object_set_new(object, l->tables[i].table->name, json_array());
    if (any)
        return object;
    json_decref(object);
    return NULL;
}

static bool has_cells_below(const struct documents *d, const struct layout *l, const struct csv_record *r)
{
    for (size_t i = 0; i < d->place_count && i < r->count; i++)
        if (d->places[i].level && d->places[i].level != l && r->fields[i].n &&
            str_starts(d->places[i].level->path, l->path))
            return true;
    return false;
}

/* The rows that the line adds to the tables of `parent`. False: rows of a row that is not there. */
static bool add_rows(const struct documents *d, const struct layout *l, json_t *parent, const struct csv_record *r)
{
    for (size_t i = 0; i < l->table_count; i++) {
        const struct layout *t = &l->tables[i];
        if (!t->used)
            continue;
        json_t *rows = json_object_get(parent, t->table->name), *row = object_of(d, t, r);
        if (row)
            json_array_append_new(rows, row);
        json_t *last = json_array_get(rows, json_array_size(rows) - 1);
        if (has_cells_below(d, t, r) && !last)
            return false;
        if (last && !add_rows(d, t, last, r))
            return false;
    }
    return true;
}

static const char *fault_of(const struct documents *d, const struct csv_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if ((i >= d->place_count || !d->places[i].level) && str_trim(r->fields[i]).n)
            return N_("This row has text in a column without a name.");
    return NULL;
}

/* What was pending is complete, `next` (if there is one) takes its place. */
static bool hand_over(struct ctx *cx, struct documents *d, struct item *item, const struct item *next)
{
    bool had = d->has_pending;
    if (had) {
        *item = d->pending;
        item->why = str_copy(cx->arena, item->why);
        if (item->json)
            arena_defer(cx->arena, release_json, item->json);
    }
    d->has_pending = next != NULL;
    d->pending = next ? *next : (struct item){ 0 };
    return had;
}

static void spoil(struct ctx *cx, struct item *item, const char *why)
{
    if (item->json)
        json_decref(item->json);
    item->json = NULL;
    item->why = item->why.n ? item->why : str_of(tr(cx, why)); /* of a catalogue: it lives on */
}

/* The line begins a document (true, *next) or goes on with the pending one. */
static bool begins(struct ctx *cx, struct documents *d, const struct csv_record *r, struct item *next)
{
    const char *why = r->why ? r->why : fault_of(d, r);
    json_t *object = why ? NULL : object_of(d, d->layout, r);
    bool goes_on = !why && !object && d->has_pending;
    *next = (struct item){ .row = r->number, .json = object };
    if (!why && !object && !d->has_pending)
        why = N_("This row belongs to no document.");
    struct item *to = goes_on ? &d->pending : next;
    if (!why && to->json && !add_rows(d, d->layout, to->json, r))
        why = N_("This row belongs to no row of the table above it.");
    for (size_t i = 0; i < r->count; i++)
        to->bytes += r->fields[i].n;
    if (why)
        spoil(cx, to, why);
    return !goes_on;
}

static bool next_of_csv(struct ctx *cx, struct documents *d, struct item *item)
{
    struct csv_record r;
    struct item next;
    while (!d->ended) {
        enum record what = csv_next(d->csv, &r);
        d->ended = what == RECORD_NONE || what == RECORD_FATAL;
        if (what == RECORD_NONE || (what == RECORD_THERE && is_blank(&r)))
            continue;
        if (begins(cx, d, &r, &next) && hand_over(cx, d, item, &next))
            return true;
    }
    return hand_over(cx, d, item, NULL);
}

/* ---- all ------------------------------------------------------------------------------------------------------------------- */
static void close_documents(void *arg)
{
    struct documents *d = arg;
    if (d->has_pending && d->pending.json)
        json_decref(d->pending.json);
}

struct documents *documents_open(struct ctx *cx, const struct batch_import *wish, struct layout *l)
{
    struct documents *d = arena_new_of(cx->arena, struct documents);
    d->layout = l;
    arena_defer(cx->arena, close_documents, d);
    if (wish->format == BATCH_LINES) {
        d->lines = lines_open(cx->arena, wish->in, LONGEST);
        return d;
    }
    d->csv = csv_open(cx->arena, wish->in, LONGEST);
    return read_head(cx, d) ? d : NULL;
}

bool documents_next(struct ctx *cx, struct documents *d, struct item *item)
{
    return d->lines ? next_line(cx, d, item) : next_of_csv(cx, d, item);
}
