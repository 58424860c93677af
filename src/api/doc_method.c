/* Methods of documents: run_method on the resource routes, /api/v2/document/…/method/…, run_doc_method
 * (spec/frappe-api.md sections 2.1, 2.3, 8.2). What changes something is called by POST, and then the caller must be
 * allowed to write; by GET reading is enough. */
#include "api_priv.h"

static const struct doc_method *find(const struct doctype *type, struct str name)
{
    const struct doc_method *found = NULL;
    TABLE_EACH (doc_methods, struct doc_method, it) {
        const struct doc_method *m = *it;
        if (!str_is(name, m->name) || (m->doctype && strcmp(m->doctype, type->name) != 0))
            continue;
        if (!found || m->doctype)
            found = m; /* the DocType's own comes before everybody's */
    }
    return found;
}

static const struct doc_method *need(struct web *w, const struct doctype *type, struct str name)
{
    const struct doc_method *m = find(type, name);
    if (!m)
        return throw(&w->cx, &DoesNotExistError, "%s has no method %.*s that can be called.", type->name,
                     STR_ARG(html_escape(w->cx.arena, name).text));
    if (m->writes && w->exchange->request.method != HTTP_POST)
        return throw(&w->cx, &PermissionError, "Not permitted");
    return m;
}

static enum right right_needed(const struct web *w)
{
    return w->exchange->request.method & HTTP_UNSAFE ? WRITE : READ;
}

/* The result under its key, or nothing. */
static bool run(struct web *w, const struct doc_method *m, struct doc *doc, const json_t *given, const char *key)
{
    const struct doc *args = api_arguments(w, m->name, m->args, given);
    if (!args)
        return false;
    size_t before = w->body.n;
    bool comma = w->out.need_comma;
    out_key(&w->out, str_of(key));
    size_t started = w->body.n;
    if (!m->call(&w->cx, doc, args, &w->out))
        return false;
    if (w->body.n == started) {
        w->body.n = before;
        w->out.need_comma = comma;
    }
    return true;
}

static struct doc *stored(struct web *w, const struct doctype *type, struct str name, bool writes)
{
    struct ctx *cx = &w->cx;
    if (!perm_allows(cx, type, NULL, READ) && !perm_check(cx, type, NULL, READ))
        return NULL;
    struct doc *doc = writes ? doc_load_for_update(cx, type, name) : doc_load(cx, type->name, name);
    bool allowed = doc && perm_check(cx, type, doc, READ) && perm_check(cx, type, doc, right_needed(w));
    return allowed ? doc : NULL;
}

bool api_call_document(struct web *w, struct str doctype, struct str name, struct str method)
{
    const struct doctype *type = api_doctype(w, doctype);
    const struct doc_method *m = type ? need(w, type, method) : NULL;
    struct doc *doc = m ? stored(w, type, name, m->writes) : NULL;
    if (!doc)
        return false;
    out_begin_object(&w->out);
    if (!run(w, m, doc, w->args, "data") || (w->api == 2 && !api_write_docs(w, doc)))
        return false;
    return api_send(w, 200);
}

/* ---- run_doc_method ------------------------------------------------------------------------------------------------------ */
/* The document as the client holds it: on what is stored, unless that has changed meanwhile. */
static struct doc *held(struct web *w, const json_t *document, struct str method, const struct doc_method **m)
{
    struct ctx *cx = &w->cx;
    struct str doctype, name = api_name_in(w, document, "name");
    const struct doctype *type = api_doctype_of(w, document, &doctype) ? api_doctype(w, doctype) : NULL;
    *m = type ? need(w, type, method) : NULL;
    if (!*m)
        return NULL;
    if (!name.n || json_object_get(document, "__islocal"))
        return throw(cx, &ValidationError, "Save the document before you call its methods.");
    if (!json_get_str(document, "modified").n)
        return throw(cx, &TimestampMismatchError,
                     "Send the whole %s as it was read: without its modified it cannot be told from a stale one.",
                     type->name);
    struct doc *doc = stored(w, type, name, (*m)->writes);
    struct str at = doc ? doc->modified : STR_NONE;
    if (!doc || !doc_merge(cx, doc, document, false))
        return NULL;
    if (!str_eq(doc->modified, at))
        return throw(
            cx, &TimestampMismatchError,
            "Error: Document has been modified after you have opened it (%.*s, %.*s). Please refresh to get the "
            "latest document.",
            STR_ARG(at), STR_ARG(doc->modified));
    return doc;
}

/* `document` (v2) and `docs` (v1) hold the document; `dt` and `dn` name it. */
static struct doc *named(struct web *w, struct str method, const struct doc_method **m)
{
    const json_t *document = NULL;
    const char *key = w->api == 2 ? "document" : "docs";
    if (!web_arg_parsed(w, key, &document))
        return NULL;
    if (json_is_array(document) && json_array_size(document) == 1)
        document = json_array_get(document, 0);
    if (json_is_object(document))
        return held(w, document, method, m);
    struct str name;
    const struct doctype *type = api_need_doctype(w, "dt");
    *m = type ? need(w, type, method) : NULL;
    return *m && api_need(w, "dn", &name) ? stored(w, type, name, (*m)->writes) : NULL;
}

static bool run_doc_method(struct web *w)
{
    struct str method;
    const struct doc_method *m;
    const json_t *given = NULL;
    const char *key = w->api == 2 ? "kwargs" : "args";
    if (!api_need(w, "method", &method) || !web_arg_parsed(w, key, &given))
        return false;
    struct doc *doc = named(w, method, &m);
    if (!doc)
        return false;
    if (!run(w, m, doc, json_is_object(given) ? given : w->args, web_answer_key(w)))
        return false;
    return api_write_docs(w, doc);
}

WEB_METHOD(run_doc_method) = { .path = "run_doc_method",
                               ARGS({ "method", DATA, .reqd = true }, { "dt", DATA }, { "dn", DATA }, { "docs", JSON },
                                    { "args", JSON }),
                               .verbs = HTTP_GET | HTTP_POST,
                               .guest = true,
                               .body_limit = DOCUMENT_MOST,
                               .run = run_doc_method,
                               .about = "Calls a method of a document, stored (dt, dn) or as sent (docs)." };
WEB_METHOD(frappe_run_doc_method) = { .path = "frappe.handler.run_doc_method",
                                      ARGS({ "method", DATA, .reqd = true }, { "dt", DATA }, { "dn", DATA },
                                           { "docs", JSON }, { "args", JSON }),
                                      .verbs = HTTP_GET | HTTP_POST,
                                      .guest = true,
                                      .body_limit = DOCUMENT_MOST,
                                      .run = run_doc_method,
                                      .about = "Calls a method of a document, stored (dt, dn) or as sent (docs)." };
