/* Against forged requests: who may send an unsafe request on behalf of a session (frappe-api 6.6, and stricter about
 * where it comes from). Whoever sends a right Authorization header needs nothing of this. */
#include <sodium.h>

#include "auth_priv.h"

static bool is_foreign(const struct csrf_facts *f)
{
    return (f->origin.n && !str_eq_nocase(f->origin, f->own_origin)) || str_is(f->fetch_site, "cross-site");
}

static bool same_secret(struct str a, struct str b)
{
    return a.n == b.n && sodium_memcmp(a.p, b.p, a.n) == 0;
}

bool csrf_check(struct ctx *cx, const struct identity *who, const struct csrf_facts *f)
{
    bool by_cookie = who->by == BY_SESSION;
    if (!f->unsafe || f->ignored || !(by_cookie || f->login))
        return true;
    bool forged = is_foreign(f);
    if (by_cookie && !f->login && who->csrf_token.n)
        forged |= !same_secret(f->token, who->csrf_token);
    return !forged || throw(cx, &CSRFTokenError, N_("Invalid Request"));
}
