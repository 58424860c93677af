#pragma once
/* What the files of the OpenAPI description share: who is being told, and the nouns of the document.
 *
 * A component of a DocType is named openapi_key(type): spaces are "_", what a key may not hold is ".XX" in hex, so that
 * no two DocTypes share one. "<key>" is a document as it is read, "<key>.input" as it is sent. */
#include "web/offer.h"

struct openapi {
    struct ctx *cx;
    struct json_out *out;
    struct offer *offers; /* to the caller */
    size_t offer_count;
    struct offer *guest_offers; /* to everybody */
    size_t guest_offer_count;
    struct method_offer *methods;
    size_t method_count;
};

/* JSON that never changes, written as JSON. */
#define JSON_TEXT(...) STR(#__VA_ARGS__)

/* openapi_schema.c */
struct str openapi_key(struct arena *, const struct doctype *);
/* {"$ref": "#/components/<kind>/<key>"} */
void openapi_ref(struct json_out *, const char *kind, struct str key);
/* The schemas of every DocType offered, as members of components.schemas. */
void openapi_doctype_schemas(const struct openapi *);
/* The schema of a method's argument. One that is JSON may be any value in a JSON body, its text elsewhere. */
void openapi_argument_schema(const struct openapi *, const struct field *);
/* The DocType whose rows a table field holds, if the caller is offered it; NULL otherwise. */
const struct offer *openapi_rows_of(const struct openapi *, const struct field *);

/* openapi_example.c: what a field could hold, of its schema. */
void openapi_field_example(const struct openapi *, const struct field *);
/* A document of the DocType as it is read, or as it may be sent. */
void openapi_document_example(const struct openapi *, const struct offer *, bool sent);

/* openapi_answer.c: errors, and the parameters and answers that operations share. */
void openapi_shared_components(const struct openapi *); /* parameters, responses, securitySchemes */
void openapi_error_schemas(const struct openapi *);     /* members of components.schemas */
/* References to the answers of a refusal, as members of an operation's responses. */
void openapi_refusals(const struct openapi *, unsigned api, bool writes, bool of_document);
/* "security" of an operation that everybody may use; nothing for others: the document's own stands. */
void openapi_security(const struct openapi *, bool open);

/* "schema" of an object that holds the arguments: openapi_method.c. */
void openapi_arguments(const struct openapi *, const struct field *args);

/* openapi_operation.c, openapi_method.c: members of "paths". */
void openapi_doctype_paths(const struct openapi *);
void openapi_method_paths(const struct openapi *);

/* Small shapes. */
void openapi_begin(struct json_out *, const char *key); /* "key": { */
void openapi_member(struct json_out *, const char *key, struct str json);
