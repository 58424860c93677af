/* How a value is printed on the wire (spec/frappe-api.md 2.5): Python's floats, times without a zero fraction, hours
 * without padding. */
#include "doc_priv.h"

static struct str without_zero_fraction(struct str text)
{
    return str_ends(text, STR(".000000")) ? str_slice(text, 0, text.n - 7) : text;
}

/* "09:05:00" → "9:05:00" */
static struct str without_padding(struct str time)
{
    return time.n > 1 && time.p[0] == '0' && time.p[1] != ':' ? str_from(time, 1) : time;
}

static void out_shaped(struct json_out *out, enum shape shape, struct str text)
{
    if (shape == SHAPE_TIME)
        text = without_padding(text);
    out_text(out, shape == SHAPE_TIME || shape == SHAPE_DATETIME ? without_zero_fraction(text) : text);
}

void out_cell(struct json_out *out, enum field_type type, struct rows *rows, unsigned column)
{
    enum shape shape = type_shape(type);
    if (rows_is_null(rows, column))
        out_null(out);
    else if (shape == SHAPE_INT || shape == SHAPE_CHECK)
        out_int(out, rows_int(rows, column));
    else if (shape == SHAPE_DECIMAL)
        out_float_text(out, rows_text(rows, column));
    else
        out_shaped(out, shape, rows_text(rows, column));
}

void out_field_value(struct json_out *out, enum field_type type, struct value v)
{
    bool is_decimal = type_shape(type) == SHAPE_DECIMAL;
    switch (v.kind) {
    case VALUE_NULL:
        out_null(out);
        break;
    case VALUE_INT:
        if (is_decimal)
            out_float(out, DECIMAL_INT(v.number));
        else
            out_int(out, v.number);
        break;
    case VALUE_DECIMAL:
        if (is_decimal)
            out_float(out, v.decimal);
        else
            out_int(out, decimal_truncate(v.decimal));
        break;
    case VALUE_TEXT:
        out_shaped(out, type_shape(type), v.text);
        break;
    }
}
