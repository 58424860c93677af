/* Document Naming Rules (spec/frappe-api.md 4.2): a prefix and a counter for documents that fit conditions. The rules are
 * a part of the site, so that who has none asks nothing; the counters are rows, raised under their lock. */
#include "doc_priv.h"
#include "term.h"

struct naming_condition {
    struct naming_condition *next;
    const char *field, *op, *value;
};

struct naming_rule {
    struct naming_rule *next;
    const char *name, *doctype, *prefix;
    int digits;
    struct naming_condition *conditions;
};

struct naming_rules {
    struct naming_rule *first; /* highest priority first */
};

/* ---- reading ---------------------------------------------------------------------------------------------------------------- */
static struct naming_rules *read_rules(struct ctx *cx, struct arena *arena)
{
    struct naming_rules *rules = arena_new_of(arena, struct naming_rules);
    struct naming_rule **last = &rules->first;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name`, `document_type`, `prefix`, `prefix_digits` FROM ");
    sql_doctype(q, "Document Naming Rule");
    sql_add(q, " WHERE `disabled` = 0 ORDER BY `priority` DESC, `creation`, `name`");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct naming_rule *r = *last = arena_new_of(arena, struct naming_rule);
        r->name = str_c(arena, rows_text(rows, 0));
        r->doctype = str_c(arena, rows_text(rows, 1));
        r->prefix = str_c(arena, rows_text(rows, 2));
        r->digits = (int)rows_int(rows, 3);
        last = &r->next;
    }
    return failed(cx) || !rules->first ? NULL : rules;
}

static struct naming_rule *rule_named(const struct naming_rules *rules, struct str name)
{
    struct naming_rule *r = rules->first;
    while (r && !str_is(name, r->name))
        r = r->next;
    return r;
}

static bool read_conditions(struct ctx *cx, struct arena *arena, struct naming_rules *rules)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `parent`, `field`, `condition`, `value` FROM ");
    sql_doctype(q, "Document Naming Rule Condition");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct naming_rule *r = rule_named(rules, rows_text(rows, 0));
        if (!r)
            continue;
        struct naming_condition *c = arena_new_of(arena, struct naming_condition);
        *c = (struct naming_condition){ r->conditions, str_c(arena, rows_text(rows, 1)),
                                        str_c(arena, rows_text(rows, 2)), str_c(arena, rows_text(rows, 3)) };
        r->conditions = c;
    }
    return !failed(cx);
}

static const void *load(struct ctx *cx, struct arena *arena)
{
    struct naming_rules *rules = read_rules(cx, arena);
    return rules && read_conditions(cx, arena, rules) ? rules : NULL;
}

SITE_PART(naming_rules) = {
    .name = "naming rules",
    .depends = (const char *const[]){ "Document Naming Rule", "Document Naming Rule Condition", NULL },
    .tables = (const char *const[]){ "tabDocument Naming Rule", "tabDocument Naming Rule Condition", NULL },
    .load = load,
};

/* ---- naming ----------------------------------------------------------------------------------------------------------------- */
/* A condition on a field that is not there fits nothing. */
static bool fits(struct ctx *cx, const struct naming_rule *r, const struct doc *doc)
{
    for (const struct naming_condition *c = r->conditions; c; c = c->next) {
        struct filter f = { c->field, c->op, c->value };
        struct term t;
        if (c->field[0] == '_' || !column_find(doc->type, str_of(c->field)) || !term_of_filter(cx, doc->type, &f, &t) ||
            !term_holds(cx->arena, &t, doc_value(doc, c->field)))
            return false;
    }
    return true;
}

/* The row stays locked until the document is there or is not. */
static bool next_count(struct ctx *cx, const struct naming_rule *r, int64_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Document Naming Rule");
    sql_add(q, " SET `counter` = `counter` + 1 WHERE `name` = ");
    sql_text(q, str_of(r->name));
    if (db_change(cx, q) < 0)
        return false;
    q = sql_new(cx);
    sql_add(q, "SELECT `counter` FROM ");
    sql_doctype(q, "Document Naming Rule");
    sql_add(q, " WHERE `name` = ");
    sql_text(q, str_of(r->name));
    sql_add(q, " FOR UPDATE");
    return db_first_int(cx, q, count) ||
           (!failed(cx) && throw(cx, &ValidationError, N_("The naming rule %s was just deleted."), r->name));
}

bool name_by_rule(struct ctx *cx, struct doc *doc)
{
    const struct naming_rules *rules = site_part(cx->site, &site_part_naming_rules);
    for (const struct naming_rule *r = rules ? rules->first : NULL; r; r = r->next) {
        struct str prefix;
        int64_t count;
        if (strcmp(r->doctype, doc->type->name) != 0 || !fits(cx, r, doc))
            continue;
        if (failed(cx) || !name_prefix(cx, doc, str_of(r->prefix), &prefix) || !next_count(cx, r, &count))
            return false;
        doc->name = str_printf(cx->arena, "%.*s%0*lld", STR_ARG(prefix), r->digits, (long long)count);
        return true;
    }
    return !failed(cx);
}
