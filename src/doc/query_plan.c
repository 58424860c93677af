/* From words to a plan: every name is looked up in descriptors, every column weighed against what the caller may read.
 * A plan is only ever allowed; making one asks no database. */
#include "query.h"

#include "doc_priv.h"

#define GUEST_ROWS_MOST 1000
#define GUEST_START_MOST 100000

static const struct function functions[] = {
    { "count", "COUNT(", 1, 1, GIVES_INT, true },        { "sum", "SUM(", 1, 1, GIVES_FLOAT, true },
    { "avg", "AVG(", 1, 1, GIVES_FLOAT, true },          { "min", "MIN(", 1, 1, GIVES_ARGUMENT, true },
    { "max", "MAX(", 1, 1, GIVES_ARGUMENT, true },       { "date", "DATE(", 1, 1, GIVES_DATE, false },
    { "year", "YEAR(", 1, 1, GIVES_INT, false },         { "month", "MONTH(", 1, 1, GIVES_INT, false },
    { "datediff", "DATEDIFF(", 2, 2, GIVES_INT, false }, { "locate", "LOCATE(", 2, 2, GIVES_INT, false },
};

/* ---- sources --------------------------------------------------------------------------------------------------------- */
static struct access access_to(struct ctx *cx, const struct plan *p, const struct doctype *type,
                               const struct doctype *guardian)
{
    if (!p->unchecked)
        return perm_access(cx, type, guardian);
    return (struct access){ .type = type,
                            .rights = ALL_SUBMIT | SELECT_,
                            .read_levels = UINT64_MAX,
                            .write_levels = UINT64_MAX,
                            .exempt = true };
}

static const struct source *add_source(struct ctx *cx, struct plan *p, const struct doctype *type,
                                       const struct field *via)
{
    static const char *const aliases[SOURCES_MOST] = { "t0", "t1", "t2",  "t3",  "t4",  "t5",  "t6",  "t7",
                                                       "t8", "t9", "t10", "t11", "t12", "t13", "t14", "t15" };
    if (p->source_count == SOURCES_MOST)
        return throw(cx, &ValidationError, N_("A list joins at most %d tables"), SOURCES_MOST);
    struct source *s = &p->sources[p->source_count];
    *s = (struct source){ .type = type, .via = via, .alias = aliases[p->source_count++] };
    const struct doctype *guardian = !via ? p->guardian : field_is_table(via) ? p->sources[0].type : NULL;
    s->access = access_to(cx, p, type, guardian);
    return s;
}

static bool refuse_reading(struct ctx *cx, const struct doctype *type, const struct field *f)
{
    return throw(cx, &PermissionError, N_("You may not read the field %s of %s"), f->name, type->name);
}

static bool may_join(struct ctx *cx, const struct plan *p, const struct doctype *type, const struct field *via)
{
    const struct access *root = &p->sources[0].access;
    if (p->unchecked)
        return true;
    if (perm_reach(cx, root, via) == REACH_NOWHERE || perm_masked(root, via))
        return refuse_reading(cx, root->type, via);
    if (perm_by_parent(type) && field_is_table(via))
        return true;
    return perm_check(cx, type, NULL, READ);
}

static const struct source *join(struct ctx *cx, struct plan *p, const struct field *via)
{
    for (size_t i = 1; i < p->source_count; i++)
        if (p->sources[i].via == via)
            return &p->sources[i];
    const struct doctype *type = doc_type(cx, str_of(via->options));
    if (!type || !may_join(cx, p, type, via))
        return NULL;
    if (type->is_single)
        return throw(cx, &ValidationError, N_("%s is a single document: it has no rows to list"), type->name);
    return add_source(cx, p, type, via);
}

/* By DocType name: the root, a child DocType of it, or a linked one that is already joined. NULL: thrown. */
static const struct source *source_of_type(struct ctx *cx, struct plan *p, struct str name, struct str text)
{
    for (size_t i = 0; i < p->source_count; i++)
        if (str_is(name, p->sources[i].type->name))
            return &p->sources[i];
    const struct field *table = column_table_of(p->sources[0].type, name);
    if (table && p->joined)
        return throw(cx, &ValidationError, N_("Please select atleast 1 column from %.*s to sort/group"), STR_ARG(name));
    if (table)
        return join(cx, p, table);
    refuse_field(cx, text);
    return NULL;
}

