/* Connections and the memory of their exchanges: what MHD calls when one begins, asks, and ends. All on the loop. */
#include "server_priv.h"

#include <unistd.h>

/* ---- an exchange's memory ------------------------------------------------------------------------------------------ */
struct step_of {
    struct task *task;
    void (*step)(struct task *);
};

static void take_step(void *arg)
{
    struct step_of *s = arg;
    s->step(s->task);
}

bool guarded(struct task *t, void (*step)(struct task *))
{
    return arena_guard(t->exchange.arena, take_step, &(struct step_of){ t, step });
}

static struct arena *arena_take(struct loop *l)
{
    return l->spare_count ? l->spare[--l->spare_count] : arena_new(l->server->settings.arena_limit);
}

static void arena_give(struct loop *l, struct arena *a)
{
    if (l->spare_count == SPARE_ARENAS) {
        arena_free(a);
        return;
    }
    arena_reset(a);
    l->spare[l->spare_count++] = a;
}

/* Unique, not secret: splitmix64 over a random start. */
static struct str next_id(struct loop *l, struct arena *a)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t z = l->id_state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    char *text = arena_alloc(a, 17);
    for (int i = 0; i < 16; i++, z >>= 4)
        text[i] = digits[z & 15];
    return (struct str){ text, 16 };
}

/* ---- connections: MHD's callbacks ----------------------------------------------------------------------------------- */
static void open_client(struct loop *l, struct MHD_Connection *connection, void **socket_context)
{
    struct client *c = calloc(1, sizeof *c);
    *socket_context = c;
    if (!c)
        return;
    *c = (struct client){ .next = l->clients, .loop = l };
    if (c->next)
        c->next->before = c;
    l->clients = c;
    l->client_count++;
    c->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer_of_address(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, c->peer);
    c->trusted = peer_trusted(&l->server->settings, str_of(c->peer));
    phase_enter(c, PHASE_IDLE);
}

static void close_client(struct loop *l, struct client *c)
{
    if (!c)
        return;
    if (c->before)
        c->before->next = c->next;
    else
        l->clients = c->next;
    if (c->next)
        c->next->before = c->before;
    l->client_count--;
    free(c);
}

void client_change(void *arg, struct MHD_Connection *connection, void **socket_context,
                   enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        open_client(arg, connection, socket_context);
    else
        close_client(arg, *socket_context);
}

/* The request line has come: MHD calls this before it takes the target apart, and keeps the result as our state. */
void *task_begin(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct loop *l = arg;
    struct client *c = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct arena *a = c ? arena_take(l) : NULL;
    if (!a)
        return NULL;
    struct task *t = arena_new_of(a, struct task); /* small: a fresh arena has room for it and a request line */
    t->exchange = (struct exchange){ .arena = a, .request.spool_fd = -1, .response.file_fd = -1 };
    t->exchange.request.started_us = clock_mono_us();
    t->exchange.request.target = str_copy(a, str_of(target));
    t->exchange.request.id = next_id(l, a);
    t->loop = l;
    t->client = c;
    t->connection = connection;
    t->raw_target = target;
    phase_enter(c, PHASE_HEAD);
    return t;
}

static void tell_done(struct task *t)
{
    t->loop->server->handler.done(&t->exchange, t->sent);
}

/* The worker still has the exchange in its hands: it is told, and the end waits for it. */
static bool still_written(struct task *t)
{
    lock_take(&t->loop->lock);
    bool left = t->left && !t->listed;
    lock_release(&t->loop->lock);
    if (left)
        return false;
    stream_abandon(t->stream);
    t->over = true;
    t->loop->lingering++;
    return true;
}

void task_end(void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
    struct task *t = *state;
    (void)arg, (void)connection;
    if (!t)
        return;
    *state = NULL;
    t->sent = code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    t->client->streaming = NULL;
    t->client->idle_bytes = UINT64_MAX;
    t->client->head_begun = false;
    phase_enter(t->client, PHASE_IDLE);
    if (t->stream && still_written(t))
        return;
    task_close(t);
}

void task_close(struct task *t)
{
    struct loop *l = t->loop;
    struct http_response *rs = &t->exchange.response;
    l->lingering -= t->over;
    if (t->stream) {
        t->sent &= stream_is_whole(t->stream);
        rs->streamed = stream_free(t->stream);
    }
    if (t->announced)
        (void)!guarded(t, tell_done);
    if (rs->body_holder)
        counted_release(rs->body_holder);
    if (rs->file_fd >= 0)
        close(rs->file_fd);
    if (t->exchange.request.spool_fd >= 0)
        close(t->exchange.request.spool_fd);
    body_forget(t);
    arena_give(l, t->exchange.arena);
}
