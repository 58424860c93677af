/* Operands: the right side of a filter, as it came and coerced for the column it is compared with, by the lenient rules
 * of spec/frappe-api.md 3.4. */
#include "operand.h"

#include "doc_priv.h"

#define NO_DATE "0001-01-01"

/* ---- as it came ------------------------------------------------------------------------------------------------------ */
static bool scalar(struct ctx *cx, const json_t *json, struct str *out)
{
    if (json_is_object(json) || json_is_array(json))
        return throw(cx, &ValidationError, N_("A filter compares with text, numbers or a list of them"));
    *out = json_is_null(json) ? STR_NONE : json_scalar_text(cx->arena, json);
    return true;
}

bool operand_check(struct ctx *cx, const struct operand *o)
{
    return o->count <= OPERAND_VALUES_MOST ||
           throw(cx, &ValidationError, N_("A filter takes at most %d values"), OPERAND_VALUES_MOST);
}

bool operand_of_json(struct ctx *cx, const json_t *json, struct operand *out)
{
    *out = (struct operand){ .is_list = json_is_array(json), .count = json_is_array(json) ? json_array_size(json) : 1 };
    if (!operand_check(cx, out))
        return false;
    out->items = arena_array(cx->arena, out->count + 1, sizeof *out->items);
    for (size_t i = 0; i < out->count; i++)
        if (!scalar(cx, out->is_list ? json_array_get(json, i) : json, &out->items[i]))
            return false;
    return true;
}

struct operand operand_of_text(struct arena *a, struct str text)
{
    struct operand o = { .items = arena_array(a, 1, sizeof *o.items), .count = 1 };
    o.items[0] = text;
    return o;
}

struct operand operand_split(struct arena *a, struct str text, char separator)
{
    struct operand o = { .is_list = true };
    size_t room = 1;
    for (size_t i = 0; i < text.n; i++)
        room += text.p[i] == separator;
    o.items = arena_array(a, room, sizeof *o.items);
    while (str_cut(&text, separator, &o.items[o.count]))
        o.count++;
    return o;
}

struct operand operand_of_lines(struct arena *a, struct str lines)
{
    return operand_split(a, lines, '\n');
}

/* ---- coerced -------------------------------------------------------------------------------------------------------- */
/* Frappe's flt(): commas do not count, junk is 0. */
static struct value to_number(struct arena *a, struct str text)
{
    struct str plain = str_trim(without_commas(a, text));
    struct decimal d;
    int64_t whole;
    if (str_int(plain, &whole))
        return value_of_decimal(DECIMAL_INT(whole));
    return value_of_decimal(decimal_parse(plain, &d) ? d : DECIMAL_INT(0));
}

struct value operand_moment(struct ctx *cx, const struct field *f, int64_t local_us)
{
    struct str datetime = clock_datetime(cx->arena, local_us);
    enum shape shape = field_shape(f);
    return value_of_text(shape == SHAPE_DATE   ? str_slice(datetime, 0, 10)
                         : shape == SHAPE_TIME ? str_from(datetime, 11)
                                               : datetime);
}

bool operand_bound(struct ctx *cx, const struct field *f, struct str text, bool at_end, struct value *out)
{
    int64_t us;
    bool timed;
    *out = value_of_text(STR(""));
    if (field_shape(f) == SHAPE_TIME && time_parse(cx, text, &out->text))
        return true;
    if (!moment_parse(cx, text, DATES_ANYHOW, &us, &timed))
        return throw(cx, &InvalidDates, N_("%.*s is not a valid date string."), STR_ARG(text));
    *out = operand_moment(cx, f, at_end && !timed ? us + INT64_C(86400000000) - 1 : us);
    return true;
}

struct value operand_fallback(const struct field *f)
{
    if (field_is_number(f))
        return value_of_decimal(DECIMAL_INT(0));
    switch (field_shape(f)) {
    case SHAPE_DATE:
        return value_of_text(STR(NO_DATE));
    case SHAPE_DATETIME:
        return value_of_text(STR(NO_DATE " 00:00:00.000000"));
    case SHAPE_TIME:
        return value_of_text(STR("00:00:00.000000"));
    default:
        return value_of_text(STR(""));
    }
}

bool operand_value(struct ctx *cx, const struct field *f, struct str text, struct value *out)
{
    bool empty = str_trim(text).n == 0;
    if (field_shape(f) == SHAPE_TEXT)
        *out = value_of_text(text.p ? text : STR(""));
    else if (field_is_number(f))
        *out = to_number(cx->arena, text);
    else if (empty && field_shape(f) == SHAPE_DATE)
        *out = operand_moment(cx, f, moment_today_us(cx));
    else if (empty)
        *out = operand_fallback(f);
    else
        return operand_bound(cx, f, text, false, out);
    return true;
}
