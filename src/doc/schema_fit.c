/* One table made to fit its DocType while the site runs: a definition that is being saved, before its rows are
 * committed. DDL commits implicitly, so it has a connection of its own; if it fails, the definition is refused whole. */
#include "doc_priv.h"
#include "schema.h"

/* ---- a connection of its own ----------------------------------------------------------------------------------------------- */
static struct ctx beside(struct ctx *cx)
{
    return (struct ctx){ .arena = cx->arena,
                         .site = cx->site,
                         .user = cx->user,
                         .tenant = cx->tenant,
                         .lang = cx->lang,
                         .translate = cx->translate,
                         .now_us = cx->now_us,
                         .request_id = cx->request_id };
}

static bool ended(struct ctx *cx, struct ctx *own, bool ok)
{
    db_return(own);
    cx->statements += own->statements;
    if (!ok && !failed(cx))
        cx->err = own->err;
    return ok;
}

/* ---- the size of a row ------------------------------------------------------------------------------------------------------ */
#define ROW_MOST 65535
#define CHARACTER 4 /* bytes, utf8mb4 */

static size_t column_size(const struct field *f)
{
    const char *type = field_sql_type(f);
    if (!strcmp(type, "varchar"))
        return field_room(f) * CHARACTER + 2;
    return field_shape(f) == SHAPE_TEXT ? 12 : 11;
}

static bool check_row(struct ctx *cx, const struct doctype *type)
{
    size_t size = 8 * (140 * CHARACTER + 2) + 64; /* the standard columns, generously */
    for (size_t i = 0; i < type->field_count; i++)
        if (field_has_column(&type->fields[i]))
            size += column_size(&type->fields[i]);
    if (size <= ROW_MOST)
        return true;
    return throw(cx, &ValidationError,
                 N_("The fields of %s need %zu bytes in a row of the database, which has %d. Make some of them Small "
                    "Text, or give them a smaller length."),
                 type->name, size, ROW_MOST);
}

/* ---- columns ------------------------------------------------------------------------------------------------------------------ */
struct fit {
    struct ctx *cx;
    const struct doctype *type, *stored;
    struct str table;
    struct schema schema;
    struct sql *q;
    size_t parts;
};

/* Kinds of columns that can become another without losing anything: each row a rank in a family. */
static const struct width {
    const char *prefix;
    enum { TEXTS, NUMBERS, DATES, TIMES } family;
    unsigned rank;
} widths[] = {
    { "varchar", TEXTS, 1 },  { "text", TEXTS, 2 },     { "longtext", TEXTS, 3 },  { "int(1)", NUMBERS, 1 },
    { "int", NUMBERS, 2 },    { "bigint", NUMBERS, 3 }, { "decimal", NUMBERS, 4 }, { "date", DATES, 1 },
    { "datetime", DATES, 2 }, { "time", TIMES, 1 },
};

static const struct width *width_of(struct str type)
{
    const struct width *found = NULL;
    for (size_t i = 0; i < countof(widths); i++)
        if (str_starts(type, str_of(widths[i].prefix)) && (!found || strlen(widths[i].prefix) > strlen(found->prefix)))
            found = &widths[i];
    return found;
}

/* "varchar(140)" → 140, "decimal(21,9)" → 21; 0: no number. */
static int64_t size_in(struct str type)
{
    ptrdiff_t open = str_index(type, '(');
    int64_t n = 0;
    size_t end = open < 0 ? 0 : (size_t)open + 1;
    while (end && end < type.n && type.p[end] >= '0' && type.p[end] <= '9')
        end++;
    return open >= 0 && str_int(str_slice(type, (size_t)open + 1, end), &n) ? n : 0;
}

static bool widens(struct str from, struct str to)
{
    const struct width *a = width_of(from), *b = width_of(to);
    if (!a || !b)
        return false;
    if (a->family != b->family)
        return b->family == TEXTS;
    return a->rank < b->rank || (a->rank == b->rank && size_in(from) <= size_in(to));
}

static struct str wanted_type(struct ctx *cx, const struct field *field)
{
    struct sql *q = sql_new(cx);
    schema_type(q, field);
    struct str type = str_trim(sql_string(q));
    return str_is(type, "json") ? STR("longtext") : type;
}

static bool is_empty_table(struct fit *f)
{
    struct sql *q = sql_new(f->cx);
    struct str name;
    sql_add(q, "SELECT `name` FROM ");
    sql_doctype(q, f->type->name);
    sql_add(q, " LIMIT 1");
    return !db_first_text(f->cx, q, &name) && !failed(f->cx);
}

static void begin_part(struct fit *f)
{
    if (f->parts++)
        sql_add(f->q, ", ");
}

/* The column is longtext either way; what tells them apart is its CHECK. */
static bool becomes_json_or_ceases(const struct fit *f, const struct field *field)
{
    const struct field *before = f->stored ? doc_field(f->stored, str_of(field->name)) : NULL;
    return before && (before->type == JSON) != (field->type == JSON);
}

