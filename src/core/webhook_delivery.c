/* Sending: each delivery is a job of its own; deliveries of one webhook about one document go one after another. Every
 * attempt leaves a row in the log, in the transaction that ends or postpones the job. */
#include "core.h"
#include "http.h"
#include "webhook_priv.h"

enum { FAILURES_MOST = 20, ANSWER_MOST = 64 * 1024, SPARE_S = 15 };

static const char JOB_NAME[] = "webhook.deliver";

/* ---- a delivery as the args of its job ---------------------------------------------------------------------------------- */

static const struct {
    const char *key;
    size_t place;
} members[] = { { "webhook", offsetof(struct delivery, webhook) }, { "event", offsetof(struct delivery, event) },
                { "doctype", offsetof(struct delivery, doctype) }, { "name", offsetof(struct delivery, name) },
                { "user", offsetof(struct delivery, user) },       { "id", offsetof(struct delivery, id) },
                { "url", offsetof(struct delivery, url) },         { "body", offsetof(struct delivery, body) },
                { "problem", offsetof(struct delivery, problem) } };

static struct str *member(struct delivery *d, size_t i)
{
    return (struct str *)(void *)((char *)d + members[i].place);
}

static void release(void *json)
{
    json_decref(json);
}

bool delivery_enqueue(struct ctx *cx, const struct delivery *d, struct str key, int timeout_s)
{
    struct delivery copy = *d;
    json_t *args = json_object();
    arena_defer(cx->arena, release, args);
    for (size_t i = 0; i < countof(members); i++)
        if (member(&copy, i)->n)
            json_object_set_new(args, members[i].key, json_stringn(member(&copy, i)->p, member(&copy, i)->n));
    struct job_order order = { .args = args,
                               .key = key,
                               .sequence = str_printf(cx->arena, "%.*s|%.*s|%.*s", STR_ARG(d->webhook),
                                                      STR_ARG(d->doctype), STR_ARG(d->name)),
                               .lease_s = timeout_s + SPARE_S };
    return job_enqueue(cx, JOB_NAME, &order);
}

static struct delivery delivery_of(const json_t *args)
{
    struct delivery d = { 0 };
    for (size_t i = 0; i < countof(members); i++)
        *member(&d, i) = json_get_str(args, members[i].key);
    return d;
}

/* ---- the request ------------------------------------------------------------------------------------------------------------ */

static bool is_ours(struct str name)
{
    static const struct str prefix = { "x-frappe-webhook-", 17 };
    return name.n > prefix.n && str_eq_nocase(str_slice(name, 0, prefix.n), prefix);
}

static bool headers(struct ctx *cx, const struct doc *webhook, const struct delivery *d, struct attempt *t)
{
    const struct doc_rows *rows = doc_table(webhook, "webhook_headers");
    struct pair *list = arena_array(cx->arena, rows->count + 4, sizeof *list);
    struct str secret = STR_NONE;
    size_t n = 0;
    if (doc_true(webhook, "enable_security") &&
        !secret_get(cx, STR("Webhook"), webhook->name, "webhook_secret", &secret))
        return false;
    if (secret.n)
        list[n++] = (struct pair){ STR("X-Frappe-Webhook-Signature"), signature_of(cx->arena, secret, d->body) };
    for (size_t i = 0; i < rows->count; i++)
        if (!is_ours(doc_text(rows->rows[i], "key")))
            list[n++] = (struct pair){ doc_text(rows->rows[i], "key"), doc_text(rows->rows[i], "value") };
    list[n++] = (struct pair){ STR("X-Frappe-Webhook-Event"), d->event };
    list[n++] = (struct pair){ STR("X-Frappe-Webhook-Delivery"), d->id };
    list[n++] = (struct pair){ STR("X-Frappe-Webhook-Timestamp"),
                               str_printf(cx->arena, "%lld", (long long)(clock_wall_us() / 1000000)) };
    t->headers = list;
    t->header_count = n;
    return true;
}

static bool send(struct ctx *cx, const struct doc *webhook, const struct delivery *d, struct attempt *t,
                 struct fetched *got)
{
    t->url = d->url.n ? d->url : doc_text(webhook, "request_url");
    if (d->problem.n) {
        t->error = d->problem;
        return true;
    }
    if (!headers(cx, webhook, d, t))
        return false;
    struct fetch f = { .url = t->url,
                       .method = str_c(cx->arena, doc_text(webhook, "request_method")),
                       .headers = t->headers,
                       .header_count = t->header_count,
                       .body = d->body,
                       .timeout_s = (int)doc_int(webhook, "timeout"),
                       .most = ANSWER_MOST };
    if (!fetch(cx, &f, got))
        return false;
    cx->now_us = clock_wall_us();
    if (got->problem)
        t->error = str_of(tr(cx, got->problem));
    else if (got->status < 200 || got->status >= 400)
        t->error = str_printf(cx->arena, tr(cx, N_("The answer was %d.")), got->status);
    return true;
}

/* ---- failures in a row --------------------------------------------------------------------------------------------------------- */

