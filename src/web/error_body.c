/* Error bodies (spec/frappe-api.md section 7): v1, v2 and pages, each written in this one place. */
#include "web_priv.h"

enum { BODY_MOST = 1 << 20 };

/* One entry of _server_messages, or of v2's messages. */
struct message {
    struct str text;
    const char *title, *indicator;
    bool raised;
};

/* What is shown with the error itself; false when it is silent. */
static bool message_of_error(const struct error *e, struct message *out)
{
    if (!e->kind || e->quiet || !e->message.n)
        return false;
    *out = (struct message){ .text = e->message,
                             .title = e->title ? e->title : e->kind->title,
                             .indicator = e->plain ? NULL : "red",
                             .raised = !e->plain };
    return true;
}

/* Everything to be shown, in the order in which it was said: notes, then the error. */
static struct message *collect(struct web *w, size_t *count)
{
    size_t notes = 0;
    for (const struct note *n = w->cx.notes; n; n = n->next)
        notes++;
    struct message *all = arena_array(w->cx.arena, notes + 1, sizeof *all);
    size_t i = notes;
    for (const struct note *n = w->cx.notes; n; n = n->next)
        all[--i] = (struct message){ .text = n->message, .title = n->title, .indicator = n->indicator };
    *count = notes + message_of_error(&w->cx.err, &all[notes]);
    return all;
}

static void write_message(struct web *w, struct json_out *out, const struct message *m, bool with_id)
{
    out_begin_object(out);
    out_member_text(out, "message", m->text);
    out_member_text(out, "title", str_of(tr(&w->cx, m->title ? m->title : N_("Message"))));
    if (m->indicator)
        out_member_text(out, "indicator", str_of(m->indicator));
    if (m->raised && with_id) {
        out_member_int(out, "raise_exception", 1);
        out_member_text(out, "__frappe_exc_id", random_hex(w->cx.arena, 28));
    }
    out_end_object(out);
}

/* A JSON text holding a list of JSON texts, as Python's json.dumps writes them. */
static struct str server_messages(struct web *w, const struct message *all, size_t count)
{
    struct buf list = buf_new(w->cx.arena, BODY_MOST);
    struct json_out out = out_to(&list);
    out.spaced = true;
    out_begin_array(&out);
    for (size_t i = 0; i < count; i++) {
        struct buf one = buf_new(w->cx.arena, BODY_MOST);
        struct json_out inner = out_to(&one);
        inner.spaced = true;
        write_message(w, &inner, &all[i], true);
        out_text(&out, buf_str(&one));
    }
    out_end_array(&out);
    return buf_str(&list);
}

static void write_v2_messages(struct web *w, struct json_out *out, const struct message *all, size_t count)
{
    out_key(out, STR("messages"));
    out_begin_array(out);
    for (size_t i = 0; i < count; i++)
        write_message(w, out, &all[i], false);
    out_end_array(out);
}

void web_out_notes(struct web *w, struct json_out *out)
{
    size_t count;
    const struct message *all = collect(w, &count);
    if (!count)
        return;
    if (w->api == 2)
        write_v2_messages(w, out, all, count);
    else
        out_member_text(out, "_server_messages", server_messages(w, all, count));
}

/* ---- v1 ------------------------------------------------------------------------------------------------------------- */
struct str web_exception_line(struct web *w, const struct error *e)
{
    struct str text = e->detail;
    if (!text.n && !e->quiet && !e->plain)
        text = e->message;
    return str_printf(w->cx.arena, "frappe.exceptions.%s%s%.*s", e->kind->name, text.n ? ": " : "", STR_ARG(text));
}

static struct str traceback(struct web *w, struct str line)
{
    struct buf b = buf_new(w->cx.arena, BODY_MOST);
    struct json_out out = out_to(&b);
    out.spaced = true;
    out_begin_array(&out);
    out_text(&out, line);
    out_end_array(&out);
    return buf_str(&b);
}

/* The words of a refused log-in stand in `message`, where Frappe's clients look for them. */
static struct str top_message(const struct error *e)
{
    return e->quiet && e->kind == &AuthenticationError ? e->message : STR("");
}