/* What stands before the dot: a table or Link field of the root, or `tabX`. */
static const struct source *source_of(struct ctx *cx, struct plan *p, struct str before, struct str text)
{
    if (before.n == 0)
        return &p->sources[0];
    if (str_starts(before, STR("tab")) && !doc_field(p->sources[0].type, before))
        return source_of_type(cx, p, str_from(before, 3), text);
    const struct field *via = doc_field(p->sources[0].type, before);
    if (!via)
        via = column_find(p->sources[0].type, before);
    if (via && via->options && (field_is_table(via) || via->type == LINK))
        return join(cx, p, via);
    refuse_field(cx, text);
    return NULL;
}

/* ---- columns ----------------------------------------------------------------------------------------------------------- */
static struct column column_in(struct ctx *cx, const struct source *s, const struct field *f)
{
    return (struct column){ s, f, perm_reach(cx, &s->access, f), perm_masked(&s->access, f) };
}

static bool resolve(struct ctx *cx, struct plan *p, const struct asked_name *n, struct str text, struct column *out)
{
    const struct source *s = source_of(cx, p, n->table, text);
    if (!s)
        return false;
    const struct field *f = column_find(s->type, n->field);
    if (!f)
        return refuse_field(cx, text);
    *out = column_in(cx, s, f);
    return out->reach != REACH_NOWHERE || refuse_reading(cx, s->type, f);
}

/* To filter, sort, group or aggregate by it one must read the column on every row, and exactly. */
static bool is_usable(const struct column *c)
{
    return c->reach == REACH_EVERYWHERE && !c->masked;
}

static bool via_is_usable(struct ctx *cx, const struct plan *p, const struct source *s)
{
    return !s->via || p->unchecked || perm_reach(cx, &p->sources[0].access, s->via) == REACH_EVERYWHERE;
}

static bool check_usable(struct ctx *cx, const struct plan *p, const struct column *c)
{
    if (is_usable(c) && via_is_usable(cx, p, c->source))
        return true;
    return throw(cx, &PermissionError, N_("You may not filter, sort or group by the field %s of %s"), c->field->name,
                 c->source->type->name);
}

/* ---- outputs ------------------------------------------------------------------------------------------------------------- */
static const struct function *function_named(struct str name)
{
    for (size_t i = 0; i < countof(functions); i++)
        if (str_eq_nocase(name, str_of(functions[i].name)))
            return &functions[i];
    return NULL;
}

static bool plan_argument(struct ctx *cx, struct plan *p, const struct asked *a, size_t i, struct output *out)
{
    struct argument *to = &out->arguments[out->count++];
    const struct asked_argument *from = &a->arguments[i];
    to->text = from->text;
    return from->is_text || (resolve(cx, p, &from->name, a->text, &to->column) && check_usable(cx, p, &to->column));
}

static enum field_type type_given(const struct output *o)
{
    switch (o->function->gives) {
    case GIVES_INT:
        return LONG_INT;
    case GIVES_FLOAT:
        return FLOAT;
    case GIVES_DATE:
        return DATE;
    default:
        return o->arguments[0].column.field->type;
    }
}

static bool plan_call(struct ctx *cx, struct plan *p, const struct asked *a, struct output *out)
{
    const struct function *f = out->function = function_named(a->function);
    bool count = f && f == function_named(STR("count")), named = false;
    if (!f || (a->star && !count) || (a->distinct && !f->is_aggregate))
        return refuse_field(cx, a->text);
    out->star = a->star;
    out->distinct = a->distinct;
    if (!a->star && (a->count < f->least || a->count > f->most))
        return refuse_field(cx, a->text);
    for (size_t i = 0; i < a->count; i++) {
        named |= !a->arguments[i].is_text;
        if (f->is_aggregate && a->arguments[i].is_text)
            return refuse_field(cx, a->text);
        if (!plan_argument(cx, p, a, i, out))
            return false;
    }
    if (!named && !a->star)
        return refuse_field(cx, a->text);
    out->type = type_given(out);
    return true;
}

static bool plan_column(struct ctx *cx, struct plan *p, const struct asked *a, struct output *out)
{
    out->count = 1;
    if (!resolve(cx, p, &a->arguments[0].name, a->text, &out->arguments[0].column))
        return false;
    out->type = out->arguments[0].column.field->type;
    return true;
}

static bool plan_output(struct ctx *cx, struct plan *p, const struct asked *a, struct output *out)
{
    *out = (struct output){ 0 };
    bool called = a->function.n > 0;
    if (!(called ? plan_call(cx, p, a, out) : plan_column(cx, p, a, out)))
        return false;
    struct str plain = called ? a->text : str_of(out->arguments[0].column.field->name);
    out->key = a->alias.n ? a->alias : plain;
    return true;
}

