/* Custom DocPerm: a site's own rights for a DocType; one row replaces all shipped ones. */
#include "doc.h"

/* `parent` names the DocType: here it is a field, since these rows stand in no document. */
static const struct field fields[] = {
    { "parent", LINK, .options = "DocType", .label = "Reference Document Type", .index = true, .reqd = true },
    { "role", LINK, .options = "Role", .reqd = true, .in_list_view = true },
    { "if_owner", CHECK },
    { "permlevel", INT, .in_list_view = true },
    { "select", CHECK },
    { "read", CHECK, .preset = "1" },
    { "write", CHECK },
    { "create", CHECK },
    { "delete", CHECK },
    { "submit", CHECK },
    { "cancel", CHECK },
    { "amend", CHECK },
    { "report", CHECK },
    { "export", CHECK, .preset = "1" },
    { "import", CHECK },
    { "share", CHECK },
    { "print", CHECK },
    { "email", CHECK },
};

DOCTYPE(custom_docperm)
= {
    .name = "Custom DocPerm",
    .module = "Core",
    .about = "A site's own rights for a DocType; one row replaces all shipped ones.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    .allow_import = true,
    .track_changes = true,
    .on_update = definition_apply,
    .on_trash = definition_remove,
};
