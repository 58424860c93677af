/* Import: documents of a file in transactions of many, each with a savepoint of its own. A deadlock repeats the transaction,
 * a document that fails is reported and the others go on. */
#include "import_priv.h"

#include <unistd.h>

enum { DOCUMENTS_AT_ONCE = 100, BYTES_AT_ONCE = 2 << 20, MEMORY_AT_ONCE = 16 << 20, TRIES = 8, MESSAGE_MOST = 300 };

struct importing {
    struct ctx *cx;
    const struct batch_import *wish;
    struct arena *arena; /* of the whole import: what is reported */
    struct layout *layout;
    struct documents *documents;
    struct batch_report report;           /* of the batches that are done */
    struct item items[DOCUMENTS_AT_ONCE]; /* of this batch, in case it is repeated */
    size_t count, bytes;
    bool ended; /* the file has no more */
};

/* ---- what is reported ------------------------------------------------------------------------------------------------ */
/* Messages are made for pages: without their tags they are for any reader. */
static struct str without_tags(struct arena *a, struct str html)
{
    char *p = arena_alloc(a, html.n + 1);
    size_t n = 0;
    bool tag = false;
    for (size_t i = 0; i < html.n; i++) {
        bool opens = html.p[i] == '<' && i + 1 < html.n && strchr("/abcdefghijklmnopqrstuvwxyz", html.p[i + 1]);
        tag |= opens;
        if (!tag)
            p[n++] = html.p[i];
        tag &= html.p[i] != '>';
    }
    return (struct str){ p, n };
}

static struct str message_of(struct ctx *cx)
{
    const struct error *e = &cx->err;
    if (e->message.n)
        return e->message;
    struct str text = STR("");
    for (const struct note *n = cx->notes; n; n = n->next) /* newest first */
        text = text.n ? str_printf(cx->arena, "%.*s; %.*s", STR_ARG(n->message), STR_ARG(text)) : n->message;
    return text.n ? text : e->detail.n ? e->detail : str_of(e->kind ? e->kind->name : "");
}

static void add_error(struct importing *m, struct batch_report *r, uint64_t row, struct str field, struct str message)
{
    r->failed++;
    if (r->error_count == BATCH_ERRORS_MOST)
        return;
    struct str text = utf8_head(without_tags(m->cx->arena, message), MESSAGE_MOST);
    r->errors[r->error_count++] = (struct batch_error){ row, str_copy(m->arena, field), str_copy(m->arena, text) };
}

static void clear(struct ctx *cx)
{
    cx->err = (struct error){ 0 };
    cx->notes = NULL;
}

/* ---- one batch --------------------------------------------------------------------------------------------------------- */
struct one {
    struct importing *m;
    const struct item *item;
    enum batch_outcome outcome;
};

static bool import_one(struct ctx *cx, void *arg)
{
    struct one *o = arg;
    const struct batch_taker *taker = o->m->wish->taker;
    if (taker)
        return taker->take(cx, taker->arg, o->item->json, &o->outcome);
    return import_document(cx, o->m->layout, o->item->json, o->m->wish->update, &o->outcome);
}

static void count_one(struct batch_report *r, enum batch_outcome outcome)
{
    uint64_t *counts[] = {
        [BATCH_INSERTED] = &r->inserted, [BATCH_UPDATED] = &r->updated, [BATCH_UNCHANGED] = &r->unchanged
    };
    ++*counts[outcome];
}

/* What is not the document's fault: it would fail at every other as well. */
static bool is_beyond_it(const struct ctx *cx)
{
    return cx->err.kind == &QueryDeadlockError || cx->err.kind == &ServiceUnavailable ||
           cx->err.kind == &InReadOnlyMode;
}

/* Why nothing can be made of it; empty: something can. */
static struct str fault_of(const struct importing *m, const struct item *item)
{
    if (item->json && m->wish->taker && !json_is_object(item->json))
        return str_of(tr(m->cx, N_("Each document must be a JSON object.")));
    return item->json ? STR_NONE : item->why;
}

static bool is_left(const struct importing *m, const struct item *item)
{
    const struct batch_taker *taker = m->wish->taker;
    return taker && !taker->is_ours(taker->arg, item->json);
}

static bool take_one(struct importing *m, const struct item *item, struct batch_report *r)
{
    struct ctx *cx = m->cx;
    struct one one = { m, item, BATCH_INSERTED };
    bool lost = false;
    r->rows++;
    struct str fault = fault_of(m, item);
    if (fault.n) {
        add_error(m, r, item->row, STR(""), fault);
        return true;
    }
    if (is_left(m, item)) {
        r->left++;
        return true;
    }
    if (call_part(cx, import_one, &one, &lost)) {
        count_one(r, one.outcome);
        return true;
    }
    if (lost || is_beyond_it(cx))
        return false;
    add_error(m, r, item->row, str_of(cx->err.field ? cx->err.field : ""), message_of(cx));
    clear(cx);
    return true;
}