static void all_outputs(struct ctx *cx, struct plan *p)
{
    const struct field **all;
    size_t count = column_all(cx->arena, p->sources[0].type, &all);
    p->outputs = arena_array(cx->arena, count, sizeof *p->outputs);
    for (size_t i = 0; i < count; i++) {
        struct column c = column_in(cx, &p->sources[0], all[i]);
        if (c.reach != REACH_NOWHERE)
            p->outputs[p->output_count++] = (struct output){
                .key = str_of(all[i]->name), .arguments = { { .column = c } }, .count = 1, .type = all[i]->type
            };
    }
}

/* A table field by itself is no column: rows come without it. */
static bool is_table_name(const struct plan *p, const struct asked *a)
{
    const struct field *f =
        a->arguments[0].name.table.n ? NULL : doc_field(p->sources[0].type, a->arguments[0].name.field);
    return !a->function.n && !a->star && f && field_is_table(f);
}

/* In an object a key stands once, where it came first, with what came last, as in Python. */
static void mark_repeated(struct ctx *cx, struct plan *p)
{
    struct map seen = map_new(cx->arena);
    for (size_t i = 0; i < p->output_count; i++) {
        struct output *o = &p->outputs[i], *first = map_get(&seen, o->key);
        o->value_from = i;
        o->repeated = first != NULL;
        if (first)
            first->value_from = i;
        else
            map_put(&seen, o->key, o);
    }
}

static bool plan_outputs(struct ctx *cx, struct plan *p, const struct asked_list *fields)
{
    if (fields->count == 1 && fields->items[0].star && !fields->items[0].function.n && !fields->items[0].alias.n) {
        all_outputs(cx, p);
        mark_repeated(cx, p);
        return true;
    }
    p->outputs = arena_array(cx->arena, fields->count + 1, sizeof *p->outputs);
    for (size_t i = 0; i < fields->count; i++) {
        const struct asked *a = &fields->items[i];
        if (a->star && !a->function.n)
            return refuse_field(cx, a->text);
        if (is_table_name(p, a))
            continue;
        if (!plan_output(cx, p, a, &p->outputs[p->output_count++]))
            return false;
        p->distinct |= a->distinct && !a->function.n;
    }
    mark_repeated(cx, p);
    return true;
}

/* ---- filters --------------------------------------------------------------------------------------------------------------- */
static bool plan_filter(struct ctx *cx, struct plan *p, const struct asked_filter *f, struct planned_term *out)
{
    struct column c;
    if (f->doctype.n && !f->name.table.n) {
        const struct source *s = doc_type(cx, f->doctype) ? source_of_type(cx, p, f->doctype, f->text) : NULL;
        const struct field *field = s ? column_find(s->type, f->name.field) : NULL;
        if (!s)
            return false;
        if (!field)
            return refuse_field(cx, f->text);
        c = column_in(cx, s, field);
        if (c.reach == REACH_NOWHERE)
            return refuse_reading(cx, s->type, field);
    } else if (!resolve(cx, p, &f->name, f->text, &c))
        return false;
    out->source = c.source;
    return check_usable(cx, p, &c) && term_make(cx, c.field, f->op, f->value, &out->term);
}

static bool plan_filters(struct ctx *cx, struct plan *p, const struct asked_filters *f, struct planned_term **out,
                         size_t *count)
{
    *out = arena_array(cx->arena, f->count + 1, sizeof **out);
    for (size_t i = 0; i < f->count; i++)
        if (!plan_filter(cx, p, &f->items[i], &(*out)[(*count)++]))
            return false;
    return true;
}

/* ---- order, groups --------------------------------------------------------------------------------------------------------- */
static const struct output *output_keyed(const struct plan *p, const struct asked *a)
{
    struct str word = a->function.n ? a->text : a->arguments[0].name.field;
    if (!a->function.n && a->arguments[0].name.table.n)
        return NULL;
    for (size_t i = 0; i < p->output_count; i++)
        if (str_eq(p->outputs[i].key, word))
            return &p->outputs[p->outputs[i].value_from];
    return NULL;
}

/* What is grouped or sorted by: something selected, by its key, or a column. */
static bool plan_by(struct ctx *cx, struct plan *p, const struct asked *a, struct output *out)
{
    const struct output *selected = output_keyed(p, a);
    if (selected)
        *out = *selected;
    else if (!plan_output(cx, p, a, out))
        return false;
    for (size_t i = 0; i < out->count; i++)
        if (out->arguments[i].column.source && !check_usable(cx, p, &out->arguments[i].column))
            return false;
    return true;
}

