/* frappe.client.*: what Frappe's own clients call (spec/frappe-api.md section 8.1). Documents come with their nulls. */
#include "api_priv.h"

enum { WRITES = HTTP_POST | HTTP_PUT, INSERTS_MOST = 200 };

static void release_json(void *value)
{
    json_decref(value);
}

static void answer_key(struct web *w)
{
    out_key(&w->out, str_of(web_answer_key(w)));
}

/* A text argument that must be there. */
static bool need(struct web *w, const char *name, struct str *out)
{
    *out = web_arg(w, name);
    return out->n || throw(&w->cx, &FrappeTypeError, "The argument '%s' is missing.", name);
}

static bool need_object(struct web *w, const char *name, const json_t **out)
{
    if (!web_arg_parsed(w, name, out))
        return false;
    return json_is_object(*out) || throw(&w->cx, &ValidationError, "The argument '%s' must be a JSON object.", name);
}

static bool doctype_of_object(struct web *w, const json_t *object, struct str *out)
{
    *out = json_get_str(object, "doctype");
    return out->n || throw(&w->cx, &ValidationError, "The document does not say its doctype.");
}

/* ---- lists --------------------------------------------------------------------------------------------------------- */
static bool get_list(struct web *w)
{
    struct str doctype;
    if (!need(w, "doctype", &doctype))
        return false;
    if (!web_arg(w, "limit_page_length").n)
        json_object_del(w->args, "limit"); /* it counts on the resource routes only */
    answer_key(w);
    return api_list(w, doctype);
}

WEB_METHOD(client_get_list) = {
    .path = "frappe.client.get_list", .guest = true, .run = get_list, .about = "A list, as /api/resource gives it."
};

static bool get_count(struct web *w)
{
    struct query q = { 0 };
    int64_t n = 0;
    if (!need(w, "doctype", &q.doctype) || !web_arg_parsed(w, "filters", &q.filters) ||
        !web_arg_parsed(w, "or_filters", &q.or_filters) || !list_count(&w->cx, &q, &n))
        return false;
    answer_key(w);
    out_int(&w->out, n);
    return true;
}

WEB_METHOD(client_get_count) = { .path = "frappe.client.get_count",
                                 .guest = true,
                                 .run = get_count,
                                 .about = "How many documents the caller may see." };

/* ---- reading ------------------------------------------------------------------------------------------------------------ */
/* The first document that the filters (an object, a list, or a plain name) let through: its row as JSON. */
static bool first_row(struct web *w, struct str doctype, const json_t *fields, bool as_arrays, json_t **out)
{
    struct query q = { .doctype = doctype, .fields = fields, .length = 1, .as_arrays = as_arrays };
    if (!web_arg_parsed(w, "filters", &q.filters))
        return false;
    json_t *by_name = NULL;
    if (json_is_string(q.filters) || json_is_number(q.filters)) {
        struct str name = web_arg(w, "filters");
        by_name = json_object();
        arena_defer(w->cx.arena, release_json, by_name);
        json_object_set_new(by_name, "name", json_stringn(name.p, name.n));
        q.filters = by_name;
    }
    struct buf b = buf_new(w->cx.arena, (size_t)8 << 20);
    struct json_out rows = out_to(&b);
    if (!list_json(&w->cx, &q, &rows))
        return false;
    struct str why;
    json_t *list = json_read(w->cx.arena, buf_str(&b), &json_limits_default, &why);
    *out = json_array_get(list, 0);
    return true;
}

/* `fieldname` is one name, or a JSON list of names. */
static bool wanted_fields(struct web *w, const json_t **out, bool *single)
{
    struct str name;
    *single = false;
    if (!web_arg_parsed(w, "fieldname", out))
        return false;
    if (json_is_array(*out))
        return true;
    if (!need(w, "fieldname", &name))
        return false;
    json_t *list = json_array();
    arena_defer(w->cx.arena, release_json, list);
    json_array_append_new(list, json_stringn(name.p, name.n));
    *out = list;
    return *single = true;
}

