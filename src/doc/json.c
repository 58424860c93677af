/* A document as JSON, in Frappe's key order (spec/frappe-api.md 2.5). */
#include "doc_priv.h"

/* "2026-03-01 09:05:07.000000" → without the fraction; one that is not 0 keeps its six digits. */
static struct str without_empty_fraction(struct str text)
{
    return str_ends(text, STR(".000000")) ? str_slice(text, 0, text.n - 7) : text;
}

/* "09:05:00.000000" → "9:05:00" */
static struct str time_shown(struct str text)
{
    struct str t = without_empty_fraction(text);
    return t.n > 1 && t.p[0] == '0' && t.p[1] != ':' ? str_from(t, 1) : t;
}

static void write_text(struct json_out *out, const struct field *field, struct str text)
{
    switch (field_shape(field)) {
    case SHAPE_DATETIME:
        out_text(out, without_empty_fraction(text));
        break;
    case SHAPE_TIME:
        out_text(out, time_shown(text));
        break;
    default:
        out_text(out, text);
    }
}

void value_json(const struct field *field, struct value v, struct json_out *out)
{
    if (v.kind == VALUE_NULL && field_is_never_null(field))
        v = value_of_int(0);
    if (v.kind == VALUE_INT && field_is_decimal(field))
        v = value_of_decimal(DECIMAL_INT(v.number));
    switch (v.kind) {
    case VALUE_NULL:
        out_null(out);
        break;
    case VALUE_INT:
        out_int(out, v.number);
        break;
    case VALUE_DECIMAL:
        if (field_is_decimal(field))
            out_float(out, v.decimal);
        else
            out_int(out, decimal_truncate(v.decimal));
        break;
    case VALUE_TEXT:
        write_text(out, field, v.text);
        break;
    }
}

static void member(struct json_out *out, const struct field *field, struct value v, bool with_nulls)
{
    if (v.kind == VALUE_NULL && !with_nulls && !field_is_never_null(field))
        return;
    out_key(out, str_of(field->name));
    value_json(field, v, out);
}

static bool is_hidden(const struct doc *doc, size_t field)
{
    return doc->unreadable && doc->unreadable[field];
}

static void write_fields(const struct doc *doc, struct json_out *out, bool with_nulls)
{
    for (size_t i = 0; i < doc->type->field_count; i++) {
        const struct field *field = &doc->type->fields[i];
        enum shape shape = field_shape(field);
        bool nothing = field->is_virtual && doc->values[i].kind == VALUE_NULL;
        if (shape != SHAPE_NONE && shape != SHAPE_ROWS && !nothing && !is_hidden(doc, i))
            member(out, field, doc->values[i], with_nulls);
    }
}

static void write_tables(const struct doc *doc, struct json_out *out, bool with_nulls)
{
    for (size_t f = 0; f < doc->type->field_count; f++) {
        const struct doc_rows *rows = &doc->tables[f];
        if (!field_is_table(&doc->type->fields[f]) || is_hidden(doc, f))
            continue;
        out_key(out, str_of(doc->type->fields[f].name));
        out_begin_array(out);
        for (size_t i = 0; i < rows->count; i++)
            doc_json(NULL, rows->rows[i], out, with_nulls);
        out_end_array(out);
    }
}

void doc_json(struct ctx *cx __attribute__((unused)), const struct doc *doc, struct json_out *out, bool with_nulls)
{
    out_begin_object(out);
    for (int i = 0; i < STD_PARENT; i++)
        member(out, &standard_fields[i], standard_value(doc, (enum standard)i), with_nulls);
    write_fields(doc, out, with_nulls);
    for (size_t i = STD_PARENT; i < standard_count(doc->type); i++)
        member(out, &standard_fields[i], standard_value(doc, (enum standard)i), with_nulls);
    out_member_text(out, "doctype", str_of(doc->type->name));
    write_tables(doc, out, with_nulls);
    out_end_object(out);
}
