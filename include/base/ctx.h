#pragma once
/* ctx: the call. One site, one user, one arena, one transaction, one possible error.
 *
 * Made by call_open (site.h) for an HTTP exchange, a job, a command or a test. It is the first parameter of whatever
 * can fail, and is never stored. The upper rooms' types stand here by name only: who may look inside is the room that
 * defines them.
 */
#include "base/error.h"

struct ctx {
    struct arena *arena;            /* all that this call makes */
    struct error err;               /* the first failure, or none */
    struct note *notes;             /* newest first */
    const struct site *site;        /* shared, frozen (site.h) */
    const struct user *user;        /* Guest when nobody (auth.h); never NULL above auth */
    const struct db_tenant *tenant; /* whose tables: set with the site (db.h) */
    struct db *db;                  /* borrowed connection; NULL until the first statement (db.h) */
    struct later *later;            /* what to do after commit (site.h) */
    struct arena *scratch;          /* for pieces of long works; NULL until the first */
    struct map *memo;       /* what rules and hooks keep for this call, by question: ctx_memo; NULL: nothing yet */
    struct deps *deps;      /* what this call read, for the response cache; NULL: not recorded (site.h) */
    struct str lang;        /* language of messages: "en", "fr" */
    int64_t now_us;         /* one reading of the clock for the whole call: µs since 1970 UTC */
    int64_t fresh_until_us; /* the answer may not be kept longer; 0: no such limit */
    int64_t statement_ms;   /* time limit of each statement; 0: the connection's 2 s */
    bool may_write;         /* unsafe verb, job or command: a transaction may be started */
    bool writing;           /* a READ WRITE transaction is open */
    uint32_t statements;    /* run so far, for the log line and for budgets in tests */
    struct str request_id;  /* of the exchange, or empty */
    struct str peer;        /* address of the client, or empty: to count by, never to be stored */
    /* The translation of a message id into `lang`; NULL: English. Set by the site room. */
    const char *(*translate)(const struct ctx *, const char *message_id);
};

/* The memo, made at the first question. Setting cx->memo to NULL forgets all answers. */
struct map *ctx_memo(struct ctx *);

/* A piece of a long work: what it allocates from cx->arena and keeps in the memo is forgotten at its end. Things tied to
 * the call (a connection, for one) must be there before. What failed stays as it is: then scratch_end is not called. */
struct scratch {
    struct arena *whole;
    struct map *memo;
};
struct scratch scratch_begin(struct ctx *);
void scratch_end(struct ctx *, const struct scratch *);

/* A format stays a format: compilers check arguments through the translation. */
__attribute__((format_arg(2))) static inline const char *tr(const struct ctx *cx, const char *message_id)
{
    return cx->translate ? cx->translate(cx, message_id) : message_id;
}

static inline bool failed(const struct ctx *cx)
{
    return cx->err.kind != NULL;
}
