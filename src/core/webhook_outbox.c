/* What happens to documents becomes deliveries, in the transaction that changes them: rolled back, nothing is sent. */
#include "webhook_priv.h"

enum { BODY_MOST = 3 << 20 };

/* The document as REST would give it, made for the first webhook that wants it. */
static const json_t *picture(struct ctx *cx, const struct doc *doc)
{
    struct str why;
    struct buf b = buf_new(cx->arena, (size_t)64 << 20);
    struct json_out out = out_to(&b);
    doc_json(cx, doc, &out, true);
    return b.full ? NULL : json_read(cx->arena, buf_str(&b), &json_limits_default, &why);
}

static void write_chosen(const struct webhook *w, const json_t *doc, struct json_out *out)
{
    out_begin_object(out);
    for (size_t i = 0; i < w->data_count; i++) {
        json_t *value = json_object_getn(doc, w->data[i].value.p, w->data[i].value.n);
        out_key(out, w->data[i].key);
        if (value)
            out_value(out, value);
        else
            out_null(out);
    }
    out_end_object(out);
}

/* As Python's json.dumps writes it: ", " and ": ", ASCII. NULL text: there is none, and why. */
static struct str body_of(struct ctx *cx, const struct webhook *w, const json_t *doc, struct str *problem)
{
    struct buf b = buf_new(cx->arena, BODY_MOST), filled = buf_new(cx->arena, BODY_MOST);
    struct json_out out = out_to(&b);
    out.spaced = true;
    if (w->json) {
        struct str why = STR_NONE;
        stencil_fill(w->json, doc, &filled);
        json_t *value = filled.full ? NULL : json_read(cx->arena, buf_str(&filled), &json_limits_default, &why);
        if (value)
            out_value(&out, value);
        else
            *problem = str_printf(cx->arena, "The JSON of the request is not valid: %.*s", STR_ARG(why));
    } else {
        write_chosen(w, doc, &out);
    }
    if (b.full)
        *problem = STR("The body is too long.");
    return problem->n ? STR_NONE : buf_str(&b);
}

static struct str random_id(struct arena *a)
{
    uint8_t u[16];
    random_fill(u, sizeof u);
    u[6] = (uint8_t)((u[6] & 0x0f) | 0x40); /* RFC 4122: version 4 */
    u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
    return str_printf(a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1], u[2], u[3],
                      u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
}

static bool put(struct ctx *cx, const struct webhook *w, const struct doc *doc, const json_t *json)
{
    struct delivery d = { .webhook = w->name,
                          .event = str_of(webhook_event_name(w->event)),
                          .doctype = str_of(doc->type->name),
                          .name = doc->name,
                          .user = cx->user ? cx->user->name : STR("Administrator"),
                          .id = random_id(cx->arena) };
    d.body = body_of(cx, w, json, &d.problem);
    if (w->url) {
        struct buf url = buf_new(cx->arena, 4096);
        stencil_fill(w->url, json, &url);
        d.url = buf_str(&url);
    }
    /* Two events of one document in one transaction are one delivery, of its last state. */
    struct str key = str_printf(cx->arena, "%.*s|%s|%.*s|%016llx", STR_ARG(w->name), doc->type->name,
                                STR_ARG(doc->name), (unsigned long long)call_transaction(cx));
    return delivery_enqueue(cx, &d, key, w->timeout_s);
}

/* Imports, which keep the stamps of what they bring, tell nobody: as Frappe. */
static bool heard(struct ctx *cx, enum doc_event event, struct doc *doc)
{
    const struct webhooks *hooks = doc->keeps_stamps ? NULL : webhooks_of(cx);
    const json_t *json = NULL;
    for (size_t i = 0; hooks && i < hooks->count; i++) {
        const struct webhook *w = &hooks->all[i];
        if (w->event != event || !str_is(w->doctype, doc->type->name))
            continue;
        if (!json && !(json = picture(cx, doc)))
            return bug(cx, "a %s cannot be put into JSON", doc->type->name);
        if ((!w->condition || expression_holds(w->condition, json)) && !put(cx, w, doc, json))
            return false;
    }
    return !failed(cx);
}

DOC_LISTENER(webhooks) = { heard };
