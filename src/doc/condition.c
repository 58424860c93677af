/* Row and field rules: what a DocType says about who sees which row and which field, in memory or as SQL. */
#include "doc_priv.h"
#include "perm_priv.h"
#include "term.h"

/* ---- rows ------------------------------------------------------------------------------------------------------------ */
static bool rule_is_open(const struct row_rule *r)
{
    return (!r->only || !r->only->field) && !r->condition;
}

static bool filters_hold(struct ctx *cx, const struct filter *f, const struct doc *doc)
{
    struct term t;
    for (; f && f->field; f++)
        if (!term_of_filter(cx, doc->type, f, &t) || !term_holds(cx->arena, &t, doc_value(doc, f->field)))
            return false;
    return true;
}

bool row_rules_hold(struct ctx *cx, const struct doctype *type, const struct doc *doc)
{
    for (const struct row_rule *r = type->rows; r && r->role; r++)
        if (user_has_role(cx->user, r->role) && filters_hold(cx, r->only, doc) &&
            (!r->condition || r->condition->holds(cx, doc)))
            return true;
    return !type->rows;
}

static void rule_sql(struct ctx *cx, const struct doctype *type, const struct row_rule *r, struct sql *q,
                     const char *alias)
{
    struct term t;
    bool more = false;
    sql_add(q, "(");
    for (const struct filter *f = r->only; f && f->field; f++) {
        if (!term_of_filter(cx, type, f, &t))
            return; /* has thrown: the statement is not run */
        if (more)
            sql_add(q, " AND ");
        term_sql(&t, q, alias);
        more = true;
    }
    if (r->condition && more)
        sql_add(q, " AND ");
    if (r->condition)
        r->condition->where(cx, q, alias);
    sql_add(q, ")");
}

bool row_rules_sql(struct ctx *cx, const struct doctype *type, struct sql *q, const char *alias)
{
    for (const struct row_rule *r = type->rows; r && r->role; r++)
        if (user_has_role(cx->user, r->role) && rule_is_open(r))
            return false;
    if (!type->rows)
        return false;
    bool any = false;
    sql_add(q, "(");
    for (const struct row_rule *r = type->rows; r->role; r++) {
        if (!user_has_role(cx->user, r->role))
            continue;
        if (any)
            sql_add(q, " OR ");
        rule_sql(cx, type, r, q, alias);
        any = true;
    }
    if (!any)
        sql_add(q, "FALSE");
    sql_add(q, ")");
    return true;
}

/* ---- fields ---------------------------------------------------------------------------------------------------------- */
enum reach field_rules_reach(struct ctx *cx, const struct doctype *type, const struct field *f)
{
    bool named = false, some = false;
    for (const struct field_rule *r = type->field_rules; r && r->fields; r++) {
        if (!words_have(r->fields, f->name))
            continue;
        named = true;
        if (!user_has_role(cx->user, r->role))
            continue;
        if (!r->condition)
            return REACH_EVERYWHERE;
        some = true;
    }
    return !named ? REACH_EVERYWHERE : some ? REACH_SOME : REACH_NOWHERE;
}

static bool applies(struct ctx *cx, const struct field_rule *r, const struct field *f)
{
    return r->condition && words_have(r->fields, f->name) && user_has_role(cx->user, r->role);
}

bool field_rules_hold(struct ctx *cx, const struct doctype *type, const struct field *f, const struct doc *doc)
{
    for (const struct field_rule *r = type->field_rules; r && r->fields; r++)
        if (applies(cx, r, f) && r->condition->holds(cx, doc))
            return true;
    return false;
}

void field_rules_sql(struct ctx *cx, const struct doctype *type, const struct field *f, struct sql *q,
                     const char *alias)
{
    bool any = false;
    for (const struct field_rule *r = type->field_rules; r && r->fields; r++) {
        if (!applies(cx, r, f))
            continue;
        if (any)
            sql_add(q, " OR ");
        sql_add(q, "(");
        r->condition->where(cx, q, alias);
        sql_add(q, ")");
        any = true;
    }
}
