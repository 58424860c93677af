/* Operations on the documents of a DocType, address by address. */
#include "openapi_priv.h"

static const char *verb_name(enum http_method verb)
{
    switch (verb) {
    case HTTP_POST:
        return "post";
    case HTTP_PUT:
        return "put";
    case HTTP_PATCH:
        return "patch";
    case HTTP_DELETE:
        return "delete";
    default:
        return "get";
    }
}

/* ---- what is sent --------------------------------------------------------------------------------------------------- */
static void parameters(const struct openapi *o, const struct operation *operation, const struct doctype *type)
{
    static const char *const v1[] = { "fields",   "filters",     "or_filters",        "order_by",
                                      "group_by", "limit_start", "limit_page_length", "as_dict" };
    static const char *const v2[] = { "fields",   "filters", "or_filters", "order_by",
                                      "group_by", "start",   "limit",      "as_dict" };
    const char *const *names = operation->api == 1 ? v1 : v2;
    bool counts = operation->gives == GIVES_COUNT;
    bool rows = type->is_child && !type->addressable;
    if (operation->gives != GIVES_ROWS && !counts)
        return;
    out_key(o->out, STR("parameters"));
    out_begin_array(o->out);
    for (size_t i = counts ? 1 : 0; i < (counts ? 3 : countof(v1)); i++)
        openapi_ref(o->out, "parameters", str_of(names[i]));
    if (rows)
        openapi_ref(o->out, "parameters", STR("parent"));
    out_end_array(o->out);
}

/* What must be there to make a document: what is mandatory and gets no value by itself. */
static bool is_missed(const struct openapi *o, const struct offer *offer, const struct field *f)
{
    if (strcmp(f->name, "parent") == 0 && field_is_standard(f))
        return offer_takes(o->cx, offer, f);
    bool filled =
        f->preset || field_is_number(f) || (f->type == SELECT && f->options && *f->options != '\n') || f->fetch_from;
    return f->reqd && !filled && offer_takes(o->cx, offer, f);
}

static void required(const struct openapi *o, const struct offer *offer)
{
    size_t count = 0;
    for (size_t i = 0; i < offer->field_count; i++)
        count += is_missed(o, offer, offer->fields[i]);
    if (!count)
        return;
    out_key(o->out, STR("required"));
    out_begin_array(o->out);
    for (size_t i = 0; i < offer->field_count; i++)
        if (is_missed(o, offer, offer->fields[i]))
            out_text(o->out, str_of(offer->fields[i]->name));
    out_end_array(o->out);
}

static void fields_schema(const struct openapi *o, const struct operation *operation, const struct offer *offer)
{
    struct arena *a = o->cx->arena;
    openapi_begin(o->out, "schema");
    out_key(o->out, STR("allOf"));
    out_begin_array(o->out);
    openapi_ref(o->out, "schemas", str_printf(a, "%.*s.input", STR_ARG(openapi_key(a, offer->type))));
    out_end_array(o->out);
    if (operation->verb == HTTP_POST)
        required(o, offer);
    out_end_object(o->out);
    out_key(o->out, STR("example"));
    openapi_document_example(o, offer, true);
}

static void body(const struct openapi *o, const struct operation *operation, const struct offer *offer)
{
    openapi_begin(o->out, "requestBody");
    out_key(o->out, STR("required"));
    out_bool(o->out, !operation->args || operation->args->name);
    openapi_begin(o->out, "content");
    openapi_begin(o->out, "application/json");
    if (operation->args)
        openapi_arguments(o, operation->args);
    else
        fields_schema(o, operation, offer);
    out_end_object(o->out);
    out_end_object(o->out);
    out_end_object(o->out);
}

/* ---- what comes back ------------------------------------------------------------------------------------------------ */
static void row_schema(const struct openapi *o, const struct doctype *type)
{
    out_begin_object(o->out);
    out_member_text(o->out, "type", STR("array"));
    openapi_begin(o->out, "items");
    out_key(o->out, STR("oneOf"));
    out_begin_array(o->out);
    openapi_ref(o->out, "schemas", openapi_key(o->cx->arena, type));
    out_raw(o->out, JSON_TEXT({ "type" : "array", "description" : "With as_dict=false." }));
    out_end_array(o->out);
    out_end_object(o->out);
    out_end_object(o->out);
}

