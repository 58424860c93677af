#pragma once
/* What the parser of expressions, their evaluation and the stencils share. */
#include "text.h"

enum node_kind {
    NODE_LITERAL,
    NODE_FIELD,
    NODE_LENGTH,
    NODE_NOT,
    NODE_AND,
    NODE_OR,
    NODE_COMPARE,
    NODE_RECKON,
    NODE_BEGINS,
    NODE_ENDS,
    NODE_STRIPPED
};
enum comparison {
    IS_EQUAL,
    IS_UNEQUAL,
    IS_LESS,
    IS_AT_MOST,
    IS_MORE,
    IS_AT_LEAST,
    IS_IN,
    IS_NOT_IN,
    IS_THE_SAME,
    IS_ANOTHER
};

struct node {
    enum node_kind kind;
    enum comparison comparison;
    char sign;                       /* NODE_RECKON: + - * / */
    const struct node *left, *right; /* NODE_LENGTH, NODE_NOT, NODE_STRIPPED: left */
    const json_t *literal;           /* NODE_FIELD: what stands for nothing */
    struct str field;
};

/* What a value is to Python: truth is a number. */
enum thing_kind { THING_NONE, THING_NUMBER, THING_TEXT, THING_LIST };
struct thing {
    enum thing_kind kind;
    double number;
    struct str text;
    const json_t *json; /* what it came from; NULL: computed */
};

struct thing expression_value(const struct node *, const json_t *doc);
bool thing_is_true(struct thing);

/* A text that is read from the front. */
struct reader {
    struct arena *arena;
    struct str whole, rest;
    unsigned depth;
    struct str *fields; /* names of fields met so far */
    size_t field_count;
    struct str why; /* of the first fault */
};
enum { EXPRESSION_FIELDS = 64 };

struct reader reader_of(struct arena *, struct str);
/* One expression off the front; NULL: r->why. */
const struct node *expression_read(struct reader *);
/* Takes the word or sign off the front if it stands there. */
bool reader_takes(struct reader *, const char *token);
struct str reader_name(struct reader *); /* [A-Za-z_][A-Za-z0-9_]*, or empty */
const json_t *reader_literal(struct reader *);
/* Records the first fault, with its place; NULL. */
void *reader_fault(struct reader *, const char *what);
