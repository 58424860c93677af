#pragma once
/* A lesson's file: a header of "key: JSON value" lines between two lines "---", an empty line, and the Markdown body.
 * The layout is that of docs/CONTENT.md. */
#include "text.h"

struct problem {
    struct problem *next;
    struct str path;
    int line; /* 0: the file as a whole */
    struct str reason;
};

/* What was found wrong, or worth saying, in order. */
struct problems {
    struct arena *arena;
    struct problem *first, **last;
    size_t count;
};

struct problems problems_new(struct arena *);
void problem_add(struct problems *, struct str path, int line, const char *format, ...) PRINTF(4, 5);

struct lesson_file {
    struct str path;
    struct str head; /* every byte before the body */
    struct str body; /* byte for byte */
    json_t *values;  /* an object: the header's keys */
};

/* Bytes of the byte order mark that some editors put first: 3 or 0. */
size_t text_mark(struct str bytes);
/* False: at least one problem was added. */
bool lesson_file_read(struct arena *, struct str path, struct str bytes, struct lesson_file *, struct problems *);
/* The line of a key in the header, counted from 1; 0 if it is not there. */
int lesson_file_line(const struct lesson_file *, const char *key);
/* The head with the value of a key replaced (or the key added before the closing line) by `json`. */
struct str lesson_head_with(struct arena *, struct str head, const char *key, struct str json);
