/* Methods: each under /api/method and /api/v2/method, arguments in the query or in a body. */
#include "openapi_priv.h"

static const struct verb {
    enum http_method verb;
    const char *name;
} verbs[] = { { HTTP_GET, "get" }, { HTTP_POST, "post" }, { HTTP_PUT, "put" }, { HTTP_DELETE, "delete" } };

static size_t arg_count(const struct field *args)
{
    size_t n = 0;
    while (args && args[n].name)
        n++;
    return n;
}

static bool takes_file(const struct method_offer *m)
{
    for (size_t i = 0; i < arg_count(m->args); i++)
        if (m->args[i].type == ATTACH)
            return true;
    return false;
}

/* JSON in an address is the text of one JSON value. */
static void query_schema(const struct openapi *o, const struct field *f)
{
    if (f->type == JSON) {
        openapi_begin(o->out, "content");
        openapi_begin(o->out, "application/json");
    }
    out_key(o->out, STR("schema"));
    openapi_argument_schema(o, f);
    if (f->type == JSON) {
        out_end_object(o->out);
        out_end_object(o->out);
    }
}

static void query(const struct openapi *o, const struct method_offer *m)
{
    out_key(o->out, STR("parameters"));
    out_begin_array(o->out);
    for (size_t i = 0; i < arg_count(m->args); i++) {
        out_begin_object(o->out);
        out_member_text(o->out, "name", str_of(m->args[i].name));
        out_member_text(o->out, "in", STR("query"));
        out_key(o->out, STR("required"));
        out_bool(o->out, m->args[i].reqd);
        query_schema(o, &m->args[i]);
        out_end_object(o->out);
    }
    out_end_array(o->out);
}

void openapi_arguments(const struct openapi *o, const struct field *args)
{
    bool some = false;
    openapi_begin(o->out, "schema");
    out_member_text(o->out, "type", STR("object"));
    openapi_begin(o->out, "properties");
    for (size_t i = 0; i < arg_count(args); i++) {
        some |= args[i].reqd;
        out_key(o->out, str_of(args[i].name));
        if (args[i].type == ATTACH)
            out_raw(o->out, JSON_TEXT({ "type" : "string", "format" : "binary" }));
        else
            openapi_argument_schema(o, &args[i]);
    }
    out_end_object(o->out);
    if (some) {
        out_key(o->out, STR("required"));
        out_begin_array(o->out);
        for (size_t i = 0; i < arg_count(args); i++)
            if (args[i].reqd)
                out_text(o->out, str_of(args[i].name));
        out_end_array(o->out);
    }
    out_end_object(o->out);
}

static void content(const struct openapi *o, const struct method_offer *m, const char *type)
{
    openapi_begin(o->out, type);
    openapi_arguments(o, m->args);
    out_end_object(o->out);
}

static void body(const struct openapi *o, const struct method_offer *m)
{
    openapi_begin(o->out, "requestBody");
    openapi_begin(o->out, "content");
    if (takes_file(m)) {
        content(o, m, "multipart/form-data");
    } else {
        content(o, m, "application/json");
        content(o, m, "application/x-www-form-urlencoded");
    }
    out_end_object(o->out);
    out_end_object(o->out);
}

static void success(const struct openapi *o, unsigned api)
{
    openapi_begin(o->out, "responses");
    openapi_member(o->out, "200",
                   api == 1 ? JSON_TEXT({
                       "description" : "Done: what the method says is in `message`.",
                       "content" : { "application/json" : { "schema" : { "type" : "object" } } }
                   })
                            : JSON_TEXT({
                                  "description" : "Done: what the method says is in `data`.",
                                  "content" : { "application/json" : { "schema" : { "type" : "object" } } }
                              }));
}

static void operation(const struct openapi *o, const struct method_offer *m, const struct verb *v, unsigned api)
{
    openapi_begin(o->out, v->name);
    out_member_text(o->out, "operationId",
                    str_printf(o->cx->arena, "%scall.%s.%s", api == 2 ? "v2." : "", m->path, v->name));
    if (m->about)
        out_member_text(o->out, "summary", str_of(m->about));
    openapi_member(o->out, "tags", JSON_TEXT(["Methods"]));
    openapi_security(o, m->guest);
    if (m->args && (v->verb == HTTP_GET || v->verb == HTTP_DELETE))
        query(o, m);
    else if (m->args)
        body(o, m);
    success(o, api);
    openapi_refusals(o, api, v->verb != HTTP_GET, true);
    out_end_object(o->out);
    out_end_object(o->out);
}

static void address(const struct openapi *o, const struct method_offer *m, unsigned api)
{
    out_key(o->out, str_printf(o->cx->arena, "%s/%s", api == 1 ? "/api/method" : "/api/v2/method", m->path));
    out_begin_object(o->out);
    for (size_t i = 0; i < countof(verbs); i++)
        if (m->verbs & verbs[i].verb)
            operation(o, m, &verbs[i], api);
    out_end_object(o->out);
}

void openapi_method_paths(const struct openapi *o)
{
    for (unsigned api = 1; api <= 2; api++)
        for (size_t i = 0; i < o->method_count; i++)
            address(o, &o->methods[i], api);
}
