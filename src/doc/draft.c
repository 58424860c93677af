/* A DocType while it is made from rows or documents: fields, permissions, what it inherits from one of ours, and what
 * must not be left for the engine to stumble over. */
#include <stdlib.h>

#include "definition.h"
#include "doc_priv.h"

struct draft *draft_of(struct arena *arena, const struct doctype *type)
{
    struct draft *d = arena_new_of(arena, struct draft);
    d->type = *type;
    d->count = d->room = type->field_count;
    d->fields = arena_array(arena, d->room + 1, sizeof *d->fields);
    if (d->count)
        memcpy(d->fields, type->fields, d->count * sizeof *d->fields);
    return d;
}

static size_t place_after(const struct draft *d, struct str after)
{
    for (size_t i = 0; i < d->count; i++)
        if (after.n && str_is(after, d->fields[i].name))
            return i + 1;
    return d->count;
}

struct field *draft_add_field(struct arena *arena, struct draft *d, const char *name, struct str after)
{
    if (d->count == d->room) {
        size_t room = d->room ? 2 * d->room : 16;
        struct field *fields = arena_array(arena, room, sizeof *fields);
        if (d->count)
            memcpy(fields, d->fields, d->count * sizeof *fields);
        d->fields = fields;
        d->room = room;
    }
    size_t at = place_after(d, after);
    memmove(d->fields + at + 1, d->fields + at, (d->count - at) * sizeof *d->fields);
    d->fields[at] = (struct field){ .name = name };
    d->count++;
    return &d->fields[at];
}

struct field *draft_field(const struct draft *d, struct str name)
{
    for (size_t i = 0; i < d->count; i++)
        if (str_is(name, d->fields[i].name))
            return &d->fields[i];
    return NULL;
}

static void remove_at(struct draft *d, size_t at)
{
    d->count--;
    memmove(d->fields + at, d->fields + at + 1, (d->count - at) * sizeof *d->fields);
}

void draft_remove_field(struct draft *d, struct str name)
{
    struct field *f = draft_field(d, name);
    if (f)
        remove_at(d, (size_t)(f - d->fields));
}

void draft_add_perm(struct arena *arena, struct draft *d, struct perm perm)
{
    if (d->perm_count + 1 >= d->perm_room) {
        size_t room = d->perm_room ? 2 * d->perm_room : 8;
        struct perm *perms = arena_array(arena, room, sizeof *perms);
        if (d->perm_count)
            memcpy(perms, d->perms, d->perm_count * sizeof *perms);
        d->perms = perms;
        d->perm_room = room;
    }
    d->perms[d->perm_count++] = perm;
    d->own_perms = true;
}

void draft_order_fields(struct arena *arena, struct draft *d, struct str json)
{
    struct str why;
    const json_t *names = json_read(arena, json, &json_limits_default, &why);
    struct field *ordered = arena_array(arena, d->count + 1, sizeof *ordered);
    bool *taken = arena_array(arena, d->count + 1, sizeof *taken);
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const struct field *f = draft_field(d, json_str_of(json_array_get(names, i)));
        if (f && !taken[f - d->fields]) {
            taken[f - d->fields] = true;
            ordered[n++] = *f;
        }
    }
    for (size_t i = 0; i < d->count; i++)
        if (!taken[i])
            ordered[n++] = d->fields[i];
    d->fields = ordered;
    d->room = d->count;
}

/* A field may get another type only as far as its column stays. */
static bool fits(const struct field *field, const struct setting *s)
{
    struct field other = *field;
    if (str_is(s->property, "fieldname") || str_is(s->property, "is_virtual"))
        return false;
    if (!str_is(s->property, "fieldtype"))
        return true;
    if (!field_type_named(str_trim(s->value), &other.type))
        return false;
    const char *was = field_sql_type(field), *is = field_sql_type(&other);
    return was && is ? !strcmp(was, is) : field_shape(field) == field_shape(&other);
}

static bool is_changeable(const struct property *p)
{
    return p->offset != offsetof(struct doctype, is_child) && p->offset != offsetof(struct doctype, is_single) &&
           p->offset != offsetof(struct doctype, is_submittable);
}

void draft_take_setting(struct arena *arena, struct draft *d, const struct setting *s)
{
    if (s->of_field) {
        struct field *field = draft_field(d, s->field);
        const struct property *p = property_find(field_properties, FIELD_PROPERTIES, s->property);
        if (field && p && fits(field, s))
            property_set(arena, p, field, s->value);
        return;
    }
    if (str_is(s->property, "field_order")) {
        draft_order_fields(arena, d, s->value);
        return;
    }
    const struct property *p = property_find(type_properties, TYPE_PROPERTIES, s->property);
    if (p && is_changeable(p))
        property_set(arena, p, &d->type, s->value);
}

/* ---- what is ours --------------------------------------------------------------------------------------------------------- */
static bool has_column(const struct draft *d, struct str name)
{
    for (size_t i = 0; i < STANDARDS; i++)
        if (str_is(name, standard_fields[i].name))
            return true;
    return str_starts(name, STR("_")) || draft_field(d, name) != NULL;
}

