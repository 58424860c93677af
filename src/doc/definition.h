#pragma once
/* Definitions: a site's DocTypes and changes of ours, on their way from rows or documents to `struct doctype`. */
#include "property.h"

/* All DocTypes of a site, by name. Frozen; made once per change of a definition. */
struct definitions {
    uint64_t generation; /* never the same twice */
    size_t count;
    const struct doctype **types;
};
/* Those of the program that a site has before it defines any: all, on a bare one the core. */
const struct definitions *built_in(const struct site *);
const struct definitions *definitions_of(const struct site *);
/* False: the site has definitions that could not be read (thrown). Ours in their place would change its tables. */
bool definitions_known(struct ctx *);
/* By exact name; NULL: none. */
const struct doctype *definition_find(const struct definitions *, struct str name);
/* Among them, whatever the site says. */
const struct doctype *built_in_find(const struct site *, struct str name);
/* The first of them that the collation cannot tell from the name. */
const struct doctype *built_in_like(struct arena *, const struct site *, struct str name);
/* The program cannot do without it. */
bool doc_type_is_core(const struct doctype *);

/* One DocType while it is made. */
struct draft {
    struct doctype type; /* fields and perms are those below, once it is finished */
    struct field *fields;
    size_t count, room;
    struct perm *perms;
    size_t perm_count, perm_room;
    bool own_perms;    /* DocPerm or Custom DocPerm rows: they replace what is shipped */
    bool custom_perms; /* of those the latter, which replace the former */
};

/* ---- draft.c ------------------------------------------------------------------------------------------------------ */
/* A draft of a changed copy. */
struct draft *draft_of(struct arena *, const struct doctype *);
/* An empty field at the end, or after the named one; the pointer holds until the next is added. */
struct field *draft_add_field(struct arena *, struct draft *, const char *name, struct str after);
/* After fields were added without a name: layout gets one, others go. */
void draft_name_fields(struct arena *, struct draft *);
struct field *draft_field(const struct draft *, struct str name);
void draft_remove_field(struct draft *, struct str name);
void draft_add_perm(struct arena *, struct draft *, struct perm);
/* What a Property Setter says; values of rows, copied. What the engine does not know or cannot follow (another kind of
 * column) changes nothing. */
struct setting {
    bool of_field;
    struct str field, property, value;
};
void draft_take_setting(struct arena *, struct draft *, const struct setting *);
/* Fields in this order (names as a JSON list), those it does not name after them. */
void draft_order_fields(struct arena *, struct draft *, struct str json);
/* What a site says about one of ours: our hooks and rules if every field they name is there, and on DocTypes that the
 * program cannot do without always. */
void draft_inherit(struct arena *, struct draft *, const struct doctype *ours);
/* What would make the engine stumble is put right: names of standard columns, fields twice, presets that are none … */
void draft_finish(struct arena *, struct draft *);
/* The same for what points to other DocTypes, once all are there. */
void draft_settle(struct arena *, struct draft *, const struct definitions *);

/* ---- definition_document.c ----------------------------------------------------------------------------------------- */
/* A DocType as a document of DocType says it. `doc` need not be stored. */
struct draft *draft_of_document(struct arena *, const struct doc *);
/* Puts a Custom Field's document onto the draft; a field of that name is replaced. */
void draft_take_custom_field(struct arena *, struct draft *, const struct doc *custom);
