/* Schemas: a field as JSON Schema, a DocType as it is read and as it is sent (spec/frappe-api.md section 2.5). */
#include "openapi_priv.h"

/* ---- names ---------------------------------------------------------------------------------------------------------- */
struct str openapi_key(struct arena *a, const struct doctype *type)
{
    struct buf key = buf_new(a, 4096);
    for (const char *c = type->name; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-';
        if (plain)
            buf_char(&key, *c);
        else if (*c == ' ')
            buf_char(&key, '_');
        else
            buf_printf(&key, ".%02X", (unsigned)(unsigned char)*c);
    }
    return buf_str(&key);
}

static struct str input_key(struct arena *a, const struct doctype *type)
{
    return str_printf(a, "%.*s.input", STR_ARG(openapi_key(a, type)));
}

void openapi_ref(struct json_out *out, const char *kind, struct str key)
{
    out_begin_object(out);
    out_key(out, STR("$ref"));
    struct buf *b = out->buf;
    buf_printf(b, "\"#/components/%s/%.*s\"", kind, STR_ARG(key));
    out->need_comma = true;
    out_end_object(out);
}

const struct offer *openapi_rows_of(const struct openapi *o, const struct field *f)
{
    return f->options ? offer_named(o->offers, o->offer_count, str_of(f->options)) : NULL;
}

/* ---- types ---------------------------------------------------------------------------------------------------------- */
/* How values of a field type look; numbers of columns are never null, texts may be. */
static const struct look {
    const char *type;
    bool nullable;
    const char *format, *pattern, *about;
} looks[FIELD_TYPES] = {
    [INT] = { "integer" },
    [LONG_INT] = { "integer", .nullable = true, .format = "int64" },
    [CHECK] = { "integer" },
    [CURRENCY] = { "number", .format = "decimal" },
    [FLOAT] = { "number", .format = "double" },
    [PERCENT] = { "number", .format = "double" },
    [DURATION] = { "number", .nullable = true, .about = "Seconds." },
    [RATING] = { "number", .nullable = true, .about = "From 0 to 1." },
    [DATE] = { "string", .nullable = true, .format = "date" },
    [DATETIME] = { "string", .nullable = true, .pattern = "^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}(\\.\\d{6})?$",
                   .about = "Local time of the school." },
    [TIME] = { "string", .nullable = true, .pattern = "^\\d{1,2}:\\d{2}:\\d{2}(\\.\\d{6})?$" },
    [PASSWORD] = { "string", .nullable = true, .format = "password", .about = "Read as asterisks." },
    [JSON] = { "string", .nullable = true, .about = "JSON as text." },
    [MARKDOWN_EDITOR] = { "string", .nullable = true, .about = "Markdown." },
    [HTML_EDITOR] = { "string", .nullable = true, .about = "HTML." },
    [TEXT_EDITOR] = { "string", .nullable = true, .about = "HTML." },
};

static const struct look text_look = { "string", .nullable = true };

static const struct look *look_of(const struct field *f)
{
    return looks[f->type].type ? &looks[f->type] : &text_look;
}

static bool is_key(const struct field *f)
{
    return field_is_standard(f) && strcmp(f->name, "name") == 0;
}

static void type_of(struct json_out *out, const struct look *look, bool nullable)
{
    out_key(out, STR("type"));
    if (!nullable) {
        out_text(out, str_of(look->type));
        return;
    }
    out_begin_array(out);
    out_text(out, str_of(look->type));
    out_text(out, STR("null"));
    out_end_array(out);
}

/* The lines of a Select; whether it must be filled or not, empty is what it may hold before. */
static void choices(struct json_out *out, const struct field *f, bool nullable)
{
    struct str rest = str_of(f->options), line;
    bool empty_said = false;
    out_key(out, STR("enum"));
    out_begin_array(out);
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n || !empty_said)
            out_text(out, line);
        empty_said |= !line.n;
    }
    if (!empty_said && !f->reqd)
        out_text(out, STR(""));
    if (nullable)
        out_null(out);
    out_end_array(out);
}

static bool has_choices(const struct field *f)
{
    return f->type == SELECT && f->options && *f->options && strcmp(f->name, "naming_series") != 0;
}

/* ---- words ---------------------------------------------------------------------------------------------------------- */
static void add_sentence(struct buf *b, struct str sentence)
{
    if (b->n)
        buf_char(b, ' ');
    buf_add(b, sentence);
}

static bool is_link(const struct openapi *o, const struct field *f)
{
    return f->type == LINK && f->options && offer_named(o->offers, o->offer_count, str_of(f->options));
}

/* The label, what it points to, what its type means. */
static void description(const struct openapi *o, const struct field *f)
{
    struct arena *a = o->cx->arena;
    struct buf b = buf_new(a, 4096);
    buf_printf(&b, "%s.", field_label(a, f));
    if (is_link(o, f))
        add_sentence(&b, str_printf(a, "Name of a document of %s.", f->options));
    if (look_of(f)->about)
        add_sentence(&b, str_of(look_of(f)->about));
    if (f->unique)
        add_sentence(&b, STR("Unique."));
    if (f->set_only_once)
        add_sentence(&b, STR("Never changed once set."));
    out_member_text(o->out, "description", buf_str(&b));
}

