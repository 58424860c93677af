/* Methods that every document has (spec/frappe-api.md 8.2): submit, cancel, rename, add_comment. */
#include "core.h"
#include "doc.h"

static bool write_result(struct ctx *cx, struct doc *doc, struct json_out *out)
{
    const struct doc *seen = perm_allows(cx, doc->type, doc, READ) ? doc_read(cx, doc->type, doc->name) : NULL;
    if (seen)
        doc_json(cx, seen, out, false);
    return !failed(cx);
}

static bool submit(struct ctx *cx, struct doc *doc, const struct doc *args, struct json_out *out)
{
    (void)args;
    return doc_submit(cx, doc, 0) && write_result(cx, doc, out);
}

DOC_METHOD(submit) = { .name = "submit", .writes = true, .call = submit, .about = "Submits the document." };

static bool cancel(struct ctx *cx, struct doc *doc, const struct doc *args, struct json_out *out)
{
    (void)args;
    return doc_cancel(cx, doc, 0) && write_result(cx, doc, out);
}

DOC_METHOD(cancel) = { .name = "cancel", .writes = true, .call = cancel, .about = "Cancels the submitted document." };

/* The document goes on under its new name. */
static bool rename_it(struct ctx *cx, struct doc *doc, const struct doc *args, struct json_out *out)
{
    (void)out;
    struct str stored;
    if (!doc_rename(cx, doc->type, doc->name, doc_text(args, "name"), doc_true(args, "merge"), &stored))
        return false;
    doc->name = stored;
    return true;
}

DOC_METHOD(rename) = { .name = "rename",
                       .writes = true,
                       ARGS({ "name", DATA, .reqd = true }, { "merge", CHECK }, { "force", CHECK }),
                       .call = rename_it,
                       .about = "Renames the document with all links to it." };

/* "Info" and the like are the program's own words. */
static bool add_comment(struct ctx *cx, struct doc *doc, const struct doc *args, struct json_out *out)
{
    struct str type = doc_text(args, "comment_type");
    if (type.n && !str_is(type, "Comment"))
        return throw(cx, &ValidationError, "Only the type %s can be added.", "Comment");
    struct doc *comment = comment_add(cx, doc, "Comment", doc_text(args, "text"));
    if (comment)
        doc_json(cx, comment, out, false);
    return comment != NULL;
}

DOC_METHOD(add_comment) = { .name = "add_comment",
                            .writes = true,
                            ARGS({ "comment_type", DATA }, { "text", HTML_EDITOR, .reqd = true }),
                            .call = add_comment,
                            .about = "Puts a comment under the document." };
