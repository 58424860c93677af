/* Webhook Header: one header of a webhook's request. */
#include "doc.h"

static const struct field fields[] = {
    { "key", SMALL_TEXT, .in_list_view = true },
    { "value", SMALL_TEXT, .in_list_view = true },
};

DOCTYPE(webhook_header)
= {
    .name = "Webhook Header",
    .module = "Integrations",
    .is_child = true,
    .about = "One header of a webhook's request.",
    FIELDS(fields),
};
