/* Filters: operators, coercion, what NULL means (spec/frappe-api.md 3.4), rendered as SQL or judged in memory. */
#include "filter.h"

#include "column.h"
#include "timespan.h"

#define IN_VALUES_MOST 2000
#define NO_DATE "0001-01-01"

/* How a column compares. */
enum kind { OF_NUMBER, OF_DATE, OF_DATETIME, OF_TIME, OF_TEXT };

static enum kind kind_of(const struct field *f)
{
    if (field_is_number(f))
        return OF_NUMBER;
    if (f->type == DATE)
        return OF_DATE;
    if (f->type == DATETIME)
        return OF_DATETIME;
    return f->type == TIME ? OF_TIME : OF_TEXT;
}

static bool is_stamp(const struct field *f)
{
    return strcmp(f->name, "creation") == 0 || strcmp(f->name, "modified") == 0;
}

/* ---- the right side ------------------------------------------------------------------------------------------------ */
static bool scalar_text(struct ctx *cx, const json_t *json, struct str *out)
{
    switch (json_typeof(json)) {
    case JSON_NULL:
        *out = STR_NONE;
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = json_is_true(json) ? STR("1") : STR("0");
        return true;
    case JSON_STRING:
        *out = (struct str){ json_string_value(json), json_string_length(json) };
        return true;
    case JSON_INTEGER:
        *out = str_printf(cx->arena, "%lld", (long long)json_integer_value(json));
        return true;
    case JSON_REAL:
        *out = float_repr(cx->arena, json_real_value(json));
        return true;
    default:
        return throw(cx, &ValidationError, N_("A filter compares with text, numbers or a list of them"));
    }
}

bool operand_of_json(struct ctx *cx, const json_t *json, struct operand *out)
{
    *out = (struct operand){ .is_list = json_is_array(json), .count = json_is_array(json) ? json_array_size(json) : 1 };
    if (out->count > IN_VALUES_MOST)
        return throw(cx, &ValidationError, N_("A filter takes at most %d values"), IN_VALUES_MOST);
    out->items = arena_array(cx->arena, out->count + 1, sizeof *out->items);
    for (size_t i = 0; i < out->count; i++)
        if (!scalar_text(cx, out->is_list ? json_array_get(json, i) : json, &out->items[i]))
            return false;
    return true;
}

struct operand operand_of_text(struct arena *a, struct str text)
{
    struct operand o = { .items = arena_array(a, 1, sizeof *o.items), .count = 1 };
    o.items[0] = text;
    return o;
}

static struct operand split(struct arena *a, struct str text, char separator)
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
    return split(a, lines, '\n');
}

/* ---- comparing in memory ------------------------------------------------------------------------------------------- */
static struct decimal number_of(struct value v)
{
    if (v.kind == VALUE_DECIMAL)
        return v.decimal;
    return v.kind == VALUE_INT ? DECIMAL_INT(v.number) : DECIMAL_INT(0);
}

static int compare(struct arena *a, const struct field *f, struct value x, struct value y)
{
    switch (kind_of(f)) {
    case OF_NUMBER:
        return decimal_compare(number_of(x), number_of(y));
    case OF_TEXT:
        return text_compare(a, x.text, y.text);
    default:
        return str_compare(x.text, y.text); /* canonical dates sort as bytes */
    }
}

/* ---- coercion ------------------------------------------------------------------------------------------------------ */
static struct value text_value(struct str s)
{
    return (struct value){ .kind = VALUE_TEXT, .text = s.p ? s : STR("") };
}

/* Frappe's flt(): commas do not count, junk is 0. */
static struct value to_number(struct arena *a, struct str text)
{
    struct buf b = buf_new(a, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != ',')
            buf_char(&b, text.p[i]);
    struct str plain = str_trim(buf_str(&b));
    struct value v = { .kind = VALUE_DECIMAL };
    int64_t whole;
    if (str_int(plain, &whole))
        v.decimal = DECIMAL_INT(whole);
    else if (!decimal_parse(plain, &v.decimal))
        v.decimal = DECIMAL_INT(0);
    return v;
}