static void write_value(struct web *w, const json_t *row, bool as_dict, bool single)
{
    if (as_dict) {
        answer_key(w);
        out_value(&w->out, row ? row : json_null());
    } else if (row) {
        answer_key(w);
        out_value(&w->out, single ? json_array_get(row, 0) : row);
    }
}

static bool get_value(struct web *w)
{
    struct str doctype;
    const json_t *fields;
    json_t *row = NULL;
    bool as_dict = api_flag(w, "as_dict", true), single;
    if (!need(w, "doctype", &doctype) || !wanted_fields(w, &fields, &single) ||
        !first_row(w, doctype, fields, !as_dict, &row))
        return false;
    if (!row && as_dict) {
        answer_key(w);
        out_begin_object(&w->out);
        out_end_object(&w->out);
        return true;
    }
    write_value(w, row, as_dict, single);
    return true;
}

WEB_METHOD(client_get_value) = { .path = "frappe.client.get_value",
                                 .guest = true,
                                 .run = get_value,
                                 .about = "Fields of the first document that the filters let through." };

static bool get(struct web *w)
{
    struct str doctype, name;
    json_t *row = NULL;
    if (!need(w, "doctype", &doctype))
        return false;
    name = web_arg(w, "name");
    const struct doctype *type = api_doctype(w, doctype);
    if (!type)
        return false;
    if (!name.n && type->is_single)
        name = doctype;
    if (!name.n) {
        if (!first_row(w, doctype, NULL, false, &row))
            return false;
        name = json_get_str(row, "name");
        if (!name.n)
            return throw(&w->cx, &DoesNotExistError, "%s %s not found", type->name, "");
    }
    answer_key(w);
    return api_read(w, doctype, name, true);
}

WEB_METHOD(client_get) = {
    .path = "frappe.client.get", .guest = true, .run = get, .about = "One document, by name or by filters."
};

static bool get_single_value(struct web *w)
{
    struct str doctype, field;
    if (!need(w, "doctype", &doctype) || !need(w, "field", &field))
        return false;
    const struct doctype *type = api_doctype(w, doctype);
    const struct doc *doc = type ? doc_read(&w->cx, type, doctype) : NULL;
    if (!doc)
        return false;
    if (!doc_field(type, field))
        return throw(&w->cx, &ValidationError, "Field %.*s does not exist on %s", STR_ARG(field), type->name);
    struct buf b = buf_new(w->cx.arena, (size_t)8 << 20);
    struct json_out whole = out_to(&b);
    doc_json(&w->cx, doc, &whole, true);
    const json_t *object = json_read(w->cx.arena, buf_str(&b), &json_limits_default, NULL);
    const json_t *value = json_object_get(object, str_c(w->cx.arena, field));
    if (value && !json_is_null(value)) {
        answer_key(w);
        out_value(&w->out, value);
    }
    return true;
}

WEB_METHOD(client_get_single_value) = { .path = "frappe.client.get_single_value",
                                        .run = get_single_value,
                                        .about = "One field of a Single." };

/* ---- writing --------------------------------------------------------------------------------------------------------------- */
static bool insert(struct web *w)
{
    const json_t *object;
    struct str doctype;
    if (!need_object(w, "doc", &object) || !doctype_of_object(w, object, &doctype))
        return false;
    answer_key(w);
    return api_create(w, doctype, object, true);
}

WEB_METHOD(client_insert) = {
    .path = "frappe.client.insert", .verbs = WRITES, .run = insert, .about = "Makes a document."
};

static bool insert_one(struct web *w, const json_t *object)
{
    struct str doctype;
    if (!json_is_object(object))
        return throw(&w->cx, &ValidationError, "Each document must be a JSON object.");
    if (!doctype_of_object(w, object, &doctype))
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
    if (!web_arg_parsed(w, "docs", &docs))
        return false;
    if (!json_is_array(docs) || json_array_size(docs) > INSERTS_MOST)
        return throw(&w->cx, &ValidationError, "The argument 'docs' must be a list of at most %d documents.",
                     INSERTS_MOST);
    answer_key(w);
    out_begin_array(&w->out);
    json_array_foreach(docs, i, one) if (!insert_one(w, one)) return false;
    out_end_array(&w->out);
    return true;
}

