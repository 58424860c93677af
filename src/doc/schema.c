/* Tables of the DocTypes: compares the declarations with information_schema and adds what is missing
 * (spec/frappe-api.md 10.1). Two statements read everything; nothing is ever dropped or narrowed, only reported. */
#include "schema.h"

#include "definition.h"
#include "doc_priv.h"

struct sync {
    struct ctx *cx;
    bool dry;
    struct buf *plan;
    struct schema schema;
};

struct str schema_key(struct arena *arena, struct str table, struct str part)
{
    return str_printf(arena, "%.*s\n%.*s", STR_ARG(table), STR_ARG(part));
}

/* ---- reading ------------------------------------------------------------------------------------------------------------ */
static void of_tables(struct ctx *cx, struct sql *q, const char *only)
{
    sql_add(q, " WHERE TABLE_SCHEMA = ");
    sql_text(q, str_of(cx->tenant->database));
    if (!only)
        return;
    sql_add(q, " AND TABLE_NAME = ");
    sql_text(q, str_of(only));
}

static bool read_columns(struct ctx *cx, struct schema *s, const char *only)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS");
    of_tables(cx, q, only);
    sql_once(q);
    sql_limit(q, 30000);
    struct rows *rows = db_run(cx, q);
    if (!rows)
        return false;
    while (rows_next(rows)) {
        struct str table = str_copy(cx->arena, rows_text(rows, 0));
        struct str *type = arena_new_of(cx->arena, struct str);
        *type = str_copy(cx->arena, rows_text(rows, 2));
        map_put(&s->tables, table, type);
        map_put(&s->columns, schema_key(cx->arena, table, rows_text(rows, 1)), type);
    }
    return !failed(cx);
}

static void add_index_column(struct ctx *cx, struct schema *s, struct rows *rows)
{
    struct str table = rows_text(rows, 0), name = schema_key(cx->arena, table, rows_text(rows, 1));
    struct index *index = map_get(&s->names, name);
    if (!index) {
        index = arena_new_of(cx->arena, struct index);
        *index = (struct index){ .table = str_copy(cx->arena, table), .unique = rows_int(rows, 3) == 0 };
        index->columns = str_copy(cx->arena, rows_text(rows, 2));
        map_put(&s->names, name, index);
        return;
    }
    index->columns = str_printf(cx->arena, "%.*s,%.*s", STR_ARG(index->columns), STR_ARG(rows_text(rows, 2)));
}

static bool read_indexes(struct ctx *cx, struct schema *s, const char *only)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, NON_UNIQUE FROM information_schema.STATISTICS");
    of_tables(cx, q, only);
    sql_add(q, " ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX");
    sql_once(q);
    sql_limit(q, 30000);
    struct rows *rows = db_run(cx, q);
    if (!rows)
        return false;
    while (rows_next(rows))
        add_index_column(cx, s, rows);
    for (size_t i = 0; i < s->names.count; i++) {
        struct index *index = s->names.entries[i].value;
        struct str columns = schema_key(cx->arena, index->table, index->columns);
        struct index *same = map_get(&s->indexes, columns);
        if (!same || index->unique)
            map_put(&s->indexes, columns, index);
    }
    return !failed(cx);
}

bool schema_columns(struct ctx *cx, const char *only, struct schema *s)
{
    *s = (struct schema){ map_new(cx->arena), map_new(cx->arena), map_new(cx->arena), map_new(cx->arena) };
    return read_columns(cx, s, only);
}

bool schema_read(struct ctx *cx, const char *only, struct schema *s)
{
    return schema_columns(cx, only, s) && read_indexes(cx, s, only);
}

/* ---- definitions ---------------------------------------------------------------------------------------------------------- */
static unsigned preset_number(const struct field *field)
{
    int64_t n;
    return field->preset && str_int(str_of(field->preset), &n) && n > 0 && n < INT32_MAX ? (unsigned)n : 0;
}

