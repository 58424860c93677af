#pragma once
/* A list request on its way: what was asked (words only) → plan (checked against descriptors and permissions) → SQL.
 * No step before the last touches the database; no text of the request reaches the SQL. */
#include "perm_priv.h"
#include "term.h"

/* ---- asked: query_parse.c ----------------------------------------------------------------------------------------------
 * `title`, `courses.course`, `tabLMS Course`.`title`: the words, not yet looked up. */
struct asked_name {
    struct str table; /* before the dot; empty: the DocType itself */
    struct str field;
};

#define ARGUMENTS_MOST 3
struct asked {
    struct str text; /* as written, for keys and messages */
    struct str alias;
    struct str function; /* empty: a plain column */
    bool star;           /* `*` alone or count(*) */
    bool distinct;       /* `distinct x`, count(distinct x) */
    bool descending;     /* of order_by */
    struct asked_argument {
        bool is_text;
        struct asked_name name;
        struct str text;
    } arguments[ARGUMENTS_MOST]; /* a plain column is the first */
    size_t count;
};

struct asked_list {
    struct asked *items;
    size_t count;
};

struct asked_filter {
    struct str doctype; /* of the four-element form; empty: the DocType itself */
    struct asked_name name;
    struct str text; /* the field as written */
    struct str op;
    struct operand value;
};

struct asked_filters {
    struct asked_filter *items;
    size_t count;
};

bool parse_fields(struct ctx *, const json_t *, struct asked_list *out);
bool parse_order(struct ctx *, struct str, struct asked_list *out);
bool parse_group(struct ctx *, struct str, struct asked_list *out);
bool parse_filters(struct ctx *, const json_t *, struct asked_filters *out);
/* "Field not permitted in query: x", or Frappe's words for what looks like SQL. */
bool refuse_field(struct ctx *, struct str text);

/* ---- plan: query_plan.c ------------------------------------------------------------------------------------------------ */
struct source {
    const struct doctype *type;
    struct access access;
    const char *alias;
    const struct field
        *via; /* of the root: NULL for the root itself; a table field: its rows; a Link: the linked one */
};

struct column {
    const struct source *source;
    const struct field *field;
    enum reach reach;
    bool masked;
};

struct function {
    const char *name, *sql; /* sql: the text before the arguments */
    size_t least, most;     /* arguments */
    enum { GIVES_INT, GIVES_FLOAT, GIVES_DATE, GIVES_ARGUMENT } gives;
    bool is_aggregate;
};

struct output {
    struct str key;
    const struct function *function; /* NULL: the first column itself */
    bool star, distinct;
    struct argument {
        struct column column; /* no source: the text is bound */
        struct str text;
    } arguments[ARGUMENTS_MOST];
    size_t count;
    enum field_type type; /* how its values are written */
    bool repeated;        /* a later output has the same key: not written in objects */
    size_t value_from;    /* the output whose value is written under the key */
};

struct order {
    struct output by;
    bool descending;
};

struct planned_term {
    const struct source *source;
    struct term term;
};

#define SOURCES_MOST 16
struct plan {
    const struct doctype *guardian; /* whose rows these child rows must be; NULL: no such condition */
    const struct field **tables; /* in which of its tables: `table_count`, of which the caller may read all or some */
    size_t table_count;
    const struct doctype *linked_from; /* whose Link is searched for; NULL: none */
    bool some_tables;
    struct source sources[SOURCES_MOST];
    size_t source_count;
    struct output *outputs;
    size_t output_count;
    struct planned_term *all, *any; /* ANDed; ORed */
    size_t all_count, any_count;
    struct output *groups;
    size_t group_count;
    struct order *orders;
    size_t order_count;
    bool distinct, as_arrays, counts, unchecked;
    bool joined;           /* fields and filters have named their tables: `tabX` in an order must be one of them */
    int64_t start, length; /* length 0: all */
};

struct plan *plan_list(struct ctx *, const struct query *);
struct plan *plan_count(struct ctx *, const struct query *);
struct plan *plan_find(struct ctx *, const struct find *);

/* ---- run: list.c ------------------------------------------------------------------------------------------------------- */
/* The rows of a list request, and how they were planned: for who writes them in another shape. NULL: thrown. */
struct rows *list_rows(struct ctx *, const struct query *, const struct plan **);

/* ---- SQL: query_sql.c -------------------------------------------------------------------------------------------------- */
/* NULL when a rule has failed. */
struct sql *plan_sql(struct ctx *, const struct plan *);
