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

/* The address as IPv6 has it: an IPv4 one is mapped into it. */
static bool read_ip(struct str text, unsigned char out[16])
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
    char copy[PEER_MOST];
    if (!text.n || text.n >= sizeof copy)
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = 0;
    memcpy(out, mapped, sizeof mapped);
    return inet_pton(AF_INET, copy, out + 12) == 1 || inet_pton(AF_INET6, copy, out) == 1;
}

/* "10.0.0.2" or "10.0.0.0/8": the address and how many of its bits, as IPv6, must agree. */
static bool read_network(struct str text, unsigned char address[16], unsigned *bits)
{
    ptrdiff_t slash = str_index(text, '/');
    int64_t given = -1;
    *bits = 128;
    if (slash < 0)
        return read_ip(text, address);
    struct str ip = str_slice(text, 0, (size_t)slash);
    unsigned most = str_index(ip, ':') < 0 ? 32 : 128;
    if (!read_ip(ip, address) || !str_int(str_from(text, (size_t)slash + 1), &given) || given < 0 || given > most)
        return false;
    *bits = 128 - most + (unsigned)given;
    return true;
}

bool peer_network_valid(const char *text)
{
    unsigned char address[16];
    unsigned bits;
    return read_network(str_of(text), address, &bits);
}

static bool in_network(const unsigned char ip[16], const char *network)
{
    unsigned char address[16];
    unsigned bits;
    if (!read_network(str_of(network), address, &bits) || memcmp(ip, address, bits / 8))
        return false;
    return bits % 8 == 0 || (ip[bits / 8] ^ address[bits / 8]) >> (8 - bits % 8) == 0;
}

bool peer_trusted(const struct http_settings *s, struct str peer)
{
    unsigned char ip[16];
    if (!s->trusted_proxies || !read_ip(peer, ip))
        return false;
    for (size_t i = 0; s->trusted_proxies[i]; i++)
        if (in_network(ip, s->trusted_proxies[i]))
            return true;
    return false;
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
    unsigned char ip[16];
    for (size_t i = rq->header_count; i-- > 0;) {
        struct str list = rq->headers[i].value;
        if (!str_eq_nocase(rq->headers[i].name, STR("X-Forwarded-For")))
            continue;
        while (list.n) {
            struct str hop = last_of(&list);
            if (!read_ip(hop, ip))
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
