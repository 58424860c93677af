/* What a document goes through by name: submit, cancel, rename (spec/frappe-api.md sections 4.4, 4.7, 8.1, 8.2). */
#include "api_priv.h"

/* ---- submit, cancel ------------------------------------------------------------------------------------------------ */
/* The Python client sends `doclist`: the document, or a list that begins with it. */
static bool sent_whole(struct web *w, const json_t **out)
{
    const char *name = web_arg_json(w, "doc") || !web_arg_json(w, "doclist") ? "doc" : "doclist";
    if (!web_arg_parsed(w, name, out))
        return false;
    if (json_is_array(*out) && json_array_size(*out) == 1)
        *out = json_array_get(*out, 0);
    return json_is_object(*out) || throw(&w->cx, &ValidationError, "The argument '%s' must be a JSON object.", name);
}

static bool submit(struct web *w)
{
    const json_t *object;
    if (!sent_whole(w, &object))
        return false;
    const struct doc *doc = api_replace(w, object, 1);
    api_answer_key(w);
    return doc && api_saved_whole(w, doc);
}

WEB_METHOD(client_submit) = { .path = "frappe.client.submit",
                              ARGS({ "doc", JSON, .reqd = true }),
                              .verbs = WRITES,
                              .body_limit = DOCUMENT_MOST,
                              .run = submit,
                              .about = "Submits a whole document as it was read." };

static bool cancel(struct web *w)
{
    struct str name;
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, "name", &name) || !api_may(w, type, name, CANCEL))
        return false;
    struct doc *doc = doc_load_for_update(&w->cx, type, name);
    if (!doc || !doc_cancel(&w->cx, doc, 0))
        return false;
    api_answer_key(w);
    return api_saved(w, doc, true);
}

WEB_METHOD(client_cancel) = { .path = "frappe.client.cancel",
                              ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }),
                              .verbs = WRITES,
                              .run = cancel,
                              .about = "Cancels a submitted document." };

/* ---- rename ---------------------------------------------------------------------------------------------------------- */
static bool rename_as(struct web *w, const char *old_key, const char *new_key)
{
    struct str old_name, new_name, stored;
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, old_key, &old_name) || !api_need(w, new_key, &new_name) ||
        !doc_rename(&w->cx, type, old_name, new_name, api_flag(w, "merge", false), &stored))
        return false;
    api_answer_key(w);
    out_text(&w->out, stored);
    return true;
}

static bool rename_doc(struct web *w)
{
    return rename_as(w, "old_name", "new_name");
}

WEB_METHOD(client_rename_doc) = { .path = "frappe.client.rename_doc",
                                  ARGS({ "doctype", DATA, .reqd = true }, { "old_name", DATA, .reqd = true },
                                       { "new_name", DATA, .reqd = true }, { "merge", CHECK, .preset = "0" }),
                                  .verbs = WRITES,
                                  .run = rename_doc,
                                  .about = "Renames a document with all links to it; merge: into one that exists." };

/* As Frappe's: the field that is said to be it, else one named title; else there is none, and nothing to change. */
static bool retitle(struct web *w, const struct doctype *type, struct str name, struct str title)
{
    const char *field = type->title_field ? type->title_field : "title";
    if (!doc_field(type, str_of(field)))
        return true;
    json_t *change = api_own(w, json_object());
    json_object_set_new(change, field, json_stringn(title.p, title.n));
    return api_change(w, str_of(type->name), name, change) != NULL;
}

/* Title, name or both; the answer is the name. */
static bool update_document_title(struct web *w)
{
    struct str docname, title = web_arg(w, "title"), name = web_arg(w, "name");
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, "docname", &docname))
        return false;
    if (title.n && !retitle(w, type, docname, title))
        return false;
    if (name.n && !str_eq(name, docname) &&
        !doc_rename(&w->cx, type, docname, name, api_flag(w, "merge", false), &docname))
        return false;
    api_answer_key(w);
    out_text(&w->out, docname);
    return true;
}

WEB_METHOD(update_document_title) = { .path = "frappe.model.rename_doc.update_document_title",
                                      ARGS({ "doctype", DATA, .reqd = true }, { "docname", DATA, .reqd = true },
                                           { "title", DATA }, { "name", DATA }, { "merge", CHECK, .preset = "0" }),
                                      .verbs = WRITES,
                                      .run = update_document_title,
                                      .about = "Changes a document's title, its name, or both." };

/* ---- amended ----------------------------------------------------------------------------------------------------------- */
static bool is_document_amended(struct web *w)
{
    struct str docname;
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, "docname", &docname) || !perm_check(&w->cx, type, NULL, READ))
        return false;
    api_answer_key(w);
    if (!type->is_submittable || !doc_field(type, STR("amended_from"))) {
        out_bool(&w->out, false);
        return true;
    }
    struct rows *rows = doc_rows(&w->cx, &(struct find){ .doctype = type->name,
                                                         .fields = "name",
                                                         .where = FIND({ "amended_from", "=", docname }),
                                                         .length = 1 });
    if (!rows)
        return false;
    if (rows_next(rows))
        out_text(&w->out, rows_text(rows, 0));
    else
        out_bool(&w->out, false);
    rows_close(rows);
    return !failed(&w->cx);
}

WEB_METHOD(client_is_document_amended) = { .path = "frappe.client.is_document_amended",
                                           ARGS({ "doctype", DATA, .reqd = true }, { "docname", DATA, .reqd = true }),
                                           .run = is_document_amended,
                                           .about = "The name of the document that amends this one, or false." };
