/* What a document must fulfil before it is written (spec/frappe-api.md 4.6). Only what is new or changed is judged, so
 * that an old fault does not stand in the way of an unrelated change; mandatory fields always are. */
#include "doc_priv.h"

struct checked {
    struct ctx *cx;
    struct doc *doc;
    const struct field *field;
    struct value *value;
    const struct value *before; /* NULL: new */
    const char *label;
};

static const char *row_word(struct checked *c)
{
    return tr(c->cx, N_("Row"));
}

/* ---- one value ------------------------------------------------------------------------------------------------------------ */
static struct str options_shown(struct arena *arena, const char *options)
{
    struct buf b = buf_new(arena, 64 << 10);
    struct str rest = str_of(options), line;
    for (bool first = true; str_cut(&rest, '\n', &line); first = false)
        buf_printf(&b, "%s%.*s", first ? "" : "\", \"", STR_ARG(str_trim(line)));
    return buf_str(&b);
}

static bool check_select(struct checked *c)
{
    if (c->field->type != SELECT || !c->field->options || !c->value->text.n || !strcmp(c->field->name, "naming_series"))
        return true;
    struct str rest = str_of(c->field->options), line;
    while (str_cut(&rest, '\n', &line))
        if (str_eq(str_trim(line), c->value->text))
            return true;
    const char *prefix =
        c->doc->type->is_child ? arena_printf(c->cx->arena, "%s #%lld:", row_word(c), (long long)c->doc->idx) : "";
    return throw(c->cx, &ValidationError, "%s %s cannot be \"%.*s\". It should be one of \"%.*s\"", prefix, c->label,
                 STR_ARG(c->value->text), STR_ARG(options_shown(c->cx->arena, c->field->options)));
}

static bool is_negative(struct value v)
{
    return (v.kind == VALUE_INT && v.number < 0) ||
           (v.kind == VALUE_DECIMAL && decimal_compare(v.decimal, DECIMAL_INT(0)) < 0);
}

static bool check_sign(struct checked *c)
{
    if (!c->field->non_negative || !is_negative(*c->value))
        return true;
    if (c->doc->type->is_child)
        return throw(c->cx, &NonNegativeError,
                     "<strong>%s</strong> Row #%lld: Value cannot be negative for <strong>%s</strong>",
                     c->doc->type->name, (long long)c->doc->idx, c->label);
    return throw(c->cx, &NonNegativeError, "Value cannot be negative for %s: <strong>%s</strong>", c->doc->type->name,
                 c->label);
}

static bool check_length(struct checked *c)
{
    size_t room = field_room(c->field);
    if (c->value->kind != VALUE_TEXT || !room || field_shape(c->field) != SHAPE_TEXT)
        return true;
    struct str text = c->value->text;
    bool in_characters = !strcmp(field_sql_type(c->field), "varchar");
    if (text.n <= room || (in_characters && utf8_length(text) <= room))
        return true;
    struct str reference =
        c->doc->type->is_child
            ? str_printf(c->cx->arena, "%s, %s %lld", c->doc->type->name, row_word(c), (long long)c->doc->idx)
            : str_printf(c->cx->arena, "%s %.*s", c->doc->type->name, STR_ARG(c->doc->name));
    return throw(c->cx, &CharacterLengthExceededError,
                 "%.*s: '<strong>%s</strong>' (%.*s) will get truncated, as max characters allowed is %zu",
                 STR_ARG(reference), c->label, STR_ARG(utf8_head(text, 200)), room);
}

/* ---- Data with a meaning -------------------------------------------------------------------------------------------------- */
static bool is_email(struct str s)
{
    ptrdiff_t at = str_index(s, '@');
    if (at < 1 || has_control(s) || str_has(s, ' ') || str_has(s, '<') || str_has(s, '>'))
        return false;
    struct str domain = str_from(s, (size_t)at + 1);
    ptrdiff_t dot = str_index(domain, '.');
    return dot > 0 && (size_t)dot + 1 < domain.n && !str_has(domain, '@');
}

static bool is_url(struct str s)
{
    ptrdiff_t scheme = str_find(s, STR("://"));
    return (scheme > 0 && (size_t)scheme + 3 < s.n && !str_has(s, ' ') && !has_control(s)) || str_starts(s, STR("/"));
}

static bool is_phone(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (!strchr(" +_-,.()*#/", s.p[i]))
            return false;
    }
    return digits > 0 && s.n <= 40;
}

static bool is_person_name(struct str s)
{
    return !has_control(s) && !str_has(s, '<') && !str_has(s, '>') && !str_has(s, '{') && !str_has(s, '}');
}

