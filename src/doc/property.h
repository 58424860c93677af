#pragma once
/* Properties: what a DocType or a field is called in Frappe's rows ("reqd", "search_index"), and where it stands in
 * ours. One table serves rows, Property Setters, documents to be checked and documents made from declarations. */
#include "doc.h"

enum property_kind {
    PROPERTY_TEXT,  /* const char *; empty is NULL */
    PROPERTY_FLAG,  /* bool */
    PROPERTY_SHORT, /* unsigned short */
    PROPERTY_LEVEL, /* unsigned char */
    PROPERTY_TYPE,  /* enum field_type, by Frappe's name */
    PROPERTY_WORDS, /* const char *: commas in rows, spaces here */
    PROPERTY_NAMING,
    PROPERTY_SORT_FIELD, /* "modified" of "modified desc" */
    PROPERTY_SORT_ORDER,
};

struct property {
    const char *name;
    enum property_kind kind;
    size_t offset;
};

#define FIELD_PROPERTIES 23
#define TYPE_PROPERTIES 14
extern const struct property field_properties[FIELD_PROPERTIES], type_properties[TYPE_PROPERTIES];

/* NULL: no such property, or none that matters to the engine. */
const struct property *property_find(const struct property *, size_t count, struct str name);
/* `text` as rows, setters and documents have it; what makes no sense leaves the preset. Copied into the arena. */
void property_set(struct arena *, const struct property *, void *object, struct str text);
struct str property_text(struct arena *, const struct property *, const void *object);

/* The rights of a DocPerm row, by column. */
#define RIGHTS 14
extern const struct right_name {
    const char *name;
    enum right right;
} right_names[RIGHTS];
