/* frappe.client.*: what Frappe's own clients read with (spec/frappe-api.md section 8.1). Documents come with their nulls. */
#include "api_priv.h"

/* ---- lists --------------------------------------------------------------------------------------------------------- */
static bool get_list(struct web *w)
{
    struct str doctype;
    if (!api_need(w, "doctype", &doctype))
        return false;
    if (!web_arg(w, "limit_page_length").n)
        json_object_del(w->args, "limit"); /* it counts on the resource routes only */
    api_answer_key(w);
    return api_list(w, doctype);
}

WEB_METHOD(client_get_list) = { .path = "frappe.client.get_list",
                                ARGS({ "doctype", DATA, .reqd = true }, { "fields", JSON }, { "filters", JSON },
                                     { "or_filters", JSON }, { "order_by", TEXT }, { "group_by", TEXT },
                                     { "parent", DATA }, { "limit_start", INT, .preset = "0" },
                                     { "limit_page_length", INT, .preset = "20" }, { "as_dict", CHECK, .preset = "1" }),
                                .guest_reads = true,
                                .run = get_list,
                                .about = "A list, as /api/resource gives it." };

static json_t *name_filter(struct web *w, const char *op, const json_t *names)
{
    return api_own(w, json_pack("[[s, s, O]]", "name", op, names));
}

/* Here `filters` may be a plain name, or a list of names. */
static bool count_filters(struct web *w, const json_t **out)
{
    const json_t *one;
    bool all_names = true;
    size_t i;
    if (!web_arg_parsed(w, "filters", out))
        return false;
    json_array_foreach(*out, i, one) all_names &= json_is_string(one);
    if (json_is_string(*out) || json_is_number(*out))
        *out = name_filter(w, "=", *out);
    else if (json_array_size(*out) && all_names)
        *out = name_filter(w, "in", *out);
    return true;
}

static bool get_count(struct web *w)
{
    struct query q = { .parent = web_arg(w, "parent") };
    int64_t n = 0;
    if (!api_need(w, "doctype", &q.doctype) || !count_filters(w, &q.filters) ||
        !web_arg_parsed(w, "or_filters", &q.or_filters) || !list_count(&w->cx, &q, &n))
        return false;
    api_answer_key(w);
    out_int(&w->out, n);
    return true;
}

WEB_METHOD(client_get_count) = { .path = "frappe.client.get_count",
                                 ARGS({ "doctype", DATA, .reqd = true }, { "filters", JSON }, { "or_filters", JSON }),
                                 .guest_reads = true,
                                 .run = get_count,
                                 .about = "How many documents the caller may see." };

/* ---- reading ------------------------------------------------------------------------------------------------------------ */
/* The first document that the filters (an object, a list, or a plain name) let through: its row as JSON. */
static bool first_row(struct web *w, struct str doctype, const json_t *fields, bool as_arrays, json_t **out)
{
    struct query q = {
        .doctype = doctype, .fields = fields, .parent = web_arg(w, "parent"), .length = 1, .as_arrays = as_arrays
    };
    if (!web_arg_parsed(w, "filters", &q.filters))
        return false;
    if (json_is_string(q.filters) || json_is_number(q.filters))
        q.filters = name_filter(w, "=", q.filters);
    const json_t *rows = api_rows(w, &q);
    *out = json_array_get(rows, 0);
    return rows != NULL;
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
    if (!api_need(w, "fieldname", &name))
        return false;
    json_t *list = api_own(w, json_array());
    json_array_append_new(list, json_stringn(name.p, name.n));
    *out = list;
    return *single = true;
}

static void write_value(struct web *w, const json_t *row, bool as_dict, bool single)
{
    if (as_dict) {
        api_answer_key(w);
        out_value(&w->out, row ? row : json_null());
    } else if (row) {
        api_answer_key(w);
        out_value(&w->out, single ? json_array_get(row, 0) : row);
    }
}

/* Fields of a Single, as a row. */
static bool single_row(struct web *w, const struct doctype *type, const json_t *fields, bool as_arrays, json_t **out)
{
    const struct doc *doc = doc_read(&w->cx, type, str_of(type->name));
    const json_t *whole = doc ? api_as_json(w, doc) : NULL, *one;
    size_t i;
    *out = api_own(w, as_arrays ? json_array() : json_object());
    if (!whole)
        return false;
    json_array_foreach(fields, i, one)
    {
        json_t *value = json_object_get(whole, json_string_value(one));
        if (!value)
            return throw(&w->cx, &DataError, "Field not permitted in query: %.*s",
                         STR_ARG(html_escape(w->cx.arena, json_str_of(one)).text));
        if (as_arrays)
            json_array_append(*out, value);
        else
            json_object_set(*out, json_string_value(one), value);
    }
    return true;
}

static bool get_value(struct web *w)
{
    const struct doctype *type = api_need_doctype(w, "doctype");
    const json_t *fields;
    json_t *row = NULL;
    bool as_dict = api_flag(w, "as_dict", true), single;
    if (!type || !wanted_fields(w, &fields, &single))
        return false;
    if (type->is_single ? !single_row(w, type, fields, !as_dict, &row)
                        : !first_row(w, str_of(type->name), fields, !as_dict, &row))
        return false;
    if (!row && as_dict) {
        api_answer_key(w);
        out_begin_object(&w->out);
        out_end_object(&w->out);
        return true;
    }
    write_value(w, row, as_dict, single);
    return true;
}

WEB_METHOD(client_get_value) = { .path = "frappe.client.get_value",
                                 ARGS({ "doctype", DATA, .reqd = true }, { "fieldname", JSON, .reqd = true },
                                      { "filters", JSON }, { "as_dict", CHECK, .preset = "1" }),
                                 .guest_reads = true,
                                 .run = get_value,
                                 .about = "Fields of the first document that the filters let through." };

static bool get(struct web *w)
{
    struct str doctype, name;
    json_t *row = NULL;
    if (!api_need(w, "doctype", &doctype))
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
    api_answer_key(w);
    return api_read(w, doctype, name, true);
}

WEB_METHOD(client_get) = { .path = "frappe.client.get",
                           ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA }, { "filters", JSON }),
                           .guest_reads = true,
                           .run = get,
                           .about = "One document, by name or by filters." };

static bool get_single_value(struct web *w)
{
    struct str doctype, field;
    if (!api_need(w, "doctype", &doctype) || !api_need(w, "field", &field))
        return false;
    const struct doctype *type = api_doctype(w, doctype);
    const struct doc *doc = type ? doc_read(&w->cx, type, doctype) : NULL;
    if (!doc)
        return false;
    if (!doc_field(type, field))
        return throw(&w->cx, &ValidationError, "Field %.*s does not exist on %s", STR_ARG(field), type->name);
    const json_t *object = api_as_json(w, doc);
    if (!object)
        return false;
    const json_t *value = json_object_get(object, str_c(w->cx.arena, field));
    if (value && !json_is_null(value)) {
        api_answer_key(w);
        out_value(&w->out, value);
    }
    return true;
}

WEB_METHOD(client_get_single_value) = { .path = "frappe.client.get_single_value",
                                        ARGS({ "doctype", DATA, .reqd = true }, { "field", DATA, .reqd = true }),
                                        .run = get_single_value,
                                        .about = "One field of a Single." };