static bool check_meaning(struct checked *c)
{
    static const struct {
        const char *option;
        bool (*holds)(struct str);
        const struct exc *kind;
    } meanings[] = {
        { "Email", is_email, &InvalidEmailAddressError },
        { "URL", is_url, &ValidationError },
        { "Phone", is_phone, &InvalidPhoneNumberError },
        { "Name", is_person_name, &InvalidNameError },
    };
    const char *option = c->field->type == PHONE ? "Phone" : c->field->type == DATA ? c->field->options : NULL;
    struct str text = c->value->kind == VALUE_TEXT ? str_trim(c->value->text) : STR_NONE;
    for (size_t i = 0; option && text.n && i < countof(meanings); i++)
        if (!strcmp(option, meanings[i].option) && !meanings[i].holds(text))
            return throw(c->cx, meanings[i].kind, "%s: \"%.*s\" is not valid (%s)", c->label,
                         STR_ARG(html_escape(c->cx->arena, utf8_head(text, 100)).text), option);
    return true;
}

static bool check_json(struct checked *c)
{
    struct str why;
    if (c->field->type != JSON || value_is_empty(*c->value) ||
        json_read(c->cx->arena, c->value->text, &json_limits_default, &why))
        return true;
    return throw(c->cx, &ValidationError, "%s is not valid JSON: %.*s", c->label, STR_ARG(why));
}

/* ---- HTML --------------------------------------------------------------------------------------------------------------------- */
static bool takes_html(const struct field *field)
{
    switch (field->type) {
    case CODE:
    case MARKDOWN_EDITOR:
    case JSON:
    case PASSWORD:
    case ATTACH:
    case ATTACH_IMAGE:
    case BARCODE:
    case GEOLOCATION:
    case SELECT:
    case LINK:
    case DYNAMIC_LINK:
        return false;
    default:
        return field_shape(field) == SHAPE_TEXT;
    }
}

/* "a < b" and "x <3" are no markup; "<b", "</b", "<!--" and "<?" are. */
static bool has_markup(struct str s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        char next = s.p[i + 1];
        bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
        if (s.p[i] == '<' && (letter || next == '/' || next == '!' || next == '?'))
            return true;
    }
    return false;
}

static bool sanitise(struct checked *c)
{
    bool email = c->field->type == DATA && c->field->options && !strcmp(c->field->options, "Email");
    if (c->value->kind != VALUE_TEXT || c->field->ignore_xss_filter || email || !takes_html(c->field) ||
        !has_markup(c->value->text))
        return true;
    c->value->text =
        html_sanitize(c->cx->arena, c->value->text, &(const struct markdown_options){ .remote_images = true }).text;
    return true;
}

/* ---- what may not change -------------------------------------------------------------------------------------------------------- */
static bool check_constant(struct checked *c)
{
    if (!c->field->set_only_once || !c->before || value_is_empty(*c->before))
        return true;
    return throw(c->cx, &CannotChangeConstantError, "Value cannot be changed for <strong>%s</strong>", c->label);
}

static bool check_submitted(struct checked *c)
{
    const struct doc *before = c->doc->before;
    if (!before || before->docstatus != 1 || c->doc->docstatus != 1 || c->field->allow_on_submit ||
        c->field->server_managed)
        return true;
    struct arena *arena = c->cx->arena;
    return throw(c->cx, &UpdateAfterSubmitError,
                 "%.*s Not allowed to change <strong>%s</strong> after submission from <strong>%.*s</strong> to "
                 "<strong>%.*s</strong>",
                 STR_ARG(row_prefix(c->cx, c->doc)), c->label,
                 STR_ARG(html_escape(arena, value_text(arena, c->field, *c->before)).text),
                 STR_ARG(html_escape(arena, value_text(arena, c->field, *c->value)).text));
}

/* Rows of a submitted document neither come nor go (Frappe falls over a new one; here it is refused). */
static bool check_submitted_rows(struct ctx *cx, const struct doc *doc, size_t f)
{
    const struct field *field = &doc->type->fields[f];
    const struct doc_rows *rows = &doc->tables[f];
    if (!doc->before || doc->before->docstatus != 1 || doc->docstatus != 1 || field->allow_on_submit ||
        field->server_managed)
        return true;
    bool same = rows->count == doc->before->tables[f].count;
    for (size_t i = 0; same && i < rows->count; i++)
        same = rows->rows[i]->before != NULL;
    if (same)
        return true;
    throw(cx, &UpdateAfterSubmitError, "Not allowed to add or remove rows of <strong>%s</strong> after submission",
          field_label(cx->arena, field));
    return error_of_field(cx, field);
}

static bool (*const checks[])(struct checked *) = { check_constant, check_submitted, check_select, check_sign,
                                                    check_meaning,  check_json,      sanitise,     check_length };

static bool check_fields(struct ctx *cx, struct doc *doc)
{
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct field *field = &doc->type->fields[f];
        const struct value *before = doc->before ? &doc->before->values[f] : NULL;
        enum shape shape = field_shape(field);
        if (shape == SHAPE_ROWS && !check_submitted_rows(cx, doc, f))
            return false;
        if (shape == SHAPE_NONE || shape == SHAPE_ROWS || (before && value_equal(*before, doc->values[f])))
            continue;
        struct checked c = { cx, doc, field, &doc->values[f], before, field_label(cx->arena, field) };
        for (size_t i = 0; i < countof(checks); i++)
            if (!checks[i](&c))
                return error_of_field(cx, field);
    }
    return true;
}

