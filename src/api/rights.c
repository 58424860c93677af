/* What the caller may do: rights on one document, and secrets for who manages the school (spec/frappe-api.md 8.1). */
#include "api_priv.h"
#include "core.h"

static const struct {
    const char *name;
    enum right right;
} rights[] = {
    { "select", SELECT_ }, { "read", READ },     { "write", WRITE },   { "create", CREATE }, { "delete", DELETE },
    { "submit", SUBMIT },  { "cancel", CANCEL }, { "amend", AMEND },   { "print", PRINT },   { "email", EMAIL },
    { "report", REPORT },  { "import", IMPORT }, { "export", EXPORT }, { "share", SHARE },
};

static bool right_named(struct web *w, struct str name, enum right *out)
{
    for (size_t i = 0; i < countof(rights); i++)
        if (str_is(name, rights[i].name)) {
            *out = rights[i].right;
            return true;
        }
    return throw(&w->cx, &ValidationError, "There is no right named %.*s.", STR_ARG(name));
}

/* Who may read nothing of the DocType learns nothing of its documents; one that is hidden is not there. */
static bool judged_document(struct web *w, const struct doctype **type, const struct doc **doc)
{
    struct str name;
    *type = api_need_doctype(w, "doctype");
    *doc = NULL;
    if (!*type || !api_need(w, "docname", &name))
        return false;
    if (perm_allows(&w->cx, *type, NULL, READ))
        *doc = perm_keeps_rows(&w->cx, *type) ? doc_find(&w->cx, (*type)->name, name)
                                              : doc_load(&w->cx, (*type)->name, name);
    if (*doc && (*type)->hides && !perm_allows(&w->cx, *type, *doc, READ))
        return perm_check(&w->cx, *type, *doc, READ);
    return !failed(&w->cx);
}

static bool allows(struct web *w, const struct doctype *type, const struct doc *doc, enum right right)
{
    return doc && perm_allows(&w->cx, type, doc, right);
}

static bool has_permission(struct web *w)
{
    const struct doctype *type;
    const struct doc *doc;
    enum right right = READ;
    struct str name = web_arg(w, "perm_type");
    if (!judged_document(w, &type, &doc) || (name.n && !right_named(w, name, &right)))
        return false;
    api_answer_key(w);
    out_begin_object(&w->out);
    out_key(&w->out, STR("has_permission"));
    out_bool(&w->out, allows(w, type, doc, right));
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(client_has_permission) = { .path = "frappe.client.has_permission",
                                      ARGS({ "doctype", DATA, .reqd = true }, { "docname", DATA, .reqd = true },
                                           { "perm_type", DATA, .preset = "read" }),
                                      .run = has_permission,
                                      .about = "Whether the caller has a right on a document." };

void api_write_rights(struct web *w, const struct doctype *type, const struct doc *doc)
{
    out_begin_object(&w->out);
    for (size_t i = 0; i < countof(rights); i++)
        out_member_int(&w->out, rights[i].name, allows(w, type, doc, rights[i].right));
    out_end_object(&w->out);
}

static bool get_doc_permissions(struct web *w)
{
    const struct doctype *type;
    const struct doc *doc;
    if (!judged_document(w, &type, &doc))
        return false;
    api_answer_key(w);
    out_begin_object(&w->out);
    out_key(&w->out, STR("permissions"));
    api_write_rights(w, type, doc);
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(client_get_doc_permissions) = { .path = "frappe.client.get_doc_permissions",
                                           ARGS({ "doctype", DATA, .reqd = true }, { "docname", DATA, .reqd = true }),
                                           .run = get_doc_permissions,
                                           .about = "All rights of the caller on a document." };

/* ---- for live updates ------------------------------------------------------------------------------------------------ */
static bool say_true(struct web *w)
{
    api_answer_key(w);
    out_bool(&w->out, true);
    return true;
}

static bool can_subscribe_doctype(struct web *w)
{
    const struct doctype *type = api_need_doctype(w, "doctype");
    return type && (perm_allows(&w->cx, type, NULL, READ) || perm_check(&w->cx, type, NULL, READ)) && say_true(w);
}

WEB_METHOD(can_subscribe_doctype) = { .path = "frappe.realtime.can_subscribe_doctype",
                                      ARGS({ "doctype", DATA, .reqd = true }),
                                      .guest = true,
                                      .run = can_subscribe_doctype,
                                      .about = "Whether the caller may read documents of a DocType: true, or 403." };

static bool can_subscribe_doc(struct web *w)
{
    struct str name;
    const struct doctype *type = api_need_doctype(w, "doctype");
    return type && api_need(w, "docname", &name) && doc_read(&w->cx, type, name) && say_true(w);
}

WEB_METHOD(can_subscribe_doc) = { .path = "frappe.realtime.can_subscribe_doc",
                                  ARGS({ "doctype", DATA, .reqd = true }, { "docname", DATA, .reqd = true }),
                                  .guest = true,
                                  .run = can_subscribe_doc,
                                  .about = "Whether the caller may read a document: true, or why not." };

/* ---- secrets -------------------------------------------------------------------------------------------------------- */
static bool get_password(struct web *w)
{
    struct str name, field, secret = STR_NONE;
    if (!user_has_role(w->cx.user, "System Manager") && !user_is_administrator(w->cx.user))
        return throw(&w->cx, &PermissionError, "Not permitted");
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, "name", &name) || !api_need(w, "fieldname", &field))
        return false;
    const struct field *f = doc_field(type, field);
    if (!f || f->type != PASSWORD)
        return throw(&w->cx, &ValidationError, "Field %.*s of %s is not a password.", STR_ARG(field), type->name);
    const struct doc *doc = doc_read(&w->cx, type, name);
    if (!doc)
        return false;
    if (!perm_reads_field(&w->cx, type, f, doc))
        return throw(&w->cx, &PermissionError, "You may not read the field %s of %s", f->name, type->name);
    if (!secret_get(&w->cx, str_of(type->name), doc->name, f->name, &secret))
        return false;
    w->private_answer = true;
    if (!secret.n)
        return true;
    api_answer_key(w);
    out_text(&w->out, secret);
    struct str remark = str_printf(w->cx.arena, tr(&w->cx, N_("Read the secret %s")), f->name);
    return comment_add(&w->cx, doc, "Info", remark) != NULL;
}

WEB_METHOD(client_get_password) = { .path = "frappe.client.get_password",
                                    ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true },
                                         { "fieldname", DATA, .reqd = true }),
                                    .verbs = HTTP_POST,
                                    .run = get_password,
                                    .about = "A stored secret in clear, for a System Manager; a Comment says so." };
