/* What Frappe's forms call: a document with what stands around it, saving it whole, comments (spec/frappe-api.md 8.2). */
#include "api_priv.h"
#include "core.h"

enum { COMMENTS_MOST = 200 };

/* ---- getdoc ---------------------------------------------------------------------------------------------------------- */
/* For who may read comments at all. */
static bool write_comments(struct web *w, const struct doc *doc)
{
    const struct doctype *comment = doc_type_find(w->cx.site, STR("Comment"));
    out_key(&w->out, STR("comments"));
    if (!comment || !perm_allows(&w->cx, comment, NULL, READ)) {
        out_begin_array(&w->out);
        out_end_array(&w->out);
        return true;
    }
    const json_t *filters =
        api_own(w, json_pack("{s: s, s: s%, s: s}", "reference_doctype", doc->type->name, "reference_name", doc->name.p,
                             doc->name.n, "comment_type", "Comment"));
    const json_t *fields =
        api_own(w, json_pack("[s, s, s, s, s]", "name", "creation", "content", "owner", "comment_type"));
    const struct query q = { .doctype = STR("Comment"),
                             .fields = fields,
                             .filters = filters,
                             .order_by = STR("creation asc"),
                             .length = COMMENTS_MOST };
    return list_json(&w->cx, &q, &w->out);
}

static bool getdoc(struct web *w)
{
    struct str name;
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, "name", &name))
        return false;
    const struct doc *doc = doc_read(&w->cx, type, name);
    if (!doc || !api_write_docs(w, doc))
        return false;
    out_key(&w->out, STR("docinfo"));
    out_begin_object(&w->out);
    out_member_text(&w->out, "doctype", str_of(type->name));
    out_member_text(&w->out, "name", doc->name);
    if (!write_comments(w, doc))
        return false;
    out_key(&w->out, STR("permissions"));
    api_write_rights(w, type, doc);
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(getdoc) = { .path = "frappe.desk.form.load.getdoc",
                       ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }),
                       .run = getdoc,
                       .about = "A document with its comments and the caller's rights on it." };

/* ---- savedocs ---------------------------------------------------------------------------------------------------------- */
static bool cancel_as_sent(struct web *w, const json_t *object, struct doc **out)
{
    struct str doctype;
    const struct doctype *type = api_doctype_of(w, object, &doctype) ? api_doctype(w, doctype) : NULL;
    struct str name = api_name_in(w, object, "name");
    if (!type || !api_may(w, type, name, CANCEL))
        return false;
    *out = doc_load_for_update(&w->cx, type, name);
    if (!*out)
        return false;
    json_t *stamp = api_own(w, json_object());
    json_object_set(stamp, "modified", json_object_get(object, "modified"));
    return doc_merge(&w->cx, *out, stamp, false) && doc_cancel(&w->cx, *out, 0);
}

/* A form that was never saved has a name of its own, which means nothing. */
static const json_t *without_local_name(struct web *w, const json_t *object)
{
    if (!json_integer_value(json_object_get(object, "__islocal")) &&
        !json_is_true(json_object_get(object, "__islocal")))
        return object;
    json_t *copy = api_own(w, json_copy((json_t *)(uintptr_t)object));
    json_object_del(copy, "name");
    return copy;
}

static bool savedocs(struct web *w)
{
    const json_t *object;
    struct str action;
    struct doc *doc = NULL;
    if (!api_need_object(w, "doc", &object) || !api_need(w, "action", &action))
        return false;
    object = without_local_name(w, object);
    if (str_is(action, "Save") || str_is(action, "Update"))
        doc = api_replace(w, object, -1);
    else if (str_is(action, "Submit"))
        doc = api_replace(w, object, 1);
    else if (!str_is(action, "Cancel"))
        return throw(&w->cx, &ValidationError, "There is no action %.*s: Save, Submit, Update or Cancel.",
                     STR_ARG(html_escape(w->cx.arena, action).text));
    else if (!cancel_as_sent(w, object, &doc))
        return false;
    if (!doc)
        return false;
    note(&w->cx, NULL, "Saved");
    return api_write_docs(w, doc);
}

WEB_METHOD(savedocs) = { .path = "frappe.desk.form.save.savedocs",
                         ARGS({ "doc", JSON, .reqd = true },
                              { "action", SELECT, .options = "Save\nSubmit\nUpdate\nCancel", .reqd = true }),
                         .verbs = HTTP_POST,
                         .body_limit = DOCUMENT_MOST,
                         .run = savedocs,
                         .about = "Saves, submits or cancels a whole document as a form holds it." };

/* ---- add_comment --------------------------------------------------------------------------------------------------------- */
/* The comment is the caller's, whoever is named in comment_email and comment_by. */
static bool add_comment(struct web *w)
{
    struct str name, content;
    const struct doctype *type = api_need_doctype(w, "reference_doctype");
    if (!type || !api_need(w, "reference_name", &name) || !api_need(w, "content", &content))
        return false;
    const struct doc *about = doc_read(&w->cx, type, name);
    const struct doc *comment = about ? comment_add(&w->cx, about, "Comment", content) : NULL;
    if (!comment)
        return false;
    api_answer_key(w);
    doc_json(&w->cx, comment, &w->out, false);
    return true;
}

WEB_METHOD(add_comment) = { .path = "frappe.desk.form.utils.add_comment",
                            ARGS({ "reference_doctype", DATA, .reqd = true }, { "reference_name", DATA, .reqd = true },
                                 { "content", TEXT, .reqd = true }),
                            .verbs = WRITES,
                            .run = add_comment,
                            .about = "Puts a comment under a document that the caller may read." };
