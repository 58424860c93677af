#pragma once
/* mapping: which key of a file is which field of a document. One table for import and export, so that both mean the same.
 */
#include "doc.h"

struct mapping {
    const char *key; /* "title", "source.license" */
    const char *field;
    bool is_address; /* a text that is no web address means nothing: "several, see each course.json" */
    /* What an absent key means; NULL: nothing. */
    struct str (*preset)(struct ctx *, const struct doc *);
};

extern const struct mapping bootcamp_mapping[], course_mapping[], lesson_mapping[],
    school_mapping[]; /* end with a NULL key */
/* Keys of `translations.<language>` that are translatable fields of the same name: title, description. */
extern const char *const translated_keys[]; /* ends with NULL */

/* Gives the document the file's value; false: it cannot hold it (has thrown). */
bool mapping_apply(struct ctx *, struct doc *, const struct mapping *, const json_t *file_value);
/* The file's value means what the document holds (absent, null, "", false and 0 mean unset). */
bool mapping_agrees(struct ctx *, const struct doc *, const struct mapping *, const json_t *file_value);
/* The document's value as the file would hold it, in JSON. `like` is the file's own value: false and 0, null and "" are
 * written as the file writes them. */
struct str mapping_json(struct ctx *, const struct doc *, const struct mapping *, const json_t *like);
