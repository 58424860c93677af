/* What operations share: credentials, parameters of lists, and the refusals with their bodies (spec/frappe-api.md
 * sections 3.1, 6 and 7). */
#include "openapi_priv.h"

/* ---- refusals ------------------------------------------------------------------------------------------------------- */
static const struct refusal {
    int status;
    const char *type, *message, *when;
    bool writes, of_document; /* only such operations are refused this way; neither: all are */
} refusals[] = {
    { 400, "CSRFTokenError", "Invalid Request",
      "A session's unsafe request came without its CSRF token or from a foreign origin.", .writes = true },
    { 401, "AuthenticationError", "The credentials are not valid.", "The credentials that came are not valid." },
    { 403, "PermissionError", "You are not allowed to do this.",
      "The caller may not do this, or may not see a field that was asked for." },
    { 404, "DoesNotExistError", "There is no such document.",
      "There is no such document, or none that the caller may see.", .of_document = true },
    { 409, "DuplicateEntryError", "A document of this name exists already.", "The name is taken, or cannot be a name.",
      .writes = true },
    { 417, "ValidationError", "A value is not valid.",
      "What was sent is not valid: `exc_type` says how, the message says where." },
    { 429, "TooManyRequestsError", "Too many requests.", "Too many requests: `Retry-After` says when to come again." },
    { 503, "SessionStopped", "The school is closed for maintenance.",
      "The school is closed for maintenance, or the server is busy." },
};

static struct str refusal_key(struct arena *a, const struct refusal *r, unsigned api)
{
    return str_printf(a, "v%u.%d", api, r->status);
}

void openapi_refusals(const struct openapi *o, unsigned api, bool writes, bool of_document)
{
    for (size_t i = 0; i < countof(refusals); i++) {
        const struct refusal *r = &refusals[i];
        if ((r->writes && !writes) || (r->of_document && !of_document))
            continue;
        out_key(o->out, str_printf(o->cx->arena, "%d", r->status));
        openapi_ref(o->out, "responses", refusal_key(o->cx->arena, r, api));
    }
}

static void example_v1(const struct openapi *o, const struct refusal *r)
{
    struct arena *a = o->cx->arena;
    struct str line = str_printf(a, "frappe.exceptions.%s: %s", r->type, r->message);
    out_member_text(o->out, "exception", line);
    out_member_text(o->out, "exc_type", str_of(r->type));
    out_member_text(o->out, "exc", str_printf(a, "[\"%.*s\"]", STR_ARG(line)));
    out_member_text(o->out, "_server_messages", str_printf(a, "[\"{\\\"message\\\": \\\"%s\\\"}\"]", r->message));
}

static void example_v2(const struct openapi *o, const struct refusal *r)
{
    out_key(o->out, STR("errors"));
    out_begin_array(o->out);
    out_begin_object(o->out);
    out_member_text(o->out, "type", str_of(r->type));
    out_member_text(o->out, "message", str_of(r->message));
    out_end_object(o->out);
    out_end_array(o->out);
}

static void refusal_response(const struct openapi *o, const struct refusal *r, unsigned api)
{
    openapi_begin(o->out, str_c(o->cx->arena, refusal_key(o->cx->arena, r, api)));
    out_member_text(o->out, "description", str_of(r->when));
    if (r->status == 429 || r->status == 503)
        openapi_member(
            o->out, "headers",
            JSON_TEXT({ "Retry-After" : { "description" : "Seconds.", "schema" : { "type" : "integer" } } }));
    openapi_begin(o->out, "content");
    openapi_begin(o->out, "application/json");
    out_key(o->out, STR("schema"));
    openapi_ref(o->out, "schemas", api == 1 ? STR("v1.Error") : STR("v2.Errors"));
    openapi_begin(o->out, "example");
    (api == 1 ? example_v1 : example_v2)(o, r);
    out_end_object(o->out);
    out_end_object(o->out);
    out_end_object(o->out);
    out_end_object(o->out);
}

/* clang-format off */
/* Named so that no DocType's key can be the same: in one of those a dot has two hex digits behind it. */
void openapi_error_schemas(const struct openapi *o)
{
    openapi_member(o->out, "v1.Error", JSON_TEXT({
        "type":"object",
        "title":"Error of v1",
        "required":["exception","exc_type","exc"],
        "properties":{
            "exception":{"type":"string","description":"Class and message in one line."},
            "exc_type":{"type":"string","description":"The class alone: what programs compare."},
            "exc":{"type":"string","description":"A JSON list of one text, the same line."},
            "_server_messages":{"type":"string","description":"A JSON list of texts, each a JSON object with message, title, indicator."},
            "_error_message":{"type":"string"},
            "message":{"type":"string"},
            "session_expired":{"type":"integer"},
            "request_id":{"type":"string"}
        }
    }));
    openapi_member(o->out, "v2.Errors", JSON_TEXT({
        "type":"object",
        "title":"Errors of v2",
        "required":["errors"],
        "properties":{
            "errors":{"type":"array","minItems":1,"items":{
                "type":"object",
                "required":["type"],
                "properties":{
                    "type":{"type":"string","description":"The class: what programs compare."},
                    "message":{"type":"string"},
                    "title":{"type":"string"},
                    "indicator":{"type":"string"},
                    "exception":{"type":"string"}
                }
            }},
            "messages":{"type":"array","items":{"type":"object"}}
        }
    }));
}

