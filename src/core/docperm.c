/* DocPerm: which role has which right on a site's own DocType. */
#include "doc.h"

static const struct field fields[] = {
    { "role", LINK, .options = "Role", .reqd = true, .in_list_view = true },
    { "if_owner", CHECK },
    { "permlevel", INT, .in_list_view = true },
    { "select", CHECK },
    { "read", CHECK, .preset = "1" },
    { "write", CHECK, .preset = "1" },
    { "create", CHECK, .preset = "1" },
    { "delete", CHECK, .preset = "1" },
    { "submit", CHECK },
    { "cancel", CHECK },
    { "amend", CHECK },
    { "report", CHECK, .preset = "1" },
    { "export", CHECK, .preset = "1" },
    { "import", CHECK },
    { "share", CHECK, .preset = "1" },
    { "print", CHECK, .preset = "1" },
    { "email", CHECK, .preset = "1" },
};

DOCTYPE(docperm)
= {
    .name = "DocPerm",
    .module = "Core",
    .is_child = true,
    .about = "Which role has which right on a site's own DocType.",
    FIELDS(fields),
    .on_update = definition_apply,
    .on_trash = definition_remove,
};
