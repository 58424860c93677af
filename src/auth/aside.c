/* A call beside the call: what must stay even if the call itself is rolled back (counters, stamps). */
#include "auth_priv.h"

struct ctx aside(struct ctx *cx)
{
    return (struct ctx){ .arena = cx->arena,
                         .site = cx->site,
                         .user = cx->user,
                         .tenant = cx->tenant,
                         .lang = cx->lang,
                         .translate = cx->translate,
                         .now_us = cx->now_us,
                         .request_id = cx->request_id,
                         .may_write = true };
}

bool aside_end(struct ctx *cx, struct ctx *own, bool ok)
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
