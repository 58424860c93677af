#pragma once
/* The inside of a view, for whoever renders it. */
#include "text.h"

enum member_kind { MEMBER_TEXT, MEMBER_HTML, MEMBER_INT, MEMBER_FLAG, MEMBER_SUB, MEMBER_ROWS };

struct member {
    struct member *next; /* older */
    struct str name;
    enum member_kind kind;
    struct str text;           /* TEXT, HTML */
    int64_t number;            /* INT, FLAG */
    struct view *first, *last; /* SUB (first only), ROWS */
};

struct view {
    struct arena *arena;
    const struct view *outer; /* whose names are visible here too */
    struct view *next;        /* the next row of its list */
    struct member *members;   /* newest first: a name set twice has its last value */
};

/* Of this view alone; NULL when there is none. */
const struct member *view_own(const struct view *, struct str name);
/* Of this view or an outer one. */
const struct member *view_find(const struct view *, struct str name);
bool member_is_true(const struct member *);