void schema_type(struct sql *q, const struct field *field)
{
    const char *type = field_sql_type(field);
    if (!strcmp(type, "varchar")) {
        sql_add(q, " varchar(");
        sql_index(q, (unsigned)field_room(field));
        sql_add(q, ")");
    } else if (!strcmp(type, "text")) {
        sql_add(q, " text");
    } else if (!strcmp(type, "longtext")) {
        sql_add(q, " longtext");
    } else if (!strcmp(type, "json")) {
        sql_add(q, " json");
    } else if (!strcmp(type, "int") && field->type == CHECK) {
        sql_add(q, " int(1)");
    } else if (!strcmp(type, "int")) {
        sql_add(q, " int(11)");
    } else if (!strcmp(type, "bigint")) {
        sql_add(q, " bigint(20)");
    } else if (field->type == RATING) {
        sql_add(q, " decimal(3,2)");
    } else if (!strcmp(type, "decimal")) {
        sql_add(q, " decimal(21,9)");
    } else if (!strcmp(type, "date")) {
        sql_add(q, " date");
    } else if (!strcmp(type, "datetime")) {
        sql_add(q, " datetime(6)");
    } else {
        sql_add(q, " time(6)");
    }
}

void schema_column(struct sql *q, const struct field *field)
{
    sql_name(q, field->name);
    schema_type(q, field);
    if (!field_is_never_null(field))
        return;
    sql_add(q, " NOT NULL DEFAULT ");
    sql_index(q, preset_number(field));
}

static const char *const modified_index[] = { "modified", NULL }, *const parent_index[] = { "parent", NULL };

void schema_index(struct sql *q, const char *name, const char *const *fields, bool unique)
{
    if (unique)
        sql_add(q, "UNIQUE ");
    sql_add(q, "INDEX ");
    sql_name(q, name);
    for (size_t i = 0; fields[i]; i++) {
        if (i)
            sql_add(q, ", ");
        else
            sql_add(q, " (");
        sql_name(q, fields[i]);
    }
    sql_add(q, ")");
}

/* "unique_user_bootcamp", as Frappe names it; at most the server's 64 bytes. */
static const char *together_name(struct arena *arena, const char *kind, const char *const *fields)
{
    struct buf b = buf_new(arena, 4096);
    buf_add(&b, str_of(kind));
    for (; *fields; fields++)
        buf_printf(&b, "_%s", *fields);
    return str_c(arena, str_slice(buf_str(&b), 0, 64));
}

static const char *const *fields_listed(struct arena *arena, const char *list)
{
    const char **words = arena_array(arena, strlen(list) + 2, sizeof *words);
    struct str rest = str_of(list), word;
    size_t n = 0;
    while (str_cut(&rest, ' ', &word))
        words[n++] = str_c(arena, word);
    return words;
}

/* Calls each(…) for every index the declaration asks for. */
void schema_each_index(struct arena *arena, const struct doctype *type, void *arg,
                       void (*each)(void *arg, const char *name, const char *const *fields, bool unique))
{
    if (type->is_child)
        each(arg, "parent", parent_index, false);
    else
        each(arg, "modified", modified_index, false);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *f = &type->fields[i];
        const char *const fields[] = { f->name, NULL };
        if (field_has_column(f) && (f->unique || f->index || f->is_root))
            each(arg, f->name, fields, f->unique);
    }
    if (type->unique)
        each(arg, together_name(arena, "unique", type->unique), type->unique, true);
    for (const char *const *list = type->indexes; list && *list; list++) {
        const char *const *fields = fields_listed(arena, *list);
        each(arg, together_name(arena, "index", fields), fields, false);
    }
}

static void create_index(void *arg, const char *name, const char *const *fields, bool unique)
{
    struct sql *q = arg;
    sql_add(q, ", ");
    schema_index(q, name, fields, unique);
}

