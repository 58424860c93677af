/* Terms are made here: operators, and what NULL means to each (spec/frappe-api.md 3.4). */
#include "term.h"

#include "doc_priv.h"
#include "timespan.h"

static bool is_moment(const struct field *f)
{
    return field_shape(f) != SHAPE_TEXT && !field_is_number(f);
}

static bool is_day(const struct field *f)
{
    return field_shape(f) == SHAPE_DATE || field_shape(f) == SHAPE_DATETIME;
}

static bool is_stamp(const struct field *f)
{
    return strcmp(f->name, "creation") == 0 || strcmp(f->name, "modified") == 0;
}

struct operator;
typedef bool make_term(struct ctx *, const struct operator*, struct operand, struct term *);
struct operator
{
    const char *name;
    enum term_op op;
    make_term *make;
};

/* Does the column stand in for its fallback while it is NULL? */
static bool null_safe(const struct field *f, enum term_op op, bool value_is_empty)
{
    if (op == TERM_EQ)
        return value_is_empty;
    if (field_is_number(f) || is_stamp(f))
        return false;
    if (op == TERM_NE)
        return strcmp(f->name, "name") != 0;
    return !((op == TERM_GT || op == TERM_GE) && is_day(f));
}

static bool is_empty_value(const struct field *f, struct str raw, struct value v)
{
    return raw.n == 0 || (field_is_number(f) && decimal_is_zero(v.decimal));
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
    if (!one_value(cx, in, &raw) || !operand_value(cx, t->field, raw, v))
        return false;
    if (null_safe(t->field, as->op, is_empty_value(t->field, raw, *v)))
        t->null_matches = order_holds(as->op, value_compare(cx->arena, t->field, operand_fallback(t->field), *v));
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
    if (!one_value(cx, in, &raw))
        return false;
    if (is_moment(t->field) && !operand_value(cx, t->field, raw, v))
        return false;
    if (!is_moment(t->field))
        *v = value_of_text(pattern_of(cx->arena, raw));
    t->null_matches = as->op == TERM_LIKE ? raw.n == 0 : !all_wild(raw);
    return true;
}

static bool make_in(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    struct operand list = in.is_list ? in : operand_split(cx->arena, in.items[0], ',');
    bool has_empty = list.count == 0;
    if (!operand_check(cx, &list))
        return false;
    struct value *v = values_of(cx->arena, t, list.count + 1);
    t->count = 0;
    for (size_t i = 0; i < list.count; i++) {
        struct str item = str_trim(list.items[i]);
        has_empty |= item.n == 0;
        if (item.n == 0 && is_moment(t->field))
            continue; /* no date is empty but NULL */
        if (!operand_value(cx, t->field, item, &v[t->count++]))
            return false;
    }
    if (list.count == 0 && !is_moment(t->field))
        v[t->count++] = operand_fallback(t->field);
    t->null_matches = as->op == TERM_IN ? has_empty : !has_empty;
    return true;
}

/* Of days a bound that is missing is today, as are both of what is no list; more than two do not count. */
static bool make_between(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    bool days = is_day(t->field);
    if (!days && (!in.is_list || in.count != 2))
        return throw(cx, &ValidationError, N_("The operator \"%s\" takes two values: from and to"), as->name);
    struct value *v = values_of(cx->arena, t, 2);
    for (size_t i = 0; i < 2; i++) {
        struct str raw = in.is_list && i < in.count ? str_trim(in.items[i]) : STR_NONE;
        if (raw.n == 0 && days)
            raw = clock_date(cx->arena, moment_today_us(cx));
        if (days ? !operand_bound(cx, t->field, raw, i == 1, &v[i]) : !operand_value(cx, t->field, raw, &v[i]))
            return false;
    }
    return true;
}

static bool make_is(struct ctx *cx, const struct operator* as, struct operand in, struct term *t)
{
    (void)as;
    struct str raw;
    if (!one_value(cx, in, &raw))
        return false;
    bool set = str_eq_nocase(str_trim(raw), STR("set"));
    if (!set && !str_eq_nocase(str_trim(raw), STR("not set")))
        return throw(cx, &ValidationError, N_("The operator \"is\" takes \"set\" or \"not set\""));
    t->null_matches = !set;
    if (!is_moment(t->field)) {
        *values_of(cx->arena, t, 1) = operand_fallback(t->field);
        t->op = set ? TERM_NE : TERM_EQ;
    } else
        t->op = set ? TERM_NOT_NULL : TERM_IS_NULL;
    return true;
}

static bool days_between(struct ctx *cx, struct term *t, int64_t from, int64_t to)
{
    if (!is_day(t->field))
        return throw(cx, &ValidationError, N_("%s is neither a date nor a time: a span of time does not fit it"),
                     t->field->name);
    struct value *v = values_of(cx->arena, t, 2);
    v[0] = operand_moment(cx, t->field, from);
    v[1] = operand_moment(cx, t->field, to + INT64_C(86400000000) - 1);
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
