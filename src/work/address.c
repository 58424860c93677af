/* Which addresses belong to the public internet: what IANA's registries of special-purpose addresses do not name
 * (RFC 6890 and its successors). */
#include <netinet/in.h>

#include "work_priv.h"

/* Networks of IPv4 that are nobody's, everybody's or somebody's own. */
static const struct {
    uint32_t network;
    unsigned bits;
} reserved4[] = {
    { 0x00000000, 8 },  /* this network */
    { 0x0a000000, 8 },  /* private */
    { 0x64400000, 10 }, /* shared by carriers */
    { 0x7f000000, 8 },  /* loopback */
    { 0xa9fe0000, 16 }, /* link-local, and where clouds keep their secrets */
    { 0xac100000, 12 }, /* private */
    { 0xc0000000, 24 }, /* protocol assignments */
    { 0xc0000200, 24 }, /* documentation */
    { 0xc0586300, 24 }, /* 6to4 relays */
    { 0xc0a80000, 16 }, /* private */
    { 0xc6120000, 15 }, /* benchmarks */
    { 0xc6336400, 24 }, /* documentation */
    { 0xcb007100, 24 }, /* documentation */
    { 0xe0000000, 3 },  /* multicast, reserved, broadcast */
};

static bool is_public4(uint32_t address)
{
    for (size_t i = 0; i < countof(reserved4); i++)
        if (((address ^ reserved4[i].network) >> (32 - reserved4[i].bits)) == 0)
            return false;
    return true;
}

/* Of global unicast (2000::/3) what reaches a machine by itself. Mapped (::ffff:0:0/96), translated (64:ff9b::/96),
 * unique local, link-local and multicast addresses are outside of it. */
static bool is_public6(const uint8_t a[16])
{
    if ((a[0] & 0xe0) != 0x20)
        return false;
    if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 2) /* 2001::/23: Teredo, ORCHID, benchmarks */
        return false;
    if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8) /* 2001:db8::/32: documentation */
        return false;
    if (a[0] == 0x20 && a[1] == 0x02) /* 2002::/16: 6to4 holds an IPv4 address */
        return false;
    return !(a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10); /* 3fff::/20: documentation */
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return is_public4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return is_public6(((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
    return false;
}
