/* Documents over the wire: list, read, create, update, whatever the route that asks. */
#include "api_priv.h"

const struct doctype *api_doctype(struct web *w, struct str name)
{
    return doc_type(&w->cx, name);
}

void api_begin(struct web *w, const char *key)
{
    out_begin_object(&w->out);
    out_key(&w->out, str_of(key));
}

bool api_send(struct web *w, int status)
{
    out_end_object(&w->out);
    return web_send_json(w, status);
}

/* ---- arguments ------------------------------------------------------------------------------------------------------ */
bool api_limit(struct web *w, const char *name, int64_t preset, int64_t *out)
{
    struct str text = str_trim(web_arg(w, name));
    *out = preset;
    if (!text.n &&
        (!web_arg_json(w, name) || json_is_string(web_arg_json(w, name)) || json_is_null(web_arg_json(w, name))))
        return true;
    if (!str_int(text, out))
        return throw(&w->cx, &ValidationError, "%s must be a whole number.", name);
    if (*out < 0)
        return throw(&w->cx, &ValidationError, "%s must not be negative.", name);
    return true;
}

bool api_flag(const struct web *w, const char *name, bool preset)
{
    const json_t *value = web_arg_json(w, name);
    if (!value || json_is_null(value))
        return preset;
    struct str text = web_arg(w, name);
    return text.n && !str_is(text, "0") && !str_eq_nocase(text, STR("false"));
}

static bool holds_document(const json_t *data)
{
    struct str text = str_trim(json_str_of(data));
    return json_is_object(data) || str_starts(text, STR("{"));
}

const json_t *api_sent_document(struct web *w)
{
    const json_t *data = web_arg_json(w, "data"), *document = w->args;
    if (holds_document(data) && !web_arg_parsed(w, "data", &document))
        return NULL;
    if (w->args_are_list || !json_is_object(document))
        return throw(&w->cx, &ValidationError, "Send one document as a JSON object.");
    return document;
}

/* ---- list ------------------------------------------------------------------------------------------------------------- */
static bool page_of(struct web *w, struct query *q)
{
    const char *start = web_arg_json(w, "limit_start") || w->api == 1 ? "limit_start" : "start";
    const json_t *page = web_arg_json(w, "limit_page_length");
    bool given = page && !json_is_null(page) && !(json_is_string(page) && !json_string_length(page));
    const char *length = given ? "limit_page_length" : "limit";
    return api_limit(w, start, 0, &q->start) && api_limit(w, length, 20, &q->length);
}

bool api_list(struct web *w, struct str doctype)
{
    struct query q = { .doctype = doctype,
                       .order_by = web_arg(w, "order_by"),
                       .group_by = web_arg(w, "group_by"),
                       .parent = web_arg(w, "parent"),
                       .as_arrays = !api_flag(w, "as_dict", true) };
    return page_of(w, &q) && web_arg_parsed(w, "fields", &q.fields) && web_arg_parsed(w, "filters", &q.filters) &&
           web_arg_parsed(w, "or_filters", &q.or_filters) && list_json(&w->cx, &q, &w->out);
}

enum lane api_list_lane(const struct web *w)
{
    struct str rest = w->exchange->request.query, piece;
    while (rest.n && str_cut(&rest, '&', &piece))
        if (str_is(piece, "limit_page_length=0") || str_is(piece, "limit=0"))
            return LANE_SLOW;
    return LANE_GENERAL;
}

/* ---- one document -------------------------------------------------------------------------------------------------------- */
bool api_read(struct web *w, struct str doctype, struct str name, bool with_nulls)
{
    const struct doctype *type = api_doctype(w, doctype);
    const struct doc *doc = type ? doc_read(&w->cx, type, name) : NULL;
    if (!doc)
        return false;
    doc_json(&w->cx, doc, &w->out, with_nulls);
    return true;
}

/* Who may write but not read learns the name, nothing else. */
bool api_saved(struct web *w, const struct doc *doc, bool with_nulls)
{
    if (perm_allows(&w->cx, doc->type, doc, READ)) {
        const struct doc *seen = doc_read(&w->cx, doc->type, doc->name);
        if (!seen)
            return false;
        doc_json(&w->cx, seen, &w->out, with_nulls);
        return true;
    }
    out_begin_object(&w->out);
    out_member_text(&w->out, "name", doc->name);
    out_member_text(&w->out, "doctype", str_of(doc->type->name));
    out_end_object(&w->out);
    return true;
}

/* Who may make none learns nothing about what was sent. */
static bool may_create(struct ctx *cx, const struct doctype *type, const struct doc *doc)
{
    enum right right = type->is_single ? WRITE : CREATE;
    return perm_allows(cx, type, NULL, right) || perm_check(cx, type, doc, right);
}

struct doc *api_insert(struct web *w, struct str doctype, const json_t *document)
{
    const struct doctype *type = api_doctype(w, doctype);
    struct doc *doc = type ? doc_new(&w->cx, type) : NULL;
    bool inserted =
        doc && may_create(&w->cx, type, doc) && doc_merge(&w->cx, doc, document, false) && doc_insert(&w->cx, doc, 0);
    return inserted ? doc : NULL;
}

bool api_create(struct web *w, struct str doctype, const json_t *document, bool with_nulls)
{
    const struct doc *doc = api_insert(w, doctype, document);
    return doc && api_saved(w, doc, with_nulls);
}

bool api_update(struct web *w, struct str doctype, struct str name, const json_t *document, bool with_nulls)
{
    const struct doctype *type = api_doctype(w, doctype);
    if (!type || !perm_check(&w->cx, type, NULL, WRITE))
        return false;
    struct doc *doc = doc_load_for_update(&w->cx, type, name);
    return doc && doc_merge(&w->cx, doc, document, false) && doc_save(&w->cx, doc, 0) && api_saved(w, doc, with_nulls);
}
