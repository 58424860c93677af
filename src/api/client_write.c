/* frappe.client.*: what Frappe's own clients write with (spec/frappe-api.md section 8.1). Documents come with their nulls. */
#include "api_priv.h"

enum { INSERTS_MOST = 200 };

static bool insert(struct web *w)
{
    const json_t *object;
    struct str doctype;
    if (!api_need_object(w, "doc", &object) || !api_doctype_of(w, object, &doctype))
        return false;
    const struct doc *doc = api_insert(w, doctype, object);
    api_answer_key(w);
    return doc && api_saved_whole(w, doc);
}

WEB_METHOD(client_insert) = { .path = "frappe.client.insert",
                              ARGS({ "doc", JSON, .reqd = true }),
                              .verbs = WRITES,
                              .body_limit = DOCUMENT_MOST,
                              .run = insert,
                              .about = "Makes a document." };

static bool insert_one(struct web *w, const json_t *object)
{
    struct str doctype;
    if (!json_is_object(object))
        return throw(&w->cx, &ValidationError, "Each document must be a JSON object.");
    if (!api_doctype_of(w, object, &doctype))
        return false;
    const struct doc *doc = api_insert(w, doctype, object);
    if (!doc)
        return false;
    out_text(&w->out, doc->name);
    return true;
}

static bool insert_many(struct web *w)
{
    const json_t *docs, *one;
    size_t i;
    if (!api_need_list(w, "docs", INSERTS_MOST, &docs))
        return false;
    api_answer_key(w);
    out_begin_array(&w->out);
    json_array_foreach(docs, i, one) if (!insert_one(w, one)) return false;
    out_end_array(&w->out);
    return true;
}

WEB_METHOD(client_insert_many) = { .path = "frappe.client.insert_many",
                                   ARGS({ "docs", JSON, .reqd = true }),
                                   .verbs = WRITES,
                                   .body_limit = DOCUMENT_MOST,
                                   .run = insert_many,
                                   .about = "Makes up to 200 documents, all or none." };

/* The whole document: what is not sent becomes empty, so what was read must be sent back. */
static bool save(struct web *w)
{
    const json_t *object;
    if (!api_need_object(w, "doc", &object))
        return false;
    const struct doc *doc = api_replace(w, object, -1);
    api_answer_key(w);
    return doc && api_saved_whole(w, doc);
}

WEB_METHOD(client_save) = { .path = "frappe.client.save",
                            ARGS({ "doc", JSON, .reqd = true }),
                            .verbs = WRITES,
                            .body_limit = DOCUMENT_MOST,
                            .run = save,
                            .about = "Saves a whole document as it was read." };

/* Frappe stores "" for whatever is false in Python. */
static bool is_falsy(const json_t *value)
{
    return !value || json_is_null(value) || json_is_false(value) ||
           (json_is_number(value) && json_number_value(value) == 0);
}

static bool is_standard(struct str field)
{
    static const char *const names[] = { "name",   "owner",       "creation",   "modified", "modified_by", "docstatus",
                                         "parent", "parentfield", "parenttype", "idx",      "doctype" };
    for (size_t i = 0; i < countof(names); i++)
        if (str_is(field, names[i]))
            return true;
    return false;
}

/* `fieldname` is a name with its `value`, or an object of both: then a whole document may be in it, as it was read. */
static bool changes_of(struct web *w, struct str doctype, const json_t **out)
{
    struct str field;
    if (!web_arg_parsed(w, "fieldname", out))
        return false;
    if (json_is_object(*out))
        return true;
    if (!api_need(w, "fieldname", &field))
        return false;
    if (is_standard(field))
        return throw(&w->cx, &ValidationError, "Cannot edit standard fields");
    const struct doctype *type = api_doctype(w, doctype);
    if (!type || !doc_field(type, field))
        return type && throw(&w->cx, &ValidationError, "Field %.*s does not exist on %s",
                             STR_ARG(html_escape(w->cx.arena, str_slice(field, 0, 64)).text), type->name);
    const json_t *value = web_arg_json(w, "value");
    json_t *object = api_own(w, json_object());
    if (is_falsy(value))
        json_object_set_new(object, str_c(w->cx.arena, field), json_string(""));
    else
        json_object_set(object, str_c(w->cx.arena, field), (json_t *)(uintptr_t)value);
    *out = object;
    return true;
}

static bool set_value(struct web *w)
{
    struct str doctype, name;
    const json_t *changes;
    if (!api_need(w, "doctype", &doctype) || !api_need(w, "name", &name) || !changes_of(w, doctype, &changes))
        return false;
    const struct doc *doc = api_change(w, doctype, name, changes);
    api_answer_key(w);
    return doc && api_saved_whole(w, doc);
}

WEB_METHOD(client_set_value) = { .path = "frappe.client.set_value",
                                 ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true },
                                      { "fieldname", JSON, .reqd = true }, { "value", JSON }),
                                 .verbs = WRITES,
                                 .body_limit = DOCUMENT_MOST,
                                 .run = set_value,
                                 .about = "Changes fields of one document." };

static bool delete (struct web *w)
{
    struct str doctype, name;
    if (!api_need(w, "doctype", &doctype) || !api_need(w, "name", &name))
        return false;
    const struct doctype *type = api_doctype(w, doctype);
    return type && doc_delete(&w->cx, type, name, 0);
}

WEB_METHOD(client_delete) = { .path = "frappe.client.delete",
                              ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }),
                              .verbs = HTTP_DELETE | HTTP_POST,
                              .run = delete,
                              .about = "Deletes a document that nothing links to." };
