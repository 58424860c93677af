/* Comment: what people and the program say about a document. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "comment_type", SELECT, .reqd = true, .preset = "Comment",
      .options = "Comment\nLike\nInfo\nLabel\nWorkflow\nCreated\nSubmitted\nCancelled\nUpdated\nDeleted\nAssigned\n"
                 "Assignment Completed\nAttachment\nAttachment Removed\nShared\nUnshared\nBot\nRelinked\nEdit" },
    { "comment_email", DATA, .in_list_view = true },
    { "subject", TEXT },
    { "comment_by", DATA, .in_list_view = true },
    { "published", CHECK },
    { "seen", CHECK },
    { "reference_doctype", LINK, .options = "DocType", .in_list_view = true },
    { "reference_name", DYNAMIC_LINK, .options = "reference_doctype", .index = true },
    { "reference_owner", DATA, .read_only = true },
    { "content", HTML_EDITOR, .in_list_view = true },
    { "ip_address", DATA, .hidden = true },
};

DOCTYPE(comment)
= {
    .name = "Comment",
    .module = "Core",
    .about = "What people and the program say about a document.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    .logs = true,
};

struct doc *comment_add(struct ctx *cx, const struct doc *about, const char *type, struct str content)
{
    struct doc *comment = doc_new_named(cx, "Comment");
    if (!comment)
        return NULL;
    doc_set_text(comment, "comment_type", str_of(type));
    doc_set_text(comment, "comment_email", cx->user->name);
    doc_set_text(comment, "comment_by", cx->user->full_name);
    doc_set_text(comment, "reference_doctype", str_of(about->type->name));
    doc_set_text(comment, "reference_name", about->name);
    doc_set_text(comment, "reference_owner", about->owner);
    doc_set_text(comment, "content", content);
    return doc_insert(cx, comment, SAVE_AS_SYSTEM | SAVE_NO_LINKS | SAVE_NO_VERSION) ? comment : NULL;
}
