/* /api/openapi.json: this site's interface in OpenAPI 3.1, as the caller may use it. Every word comes from a declaration
 * or from the tables of this file and its neighbours (openapi_*.c). */
#include "api_priv.h"
#include "openapi_priv.h"

void openapi_begin(struct json_out *out, const char *key)
{
    out_key(out, str_of(key));
    out_begin_object(out);
}

void openapi_member(struct json_out *out, const char *key, struct str json)
{
    out_key(out, str_of(key));
    out_raw(out, json);
}

static void info(const struct openapi *o)
{
    struct str title = o->cx->site->title.n ? o->cx->site->title : o->cx->site->name;
    openapi_begin(o->out, "info");
    out_member_text(o->out, "title", title);
    out_member_text(o->out, "version", STR(PREAU_VERSION));
    out_member_text(o->out, "summary", STR("The REST interface of this school, in the conventions of Frappe 15."));
    out_member_text(o->out, "description",
                    STR("What stands here is what you may see and do with the credentials you came with. Documents of "
                        "every DocType are resources; other things are methods. Both exist in two versions that differ "
                        "in their envelopes: v1 answers in `data` or `message`, v2 always in `data` and its errors in "
                        "`errors`."));
    out_end_object(o->out);
}

static void servers(const struct openapi *o, struct str base)
{
    out_key(o->out, STR("servers"));
    out_begin_array(o->out);
    out_begin_object(o->out);
    out_member_text(o->out, "url", base);
    out_end_object(o->out);
    out_end_array(o->out);
}

static void tags(const struct openapi *o)
{
    out_key(o->out, STR("tags"));
    out_begin_array(o->out);
    for (size_t i = 0; i < o->offer_count; i++) {
        const struct doctype *type = o->offers[i].type;
        out_begin_object(o->out);
        out_member_text(o->out, "name", str_of(type->name));
        if (type->about)
            out_member_text(o->out, "description", str_of(type->about));
        out_end_object(o->out);
    }
    out_begin_object(o->out);
    out_member_text(o->out, "name", STR("Methods"));
    out_member_text(o->out, "description", STR("What is not a document: sessions, the catalogue, bulk calls."));
    out_end_object(o->out);
    out_end_array(o->out);
}

static void components(const struct openapi *o)
{
    openapi_begin(o->out, "components");
    openapi_begin(o->out, "schemas");
    openapi_error_schemas(o);
    openapi_doctype_schemas(o);
    out_end_object(o->out);
    openapi_shared_components(o);
    out_end_object(o->out);
}

static void document(const struct openapi *o, struct str base)
{
    out_begin_object(o->out);
    out_member_text(o->out, "openapi", STR("3.1.0"));
    info(o);
    servers(o, base);
    openapi_member(
        o->out, "security", JSON_TEXT([
            { "token" : [] }, { "basic" : [] }, { "bearer" : [] }, { "session" : [] }, { "session" : [], "csrf" : [] }
        ]));
    tags(o);
    openapi_begin(o->out, "paths");
    openapi_doctype_paths(o);
    openapi_method_paths(o);
    out_end_object(o->out);
    components(o);
    out_end_object(o->out);
}

static bool describe(struct web *w)
{
    struct ctx guest = w->cx;
    guest.user = user_guest;
    guest.memo = NULL;
    struct openapi o = { .cx = &w->cx, .out = &w->out };
    o.offer_count = offers(&w->cx, &o.offers);
    o.guest_offer_count = offers(&guest, &o.guest_offers);
    o.method_count = method_offers(&w->cx, &o.methods);
    document(&o, web_base_url(w));
    return web_send_json(w, 200);
}

ROUTE(openapi) = { .pattern = "/api/openapi.json",
                   .verbs = HTTP_GET,
                   .run = describe,
                   .cacheable = true,
                   .personal = true,
                   .about = "This interface in OpenAPI 3.1, as the caller may use it." };
