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

/* ---- one document -------------------------------------------------------------------------------------------------------- */
bool api_read(struct web *w, struct str doctype, struct str name, bool with_nulls)
{
    const struct doctype *type = api_doctype(w, doctype);
    const struct doc *doc = type ? doc_read(&w->cx, type, name) : NULL;
    if (!doc)
        return false;
    if (api_flag(w, "expand_links", false))
        return api_expand_document(w, doc, with_nulls);
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

bool api_write_docs(struct web *w, const struct doc *doc)
{
    out_key(&w->out, STR("docs"));
    out_begin_array(&w->out);
    if (!api_saved(w, doc, w->api == 2))
        return false;
    out_end_array(&w->out);
    return true;
}

/* Who may make none learns nothing about what was sent. */
static bool may_create(struct ctx *cx, const struct doctype *type, const struct doc *doc)
{
    enum right right = type->is_single ? WRITE : CREATE;
    return perm_allows(cx, type, NULL, right) || perm_check(cx, type, doc, right);
}

/* v2 takes the client's name where nothing in the document decides it. */
static void take_name(struct web *w, struct doc *doc, const json_t *document)
{
    const char *autoname = doc->type->autoname ? doc->type->autoname : "";
    struct str name = str_trim(json_get_str(document, "name"));
    if (w->api == 2 && name.n && !doc->type->autoname_hook && !str_starts(str_of(autoname), STR("field:")) &&
        strcmp(autoname, "autoincrement") != 0)
        doc->new_name = str_copy(w->cx.arena, name);
}

struct doc *api_insert(struct web *w, struct str doctype, const json_t *document)
{
    const struct doctype *type = api_doctype(w, doctype);
    struct doc *doc = type ? doc_new(&w->cx, type) : NULL;
    if (!doc || !may_create(&w->cx, type, doc) || !doc_merge(&w->cx, doc, document, false))
        return NULL;
    take_name(w, doc, document);
    return doc_insert(&w->cx, doc, 0) ? doc : NULL;
}

bool api_create(struct web *w, struct str doctype, const json_t *document, bool with_nulls)
{
    const struct doc *doc = api_insert(w, doctype, document);
    return doc && api_saved(w, doc, with_nulls);
}

/* If-Match names the state that the client knows by its `modified`, quoted as an entity tag. */
static const json_t *with_known_state(struct web *w, const json_t *document)
{
    struct str known = str_trim(http_header_of(&w->exchange->request, "If-Match"));
    if (known.n > 1 && known.p[0] == '"' && known.p[known.n - 1] == '"')
        known = str_slice(known, 1, known.n - 1);
    if (!known.n || str_is(known, "*"))
        return document;
    json_t *copy = api_own(w, json_copy((json_t *)(uintptr_t)document));
    json_object_set_new(copy, "modified", json_stringn(known.p, known.n));
    return copy;
}

/* The words are the same whether there is such a document or not; who may read the DocType finds its name in them. */
bool api_may(struct web *w, const struct doctype *type, struct str name, enum right right)
{
    return perm_allows(&w->cx, type, NULL, right) || perm_refuse(&w->cx, type, name, right);
}

struct doc *api_change(struct web *w, struct str doctype, struct str name, const json_t *document)
{
    const struct doctype *type = api_doctype(w, doctype);
    if (!type || !api_may(w, type, name, WRITE))
        return NULL;
    struct doc *doc = doc_load_for_update(&w->cx, type, name);
    bool saved = doc && doc_merge(&w->cx, doc, with_known_state(w, document), false) && doc_save(&w->cx, doc, 0);
    return saved ? doc : NULL;
}

bool api_update(struct web *w, struct str doctype, struct str name, const json_t *document, bool with_nulls)
{
    const struct doc *doc = api_change(w, doctype, name, document);
    return doc && api_saved(w, doc, with_nulls);
}

/* ---- whole documents ------------------------------------------------------------------------------------------------------ */
/* Frappe compares what it was not sent as null: without these three it refuses. */
static bool has_stamps(struct web *w, const struct doctype *type, const json_t *document)
{
    static const char *const constants[] = { "owner", "creation" };
    for (size_t i = 0; i < countof(constants); i++)
        if (!json_get_str(document, constants[i]).n)
            return throw(&w->cx, &CannotChangeConstantError, "Value cannot be changed for <strong>%s</strong>",
                         tr(&w->cx, i ? N_("Created On") : N_("Created By")));
    return json_get_str(document, "modified").n ||
           throw(&w->cx, &TimestampMismatchError,
                 "Send the whole %s as it was read: without its modified it cannot be told from a stale one.",
                 type->name);
}

struct doc *api_replace(struct web *w, const json_t *document, int64_t docstatus)
{
    struct str doctype, name = api_name_in(w, document, "name");
    const struct doctype *type = api_doctype_of(w, document, &doctype) ? api_doctype(w, doctype) : NULL;
    if (!type || !(name.n ? api_may(w, type, name, WRITE) : perm_check(&w->cx, type, NULL, WRITE)))
        return NULL;
    struct doc *doc = name.n ? doc_load_for_update(&w->cx, type, name) : doc_new(&w->cx, type);
    if (!doc || (name.n && !has_stamps(w, type, document)) || !doc_merge(&w->cx, doc, document, name.n > 0))
        return NULL;
    if (docstatus >= 0)
        doc->docstatus = docstatus;
    return (name.n ? doc_save(&w->cx, doc, 0) : doc_insert(&w->cx, doc, 0)) ? doc : NULL;
}

/* Rows without permissions of their own are their parent's. */
bool api_saved_whole(struct web *w, const struct doc *doc)
{
    bool row = doc->type->is_child && !doc->type->addressable && doc->up;
    return api_saved(w, row ? doc->up : doc, true);
}

/* ---- as values ------------------------------------------------------------------------------------------------------------ */
json_t *api_as_json(struct web *w, const struct doc *doc)
{
    struct buf b = buf_new(w->cx.arena, DOCUMENT_MOST * 2);
    struct json_out whole = out_to(&b);
    const struct json_limits own = { .depth = 32, .keys = SIZE_MAX, .items = SIZE_MAX, .string = SIZE_MAX };
    struct str why;
    doc_json(&w->cx, doc, &whole, true);
    json_t *object = b.full ? NULL : json_read(w->cx.arena, buf_str(&b), &own, &why);
    return object ? object : throw(&w->cx, &ValidationError, "The answer is too large.");
}

void api_strip_nulls(json_t *object)
{
    const char *key;
    json_t *value, *row;
    void *next;
    size_t i;
    json_object_foreach_safe(object, next, key, value)
    {
        json_array_foreach(value, i, row) if (json_is_object(row)) api_strip_nulls(row);
        if (json_is_null(value))
            json_object_del(object, key);
    }
}

/* ---- rows for this room ---------------------------------------------------------------------------------------------------- */
const json_t *api_rows(struct web *w, const struct query *q)
{
    struct buf b = buf_new(w->cx.arena, (size_t)16 << 20);
    struct json_out rows = out_to(&b);
    if (!list_json(&w->cx, q, &rows))
        return NULL;
    if (b.full)
        return throw(&w->cx, &ValidationError, "The answer is too large. Ask for fewer rows with limit_page_length.");
    const struct json_limits own = { .depth = 32, .keys = SIZE_MAX, .items = SIZE_MAX, .string = SIZE_MAX };
    struct str why;
    const json_t *list = json_read(w->cx.arena, buf_str(&b), &own, &why);
    return list ? list : bug(&w->cx, "rows are not JSON: %.*s", STR_ARG(why));
}
