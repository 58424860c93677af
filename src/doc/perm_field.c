/* Which fields of a DocType the caller may read and write: permlevels, field rules, masks. */
#include "doc_priv.h"
#include "perm_priv.h"

/* With `select` alone one finds documents by name: nothing more. */
static bool found_by(const struct doctype *type, const struct field *f)
{
    return strcmp(f->name, "name") == 0 || (type->title_field && strcmp(type->title_field, f->name) == 0) ||
           words_have(type->search_fields, f->name);
}

bool perm_reads_level(const struct access *a, const struct field *f)
{
    return !f->permlevel || (f->permlevel <= 63 && (a->read_levels >> f->permlevel & 1));
}

enum reach perm_reach_in_document(struct ctx *cx, const struct access *a, const struct field *f)
{
    if (!perm_reads_level(a, f))
        return REACH_NOWHERE;
    return a->exempt ? REACH_EVERYWHERE : field_rules_reach(cx, a->type, f);
}

static bool lists_names_only(const struct access *a)
{
    unsigned by_role = a->rights | a->owner_rights;
    return !(by_role & READ) && ((by_role & SELECT_) || !(a->shared & READ));
}

enum reach perm_reach(struct ctx *cx, const struct access *a, const struct field *f)
{
    if (!perm_by_parent(a->type) && lists_names_only(a) && !found_by(a->type, f))
        return REACH_NOWHERE;
    return perm_reach_in_document(cx, a, f);
}

size_t perm_listed_tables(struct ctx *cx, const struct access *parent, const struct doctype *child,
                          const struct field ***out)
{
    const struct doctype *type = parent->type;
    size_t count = 0;
    *out = arena_array(cx->arena, type->field_count + 1, sizeof **out);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *f = &type->fields[i];
        if (field_is_table(f) && f->options && strcmp(f->options, child->name) == 0 &&
            perm_reach(cx, parent, f) == REACH_EVERYWHERE)
            (*out)[count++] = f;
    }
    return count;
}

bool perm_masked(const struct access *a, const struct field *f)
{
    return !a->exempt && a->type->mask && words_have(a->type->masked, f->name);
}

bool perm_reads_field(struct ctx *cx, const struct doctype *type, const struct field *f, const struct doc *doc)
{
    if (!f->permlevel && (!type->field_rules || perm_exempt(cx, type)) && !field_is_table(f))
        return true;
    struct access a = perm_access(cx, type, perm_guardian(cx, type, doc));
    enum reach reach = doc ? perm_reach_in_document(cx, &a, f) : perm_reach(cx, &a, f);
    return reach == REACH_EVERYWHERE || (reach == REACH_SOME && doc && field_rules_hold(cx, type, f, doc));
}

bool perm_field_rows(struct ctx *cx, const struct doctype *type, const struct field *f, struct sql *q,
                     const char *alias)
{
    struct access a = perm_access(cx, type, NULL);
    enum reach reach = perm_reach(cx, &a, f);
    if (reach == REACH_SOME)
        field_rules_sql(cx, type, f, q, alias);
    else if (reach == REACH_EVERYWHERE)
        sql_add(q, "TRUE");
    else
        sql_add(q, "FALSE");
    return !failed(cx);
}

bool access_writes(struct ctx *cx, const struct access *a, const struct field *f)
{
    if (f->permlevel && (f->permlevel > 63 || !(a->write_levels >> f->permlevel & 1)))
        return false;
    return a->exempt || field_rules_reach(cx, a->type, f) == REACH_EVERYWHERE;
}

bool perm_writes_field(struct ctx *cx, const struct doctype *type, const struct field *f)
{
    struct access a = perm_access(cx, type, NULL);
    return access_writes(cx, &a, f);
}
