/* User Permissions (spec/frappe-api.md 5.3): a user whose limits name a DocType gets only those of its documents, and of
 * other documents only those whose links to it are empty or allowed. Judged over a document or rendered into SQL; who
 * has none costs a comparison. */
#include "doc_priv.h"
#include "perm_priv.h"
#include "term.h"

bool limits_any(const struct ctx *cx)
{
    return cx->user->limit_count > 0;
}

/* ---- what is allowed -------------------------------------------------------------------------------------------------- */
/* Values of one DocType that count for documents of another. None at all: no limit. */
struct allowed {
    struct str *values;
    size_t count, room;
};

static void add_value(struct ctx *cx, struct allowed *to, struct str value)
{
    if (to->count == to->room) {
        to->room = to->room ? to->room * 2 : 8;
        struct str *more = arena_array(cx->arena, to->room, sizeof *more);
        for (size_t i = 0; i < to->count; i++)
            more[i] = to->values[i];
        to->values = more;
    }
    to->values[to->count++] = value;
}

static bool forms_tree(const struct doctype *type)
{
    return doc_field(type, STR("lft")) && doc_field(type, STR("rgt"));
}

static bool add_descendants(struct ctx *cx, const struct doctype *type, struct str node, struct allowed *to)
{
    struct sql *q = sql_new(cx);
    call_depends(cx, type->name);
    sql_add(q, "SELECT `below`.`name` FROM ");
    sql_doctype(q, type->name);
    sql_add(q, " `node` JOIN ");
    sql_doctype(q, type->name);
    sql_add(q, " `below` ON `below`.`lft` > `node`.`lft` AND `below`.`rgt` < `node`.`rgt` WHERE `node`.`name` = ");
    sql_text(q, node);
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows))
        add_value(cx, to, str_copy(cx->arena, rows_text(rows, 0)));
    return !failed(cx);
}

static bool counts_for(const struct user_limit *l, const char *allow, const struct doctype *type)
{
    return str_is(l->allow, allow) && (!l->applicable_for.n || str_is(l->applicable_for, type->name));
}

static struct allowed *collect(struct ctx *cx, const char *allow, const struct doctype *type)
{
    struct allowed *found = arena_new_of(cx->arena, struct allowed);
    const struct doctype *target = doc_type_find(cx->site, str_of(allow));
    for (size_t i = 0; i < cx->user->limit_count; i++) {
        const struct user_limit *l = &cx->user->limits[i];
        if (!counts_for(l, allow, type))
            continue;
        add_value(cx, found, l->value);
        if (target && !l->hide_descendants && forms_tree(target) && !add_descendants(cx, target, l->value, found))
            return NULL;
    }
    return found;
}

/* Once per call for each pair of DocTypes. NULL: failed. */
static const struct allowed *allowed(struct ctx *cx, const char *allow, const struct doctype *type)
{
    struct str key = str_printf(cx->arena, "limits %s\n%s\n%.*s", allow, type->name, STR_ARG(cx->user->name));
    struct allowed *known = map_get(ctx_memo(cx), key);
    if (!known && (known = collect(cx, allow, type)))
        map_put(ctx_memo(cx), key, known);
    return known;
}

/* Under this setting an empty link is refused too. */
static bool is_strict(struct ctx *cx)
{
    call_depends(cx, "System Settings");
    return cx->site && site_setting_int(cx->site, "System Settings", "apply_strict_user_permissions", 0) != 0;
}

static bool may_limit(const struct field *f)
{
    return f->type == LINK && f->options && !f->ignore_user_permissions && !f->is_virtual;
}

static bool holds_rows(const struct field *f)
{
    return field_is_table(f) && f->options && !f->is_virtual;
}

/* ---- judged in memory ---------------------------------------------------------------------------------------------------- */
static bool is_among(struct ctx *cx, const struct allowed *set, struct str value)
{
    for (size_t i = 0; i < set->count; i++)
        if (text_compare(cx->arena, set->values[i], value) == 0)
            return true;
    return false;
}

static bool link_holds(struct ctx *cx, const struct doctype *type, const struct field *f, struct value v)
{
    const struct allowed *set = allowed(cx, f->options, type);
    if (!set || !set->count)
        return set != NULL;
    return value_is_empty(v) ? !is_strict(cx) : is_among(cx, set, v.text);
}

/* Links of the document and of its rows at every level; what counts is the DocType of the document itself. */
static bool links_hold(struct ctx *cx, const struct doctype *type, const struct doc *doc)
{
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct field *field = &doc->type->fields[f];
        if (may_limit(field) && !link_holds(cx, type, field, doc->values[f]))
            return false;
        for (size_t i = 0; holds_rows(field) && i < doc->tables[f].count; i++)
            if (!links_hold(cx, type, doc->tables[f].rows[i]))
                return false;
    }
    return true;
}

bool limits_hold(struct ctx *cx, const struct doc *doc)
{
    if (!limits_any(cx))
        return true;
    const struct allowed *own = allowed(cx, doc->type->name, doc->type);
    if (!own || (own->count && !is_among(cx, own, doc->name)))
        return false;
    return links_hold(cx, doc->type, doc);
}

