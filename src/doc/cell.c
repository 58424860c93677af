/* How a stored value is printed: Python's floats, times without a zero fraction, hours without padding. */
#include "cell.h"

enum shape { AS_INT, AS_FLOAT, AS_DATETIME, AS_TIME, AS_TEXT };

static enum shape shape_of(enum field_type type)
{
    switch (type) {
    case INT:
    case LONG_INT:
    case CHECK:
        return AS_INT;
    case CURRENCY:
    case FLOAT:
    case PERCENT:
    case DURATION:
    case RATING:
        return AS_FLOAT;
    case DATETIME:
        return AS_DATETIME;
    case TIME:
        return AS_TIME;
    default:
        return AS_TEXT;
    }
}

static struct str without_zero_fraction(struct str text)
{
    return str_ends(text, STR(".000000")) ? str_slice(text, 0, text.n - 7) : text;
}

static struct str without_padding(struct str time)
{
    return time.n > 1 && *time.p == '0' && time.p[1] != ':' ? str_from(time, 1) : time;
}

static void out_shaped(struct json_out *out, enum shape shape, struct str text)
{
    if (shape == AS_TIME)
        text = without_padding(text);
    out_text(out, shape == AS_TEXT ? text : without_zero_fraction(text));
}

void out_cell(struct json_out *out, enum field_type type, struct rows *rows, unsigned column)
{
    enum shape shape = shape_of(type);
    if (rows_is_null(rows, column))
        out_null(out);
    else if (shape == AS_INT)
        out_int(out, rows_int(rows, column));
    else if (shape == AS_FLOAT)
        out_float_text(out, rows_text(rows, column));
    else
        out_shaped(out, shape, rows_text(rows, column));
}

void out_field_value(struct json_out *out, enum field_type type, struct value v)
{
    switch (v.kind) {
    case VALUE_NULL:
        out_null(out);
        return;
    case VALUE_INT:
        out_int(out, v.number);
        return;
    case VALUE_DECIMAL:
        out_float(out, v.decimal);
        return;
    case VALUE_TEXT:
        out_shaped(out, shape_of(type), v.text);
        return;
    }
}

struct value cell_value(enum field_type type, struct rows *rows, unsigned column)
{
    if (rows_is_null(rows, column))
        return (struct value){ .kind = VALUE_NULL };
    switch (shape_of(type)) {
    case AS_INT:
        return (struct value){ .kind = VALUE_INT, .number = rows_int(rows, column) };
    case AS_FLOAT:
        return (struct value){ .kind = VALUE_DECIMAL, .decimal = rows_decimal(rows, column) };
    default:
        return (struct value){ .kind = VALUE_TEXT, .text = rows_text(rows, column) };
    }
}
