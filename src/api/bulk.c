/* Many documents in one request: each succeeds or fails by itself (spec/frappe-api.md sections 2.3 and 8.1). */
#include "api_priv.h"

enum { DOCUMENTS_MOST = 500 };

/* One document of the request. */
struct one {
    struct web *w;
    const json_t *item;    /* as sent */
    struct str doctype;    /* of the path; empty: the item says it */
    const char *key;       /* the item's member that holds the name */
    struct str name;       /* out: of the document */
    const struct doc *doc; /* out: saved */
};

typedef bool attempt(struct ctx *, void *one);

static bool identify(struct one *o)
{
    struct web *w = o->w;
    if (!json_is_object(o->item))
        return throw(&w->cx, &ValidationError, "Each document must be a JSON object.");
    if (!o->doctype.n && !api_doctype_of(w, o->item, &o->doctype))
        return false;
    o->name = api_name_in(w, o->item, o->key);
    return o->name.n || throw(&w->cx, &ValidationError, "Each document must say its %s.", o->key);
}

static bool update_one(struct ctx *cx, void *arg)
{
    struct one *o = arg;
    (void)cx;
    if (!identify(o))
        return false;
    o->doc = api_change(o->w, o->doctype, o->name, o->item);
    return o->doc != NULL;
}

static bool delete_one(struct ctx *cx, void *arg)
{
    struct one *o = arg;
    const struct doctype *type = identify(o) ? api_doctype(o->w, o->doctype) : NULL;
    return type && doc_delete(cx, type, o->name, 0);
}

/* ---- frappe.client.bulk_update ------------------------------------------------------------------------------------ */
static void write_failed(struct web *w, const json_t *item, const struct error *why)
{
    out_begin_object(&w->out);
    out_key(&w->out, STR("doc"));
    out_value(&w->out, item);
    out_member_text(&w->out, "exc", web_exception_line(w, why));
    out_end_object(&w->out);
}

