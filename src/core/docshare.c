/* DocShare: one document shared with one user, or with everyone. Who shares must have the right to, and can give nothing
 * that they do not have themselves. */
#include "auth.h"
#include "doc.h"

static const struct field fields[] = {
    { "user", LINK, .options = "User", .index = true, .in_list_view = true },
    { "share_doctype", LINK, .options = "DocType", .reqd = true, .index = true, .in_list_view = true },
    { "share_name", DYNAMIC_LINK, .options = "share_doctype", .reqd = true, .index = true, .in_list_view = true },
    { "read", CHECK },
    { "write", CHECK },
    { "share", CHECK },
    { "submit", CHECK },
    { "everyone", CHECK, .index = true },
    { "notify_by_email", CHECK, .preset = "1" },
};

static const struct {
    const char *field;
    enum right right;
} given[] = { { "read", READ }, { "write", WRITE }, { "submit", SUBMIT }, { "share", SHARE } };

static bool may_give(struct ctx *cx, const struct doc *share)
{
    const struct doctype *type = doc_type(cx, doc_text(share, "share_doctype"));
    const struct doc *shared = type ? doc_load(cx, type->name, doc_text(share, "share_name")) : NULL;
    if (!shared || !perm_check(cx, type, shared, SHARE))
        return false;
    if (doc_true(share, "submit") && !type->is_submittable)
        return throw(cx, &ValidationError, "%s cannot be shared with the right to submit: it is not submittable.",
                     type->name);
    for (size_t i = 0; i < countof(given); i++)
        if (doc_true(share, given[i].field) && !perm_check(cx, type, shared, given[i].right))
            return false;
    return true;
}

static bool validate(struct ctx *cx, struct doc *share)
{
    if (doc_true(share, "everyone"))
        doc_set_null(share, "user");
    else if (!doc_is_set(share, "user"))
        return throw(cx, &ValidationError, "User is mandatory for Share");
    if (str_eq_nocase(doc_text(share, "user"), STR("Guest")))
        return throw(cx, &ValidationError, "Documents cannot be shared with Guest.");
    if (doc_true(share, "submit"))
        doc_set_int(share, "write", 1);
    if (doc_true(share, "write") || doc_true(share, "share"))
        doc_set_int(share, "read", 1);
    return may_give(cx, share);
}

DOCTYPE(docshare)
= {
    .name = "DocShare",
    .module = "Core",
    .about = "One document shared with one user, or with everyone.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("user", "read", "write", "share", "submit", "everyone"),
    .logs = true,
    .in_create = true,
    .validate = validate,
};
