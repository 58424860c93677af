#pragma once
/* Changing one value of a JSON file without touching another byte. */
#include "text.h"

/* A whole file; a byte order mark is fine. NULL: not JSON, *why says so with the line and column. */
json_t *json_file_read(struct arena *, struct str bytes, struct str *why);
/* The value at "key" or "key.inner" of the top-level object, or NULL. */
const json_t *json_at(const json_t *object, const char *path);
/* The line of that key, counted from 1; 1 if it is not there. The text is valid JSON. */
int json_line_of(struct str text, const char *path);
/* The text with that value replaced by `json`; a key that is missing is added at the end of its object. */
struct str json_text_with(struct arena *, struct str text, const char *path, struct str json);
/* The same for a key of the n-th object of a list. The text is a valid JSON array with that many objects. */
struct str json_item_with(struct arena *, struct str text, size_t index, const char *key, struct str json);
