/* The two judges of a term: the server, by SQL, and memory. */
#include "doc_priv.h"
#include "term.h"

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
static struct decimal number_of(struct value v)
{
    if (v.kind == VALUE_DECIMAL)
        return v.decimal;
    return v.kind == VALUE_INT ? DECIMAL_INT(v.number) : DECIMAL_INT(0);
}

int value_compare(struct arena *a, const struct field *f, struct value x, struct value y)
{
    if (field_is_number(f))
        return decimal_compare(number_of(x), number_of(y));
    return field_shape(f) == SHAPE_TEXT ? text_compare(a, x.text, y.text)
                                        : str_compare(x.text, y.text); /* canonical dates sort as bytes */
}

bool order_holds(enum term_op op, int order)
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

static bool is_among(struct arena *a, const struct term *t, struct value v)
{
    for (size_t i = 0; i < t->count; i++)
        if (value_compare(a, t->field, v, t->values[i]) == 0)
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
        return value_compare(a, t->field, v, t->values[0]) >= 0 && value_compare(a, t->field, v, t->values[1]) <= 0;
    default:
        return order_holds(t->op, value_compare(a, t->field, v, t->values[0]));
    }
}
