/* Webhook Data: one field of the document and its key in a webhook's body. */
#include "doc.h"

static const struct field fields[] = {
    { "fieldname", DATA, .reqd = true, .in_list_view = true },
    { "key", DATA, .reqd = true, .in_list_view = true },
};

DOCTYPE(webhook_data)
= {
    .name = "Webhook Data",
    .module = "Integrations",
    .is_child = true,
    .about = "One field of the document and its key in a webhook's body.",
    FIELDS(fields),
};