/* What hooks or rules of ours name and the site's definition lacks. */
struct lacking {
    const struct draft *d;
    const struct doctype *ours;
    struct map names;
};

/* As ours has it: a price that is text, or a table of other rows, is not what our hooks read. */
static bool serves(const struct field *f, const struct field *ours)
{
    if (f->is_virtual || field_shape(f) != field_shape(ours))
        return false;
    return !field_is_table(ours) || (f->options && str_eq(str_trim(str_of(f->options)), str_of(ours->options)));
}

static void need(struct lacking *l, struct str name)
{
    const struct field *f = draft_field(l->d, name), *ours = doc_field(l->ours, name);
    if (f && ours ? !serves(f, ours) : !has_column(l->d, name))
        map_put(&l->names, name, l);
}

static void need_words(struct lacking *l, const char *list)
{
    struct str rest = str_of(list), word;
    while (list && next_word(&rest, &word))
        need(l, word);
}

/* Rows without a document above them, or the other way round: by the column that tells. */
static void need_shape(struct lacking *l)
{
    const struct doctype *is = &l->d->type, *ours = l->ours;
    if (is->is_child != ours->is_child)
        map_put(&l->names, ours->is_child ? STR("parent") : STR("istable"), l);
    if (is->is_single != ours->is_single)
        map_put(&l->names, STR("issingle"), l);
}

/* All of them, separated by commas; NULL: none. */
static const char *lacks(struct arena *arena, const struct draft *d, const struct doctype *ours)
{
    struct lacking l = { d, ours, map_new(arena) };
    for (const char *const *n = ours->needs; n && *n; n++)
        need(&l, str_of(*n));
    for (const struct row_rule *r = ours->rows; r && r->role; r++)
        for (const struct filter *w = r->only; w && w->field; w++)
            need(&l, str_of(w->field));
    for (const struct field_rule *r = ours->field_rules; r && r->fields; r++)
        need_words(&l, r->fields);
    need_words(&l, ours->masked);
    need_shape(&l);
    struct buf b = buf_new(arena, 64 << 10);
    for (size_t i = 0; i < l.names.count; i++)
        buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(l.names.entries[i].key));
    return b.n ? str_c(arena, buf_str(&b)) : NULL;
}

/* Our hooks may ask for every field of ours: those the site has not are there without a column. */
static void add_virtual(struct arena *arena, struct draft *d, const struct doctype *ours)
{
    for (size_t i = 0; i < ours->field_count; i++) {
        if (draft_field(d, str_of(ours->fields[i].name)))
            continue;
        struct field *f = draft_add_field(arena, d, ours->fields[i].name, STR_NONE);
        *f = ours->fields[i];
        f->is_virtual = true;
        f->reqd = f->unique = f->index = false;
    }
}

/* The site's words on what is ours: naming, flags and texts are the site's. */
static void keep_own_words(struct doctype *type, const struct doctype *own)
{
    for (size_t i = 0; i < TYPE_PROPERTIES; i++) {
        const struct property *p = &type_properties[i];
        size_t size = p->kind == PROPERTY_FLAG    ? sizeof(bool)
                      : p->kind == PROPERTY_SHORT ? sizeof(unsigned short)
                                                  : sizeof(const char *);
        memcpy((char *)type + p->offset, (const char *)own + p->offset, size);
    }
    type->name = own->name;
    type->in_create = own->in_create;
    type->custom = own->custom;
}

static void drop_unless_there(const struct draft *d, struct doctype *type)
{
    for (const char *const *u = type->unique; u && *u; u++)
        if (!has_column(d, str_of(*u)))
            type->unique = NULL;
}

void draft_inherit(struct arena *arena, struct draft *d, const struct doctype *ours)
{
    bool always = doc_type_is_core(ours);
    struct doctype own = d->type;
    d->type.lacks = always ? NULL : lacks(arena, d, ours);
    if (d->type.lacks || own.is_child != ours->is_child || own.is_single != ours->is_single)
        return; /* the latter of what is indispensable: no Frappe has it so */
    d->type = *ours;
    keep_own_words(&d->type, &own);
    if (own.autoname && !always)
        d->type.autoname_hook = NULL;
    for (size_t i = 0; i < d->count; i++) {
        const struct field *f = doc_field(ours, str_of(d->fields[i].name));
        d->fields[i].server_managed = f && f->server_managed;
        d->fields[i].translatable = f && f->translatable;
        d->fields[i].is_root = f && f->is_root && d->fields[i].type == LINK;
    }
    if (always)
        add_virtual(arena, d, ours);
    drop_unless_there(d, &d->type);
}

/* ---- put right ---------------------------------------------------------------------------------------------------------- */
static bool is_standard(const struct draft *d, const char *name)
{
    size_t count = d->type.is_child ? STANDARDS : STD_PARENT;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, standard_fields[i].name))
            return true;
    return !strcmp(name, "doctype") || !strcmp(name, "_user_tags") || !strcmp(name, "_comments") ||
           !strcmp(name, "_assign") || !strcmp(name, "_liked_by");
}