static bool bad_date(struct ctx *cx, struct str text)
{
    return throw(cx, &InvalidDates, N_("%.*s is not a valid date string."), STR_ARG(text));
}

static struct str time_text(struct arena *a, int64_t us)
{
    return str_from(clock_datetime(a, us), 11);
}

/* `at_end`: a date without a time means its last moment. */
static bool to_moment(struct ctx *cx, const struct field *f, struct str text, bool at_end, struct value *out)
{
    int64_t us;
    bool timed;
    enum kind kind = kind_of(f);
    if (kind == OF_TIME && moment_parse_time(text, &us)) {
        *out = text_value(time_text(cx->arena, us));
        return true;
    }
    if (!moment_parse(cx, text, &us, &timed))
        return bad_date(cx, text);
    if (at_end && !timed)
        us += INT64_C(86400000000) - 1;
    *out = text_value(kind == OF_DATE   ? clock_date(cx->arena, us)
                      : kind == OF_TIME ? time_text(cx->arena, us)
                                        : clock_datetime(cx->arena, us));
    return true;
}

static struct value fallback_of(const struct field *f)
{
    switch (kind_of(f)) {
    case OF_NUMBER:
        return (struct value){ .kind = VALUE_DECIMAL };
    case OF_DATE:
        return text_value(STR(NO_DATE));
    case OF_DATETIME:
        return text_value(STR(NO_DATE " 00:00:00.000000"));
    case OF_TIME:
        return text_value(STR("00:00:00.000000"));
    default:
        return text_value(STR(""));
    }
}

static bool coerce(struct ctx *cx, const struct field *f, struct str text, struct value *out)
{
    enum kind kind = kind_of(f);
    bool empty = str_trim(text).n == 0;
    if (kind == OF_TEXT)
        *out = text_value(text);
    else if (kind == OF_NUMBER)
        *out = to_number(cx->arena, text);
    else if (empty && kind == OF_DATE)
        *out = text_value(clock_date(cx->arena, moment_today_us(cx)));
    else if (empty)
        *out = fallback_of(f);
    else
        return to_moment(cx, f, text, false, out);
    return true;
}

/* ---- operators ----------------------------------------------------------------------------------------------------- */
struct operator;
typedef bool make_term(struct ctx *, const struct operator*, struct operand, struct term *);
struct operator
{
    const char *name;
    enum term_op op;
    make_term *make;
};

static bool order_holds(enum term_op op, int order)
{
    switch (op) {
    case TERM_EQ:
        return order == 0;
    case TERM_NE:
        return order != 0;
    case TERM_GT:
        return order > 0;
    case TERM_GE:
        return order >= 0;
    case TERM_LT:
        return order < 0;
    default:
        return order <= 0;
    }
}

/* Does the column stand in for its fallback while it is NULL? */
static bool null_safe(const struct field *f, enum term_op op, bool value_is_empty)
{
    enum kind kind = kind_of(f);
    if (op == TERM_EQ)
        return value_is_empty;
    if (kind == OF_NUMBER || is_stamp(f))
        return false;
    if (op == TERM_NE)
        return strcmp(f->name, "name") != 0;
    return !((op == TERM_GT || op == TERM_GE) && (kind == OF_DATE || kind == OF_DATETIME));
}

static bool is_empty_value(const struct field *f, struct str raw, struct value v)
{
    return raw.n == 0 || (kind_of(f) == OF_NUMBER && decimal_is_zero(v.decimal));
}

static bool one_value(struct ctx *cx, struct operand in, struct str *out)
{
    if (in.is_list)
        return throw(cx, &ValidationError, N_("This operator compares with one value, not with a list"));
    *out = in.items[0];
    return true;
}

static struct value *values_of(struct arena *a, struct term *t, size_t count)
{
    t->count = count;
    return t->values = arena_array(a, count + 1, sizeof *t->values);
}