static bool plan_groups(struct ctx *cx, struct plan *p, struct str text)
{
    struct asked_list asked;
    if (!parse_group(cx, text, &asked))
        return false;
    p->groups = arena_array(cx->arena, asked.count + 1, sizeof *p->groups);
    for (size_t i = 0; i < asked.count; i++) {
        struct output *group = &p->groups[p->group_count++];
        if (!plan_by(cx, p, &asked.items[i], group))
            return false;
        if (group->function && group->function->is_aggregate)
            return refuse_field(cx, asked.items[i].text);
    }
    return true;
}

static bool is_aggregated(const struct plan *p)
{
    for (size_t i = 0; i < p->output_count; i++)
        if (p->outputs[i].function && p->outputs[i].function->is_aggregate)
            return true;
    return p->group_count > 0;
}

/* The DocType's own order, then the name. Columns that the caller may not sort by are passed over: an order that
 * nobody asked for must not tell what a filter may not. */
static bool default_order(struct ctx *cx, struct plan *p)
{
    struct asked_list asked;
    const struct source *root = &p->sources[0];
    bool named = false;
    if (!parse_order(cx, str_of(root->type->sort ? root->type->sort : "modified desc"), &asked))
        return false;
    p->orders = arena_array(cx->arena, asked.count + 1, sizeof *p->orders);
    for (size_t i = 0; i <= asked.count; i++) {
        struct str name = i < asked.count ? asked.items[i].arguments[0].name.field : STR("name");
        const struct field *f = column_find(root->type, name);
        if (!f || named)
            continue;
        struct column c = column_in(cx, root, f);
        named = str_is(name, "name");
        if (is_usable(&c))
            p->orders[p->order_count++] = (struct order){ .by = { .arguments = { { .column = c } }, .count = 1 },
                                                          .descending = i < asked.count && asked.items[i].descending };
    }
    return true;
}

static bool plan_order(struct ctx *cx, struct plan *p, struct str text)
{
    struct asked_list asked;
    if (str_trim(text).n == 0)
        return is_aggregated(p) || p->distinct || default_order(cx, p);
    if (!parse_order(cx, text, &asked))
        return false;
    p->orders = arena_array(cx->arena, asked.count + 1, sizeof *p->orders);
    for (size_t i = 0; i < asked.count; i++) {
        struct order *o = &p->orders[p->order_count++];
        o->descending = asked.items[i].descending;
        if (!plan_by(cx, p, &asked.items[i], &o->by))
            return false;
    }
    return true;
}

/* ---- the DocType ------------------------------------------------------------------------------------------------------------- */
static size_t count_tables(const struct doctype *parent, const struct doctype *child)
{
    size_t count = 0;
    for (size_t i = 0; i < parent->field_count; i++)
        count += field_is_table(&parent->fields[i]) && !strcmp(parent->fields[i].options, child->name);
    return count;
}

/* Rows of a child DocType are listed through a parent that holds such rows and that the caller may read: those of its
 * tables that the caller may read. */
static bool find_guardian(struct ctx *cx, struct plan *p, const struct doctype *type, struct str parent)
{
    if (p->unchecked || !type->is_child || (parent.n == 0 && !perm_by_parent(type)))
        return true;
    const struct doctype *guardian = parent.n ? doc_type_find(cx->site, parent) : NULL;
    if (!guardian || perm_by_parent(guardian) || !perm_allows(cx, guardian, NULL, READ))
        return throw_quiet(cx, &PermissionError);
    struct access a = perm_access(cx, guardian, NULL);
    p->table_count = perm_listed_tables(cx, &a, type, &p->tables);
    p->some_tables = p->table_count < count_tables(guardian, type);
    p->guardian = perm_by_parent(type) ? guardian : NULL;
    return p->table_count > 0 || throw_quiet(cx, &PermissionError);
}

static bool open_root(struct ctx *cx, struct plan *p, struct str doctype, struct str parent)
{
    const struct doctype *type = doc_type(cx, doctype);
    if (!type || !find_guardian(cx, p, type, parent))
        return false;
    if (type->is_single)
        return throw(cx, &ValidationError, N_("%s is a single document: it has no rows to list"), type->name);
    if (!add_source(cx, p, type, NULL))
        return false;
    const struct access *a = &p->sources[0].access;
    return p->guardian || perm_has(a, READ) || perm_has(a, SELECT_) || perm_check(cx, type, NULL, READ);
}

