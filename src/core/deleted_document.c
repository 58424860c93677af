/* Deleted Document: the last state of a document that was deleted. Written by the engine. */
#include "doc.h"

static const struct field fields[] = {
    { "deleted_name", DATA, .read_only = true, .in_list_view = true },
    { "deleted_doctype", DATA, .read_only = true, .in_list_view = true },
    { "restored", CHECK, .read_only = true, .in_list_view = true },
    { "new_name", READ_ONLY },
    { "data", CODE, .read_only = true },
};

DOCTYPE(deleted_document)
= {
    .name = "Deleted Document",
    .module = "Core",
    .title_field = "deleted_name",
    .about = "The last state of a document that was deleted.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | DELETE | REPORT | EXPORT }),
    .logs = true,
    .in_create = true,
};
