/* A document as JSON, in Frappe's key order (spec/frappe-api.md 2.5). */
#include "doc_priv.h"

static void member(struct json_out *out, const struct field *field, struct value v, bool with_nulls)
{
    if (v.kind == VALUE_NULL && field_is_never_null(field))
        v = value_of_int(0);
    if (v.kind == VALUE_NULL && !with_nulls)
        return;
    out_key(out, str_of(field->name));
    out_field_value(out, field->type, v);
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
    int64_t number;
    bool numbered = type_is_numbered(doc->type) && str_int(doc->name, &number);
    if (numbered)
        member(out, name_column(doc->type), value_of_int(number), with_nulls);
    for (int i = numbered ? STD_OWNER : STD_NAME; i < STD_PARENT; i++)
        member(out, &standard_fields[i], standard_value(doc, (enum standard)i), with_nulls);
    write_fields(doc, out, with_nulls);
    for (size_t i = STD_PARENT; i < standard_count(doc->type); i++)
        member(out, &standard_fields[i], standard_value(doc, (enum standard)i), with_nulls);
    out_member_text(out, "doctype", str_of(doc->type->name));
    write_tables(doc, out, with_nulls);
    out_end_object(out);
}
