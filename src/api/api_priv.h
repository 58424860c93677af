#pragma once
/* What the files of this room share: documents over the wire, whatever the route. */
#include "doc.h"
#include "web.h"

/* Verbs of methods that change something, as Frappe declares them. */
#define WRITES (HTTP_POST | HTTP_PUT)

/* ---- arguments: argument.c -------------------------------------------------------------------------------------------
 * Each but the flag throws what is missing or wrong. */
bool api_need(struct web *, const char *name, struct str *out);
bool api_need_object(struct web *, const char *name, const json_t **out);
bool api_need_list(struct web *, const char *name, size_t most, const json_t **out);
/* The DocType that the argument names. NULL: thrown. */
const struct doctype *api_need_doctype(struct web *, const char *name);
/* `doctype` of a document as the client sent it. */
bool api_doctype_of(struct web *, const json_t *object, struct str *out);
/* The document in the arguments: `data` of a wrapper, else all of them. NULL: thrown. */
const json_t *api_sent_document(struct web *);
/* A limit: a whole number as number or text; `preset` when absent or empty. */
bool api_limit(struct web *, const char *name, int64_t preset, int64_t *out);
/* Text or number → true for what a client means by it; `preset` when absent. */
bool api_flag(const struct web *, const char *name, bool preset);
/* The name in a document or argument: text, or a number as text; empty when it is neither. */
struct str api_name_in(struct web *, const json_t *object, const char *key);
/* The declared arguments as a document without a table; what is not declared is dropped. NULL: thrown. */
struct doc *api_arguments(struct web *, const char *of, const struct field *declared, const json_t *given);
/* A JSON value of ours, released with the call. */
json_t *api_own(struct web *, json_t *);

/* ---- documents: document.c ------------------------------------------------------------------------------------------- */
/* The DocType named by the client, or by ":doctype" of the path. NULL: thrown. */
const struct doctype *api_doctype(struct web *w, struct str name);

/* A client's new document, saved; NULL: thrown. */
struct doc *api_insert(struct web *, struct str doctype, const json_t *document);
/* The caller has the right on the document of this name, as far as the DocType tells. False: thrown. */
bool api_may(struct web *, const struct doctype *, struct str name, enum right);
/* The document with the client's fields put onto it, saved; NULL: thrown. */
struct doc *api_change(struct web *, struct str doctype, struct str name, const json_t *document);
/* The whole document as the client has it: what it does not say becomes empty (frappe.client.save, submit). */
struct doc *api_replace(struct web *, const json_t *document, int64_t docstatus);
/* Each writes one JSON value to w->out; a list other members of the answer after it. */
bool api_list(struct web *, struct str doctype);
bool api_read(struct web *, struct str doctype, struct str name, bool with_nulls);
bool api_create(struct web *, struct str doctype, const json_t *document, bool with_nulls);
bool api_update(struct web *, struct str doctype, struct str name, const json_t *document, bool with_nulls);
/* What the caller sees of a document that was just saved. */
bool api_saved(struct web *, const struct doc *, bool with_nulls);
/* `docs`: the document as the caller sees it, in a list. */
bool api_write_docs(struct web *, const struct doc *);
/* As api_saved, for frappe.client: of a row its parent. */
bool api_saved_whole(struct web *, const struct doc *);

/* As api_read, with a document in place of each link that the caller may read. */
bool api_expand_document(struct web *, const struct doc *, bool with_nulls);
/* The list wants tables or linked documents within its rows; then it is made by the second. */
bool api_is_rich(struct web *, const struct query *);
bool api_rich_list(struct web *, const struct query *);

/* The lane of a list: all rows at once take their time. */
enum lane api_list_lane(const struct web *);

/* Sends a copy to be posted as a new document. */
bool api_copy(struct web *, struct str doctype, struct str name);
/* The caller's rights on the document (NULL: none), as an object: rights.c. */
void api_write_rights(struct web *, const struct doctype *, const struct doc *);

/* ---- methods of documents: doc_method.c ------------------------------------------------------------------------------ */
/* Calls a method of the stored document: sends the whole answer. `given`: where its arguments stand. */
bool api_call_document(struct web *, struct str doctype, struct str name, struct str method);

/* ---- many documents: bulk.c ---------------------------------------------------------------------------------------------- */
/* `what`: "bulk_update" or "bulk_delete"; doctype empty: each document says its own. Writes the answer's members. */
bool api_bulk(struct web *, struct str doctype, struct str what);

/* ---- answers -------------------------------------------------------------------------------------------------------- */
/* The key of a method's result: "message" or "data". */
void api_answer_key(struct web *);
/* Begins {"data": … and sends it. */
void api_begin(struct web *, const char *key);
bool api_send(struct web *, int status);

/* The document as a jansson value, nulls included. NULL: thrown. */
json_t *api_as_json(struct web *, const struct doc *);
/* As v1 leaves them out, rows of tables included. */
void api_strip_nulls(json_t *document);
/* Rows of a list of this room's own, as jansson values: what the caller may see and nothing else. NULL: thrown. */
const json_t *api_rows(struct web *, const struct query *);
