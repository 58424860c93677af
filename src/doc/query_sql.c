/* A plan as SQL: literals, descriptor names and bound values. One statement. */
#include "doc_priv.h"
#include "query.h"

static void column_sql(struct ctx *cx, const struct column *c, struct sql *q)
{
    if (c->reach != REACH_SOME) {
        sql_column(q, c->source->alias, c->field->name);
        return;
    }
    sql_add(q, "CASE WHEN ");
    field_rules_sql(cx, c->source->type, c->field, q, c->source->alias);
    sql_add(q, " THEN ");
    sql_column(q, c->source->alias, c->field->name);
    sql_add(q, " END");
}

static void output_sql(struct ctx *cx, const struct output *o, struct sql *q)
{
    if (!o->function) {
        column_sql(cx, &o->arguments[0].column, q);
        return;
    }
    sql_add_literal(q, o->function->sql, strlen(o->function->sql)); /* a row of our own table */
    if (o->star)
        sql_add(q, "*");
    if (o->distinct)
        sql_add(q, "DISTINCT ");
    for (size_t i = 0; i < o->count; i++) {
        if (i)
            sql_add(q, ", ");
        if (o->arguments[i].column.source)
            column_sql(cx, &o->arguments[i].column, q);
        else
            sql_text(q, o->arguments[i].text);
    }
    sql_add(q, ")");
}

static bool joins_rows(const struct plan *p)
{
    for (size_t i = 1; i < p->source_count; i++)
        if (field_is_table(p->sources[i].via))
            return true;
    return false;
}

static void select_sql(struct ctx *cx, const struct plan *p, struct sql *q)
{
    sql_add(q, "SELECT ");
    if (p->counts && joins_rows(p))
        sql_add(q, "COUNT(DISTINCT `t0`.`name`)");
    else if (p->counts)
        sql_add(q, "COUNT(*)");
    else if (p->distinct)
        sql_add(q, "DISTINCT ");
    for (size_t i = 0; i < p->output_count; i++) {
        if (i)
            sql_add(q, ", ");
        output_sql(cx, &p->outputs[i], q);
    }
    if (p->output_count == 0 && !p->counts)
        sql_add(q, "1");
}

/* The rows a document's table field holds, or the document a Link names; what the caller may not see is not joined. */
static bool join_sql(struct ctx *cx, const struct plan *p, const struct source *s, struct sql *q)
{
    const struct source *root = &p->sources[0];
    sql_add(q, " LEFT JOIN ");
    sql_doctype(q, s->type->name);
    sql_add(q, " ");
    sql_name(q, s->alias);
    sql_add(q, " ON ");
    sql_column(q, s->alias, field_is_table(s->via) ? "parent" : "name");
    sql_add(q, " = ");
    if (field_is_table(s->via)) {
        sql_column(q, root->alias, "name");
        sql_add(q, " AND ");
        sql_column(q, s->alias, "parenttype");
        sql_add(q, " = ");
        sql_text(q, str_of(root->type->name));
        sql_add(q, " AND ");
        sql_column(q, s->alias, "parentfield");
        sql_add(q, " = ");
        sql_text(q, str_of(s->via->name));
    } else
        column_sql(cx, &(struct column){ root, s->via, perm_reach(cx, &root->access, s->via), false }, q);
    bool any = false;
    struct sql *rows = sql_new(cx);
    if (!p->unchecked && !perm_by_parent(s->type) && !access_rows(cx, &s->access, rows, s->alias, &any))
        return false;
    if (any) {
        sql_add(q, " AND ");
        sql_join(q, rows);
    }
    return true;
}

static bool from_sql(struct ctx *cx, const struct plan *p, struct sql *q)
{
    sql_add(q, " FROM ");
    if (!strcmp(p->sources[0].type->name, "DocType"))
        sql_doctypes(cx, q, p->sources[0].type);
    else
        sql_doctype(q, p->sources[0].type->name);
    sql_add(q, " ");
    sql_name(q, p->sources[0].alias);
    for (size_t i = 1; i < p->source_count; i++)
        if (!join_sql(cx, p, &p->sources[i], q))
            return false;
    return true;
}

