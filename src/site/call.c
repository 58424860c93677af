/* The call: opened on an arena for a site, ended by commit or rollback; what it read, changed and wants done later. */
#include "site_priv.h"

enum { ROOM_TO_SAY_SO = 256 * 1024 };

/* To do after the commit, and what it changed: the log row is written from that. */
struct later {
    uint64_t transaction; /* its number, once asked for */
    struct map changed;   /* DocType → itself */
    struct step {
        struct step *next;
        void (*run)(struct ctx *, void *);
        void *arg;
    } * first, **end;
    struct step *undo; /* newest first */
};

static void release_site(void *site)
{
    site_release(site);
}

static void take_site(struct ctx *cx, const struct site *site)
{
    cx->site = site;
    cx->tenant = &site->tenant;
    cx->lang = site->language;
    arena_defer(cx->arena, release_site, (void *)(uintptr_t)site);
}

/* The current snapshot if it is complete, else a new one with its settings read. What fails here fails again, loudly,
 * when the call itself asks the database. */
static void refresh(struct ctx *cx)
{
    struct site_state *state = cx->site->state;
    struct counted *current = published_take(&state->current);
    if (!current)
        return;
    const struct snapshot *base = snapshot_of((const struct site *)(const void *)current);
    take_site(cx, &base->site);
    if (site_ready(&base->site))
        return;
    struct snapshot *fresh = snapshot_complete(cx, base->base ? base->base : base, base->complete ? base : NULL);
    db_return(cx);
    cx->err = (struct error){ 0 };
    if (!fresh)
        return;
    site_hold(&fresh->site);
    take_site(cx, &fresh->site);
    state_publish(state, base, fresh);
}

void call_open(struct ctx *cx, struct arena *a, const struct site *site)
{
    *cx = (struct ctx){ .arena = a, .now_us = clock_wall_us(), .lang = STR("en"), .translate = translate };
    cx->deps = arena_new_of(a, struct deps);
    if (!site)
        return;
    site_hold(site);
    take_site(cx, site);
    state_used(site->state);
    if (!site_ready(site))
        refresh(cx);
}

/* ---- the arena's limit ---------------------------------------------------------------------------------------------- */

struct work {
    struct ctx *cx;
    bool (*run)(struct ctx *, void *);
    void *arg;
    bool ok;
};

static void run_work(void *arg)
{
    struct work *w = arg;
    w->ok = w->run(w->cx, w->arg);
}

static bool at_limit(struct ctx *cx)
{
    arena_extend(cx->arena, ROOM_TO_SAY_SO);
    cx->err = (struct error){ 0 };
    cx->notes = NULL;
    return throw(cx, &RequestEntityTooLarge, N_("This request needs more memory than one request may use."));
}

bool call_run(struct ctx *cx, bool (*work)(struct ctx *, void *), void *arg)
{
    struct work w = { cx, work, arg, false };
    return arena_guard(cx->arena, run_work, &w) ? w.ok : at_limit(cx);
}

/* ---- the end ------------------------------------------------------------------------------------------------------- */

static struct later *later_of(struct ctx *cx)
{
    if (!cx->later) {
        cx->later = arena_new_of(cx->arena, struct later);
        cx->later->changed = map_new(cx->arena);
        cx->later->end = &cx->later->first;
    }
    return cx->later;
}

bool call_attempt(struct ctx *cx, bool (*work)(struct ctx *, void *), void *arg, struct error *why)
{
    struct later *l = later_of(cx);
    struct step **end = l->end;
    struct note *notes = cx->notes;
    *why = (struct error){ 0 };
    if (!db_savepoint(cx))
        return false;
    if (work(cx, arg) && !failed(cx))
        return true;
    if (!db_rollback_to_savepoint(cx))
        return false;
    *end = NULL;
    l->end = end;
    cx->memo = NULL;
    cx->notes = notes;
    *why = cx->err;
    cx->err = (struct error){ 0 };
    return why->kind || bug(cx, "an attempt failed without a reason");
}

