#pragma once
/* Terms: one comparison of a column with values, checked once, judged two ways.
 *
 * A term is what remains of a filter — declared, of our own code or a client's — when its operator is known, its values
 * are coerced for the column's type (the lenient rules of spec/frappe-api.md 3.4) and what NULL means is decided.
 * Both judges work on the same term, so that they cannot differ in what they compare.
 */
#include "operand.h"

enum term_op {
    TERM_EQ,
    TERM_NE,
    TERM_GT,
    TERM_GE,
    TERM_LT,
    TERM_LE,
    TERM_LIKE,
    TERM_NOT_LIKE,
    TERM_IN,
    TERM_NOT_IN,
    TERM_BETWEEN,
    TERM_IS_NULL,
    TERM_NOT_NULL,
};

struct term {
    const struct field *field;
    enum term_op op;
    struct value *values; /* already valid for the column; of IN any number */
    size_t count;
    bool null_matches; /* a NULL column satisfies the term */
};

/* Checks and coerces. The operator is matched without regard to case; empty means "=". Throws with Frappe's words. */
bool term_make(struct ctx *, const struct field *, struct str op, struct operand, struct term *out);
/* A declared filter on a column of the type; "$user" and "$today" are filled in. */
bool term_of_filter(struct ctx *, const struct doctype *, const struct filter *, struct term *out);

/* A boolean expression in parentheses where it needs them. */
void term_sql(const struct term *, struct sql *, const char *alias);
/* The same over a value in memory; not for LIKE. */
bool term_holds(struct arena *, const struct term *, struct value);

/* Order of two values of the column. */
int value_compare(struct arena *, const struct field *, struct value, struct value);
/* What a comparison says of an order (<0, 0, >0). */
bool order_holds(enum term_op, int order);
/* Order of two texts as the columns' collation utf8mb4_unicode_ci has it for letters and digits: without case, accents
 * and trailing spaces. */
int text_compare(struct arena *, struct str, struct str);