void draft_name_fields(struct arena *arena, struct draft *d)
{
    for (size_t i = d->count; i-- > 0;)
        if (!d->fields[i].name && field_shape(&d->fields[i]) == SHAPE_NONE)
            d->fields[i].name = arena_printf(arena, "layout_%zu", i + 1);
        else if (!d->fields[i].name)
            remove_at(d, i);
}

static void drop_unusable(struct draft *d)
{
    for (size_t i = d->count; i-- > 0;) {
        const char *name = d->fields[i].name;
        bool twice = draft_field(d, str_of(name)) != &d->fields[i];
        if (twice || str_has(str_of(name), '`') || is_standard(d, name))
            remove_at(d, i);
    }
}

static bool is_moment(enum shape shape)
{
    return shape == SHAPE_DATE || shape == SHAPE_DATETIME || shape == SHAPE_TIME;
}

/* ":Company" asks another DocType, which documents do not. */
static bool preset_holds(struct arena *arena, const struct field *f)
{
    struct str preset = str_of(f->preset), out;
    struct decimal number;
    struct ctx cx = { .arena = arena };
    if (str_starts(preset, STR(":")) || field_shape(f) == SHAPE_NONE || field_shape(f) == SHAPE_ROWS)
        return false;
    if (field_is_number(f))
        return decimal_parse(preset, &number);
    if (!is_moment(field_shape(f)) || str_eq_nocase(preset, STR("Today")) || str_eq_nocase(preset, STR("Now")))
        return true;
    return field_shape(f) == SHAPE_TIME ? time_parse(&cx, preset, &out) : datetime_parse(&cx, preset, &out);
}

static void finish_field(struct arena *arena, struct draft *d, struct field *f)
{
    bool points = f->type == LINK || f->type == DYNAMIC_LINK || field_is_table(f);
    bool varchar = field_has_column(f) && !strcmp(field_sql_type(f), "varchar");
    if (points)
        f->options = f->options ? str_c(arena, str_trim(str_of(f->options))) : "";
    if (f->type == DYNAMIC_LINK && !draft_field(d, str_of(f->options)))
        f->type = DATA;
    if (f->preset && !preset_holds(arena, f))
        f->preset = NULL;
    if (!varchar && field_shape(f) == SHAPE_TEXT)
        f->unique = f->index = false;
    if (!field_has_column(f))
        f->unique = f->index = false;
    if (varchar && f->length > 1000)
        f->length = 1000;
}

static bool is_column(const struct draft *d, struct str name)
{
    const struct field *f = draft_field(d, name);
    for (size_t i = 0; i < STD_PARENT; i++)
        if (str_is(name, standard_fields[i].name))
            return true;
    return f && field_has_column(f);
}

static const char *only_columns(struct arena *arena, const struct draft *d, const char *list)
{
    struct buf b = buf_new(arena, 64 << 10);
    struct str rest = str_of(list), word;
    while (list && next_word(&rest, &word))
        if (is_column(d, word))
            buf_printf(&b, "%s%.*s", b.n ? " " : "", STR_ARG(word));
    return b.n ? str_c(arena, buf_str(&b)) : NULL;
}

static void finish_type(struct arena *arena, struct draft *d)
{
    struct doctype *t = &d->type;
    struct str sort = str_of(t->sort), field;
    str_cut(&sort, ' ', &field);
    if (t->sort && !is_column(d, field))
        t->sort = NULL;
    if (t->title_field && !is_column(d, str_of(t->title_field)))
        t->title_field = NULL;
    t->search_fields = only_columns(arena, d, t->search_fields);
    if (t->autoname && str_starts(str_of(t->autoname), STR("field:")) && !is_column(d, str_of(t->autoname + 6)))
        t->autoname = NULL;
}

void draft_finish(struct arena *arena, struct draft *d)
{
    static const struct perm nobody[1];
    drop_unusable(d);
    for (size_t i = 0; i < d->count; i++)
        finish_field(arena, d, &d->fields[i]);
    finish_type(arena, d);
    d->type.fields = d->fields;
    d->type.field_count = d->count;
    d->type.own_perms = d->own_perms;
    if (d->own_perms)
        d->type.perms = d->perms;
    else if (d->type.custom)
        d->type.perms = d->type.is_child ? NULL : nobody;
}

/* ---- once all are there --------------------------------------------------------------------------------------------------- */
static bool fetches(const struct draft *d, const struct field *f, const struct definitions *all)
{
    struct str rest = str_of(f->fetch_from), link;
    str_cut(&rest, '.', &link);
    const struct field *via = draft_field(d, link);
    const struct doctype *target = via && via->type == LINK ? definition_find(all, str_of(via->options)) : NULL;
    return target && column_find(target, rest);
}

void draft_settle(struct arena *arena __attribute__((unused)), struct draft *d, const struct definitions *all)
{
    for (size_t i = 0; i < d->count; i++) {
        struct field *f = &d->fields[i];
        const struct doctype *rows = field_is_table(f) ? definition_find(all, str_of(f->options)) : NULL;
        if (field_is_table(f) && (!rows || !rows->is_child))
            f->type = HTML;
        if (f->fetch_from && !fetches(d, f, all))
            f->fetch_from = NULL;
    }
}
