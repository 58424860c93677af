/* What the rooms above ask of a request. */
#include "server_priv.h"

struct str http_header_of(const struct http_request *rq, const char *name)
{
    struct str wanted = str_of(name);
    for (size_t i = 0; i < rq->header_count; i++)
        if (str_eq_nocase(rq->headers[i].name, wanted))
            return rq->headers[i].value;
    return STR_NONE;
}

size_t http_header_times(const struct http_request *rq, const char *name)
{
    struct str wanted = str_of(name);
    size_t times = 0;
    for (size_t i = 0; i < rq->header_count; i++)
        times += str_eq_nocase(rq->headers[i].name, wanted);
    return times;
}

static struct str unquoted(struct str s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_slice(s, 1, s.n - 1) : s;
}

struct str http_cookie(const struct http_request *rq, const char *name)
{
    if (http_header_times(rq, "Cookie") != 1)
        return STR_NONE;
    struct str rest = http_header_of(rq, "Cookie"), piece, found = STR_NONE;
    unsigned times = 0;
    while (str_cut(&rest, ';', &piece)) {
        ptrdiff_t equals = str_index(piece, '=');
        if (equals < 0 || !str_is(str_trim(str_slice(piece, 0, (size_t)equals)), name))
            continue;
        found = unquoted(str_trim(str_from(piece, (size_t)equals + 1)));
        times++;
    }
    return times == 1 ? found : STR_NONE;
}
