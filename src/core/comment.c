/* Comment: what people and the program say about a document. */
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
