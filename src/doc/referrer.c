/* Who points to a document: every Link and Dynamic Link of the site that could, and whether a row really does. */
#include "doc_priv.h"

#define NAMES_AT_ONCE 200

static void add_referrers(struct ctx *cx, const struct doctype *type, const struct doctype *target,
                          struct referrer *out, size_t *count)
{
    for (size_t f = 0; f < type->field_count; f++) {
        const struct field *field = &type->fields[f];
        bool link = field->type == LINK && field->options && !strcmp(field->options, target->name);
        bool dynamic = field->type == DYNAMIC_LINK;
        if (!(link || dynamic) || field->is_virtual)
            continue;
        const struct field *kind = dynamic ? doc_field(type, str_of(field->options)) : NULL;
        if (out)
            out[*count] = (struct referrer){ type, field, kind };
        ++*count;
    }
    (void)cx;
}

size_t referrers_of(struct ctx *cx, const struct doctype *target, struct referrer **out)
{
    const struct doctype **types;
    size_t type_count = doc_types(cx->arena, cx->site, &types), count = 0;
    for (size_t i = 0; i < type_count; i++)
        add_referrers(cx, types[i], target, NULL, &count);
    *out = arena_array(cx->arena, count + 1, sizeof **out);
    count = 0;
    for (size_t i = 0; i < type_count; i++)
        add_referrers(cx, types[i], target, *out, &count);
    return count;
}

static bool protects(const struct referrer *r)
{
    return !r->type->logs && !r->field->is_root && !r->type->is_single &&
           !words_have(r->type->unprotected, r->field->name);
}

static void add_target_names(struct sql *q, struct doc *const *docs, size_t count)
{
    sql_add(q, " IN (");
    for (size_t i = 0; i < count; i++) {
        if (i)
            sql_add(q, ", ");
        sql_text(q, docs[i]->name);
    }
    sql_add(q, ")");
}

/* One arm of the union: rows of one DocType whose link is one of the names. Children tell their parent. */
static void add_arm(struct sql *q, const struct referrer *r, unsigned index, struct doc *const *docs, size_t count,
                    bool submitted_only)
{
    sql_add(q, "(SELECT ");
    sql_index(q, index);
    sql_add(q, ", `name`, ");
    sql_name(q, r->field->name);
    if (r->type->is_child)
        sql_add(q, ", `parent`, `parenttype`, `idx`");
    else
        sql_add(q, ", NULL, NULL, 0");
    sql_add(q, " FROM ");
    sql_doctype(q, r->type->name);
    sql_add(q, " WHERE ");
    sql_name(q, r->field->name);
    add_target_names(q, docs, count);
    if (r->kind) {
        sql_add(q, " AND ");
        sql_name(q, r->kind->name);
        sql_add(q, " = ");
        sql_text(q, str_of(docs[0]->type->name));
    }
    if (submitted_only)
        sql_add(q, " AND `docstatus` = 1");
    sql_add(q, " LIMIT 1000)");
}

struct finding {
    const struct doctype *type;
    struct str name, target, parent, parenttype;
    int64_t idx;
};

/* The document that points here goes too: then it does not protect. */
static bool goes_too(struct ctx *cx, const struct map *gone, const struct finding *f)
{
    const struct doctype *above = f->parenttype.n ? doc_type_find(cx->site, f->parenttype) : NULL;
    return map_has(gone, tree_key(cx->arena, f->type, f->name)) ||
           (above && map_has(gone, tree_key(cx->arena, above, f->parent)));
}

static struct str anchor(struct ctx *cx, const char *type, struct str name)
{
    struct str shown = html_escape(cx->arena, name).text;
    return str_printf(cx->arena, "<a href=\"/app/Form/%s/%.*s\">%.*s</a>", type, STR_ARG(shown), STR_ARG(shown));
}

static bool can_be_disabled(const struct doctype *type)
{
    const struct field *enabled = doc_field(type, STR("enabled")), *disabled = doc_field(type, STR("disabled"));
    return (enabled && enabled->type == CHECK) || (disabled && disabled->type == CHECK);
}

static bool refuse(struct ctx *cx, const struct doctype *type, const struct finding *f, bool cancels)
{
    if (!cancels && can_be_disabled(type))
        return throw(cx, &LinkExistsError, "You can disable this %s instead of deleting it.", type->name);
    struct str where =
        f->parenttype.n ? str_printf(cx->arena, "%s %lld", tr(cx, N_("at Row:")), (long long)f->idx) : STR("");
    const char *from = f->parenttype.n ? str_c(cx->arena, f->parenttype) : f->type->name;
    return throw(cx, &LinkExistsError, "Cannot delete or cancel because %s %.*s is linked with %s %.*s %.*s",
                 type->name, STR_ARG(anchor(cx, type->name, f->target)), from,
                 STR_ARG(anchor(cx, from, f->parenttype.n ? f->parent : f->name)), STR_ARG(where));
}

static struct finding finding_of(struct ctx *cx, const struct referrer *referrers, struct rows *rows)
{
    struct arena *a = cx->arena;
    return (struct finding){ .type = referrers[rows_int(rows, 0)].type,
                             .name = str_copy(a, rows_text(rows, 1)),
                             .target = str_copy(a, rows_text(rows, 2)),
                             .parent = rows_is_null(rows, 3) ? STR_NONE : str_copy(a, rows_text(rows, 3)),
                             .parenttype = rows_is_null(rows, 4) ? STR_NONE : str_copy(a, rows_text(rows, 4)),
                             .idx = rows_int(rows, 5) };
}

/* Some documents of one DocType, all that may point to them, in one statement. */
static bool free_of_links(struct ctx *cx, const struct map *gone, struct doc *const *docs, size_t count,
                          bool submitted_only)
{
    struct referrer *referrers;
    size_t referrer_count = referrers_of(cx, docs[0]->type, &referrers);
    struct sql *q = sql_new(cx);
    for (size_t i = 0; i < referrer_count; i++)
        if (protects(&referrers[i])) {
            if (!sql_is_empty(q))
                sql_add(q, " UNION ALL ");
            add_arm(q, &referrers[i], (unsigned)i, docs, count, submitted_only);
        }
    if (sql_is_empty(q))
        return true;
    if (count > 1)
        sql_once(q);
    struct rows *rows = db_run(cx, q);
    bool found = false;
    struct finding first = { 0 };
    while (rows && rows_next(rows)) {
        struct finding f = finding_of(cx, referrers, rows);
        if (!found && !goes_too(cx, gone, &f)) {
            found = true;
            first = f;
        }
    }
    return !failed(cx) && (!found || refuse(cx, docs[0]->type, &first, submitted_only));
}

bool links_free(struct ctx *cx, const struct doc_list *gone, bool submitted_only)
{
    struct map keys = map_new(cx->arena);
    for (size_t i = 0; i < gone->count; i++)
        map_put(&keys, tree_key(cx->arena, gone->docs[i]->type, gone->docs[i]->name), gone->docs[i]);
    bool *done = arena_array(cx->arena, gone->count + 1, sizeof *done);
    for (size_t i = 0; i < gone->count; i++) {
        struct doc_list same = { 0 };
        for (size_t j = i; j < gone->count && same.count < NAMES_AT_ONCE; j++)
            if (!done[j] && gone->docs[j]->type == gone->docs[i]->type) {
                doc_list_add(cx->arena, &same, gone->docs[j]);
                done[j] = true;
            }
        if (same.count && !free_of_links(cx, &keys, same.docs, same.count, submitted_only))
            return false;
    }
    return true;
}