static void take_link(struct ctx *cx, struct plan *p, const struct query *q)
{
    struct source *root = &p->sources[0];
    p->linked_from = q->linked_from.n ? doc_type_find(cx->site, q->linked_from) : NULL;
    root->access.unlimited = p->linked_from && q->ignore_limits && limits_ignored(p->linked_from, root->type);
}

static bool plan_page(struct ctx *cx, struct plan *p, const struct query *q)
{
    if (q->start < 0 || q->length < 0)
        return throw(cx, &ValidationError, N_("Limits of a list must not be negative"));
    p->start = q->start;
    p->length = q->length;
    if (p->unchecked || !user_is_guest(cx->user))
        return true;
    if (p->start > GUEST_START_MOST)
        return throw(cx, &ValidationError, N_("A list starts at most at row %d"), GUEST_START_MOST);
    if (p->length == 0 || p->length > GUEST_ROWS_MOST)
        p->length = GUEST_ROWS_MOST;
    return true;
}

static bool plan_where(struct ctx *cx, struct plan *p, const struct query *q)
{
    struct asked_filters all, any;
    return parse_filters(cx, q->filters, &all) && parse_filters(cx, q->or_filters, &any) &&
           plan_filters(cx, p, &all, &p->all, &p->all_count) && plan_filters(cx, p, &any, &p->any, &p->any_count);
}

static struct plan *plan_new(struct ctx *cx, bool unchecked)
{
    struct plan *p = arena_new_of(cx->arena, struct plan);
    p->unchecked = unchecked;
    return p;
}

struct plan *plan_list(struct ctx *cx, const struct query *q)
{
    struct asked_list fields;
    struct plan *p = plan_new(cx, q->unchecked);
    p->distinct = q->distinct;
    p->as_arrays = q->as_arrays;
    bool opened = open_root(cx, p, q->doctype, q->parent);
    if (opened)
        take_link(cx, p, q);
    bool planned = opened && plan_page(cx, p, q) && parse_fields(cx, q->fields, &fields) &&
                   plan_outputs(cx, p, &fields) && plan_where(cx, p, q);
    p->joined = true;
    return planned && plan_groups(cx, p, q->group_by) && plan_order(cx, p, q->order_by) ? p : NULL;
}

struct plan *plan_count(struct ctx *cx, const struct query *q)
{
    struct plan *p = plan_new(cx, q->unchecked);
    p->counts = true;
    return open_root(cx, p, q->doctype, q->parent) && plan_where(cx, p, q) ? p : NULL;
}

/* ---- lists of our own code ----------------------------------------------------------------------------------------------------- */
static void find_where(struct ctx *cx, const struct find *find, struct asked_filters *out)
{
    size_t count = 0;
    while (find->where && find->where[count].field)
        count++;
    *out = (struct asked_filters){ .items = arena_array(cx->arena, count + 1, sizeof *out->items), .count = count };
    for (size_t i = 0; i < count; i++) {
        const struct find_filter *w = &find->where[i];
        bool lines = strcmp(w->op, "in") == 0 || strcmp(w->op, "not in") == 0 || strcmp(w->op, "between") == 0;
        out->items[i] = (struct asked_filter){
            .name = { .field = str_of(w->field) },
            .text = str_of(w->field),
            .op = str_of(w->op),
            .value = lines ? operand_of_lines(cx->arena, w->value) : operand_of_text(cx->arena, w->value),
        };
    }
}

static void find_fields(struct ctx *cx, const char *names, struct asked_list *out)
{
    struct str rest = str_of(names), name;
    *out = (struct asked_list){ .items = arena_array(cx->arena, rest.n / 2 + 1, sizeof *out->items) };
    while (str_cut(&rest, ' ', &name))
        if (name.n)
            out->items[out->count++] =
                (struct asked){ .text = name, .arguments = { { .name = { .field = name } } }, .count = 1 };
}

struct plan *plan_find(struct ctx *cx, const struct find *find)
{
    struct asked_list fields;
    struct asked_filters where;
    struct plan *p = plan_new(cx, find->unchecked);
    p->start = find->start;
    p->length = find->length;
    find_fields(cx, find->fields, &fields);
    find_where(cx, find, &where);
    bool planned = open_root(cx, p, str_of(find->doctype), STR_NONE) && plan_outputs(cx, p, &fields) &&
                   plan_filters(cx, p, &where, &p->all, &p->all_count) && plan_order(cx, p, str_of(find->order));
    return planned ? p : NULL;
}
