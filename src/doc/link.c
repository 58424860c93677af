/* Links: do their targets exist, under which spelling; and who points to what is to go.
 *
 * A save asks once for each target DocType, however many links there are. */
#include "doc_priv.h"

#define LINKS_AT_ONCE 200

/* One value to look for. */
struct wanted {
    struct str value, stored;
    bool found, cancelled;
};
struct target {
    const struct doctype *type;
    struct map by_value; /* → struct wanted * */
};
/* Where it was said. */
struct use {
    struct use *next;
    struct doc *doc;
    size_t field;
    struct wanted *wanted;
};
struct links {
    struct save *s;
    struct map targets; /* DocType → struct target * */
    struct use *first, **last;
};

struct str row_prefix(struct ctx *cx, const struct doc *doc)
{
    return doc->type->is_child ? str_printf(cx->arena, "%s #%lld: ", tr(cx, N_("Row")), (long long)doc->idx) : STR("");
}

static struct wanted *want(struct links *l, const struct doctype *type, struct str value)
{
    struct arena *arena = l->s->cx->arena;
    struct target *target = map_get(&l->targets, str_of(type->name));
    if (!target) {
        target = arena_new_of(arena, struct target);
        *target = (struct target){ .type = type, .by_value = map_new(arena) };
        map_put(&l->targets, str_of(type->name), target);
    }
    struct wanted *wanted = map_get(&target->by_value, value);
    if (!wanted) {
        wanted = arena_new_of(arena, struct wanted);
        wanted->value = value;
        map_put(&target->by_value, value, wanted);
    }
    return wanted;
}

static bool target_name(struct links *l, const struct doc *doc, const struct field *field, struct str *out)
{
    if (field->type == LINK) {
        *out = str_of(field->options);
        return true;
    }
    *out = doc_text(doc, field->options);
    const struct field *kind = doc_field(doc->type, str_of(field->options));
    return out->n || throw(l->s->cx, &ValidationError, "%s must be set first",
                           kind ? field_label(l->s->cx->arena, kind) : field->options);
}

static bool is_new_value(const struct doc *doc, size_t f)
{
    return !doc->before || !value_equal(doc->values[f], doc->before->values[f]);
}

static bool collect(struct links *l, struct doc *doc)
{
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct field *field = &doc->type->fields[f];
        struct str name;
        bool links = field->type == LINK || field->type == DYNAMIC_LINK;
        if (!links || field->is_root || field->is_virtual || value_is_empty(doc->values[f]) || !is_new_value(doc, f))
            continue;
        if (!target_name(l, doc, field, &name))
            return false;
        struct use *use = arena_new_of(l->s->cx->arena, struct use);
        *use = (struct use){ .doc = doc, .field = f };
        const struct doctype *type = doc_type_find(l->s->cx->site, name);
        use->wanted = type ? want(l, type, doc->values[f].text) : NULL;
        *l->last = use;
        l->last = &use->next;
    }
    return true;
}

/* Looks by `column` for those of the target's values `first` to `last` that are not found yet, in one statement: each by
 * an index, so that the collation decides. */
static bool look_up_by(struct ctx *cx, struct target *t, const char *column, size_t first, size_t last)
{
    struct sql *q = sql_new(cx);
    for (size_t i = first; i < last; i++) {
        if (((const struct wanted *)t->by_value.entries[i].value)->found)
            continue;
        if (!sql_is_empty(q))
            sql_add(q, " UNION ALL ");
        sql_add(q, "SELECT ");
        sql_index(q, (unsigned)(i - first));
        sql_add(q, ", `name`, `docstatus` FROM ");
        sql_doctype(q, t->type->name);
        sql_add(q, " WHERE ");
        sql_name(q, column);
        sql_add(q, " = ");
        name_bind(q, t->type, t->by_value.entries[i].key);
    }
    if (sql_is_empty(q))
        return true;
    if (last - first > 4)
        sql_once(q);
    struct rows *rows = db_run(cx, q);
    if (!rows)
        return false;
    while (rows_next(rows)) {
        struct wanted *wanted = t->by_value.entries[first + (size_t)rows_int(rows, 0)].value;
        wanted->found = true;
        wanted->stored = str_copy(cx->arena, rows_text(rows, 1));
        wanted->cancelled = t->type->is_submittable && rows_int(rows, 2) == 2;
    }
    return !failed(cx);
}

static bool look_up_some(struct ctx *cx, struct target *t, size_t first, size_t last)
{
    return look_up_by(cx, t, "name", first, last) &&
           (!t->type->known_as || look_up_by(cx, t, t->type->known_as, first, last));
}

/* DocTypes that are compiled in have no row: they are known all the same. Singles are their own only document. */
static void look_up_in_memory(struct ctx *cx, struct target *t)
{
    for (size_t i = 0; i < t->by_value.count; i++) {
        struct wanted *wanted = t->by_value.entries[i].value;
        wanted->stored = wanted->value;
        wanted->found =
            t->type->is_single ? str_is(wanted->value, t->type->name) : doc_type_find(cx->site, wanted->value) != NULL;
    }
}

