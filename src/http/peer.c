/* Who asks: the address of the connection, or what trusted proxies say of theirs. */
#include "server_priv.h"

#include <arpa/inet.h>
#include <netinet/in.h>

void peer_of_address(const struct sockaddr *address, char out[PEER_MOST])
{
    out[0] = 0;
    if (address && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, out, PEER_MOST);
    if (!address || address->sa_family != AF_INET6)
        return;
    const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(six))
        inet_ntop(AF_INET, six->s6_addr + 12, out, PEER_MOST);
    else
        inet_ntop(AF_INET6, six, out, PEER_MOST);
}

bool peer_trusted(const struct http_settings *s, struct str peer)
{
    for (size_t i = 0; s->trusted_proxies && s->trusted_proxies[i]; i++)
        if (str_is(peer, s->trusted_proxies[i]))
            return true;
    return false;
}

static bool is_address(struct str s)
{
    char text[PEER_MOST];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (!s.n || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* The last piece of a list "a, b, c", which is taken off it. */
static struct str last_of(struct str *list)
{
    size_t at = list->n;
    while (at && list->p[at - 1] != ',')
        at--;
    struct str last = str_trim(str_from(*list, at));
    list->n = at ? at - 1 : 0;
    return last;
}

/* Each proxy appends the address it saw: from the right, the first that is no proxy of ours is the client. Several
 * lines are one list. */
static void client_address(const struct http_settings *s, struct http_request *rq)
{
    for (size_t i = rq->header_count; i-- > 0;) {
        struct str list = rq->headers[i].value;
        if (!str_eq_nocase(rq->headers[i].name, STR("X-Forwarded-For")))
            continue;
        while (list.n) {
            struct str hop = last_of(&list);
            if (!is_address(hop))
                return;
            rq->peer = hop;
            if (!peer_trusted(s, hop))
                return;
        }
    }
}

void peer_behind_proxy(const struct http_settings *s, struct http_request *rq)
{
    client_address(s, rq);
    for (size_t i = 0; i < rq->header_count; i++)
        if (str_eq_nocase(rq->headers[i].name, STR("X-Forwarded-Proto"))) {
            struct str list = rq->headers[i].value;
            rq->scheme = str_eq_nocase(last_of(&list), STR("https")) ? STR("https") : STR("http");
        }
}