/* ---- making and changing ----------------------------------------------------------------------------------------------------- */
struct sql *schema_table(struct ctx *cx, const struct doctype *type)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "CREATE TABLE ");
    sql_doctype(q, type->name);
    if (type_is_numbered(type))
        sql_add(q, " (`name` bigint(20) NOT NULL PRIMARY KEY");
    else
        sql_add(q, " (`name` varchar(140) NOT NULL PRIMARY KEY");
    sql_add(q, ", `creation` datetime(6), `modified` datetime(6), `modified_by` varchar(140), `owner` varchar(140),"
               " `docstatus` int(1) NOT NULL DEFAULT 0, `idx` int(8) NOT NULL DEFAULT 0");
    for (size_t i = 0; i < type->field_count; i++)
        if (field_has_column(&type->fields[i])) {
            sql_add(q, ", ");
            schema_column(q, &type->fields[i]);
        }
    if (type->is_child)
        sql_add(q, ", `parent` varchar(140), `parentfield` varchar(140), `parenttype` varchar(140)");
    else
        sql_add(q, ", `_user_tags` text, `_comments` text, `_assign` text, `_liked_by` text");
    schema_each_index(cx->arena, type, q, create_index);
    sql_add(q, ") ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
    return q;
}

static void report(struct sync *y, const char *what, const char *type, const char *detail)
{
    if (y->plan)
        buf_printf(y->plan, "%s %s%s%s\n", what, type, *detail ? ": " : "", detail);
}

/* One ALTER TABLE of everything that a table lacks. */
struct change {
    struct sync *y;
    const struct doctype *type;
    struct str table;
    struct sql *q;
    size_t parts;
};

static void begin_part(struct change *c)
{
    if (c->parts++)
        sql_add(c->q, ", ");
}

static void add_missing_index(void *arg, const char *name, const char *const *fields, bool unique)
{
    struct change *c = arg;
    struct arena *arena = c->y->cx->arena;
    struct buf columns = buf_new(arena, 4096);
    for (size_t i = 0; fields[i]; i++)
        buf_printf(&columns, "%s%s", i ? "," : "", fields[i]);
    struct index *has = map_get(&c->y->schema.indexes, schema_key(arena, c->table, buf_str(&columns)));
    if (has && (has->unique || !unique))
        return;
    if (map_has(&c->y->schema.names, schema_key(arena, c->table, str_of(name))))
        name = arena_printf(arena, "%s_index", name);
    begin_part(c);
    sql_add(c->q, "ADD ");
    schema_index(c->q, name, fields, unique);
    report(c->y, unique ? "add unique index" : "add index", c->type->name, buf_str(&columns).p);
}

/* "varchar(140)" → 140; 0: not a varchar. */
static size_t varchar_room(struct str type)
{
    int64_t n;
    bool is = str_starts(type, STR("varchar(")) && str_int(str_slice(type, 8, type.n - 1), &n);
    return is ? (size_t)n : 0;
}

static void check_column(struct change *c, const struct field *field)
{
    struct arena *arena = c->y->cx->arena;
    const struct str *type = map_get(&c->y->schema.columns, schema_key(arena, c->table, str_of(field->name)));
    const char *shown = arena_printf(arena, "%s (%s)", field->name, field_type_name(field->type));
    if (!type) {
        begin_part(c);
        sql_add(c->q, "ADD COLUMN ");
        schema_column(c->q, field);
        report(c->y, "add column", c->type->name, shown);
    } else if (varchar_room(*type) && varchar_room(*type) < field_room(field) &&
               !strcmp(field_sql_type(field), "varchar")) {
        begin_part(c);
        sql_add(c->q, "MODIFY COLUMN ");
        schema_column(c->q, field);
        report(c->y, "widen column", c->type->name, shown);
    } else if (!str_starts(*type, str_of(field_sql_type(field))) && field->type != JSON) {
        report(c->y, "keep other type", c->type->name, arena_printf(arena, "%s is %.*s", shown, STR_ARG(*type)));
    }
}

static void report_unknown_columns(struct change *c)
{
    struct map *columns = &c->y->schema.columns;
    struct str prefix = schema_key(c->y->cx->arena, c->table, STR(""));
    for (size_t i = 0; i < columns->count; i++) {
        struct str column = str_from(columns->entries[i].key, prefix.n);
        if (str_starts(columns->entries[i].key, prefix) && !column_find(c->type, column))
            report(c->y, "keep column without a field", c->type->name, str_c(c->y->cx->arena, column));
    }
}

