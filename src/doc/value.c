/* Coercion: the only way of a client's value into a document (spec/frappe-api.md 4.6), and the way back to text. */
#include "doc_priv.h"

struct value value_of_text(struct str text)
{
    return (struct value){ .kind = VALUE_TEXT, .text = text };
}

struct value value_of_int(int64_t number)
{
    return (struct value){ .kind = VALUE_INT, .number = number };
}

struct value value_of_decimal(struct decimal decimal)
{
    return (struct value){ .kind = VALUE_DECIMAL, .decimal = decimal };
}

bool value_is_empty(struct value v)
{
    return v.kind == VALUE_NULL || (v.kind == VALUE_TEXT && !v.text.n);
}

bool value_equal(struct value a, struct value b)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case VALUE_NULL:
        return true;
    case VALUE_INT:
        return a.number == b.number;
    case VALUE_DECIMAL:
        return decimal_compare(a.decimal, b.decimal) == 0;
    case VALUE_TEXT:
        return str_eq(a.text, b.text);
    }
    return false;
}

struct str value_text(struct arena *arena, const struct field *field __attribute__((unused)), struct value v)
{
    switch (v.kind) {
    case VALUE_INT:
        return str_printf(arena, "%lld", (long long)v.number);
    case VALUE_DECIMAL:
        return decimal_text(arena, v.decimal);
    case VALUE_TEXT:
        return v.text;
    case VALUE_NULL:
        break;
    }
    return STR("");
}

/* ---- numbers --------------------------------------------------------------------------------------------------------- */
static void *too_big(struct ctx *cx, const struct doctype *type, const struct field *field, struct str shown)
{
    return throw(cx, &CharacterLengthExceededError,
                 "%s: '<strong>%s</strong>' (%.*s) will get truncated, as max characters allowed is %zu", type->name,
                 field_label(cx->arena, field), STR_ARG(utf8_head(shown, 100)), field_room(field));
}

struct str without_commas(struct arena *arena, struct str s)
{
    if (!str_has(s, ','))
        return s;
    struct buf b = buf_new(arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ',')
            buf_char(&b, s.p[i]);
    return buf_str(&b);
}

/* Digits with at most one sign, point and exponent: a number, if not one that fits. */
static bool is_numeric(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (!strchr("+-.eE", s.p[i]) || (i == 0 && (s.p[i] == 'e' || s.p[i] == 'E')))
            return false;
    }
    return digits > 0;
}

/* Junk is 0, as Frappe has it; a number that is too big is refused. */
static bool decimal_of_text(struct ctx *cx, const struct doctype *type, const struct field *field, struct str s,
                            struct decimal *out)
{
    struct str t = str_trim(without_commas(cx->arena, str_trim(s)));
    if (t.n && t.p[0] == '+')
        t = str_from(t, 1);
    *out = DECIMAL_INT(0);
    if (decimal_parse(t, out))
        return true;
    *out = DECIMAL_INT(0);
    return !is_numeric(t) || str_find(t, STR("e-")) > 0 || str_find(t, STR("E-")) > 0 || too_big(cx, type, field, t);
}

static bool int_fits(const struct field *field, int64_t n)
{
    return !strcmp(field_sql_type(field), "bigint") || (n >= INT32_MIN && n <= INT32_MAX);
}

static bool int_of(struct ctx *cx, const struct doctype *type, const struct field *field, int64_t n, struct value *out)
{
    if (!int_fits(field, n))
        return too_big(cx, type, field, str_printf(cx->arena, "%lld", (long long)n));
    *out = value_of_int(n);
    return true;
}

static bool int_from_text(struct ctx *cx, const struct doctype *type, const struct field *field, struct str s,
                          struct value *out)
{
    int64_t n;
    struct decimal d;
    if (str_int(str_trim(s), &n))
        return int_of(cx, type, field, n, out);
    if (!decimal_of_text(cx, type, field, s, &d))
        return false;
    return int_of(cx, type, field, decimal_truncate(d), out);
}

static bool check_from_text(struct ctx *cx, const struct doctype *type, const struct field *field, struct str s,
                            struct value *out)
{
    if (str_eq_nocase(str_trim(s), STR("true"))) {
        *out = value_of_int(1);
        return true;
    }
    struct decimal d;
    if (!decimal_of_text(cx, type, field, s, &d))
        return false;
    *out = value_of_int(decimal_truncate(d) != 0);
    return true;
}

/* decimal(3,2) of a Rating holds 0 to 1; others decimal(21,9). */
static bool decimal_from_text(struct ctx *cx, const struct doctype *type, const struct field *field, struct str s,
                              struct value *out)
{
    struct decimal d;
    if (!decimal_of_text(cx, type, field, s, &d))
        return false;
    if (field->type == RATING) {
        if (decimal_compare(d, DECIMAL_INT(0)) < 0)
            d = DECIMAL_INT(0);
        if (decimal_compare(d, DECIMAL_INT(1)) > 0)
            d = DECIMAL_INT(1);
        d = decimal_round(d, 2, ROUND_COMMERCIAL);
    }
    *out = value_of_decimal(d);
    return true;
}

