/* Absolute deadlines: MHD knows only inactivity, so a client that sends a byte a second would live for ever.
 *
 * Every connection is in one phase, and each phase ends in time or the connection does. When the first byte of a head
 * arrives MHD does not say; the kernel's count of received bytes does, looked at once a second. */
#include "server_priv.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int64_t phase_us(const struct http_settings *s, enum phase phase)
{
    const int seconds[] = { [PHASE_IDLE] = s->idle_timeout_s,
                            [PHASE_HEAD] = s->head_timeout_s,
                            [PHASE_BODY] = s->body_timeout_s,
                            [PHASE_SEND] = s->send_timeout_s };
    return phase == PHASE_WORK ? INT64_MAX / 2 : (int64_t)seconds[phase] * 1000000;
}

void phase_enter(struct client *c, enum phase phase)
{
    c->phase = phase;
    c->since_us = c->loop->now_us;
    c->deadline_us = c->since_us + phase_us(&c->loop->server->settings, phase);
}

static uint64_t bytes_received(const struct client *c)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    return getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) ? 0 : info.tcpi_bytes_received;
}

/* An idle connection on which bytes arrive has begun a head. */
static void watch_idle(struct client *c, int64_t now_us)
{
    uint64_t received = bytes_received(c);
    if (c->idle_bytes == UINT64_MAX) { /* first look since the last answer */
        c->idle_bytes = received;
        return;
    }
    if (received == c->idle_bytes || c->head_begun)
        return;
    c->head_begun = true;
    int64_t head_us = now_us + phase_us(&c->loop->server->settings, PHASE_HEAD);
    if (head_us < c->deadline_us)
        c->deadline_us = head_us;
}

/* Whoever is slow with a request is told; the close makes MHD forget the connection. */
static void cut_off(struct client *c)
{
    static const char late[] = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    if (c->phase == PHASE_BODY || c->phase == PHASE_HEAD || (c->phase == PHASE_IDLE && c->head_begun))
        (void)!send(c->fd, late, sizeof late - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (c->streaming)
        stream_abandon(c->streaming->stream);
    shutdown(c->fd, SHUT_RDWR);
    c->deadline_us = INT64_MAX;
}

void deadlines_check(struct loop *l, int64_t now_us)
{
    bool draining = l->server->draining, late = draining && now_us >= l->server->drain_until_us;
    for (struct client *c = l->clients; c; c = c->next) {
        if (c->phase == PHASE_IDLE && c->deadline_us != INT64_MAX)
            watch_idle(c, now_us);
        if (now_us >= c->deadline_us || (late && c->streaming && c->deadline_us != INT64_MAX) ||
            (draining && c->phase == PHASE_IDLE && !c->head_begun))
            cut_off(c);
    }
}
