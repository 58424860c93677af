/* Searching for link fields as Frappe's desk does (spec/frappe-api.md section 8.2), and looking a link up. */
#include "api_priv.h"

enum { RESULTS = 10, RESULTS_MOST = 200, FIELDS_MOST = 12 };

struct search {
    const struct doctype *type;
    struct str text;
    const char *fields[FIELDS_MOST]; /* the name first, then what describes it */
    size_t field_count;
    int64_t start, length;
};

/* ---- what is asked ---------------------------------------------------------------------------------------------------- */
static void add_field(struct search *s, const char *name)
{
    for (size_t i = 0; i < s->field_count; i++)
        if (!strcmp(s->fields[i], name))
            return;
    if (s->field_count < FIELDS_MOST)
        s->fields[s->field_count++] = name;
}

static void add_usual_fields(struct web *w, struct search *s)
{
    struct str rest = str_of(s->type->search_fields), word;
    add_field(s, "name");
    if (s->type->title_field)
        add_field(s, s->type->title_field);
    while (rest.n && str_cut(&rest, ' ', &word))
        if (word.n && doc_field(s->type, word))
            add_field(s, str_c(w->cx.arena, word));
}

static bool add_search_field(struct web *w, struct search *s)
{
    struct str field = str_trim(web_arg(w, "searchfield"));
    for (size_t i = 0; i < field.n; i++)
        if (field.p[i] != '_' && !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", field.p[i]))
            return throw(&w->cx, &DataError, "Invalid Search Field %.*s",
                         STR_ARG(html_escape(w->cx.arena, field).text));
    if (field.n && !str_is(field, "name"))
        add_field(s, str_c(w->cx.arena, field));
    return true;
}

static bool read_search(struct web *w, struct search *s)
{
    s->type = api_need_doctype(w, "doctype");
    s->text = str_trim(web_arg(w, "txt"));
    if (!s->type || !api_limit(w, "start", 0, &s->start) || !api_limit(w, "page_length", RESULTS, &s->length))
        return false;
    if (web_arg(w, "query").n)
        return throw(&w->cx, &ValidationError, "A search by a method of one's own is not possible here.");
    if (s->length == 0 || s->length > RESULTS_MOST)
        s->length = RESULTS_MOST;
    add_usual_fields(w, s);
    return add_search_field(w, s);
}

/* ---- the filters -------------------------------------------------------------------------------------------------------- */
static json_t *term(const char *field, const char *op, struct str value)
{
    return json_pack("[s, s, s%]", field, op, value.p ? value.p : "", value.n);
}

static void add_object_filters(json_t *to, const json_t *object)
{
    const char *field;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, field, value)
    {
        bool pair = json_is_array(value) && json_array_size(value) == 2;
        json_array_append_new(to,
                              pair ? json_pack("[s, O, O]", field, json_array_get(value, 0), json_array_get(value, 1))
                                   : json_pack("[s, s, O]", field, "=", value));
    }
}

/* The client's, and that what was switched off is not offered. */
static json_t *filters_of(struct web *w, const struct search *s)
{
    const json_t *given = NULL;
    if (!web_arg_parsed(w, "filters", &given))
        return NULL;
    json_t *all = api_own(w, json_array());
    if (json_is_object(given))
        add_object_filters(all, given);
    else if (json_is_array(given))
        json_array_extend(all, (json_t *)(uintptr_t)given);
    const struct field *enabled = doc_field(s->type, STR("enabled")), *disabled = doc_field(s->type, STR("disabled"));
    if (enabled && enabled->type == CHECK)
        json_array_append_new(all, term("enabled", "=", STR("1")));
    if (disabled && disabled->type == CHECK)
        json_array_append_new(all, term("disabled", "!=", STR("1")));
    return all;
}

static const json_t *field_list(struct web *w, const struct search *s)
{
    json_t *list = api_own(w, json_array());
    for (size_t i = 0; i < s->field_count; i++)
        json_array_append_new(list, json_string(s->fields[i]));
    return list;
}