/* ---- dates ------------------------------------------------------------------------------------------------------------- */
static bool moment_from_text(struct ctx *cx, const struct field *field, struct str s, struct value *out)
{
    static bool (*const parse[])(struct ctx *, struct str, struct str *) = {
        [SHAPE_DATE] = date_parse, [SHAPE_DATETIME] = datetime_parse, [SHAPE_TIME] = time_parse
    };
    struct str canonical;
    if (!parse[field_shape(field)](cx, s, &canonical))
        return throw(cx, &ValidationError, "%s: \"%.*s\" is not a valid %s", field_label(cx->arena, field),
                     STR_ARG(utf8_head(s, 100)), field_type_name(field->type));
    *out = value_of_text(canonical);
    return true;
}

/* ---- doors --------------------------------------------------------------------------------------------------------------- */
bool value_from_text(struct ctx *cx, const struct doctype *type, const struct field *field, struct str s,
                     struct value *out)
{
    *out = VALUE_NONE;
    switch (field_shape(field)) {
    case SHAPE_TEXT:
        *out = value_of_text(field->type == SELECT ? str_trim(s) : s);
        return true;
    case SHAPE_INT:
        return !str_trim(s).n || int_from_text(cx, type, field, s, out);
    case SHAPE_CHECK:
        return check_from_text(cx, type, field, s, out);
    case SHAPE_DECIMAL:
        return !str_trim(s).n || decimal_from_text(cx, type, field, s, out);
    case SHAPE_DATE:
    case SHAPE_DATETIME:
    case SHAPE_TIME:
        return !str_trim(s).n || moment_from_text(cx, field, s, out);
    case SHAPE_NONE:
    case SHAPE_ROWS:
        break;
    }
    return true;
}

static bool is_moment(const struct field *field)
{
    enum shape shape = field_shape(field);
    return shape == SHAPE_DATE || shape == SHAPE_DATETIME || shape == SHAPE_TIME;
}

struct str json_scalar_text(struct arena *arena, const json_t *json)
{
    if (json_is_true(json))
        return STR("1");
    if (json_is_false(json))
        return STR("0");
    if (json_is_integer(json))
        return str_printf(arena, "%lld", (long long)json_integer_value(json));
    if (json_is_real(json))
        return float_repr(arena, json_real_value(json));
    return str_copy(arena, json_str_of(json));
}

bool value_from_json(struct ctx *cx, const struct doctype *type, const struct field *field, const json_t *json,
                     struct value *out)
{
    *out = VALUE_NONE;
    if (!json || json_is_null(json))
        return true;
    if (json_is_object(json) || json_is_array(json)) {
        if (field->type == JSON) {
            *out = value_of_text(json_print(cx->arena, json));
            return true;
        }
        const char *label = field_label(cx->arena, field);
        return json_is_array(json) ? throw(cx, &ValidationError, "Value for %s cannot be a list", label)
                                   : throw(cx, &ValidationError, "Value for %s cannot be an object", label);
    }
    if (is_moment(field) && !json_is_string(json))
        return moment_from_text(cx, field, json_is_boolean(json) ? STR("true") : json_scalar_text(cx->arena, json),
                                out);
    return value_from_text(cx, type, field, json_scalar_text(cx->arena, json), out);
}

/* ---- columns -------------------------------------------------------------------------------------------------------------- */
struct value value_from_row(struct arena *arena, const struct field *field, struct rows *rows, unsigned column)
{
    if (rows_is_null(rows, column))
        return VALUE_NONE;
    switch (field_shape(field)) {
    case SHAPE_INT:
    case SHAPE_CHECK:
        return value_of_int(rows_int(rows, column));
    case SHAPE_DECIMAL:
        return value_of_decimal(rows_decimal(rows, column));
    case SHAPE_DATETIME:
    case SHAPE_TIME:
        return value_of_text(datetime_canonical(arena, rows_text(rows, column)));
    default:
        return value_of_text(str_copy(arena, rows_text(rows, column)));
    }
}

void value_bind(struct sql *q, const struct field *field, struct value v)
{
    if (v.kind == VALUE_NULL && field_is_never_null(field))
        v = value_of_int(0);
    if (v.kind == VALUE_TEXT && !v.text.n && (field->unique || field->type == JSON))
        v = VALUE_NONE;
    switch (v.kind) {
    case VALUE_NULL:
        sql_null(q);
        break;
    case VALUE_INT:
        sql_int(q, v.number);
        break;
    case VALUE_DECIMAL:
        sql_decimal(q, v.decimal);
        break;
    case VALUE_TEXT:
        sql_text(q, v.text);
        break;
    }
}