/* Each condition begins with " WHERE " or " AND ". */
static void next_condition(struct sql *q, bool *first)
{
    if (*first)
        sql_add(q, " WHERE ");
    else
        sql_add(q, " AND ");
    *first = false;
}

static void tables_sql(const struct plan *p, struct sql *q)
{
    sql_add(q, " AND ");
    sql_column(q, p->sources[0].alias, "parentfield");
    sql_add(q, " IN (");
    for (size_t i = 0; i < p->table_count; i++) {
        if (i)
            sql_add(q, ", ");
        sql_text(q, str_of(p->tables[i]->name));
    }
    sql_add(q, ")");
}

/* Child rows: of the parent DocType that was named, and of its documents that the caller may see. */
static bool guardian_sql(struct ctx *cx, const struct plan *p, struct sql *q)
{
    bool any = false;
    struct sql *rows = sql_new(cx);
    sql_column(q, p->sources[0].alias, "parenttype");
    sql_add(q, " = ");
    sql_text(q, str_of(p->guardian->name));
    if (p->some_tables)
        tables_sql(p, q);
    if (!perm_rows(cx, p->guardian, rows, "up", &any))
        return false;
    if (!any)
        return true;
    sql_add(q, " AND EXISTS (SELECT 1 FROM ");
    sql_doctype(q, p->guardian->name);
    sql_add(q, " `up` WHERE `up`.`name` = ");
    sql_column(q, p->sources[0].alias, "parent");
    sql_add(q, " AND ");
    sql_join(q, rows);
    sql_add(q, ")");
    return true;
}

static bool permission_sql(struct ctx *cx, const struct plan *p, struct sql *q, bool *first)
{
    bool any = false;
    struct sql *rows = sql_new(cx);
    if (p->unchecked)
        return true;
    if (p->guardian) {
        next_condition(q, first);
        return guardian_sql(cx, p, q);
    }
    if (!access_rows(cx, &p->sources[0].access, rows, p->sources[0].alias, &any))
        return false;
    if (any) {
        next_condition(q, first);
        sql_join(q, rows);
    }
    struct sql *link = sql_new(cx);
    const struct source *root = &p->sources[0];
    if (p->linked_from && !root->access.unlimited &&
        limits_link_sql(cx, root->type, p->linked_from, link, root->alias)) {
        next_condition(q, first);
        sql_join(q, link);
    }
    return true;
}

static bool where_sql(struct ctx *cx, const struct plan *p, struct sql *q)
{
    bool first = true;
    if (!permission_sql(cx, p, q, &first))
        return false;
    for (size_t i = 0; i < p->all_count; i++) {
        next_condition(q, &first);
        term_sql(&p->all[i].term, q, p->all[i].source->alias);
    }
    for (size_t i = 0; i < p->any_count; i++) {
        if (i == 0) {
            next_condition(q, &first);
            sql_add(q, "(");
        } else
            sql_add(q, " OR ");
        term_sql(&p->any[i].term, q, p->any[i].source->alias);
    }
    if (p->any_count)
        sql_add(q, ")");
    return true;
}

static void order_sql(struct ctx *cx, const struct plan *p, struct sql *q)
{
    for (size_t i = 0; i < p->group_count; i++) {
        if (i == 0)
            sql_add(q, " GROUP BY ");
        else
            sql_add(q, ", ");
        output_sql(cx, &p->groups[i], q);
    }
    for (size_t i = 0; i < p->order_count; i++) {
        if (i == 0)
            sql_add(q, " ORDER BY ");
        else
            sql_add(q, ", ");
        output_sql(cx, &p->orders[i].by, q);
        if (p->orders[i].descending)
            sql_add(q, " DESC");
    }
}

struct sql *plan_sql(struct ctx *cx, const struct plan *p)
{
    struct sql *q = sql_new(cx);
    select_sql(cx, p, q);
    if (!from_sql(cx, p, q) || !where_sql(cx, p, q))
        return NULL;
    order_sql(cx, p, q);
    if (p->length > 0 && !p->counts) {
        sql_add(q, " LIMIT ");
        sql_int(q, p->length);
        if (p->start > 0) {
            sql_add(q, " OFFSET ");
            sql_int(q, p->start);
        }
    }
    return failed(cx) ? NULL : q;
}