static bool make_comparison(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    struct str raw;
    struct value *v = values_of(cx->arena, t, 1);
    if (!one_value(cx, in, &raw) || !coerce(cx, t->field, raw, v))
        return false;
    if (null_safe(t->field, as->op, is_empty_value(t->field, raw, *v)))
        t->null_matches = order_holds(as->op, compare(cx->arena, t->field, fallback_of(t->field), *v));
    return true;
}

/* The client's % and _ count; its backslash is a character like any other. */
static struct str pattern_of(struct arena *a, struct str text)
{
    struct buf b = buf_new(a, text.n * 2 + 1);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\')
            buf_char(&b, '\\');
        buf_char(&b, text.p[i]);
    }
    return buf_str(&b);
}

static bool all_wild(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '%')
            return false;
    return true;
}

static bool make_like(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    struct str raw;
    struct value *v = values_of(cx->arena, t, 1);
    enum kind kind = kind_of(t->field);
    if (!one_value(cx, in, &raw))
        return false;
    if (kind != OF_TEXT && kind != OF_NUMBER && !coerce(cx, t->field, raw, v))
        return false;
    if (kind == OF_TEXT || kind == OF_NUMBER)
        *v = text_value(pattern_of(cx->arena, raw));
    t->null_matches = as->op == TERM_LIKE ? raw.n == 0 : !all_wild(raw);
    return true;
}

static bool make_in(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    struct operand list = in.is_list ? in : split(cx->arena, in.items[0], ',');
    bool has_empty = list.count == 0;
    if (list.count > IN_VALUES_MOST)
        return throw(cx, &ValidationError, N_("A filter takes at most %d values"), IN_VALUES_MOST);
    struct value *v = values_of(cx->arena, t, list.count + 1);
    t->count = 0;
    for (size_t i = 0; i < list.count; i++) {
        struct str item = str_trim(list.items[i]);
        has_empty |= item.n == 0;
        if (item.n == 0 && kind_of(t->field) != OF_TEXT && kind_of(t->field) != OF_NUMBER)
            continue; /* no date is empty but NULL */
        if (!coerce(cx, t->field, item, &v[t->count++]))
            return false;
    }
    if (list.count == 0 && (kind_of(t->field) == OF_TEXT || kind_of(t->field) == OF_NUMBER))
        v[t->count++] = fallback_of(t->field);
    t->null_matches = as->op == TERM_IN ? has_empty : !has_empty;
    return true;
}

static bool make_between(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    (void)as;
    struct value *v = values_of(cx->arena, t, 2);
    enum kind kind = kind_of(t->field);
    for (size_t i = 0; i < 2; i++) {
        struct str raw = in.is_list && i < in.count ? str_trim(in.items[i]) : STR_NONE;
        if (raw.n == 0 && (kind == OF_DATE || kind == OF_DATETIME))
            raw = clock_date(cx->arena, moment_today_us(cx));
        if (kind == OF_DATE || kind == OF_DATETIME ? !to_moment(cx, t->field, raw, i == 1, &v[i])
                                                   : !coerce(cx, t->field, raw, &v[i]))
            return false;
    }
    return true;
}

static bool make_is(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    (void)as;
    struct str raw;
    enum kind kind = kind_of(t->field);
    if (!one_value(cx, in, &raw))
        return false;
    bool set = str_eq_nocase(str_trim(raw), STR("set"));
    if (!set && !str_eq_nocase(str_trim(raw), STR("not set")))
        return throw(cx, &ValidationError, N_("The operator \"is\" takes \"set\" or \"not set\""));
    t->null_matches = !set;
    if (kind == OF_TEXT || kind == OF_NUMBER) {
        *values_of(cx->arena, t, 1) = fallback_of(t->field);
        t->op = set ? TERM_NE : TERM_EQ;
    } else
        t->op = set ? TERM_NOT_NULL : TERM_IS_NULL;
    return true;
}

