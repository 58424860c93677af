/* Streams: answers that go out while a worker still writes them.
 *
 * Between the worker and the loop lies a ring of fixed size. A worker that finds it full waits for the client, but not
 * for ever; a loop that finds it empty suspends the connection until the worker has written again. The exchange lives
 * until both have let go of it: MHD with "completed", the worker by leaving its lane. */
#include "server_priv.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { RING = 256 * 1024, ENOUGH = 32 * 1024, SECOND_US = 1000 * 1000 };

struct stream {
    struct lock lock;
    struct wakeup room; /* the loop took something, or the client is gone */
    char *ring;
    size_t at, n; /* where the unsent bytes begin; how many they are */
    int64_t written, taken;
    int64_t began_us, blocked_us; /* monotonic; how long the worker has waited for the client in all */
    bool parked;                  /* the connection is suspended until there is enough to send */
    bool ended, complete;         /* the worker has written all; and all is well */
    bool gone;                    /* nobody reads any more, or too slowly */
};

static struct task *task_of_exchange(struct exchange *x)
{
    return (struct task *)(void *)x;
}

/* ---- the worker's side -------------------------------------------------------------------------------------------- */
/* What lies where MHD received it goes with the connection, which may end before the worker does. */
static void let_go_of_head(struct exchange *x)
{
    struct http_request *r = &x->request;
    r->method_name = str_copy(x->arena, r->method_name);
    r->authority = str_copy(x->arena, r->authority);
    r->scheme = str_copy(x->arena, r->scheme);
    r->peer = str_copy(x->arena, r->peer);
    r->headers = NULL;
    r->header_count = 0;
}

bool http_stream_begin(struct exchange *x)
{
    struct task *t = task_of_exchange(x);
    struct stream *s = calloc(1, sizeof *s);
    if (s && !(s->ring = malloc(RING))) {
        free(s);
        s = NULL;
    }
    if (!s)
        return false;
    let_go_of_head(x);
    lock_init(&s->lock);
    wakeup_init(&s->room);
    s->began_us = clock_mono_us();
    s->gone = x->request.method == HTTP_HEAD; /* the head is all that is wanted */
    t->suspended = true;                      /* since it came into the lane */
    t->stream = s;
    loop_stir(t);
    return true;
}

/* The client must take something every STREAM_STALL_S, and SEND_RATE on average while the worker waits for it. */
static bool too_slow(const struct stream *s, int64_t waited_us, int64_t taken_before)
{
    const int64_t stall_us = (int64_t)STREAM_STALL_S * SECOND_US;
    if (s->taken == taken_before && waited_us >= stall_us)
        return true;
    if (s->blocked_us + waited_us > stall_us + s->taken / SEND_RATE * SECOND_US)
        return true;
    return clock_mono_us() - s->began_us > (int64_t)STREAM_MOST_S * SECOND_US;
}

/* Under the lock. */
static void wait_for_room(struct stream *s)
{
    int64_t since_us = clock_mono_us(), taken = s->taken;
    while (s->n == RING && !s->gone) {
        wakeup_wait(&s->room, &s->lock, SECOND_US);
        if (s->n == RING && too_slow(s, clock_mono_us() - since_us, taken))
            s->gone = true;
    }
    s->blocked_us += clock_mono_us() - since_us;
}

static void put(struct stream *s, struct str *bytes)
{
    size_t end = (s->at + s->n) % RING, room = end >= s->at ? RING - end : s->at - end;
    if (room > RING - s->n)
        room = RING - s->n;
    size_t n = bytes->n < room ? bytes->n : room;
    memcpy(s->ring + end, bytes->p, n);
    s->n += n;
    s->written += (int64_t)n;
    *bytes = str_from(*bytes, n);
}

bool http_stream_write(struct exchange *x, struct str bytes)
{
    struct task *t = task_of_exchange(x);
    struct stream *s = t->stream;
    lock_take(&s->lock);
    while (bytes.n && !s->gone) {
        if (s->n == RING)
            wait_for_room(s);
        else
            put(s, &bytes);
        if (s->parked && s->n >= ENOUGH) {
            s->parked = false;
            lock_release(&s->lock);
            loop_stir(t);
            lock_take(&s->lock);
        }
    }
    bool reads = !s->gone;
    lock_release(&s->lock);
    return reads;
}

/* The loop hears of it when the worker leaves its lane, which it does next. */
void http_stream_end(struct exchange *x, bool complete)
{
    struct stream *s = task_of_exchange(x)->stream;
    lock_take(&s->lock);
    if (!s->ended) /* the first word counts */
        s->complete = complete && (!s->gone || x->request.method == HTTP_HEAD);
    s->ended = true;
    lock_release(&s->lock);
}

bool http_streams(const struct exchange *x)
{
    return ((const struct task *)(const void *)x)->stream != NULL;
}

/* ---- the loop's side ---------------------------------------------------------------------------------------------- */
/* Ends the connection with a reset: whatever the version of HTTP, half an answer must not look like a whole one. */
static void reset(const struct client *c)
{
    const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
    (void)!connect(c->fd, &nowhere, sizeof nowhere);
}

static size_t get(struct stream *s, char *to, size_t most)
{
    size_t n = RING - s->at < s->n ? RING - s->at : s->n;
    n = n < most ? n : most;
    memcpy(to, s->ring + s->at, n);
    s->at = (s->at + n) % RING;
    s->n -= n;
    s->taken += (int64_t)n;
    if (s->n <= RING / 2)
        wakeup_one(&s->room);
    return n;
}

/* Under the lock. 0: nothing yet. */
static ssize_t next_piece(struct task *t, char *to, size_t most)
{
    struct stream *s = t->stream;
    if (s->gone || (s->ended && !s->complete)) {
        reset(t->client);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (s->n)
        return (ssize_t)get(s, to, most);
    if (s->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    s->parked = true;
    return 0;
}

static ssize_t read_piece(void *arg, uint64_t position, char *to, size_t most)
{
    struct task *t = arg;
    (void)position;
    lock_take(&t->stream->lock);
    ssize_t n = next_piece(t, to, most);
    lock_release(&t->stream->lock);
    if (n == 0)
        task_suspend(t);
    return n;
}

struct MHD_Response *stream_response(struct task *t)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, ENOUGH, read_piece, t, NULL);
}

void stream_abandon(struct stream *s)
{
    lock_take(&s->lock);
    s->gone = true;
    wakeup_all(&s->room);
    lock_release(&s->lock);
}

void stream_left(struct task *t)
{
    struct stream *s = t->stream;
    lock_take(&s->lock);
    bool broken = !s->complete;
    size_t n = s->n;
    lock_release(&s->lock);
    phase_enter(t->client, PHASE_SEND);
    t->client->deadline_us += (int64_t)n * SECOND_US / SEND_RATE;
    if (broken)
        reset(t->client);
}

bool stream_is_whole(const struct stream *s)
{
    return s->complete && !s->n;
}

int64_t stream_free(struct stream *s)
{
    int64_t taken = s->taken;
    wakeup_destroy(&s->room);
    lock_destroy(&s->lock);
    free(s->ring);
    free(s);
    return taken;
}