static bool bulk_update(struct web *w)
{
    const json_t *docs, *item;
    size_t i;
    if (!api_need_list(w, "docs", DOCUMENTS_MOST, &docs))
        return false;
    api_answer_key(w);
    out_begin_object(&w->out);
    out_key(&w->out, STR("failed_docs"));
    out_begin_array(&w->out);
    json_array_foreach(docs, i, item)
    {
        struct one o = { .w = w, .item = item, .key = "docname" };
        struct error why;
        if (!call_attempt(&w->cx, update_one, &o, &why))
            return false;
        if (why.kind)
            write_failed(w, item, &why);
    }
    out_end_array(&w->out);
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(client_bulk_update) = { .path = "frappe.client.bulk_update",
                                   ARGS({ "docs", JSON, .reqd = true }),
                                   .verbs = WRITES,
                                   .body_limit = DOCUMENT_MOST,
                                   .run = bulk_update,
                                   .about = "Changes many documents; those that fail are listed." };

/* ---- v2 ---------------------------------------------------------------------------------------------------------------- */
struct outcome {
    struct buf done, failed, docs;
    struct json_out done_out, failed_out, docs_out;
    int64_t successes, failures;
};

static void write_identity(struct json_out *out, const struct one *o, bool with_doctype)
{
    if (!with_doctype) {
        out_text(out, o->name);
        return;
    }
    out_begin_object(out);
    out_member_text(out, "doctype", o->doctype);
    out_member_text(out, "name", o->name);
    out_end_object(out);
}

static void note_failure(struct outcome *to, const struct one *o, const struct error *why, bool with_doctype)
{
    to->failures++;
    out_begin_object(&to->failed_out);
    if (with_doctype)
        out_member_text(&to->failed_out, "doctype", o->doctype);
    out_member_text(&to->failed_out, "name", o->name);
    out_member_text(&to->failed_out, "error", why->message.n ? why->message : str_of(why->kind->name));
    out_end_object(&to->failed_out);
}

static bool note_success(struct outcome *to, struct one *o, bool with_doctype)
{
    to->successes++;
    write_identity(&to->done_out, o, with_doctype);
    if (!o->doc)
        return true;
    struct json_out answer = o->w->out;
    o->w->out = to->docs_out;
    bool written = api_saved(o->w, o->doc, true);
    to->docs_out = o->w->out;
    o->w->out = answer;
    return written;
}

static void begin_list(struct web *w, struct buf *b, struct json_out *out)
{
    *b = buf_new(w->cx.arena, (size_t)16 << 20);
    *out = out_to(b);
    out_begin_array(out);
}

static void write_outcome(struct web *w, struct outcome *to, const char *verb)
{
    struct json_out *out = &w->out;
    out_end_array(&to->done_out);
    out_end_array(&to->failed_out);
    out_end_array(&to->docs_out);
    api_answer_key(w);
    out_begin_object(out);
    out_key(out, str_of(verb));
    out_raw(out, buf_str(&to->done));
    out_key(out, STR("failed"));
    out_raw(out, buf_str(&to->failed));
    out_member_int(out, "total", to->successes + to->failures);
    out_member_int(out, "success_count", to->successes);
    out_member_int(out, "failure_count", to->failures);
    out_end_object(out);
    if (to->docs.n > 2) {
        out_key(out, STR("docs"));
        out_raw(out, buf_str(&to->docs));
    }
}

static bool each(struct web *w, const json_t *items, struct str doctype, attempt *run, const char *verb)
{
    struct outcome to = { 0 };
    const json_t *item;
    size_t i;
    begin_list(w, &to.done, &to.done_out);
    begin_list(w, &to.failed, &to.failed_out);
    begin_list(w, &to.docs, &to.docs_out);
    json_array_foreach(items, i, item)
    {
        struct one o = { .w = w, .item = item, .doctype = doctype, .key = "name" };
        struct error why;
        if (!call_attempt(&w->cx, run, &o, &why))
            return false;
        if (why.kind)
            note_failure(&to, &o, &why, !doctype.n);
        else if (!note_success(&to, &o, !doctype.n))
            return false;
    }
    if (to.done.full || to.failed.full || to.docs.full)
        return throw(&w->cx, &ValidationError, "The answer is too large. Send fewer documents at once.");
    write_outcome(w, &to, verb);
    return true;
}

/* Names become objects, so that each item has one shape. */
static const json_t *as_objects(struct web *w, const json_t *names)
{
    json_t *objects = api_own(w, json_array());
    json_t *name;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)names, i, name)
        json_array_append_new(objects, json_pack("{sO}", "name", name));
    return objects;
}

bool api_bulk(struct web *w, struct str doctype, struct str what)
{
    bool updates = str_is(what, "bulk_update"), by_name = !updates && doctype.n;
    const json_t *items;
    if (!api_need_list(w, by_name ? "names" : "docs", DOCUMENTS_MOST, &items))
        return false;
    if (by_name)
        items = as_objects(w, items);
    return each(w, items, doctype, updates ? update_one : delete_one, updates ? "updated" : "deleted");
}

static bool bulk_update_any(struct web *w)
{
    return api_bulk(w, STR_NONE, STR("bulk_update"));
}

static bool bulk_delete_any(struct web *w)
{
    return api_bulk(w, STR_NONE, STR("bulk_delete"));
}

WEB_METHOD(bulk_update) = { .path = "bulk_update",
                            ARGS({ "docs", JSON, .reqd = true }),
                            .verbs = HTTP_POST,
                            .body_limit = DOCUMENT_MOST,
                            .run = bulk_update_any,
                            .about = "Changes documents of any DocTypes." };
WEB_METHOD(bulk_delete) = { .path = "bulk_delete",
                            ARGS({ "docs", JSON, .reqd = true }),
                            .verbs = HTTP_POST,
                            .body_limit = DOCUMENT_MOST,
                            .run = bulk_delete_any,
                            .about = "Deletes documents of any DocTypes." };