static struct query query_of(struct web *w, const struct search *s, const json_t *filters)
{
    const char *sort = s->type->sort ? s->type->sort : "modified desc";
    return (struct query){ .doctype = str_of(s->type->name),
                           .fields = field_list(w, s),
                           .filters = filters,
                           .order_by = str_printf(w->cx.arena, "idx desc, %s", sort),
                           .length = s->start + s->length,
                           .linked_from = web_arg(w, "reference_doctype"),
                           .ignore_limits = api_flag(w, "ignore_user_permissions", false),
                           .as_arrays = true };
}

/* ---- results --------------------------------------------------------------------------------------------------------------- */
static bool has_name(const json_t *rows, const json_t *name)
{
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row) if (json_equal(json_array_get(row, 0), name)) return true;
    return false;
}

static size_t position_in_name(struct web *w, const struct search *s, const json_t *row)
{
    struct str name = utf8_fold(w->cx.arena, json_str_of(json_array_get(row, 0)));
    ptrdiff_t at = str_find(name, utf8_fold(w->cx.arena, s->text));
    return at < 0 ? SIZE_MAX : (size_t)at;
}

/* Adds what is not there yet, the nearer the text stands to the front of the name the earlier. */
static void merge(struct web *w, const struct search *s, json_t *to, const json_t *rows)
{
    size_t first = json_array_size(to), i;
    json_t *row;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row)
    {
        if (has_name(to, json_array_get(row, 0)))
            continue;
        size_t at = json_array_size(to), position = position_in_name(w, s, row);
        while (at > first && position_in_name(w, s, json_array_get(to, at - 1)) > position)
            at--;
        json_array_insert(to, at, row);
    }
}

/* Names that begin with the text come first, whatever else has it somewhere after them. */
static bool add_prefixed(struct web *w, const struct search *s, const json_t *filters, json_t *to)
{
    if (!s->text.n)
        return true;
    json_t *narrowed = api_own(w, json_copy((json_t *)(uintptr_t)filters));
    json_array_append_new(narrowed, term("name", "like", str_printf(w->cx.arena, "%.*s%%", STR_ARG(s->text))));
    struct query q = query_of(w, s, narrowed);
    const json_t *rows = api_rows(w, &q);
    if (rows)
        merge(w, s, to, rows);
    return rows != NULL;
}

static bool add_containing(struct web *w, const struct search *s, const json_t *filters, json_t *to)
{
    struct query q = query_of(w, s, filters);
    struct str pattern = str_printf(w->cx.arena, "%%%.*s%%", STR_ARG(s->text));
    json_t *any = api_own(w, json_array());
    for (size_t i = 0; s->text.n && i < s->field_count; i++)
        json_array_append_new(any, term(s->fields[i], "like", pattern));
    q.or_filters = any;
    const json_t *rows = api_rows(w, &q);
    if (rows)
        merge(w, s, to, rows);
    return rows != NULL;
}

/* Rows as arrays, best first. NULL: thrown. */
static const json_t *results(struct web *w, const struct search *s)
{
    const json_t *filters = filters_of(w, s);
    json_t *found = api_own(w, json_array()), *page = api_own(w, json_array()), *row;
    size_t i;
    if (!filters || !add_prefixed(w, s, filters, found) || !add_containing(w, s, filters, found))
        return NULL;
    json_array_foreach(found, i, row) if (i >= (size_t)s->start && i < (size_t)(s->start + s->length))
        json_array_append(page, row);
    return page;
}

/* ---- search_link ------------------------------------------------------------------------------------------------------------ */
static struct str description_of(struct web *w, const json_t *row)
{
    struct buf b = buf_new(w->cx.arena, 64 * 1024);
    for (size_t i = 1; i < json_array_size(row); i++) {
        struct str text = json_str_of(json_array_get(row, i));
        if (!text.n || str_eq(text, json_str_of(json_array_get(row, 0))))
            continue;
        if (b.n)
            buf_lit(&b, ", ");
        buf_add(&b, text);
    }
    return buf_str(&b);
}

static bool search_link(struct web *w)
{
    struct search s = { 0 };
    const json_t *rows = read_search(w, &s) ? results(w, &s) : NULL, *row;
    size_t i;
    if (!rows)
        return false;
    api_answer_key(w);
    out_begin_array(&w->out);
    json_array_foreach(rows, i, row)
    {
        out_begin_object(&w->out);
        out_member_text(&w->out, "value", json_str_of(json_array_get(row, 0)));
        out_member_text(&w->out, "description", description_of(w, row));
        out_end_object(&w->out);
    }
    out_end_array(&w->out);
    return true;
}