static void member_true(struct json_out *out, const char *key)
{
    out_key(out, str_of(key));
    out_bool(out, true);
}

/* ---- fields --------------------------------------------------------------------------------------------------------- */
static void preset(const struct openapi *o, const struct field *f)
{
    struct str text = str_of(f->preset);
    bool moving = str_eq_nocase(text, STR("Today")) || str_eq_nocase(text, STR("Now")) || str_is(text, "__user") ||
                  str_starts(text, STR(":"));
    if (!f->preset || moving)
        return;
    out_key(o->out, STR("default"));
    if (field_is_decimal(f))
        out_float_text(o->out, text);
    else if (field_is_number(f))
        out_raw(o->out, text);
    else
        out_text(o->out, text);
}

static void limits(const struct openapi *o, const struct field *f, bool nullable)
{
    const struct look *look = look_of(f);
    if (look->format)
        out_member_text(o->out, "format", str_of(look->format));
    if (look->pattern)
        out_member_text(o->out, "pattern", str_of(look->pattern));
    if (has_choices(f))
        choices(o->out, f, nullable);
    else if (field_length(f))
        out_member_int(o->out, "maxLength", (int64_t)field_length(f));
    if (f->type == CHECK)
        openapi_member(o->out, "enum", JSON_TEXT([ 0, 1 ]));
    if (f->non_negative && field_is_number(f))
        out_member_int(o->out, "minimum", 0);
}

static void scalar(const struct openapi *o, const struct field *f, bool sent)
{
    bool nullable = look_of(f)->nullable && !is_key(f) && !(sent && f->reqd);
    out_begin_object(o->out);
    type_of(o->out, look_of(f), nullable);
    limits(o, f, nullable);
    description(o, f);
    if (sent)
        preset(o, f);
    else if (f->server_managed || f->is_root || field_is_standard(f))
        member_true(o->out, "readOnly");
    if (is_link(o, f))
        out_member_text(o->out, "x-link", str_of(f->options));
    out_end_object(o->out);
}

static void rows(const struct openapi *o, const struct field *f, const struct offer *child, bool sent)
{
    struct arena *a = o->cx->arena;
    out_begin_object(o->out);
    out_member_text(o->out, "type", STR("array"));
    description(o, f);
    if (!sent && f->server_managed)
        member_true(o->out, "readOnly");
    out_key(o->out, STR("items"));
    openapi_ref(o->out, "schemas", sent ? input_key(a, child->type) : openapi_key(a, child->type));
    out_end_object(o->out);
}

void openapi_argument_schema(const struct openapi *o, const struct field *f)
{
    if (f->type != JSON) {
        scalar(o, f, true);
        return;
    }
    out_begin_object(o->out);
    out_member_text(o->out, "description", str_printf(o->cx->arena, "%s: JSON.", field_label(o->cx->arena, f)));
    out_end_object(o->out);
}

/* ---- DocTypes ------------------------------------------------------------------------------------------------------- */
static void property(const struct openapi *o, const struct field *f, bool sent)
{
    const struct offer *child = field_is_table(f) ? openapi_rows_of(o, f) : NULL;
    if (field_is_table(f) && (!child || (sent && !child->writable)))
        return;
    out_key(o->out, str_of(f->name));
    if (child)
        rows(o, f, child, sent);
    else
        scalar(o, f, sent);
}

static void title(const struct openapi *o, const struct doctype *type)
{
    out_member_text(o->out, "title", str_of(type->name));
    if (type->about)
        out_member_text(o->out, "description", str_of(type->about));
    out_member_text(o->out, "type", STR("object"));
}

static void example(const struct openapi *o, const struct offer *offer, bool sent)
{
    out_key(o->out, STR("examples"));
    out_begin_array(o->out);
    openapi_document_example(o, offer, sent);
    out_end_array(o->out);
}

static void as_read(const struct openapi *o, const struct offer *offer)
{
    out_key(o->out, openapi_key(o->cx->arena, offer->type));
    out_begin_object(o->out);
    title(o, offer->type);
    openapi_begin(o->out, "properties");
    for (size_t i = 0; i < offer->field_count; i++)
        property(o, offer->fields[i], false);
    openapi_begin(o->out, "doctype");
    out_member_text(o->out, "const", str_of(offer->type->name));
    out_end_object(o->out);
    out_end_object(o->out);
    example(o, offer, false);
    out_end_object(o->out);
}

static void as_sent(const struct openapi *o, const struct offer *offer)
{
    out_key(o->out, input_key(o->cx->arena, offer->type));
    out_begin_object(o->out);
    title(o, offer->type);
    openapi_begin(o->out, "properties");
    for (size_t i = 0; i < offer->field_count; i++)
        if (offer_takes(o->cx, offer, offer->fields[i]))
            property(o, offer->fields[i], true);
    out_end_object(o->out);
    example(o, offer, true);
    out_end_object(o->out);
}

void openapi_doctype_schemas(const struct openapi *o)
{
    for (size_t i = 0; i < o->offer_count; i++) {
        as_read(o, &o->offers[i]);
        if (o->offers[i].writable)
            as_sent(o, &o->offers[i]);
    }
}
