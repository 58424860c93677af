/* Version: what one update changed in a document. Written by the engine. */
#include "doc.h"

static const struct field fields[] = {
    { "ref_doctype", LINK, .options = "DocType", .reqd = true, .in_list_view = true },
    { "docname", DATA, .reqd = true, .index = true, .in_list_view = true },
    { "data", CODE, .hidden = true },
};

DOCTYPE(version)
= {
    .name = "Version",
    .module = "Core",
    .title_field = "docname",
    .about = "What one update changed in a document.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | REPORT | EXPORT }),
    .logs = true,
    .in_create = true,
};