static void write_v1(struct web *w, struct json_out *out)
{
    const struct error *e = &w->cx.err;
    struct str line = web_exception_line(w, e);
    out_begin_object(out);
    if (w->identity.session_expired)
        out_member_int(out, "session_expired", 1);
    if (top_message(e).n)
        out_member_text(out, "message", top_message(e));
    out_member_text(out, "exception", line);
    out_member_text(out, "exc_type", str_of(e->kind->name));
    out_member_text(out, "exc", traceback(w, line));
    web_out_notes(w, out);
    if (e->hint.n)
        out_member_text(out, "_error_message", e->hint);
    out_member_text(out, "request_id", w->exchange->request.id);
    out_end_object(out);
}

/* ---- v2 ------------------------------------------------------------------------------------------------------------- */
/* The message that explains the error: its own, else its hint, else the first note. */
static void write_v2_error(struct web *w, struct json_out *out, const struct message *own)
{
    const struct error *e = &w->cx.err;
    out_begin_object(out);
    out_member_text(out, "type", str_of(e->kind->name));
    if (e->kind->status != 404)
        out_member_text(out, "exception", web_exception_line(w, e));
    struct str text = e->hint.n ? e->hint : own ? own->text : top_message(e);
    if (text.n) {
        out_member_text(out, "message", text);
        out_member_text(out, "title", str_of(tr(&w->cx, own && own->title ? own->title : N_("Message"))));
    }
    if (own && own->indicator)
        out_member_text(out, "indicator", str_of(own->indicator));
    out_end_object(out);
}

static void write_v2(struct web *w, struct json_out *out)
{
    size_t count;
    const struct message *all = collect(w, &count);
    size_t own = count && all[count - 1].raised ? count - 1 : 0;
    out_begin_object(out);
    if (w->identity.session_expired)
        out_member_int(out, "session_expired", 1);
    out_key(out, STR("errors"));
    out_begin_array(out);
    write_v2_error(w, out, count ? &all[own] : NULL);
    out_end_array(out);
    if (count > 1)
        write_v2_messages(w, out, own ? all : all + 1, count - 1);
    out_member_text(out, "request_id", w->exchange->request.id);
    out_end_object(out);
}

/* ---- pages ------------------------------------------------------------------------------------------------------------ */
static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = { { 400, "Bad Request" },        { 401, "Unauthorized" },       { 403, "Forbidden" },
                    { 404, "Not Found" },          { 405, "Method Not Allowed" }, { 413, "Request Entity Too Large" },
                    { 417, "Expectation Failed" }, { 429, "Too Many Requests" },  { 503, "Service Unavailable" } };
    for (size_t i = 0; i < countof(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return status < 500 ? "Bad Request" : "Internal Server Error";
}

static void send_page(struct web *w, int status)
{
    TABLE_EACH (error_pages, struct error_page, it) {
        if (!w->cx.site)
            break;
        struct buf page = buf_new(w->cx.arena, BODY_MOST);
        (*it)->render(w, status, &page);
        if (page.full || !page.n)
            break;
        web_send_html(w, status, (struct html){ buf_str(&page) });
        return;
    }
    http_answer_plain(w->exchange, status, str_of(reason_of(status)), w->cx.err.message);
}

static int retry_after(const struct error *e)
{
    if (e->retry_after_s > 0)
        return e->retry_after_s;
    if (e->kind->status != 503)
        return 0;
    return e->kind == &SessionStopped ? 60 : 1;
}

void web_send_error(struct web *w)
{
    if (!w->cx.err.kind)
        bug(&w->cx, "a handler failed without a reason");
    int status = w->cx.err.kind->status, wait_s = retry_after(&w->cx.err);
    if (wait_s)
        http_set_header(w->exchange, "Retry-After", str_printf(w->cx.arena, "%d", wait_s));
    if (!w->json) {
        send_page(w, status);
        return;
    }
    struct buf b = buf_new(w->cx.arena, BODY_MOST * 8);
    struct json_out out = out_to(&b);
    if (w->api == 2)
        write_v2(w, &out);
    else
        write_v1(w, &out);
    http_answer(w->exchange, status, "application/json", b.full ? STR("{}") : buf_str(&b));
}
