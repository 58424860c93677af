/* Webhook Request Log: one attempt to deliver a webhook. */
#include "doc.h"

static const struct field fields[] = {
    { "webhook", LINK, .options = "Webhook" },
    { "reference_document", DATA, .read_only = true, .in_list_view = true },
    { "headers", CODE, .options = "JSON", .read_only = true },
    { "data", CODE, .options = "JSON", .read_only = true },
    { "user", LINK, .options = "User", .read_only = true },
    { "url", DATA, .label = "URL", .read_only = true },
    { "response", CODE, .options = "JSON", .read_only = true },
    { "error", TEXT, .read_only = true },
};

DOCTYPE(webhook_request_log)
= {
    .name = "Webhook Request Log",
    .module = "Integrations",
    .about = "One attempt to deliver a webhook.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | DELETE | REPORT | EXPORT }),
    .logs = true,
    .in_create = true,
};
