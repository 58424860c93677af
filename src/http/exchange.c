/* The stages of a request: head, body, a lane or none, answer. MHD calls task_step for each; all on the loop, but for the
 * work in a lane. */
#include "server_priv.h"

#include <unistd.h>

static const struct http_handler *handler_of(const struct task *t)
{
    return &t->loop->server->handler;
}

/* ---- head ----------------------------------------------------------------------------------------------------- */
static void read_head(struct task *t)
{
    struct exchange *x = &t->exchange;
    head_read(t, t->method, t->version);
    if (x->response.status)
        return;
    t->announced = true;
    handler_of(t)->head(x, &t->body_limit);
    if (!x->response.status && x->request.body_size > t->body_limit)
        answer_status(x, 413);
    x->request.body_size = 0; /* from here on: what has come */
}

/* An answer in the first call makes MHD close the connection, which is right only when a body would follow. */
static enum MHD_Result take_head(struct task *t)
{
    struct http_response *rs = &t->exchange.response;
    t->stage = STAGE_BODY;
    t->body_limit = BODY_DEFAULT;
    if (!guarded(t, read_head))
        answer_starved(&t->exchange, 500);
    if (rs->status && (rs->close || t->body_comes)) {
        rs->close = true;
        return response_send(t);
    }
    if (t->body_comes)
        phase_enter(t->client, PHASE_BODY);
    return MHD_YES;
}

/* ---- body ----------------------------------------------------------------------------------------------------- */
static void take_piece(struct task *t)
{
    body_take(t, t->piece, t->piece_size);
}

static void extend_deadline(struct client *c, size_t received)
{
    int64_t most_us = c->since_us + (int64_t)UPLOAD_MOST_S * 1000000;
    int64_t earned_us = c->since_us + (int64_t)c->loop->server->settings.body_timeout_s * 1000000 +
                        (int64_t)(received / UPLOAD_RATE) * 1000000;
    c->deadline_us = earned_us < most_us ? earned_us : most_us;
}

static enum MHD_Result take_body(struct task *t, const char *data, size_t *size)
{
    t->piece = data;
    t->piece_size = *size;
    *size = 0;
    if (!guarded(t, take_piece))
        t->over_limit = true;
    extend_deadline(t->client, t->exchange.request.body_size);
    return t->over_limit && t->exchange.request.body_size > t->body_limit + DRAIN_MOST ? MHD_NO : MHD_YES;
}

/* ---- answer --------------------------------------------------------------------------------------------------- */
static void make_ready(struct task *t)
{
    struct str group = STR_NONE;
    t->next_lane = LANE_LOOP;
    body_finish(t);
    if (t->exchange.response.status)
        return;
    t->next_lane = handler_of(t)->ready(&t->exchange, &group);
    t->lane.group_key = str_hash(group);
}

static void forget_response(struct task *t)
{
    struct http_response *rs = &t->exchange.response;
    if (rs->body_holder)
        counted_release(rs->body_holder);
    if (rs->file_fd >= 0)
        close(rs->file_fd);
    *rs = (struct http_response){ .file_fd = -1 };
}

static void fill_refusal(struct task *t)
{
    handler_of(t)->refuse(&t->exchange);
}

void task_refuse(struct task *t)
{
    forget_response(t);
    if (!guarded(t, fill_refusal))
        answer_starved(&t->exchange, 503);
}

static void starve(struct task *t)
{
    forget_response(t);
    answer_starved(&t->exchange, t->over_limit ? 413 : 500);
}

static enum MHD_Result finish_request(struct task *t)
{
    if (!t->exchange.response.status && !guarded(t, make_ready)) {
        t->next_lane = LANE_LOOP;
        starve(t);
    }
    if (t->next_lane == LANE_LOOP)
        return response_send(t);
    t->stage = STAGE_WORK;
    phase_enter(t->client, PHASE_WORK);
    t->lane.lane = t->next_lane;
    loop_pass_on(&t->lane, t->loop);
    MHD_suspend_connection(t->connection); /* only this thread resumes it, so it cannot be too late */
    return MHD_YES;
}

void task_suspend(struct task *t)
{
    t->suspended = true;
    t->loop->suspended++;
    MHD_suspend_connection(t->connection);
}

/* ---- work ----------------------------------------------------------------------------------------------------- */
static void run_work(struct task *t)
{
    t->next_lane = handler_of(t)->work(&t->exchange, t->next_lane);
}

enum lane task_work(struct lane_task *lane_task, enum lane lane)
{
    struct task *t = task_of(lane_task);
    t->next_lane = lane;
    bool done = guarded(t, run_work);
    if (!done)
        t->next_lane = LANE_LOOP;
    if (t->stream) /* a stream that was not ended well is broken off */
        http_stream_end(&t->exchange, false);
    else if (!done)
        starve(t);
    return t->next_lane;
}

enum MHD_Result task_step(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
                          const char *version, const char *data, size_t *size, void **state)
{
    struct task *t = *state;
    (void)arg, (void)connection, (void)url;
    if (!t)
        return MHD_NO; /* no memory when it began */
    t->method = method;
    t->version = version;
    switch (t->stage) {
    case STAGE_HEAD:
        return take_head(t);
    case STAGE_BODY:
        return *size ? take_body(t, data, size) : finish_request(t);
    case STAGE_WORK:
        return response_send(t);
    case STAGE_SENT:
        break;
    }
    *size = 0;
    return MHD_YES;
}
