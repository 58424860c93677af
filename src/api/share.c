/* Sharing one document with one user, or with everyone (spec/frappe-api.md section 8.2). */
#include "api_priv.h"

static const char *const flags[] = { "read", "write", "submit", "share" };

/* The document, if the caller may share it. */
static const struct doc *shared_document(struct web *w)
{
    struct str name;
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, "name", &name))
        return NULL;
    struct doc *doc = perm_allows(&w->cx, type, NULL, READ) || perm_check(&w->cx, type, NULL, READ)
                          ? doc_load(&w->cx, type->name, name)
                          : NULL;
    return doc && perm_check(&w->cx, type, doc, READ) && perm_check(&w->cx, type, doc, SHARE) ? doc : NULL;
}

/* The share of the user, or of everyone; a new one when there is none. */
static struct doc *share_of(struct web *w, const struct doc *doc, struct str user, bool everyone)
{
    struct ctx *cx = &w->cx;
    struct rows *rows =
        doc_rows(cx, &(struct find){ .doctype = "DocShare",
                                     .fields = "name",
                                     .where = FIND({ "share_doctype", "=", str_of(doc->type->name) },
                                                   { "share_name", "=", doc->name },
                                                   { everyone ? "everyone" : "user", "=", everyone ? STR("1") : user }),
                                     .length = 1,
                                     .unchecked = true });
    struct str name = rows && rows_next(rows) ? str_copy(cx->arena, rows_text(rows, 0)) : STR_NONE;
    if (!rows)
        return NULL;
    rows_close(rows);
    if (name.n)
        return doc_load(cx, "DocShare", name);
    struct doc *share = doc_new_named(cx, "DocShare");
    if (!share)
        return NULL;
    doc_set_text(share, "share_doctype", str_of(doc->type->name));
    doc_set_text(share, "share_name", doc->name);
    doc_set_text(share, "user", user);
    doc_set_int(share, "everyone", everyone);
    return share;
}

/* Nobody gives a right that they do not have. */
static bool may_give(struct web *w, const struct doc *doc, const char *flag)
{
    enum right right = !strcmp(flag, "write")    ? WRITE
                       : !strcmp(flag, "submit") ? SUBMIT
                       : !strcmp(flag, "share")  ? SHARE
                                                 : READ;
    return perm_check(&w->cx, doc->type, doc, right);
}

static bool save_share(struct web *w, struct doc *share)
{
    if (!doc_save(&w->cx, share, SAVE_AS_SYSTEM))
        return false;
    api_answer_key(w);
    doc_json(&w->cx, share, &w->out, false);
    return true;
}

static bool add(struct web *w)
{
    struct str user = web_arg(w, "user");
    bool everyone = api_flag(w, "everyone", false);
    const struct doc *doc = shared_document(w);
    if (!doc)
        return false;
    if (!everyone && !user.n)
        user = w->cx.user->name;
    struct doc *share = share_of(w, doc, everyone ? STR_NONE : user, everyone);
    for (size_t i = 0; share && i < countof(flags); i++) {
        bool given = api_flag(w, flags[i], i == 0);
        if (given && !may_give(w, doc, flags[i]))
            return false;
        doc_set_int(share, flags[i], given);
    }
    return share && save_share(w, share);
}

WEB_METHOD(share_add) = { .path = "frappe.share.add",
                          ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }, { "user", DATA },
                               { "read", CHECK, .preset = "1" }, { "write", CHECK, .preset = "0" },
                               { "submit", CHECK, .preset = "0" }, { "share", CHECK, .preset = "0" },
                               { "everyone", CHECK, .preset = "0" }),
                          .verbs = WRITES,
                          .run = add,
                          .about = "Shares a document with a user, or with everyone." };

/* One right given or taken; a share without any is none. */
static bool set_permission(struct web *w)
{
    struct str user = web_arg(w, "user"), wanted;
    bool everyone = api_flag(w, "everyone", false), value = api_flag(w, "value", true), any = false;
    const struct doc *doc = api_need(w, "permission_to", &wanted) ? shared_document(w) : NULL;
    struct doc *share = doc ? share_of(w, doc, everyone ? STR_NONE : user, everyone) : NULL;
    const char *flag = NULL;
    for (size_t i = 0; i < countof(flags); i++)
        flag = str_is(wanted, flags[i]) ? flags[i] : flag;
    if (!share || !flag)
        return share ? throw(&w->cx, &ValidationError, "There is no right named %.*s.", STR_ARG(wanted)) : NULL;
    if (value && !may_give(w, doc, flag))
        return false;
    doc_set_int(share, flag, value);
    for (size_t i = 0; i < countof(flags); i++) {
        if (!value && i > 0 && !strcmp(flag, "read"))
            doc_set_int(share, flags[i], 0);
        any |= doc_true(share, flags[i]);
    }
    if (any)
        return save_share(w, share);
    return share->is_new || doc_delete(&w->cx, share->type, share->name, SAVE_AS_SYSTEM);
}

WEB_METHOD(share_set_permission) = { .path = "frappe.share.set_permission",
                                     ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true },
                                          { "user", DATA }, { "permission_to", DATA, .reqd = true },
                                          { "value", CHECK, .preset = "1" }, { "everyone", CHECK, .preset = "0" }),
                                     .verbs = WRITES,
                                     .run = set_permission,
                                     .about = "Gives a user one right on a shared document, or takes it." };

static bool get_users(struct web *w)
{
    struct str name;
    const struct doctype *type = api_need_doctype(w, "doctype");
    if (!type || !api_need(w, "name", &name))
        return false;
    const struct doc *doc = doc_read(&w->cx, type, name);
    if (!doc)
        return false;
    const struct query q = { .doctype = STR("DocShare"),
                             .fields =
                                 api_own(w, json_pack("[s, s, s, s, s, s, s, s, s]", "name", "user", "read", "write",
                                                      "submit", "share", "everyone", "owner", "creation")),
                             .filters = api_own(w, json_pack("{s: s, s: s%}", "share_doctype", type->name, "share_name",
                                                             doc->name.p, doc->name.n)),
                             .order_by = STR("creation asc"),
                             .unchecked = true };
    api_answer_key(w);
    return list_json(&w->cx, &q, &w->out);
}

WEB_METHOD(share_get_users) = { .path = "frappe.share.get_users",
                                ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }),
                                .run = get_users,
                                .about = "With whom a document is shared." };