/* A batch that is repeated has its documents already; one that is not takes as many as it may hold. */
static bool has_document(struct importing *m, size_t i)
{
    if (i < m->count)
        return true;
    if (m->count == DOCUMENTS_AT_ONCE || m->bytes > BYTES_AT_ONCE || arena_used(m->cx->arena) > MEMORY_AT_ONCE)
        return false;
    m->ended = !documents_next(m->cx, m->documents, &m->items[i]);
    m->count += !m->ended;
    m->bytes += m->ended ? 0 : m->items[i].bytes;
    return !m->ended;
}

static bool try_batch(struct importing *m, struct batch_report *r)
{
    for (size_t i = 0; has_document(m, i); i++)
        if (!take_one(m, &m->items[i], r))
            return false;
    return m->wish->dry_run || call_commit(m->cx);
}

/* Who lost waits, each for another time and longer each time (10 ms … 1.3 s): begun again at once by two, a batch would
 * only meet the other once more. */
static void stand_back(unsigned tries)
{
    uint16_t dice;
    random_fill(&dice, sizeof dice);
    usleep((5000U << tries) + (5000U << tries) * dice / UINT16_MAX);
}

/* A dry run is one transaction from beginning to end: nothing of it can be repeated. */
static bool run_batch(struct importing *m)
{
    struct ctx *cx = m->cx;
    for (unsigned tries = 1;; tries++) {
        struct batch_report r = m->report;
        cx->now_us = clock_wall_us();
        if (try_batch(m, &r)) {
            m->report = r;
            break;
        }
        bool again = cx->err.kind == &QueryDeadlockError && tries < TRIES && !m->wish->dry_run;
        call_rollback(cx);
        if (!again)
            return false;
        clear(cx);
        cx->memo = NULL;
        stand_back(tries);
    }
    if (m->wish->dry_run)
        cx->later = NULL; /* it will never be later */
    if (m->wish->progress)
        m->wish->progress(m->wish->arg, &m->report);
    return true;
}

/* ---- all of them --------------------------------------------------------------------------------------------------------- */
static bool run(struct importing *m)
{
    while (!m->ended) {
        struct scratch s = scratch_begin(m->cx);
        m->count = m->bytes = 0;
        if (!run_batch(m))
            return false;
        scratch_end(m->cx, &s);
    }
    return true;
}

/* The layout of what is to be imported; NULL: thrown. */
static struct layout *layout_of_wish(struct ctx *cx, const struct batch_import *wish)
{
    const struct doctype *type = doc_type(cx, wish->doctype);
    if (!type || !perm_check(cx, type, NULL, IMPORT))
        return NULL;
    if (perm_by_parent(type))
        return throw(cx, &ValidationError, N_("Rows of %s are imported with the documents they belong to."),
                     type->name);
    return layout_of_import(cx, type);
}

bool batch_import(struct ctx *cx, const struct batch_import *wish, struct batch_report *report)
{
    *report = (struct batch_report){ 0 };
    struct layout *layout = wish->taker ? NULL : layout_of_wish(cx, wish);
    if (failed(cx))
        return false;
    struct importing *m = arena_new_of(cx->arena, struct importing);
    *m = (struct importing){ .cx = cx, .wish = wish, .arena = cx->arena, .layout = layout };
    m->report.errors = arena_array(cx->arena, BATCH_ERRORS_MOST, sizeof *m->report.errors);
    m->documents = documents_open(cx, wish, m->layout);
    if (!m->documents || !db_begin(cx)) /* the connection is the whole import's, not the first batch's */
        return false;
    bool done = run(m);
    *report = m->report;
    if (wish->dry_run || !done)
        call_rollback(cx);
    return done;
}

void batch_report_json(const struct batch_report *r, struct json_out *out)
{
    out_begin_object(out);
    out_member_int(out, "rows", (int64_t)r->rows);
    out_member_int(out, "inserted", (int64_t)r->inserted);
    out_member_int(out, "updated", (int64_t)r->updated);
    out_member_int(out, "unchanged", (int64_t)r->unchanged);
    out_member_int(out, "failed", (int64_t)r->failed);
    out_key(out, STR("errors"));
    out_begin_array(out);
    for (size_t i = 0; i < r->error_count; i++) {
        out_begin_object(out);
        out_member_int(out, "row", (int64_t)r->errors[i].row);
        out_member_text(out, "field", r->errors[i].field);
        out_member_text(out, "message", r->errors[i].message);
        out_end_object(out);
    }
    out_end_array(out);
    out_end_object(out);
}