WEB_METHOD(search_link) = { .path = "frappe.desk.search.search_link",
                            ARGS({ "doctype", DATA, .reqd = true }, { "txt", DATA }, { "filters", JSON },
                                 { "page_length", INT, .preset = "10" }, { "searchfield", DATA }),
                            .run = search_link,
                            .about = "Documents for a link field: value and description, best first." };

/* ---- search_widget ------------------------------------------------------------------------------------------------------------ */
static void write_as_object(struct web *w, const struct search *s, const json_t *row)
{
    out_begin_object(&w->out);
    for (size_t i = 0; i < s->field_count; i++) {
        out_key(&w->out, str_of(s->fields[i]));
        out_value(&w->out, json_array_get(row, i));
    }
    out_end_object(&w->out);
}

static bool search_widget(struct web *w)
{
    struct search s = { 0 };
    const json_t *extra = NULL, *rows = NULL, *item;
    size_t i;
    if (!read_search(w, &s) || !web_arg_parsed(w, "filter_fields", &extra))
        return false;
    json_array_foreach(extra, i, item) if (json_is_string(item)) add_field(&s, json_string_value(item));
    rows = results(w, &s);
    if (!rows)
        return false;
    api_answer_key(w);
    out_begin_array(&w->out);
    json_array_foreach(rows, i, item)
    {
        if (api_flag(w, "as_dict", false))
            write_as_object(w, &s, item);
        else
            out_value(&w->out, item);
    }
    out_end_array(&w->out);
    return true;
}

WEB_METHOD(search_widget) = { .path = "frappe.desk.search.search_widget",
                              ARGS({ "doctype", DATA, .reqd = true }, { "txt", DATA }, { "filters", JSON },
                                   { "start", INT, .preset = "0" }, { "page_length", INT, .preset = "10" },
                                   { "searchfield", DATA }, { "filter_fields", JSON },
                                   { "as_dict", CHECK, .preset = "0" }),
                              .run = search_widget,
                              .about = "Documents that match a text: rows of name, title and search fields." };

/* ---- validate_link -------------------------------------------------------------------------------------------------------------- */
static const json_t *link_fields(struct web *w)
{
    const json_t *given = NULL, *one;
    size_t i;
    if (!web_arg_parsed(w, "fields", &given))
        return NULL;
    json_t *list = api_own(w, json_array());
    json_array_append_new(list, json_string("name"));
    json_array_foreach(given, i, one) json_array_append(list, (json_t *)(uintptr_t)one);
    return list;
}

/* The stored spelling of the name, and fields of it to fetch; null when there is none, or none for the caller. */
static bool validate_link(struct web *w)
{
    struct str docname = web_arg(w, "docname");
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (type && !web_arg_json(w, "docname") && !api_need(w, "docname", &docname))
        return false;
    const json_t *fields = type ? link_fields(w) : NULL, *row = NULL;
    if (!fields || (!perm_allows(&w->cx, type, NULL, SELECT_) && !perm_check(&w->cx, type, NULL, READ)))
        return false;
    if (docname.n && !type->is_single) {
        json_t *filter = api_own(w, json_pack("{s: s%}", "name", docname.p, docname.n));
        const json_t *rows = api_rows(
            w, &(struct query){ .doctype = str_of(type->name), .fields = fields, .filters = filter, .length = 1 });
        if (!rows)
            return false;
        row = json_array_get(rows, 0);
    }
    api_answer_key(w);
    out_begin_object(&w->out);
    const char *key;
    const json_t *value;
    if (!row)
        out_member_null(&w->out, "name");
    json_object_foreach((json_t *)(uintptr_t)row, key, value)
    {
        out_key(&w->out, str_of(key));
        out_value(&w->out, value);
    }
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(client_validate_link) = { .path = "frappe.client.validate_link",
                                     ARGS({ "doctype", DATA, .reqd = true }, { "docname", DATA, .reqd = true },
                                          { "fields", JSON }),
                                     .run = validate_link,
                                     .about = "The stored name of a linked document and fields to fetch from it." };