/* ---- parameters ----------------------------------------------------------------------------------------------------- */
static void parameters(const struct openapi *o)
{
    openapi_member(o->out, "parameters", JSON_TEXT({
        "name":{"name":"name","in":"path","required":true,"schema":{"type":"string","maxLength":140},
            "description":"The document's name; a slash in it is %2F."},
        "fields":{"name":"fields","in":"query","description":"Fields of each row: a JSON list, or \"*\" for all that the caller may read. `name` alone when left out. `link.field` reads from the linked document, `table.field` from rows, `count(name) as n` and other aggregates go with group_by.",
            "content":{"application/json":{"schema":{"oneOf":[{"type":"array","items":{"type":"string"}},{"const":"*"}]},
                "example":["name","modified"]}}},
        "filters":{"name":"filters","in":"query","description":"All must hold. An object of field and value, or a list of [field, operator, value]. Operators: =, !=, >, >=, <, <=, like, not like, in, not in, between, is (set, not set), timespan.",
            "content":{"application/json":{"schema":{"oneOf":[{"type":"object"},{"type":"array","items":{"type":"array"}}]},
                "example":[["modified",">","2026-03-01"]]}}},
        "or_filters":{"name":"or_filters","in":"query","description":"One of them must hold, besides all filters.",
            "content":{"application/json":{"schema":{"oneOf":[{"type":"object"},{"type":"array","items":{"type":"array"}}]},
                "example":[["name","like","a%"],["name","like","b%"]]}}},
        "order_by":{"name":"order_by","in":"query","schema":{"type":"string"},"example":"modified desc, name asc"},
        "group_by":{"name":"group_by","in":"query","schema":{"type":"string"},"example":"owner"},
        "limit_start":{"name":"limit_start","in":"query","schema":{"type":"integer","minimum":0,"default":0},
            "description":"Rows to pass over."},
        "limit_page_length":{"name":"limit_page_length","in":"query","schema":{"type":"integer","minimum":0,"default":20},
            "description":"Rows at most; 0: all (1,000 for visitors). `limit` is another name for it."},
        "start":{"name":"start","in":"query","schema":{"type":"integer","minimum":0,"default":0},
            "description":"Rows to pass over."},
        "limit":{"name":"limit","in":"query","schema":{"type":"integer","minimum":0,"default":20},
            "description":"Rows at most; 0: all (1,000 for visitors)."},
        "as_dict":{"name":"as_dict","in":"query","schema":{"type":"boolean","default":true},
            "description":"false: each row is a list of values in the order of fields."},
        "parent":{"name":"parent","in":"query","required":true,"schema":{"type":"string"},
            "description":"The DocType in whose documents these rows stand."}
    }));
}

/* ---- credentials ---------------------------------------------------------------------------------------------------- */
static void credentials(const struct openapi *o)
{
    openapi_member(o->out, "securitySchemes", JSON_TEXT({
        "token":{"type":"apiKey","in":"header","name":"Authorization",
            "description":"`token <api_key>:<api_secret>`"},
        "basic":{"type":"http","scheme":"basic","description":"The API key as user, the API secret as password."},
        "bearer":{"type":"http","scheme":"bearer","description":"An access token of OAuth."},
        "session":{"type":"apiKey","in":"cookie","name":"sid",
            "description":"The session that POST /api/method/login gives."},
        "csrf":{"type":"apiKey","in":"header","name":"X-Frappe-CSRF-Token",
            "description":"Needed with a session for POST, PUT, PATCH and DELETE once it has a token."}
    }));
}

/* clang-format on */
void openapi_security(const struct openapi *o, bool open)
{
    static const char ways[] = "[{},{\"token\":[]},{\"basic\":[]},{\"bearer\":[]},{\"session\":[]},"
                               "{\"session\":[],\"csrf\":[]}]";
    if (open)
        openapi_member(o->out, "security", str_of(ways));
}

void openapi_shared_components(const struct openapi *o)
{
    parameters(o);
    openapi_begin(o->out, "responses");
    for (unsigned api = 1; api <= 2; api++)
        for (size_t i = 0; i < countof(refusals); i++)
            refusal_response(o, &refusals[i], api);
    out_end_object(o->out);
    credentials(o);
}