static bool succeeded(struct ctx *cx, const struct doc *webhook)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_webhook");
    sql_add(q, " WHERE `webhook` = ");
    sql_text(q, webhook->name);
    return db_change(cx, q) >= 0;
}

static bool switch_off(struct ctx *cx, const struct doc *webhook)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Webhook");
    sql_add(q, " SET `enabled` = 0 WHERE `enabled` = 1 AND `name` = ");
    sql_text(q, webhook->name);
    int64_t changed = db_change(cx, q);
    if (changed <= 0)
        return changed == 0;
    call_changes(cx, "Webhook");
    log_say(LOG_WARN, "webhook.off", "%.*s: %.*s failed %d times in a row and was switched off",
            STR_ARG(cx->site->name), STR_ARG(webhook->name), FAILURES_MOST);
    struct str notice =
        str_printf(cx->arena,
                   tr(cx, N_("Switched off after %d failures in a row. See Webhook Request Log; switch it on again and "
                             "resend what was not delivered.")),
                   FAILURES_MOST);
    return !doc_type_find(cx->site, STR("Comment")) || comment_add(cx, webhook, "Info", notice) != NULL;
}

static bool count_failure(struct ctx *cx, const struct doc *webhook)
{
    int64_t failures = 0;
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_webhook");
    sql_add(q, " (`webhook`, `failures`) VALUES (");
    sql_text(q, webhook->name);
    sql_add(q, ", 1) ON DUPLICATE KEY UPDATE `failures` = `failures` + 1");
    if (db_change(cx, q) < 0)
        return false;
    q = sql_new(cx);
    sql_add(q, "SELECT `failures` FROM ");
    sql_table(q, "preau_webhook");
    sql_add(q, " WHERE `webhook` = ");
    sql_text(q, webhook->name);
    return db_first_int(cx, q, &failures) && (failures < FAILURES_MOST || switch_off(cx, webhook));
}

/* ---- the job ------------------------------------------------------------------------------------------------------------------- */

static bool deliver(struct ctx *cx, struct job_run *run)
{
    struct delivery d = delivery_of(run->args);
    struct fetched got = { 0 };
    struct attempt t = { .delivery = &d, .number = run->tries, .got = &got };
    struct doc *webhook = doc_find(cx, "Webhook", d.webhook);
    if (!webhook)
        return !failed(cx); /* deleted: nobody wants it any more */
    if (!doc_true(webhook, "enabled")) {
        job_give_up(run, str_of(tr(cx, N_("The webhook is switched off."))));
        return true;
    }
    if (!send(cx, webhook, &d, &t, &got))
        return false;
    if (got.stopped) {
        job_hand_back(run);
        return true;
    }
    if (!webhook_log(cx, &t))
        return false;
    if (!t.error.n)
        return succeeded(cx, webhook);
    if (d.problem.n)
        job_give_up(run, t.error);
    else
        job_retry(run, t.error);
    return count_failure(cx, webhook);
}

JOB(webhook_deliver)
= { .name = JOB_NAME,
    .run = deliver,
    .lane = JOB_ELSEWHERE,
    PAUSES(12, 150, 1800, 6 * 3600, 24 * 3600),
    .pauses_key = "webhook_retry_seconds",
    .lease_s = 60 + SPARE_S,
    .about = "Sends one delivery of a webhook." };

/* ---- once more ------------------------------------------------------------------------------------------------------------------- */

static struct str logged(const struct doc *log, const char *field)
{
    return doc_field(log->type, str_of(field)) ? doc_text(log, field) : STR_NONE;
}

static bool resend(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    const struct doctype *type = doc_type(cx, STR("Webhook Request Log"));
    struct doc *log = type ? doc_read(cx, type, doc_text(args, "log")) : NULL;
    struct doc *webhook = log ? doc_load(cx, "Webhook", doc_text(log, "webhook")) : NULL;
    if (!webhook || !perm_check(cx, webhook->type, webhook, WRITE))
        return false;
    if (!doc_true(webhook, "enabled"))
        return throw(cx, &ValidationError, "The webhook is switched off.");
    if (!doc_is_set(log, "data") || !logged(log, "delivery").n)
        return throw(cx, &ValidationError, "This row holds nothing that could be sent again.");
    struct delivery d = { .webhook = webhook->name,
                          .event = logged(log, "event"),
                          .doctype = logged(log, "reference_doctype"),
                          .name = doc_text(log, "reference_document"),
                          .user = doc_text(log, "user"),
                          .id = logged(log, "delivery"),
                          .url = webhook_is_dynamic(webhook) ? doc_text(log, "url") : STR_NONE,
                          .body = doc_text(log, "data") };
    struct str key = str_printf(cx->arena, "again|%.*s", STR_ARG(d.id));
    if (!delivery_enqueue(cx, &d, key, (int)doc_int(webhook, "timeout")))
        return false;
    out_text(out, d.id);
    return true;
}

METHOD(webhook_resend)
= {
    .path = "preau.webhook.resend",
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .call = resend,
    ARGS({ "log", DATA, .reqd = true }),
    .about = "Sends again what a row of Webhook Request Log says, under the same delivery ID, which it answers.",
};
