/* Webhook: tells another program when documents of a DocType change. */
#include "webhook_priv.h"

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

static const char *const event_names[] = {
    [DOC_AFTER_INSERT] = "after_insert", [DOC_ON_UPDATE] = "on_update",
    [DOC_ON_SUBMIT] = "on_submit",       [DOC_ON_CANCEL] = "on_cancel",
    [DOC_ON_TRASH] = "on_trash",         [DOC_ON_UPDATE_AFTER_SUBMIT] = "on_update_after_submit",
    [DOC_ON_CHANGE] = "on_change"
};

bool webhook_event_named(struct str name, enum doc_event *out)
{
    for (size_t i = 0; i < countof(event_names); i++)
        if (str_is(name, event_names[i])) {
            *out = (enum doc_event)i;
            return true;
        }
    return false;
}

const char *webhook_event_name(enum doc_event event)
{
    return event_names[event];
}

bool webhook_is_dynamic(const struct doc *webhook)
{
    return doc_true(webhook, "is_dynamic_url") && str_find(doc_text(webhook, "request_url"), STR("{{")) >= 0;
}

/* ---- what is watched -------------------------------------------------------------------------------------------------- */

static bool check_event(struct ctx *cx, const struct doc *webhook, const struct doctype *type)
{
    struct str event = doc_text(webhook, "webhook_docevent");
    static const char *const of_submitted[] = { "on_submit", "on_cancel", "on_update_after_submit" };
    if (type->is_child && !type->addressable)
        return throw(cx, &ValidationError, "Rows of %s are told of with their document only.", type->name);
    if (!strcmp(type->name, "Webhook Request Log"))
        return throw(cx, &ValidationError, "A webhook cannot tell of its own log.");
    for (size_t i = 0; i < countof(of_submitted); i++)
        if (str_is(event, of_submitted[i]) && !type->is_submittable)
            return throw(cx, &ValidationError, "DocType must be Submittable for the selected Doc Event");
    return true;
}

static bool has_field(const struct doctype *type, struct str name)
{
    static const char *const columns[] = { "name",      "owner",      "creation",  "modified",    "modified_by",
                                           "docstatus", "idx",        "parent",    "parentfield", "parenttype",
                                           "doctype",   "_user_tags", "_comments", "_assign",     "_liked_by" };
    for (size_t i = 0; i < countof(columns); i++)
        if (str_is(name, columns[i]))
            return true;
    return doc_field(type, name) != NULL;
}

static bool check_fields(struct ctx *cx, const struct doctype *type, const struct str *names)
{
    for (; names->p; names++)
        if (!has_field(type, *names))
            return throw(cx, &ValidationError, "%s has no field %.*s", type->name, STR_ARG(*names));
    return true;
}

static bool check_condition(struct ctx *cx, const struct doc *webhook, const struct doctype *type)
{
    struct str why, text = str_trim(doc_text(webhook, "condition"));
    if (!text.n)
        return true;
    const struct expression *e = expression_parse(cx->arena, text, &why);
    if (e)
        return check_fields(cx, type, expression_fields(e));
    return throw(cx, &ValidationError, "Invalid Condition: %.*s", STR_ARG(html_escape(cx->arena, why).text));
}

/* ---- what is sent --------------------------------------------------------------------------------------------------------- */

static bool check_data(struct ctx *cx, const struct doc *webhook, const struct doctype *type)
{
    const struct doc_rows *rows = doc_table(webhook, "webhook_data");
    for (size_t i = 0; i < rows->count; i++) {
        struct str name[2] = { doc_text(rows->rows[i], "fieldname"), STR_NONE };
        if (!check_fields(cx, type, name))
            return false;
        for (size_t j = 0; j < i; j++)
            if (str_eq(doc_text(rows->rows[j], "fieldname"), name[0]))
                return throw(cx, &ValidationError, "Same Field is entered more than once");
    }
    return true;
}