/* ---- mandatory -------------------------------------------------------------------------------------------------------------------- */
/* Something is left when tags are taken away; an image counts. */
static bool has_words(struct str s)
{
    bool in_tag = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<' && has_markup(str_slice(s, i, i + 2)))
            in_tag = true;
        else if (!in_tag && !strchr(" \t\r\n", s.p[i]))
            return true;
        else if (s.p[i] == '>')
            in_tag = false;
    }
    return str_find(s, STR("<img")) >= 0;
}

static bool has_content(const struct doc *doc, size_t f)
{
    const struct field *field = &doc->type->fields[f];
    if (field_is_table(field))
        return doc->tables[f].count > 0;
    struct value v = doc->values[f];
    bool as_it_is = field->type == CODE || field->type == MARKDOWN_EDITOR;
    return v.kind == VALUE_TEXT ? (as_it_is ? str_trim(v.text).n > 0 : has_words(v.text)) : v.kind != VALUE_NULL;
}

static void note_missing(struct ctx *cx, const struct doc *doc, const struct field *field)
{
    const char *label = field_label(cx->arena, field);
    if (field_is_table(field))
        note(cx, NULL, N_("Error: Data missing in table: %s"), label);
    else if (doc->type->is_child)
        note(cx, NULL, N_("Error: <strong>%s</strong> Row #%lld: Value missing for: %s"), doc->type->name,
             (long long)doc->idx, label);
    else
        note(cx, NULL, N_("Error: Value missing for %s: %s"), doc->type->name, label);
}

static bool check_mandatory(struct save *s)
{
    struct ctx *cx = s->cx;
    struct buf missing = buf_new(cx->arena, 64 << 10);
    const struct field *first = NULL;
    for (size_t i = 0; i < s->docs.count; i++) {
        const struct doc *doc = s->docs.docs[i];
        for (size_t f = 0; f < doc->type->field_count; f++) {
            const struct field *field = &doc->type->fields[f];
            if (!field->reqd || field->is_virtual || has_content(doc, f))
                continue;
            note_missing(cx, doc, field);
            first = first ? first : field;
            buf_printf(&missing, "%s%s", missing.n ? ", " : "", field->name);
        }
    }
    if (!missing.n)
        return true;
    throw_quiet(cx, &MandatoryError);
    cx->err.detail = str_printf(cx->arena, "[%s, %.*s]: %.*s", s->top->type->name, STR_ARG(s->top->name),
                                STR_ARG(buf_str(&missing)));
    return error_of_field(cx, first);
}

bool save_checks(struct save *s)
{
    if (s->top->docstatus == 2)
        return true;
    if (!check_mandatory(s))
        return false;
    for (size_t i = 0; i < s->docs.count; i++)
        if (!check_fields(s->cx, s->docs.docs[i]))
            return false;
    return true;
}

/* ---- secrets ------------------------------------------------------------------------------------------------------------------------ */
struct secret {
    struct secret *next;
    const struct doc *doc;
    const char *field;
    struct str text;
};

static bool is_mask(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '*')
            return false;
    return s.n > 0;
}

static struct str mask_of(struct arena *arena, struct str text)
{
    size_t stars = utf8_length(text);
    char *mask = arena_alloc(arena, stars + 1);
    memset(mask, '*', stars);
    return (struct str){ mask, stars };
}

/* A row of stars is what clients read: it changes nothing. The text goes to __Auth, stars to the column. */
static void take_secret(struct save *s, struct doc *doc, size_t f)
{
    struct value *v = &doc->values[f];
    const struct value *before = doc->before ? &doc->before->values[f] : NULL;
    struct str text = v->kind == VALUE_TEXT ? v->text : STR("");
    if (is_mask(text)) {
        *v = before ? *before : VALUE_NONE;
        return;
    }
    if (!text.n && (!before || value_is_empty(*before)))
        return;
    struct secret *secret = arena_new_of(s->cx->arena, struct secret);
    *secret = (struct secret){ .next = s->secrets, .doc = doc, .field = doc->type->fields[f].name, .text = text };
    s->secrets = secret;
    *v = text.n ? value_of_text(mask_of(s->cx->arena, text)) : VALUE_NONE;
}

bool save_secrets_taken(struct save *s)
{
    for (size_t i = 0; i < s->docs.count; i++)
        for (size_t f = 0; f < s->docs.docs[i]->type->field_count; f++)
            if (s->docs.docs[i]->type->fields[f].type == PASSWORD && !s->docs.docs[i]->type->fields[f].is_virtual)
                take_secret(s, s->docs.docs[i], f);
    return true;
}

bool save_secrets_stored(struct save *s)
{
    for (const struct secret *one = s->secrets; one; one = one->next)
        if (!secret_set(s->cx, str_of(one->doc->type->name), one->doc->name, one->field, one->text))
            return false;
    return true;
}
