#pragma once
/* offer: what a caller may do with this site's interface, as data. One model, drawn from the declarations of DocTypes and
 * methods, the routes that exist and the rights of the caller; /api/openapi.json and /api/docs only put it into words.
 * What a caller may not see is not in it.
 */
#include "doc.h"
#include "web.h"

/* Something that may be done with documents of a DocType. With POST, PUT and PATCH the document's fields are sent. */
struct operation {
    const char *id; /* with the DocType's name: unique and never changed; "v2." in front for the second version */
    enum http_method verb;
    const char *pattern; /* of the route that does it: ":doctype" and "*name" stand for the two */
    enum right right;    /* needed */
    unsigned kinds;      /* of DocTypes that have it: enum doctype_kind */
    unsigned api;        /* 1 or 2 */
    enum operation_answer {
        GIVES_DOCUMENT,
        GIVES_ROWS,
        GIVES_COUNT,
        GIVES_OK,
        GIVES_DRAFT,
        GIVES_META,
        GIVES_OUTCOME,
        GIVES_ANYTHING
    } gives;
    const struct field *args; /* what is sent in place of the document's fields: ends with a NULL name */
    bool members_only;        /* not for Guest, whatever Guest may read */
    const char *about;        /* a message id */
};
enum doctype_kind { OF_DOCUMENTS = 1, OF_SINGLES = 2, OF_ROWS = 4 };

/* A DocType as the caller has it. */
struct offer {
    const struct doctype *type;
    const struct field *const *fields; /* readable on some document: standard columns first */
    size_t field_count;
    const struct operation **operations; /* in a fixed order */
    size_t operation_count;
    bool writable; /* the caller may make or change documents, by themselves or as rows of their parent */
};
/* All DocTypes that the caller may read, write or make documents of, by name. The answer depends on whatever shapes
 * DocTypes and rights. */
size_t offers(struct ctx *, struct offer **out);
/* The one of this name among them; NULL: none. */
const struct offer *offer_named(const struct offer *, size_t count, struct str doctype);
bool offer_has(const struct offer *, const struct operation *);
/* The caller may set the field of a document of this DocType: in what is sent to make or change one. */
bool offer_takes(struct ctx *, const struct offer *, const struct field *);
/* Address of the operation, with "{name}" where the document's name stands. */
struct str operation_path(struct arena *, const struct operation *, const struct doctype *);

/* A method of /api/method. */
struct method_offer {
    const char *path, *about;
    unsigned verbs;
    const struct field *args; /* ends with a NULL name; NULL: not declared */
    bool guest;
};
/* All methods that the caller may call, by path. */
size_t method_offers(struct ctx *, struct method_offer **out);
