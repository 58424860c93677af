#pragma once
/* What the caller may do with a DocType, worked out from memory alone; and its rules as SQL. */
#include "doc.h"

struct access {
    const struct doctype *type;
    unsigned rights;                    /* on every document */
    unsigned owner_rights;              /* on documents of their own only */
    uint64_t read_levels, write_levels; /* bit n: fields of permlevel n */
    bool exempt;                        /* row and field rules do not apply */
};

/* `guardian`: whose DocPerm counts for a child DocType that has none of its own; NULL: the type itself. */
struct access perm_access(struct ctx *, const struct doctype *, const struct doctype *guardian);
/* A child DocType without permissions of its own is judged by its parents. */
bool perm_by_parent(const struct doctype *);
bool perm_has(const struct access *, enum right);

/* Where the caller may read a column. */
enum reach { REACH_NOWHERE, REACH_SOME, REACH_EVERYWHERE };
enum reach perm_reach(struct ctx *, const struct access *, const struct field *);
/* The parent holds rows of the child DocType, in tables that the caller may read in every document. */
bool perm_lists_rows(struct ctx *, const struct doctype *parent, const struct doctype *child);
/* The mask applies to this column for the caller. */
bool perm_masked(const struct access *, const struct field *);

/* condition.c: row and field rules, both judges. */
bool row_rules_hold(struct ctx *, const struct doctype *, const struct doc *);
/* Adds a condition in parentheses, or nothing when every row may be seen (false). */
bool row_rules_sql(struct ctx *, const struct doctype *, struct sql *, const char *alias);
enum reach field_rules_reach(struct ctx *, const struct doctype *, const struct field *);
bool field_rules_hold(struct ctx *, const struct doctype *, const struct field *, const struct doc *);
/* For REACH_SOME: when the caller may read the field. */
void field_rules_sql(struct ctx *, const struct doctype *, const struct field *, struct sql *, const char *alias);