static bool fit_column(struct fit *f, const struct field *field)
{
    struct ctx *cx = f->cx;
    struct str wanted = wanted_type(cx, field);
    const struct str *is = map_get(&f->schema.columns, schema_key(cx->arena, f->table, str_of(field->name)));
    if (is && str_eq(*is, wanted) && !becomes_json_or_ceases(f, field))
        return true;
    bool safe = !is || (widens(*is, wanted) && field->type != JSON);
    if (!safe && !is_empty_table(f))
        return failed(cx) ? false
                          : throw(cx, &ValidationError,
                                  N_("%s: values of the field %s are stored as %.*s, which cannot become %.*s without "
                                     "loss. Make a new field and move the values."),
                                  f->type->name, field->name, STR_ARG(*is), STR_ARG(wanted));
    begin_part(f);
    if (is)
        sql_add(f->q, "MODIFY COLUMN ");
    else
        sql_add(f->q, "ADD COLUMN ");
    schema_column(f->q, field);
    return true;
}

/* ---- indexes -------------------------------------------------------------------------------------------------------------------- */
static void add_missing_index(void *arg, const char *name, const char *const *fields, bool unique)
{
    struct fit *f = arg;
    struct arena *arena = f->cx->arena;
    struct buf columns = buf_new(arena, 4096);
    for (size_t i = 0; fields[i]; i++)
        buf_printf(&columns, "%s%s", i ? "," : "", fields[i]);
    const struct index *has = map_get(&f->schema.indexes, schema_key(arena, f->table, buf_str(&columns)));
    if (has && (has->unique || !unique))
        return;
    while (map_has(&f->schema.names, schema_key(arena, f->table, str_of(name))))
        name = arena_printf(arena, "%s_index", name);
    begin_part(f);
    sql_add(f->q, "ADD ");
    schema_index(f->q, name, fields, unique);
}

static bool may_stay(const struct index *index, const struct field *field)
{
    bool text = field_shape(field) == SHAPE_TEXT && strcmp(field_sql_type(field), "varchar") != 0;
    return field_has_column(field) && !text && (!index->unique || field->unique);
}

/* Of a field that need not be unique any more, or has become too long a text for an index. */
static void drop_indexes(struct fit *f)
{
    for (size_t i = 0; i < f->schema.names.count; i++) {
        const struct index *index = f->schema.names.entries[i].value;
        struct str name = str_from(f->schema.names.entries[i].key, f->table.n + 1);
        const struct field *field = doc_field(f->type, index->columns);
        if (!field || may_stay(index, field))
            continue;
        begin_part(f);
        sql_add(f->q, "DROP INDEX ");
        sql_name(f->q, str_c(f->cx->arena, name));
    }
}

static bool alter(struct fit *f)
{
    f->q = sql_new(f->cx);
    sql_add(f->q, "ALTER TABLE ");
    sql_doctype(f->q, f->type->name);
    sql_add(f->q, " WAIT 10 ");
    for (size_t i = 0; i < f->type->field_count; i++)
        if (field_has_column(&f->type->fields[i]) && !fit_column(f, &f->type->fields[i]))
            return false;
    drop_indexes(f);
    schema_each_index(f->cx->arena, f->type, f, add_missing_index);
    return !f->parts || db_define(f->cx, f->q);
}

/* Rows of a DocType that was deleted are still there, and come back with its name. */
static void tell_of_rows(struct ctx *cx, struct fit *f)
{
    if (!f->stored && !is_empty_table(f) && !failed(f->cx))
        note(cx, NULL, N_("There was a table of an earlier DocType %s: its documents are back."), f->type->name);
}

static bool explain(struct ctx *own, const struct doctype *type)
{
    if (own->err.kind != &DuplicateEntryError && own->err.kind != &UniqueValidationError)
        return false;
    own->err = (struct error){ 0 };
    return throw(own, &ValidationError, N_("%s: a field cannot become unique while documents have equal values in it."),
                 type->name);
}

static bool make_sequence(struct ctx *own, const struct doctype *type)
{
    struct sql *q = sql_new(own);
    sql_add(q, "CREATE SEQUENCE IF NOT EXISTS ");
    sql_table(q, sequence_name(own->arena, type));
    sql_add(q, " START WITH 1 NOCACHE");
    return db_define(own, q);
}

bool schema_fit(struct ctx *cx, const struct doctype *type, const struct doctype *stored)
{
    if (type->is_single)
        return true;
    if (!check_row(cx, type))
        return false;
    struct ctx own = beside(cx);
    struct fit f = { .cx = &own, .type = type, .stored = stored };
    f.table = str_printf(cx->arena, "tab%s", type->name);
    bool ok = schema_read(&own, f.table.p, &f.schema);
    if (ok && map_has(&f.schema.tables, f.table)) {
        tell_of_rows(cx, &f);
        ok = alter(&f) || explain(&own, type);
    } else if (ok) {
        ok = db_define(&own, schema_table(&own, type));
    }
    ok = ok && (!type_is_numbered(type) || make_sequence(&own, type));
    return ended(cx, &own, ok);
}

static bool rename_table(struct ctx *own, const char *old_name, const char *new_name)
{
    struct sql *q = sql_new(own);
    sql_add(q, "RENAME TABLE ");
    sql_table(q, old_name);
    sql_add(q, " WAIT 10 TO ");
    sql_table(q, new_name);
    return db_define(own, q);
}

bool schema_rename(struct ctx *cx, const struct doctype *type, struct str new_name)
{
    struct ctx own = beside(cx);
    struct doctype renamed = *type;
    renamed.name = str_c(cx->arena, new_name);
    bool ok = rename_table(&own, arena_printf(cx->arena, "tab%s", type->name),
                           arena_printf(cx->arena, "tab%s", renamed.name)) &&
              (!type_is_numbered(type) ||
               rename_table(&own, sequence_name(cx->arena, type), sequence_name(cx->arena, &renamed)));
    return ended(cx, &own, ok);
}
