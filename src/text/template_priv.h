#pragma once
/* A compiled template: a flat array of operations. A section says where it ends, so nothing is searched at render. */
#include "text.h"

enum op_kind { OP_COPY, OP_VALUE, OP_HTML, OP_EACH, OP_UNLESS, OP_END, OP_PART, OP_MESSAGE, OP_PLURAL };

/* "course.title": the first name is looked up in all visible views, the rest inside what was found. */
struct path {
    struct str whole, *names;
    size_t count;
};

struct op {
    enum op_kind kind;
    unsigned line;
    struct str text;             /* COPY: the bytes; PART: its name */
    struct path path;            /* VALUE, HTML, EACH, UNLESS, END */
    size_t end;                  /* EACH, UNLESS: index of their END */
    const struct template *part; /* PART */
    const char *one, *many;      /* MESSAGE (one), PLURAL: message ids */
    struct path *args;           /* MESSAGE, PLURAL (the first is the count) */
    size_t arg_count;
};

struct template
{
    const char *name;
    struct op *ops;
    size_t count;
    enum { UNSEEN, OPEN, CLOSED } walk; /* while parts are being linked: OPEN means it includes itself */
};

struct template_set {
    struct map by_name;
};

/* Whether a placeholder "{x}" means this argument: its whole path or its last name. */
bool path_answers(const struct path *, struct str placeholder);
/* The next "{name}" of a message from *at on: its name; *at is moved behind it, *start to its brace. */
bool next_placeholder(struct str message, size_t *at, size_t *start, struct str *name);
