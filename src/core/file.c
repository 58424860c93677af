/* File: an uploaded file and the document it belongs to. */
#include "doc.h"

static const struct field fields[] = {
    { "file_name", DATA, .read_only = true, .in_list_view = true, .in_search = true },
    { "is_private", CHECK },
    { "file_type", DATA, .read_only = true, .in_list_view = true },
    { "is_home_folder", CHECK, .hidden = true },
    { "is_attachments_folder", CHECK, .hidden = true },
    { "file_size", INT, .options = "File Size", .length = 20, .read_only = true, .in_list_view = true },
    { "file_url", CODE, .read_only = true },
    { "thumbnail_url", SMALL_TEXT, .read_only = true },
    { "folder", LINK, .options = "File", .length = 255, .read_only = true, .hidden = true },
    { "is_folder", CHECK, .read_only = true },
    { "attached_to_doctype", LINK, .options = "DocType", .read_only = true },
    { "attached_to_name", DATA, .read_only = true, .index = true },
    { "attached_to_field", DATA, .read_only = true },
    { "old_parent", DATA, .hidden = true },
    { "content_hash", DATA, .read_only = true, .index = true },
};

DOCTYPE(file)
= {
    .name = "File",
    .module = "Core",
    .title_field = "file_name",
    .about = "An uploaded file and the document it belongs to.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    .logs = true,
};
