/* What a caller may know of a DocType: the same judge as for documents (perm.c), asked about any of them. Whoever
 * describes DocTypes (OpenAPI, its page, meta) names nothing else. */
#include "doc_priv.h"
#include "perm_priv.h"

static bool some_rows(struct ctx *cx, const struct access *a)
{
    if (a->exempt || !a->type->rows)
        return true;
    for (const struct row_rule *r = a->type->rows; r->role; r++)
        if (user_has_role(cx->user, r->role))
            return true;
    return false;
}

/* Calls visit for every table, of a parent that offers the right, which may hold rows of the child DocType; stops when
 * it says true. */
struct tables {
    const struct doctype *child;
    enum right right;
    bool (*visit)(struct ctx *, const struct doctype *parent, void *arg);
    void *arg;
};

static bool visit_parent(struct ctx *cx, const struct tables *t, const struct doctype *parent)
{
    for (size_t i = 0; i < parent->field_count; i++) {
        const struct field *f = &parent->fields[i];
        if (!field_is_table(f) || !f->options || strcmp(f->options, t->child->name) != 0)
            continue;
        struct access a = perm_access(cx, parent, NULL);
        if (perm_offers(cx, parent, t->right) && perm_reach(cx, &a, f) != REACH_NOWHERE && t->visit(cx, parent, t->arg))
            return true;
    }
    return false;
}

static bool visit_tables(struct ctx *cx, const struct tables *t)
{
    const struct doctype **all;
    size_t count = doc_types(cx->arena, cx->site, &all);
    for (size_t i = 0; i < count; i++)
        if (all[i] != t->child && visit_parent(cx, t, all[i]))
            return true;
    return false;
}

static bool any_table(struct ctx *cx, const struct doctype *parent, void *arg)
{
    (void)cx, (void)parent, (void)arg;
    return true;
}

bool perm_offers(struct ctx *cx, const struct doctype *type, enum right right)
{
    if (perm_by_parent(type)) {
        const struct tables t = { type, right == CREATE || right == DELETE ? WRITE : right, any_table, NULL };
        return visit_tables(cx, &t);
    }
    struct access a = perm_access(cx, type, NULL);
    return perm_has(&a, right) && some_rows(cx, &a);
}

/* ---- fields ---------------------------------------------------------------------------------------------------------- */
static bool reads_as_guarded(struct ctx *cx, const struct doctype *type, const struct doctype *guardian,
                             const struct field *f)
{
    struct access a = perm_access(cx, type, guardian);
    return perm_reach(cx, &a, f) != REACH_NOWHERE;
}

struct guarded {
    const struct doctype *type;
    const struct field *field;
};

static bool reads_below(struct ctx *cx, const struct doctype *parent, void *arg)
{
    const struct guarded *g = arg;
    return reads_as_guarded(cx, g->type, parent, g->field);
}

static bool offers_field(struct ctx *cx, const struct doctype *type, const struct field *f)
{
    struct guarded g = { type, f };
    if (!f->permlevel || !perm_by_parent(type))
        return reads_as_guarded(cx, type, NULL, f);
    return visit_tables(cx, &(struct tables){ type, READ, reads_below, &g });
}

size_t perm_offered_fields(struct ctx *cx, const struct doctype *type, const struct field *const **out)
{
    const struct field **found = arena_array(cx->arena, STANDARDS + type->field_count, sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < standard_count(type); i++)
        if (offers_field(cx, type, &standard_fields[i]))
            found[n++] = &standard_fields[i];
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *f = &type->fields[i];
        if ((field_is_table(f) || type_shape(f->type) != SHAPE_NONE) && offers_field(cx, type, f))
            found[n++] = f;
    }
    *out = found;
    return n;
}

bool field_is_standard(const struct field *f)
{
    return f >= standard_fields && f < standard_fields + STANDARDS;
}