/* ---- links found before -------------------------------------------------------------------------------------------------- */
static struct str memo_key(struct ctx *cx, const struct target *t, struct str value)
{
    return str_printf(cx->arena, "link\n%s\n%.*s", t->type->name, STR_ARG(value));
}

static void recall(struct ctx *cx, struct target *t)
{
    for (size_t i = 0; i < t->by_value.count; i++) {
        const struct wanted *known = map_get(ctx_memo(cx), memo_key(cx, t, t->by_value.entries[i].key));
        if (known)
            *(struct wanted *)t->by_value.entries[i].value = *known;
    }
}

static void keep(struct ctx *cx, const struct target *t)
{
    for (size_t i = 0; i < t->by_value.count; i++) {
        struct wanted *wanted = t->by_value.entries[i].value;
        if (wanted->found)
            map_put(ctx_memo(cx), memo_key(cx, t, wanted->value), wanted);
    }
}

static bool all_found(const struct target *t)
{
    for (size_t i = 0; i < t->by_value.count; i++)
        if (!((const struct wanted *)t->by_value.entries[i].value)->found)
            return false;
    return true;
}

static bool look_up(struct ctx *cx, struct target *t)
{
    if (t->type->is_single || !strcmp(t->type->name, "DocType")) {
        look_up_in_memory(cx, t);
        return true;
    }
    for (size_t i = 0; i < t->by_value.count; i += LINKS_AT_ONCE) {
        size_t last = i + LINKS_AT_ONCE < t->by_value.count ? i + LINKS_AT_ONCE : t->by_value.count;
        if (!look_up_some(cx, t, i, last))
            return false;
    }
    return true;
}

static void complain(struct ctx *cx, struct buf *to, const struct use *use)
{
    buf_printf(to, "%s%.*s%s: %.*s", to->n ? ", " : "", STR_ARG(row_prefix(cx, use->doc)),
               field_label(cx->arena, &use->doc->type->fields[use->field]), STR_ARG(use->doc->values[use->field].text));
}

/* Takes over the stored spelling, or says what is missing. */
static bool judge(struct links *l)
{
    struct ctx *cx = l->s->cx;
    struct buf missing = buf_new(cx->arena, 64 << 10), cancelled = buf_new(cx->arena, 64 << 10);
    const struct field *first = NULL;
    for (struct use *use = l->first; use; use = use->next) {
        const struct field *field = &use->doc->type->fields[use->field];
        bool found = use->wanted && use->wanted->found;
        first = first || found ? first : field;
        if (!found)
            complain(cx, &missing, use);
        else if (use->wanted->cancelled && use->doc->type->is_submittable && strcmp(field->name, "amended_from") != 0)
            complain(cx, &cancelled, use);
        else
            use->doc->values[use->field].text = use->wanted->stored;
    }
    if (missing.n) {
        throw(cx, &LinkValidationError, "Could not find %.*s", STR_ARG(buf_str(&missing)));
        return error_of_field(cx, first);
    }
    if (cancelled.n)
        return throw(cx, &CancelledLinkError, "Cannot link cancelled document: %.*s", STR_ARG(buf_str(&cancelled)));
    return true;
}

bool save_links(struct save *s)
{
    struct links l = { .s = s, .targets = map_new(s->cx->arena), .last = &l.first };
    if (s->flags & SAVE_NO_LINKS)
        return true;
    for (size_t i = 0; i < s->docs.count; i++)
        if (!collect(&l, s->docs.docs[i]))
            return false;
    for (size_t i = 0; i < l.targets.count; i++) {
        struct target *target = l.targets.entries[i].value;
        if (s->flags & SAVE_LINKS_KNOWN)
            recall(s->cx, target);
        if (all_found(target))
            continue;
        if (!look_up(s->cx, target))
            return false;
        if (s->flags & SAVE_LINKS_KNOWN)
            keep(s->cx, target);
    }
    return judge(&l);
}

/* ---- fetch_from -------------------------------------------------------------------------------------------------------- */
static bool fetch(struct save *s, struct doc *doc, size_t f)
{
    const struct field *field = &doc->type->fields[f];
    struct str source = str_of(field->fetch_from), link, value;
    str_cut(&source, '.', &link);
    const struct field *via = doc_field(doc->type, link);
    if (!via || via->type != LINK || (field->fetch_if_empty && !value_is_empty(doc->values[f])))
        return true;
    struct str name = doc_text(doc, via->name);
    if (!name.n || !doc_get(s->cx, via->options, name, str_c(s->cx->arena, source), &value))
        return !failed(s->cx);
    return value_from_text(s->cx, doc->type, field, value, &doc->values[f]);
}

bool save_fetched(struct save *s)
{
    for (size_t i = 0; i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        for (size_t f = 0; f < doc->type->field_count; f++) {
            const struct field *field = &doc->type->fields[f];
            bool fixed = doc->before && doc->before->docstatus == 1 && !field->allow_on_submit;
            if (field->fetch_from && !fixed && !fetch(s, doc, f))
                return false;
        }
    }
    return true;
}
