/* A DocType as Frappe's clients know it: its fields and permissions as documents (spec/frappe-api.md sections 2.3, 8.2,
 * 10.2). For whoever is logged in. */
#include "api_priv.h"

static bool write_meta(struct web *w, const struct doctype *type, bool with_nulls)
{
    const struct doc *document = doc_type_document(&w->cx, type);
    if (document)
        doc_json(&w->cx, document, &w->out, with_nulls);
    return document != NULL;
}

static const struct doctype *open_meta(struct web *w, struct str name)
{
    if (user_is_guest(w->cx.user))
        return throw(&w->cx, &PermissionError, "Not permitted");
    call_depends(&w->cx, "DocType");
    return api_doctype(w, name);
}

static bool meta(struct web *w)
{
    const struct doctype *type = open_meta(w, web_captured(w, "doctype"));
    if (!type)
        return false;
    api_begin(w, "data");
    return write_meta(w, type, true) && api_send(w, 200);
}

ROUTE(doctype_meta) = { .pattern = "/api/v2/doctype/:doctype/meta",
                        .verbs = HTTP_GET,
                        .run = meta,
                        .cacheable = true,
                        .about = "The DocType: its fields, permissions and properties." };

/* The DocType, then those of its tables. */
static bool getdoctype(struct web *w)
{
    struct str name;
    const struct doctype *type = api_need(w, "doctype", &name) ? open_meta(w, name) : NULL;
    if (!type)
        return false;
    out_key(&w->out, STR("docs"));
    out_begin_array(&w->out);
    bool written = write_meta(w, type, false);
    for (size_t i = 0; written && i < type->field_count; i++) {
        const struct doctype *child =
            field_is_table(&type->fields[i]) ? doc_type_find(w->cx.site, str_of(type->fields[i].options)) : NULL;
        written = !child || write_meta(w, child, false);
    }
    out_end_array(&w->out);
    out_member_text(&w->out, "user_settings", STR("{}"));
    return written;
}

WEB_METHOD(getdoctype) = { .path = "frappe.desk.form.load.getdoctype",
                           ARGS({ "doctype", DATA, .reqd = true }),
                           .run = getdoctype,
                           .about = "A DocType and those of its tables." };