bool call_commit(struct ctx *cx)
{
    struct later *l = cx->later;
    if (l && l->changed.count && !change_log_write(cx, &l->changed))
        return false;
    if (!db_commit(cx)) {
        if (cx->err.kind == &ServiceUnavailable) /* the result is unknown: nothing may be undone */
            cx->later = NULL;
        return false;
    }
    cx->later = NULL;
    for (size_t i = 0; l && i < l->changed.count; i++)
        state_changed(cx->site->state, l->changed.entries[i].value);
    for (struct step *s = l ? l->first : NULL; s; s = s->next)
        s->run(cx, s->arg);
    return true;
}

struct mark {
    struct later *later;
    struct step **end;
};

static void back_to(struct ctx *cx, const struct mark *m)
{
    if (cx->later && !m->later)
        *cx->later = (struct later){ .changed = cx->later->changed, .end = &cx->later->first };
    else if (cx->later) {
        cx->later->end = m->end;
        *m->end = NULL;
    }
}

bool call_part(struct ctx *cx, bool (*work)(struct ctx *, void *), void *arg, bool *lost)
{
    struct mark m = { cx->later, cx->later ? cx->later->end : NULL };
    *lost = true;
    if (!db_savepoint(cx))
        return false;
    bool ok = call_run(cx, work, arg) && !failed(cx);
    *lost = !ok && !db_rollback_to_savepoint(cx);
    if (!ok)
        back_to(cx, &m);
    return ok;
}

void call_rollback(struct ctx *cx)
{
    struct later *l = cx->later;
    cx->later = NULL;
    db_rollback(cx);
    for (struct step *s = l ? l->undo : NULL; s; s = s->next)
        s->run(cx, s->arg);
}

void call_changes(struct ctx *cx, const char *doctype)
{
    struct later *l = later_of(cx);
    if (!map_has(&l->changed, str_of(doctype)))
        map_put(&l->changed, str_of(doctype), (void *)(uintptr_t)doctype);
}

uint64_t call_transaction(struct ctx *cx)
{
    struct later *l = later_of(cx);
    while (!l->transaction)
        random_fill(&l->transaction, sizeof l->transaction);
    return l->transaction;
}

void call_depends(struct ctx *cx, const char *doctype)
{
    if (cx->deps)
        deps_add(cx->deps, doctype);
}

void call_fresh_until(struct ctx *cx, int64_t t_us)
{
    if (!cx->fresh_until_us || t_us < cx->fresh_until_us)
        cx->fresh_until_us = t_us;
}

void call_later(struct ctx *cx, void (*run)(struct ctx *, void *), void *arg)
{
    struct later *l = later_of(cx);
    struct step *s = arena_new_of(cx->arena, struct step);
    *s = (struct step){ NULL, run, arg };
    *l->end = s;
    l->end = &s->next;
}

void call_undo(struct ctx *cx, void (*run)(struct ctx *, void *), void *arg)
{
    struct later *l = later_of(cx);
    struct step *s = arena_new_of(cx->arena, struct step);
    *s = (struct step){ l->undo, run, arg };
    l->undo = s;
}

/* ---- the school's clock --------------------------------------------------------------------------------------------- */

int64_t call_local_us(const struct ctx *cx)
{
    return cx->site && cx->site->zone ? zone_to_local_us(cx->site->zone, cx->now_us) : cx->now_us;
}

struct str call_now(struct ctx *cx)
{
    return clock_datetime(cx->arena, call_local_us(cx));
}

struct str call_today(struct ctx *cx)
{
    return clock_date(cx->arena, call_local_us(cx));
}

/* ---- beside the call -------------------------------------------------------------------------------------------------- */

struct ctx call_beside(struct ctx *cx)
{
    return (struct ctx){ .arena = cx->arena,
                         .site = cx->site,
                         .user = cx->user,
                         .tenant = cx->tenant,
                         .lang = cx->lang,
                         .translate = cx->translate,
                         .now_us = cx->now_us,
                         .request_id = cx->request_id,
                         .peer = cx->peer,
                         .may_write = true };
}

bool call_beside_end(struct ctx *cx, struct ctx *own, bool ok)
{
    ok = ok && call_commit(own);
    if (!ok)
        call_rollback(own);
    db_return(own);
    cx->statements += own->statements;
    if (!ok && !failed(cx))
        cx->err = own->err;
    return ok;
}
