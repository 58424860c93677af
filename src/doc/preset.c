/* Presets of new documents (spec/frappe-api.md 4.3): only what is null is filled; "" stays. */
#include "doc_priv.h"
#include "perm_priv.h"

static struct str first_option(const char *options)
{
    struct str rest = str_of(options), line;
    while (options && str_cut(&rest, '\n', &line)) {
        if (str_trim(line).n)
            return str_trim(line);
        return STR_NONE; /* an empty first line is a choice */
    }
    return STR_NONE;
}

static struct str preset_text(struct ctx *cx, const struct field *field)
{
    struct str preset = str_of(field->preset);
    if (str_is(preset, "__user"))
        return cx->user ? cx->user->name : STR("Administrator");
    if (str_eq_nocase(preset, STR("Today")))
        return call_today(cx);
    if (str_eq_nocase(preset, STR("Now")))
        return call_now(cx);
    return preset;
}

static bool fill(struct ctx *cx, struct doc *doc, size_t f)
{
    const struct field *field = &doc->type->fields[f];
    enum shape shape = field_shape(field);
    if (shape == SHAPE_NONE || shape == SHAPE_ROWS || field->is_root || doc->values[f].kind != VALUE_NULL)
        return true;
    struct str text = STR_NONE;
    if (field->preset)
        text = preset_text(cx, field);
    else if (field->type == SELECT && (!doc->type->title_field || strcmp(doc->type->title_field, field->name) != 0))
        text = first_option(field->options);
    else if (field->type == TIME)
        text = call_now(cx);
    return !text.p || value_from_text(cx, doc->type, field, text, &doc->values[f]);
}

/* As the columns will have it: a number that must not be null is 0, an empty text that must be unique is null. */
static void as_stored(struct doc *doc)
{
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct field *field = &doc->type->fields[f];
        struct value *v = &doc->values[f];
        if (field->unique && v->kind == VALUE_TEXT && !v->text.n)
            *v = VALUE_NONE;
        if (field_is_never_null(field) && v->kind == VALUE_NULL)
            *v = field_is_decimal(field) ? value_of_decimal(DECIMAL_INT(0)) : value_of_int(0);
    }
}

bool presets_fill(struct ctx *cx, struct doc *doc)
{
    for (size_t f = 0; f < doc->type->field_count; f++)
        if (!fill(cx, doc, f))
            return false;
    return true;
}

/* Links that the caller's User Permissions have a value for. */
static void limits_fill(struct save *s, struct doc *doc)
{
    for (size_t f = 0; f < doc->type->field_count; f++) {
        struct str value = STR_NONE;
        if (doc->values[f].kind == VALUE_NULL)
            value = limit_default(s->cx, tree_root(doc)->type, &doc->type->fields[f]);
        if (value.p)
            doc->values[f] = value_of_text(value);
    }
}

/* Rows that hooks add come later: who has a name was filled before. */
bool save_defaults(struct save *s)
{
    for (size_t i = 0; i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        bool empty = doc->is_new && !doc->name.n;
        if (empty && !(s->flags & SAVE_AS_SYSTEM) && limits_any(s->cx))
            limits_fill(s, doc);
        if (empty && !presets_fill(s->cx, doc))
            return false;
        as_stored(doc);
    }
    return true;
}