WEB_METHOD(client_insert_many) = { .path = "frappe.client.insert_many",
                                   .verbs = WRITES,
                                   .run = insert_many,
                                   .about = "Makes up to 200 documents, all or none." };

/* The whole document: what is not sent becomes empty, so what was read must be sent back. */
static bool save(struct web *w)
{
    const json_t *object;
    struct str doctype;
    if (!need_object(w, "doc", &object) || !doctype_of_object(w, object, &doctype))
        return false;
    const struct doctype *type = api_doctype(w, doctype);
    if (!type || !perm_check(&w->cx, type, NULL, WRITE))
        return false;
    struct str name = json_get_str(object, "name");
    struct doc *doc = name.n ? doc_load_for_update(&w->cx, type, name) : doc_new(&w->cx, type);
    if (!doc || !doc_merge(&w->cx, doc, object, name.n > 0) || !doc_save(&w->cx, doc, 0))
        return false;
    answer_key(w);
    return api_saved(w, doc, true);
}

WEB_METHOD(client_save) = {
    .path = "frappe.client.save", .verbs = WRITES, .run = save, .about = "Saves a whole document as it was read."
};

/* `fieldname` is a name with its `value`, or an object of both. */
static bool changes_of(struct web *w, const json_t **out)
{
    struct str field;
    if (!web_arg_parsed(w, "fieldname", out))
        return false;
    if (json_is_object(*out))
        return true;
    if (!need(w, "fieldname", &field))
        return false;
    const json_t *value = web_arg_json(w, "value");
    json_t *object = json_object();
    arena_defer(w->cx.arena, release_json, object);
    json_object_set(object, str_c(w->cx.arena, field), value ? (json_t *)(uintptr_t)value : json_null());
    *out = object;
    return true;
}

static bool is_standard(const char *field)
{
    static const char *const names[] = { "name",      "owner",  "creation",    "modified",   "modified_by",
                                         "docstatus", "parent", "parentfield", "parenttype", "idx" };
    for (size_t i = 0; i < countof(names); i++)
        if (!strcmp(names[i], field))
            return true;
    return false;
}

static bool check_changes(struct web *w, const struct doctype *type, const json_t *changes)
{
    const char *field;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)changes, field, value)
    {
        if (is_standard(field))
            return throw(&w->cx, &ValidationError, "Cannot edit standard fields");
        if (!doc_field(type, str_of(field)))
            return throw(&w->cx, &ValidationError, "Field %s does not exist on %s", field, type->name);
    }
    return true;
}

static bool set_value(struct web *w)
{
    struct str doctype, name;
    const json_t *changes;
    if (!need(w, "doctype", &doctype) || !need(w, "name", &name) || !changes_of(w, &changes))
        return false;
    const struct doctype *type = api_doctype(w, doctype);
    if (!type || !check_changes(w, type, changes))
        return false;
    answer_key(w);
    return api_update(w, doctype, name, changes, true);
}

WEB_METHOD(client_set_value) = {
    .path = "frappe.client.set_value", .verbs = WRITES, .run = set_value, .about = "Changes fields of one document."
};

static bool delete (struct web *w)
{
    struct str doctype, name;
    if (!need(w, "doctype", &doctype) || !need(w, "name", &name))
        return false;
    const struct doctype *type = api_doctype(w, doctype);
    return type && doc_delete(&w->cx, type, name, 0);
}

WEB_METHOD(client_delete) = { .path = "frappe.client.delete",
                              .verbs = HTTP_DELETE | HTTP_POST,
                              .run = delete,
                              .about = "Deletes a document that nothing links to." };
