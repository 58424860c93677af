/* Proves the declarations against each other, at boot and in a test: one sentence per fault. */
#include "doc_priv.h"

struct proof {
    struct arena *arena;
    const struct doctype **types;
    size_t count;
    struct buf faults;
};

static void fault(struct proof *, const struct doctype *, const char *format, ...) PRINTF(3, 4);

static void fault(struct proof *p, const struct doctype *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *what = arena_vprintf(p->arena, format, args);
    va_end(args);
    buf_printf(&p->faults, "%s: %s.\n", type->name, what);
}

static const struct doctype *named(const struct proof *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (!strcmp(p->types[i]->name, name))
            return p->types[i];
    return NULL;
}

static bool is_known_column(const struct doctype *type, struct str name)
{
    return column_find(type, name) || doc_field(type, name);
}

/* Every word of the list is a field of the type. */
static void check_words(struct proof *p, const struct doctype *type, const char *what, const char *list)
{
    struct str rest = str_of(list), word;
    while (list && next_word(&rest, &word))
        if (!is_known_column(type, word))
            fault(p, type, "%s names \"%.*s\", which is no field", what, STR_ARG(word));
}

static void check_target(struct proof *p, const struct doctype *type, const struct field *f)
{
    if (f->type == DYNAMIC_LINK) {
        if (!f->options || !doc_field(type, str_of(f->options)))
            fault(p, type, "%s is a Dynamic Link and its options name no field", f->name);
        return;
    }
    const struct doctype *target = f->options ? named(p, f->options) : NULL;
    if (!target)
        fault(p, type, "%s points to \"%s\", which is no DocType", f->name, f->options ? f->options : "");
    else if (field_is_table(f) && !target->is_child)
        fault(p, type, "the table %s holds %s, which is not a child", f->name, target->name);
    else if (f->is_root && target->is_child)
        fault(p, type, "%s is the root's name and points to the child %s", f->name, target->name);
}

bool field_offers(const char *options, struct str text)
{
    struct str rest = str_of(options), line;
    while (str_cut(&rest, '\n', &line))
        if (str_eq(str_trim(line), text))
            return true;
    return false;
}

static void check_preset(struct proof *p, const struct doctype *type, const struct field *f)
{
    struct decimal d;
    bool word = !strcmp(f->preset, "Today") || !strcmp(f->preset, "Now") || !strcmp(f->preset, "__user");
    if (f->type == SELECT && f->options && !field_offers(f->options, str_of(f->preset)))
        fault(p, type, "the preset \"%s\" of %s is none of its options", f->preset, f->name);
    if (field_is_number(f) && !decimal_parse(str_of(f->preset), &d))
        fault(p, type, "the preset \"%s\" of %s is no number", f->preset, f->name);
    enum shape shape = field_shape(f);
    if ((shape == SHAPE_DATE || shape == SHAPE_DATETIME || shape == SHAPE_TIME) && !word) {
        struct str out;
        struct ctx cx = { .arena = p->arena };
        bool ok = shape == SHAPE_TIME ? time_parse(&cx, str_of(f->preset), &out)
                                      : datetime_parse(&cx, str_of(f->preset), &out);
        if (!ok)
            fault(p, type, "the preset \"%s\" of %s is no moment", f->preset, f->name);
    }
}

static void check_fetch(struct proof *p, const struct doctype *type, const struct field *f)
{
    struct str rest = str_of(f->fetch_from), link;
    str_cut(&rest, '.', &link);
    const struct field *via = doc_field(type, link);
    const struct doctype *target = via && via->type == LINK && via->options ? named(p, via->options) : NULL;
    if (!target || !column_find(target, rest))
        fault(p, type, "%s fetches from \"%s\", which is nothing", f->name, f->fetch_from);
}

static void check_field(struct proof *p, const struct doctype *type, size_t i)
{
    const struct field *f = &type->fields[i];
    for (size_t s = 0; s < standard_count(type); s++)
        if (!strcmp(f->name, standard_fields[s].name))
            fault(p, type, "%s is the name of a standard column", f->name);
    if (field_index(type, str_of(f->name)) != (ptrdiff_t)i)
        fault(p, type, "the field %s is declared twice", f->name);
    if (f->type == LINK || f->type == DYNAMIC_LINK || field_is_table(f))
        check_target(p, type, f);
    if (f->preset)
        check_preset(p, type, f);
    if (f->fetch_from)
        check_fetch(p, type, f);
    if (f->is_root && (f->type != LINK || !type->is_child))
        fault(p, type, "%s may be the root's name only as a Link of a child", f->name);
    bool long_text = field_shape(f) == SHAPE_TEXT && strcmp(field_sql_type(f), "varchar") != 0;
    if ((f->unique || f->index) && (long_text || !field_has_column(f)))
        fault(p, type, "%s cannot be indexed", f->name);
}

static void check_rules(struct proof *p, const struct doctype *type)
{
    for (const struct row_rule *r = type->rows; r && r->role; r++)
        for (const struct filter *w = r->only; w && w->field; w++)
            if (!is_known_column(type, str_of(w->field)))
                fault(p, type, "a row rule of %s names \"%s\", which is no field", r->role, w->field);
    for (const struct field_rule *r = type->field_rules; r && r->fields; r++)
        check_words(p, type, "a field rule", r->fields);
    for (const char *const *u = type->unique; u && *u; u++)
        check_words(p, type, "unique", *u);
    for (const char *const *i = type->indexes; i && *i; i++)
        check_words(p, type, "indexes", *i);
    for (const char *const *n = type->needs; n && *n; n++)
        check_words(p, type, "needs", *n);
    check_words(p, type, "masked", type->masked);
    check_words(p, type, "unprotected", type->unprotected);
    check_words(p, type, "title_field", type->title_field);
    check_words(p, type, "search_fields", type->search_fields);
    if (type->autoname && !strncmp(type->autoname, "field:", 6))
        check_words(p, type, "autoname", type->autoname + 6);
}

/* A table of a table … that comes back to the same DocType has no end. */
static void check_depth(struct proof *p, const struct doctype *type, const struct doctype *at, unsigned depth)
{
    if (depth > 8) {
        fault(p, type, "its tables go round in a circle through %s", at->name);
        return;
    }
    for (size_t i = 0; i < at->field_count; i++) {
        const struct doctype *child =
            field_is_table(&at->fields[i]) && at->fields[i].options ? named(p, at->fields[i].options) : NULL;
        if (child && child->is_child)
            check_depth(p, type, child, depth + 1);
    }
}

bool doc_check(struct arena *arena, struct str *why)
{
    struct proof p = { .arena = arena, .faults = buf_new(arena, 1 << 20) };
    p.count = doc_types(arena, NULL, &p.types);
    for (size_t t = 0; t < p.count; t++) {
        const struct doctype *type = p.types[t];
        if (t && !strcmp(type->name, p.types[t - 1]->name))
            fault(&p, type, "declared twice");
        if (type->is_child && type->is_single)
            fault(&p, type, "cannot be a child and a Single");
        for (size_t i = 0; i < type->field_count; i++)
            check_field(&p, type, i);
        check_rules(&p, type);
        check_depth(&p, type, type, 0);
    }
    *why = buf_str(&p.faults);
    return p.faults.n == 0;
}
