/* ERPNext Settings: where the books are kept and how to reach them. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "enabled", CHECK },
    { "url", DATA, .label = "URL", .length = 255 },
    { "host_header", DATA },
    { "api_key", DATA, .label = "API Key" },
    { "api_secret", PASSWORD, .label = "API Secret" },
    { "webhook_secret", PASSWORD },
    { "company", DATA },
    { "price_list", DATA },
};

static bool validate(struct ctx *cx, struct doc *settings)
{
    if (doc_is_set(settings, "url") && !is_web_address(doc_text(settings, "url")))
        return throw(cx, &ValidationError, "The URL must begin with https:// or http://.");
    if (!doc_true(settings, "enabled"))
        return true;
    static const char *const needed[] = { "url", "api_key", "company" };
    for (size_t i = 0; i < countof(needed); i++)
        if (!doc_is_set(settings, needed[i]))
            return throw(cx, &ValidationError, "%s is required to enable ERPNext.",
                         field_label(cx->arena, doc_field(settings->type, str_of(needed[i]))));
    return true;
}

DOCTYPE(erpnext_settings)
= {
    .name = "ERPNext Settings",
    .module = "Core",
    .is_single = true,
    .about = "Where the books are kept and how to reach them.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | WRITE | CREATE }),
    NEEDS("enabled", "url", "api_key", "company"),
    .track_changes = true,
    .validate = validate,
};
