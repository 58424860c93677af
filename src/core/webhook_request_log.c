/* Webhook Request Log: one attempt to deliver a webhook. Kept for thirty days, without anything secret. */
#include "webhook_priv.h"

enum { RESPONSE_MOST = 16 * 1024, DAYS_KEPT = 30, AT_ONCE = 2000, ROUNDS_MOST = 500 };

static const struct field fields[] = {
    { "webhook", LINK, .options = "Webhook" },
    { "reference_doctype", DATA, .read_only = true },
    { "reference_document", DATA, .read_only = true, .in_list_view = true },
    { "event", DATA, .read_only = true, .in_list_view = true },
    { "delivery", DATA, .read_only = true, .index = true, .label = "Delivery ID" },
    { "attempt", INT, .read_only = true },
    { "status_code", INT, .read_only = true, .in_list_view = true },
    { "took_ms", INT, .read_only = true, .label = "Took (ms)" },
    { "headers", CODE, .options = "JSON", .read_only = true },
    { "data", CODE, .options = "JSON", .read_only = true },
    { "user", LINK, .options = "User", .read_only = true },
    { "url", DATA, .label = "URL", .read_only = true, .length = 1000 },
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

/* What tells nobody how to get in somewhere. */
static bool is_harmless(struct str name)
{
    return str_eq_nocase(name, STR("Content-Type")) || str_eq_nocase(name, STR("Accept")) ||
           str_starts(name, STR("X-Frappe-Webhook-"));
}

static struct str headers_text(struct ctx *cx, const struct attempt *t)
{
    struct buf b = buf_new(cx->arena, 1 << 20);
    struct json_out out = out_to(&b);
    out_begin_object(&out);
    for (size_t i = 0; i < t->header_count; i++)
        out_member_text(&out, str_c(cx->arena, t->headers[i].key),
                        is_harmless(t->headers[i].key) ? t->headers[i].value : STR("****"));
    out_end_object(&out);
    return buf_str(&b);
}

/* Without "user:password@". */
static struct str safe_url(struct ctx *cx, struct str url)
{
    ptrdiff_t start = str_find(url, STR("://"));
    struct str host = str_from(url, start < 0 ? url.n : (size_t)start + 3), authority = host;
    authority.n = strcspn(str_c(cx->arena, host), "/?#");
    ptrdiff_t at = -1;
    for (size_t i = 0; i < authority.n; i++)
        if (authority.p[i] == '@')
            at = (ptrdiff_t)i;
    if (at < 0)
        return utf8_head(url, 1000);
    return utf8_head(str_printf(cx->arena, "%.*s****%.*s", (int)start + 3, url.p, STR_ARG(str_from(host, (size_t)at))),
                     1000);
}

static struct str safe_response(struct str body)
{
    body = str_slice(body, 0, RESPONSE_MOST);
    for (size_t cut = 0; cut < 4 && cut < body.n; cut++) /* a character may have been cut in the middle */
        if (utf8_valid(str_slice(body, 0, body.n - cut)))
            return str_slice(body, 0, body.n - cut);
    return body.n ? STR("(not text)") : STR_NONE;
}

/* An adopted site's own log has Frappe's fields only. */
static void set(struct doc *log, const char *field, struct str value)
{
    if (doc_field(log->type, str_of(field)) && value.n)
        doc_set_text(log, field, value);
}

static void set_number(struct doc *log, const char *field, int64_t value)
{
    if (doc_field(log->type, str_of(field)))
        doc_set_int(log, field, value);
}

bool webhook_log(struct ctx *cx, const struct attempt *t)
{
    struct doc *log = doc_new_named(cx, "Webhook Request Log");
    const struct delivery *d = t->delivery;
    if (!log)
        return false;
    set(log, "webhook", d->webhook);
    set(log, "reference_doctype", d->doctype);
    set(log, "reference_document", d->name);
    set(log, "event", d->event);
    set(log, "delivery", d->id);
    set(log, "user", d->user);
    set(log, "url", safe_url(cx, t->url));
    set(log, "headers", headers_text(cx, t));
    set(log, "data", d->body);
    set(log, "response", safe_response(t->got->body));
    set(log, "error", t->error);
    set_number(log, "attempt", t->number);
    set_number(log, "status_code", t->got->status);
    set_number(log, "took_ms", t->got->took_us / 1000);
    return doc_insert(cx, log, SAVE_AS_SYSTEM | SAVE_NO_LINKS | SAVE_NO_VERSION);
}

/* ---- what is old goes ------------------------------------------------------------------------------------------------------ */

static bool sweep(struct ctx *cx, struct job_run *run)
{
    (void)run;
    int64_t gone = AT_ONCE;
    struct str before = clock_datetime(cx->arena, call_local_us(cx) - (int64_t)DAYS_KEPT * 86400 * 1000000);
    for (int round = 0; gone == AT_ONCE && round < ROUNDS_MOST && !jobs_stopping(); round++) {
        struct sql *q = sql_new(cx);
        sql_add(q, "DELETE FROM ");
        sql_doctype(q, "Webhook Request Log");
        sql_add(q, " WHERE `creation` < ");
        sql_text(q, before);
        sql_add(q, " LIMIT ");
        sql_int(q, AT_ONCE);
        call_changes(cx, "Webhook Request Log");
        gone = db_change(cx, q);
        if (gone < 0 || !call_commit(cx))
            return false;
    }
    return true;
}

JOB(webhook_log_sweep)
= { .name = "webhook.forget_old_log",
    .run = sweep,
    .daily = true,
    .hour = 3,
    .lease_s = 1800,
    .about = "Deletes rows of Webhook Request Log that are older than thirty days." };
