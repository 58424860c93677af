#pragma once
/* What the files of this room share: documents over the wire, whatever the route. */
#include "doc.h"
#include "web.h"

/* Bytes of a document's body. */
#define DOCUMENT_MOST ((size_t)25 << 20)

/* The DocType named by the client, or by ":doctype" of the path. NULL: thrown. */
const struct doctype *api_doctype(struct web *, struct str name);

/* A client's new document, saved; NULL: thrown. */
struct doc *api_insert(struct web *, struct str doctype, const json_t *document);
/* Each writes one JSON value to w->out. */
bool api_list(struct web *, struct str doctype);
bool api_read(struct web *, struct str doctype, struct str name, bool with_nulls);
bool api_create(struct web *, struct str doctype, const json_t *document, bool with_nulls);
bool api_update(struct web *, struct str doctype, struct str name, const json_t *document, bool with_nulls);
/* What the caller sees of a document that was just saved. */
bool api_saved(struct web *, const struct doc *, bool with_nulls);

/* The document in the arguments: `data` of a wrapper, else all of them. NULL: thrown. */
const json_t *api_sent_document(struct web *);
/* A limit: a whole number as number or text; `preset` when absent or empty. */
bool api_limit(struct web *, const char *name, int64_t preset, int64_t *out);
/* Text or number → true for what a client means by it; `preset` when absent. */
bool api_flag(const struct web *, const char *name, bool preset);
/* The lane of a list: all rows at once take their time. */
enum lane api_list_lane(const struct web *);

/* Begins {"data": … and sends it. */
void api_begin(struct web *, const char *key);
bool api_send(struct web *, int status);
