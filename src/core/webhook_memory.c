/* The enabled webhooks of each site, as they were read last: a change of a document asks no database for them.
 *
 * They are read beside the caller's transaction, on a connection of their own: what that transaction sees may be older
 * than the ticket. */
#include <stdlib.h>

#include "webhook_priv.h"

enum { CHAINS = 64 };
static const size_t MEMORY = (size_t)64 << 20;
static const char *const read_from[] = { "Webhook", "Webhook Data", NULL };

static struct place {
    struct place *next;
    const struct site_state *state;
    struct webhooks *hooks;
} * chains[CHAINS];
static struct lock lock;

__attribute__((constructor)) static void init(void)
{
    lock_init(&lock);
}

static struct place **chain_of(const struct site *site)
{
    return &chains[((uintptr_t)site->state >> 6) % CHAINS];
}

/* Under the lock. */
static struct place *find(const struct site *site)
{
    struct place *p = *chain_of(site);
    while (p && p->state != site->state)
        p = p->next;
    return p;
}

static void destroy(struct counted *c)
{
    struct webhooks *w = (struct webhooks *)c;
    arena_free(w->arena);
    free(w);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------ */

static void read_data(struct arena *a, const struct doc *doc, struct webhook *w)
{
    const struct doc_rows *rows = doc_table(doc, "webhook_data");
    struct pair *pairs = arena_array(a, rows->count, sizeof *pairs);
    for (size_t i = 0; i < rows->count; i++)
        pairs[i] = (struct pair){ doc_text(rows->rows[i], "key"), doc_text(rows->rows[i], "fieldname") };
    w->data = pairs;
    w->data_count = rows->count;
}

/* False: it cannot be understood (an adopted site's may say more than we read); it is said, and it sends nothing. */
static bool read_one(struct arena *a, const struct doc *doc, struct webhook *w)
{
    struct str why = STR_NONE, condition = str_trim(doc_text(doc, "condition")), json = doc_text(doc, "webhook_json");
    *w = (struct webhook){ .name = doc->name, .doctype = doc_text(doc, "webhook_doctype") };
    w->timeout_s = (int)doc_int(doc, "timeout");
    read_data(a, doc, w);
    bool understood = webhook_event_named(doc_text(doc, "webhook_docevent"), &w->event);
    if (understood && condition.n)
        understood = (w->condition = expression_parse(a, condition, &why)) != NULL;
    if (understood && webhook_is_dynamic(doc))
        understood = (w->url = stencil_parse(a, doc_text(doc, "request_url"), STENCIL_URL, &why)) != NULL;
    if (understood && !w->data_count && str_trim(json).n)
        understood = (w->json = stencil_parse(a, json, STENCIL_JSON, &why)) != NULL;
    if (!understood)
        log_say(LOG_WARN, "webhook.unreadable", "%.*s sends nothing: %.*s", STR_ARG(doc->name), STR_ARG(why));
    return understood;
}

static size_t names(struct ctx *cx, struct str **out)
{
    size_t n = 0, room = 0;
    struct find wanted = { .doctype = "Webhook",
                           .fields = "name",
                           .where = FIND({ "enabled", "=", STR("1") }),
                           .order = "name asc",
                           .unchecked = true };
    struct rows *rows = doc_rows(cx, &wanted);
    *out = NULL;
    while (rows && rows_next(rows)) {
        if (n == room) {
            struct str *more = arena_array(cx->arena, room = room * 2 + 16, sizeof *more);
            if (n)
                memcpy(more, *out, n * sizeof *more);
            *out = more;
        }
        (*out)[n++] = str_copy(cx->arena, rows_text(rows, 0));
    }
    return n;
}

static bool read_all(struct ctx *cx, void *arg)
{
    struct webhooks *w = arg;
    struct str *all;
    size_t count = names(cx, &all);
    w->all = arena_array(cx->arena, count, sizeof *w->all);
    for (size_t i = 0; i < count && !failed(cx); i++) {
        struct doc *doc = doc_find(cx, "Webhook", all[i]);
        w->count += doc && read_one(cx->arena, doc, &w->all[w->count]);
    }
    return !failed(cx);
}

static struct webhooks *load(struct ctx *cx)
{
    struct webhooks *w = calloc(1, sizeof *w);
    struct arena *a = w ? arena_new(MEMORY) : NULL;
    if (!a) {
        free(w);
        return throw(cx, &ServiceUnavailable, N_("The server is busy. Please try again in a moment."));
    }
    *w = (struct webhooks){ { 1, destroy }, a, cache_ticket(cx->site), NULL, 0 };
    struct ctx own = { .arena = a, .site = cx->site, .tenant = cx->tenant, .user = cx->user, .now_us = cx->now_us };
    bool read = call_run(&own, read_all, w);
    db_return(&own);
    if (read)
        return w;
    throw(cx, &ServiceUnavailable, N_("The server is busy. Please try again in a moment."));
    destroy(&w->counted);
    return NULL;
}

/* ---- keeping -------------------------------------------------------------------------------------------------------------- */

static void keep(const struct site *site, struct webhooks *fresh)
{
    struct webhooks *old = NULL;
    counted_hold(&fresh->counted);
    lock_take(&lock);
    struct place *p = find(site);
    if (!p && (p = calloc(1, sizeof *p))) {
        *p = (struct place){ *chain_of(site), site->state, NULL };
        *chain_of(site) = p;
    }
    if (p) {
        old = p->hooks;
        p->hooks = fresh;
    }
    lock_release(&lock);
    if (old || !p)
        counted_release(p ? &old->counted : &fresh->counted);
}

/* Held, unless there are none. */
static struct webhooks *known(const struct site *site, bool *is_known)
{
    struct webhooks *found = NULL;
    lock_take(&lock);
    struct place *p = find(site);
    *is_known = p && cache_holds(site, p->hooks->ticket, read_from);
    if (*is_known && p->hooks->count)
        counted_hold(&(found = p->hooks)->counted);
    lock_release(&lock);
    return found;
}

static void release(void *hooks)
{
    counted_release(&((struct webhooks *)hooks)->counted);
}

const struct webhooks *webhooks_of(struct ctx *cx)
{
    bool is_known;
    struct webhooks *w = known(cx->site, &is_known);
    if (!is_known) {
        if (!doc_type_find(cx->site, STR("Webhook")) || !(w = load(cx)))
            return NULL;
        keep(cx->site, w);
    }
    if (!w)
        return NULL;
    arena_defer(cx->arena, release, w);
    return w->count ? w : NULL;
}
