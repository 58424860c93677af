/* DocShare: one document shared with one user, or with everyone; and the methods by which clients share. Who shares must
 * have the right to, and can give nothing that they do not have themselves. */
#include "doc.h"
#include "http.h"

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

/* ---- the document ----------------------------------------------------------------------------------------------------- */
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

/* ---- frappe.share.* --------------------------------------------------------------------------------------------------- */
/* The document that is to be shared, which the caller may share. */
static bool may_share(struct ctx *cx, const struct doc *args)
{
    const struct doctype *type = doc_type(cx, doc_text(args, "doctype"));
    if (!type || (!perm_allows(cx, type, NULL, READ) && !perm_check(cx, type, NULL, SHARE)))
        return false;
    const struct doc *doc = doc_load(cx, type->name, doc_text(args, "name"));
    return doc && perm_check(cx, type, doc, SHARE);
}

/* The share of this document with this user that is there, or a new one. */
static struct doc *share_of(struct ctx *cx, const struct doc *args)
{
    bool everyone = doc_true(args, "everyone");
    struct str user = doc_is_set(args, "user") ? doc_text(args, "user") : cx->user->name, name;
    struct rows *rows = doc_rows(cx, &(struct find){ .doctype = "DocShare",
                                                     .fields = "name",
                                                     .where = FIND({ "share_doctype", "=", doc_text(args, "doctype") },
                                                                   { "share_name", "=", doc_text(args, "name") },
                                                                   { "everyone", "=", everyone ? STR("1") : STR("0") },
                                                                   { "user", "=", everyone ? STR("") : user }),
                                                     .length = 1,
                                                     .unchecked = true });
    bool found = rows && rows_next(rows);
    if (found)
        name = str_copy(cx->arena, rows_text(rows, 0));
    if (rows)
        rows_close(rows);
    if (failed(cx) || found)
        return failed(cx) ? NULL : doc_load_for_update(cx, doc_type(cx, STR("DocShare")), name);
    struct doc *share = doc_new_named(cx, "DocShare");
    if (!share)
        return NULL;
    doc_set_text(share, "share_doctype", doc_text(args, "doctype"));
    doc_set_text(share, "share_name", doc_text(args, "name"));
    doc_set_int(share, "everyone", everyone);
    if (!everyone)
        doc_set_text(share, "user", user);
    return share;
}

static bool keep(struct ctx *cx, struct doc *share, struct json_out *out)
{
    bool kept = share->is_new ? doc_insert(cx, share, SAVE_AS_SYSTEM) : doc_save(cx, share, SAVE_AS_SYSTEM);
    if (kept)
        doc_json(cx, share, out, true);
    return kept;
}

static bool add(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct doc *share = may_share(cx, args) ? share_of(cx, args) : NULL;
    if (!share)
        return false;
    doc_set_int(share, "read", 1);
    doc_set_int(share, "write", doc_true(args, "write"));
    doc_set_int(share, "submit", doc_true(args, "submit"));
    doc_set_int(share, "share", doc_true(args, "share"));
    return keep(cx, share, out);
}

METHOD(share_add)
= {
    .path = "frappe.share.add",
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .call = add,
    ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }, { "user", DATA }, { "read", CHECK },
         { "write", CHECK }, { "submit", CHECK }, { "share", CHECK }, { "everyone", CHECK }, { "notify", CHECK }),
    .about = "Shares a document with a user (the caller if none is named) or with everyone; reading is always given.",
};

static bool gives_nothing(const struct doc *share)
{
    for (size_t i = 0; i < countof(given); i++)
        if (doc_true(share, given[i].field))
            return false;
    return true;
}

/* Whoever may not read may not write either. */
static void take(struct doc *share, struct str right)
{
    for (size_t i = 0; i < countof(given); i++)
        if (str_is(right, given[i].field) || str_is(right, "read") ||
            (str_is(right, "write") && given[i].right == SUBMIT))
            doc_set_int(share, given[i].field, 0);
}

static bool set_permission(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct str right = doc_text(args, "permission_to");
    struct doc *share = may_share(cx, args) ? share_of(cx, args) : NULL;
    bool known = false;
    for (size_t i = 0; i < countof(given); i++)
        known |= str_is(right, given[i].field);
    if (!share || !known)
        return share ? throw(cx, &ValidationError, "Only read, write, submit and share can be shared.") : NULL;
    bool give = !doc_is_set(args, "value") || doc_true(args, "value");
    if (give)
        doc_set_int(share, str_c(cx->arena, right), 1);
    else
        take(share, right);
    if (!gives_nothing(share))
        return keep(cx, share, out);
    out_null(out);
    return share->is_new || doc_delete(cx, share->type, share->name, SAVE_AS_SYSTEM);
}

METHOD(share_set_permission)
= {
    .path = "frappe.share.set_permission",
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .call = set_permission,
    ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }, { "user", DATA },
         { "permission_to", DATA, .reqd = true }, { "value", CHECK, .preset = "1" }, { "everyone", CHECK }),
    .about = "Gives (value 1) or takes (0) one right of a shared document; a share that gives nothing goes.",
};

static void write_share(struct json_out *out, struct rows *rows)
{
    static const char *const texts[] = { "name", "user", "owner", "creation" };
    out_begin_object(out);
    for (unsigned i = 0; i < countof(texts); i++) {
        out_key(out, str_of(texts[i]));
        if (rows_is_null(rows, i))
            out_null(out);
        else
            out_text(out, rows_text(rows, i));
    }
    for (unsigned i = 0; i < countof(given); i++)
        out_member_int(out, given[i].field, rows_int(rows, (unsigned)countof(texts) + i));
    out_member_int(out, "everyone", rows_int(rows, (unsigned)(countof(texts) + countof(given))));
    out_end_object(out);
}

static bool get_users(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    const struct doctype *type = doc_type(cx, doc_text(args, "doctype"));
    if (!type || !doc_read(cx, type, doc_text(args, "name")))
        return false;
    struct rows *rows = doc_rows(cx, &(struct find){ .doctype = "DocShare",
                                                     .fields = "name user owner creation read write submit share "
                                                               "everyone",
                                                     .where = FIND({ "share_doctype", "=", doc_text(args, "doctype") },
                                                                   { "share_name", "=", doc_text(args, "name") }),
                                                     .order = "creation asc",
                                                     .unchecked = true });
    if (!rows)
        return false;
    out_begin_array(out);
    while (rows_next(rows))
        write_share(out, rows);
    out_end_array(out);
    return !failed(cx);
}

METHOD(share_get_users)
= {
    .path = "frappe.share.get_users",
    .call = get_users,
    ARGS({ "doctype", DATA, .reqd = true }, { "name", DATA, .reqd = true }),
    .about = "With whom a document is shared; for whoever may read it.",
};
