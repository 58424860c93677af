/* DocShare: one document shared with one user, or with everyone. */
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

static bool validate(struct ctx *cx, struct doc *share)
{
    if (doc_true(share, "everyone"))
        doc_set_null(share, "user");
    else if (!doc_is_set(share, "user"))
        return throw(cx, &ValidationError, "User is mandatory for Share");
    if (doc_true(share, "write") || doc_true(share, "share") || doc_true(share, "submit"))
        doc_set_int(share, "read", 1);
    return true;
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