static bool days_between(struct ctx *cx, struct term *t, int64_t from, int64_t to)
{
    enum kind kind = kind_of(t->field);
    if (kind != OF_DATE && kind != OF_DATETIME)
        return throw(cx, &ValidationError, N_("%s is neither a date nor a time: a span of time does not fit it"),
                     t->field->name);
    struct value *v = values_of(cx->arena, t, 2);
    v[0] = text_value(kind == OF_DATE ? clock_date(cx->arena, from) : clock_datetime(cx->arena, from));
    to += INT64_C(86400000000) - 1;
    v[1] = text_value(kind == OF_DATE ? clock_date(cx->arena, to) : clock_datetime(cx->arena, to));
    return true;
}

static bool make_timespan(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    struct str raw;
    int64_t from, to;
    if (!one_value(cx, in, &raw))
        return false;
    bool known = strcmp(as->name, "timespan") == 0 ? timespan_find(cx, raw, &from, &to)
                                                   : timespan_beside(cx, *as->name == 'n', raw, &from, &to);
    if (!known)
        return throw(cx, &ValidationError, N_("%.*s is not a span of time"), STR_ARG(raw));
    return days_between(cx, t, from, to);
}

static bool make_tree(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    (void)in;
    return throw(cx, &ValidationError, N_("%s: the documents of %s do not form a tree"), as->name,
                 t->field->type == LINK && t->field->options ? t->field->options : t->field->name);
}

static const struct operator operators[] = {
    { "=", TERM_EQ, make_comparison },
    { "!=", TERM_NE, make_comparison },
    { "<>", TERM_NE, make_comparison },
    { ">", TERM_GT, make_comparison },
    { "<", TERM_LT, make_comparison },
    { ">=", TERM_GE, make_comparison },
    { "<=", TERM_LE, make_comparison },
    { "like", TERM_LIKE, make_like },
    { "not like", TERM_NOT_LIKE, make_like },
    { "in", TERM_IN, make_in },
    { "not in", TERM_NOT_IN, make_in },
    { "is", TERM_EQ, make_is },
    { "between", TERM_BETWEEN, make_between },
    { "timespan", TERM_BETWEEN, make_timespan },
    { "previous", TERM_BETWEEN, make_timespan },
    { "next", TERM_BETWEEN, make_timespan },
    { "ancestors of", TERM_IN, make_tree },
    { "descendants of", TERM_IN, make_tree },
    { "not ancestors of", TERM_NOT_IN, make_tree },
    { "not descendants of", TERM_NOT_IN, make_tree },
    { "descendants of (inclusive)", TERM_IN, make_tree },
};

bool term_make(struct ctx *cx, const struct field *f, struct str op, struct operand in, struct term *out)
{
    struct str wanted = op.n ? str_trim(op) : STR("=");
    for (size_t i = 0; i < countof(operators); i++)
        if (str_eq_nocase(wanted, str_of(operators[i].name))) {
            *out = (struct term){ .field = f, .op = operators[i].op };
            return operators[i].make(cx, &operators[i], in, out);
        }
    return throw(cx, &ValidationError,
                 N_("Operator must be one of =, !=, >, <, >=, <=, like, not like, in, not in, is, between, timespan, "
                    "previous, next, ancestors of, descendants of, not ancestors of, not descendants of, descendants "
                    "of (inclusive)"));
}

bool term_of_filter(struct ctx *cx, const struct doctype *type, const struct filter *f, struct term *out)
{
    const struct field *field = column_find(type, str_of(f->field));
    if (!field)
        return bug(cx, "a rule of %s names the unknown field %s", type->name, f->field);
    struct str value = str_of(f->value);
    if (str_is(value, "$user"))
        value = cx->user->name;
    else if (str_is(value, "$today"))
        value = clock_date(cx->arena, moment_today_us(cx));
    bool lines = strcmp(f->op, "in") == 0 || strcmp(f->op, "not in") == 0;
    return term_make(cx, field, str_of(f->op),
                     lines ? operand_of_lines(cx->arena, value) : operand_of_text(cx->arena, value), out);
}