static bool change_table(struct sync *y, const struct doctype *type, struct str table)
{
    struct change c = { .y = y, .type = type, .table = table, .q = sql_new(y->cx) };
    sql_add(c.q, "ALTER TABLE ");
    sql_doctype(c.q, type->name);
    sql_add(c.q, " WAIT 30 ");
    for (size_t i = 0; i < type->field_count; i++)
        if (field_has_column(&type->fields[i]))
            check_column(&c, &type->fields[i]);
    schema_each_index(y->cx->arena, type, &c, add_missing_index);
    report_unknown_columns(&c);
    return y->dry || !c.parts || db_define(y->cx, c.q);
}

/* The site's own: its table follows its definition when that changes. Here is only told what does not fit. */
static void report_own(struct sync *y, const struct doctype *type, struct str table)
{
    if (built_in_like(y->cx->arena, y->cx->site, str_of(type->name)))
        report(y, "keep the site's own DocType", type->name, "the program has one of this name");
    if (!map_has(&y->schema.tables, table)) {
        report(y, "missing table", type->name, "");
        return;
    }
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].columnless)
            report(y, "missing column", type->name, type->fields[i].name);
}

/* Statements of the program name these columns, whatever the site's definition says. */
static bool complete_table(struct sync *y, const struct doctype *ours)
{
    const struct doctype *own = doc_type_find(y->cx->site, str_of(ours->name));
    struct str table = str_printf(y->cx->arena, "tab%s", ours->name);
    struct change c = { .y = y, .type = ours, .table = table, .q = sql_new(y->cx) };
    if (!own || !own->custom || ours->is_single || !map_has(&y->schema.tables, table))
        return true;
    sql_add(c.q, "ALTER TABLE ");
    sql_doctype(c.q, ours->name);
    sql_add(c.q, " WAIT 30 ");
    for (size_t i = 0; i < ours->field_count; i++)
        if (field_has_column(&ours->fields[i]) &&
            !map_has(&y->schema.columns, schema_key(y->cx->arena, table, str_of(ours->fields[i].name))))
            check_column(&c, &ours->fields[i]);
    return !c.parts || db_define(y->cx, c.q);
}

/* Webhooks do without what a site's definition lacks. */
static bool is_ground(const struct doctype *ours)
{
    return doc_type_is_core(ours) && strcmp(ours->module, "Integrations") != 0;
}

bool schema_complete(struct ctx *cx, struct buf *plan)
{
    struct sync y = { .cx = cx, .plan = plan };
    if (!schema_columns(cx, NULL, &y.schema) || !definitions_known(cx))
        return false;
    const struct definitions *ours = built_in(cx->site);
    for (size_t i = 0; i < ours->count; i++)
        if (is_ground(ours->types[i]) && !complete_table(&y, ours->types[i]))
            return false;
    return true;
}

static bool sync_type(struct sync *y, const struct doctype *type)
{
    struct str table = str_printf(y->cx->arena, "tab%s", type->name);
    if (type->is_single)
        return true;
    if (type->custom) {
        report_own(y, type, table);
        return true;
    }
    if (map_has(&y->schema.tables, table))
        return change_table(y, type, table);
    report(y, "create table", type->name, "");
    return y->dry || db_define(y->cx, schema_table(y->cx, type));
}

/* The tables of definitions: a new site has none yet. */
static bool has_groundwork(const struct schema *s)
{
    static const char *const tables[] = { "tabDocType", "tabCustom Field", "tabProperty Setter", "tabCustom DocPerm" };
    bool all = true;
    for (size_t i = 0; i < countof(tables); i++)
        all &= map_has(&s->tables, str_of(tables[i]));
    return all;
}

bool schema_sync(struct ctx *cx, bool dry, struct buf *plan)
{
    struct sync y = { .cx = cx, .dry = dry, .plan = plan };
    if (!schema_read(cx, NULL, &y.schema) || (has_groundwork(&y.schema) && !definitions_known(cx)))
        return false;
    const struct doctype **types;
    size_t count = doc_types(cx->arena, cx->site, &types);
    for (size_t i = 0; i < count; i++)
        if (!sync_type(&y, types[i]))
            return false;
    return true;
}
