#pragma once
/* What the files of the webhooks know of each other: the document (webhook.c), the enabled ones in memory
 * (webhook_memory.c), what happens to documents (webhook_outbox.c), sending (webhook_delivery.c), the log
 * (webhook_request_log.c). */
#include "doc.h"
#include "work.h"

/* An enabled webhook, read once. */
struct webhook {
    struct str name, doctype;
    enum doc_event event;
    const struct expression *condition; /* NULL: always */
    const struct stencil *url;          /* of a dynamic URL; NULL: the document's own at the time of sending */
    const struct stencil *json;         /* of the body; NULL: see data */
    const struct pair *data;            /* key: in the body; value: the field. Beats json when there are any */
    size_t data_count;
    int timeout_s;
};

struct webhooks {
    struct counted counted;
    struct arena *arena;
    uint64_t ticket; /* taken before they were read */
    struct webhook *all;
    size_t count;
};

/* The enabled webhooks of the call's site, held by the arena; NULL: there are none, or failed(cx). */
const struct webhooks *webhooks_of(struct ctx *);

bool webhook_event_named(struct str, enum doc_event *out);
const char *webhook_event_name(enum doc_event);

/* A dynamic URL is one that says so or has {{ in it. */
bool webhook_is_dynamic(const struct doc *webhook);

/* One delivery: the args of its job, and what a row of the log keeps of it. */
struct delivery {
    struct str webhook, event, doctype, name, user, id;
    struct str url;     /* dynamic ones only */
    struct str body;    /* as sent */
    struct str problem; /* why there is nothing to send; empty: there is */
};
bool delivery_enqueue(struct ctx *, const struct delivery *, struct str key, int timeout_s);

/* One attempt. */
struct attempt {
    const struct delivery *delivery;
    struct str url;
    const struct pair *headers; /* as sent */
    size_t header_count;
    unsigned number; /* 1 at first */
    const struct fetched *got;
    struct str error; /* empty: it succeeded */
};
/* Writes the row of an attempt, with nothing secret in it. */
bool webhook_log(struct ctx *, const struct attempt *);