/* ---- judged by the server ------------------------------------------------------------------------------------------ */
static void value_sql(struct sql *q, struct value v)
{
    if (v.kind == VALUE_TEXT)
        sql_text(q, v.text);
    else if (v.kind == VALUE_DECIMAL && v.decimal.units % DECIMAL_ONE == 0 &&
             v.decimal.units / DECIMAL_ONE <= INT64_MAX && v.decimal.units / DECIMAL_ONE >= INT64_MIN)
        sql_int(q, (int64_t)(v.decimal.units / DECIMAL_ONE));
    else
        sql_decimal(q, v.decimal);
}

static void operator_sql(enum term_op op, struct sql *q)
{
    switch (op) {
    case TERM_EQ:
        sql_add(q, " = ");
        break;
    case TERM_NE:
        sql_add(q, " != ");
        break;
    case TERM_GT:
        sql_add(q, " > ");
        break;
    case TERM_GE:
        sql_add(q, " >= ");
        break;
    case TERM_LT:
        sql_add(q, " < ");
        break;
    case TERM_LE:
        sql_add(q, " <= ");
        break;
    case TERM_LIKE:
        sql_add(q, " LIKE ");
        break;
    case TERM_NOT_LIKE:
        sql_add(q, " NOT LIKE ");
        break;
    case TERM_IN:
        sql_add(q, " IN ");
        break;
    case TERM_NOT_IN:
        sql_add(q, " NOT IN ");
        break;
    case TERM_BETWEEN:
        sql_add(q, " BETWEEN ");
        break;
    case TERM_IS_NULL:
        sql_add(q, " IS NULL");
        break;
    case TERM_NOT_NULL:
        sql_add(q, " IS NOT NULL");
        break;
    }
}

static void values_sql(const struct term *t, struct sql *q)
{
    bool list = t->op == TERM_IN || t->op == TERM_NOT_IN;
    if (list)
        sql_add(q, "(");
    for (size_t i = 0; i < t->count; i++) {
        if (i && list)
            sql_add(q, ", ");
        else if (i)
            sql_add(q, " AND ");
        value_sql(q, t->values[i]);
    }
    if (list)
        sql_add(q, ")");
}

/* An IN without values: only NULL can decide. */
static bool is_hollow(const struct term *t)
{
    return t->count == 0 && (t->op == TERM_IN || t->op == TERM_NOT_IN);
}

void term_sql(const struct term *t, struct sql *q, const char *alias)
{
    if (is_hollow(t)) {
        sql_column(q, alias, t->field->name);
        operator_sql(t->null_matches ? TERM_IS_NULL : TERM_NOT_NULL, q);
        return;
    }
    bool either = t->null_matches && t->op != TERM_IS_NULL;
    if (either)
        sql_add(q, "(");
    sql_column(q, alias, t->field->name);
    operator_sql(t->op, q);
    values_sql(t, q);
    if (either) {
        sql_add(q, " OR ");
        sql_column(q, alias, t->field->name);
        sql_add(q, " IS NULL)");
    }
}

/* ---- judged in memory ---------------------------------------------------------------------------------------------- */
static bool is_among(struct arena *a, const struct term *t, struct value v)
{
    for (size_t i = 0; i < t->count; i++)
        if (compare(a, t->field, v, t->values[i]) == 0)
            return true;
    return false;
}

bool term_holds(struct arena *a, const struct term *t, struct value v)
{
    if (v.kind == VALUE_NULL)
        return t->null_matches;
    switch (t->op) {
    case TERM_IS_NULL:
        return false;
    case TERM_NOT_NULL:
        return true;
    case TERM_IN:
        return is_among(a, t, v);
    case TERM_NOT_IN:
        return is_hollow(t) ? !t->null_matches : !is_among(a, t, v);
    case TERM_BETWEEN:
        return compare(a, t->field, v, t->values[0]) >= 0 && compare(a, t->field, v, t->values[1]) <= 0;
    default:
        return order_holds(t->op, compare(a, t->field, v, t->values[0]));
    }
}