static void data_schema(const struct openapi *o, const struct operation *operation, const struct doctype *type)
{
    static const char *const fixed[] = {
        [GIVES_OK] = "{\"const\":\"ok\"}",
        [GIVES_COUNT] = "{\"type\":\"integer\",\"minimum\":0}",
        [GIVES_META] = "{\"type\":\"object\",\"required\":[\"name\",\"fields\",\"permissions\"]}",
        [GIVES_OUTCOME] =
            "{\"type\":\"object\",\"required\":[\"failed\",\"total\",\"success_count\",\"failure_count\"]}",
        [GIVES_ANYTHING] = "{}",
    };
    if (operation->gives == GIVES_ROWS)
        row_schema(o, type);
    else if (operation->gives < countof(fixed) && fixed[operation->gives])
        out_raw(o->out, str_of(fixed[operation->gives]));
    else
        openapi_ref(o->out, "schemas", openapi_key(o->cx->arena, type));
}

static void success(const struct openapi *o, const struct operation *operation, const struct doctype *type)
{
    openapi_begin(o->out, operation->verb == HTTP_DELETE ? "202" : "200");
    out_member_text(o->out, "description", operation->verb == HTTP_DELETE ? STR("It is deleted.") : STR("Done."));
    openapi_begin(o->out, "content");
    openapi_begin(o->out, "application/json");
    openapi_begin(o->out, "schema");
    out_member_text(o->out, "type", STR("object"));
    if (operation->gives != GIVES_ANYTHING)
        openapi_member(o->out, "required", JSON_TEXT(["data"]));
    openapi_begin(o->out, "properties");
    out_key(o->out, STR("data"));
    data_schema(o, operation, type);
    out_end_object(o->out);
    out_end_object(o->out);
    out_end_object(o->out);
    out_end_object(o->out);
    out_end_object(o->out);
}

/* ---- one operation, one address, all of them ---------------------------------------------------------------------------- */
static bool is_open(const struct openapi *o, const struct operation *operation, const struct doctype *type)
{
    const struct offer *guest = offer_named(o->guest_offers, o->guest_offer_count, str_of(type->name));
    return guest && offer_has(guest, operation);
}

static void write_operation(const struct openapi *o, const struct operation *operation, const struct offer *offer)
{
    struct arena *a = o->cx->arena;
    bool of_document = str_find(str_of(operation->pattern), STR("*name")) >= 0;
    openapi_begin(o->out, verb_name(operation->verb));
    out_member_text(o->out, "operationId",
                    str_printf(a, "%s_%.*s", operation->id, STR_ARG(openapi_key(a, offer->type))));
    out_member_text(o->out, "summary", str_of(operation->about));
    out_key(o->out, STR("tags"));
    out_begin_array(o->out);
    out_text(o->out, str_of(offer->type->name));
    out_end_array(o->out);
    openapi_security(o, is_open(o, operation, offer->type));
    parameters(o, operation, offer->type);
    if (operation->verb & (HTTP_POST | HTTP_PUT | HTTP_PATCH))
        body(o, operation, offer);
    openapi_begin(o->out, "responses");
    success(o, operation, offer->type);
    openapi_refusals(o, operation->api, operation->verb != HTTP_GET, of_document);
    out_end_object(o->out);
    out_end_object(o->out);
}

/* Operations on one address follow each other in no fixed way: each is written where its address comes first. */
static bool same_place(const struct operation *a, const struct operation *b)
{
    return strcmp(a->pattern, b->pattern) == 0;
}

static bool came_before(const struct offer *offer, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_place(offer->operations[i], offer->operations[at]))
            return true;
    return false;
}

static void address(const struct openapi *o, const struct offer *offer, const struct operation *first)
{
    struct str path = operation_path(o->cx->arena, first, offer->type);
    out_key(o->out, path);
    out_begin_object(o->out);
    if (str_find(path, STR("{name}")) >= 0) {
        out_key(o->out, STR("parameters"));
        out_begin_array(o->out);
        openapi_ref(o->out, "parameters", STR("name"));
        out_end_array(o->out);
    }
    for (size_t i = 0; i < offer->operation_count; i++)
        if (same_place(offer->operations[i], first))
            write_operation(o, offer->operations[i], offer);
    out_end_object(o->out);
}

void openapi_doctype_paths(const struct openapi *o)
{
    for (size_t i = 0; i < o->offer_count; i++)
        for (size_t at = 0; at < o->offers[i].operation_count; at++)
            if (!came_before(&o->offers[i], at))
                address(o, &o->offers[i], o->offers[i].operations[at]);
}