/* ---- judged by the server -------------------------------------------------------------------------------------------------- */
struct writing {
    struct ctx *cx;
    const struct doctype *type; /* whose list it is */
    struct sql *q;
    size_t depth;
    bool strict, any;
};

#define DEPTH_MOST 8

static void next(struct writing *w)
{
    if (w->any)
        sql_add(w->q, " AND ");
    w->any = true;
}

static void among_sql(struct writing *w, const struct allowed *set)
{
    sql_add(w->q, " IN (");
    for (size_t i = 0; i < set->count; i++) {
        if (i)
            sql_add(w->q, ", ");
        sql_text(w->q, set->values[i]);
    }
    sql_add(w->q, ")");
    if (set->count > 8)
        sql_once(w->q);
}

static void link_sql(struct writing *w, const struct field *f, const char *alias)
{
    const struct allowed *set = allowed(w->cx, f->options, w->type);
    if (!set || !set->count)
        return;
    next(w);
    sql_add(w->q, "(IFNULL(");
    sql_column(w->q, alias, f->name);
    sql_add(w->q, ", '')");
    if (!w->strict) {
        sql_add(w->q, " = '' OR ");
        sql_column(w->q, alias, f->name);
    }
    among_sql(w, set);
    sql_add(w->q, ")");
}

static void links_sql(struct writing *, const struct doctype *, const char *alias);

/* No row of the table points to what is not allowed. */
static void rows_sql(struct writing *w, const struct doctype *parent, const struct field *table, const char *alias)
{
    static const char *const aliases[DEPTH_MOST] = { "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8" };
    const struct doctype *child = table_type(w->cx, table);
    if (!child || w->depth == DEPTH_MOST)
        return;
    const char *row = aliases[w->depth];
    struct writing inner = {
        .cx = w->cx, .type = w->type, .q = sql_new(w->cx), .depth = w->depth + 1, .strict = w->strict
    };
    links_sql(&inner, child, row);
    if (!inner.any)
        return;
    next(w);
    sql_add(w->q, "NOT EXISTS (SELECT 1 FROM ");
    sql_doctype(w->q, child->name);
    sql_add(w->q, " ");
    sql_name(w->q, row);
    sql_add(w->q, " WHERE ");
    sql_column(w->q, row, "parent");
    sql_add(w->q, " = ");
    sql_column(w->q, alias, "name");
    sql_add(w->q, " AND ");
    sql_column(w->q, row, "parenttype");
    sql_add(w->q, " = ");
    sql_text(w->q, str_of(parent->name));
    sql_add(w->q, " AND ");
    sql_column(w->q, row, "parentfield");
    sql_add(w->q, " = ");
    sql_text(w->q, str_of(table->name));
    sql_add(w->q, " AND NOT (");
    sql_join(w->q, inner.q);
    sql_add(w->q, "))");
}

static void links_sql(struct writing *w, const struct doctype *type, const char *alias)
{
    for (size_t f = 0; f < type->field_count; f++) {
        if (may_limit(&type->fields[f]))
            link_sql(w, &type->fields[f], alias);
        else if (holds_rows(&type->fields[f]))
            rows_sql(w, type, &type->fields[f], alias);
    }
}

bool limits_sql(struct ctx *cx, const struct doctype *type, struct sql *q, const char *alias)
{
    if (!limits_any(cx))
        return false;
    struct writing w = { .cx = cx, .type = type, .q = q, .strict = is_strict(cx) };
    const struct allowed *own = allowed(cx, type->name, type);
    if (own && own->count) {
        next(&w);
        sql_column(q, alias, "name");
        among_sql(&w, own);
    }
    links_sql(&w, type, alias);
    return w.any;
}

bool limits_link_sql(struct ctx *cx, const struct doctype *type, const struct doctype *from, struct sql *q,
                     const char *alias)
{
    struct writing w = { .cx = cx, .type = type, .q = q };
    const struct allowed *set = limits_any(cx) ? allowed(cx, type->name, from) : NULL;
    if (!set || !set->count)
        return false;
    sql_column(q, alias, "name");
    among_sql(&w, set);
    return true;
}

bool limits_ignored(const struct doctype *from, const struct doctype *to)
{
    for (size_t i = 0; i < from->field_count; i++) {
        const struct field *f = &from->fields[i];
        if (f->type == LINK && f->ignore_user_permissions && f->options && !strcmp(f->options, to->name))
            return true;
    }
    return false;
}

/* ---- defaults -------------------------------------------------------------------------------------------------------------- */
/* The value marked as default, or the only one there is. */
struct str limit_default(struct ctx *cx, const struct doctype *type, const struct field *f)
{
    const struct user_limit *only = NULL;
    size_t of_target = 0;
    if (!limits_any(cx) || !may_limit(f) || f->is_root || f->server_managed || !strcmp(f->options, "User"))
        return STR_NONE;
    for (size_t i = 0; i < cx->user->limit_count; i++) {
        const struct user_limit *l = &cx->user->limits[i];
        of_target += str_is(l->allow, f->options);
        if (!counts_for(l, f->options, type))
            continue;
        if (l->is_default)
            return l->value;
        only = l;
    }
    return only && of_target == 1 ? only->value : STR_NONE;
}