/* With every field empty it must be JSON already. */
static bool check_json(struct ctx *cx, const struct doc *webhook, const struct doctype *type)
{
    struct str why = STR_NONE, text = doc_text(webhook, "webhook_json");
    if (!str_trim(text).n)
        return true;
    const struct stencil *s = stencil_parse(cx->arena, text, STENCIL_JSON, &why);
    if (s) {
        struct buf b = buf_new(cx->arena, 1 << 20);
        if (!check_fields(cx, type, stencil_fields(s)))
            return false;
        stencil_fill(s, NULL, &b);
        if (!b.full && json_read(cx->arena, buf_str(&b), &json_limits_default, &why))
            return true;
    }
    return throw(cx, &ValidationError, "The JSON of the request is not valid: %.*s",
                 STR_ARG(html_escape(cx->arena, why).text));
}

static bool check_body(struct ctx *cx, struct doc *webhook, const struct doctype *type)
{
    if (str_is(doc_text(webhook, "request_structure"), "Form URL-Encoded"))
        doc_set_null(webhook, "webhook_json");
    if (str_is(doc_text(webhook, "request_structure"), "JSON"))
        doc_set_rows(webhook, "webhook_data", NULL, 0);
    return check_data(cx, webhook, type) && check_json(cx, webhook, type);
}

/* ---- where it goes ---------------------------------------------------------------------------------------------------------- */

static bool check_url(struct ctx *cx, const struct doc *webhook, const struct doctype *type)
{
    struct str why, url = doc_text(webhook, "request_url");
    if (webhook_is_dynamic(webhook)) {
        const struct stencil *s = stencil_parse(cx->arena, url, STENCIL_URL, &why);
        if (s)
            return check_fields(cx, type, stencil_fields(s));
        return throw(cx, &ValidationError, "Check Request URL: %.*s", STR_ARG(html_escape(cx->arena, why).text));
    }
    const char *refused = doc_true(webhook, "enabled") ? fetch_refuses(cx, url) : NULL;
    return !refused || throw(cx, &ValidationError, "Check Request URL: %s", tr(cx, refused));
}

static bool is_header_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] > '~' || strchr("()<>@,;:\\\"/[]?={}", name.p[i]))
            return false;
    return name.n > 0;
}

static bool check_headers(struct ctx *cx, const struct doc *webhook)
{
    const struct doc_rows *rows = doc_table(webhook, "webhook_headers");
    for (size_t i = 0; i < rows->count; i++) {
        struct str key = doc_text(rows->rows[i], "key");
        if (!is_header_name(key) || has_control(doc_text(rows->rows[i], "value")))
            return throw(cx, &ValidationError, "Row #%zu: this is not a header of HTTP.", i + 1);
    }
    return true;
}

static bool check_sending(struct ctx *cx, const struct doc *webhook)
{
    int64_t timeout = doc_int(webhook, "timeout");
    if (timeout < 1 || timeout > 60)
        return throw(cx, &ValidationError, "The timeout must be between 1 and 60 seconds.");
    if (doc_true(webhook, "enable_security") && !doc_is_set(webhook, "webhook_secret"))
        return throw(cx, &ValidationError, "Please set the webhook's secret, or switch its security off.");
    return check_headers(cx, webhook);
}

static bool validate(struct ctx *cx, struct doc *webhook)
{
    const struct doctype *type = doc_type(cx, doc_text(webhook, "webhook_doctype"));
    return type && check_event(cx, webhook, type) && check_condition(cx, webhook, type) &&
           check_body(cx, webhook, type) && check_url(cx, webhook, type) && check_sending(cx, webhook);
}

/* Who switches it on again gives it all its chances. */
static bool forget_failures(struct ctx *cx, struct doc *webhook)
{
    if (webhook->before && !doc_changed(webhook, "enabled"))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_webhook");
    sql_add(q, " WHERE `webhook` = ");
    sql_text(q, webhook->name);
    return db_change(cx, q) >= 0;
}

DOCTYPE(webhook)
= {
    .name = "Webhook",
    .module = "Integrations",
    .autoname = "HOOK-.####",
    .about = "Tells another program when documents of a DocType change.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("webhook_doctype", "webhook_docevent", "enabled", "condition", "request_url", "is_dynamic_url", "timeout",
          "request_method", "request_structure", "enable_security", "webhook_secret", "webhook_headers", "webhook_data",
          "webhook_json"),
    .track_changes = true,
    .validate = validate,
    .on_update = forget_failures,
};
