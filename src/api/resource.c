/* /api/resource, /api/v1/resource and /api/v2/document: lists and documents (spec/frappe-api.md sections 2.1 to 2.4). */
#include "api_priv.h"

static struct str doctype_of(const struct web *w)
{
    return web_captured(w, "doctype");
}

static struct str name_of(const struct web *w)
{
    return web_captured(w, "name");
}

/* v1 leaves out what is null unless the address asks for it, v2 does not. */
static bool with_nulls(const struct web *w)
{
    struct str rest = w->exchange->request.query, piece;
    while (rest.n && str_cut(&rest, '&', &piece))
        if (str_is(piece, "with_nulls=1") || str_is(piece, "with_nulls=true"))
            return true;
    return w->api == 2;
}

static bool list(struct web *w)
{
    api_begin(w, "data");
    return api_list(w, doctype_of(w)) && api_send(w, 200);
}

static const json_t *sent(struct web *w)
{
    return w->api == 2 && !w->args_are_list ? w->args : api_sent_document(w);
}

static bool create(struct web *w)
{
    const json_t *document = sent(w);
    api_begin(w, "data");
    return document && api_create(w, doctype_of(w), document, with_nulls(w)) && api_send(w, 200);
}

/* "…/<name>/method/<method>" of v2; the name may hold slashes, the method none. */
static bool cut_method(const struct web *w, struct str *name, struct str *method)
{
    const struct str mark = STR("/method/");
    *name = name_of(w);
    for (size_t at = name->n; w->api == 2 && at > mark.n && name->p[at - 1] != '/'; at--)
        if (str_eq(str_slice(*name, at - 1 - mark.n, at - 1), mark)) {
            *method = str_from(*name, at - 1);
            *name = str_slice(*name, 0, at - 1 - mark.n);
            return name->n > 0;
        }
    return false;
}

static bool call_method(struct web *w, struct str name, struct str method)
{
    json_object_del(w->args, "run_method");
    return api_call_document(w, doctype_of(w), name, method);
}

static bool is_copy(const struct web *w, struct str *name)
{
    *name = name_of(w);
    if (w->api != 2 || !str_ends(*name, STR("/copy")))
        return false;
    *name = str_slice(*name, 0, name->n - 5);
    return name->n > 0;
}

static bool read(struct web *w)
{
    struct str name, method = str_copy(w->cx.arena, web_arg(w, "run_method"));
    if (cut_method(w, &name, &method) || method.n)
        return call_method(w, name, method);
    if (is_copy(w, &name))
        return api_copy(w, doctype_of(w), name);
    api_begin(w, "data");
    return api_read(w, doctype_of(w), name_of(w), with_nulls(w)) && api_send(w, 200);
}

static bool update(struct web *w)
{
    const json_t *document = sent(w);
    api_begin(w, "data");
    return document && api_update(w, doctype_of(w), name_of(w), document, with_nulls(w)) && api_send(w, 200);
}

static bool delete (struct web *w)
{
    const struct doctype *type = api_doctype(w, doctype_of(w));
    if (!type || !doc_delete(&w->cx, type, name_of(w), 0))
        return false;
    api_begin(w, "data");
    out_text(&w->out, STR("ok"));
    return api_send(w, 202);
}

/* POST to a document calls one of its methods; in v2 a DocType has two of its own. */
static bool call(struct web *w)
{
    struct str name, method = str_copy(w->cx.arena, web_arg(w, "run_method"));
    if (cut_method(w, &name, &method) || method.n)
        return call_method(w, name, method);
    if (w->api != 2 || !(str_is(name, "bulk_update") || str_is(name, "bulk_delete")))
        return throw(&w->cx, &ValidationError,
                     "Say which method to call in run_method, or use PUT to change the document.");
    out_begin_object(&w->out);
    return api_bulk(w, doctype_of(w), name) && api_send(w, 200);
}

/* The same rows under each prefix. */
#define RESOURCES(id, prefix)                                                                                          \
    ROUTE(id##_list) = { .pattern = prefix "/:doctype",                                                                \
                         .verbs = HTTP_GET,                                                                            \
                         .run = list,                                                                                  \
                         .lane_of = api_list_lane,                                                                     \
                         .cacheable = true,                                                                            \
                         .about = "A list of documents: fields, filters, order_by, limits." };                         \
    ROUTE(id##_create) = { .pattern = prefix "/:doctype",                                                              \
                           .verbs = HTTP_POST,                                                                         \
                           .run = create,                                                                              \
                           .body_limit = DOCUMENT_MOST,                                                                \
                           .about = "Makes a document, its child tables included." };                                  \
    ROUTE(id##_read) = { .pattern = prefix "/:doctype/*name",                                                          \
                         .verbs = HTTP_GET,                                                                            \
                         .run = read,                                                                                  \
                         .cacheable = true,                                                                            \
                         .about = "One document with its child tables." };                                             \
    ROUTE(id##_update) = { .pattern = prefix "/:doctype/*name",                                                        \
                           .verbs = HTTP_PUT | HTTP_PATCH,                                                             \
                           .run = update,                                                                              \
                           .body_limit = DOCUMENT_MOST,                                                                \
                           .about = "Changes the fields that are sent; a table that is sent is replaced." };           \
    ROUTE(id##_delete) = { .pattern = prefix "/:doctype/*name",                                                        \
                           .verbs = HTTP_DELETE,                                                                       \
                           .run = delete,                                                                              \
                           .about = "Deletes a document that nothing links to." };                                     \
    ROUTE(id##_call) = { .pattern = prefix "/:doctype/*name",                                                          \
                         .verbs = HTTP_POST,                                                                           \
                         .run = call,                                                                                  \
                         .body_limit = DOCUMENT_MOST,                                                                  \
                         .about = "Calls a method of the document (run_method)." }

RESOURCES(resource, "/api/resource");
RESOURCES(resource_v1, "/api/v1/resource");
RESOURCES(resource_v2, "/api/v2/document");

static bool count(struct web *w)
{
    int64_t n = 0, most = 0;
    struct query q = { .doctype = doctype_of(w), .parent = web_arg(w, "parent") };
    if (!web_arg_parsed(w, "filters", &q.filters) || !web_arg_parsed(w, "or_filters", &q.or_filters) ||
        !api_limit(w, "limit", 0, &most) || !list_count(&w->cx, &q, &n))
        return false;
    api_begin(w, "data");
    out_int(&w->out, most > 0 && most < n ? most : n);
    return api_send(w, 200);
}

ROUTE(resource_count) = { .pattern = "/api/v2/doctype/:doctype/count",
                          .verbs = HTTP_GET,
                          .run = count,
                          .cacheable = true,
                          .about = "How many documents the caller may see." };
