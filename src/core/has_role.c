/* Has Role: one role of one user. */
#include "doc.h"

static const struct field fields[] = {
    { "role", LINK, .options = "Role", .in_list_view = true, .index = true },
};

DOCTYPE(has_role)
= {
    .name = "Has Role",
    .module = "Core",
    .is_child = true,
    .about = "One role of one user.",
    FIELDS(fields),
};
