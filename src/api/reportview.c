/* frappe.desk.reportview: lists as Frappe's desk asks for them (spec/frappe-api.md section 8.2). */
#include "api_priv.h"

enum { PAGE = 20 };

/* "sum(`tabX`.`amount`) as _aggregate_column", asked for in three arguments. */
static bool add_aggregate(struct web *w, struct query *q)
{
    struct str function = web_arg(w, "aggregate_function"), field = web_arg(w, "aggregate_on_field"),
               on = web_arg(w, "aggregate_on_doctype");
    if (!function.n || !field.n)
        return true;
    struct str text = str_printf(w->cx.arena, "%.*s(`tab%.*s`.`%.*s`) as _aggregate_column", STR_ARG(function),
                                 STR_ARG(on.n ? on : q->doctype), STR_ARG(field));
    json_t *list = api_own(w, json_is_array(q->fields) ? json_copy((json_t *)(uintptr_t)q->fields) : json_array());
    json_array_append_new(list, json_stringn(text.p, text.n));
    q->fields = list;
    return true;
}

static bool read_query(struct web *w, struct query *q)
{
    *q = (struct query){ .order_by = web_arg(w, "order_by"),
                         .group_by = web_arg(w, "group_by"),
                         .parent = web_arg(w, "parent"),
                         .distinct = api_flag(w, "distinct", false) };
    return api_need(w, "doctype", &q->doctype) && web_arg_parsed(w, "fields", &q->fields) &&
           web_arg_parsed(w, "filters", &q->filters) && web_arg_parsed(w, "or_filters", &q->or_filters) &&
           api_limit(w, "start", 0, &q->start) && api_limit(w, "page_length", PAGE, &q->length) && add_aggregate(w, q);
}

static void write_keys(struct web *w, const json_t *row)
{
    const char *key;
    const json_t *value;
    out_key(&w->out, STR("keys"));
    out_begin_array(&w->out);
    json_object_foreach((json_t *)(uintptr_t)row, key, value) out_text(&w->out, str_of(key));
    out_end_array(&w->out);
}

static void write_values(struct web *w, const json_t *rows)
{
    const char *key;
    const json_t *row, *value;
    size_t i;
    out_key(&w->out, STR("values"));
    out_begin_array(&w->out);
    json_array_foreach(rows, i, row)
    {
        out_begin_array(&w->out);
        json_object_foreach((json_t *)(uintptr_t)row, key, value) out_value(&w->out, value);
        out_end_array(&w->out);
    }
    out_end_array(&w->out);
}

/* Keys once, then rows of values; an empty list when there are no rows. */
static bool get(struct web *w)
{
    struct query q;
    const json_t *rows = read_query(w, &q) ? api_rows(w, &q) : NULL;
    if (!rows)
        return false;
    api_answer_key(w);
    if (!json_array_size(rows)) {
        out_value(&w->out, rows);
        return true;
    }
    out_begin_object(&w->out);
    write_keys(w, json_array_get(rows, 0));
    write_values(w, rows);
    out_key(&w->out, STR("user_info"));
    out_begin_object(&w->out);
    out_end_object(&w->out);
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(reportview_get) = {
    .path = "frappe.desk.reportview.get",
    ARGS({ "doctype", DATA, .reqd = true }, { "fields", JSON }, { "filters", JSON }, { "or_filters", JSON },
         { "order_by", TEXT }, { "group_by", TEXT }, { "parent", DATA }, { "start", INT, .preset = "0" },
         { "page_length", INT, .preset = "20" }, { "distinct", CHECK, .preset = "0" }, { "aggregate_function", DATA },
         { "aggregate_on_field", DATA }, { "aggregate_on_doctype", DATA }),
    .run = get,
    .about = "A list as keys and rows of values."
};

static bool get_list(struct web *w)
{
    struct query q;
    if (!read_query(w, &q))
        return false;
    api_answer_key(w);
    return list_json(&w->cx, &q, &w->out);
}

WEB_METHOD(reportview_get_list) = { .path = "frappe.desk.reportview.get_list",
                                    ARGS({ "doctype", DATA, .reqd = true }, { "fields", JSON }, { "filters", JSON },
                                         { "or_filters", JSON }, { "order_by", TEXT }, { "group_by", TEXT },
                                         { "parent", DATA }, { "start", INT, .preset = "0" },
                                         { "page_length", INT, .preset = "20" }, { "distinct", CHECK, .preset = "0" }),
                                    .run = get_list,
                                    .about = "A list as objects." };

static bool get_count(struct web *w)
{
    struct query q;
    int64_t most, n = 0;
    if (!read_query(w, &q) || !api_limit(w, "limit", 0, &most) || !list_count(&w->cx, &q, &n))
        return false;
    api_answer_key(w);
    out_int(&w->out, most > 0 && most < n ? most : n);
    return true;
}

WEB_METHOD(reportview_get_count) = { .path = "frappe.desk.reportview.get_count",
                                     ARGS({ "doctype", DATA, .reqd = true }, { "fields", JSON }, { "filters", JSON },
                                          { "or_filters", JSON }, { "distinct", CHECK, .preset = "0" },
                                          { "limit", INT }),
                                     .run = get_count,
                                     .about = "How many documents the caller may see, counted up to a limit." };
