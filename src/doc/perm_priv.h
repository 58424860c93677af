#pragma once
/* What the caller may do with a DocType, worked out from memory alone; and its rules as SQL. */
#include "doc.h"

struct access {
    const struct doctype *type;
    unsigned rights;                    /* on every document that the user's limits let through */
    unsigned owner_rights;              /* on documents of their own only */
    unsigned shared;                    /* on documents shared with them: what some of the shares allow */
    uint64_t read_levels, write_levels; /* bit n: fields of permlevel n */
    bool exempt;                        /* row and field rules do not apply */
    bool unlimited;                     /* User Permissions do not apply: a search for a Link that ignores them */
};

/* `guardian`: whose DocPerm counts for a child DocType that has none of its own; NULL: the type itself. */
struct access perm_access(struct ctx *, const struct doctype *, const struct doctype *guardian);
/* A child DocType without permissions of its own is judged by its parents. */
bool perm_by_parent(const struct doctype *);
/* On some document at least. */
bool perm_has(const struct access *, enum right);
/* perm_rows, for who has the access at hand. */
bool access_rows(struct ctx *, const struct access *, struct sql *, const char *alias, bool *any);
/* Nothing keeps a row or a document of the type from the caller. */
bool access_sees_all(struct ctx *, const struct access *);
/* As it is now in memory, not as it is stored: may the caller leave it so? Throws as perm_check. */
bool perm_check_result(struct ctx *, const struct doc *, enum right);
/* There is no such document: throws what the caller would be told of one that rules keep from them. */
void *perm_missing(struct ctx *, const struct doctype *, struct str name);

/* Where the caller may read a column. */
enum reach { REACH_NOWHERE, REACH_SOME, REACH_EVERYWHERE };
/* In a list, whose rows may be of every kind that the caller has a right to. */
enum reach perm_reach(struct ctx *, const struct access *, const struct field *);
/* In a document that the caller may read. */
enum reach perm_reach_in_document(struct ctx *, const struct access *, const struct field *);
/* The caller's roles read fields of this permlevel. */
bool perm_reads_level(const struct access *, const struct field *);
bool access_writes(struct ctx *, const struct access *, const struct field *);
/* The parent whose DocPerm gives the levels of a child DocType's fields; NULL: its own does. */
const struct doctype *perm_guardian(struct ctx *, const struct doctype *, const struct doc *);
/* The parent's tables of such rows that the caller may read in every document; how many. */
size_t perm_listed_tables(struct ctx *, const struct access *parent, const struct doctype *child,
                          const struct field ***out);
/* The mask applies to this column for the caller. */
bool perm_masked(const struct access *, const struct field *);

/* limit.c: User Permissions, both judges. */
bool limits_any(const struct ctx *);
bool limits_hold(struct ctx *, const struct doc *);
/* Adds a condition that may need parentheses, or nothing (false). */
bool limits_sql(struct ctx *, const struct doctype *, struct sql *, const char *alias);
/* The same for what a Link of another DocType may point to. */
bool limits_link_sql(struct ctx *, const struct doctype *, const struct doctype *from, struct sql *, const char *alias);
/* A Link of the DocType to the other ignores User Permissions. */
bool limits_ignored(const struct doctype *from, const struct doctype *to);
/* What a new document of the type has in this Link; p == NULL: nothing. */
struct str limit_default(struct ctx *, const struct doctype *, const struct field *);

/* share.c: what is shared with the user, both judges. */
unsigned share_rights(const struct ctx *, const struct doctype *);
bool shares_hold(struct ctx *, const struct access *, struct str name, enum right);
void shares_sql(struct ctx *, const struct access *, struct sql *, const char *alias);
bool shares_drop(struct ctx *, const struct doc *gone);

/* condition.c: row and field rules, both judges. */
bool row_rules_hold(struct ctx *, const struct doctype *, const struct doc *);
/* Adds a condition in parentheses, or nothing when every row may be seen (false). */
bool row_rules_sql(struct ctx *, const struct doctype *, struct sql *, const char *alias);
enum reach field_rules_reach(struct ctx *, const struct doctype *, const struct field *);
bool field_rules_hold(struct ctx *, const struct doctype *, const struct field *, const struct doc *);
/* For REACH_SOME: when the caller may read the field. */
void field_rules_sql(struct ctx *, const struct doctype *, const struct field *, struct sql *, const char *alias);
