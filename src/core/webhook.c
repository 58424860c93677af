/* Webhook: tells another program when documents of a DocType change. */
#include "doc.h"

static const struct field fields[] = {
    { "webhook_doctype", LINK, .options = "DocType", .label = "DocType", .reqd = true, .set_only_once = true,
      .in_list_view = true },
    { "webhook_docevent", SELECT, .label = "Doc Event", .set_only_once = true, .in_list_view = true,
      .options = "after_insert\non_update\non_submit\non_cancel\non_trash\non_update_after_submit\non_change" },
    { "enabled", CHECK, .preset = "1" },
    { "condition", SMALL_TEXT },
    { "request_url", SMALL_TEXT, .label = "Request URL", .reqd = true, .in_list_view = true },
    { "is_dynamic_url", CHECK, .label = "Is Dynamic URL?" },
    { "timeout", INT, .preset = "5" },
    { "background_jobs_queue", AUTOCOMPLETE },
    { "request_method", SELECT, .options = "POST\nPUT\nDELETE", .preset = "POST", .reqd = true },
    { "request_structure", SELECT, .options = "\nForm URL-Encoded\nJSON" },
    { "enable_security", CHECK },
    { "webhook_secret", PASSWORD },
    { "webhook_headers", TABLE, .options = "Webhook Header" },
    { "webhook_data", TABLE, .options = "Webhook Data" },
    { "webhook_json", CODE, .options = "JSON" },
};

static bool validate(struct ctx *cx, struct doc *webhook)
{
    struct str url = doc_text(webhook, "request_url");
    if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
        return throw(cx, &ValidationError, "The request URL must begin with https:// or http://.");
    if (has_control(url))
        return throw(cx, &ValidationError, "The request URL holds a control character.");
    int64_t timeout = doc_int(webhook, "timeout");
    if (timeout < 1 || timeout > 60)
        return throw(cx, &ValidationError, "The timeout must be between 1 and 60 seconds.");
    return true;
}

DOCTYPE(webhook)
= {
    .name = "Webhook",
    .module = "Integrations",
    .autoname = "HOOK-.####",
    .about = "Tells another program when documents of a DocType change.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("request_url", "timeout"),
    .track_changes = true,
    .validate = validate,
};
