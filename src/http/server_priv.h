#pragma once
/* What the files of this room share: the server, its loops, their clients and tasks. */
#include <microhttpd.h>

#include "lane_priv.h"

enum {
    BODY_IN_MEMORY = 1024 * 1024, /* bytes; larger bodies go to a file */
    BODY_DEFAULT = 1024 * 1024,   /* limit when the application sets none */
    DRAIN_MOST = 1024 * 1024,     /* of a chunked body over its limit that is read before the client is cut off */
    TARGET_LINE_MOST = 8 * 1024,  /* request line */
    HEADERS_MOST = 64,
    SEND_RATE = 32 * 1024,   /* bytes a second that a client must read of a long answer */
    STREAM_STALL_S = 10,     /* so long a client may take nothing of a stream that waits for it */
    STREAM_MOST_S = 15 * 60, /* and no stream is longer */
    UPLOAD_RATE = 1024,      /* bytes a second that a client must send of a long body … */
    UPLOAD_MOST_S = 15 * 60, /* … and for how long at most */
    SPARE_ARENAS = 256,      /* a loop keeps, of 16 KiB each */
    PEER_MOST = 46,          /* INET6_ADDRSTRLEN */
};

/* What a connection is busy with; each has its absolute deadline. */
enum phase { PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_WORK, PHASE_SEND };

/* A connection. Made and freed by MHD's connection callbacks, on its loop. */
struct client {
    struct client *next, *before;
    struct loop *loop;
    int fd;
    enum phase phase;
    int64_t since_us, deadline_us; /* monotonic: start and end of the phase */
    uint64_t idle_bytes;           /* received when last seen idle; what comes after is a head */
    bool head_begun, trusted;
    struct task *streaming; /* its exchange, while the answer is a stream */
    char peer[PEER_MOST];
};

enum stage { STAGE_HEAD, STAGE_BODY, STAGE_WORK, STAGE_SENT };

/* An exchange and all that is kept for it. Lives in its own arena from the request line to MHD's "completed". */
struct task {
    struct exchange exchange; /* first: the handler's pointer is ours */
    struct lane_task lane;
    struct loop *loop;
    struct client *client;
    struct MHD_Connection *connection;
    const char *raw_target; /* in MHD's buffer */
    struct task *finished_next;
    struct stream *stream; /* NULL: the answer is whole before it is sent */
    bool listed, left;     /* of streams, under the loop's lock: stands in `stirred`; its worker is done with it */
    bool suspended, over;  /* the connection sleeps; MHD is done with it, the worker is not */
    enum stage stage;
    bool announced; /* the application has seen the head, and will hear of the end */
    bool body_comes, over_limit, spool_failed, sent;
    enum lane next_lane;                  /* what `ready` or `work` said */
    const char *method, *version, *piece; /* arguments of the step that runs guarded */
    size_t piece_size;
    size_t body_limit, body_room, body_in_memory, body_in_file;
    char *body;
};

struct loop {
    struct http_server *server;
    struct thread *thread;
    struct MHD_Daemon *daemon;
    int listen_fd, epoll_fd, wake_fd;
    bool first, quiet;
    struct client *clients; /* of this loop only */
    unsigned client_count;
    struct arena **spare; /* reset arenas, ready for use */
    unsigned spare_count;
    uint64_t id_state; /* of request ids */
    int64_t now_us;    /* monotonic: read a few times a turn, good enough for deadlines */
    int64_t next_tick_us, next_second_us;
    struct log_gathered lines;                  /* of the turn that runs */
    struct lane_task *entering, **entering_end; /* tasks of the turn that runs, for the lanes */
    unsigned suspended;                         /* connections whose tasks are there */
    _Atomic(struct task *) finished;            /* those that the lanes hand back, the last one first */
    _Atomic bool sleeping;                      /* whoever hands back wakes it */
    unsigned lingering;                         /* exchanges that MHD has ended and a worker has not */
    struct lock lock;                           /* of changes of `stirred` */
    _Atomic(struct task *) stirred;             /* streams that have something to send, or that their worker has left */
};

struct http_server {
    struct http_settings settings;
    struct http_handler handler;
    struct loop *loops;
    unsigned loop_count;
    uint16_t port;
    bool known_library; /* the MHD whose memory layout head.c knows */
    _Atomic bool draining;
    _Atomic int64_t drain_until_us;
};

static inline struct task *task_of(struct lane_task *lane)
{
    return (struct task *)(void *)((char *)lane - offsetof(struct task, lane));
}

/* connection.c: MHD's callbacks. */
void client_change(void *loop, struct MHD_Connection *, void **socket_context, enum MHD_ConnectionNotificationCode);
void *task_begin(void *loop, const char *target, struct MHD_Connection *);
void task_end(void *loop, struct MHD_Connection *, void **state, enum MHD_RequestTerminationCode);
/* Runs a step; false: the arena was full (or the system out of memory) and the step was left where it stood. */
bool guarded(struct task *, void (*step)(struct task *)) MUST_USE;
/* Fills the response without any memory; used when the arena is full. */
void answer_starved(struct exchange *, int status);
/* A refusal in werkzeug's shape. */
void answer_status(struct exchange *, int status);

/* head.c: reads the head into the request and checks framing; a refusal fills the response (and closes). */
void head_read(struct task *, const char *method, const char *version);
/* Host's grammar (guides/security.md section 6): false if it is none. */
bool host_normalize(struct arena *, struct str authority, struct str *host) MUST_USE;
/* The raw target as path and query; an absolute form counts only if its authority is `authority`'s. */
bool target_split(struct arena *, struct http_request *, struct str target) MUST_USE;

/* peer.c */
void peer_of_address(const struct sockaddr *, char out[PEER_MOST]);
bool peer_trusted(const struct http_settings *, struct str peer);
bool peer_network_valid(const char *);
void peer_behind_proxy(const struct http_settings *, struct http_request *);

/* body.c */
void body_take(struct task *, const char *bytes, size_t size);
void body_finish(struct task *);
/* The exchange is over: what it held is for others. */
void body_forget(struct task *);

/* stream.c: on the loop. */
struct MHD_Response *stream_response(struct task *);
/* Nobody reads it any more: the worker's next write fails. */
void stream_abandon(struct stream *);
/* The worker has left: what remains is to be sent in time, or, if the answer is not whole, never. */
void stream_left(struct task *);
/* All of it was written and taken. */
bool stream_is_whole(const struct stream *);
/* The bytes that were taken. */
int64_t stream_free(struct stream *);

/* response.c */
enum MHD_Result response_send(struct task *);

/* deadline.c */
void phase_enter(struct client *, enum phase);
void deadlines_check(struct loop *, int64_t now_us);

/* exchange.c: the stages of a request. */
enum MHD_Result task_step(void *loop, struct MHD_Connection *, const char *url, const char *method, const char *version,
                          const char *data, size_t *size, void **state);
enum lane task_work(struct lane_task *, enum lane);
/* The lanes refused it after it had been queued. */
void task_refuse(struct task *);

/* Puts the connection to sleep until it is handed back or stirred. On the loop. */
void task_suspend(struct task *);
/* Both MHD and the worker are done with it. */
void task_close(struct task *);

/* loop.c */
bool loop_open(struct loop *, struct str *why) MUST_USE;
void loop_run(void *loop);
void loop_wake(struct loop *);
void loop_close(struct loop *);
/* The task goes into the lane it names at the end of the turn. On the loop. */
void loop_pass_on(struct lane_task *, struct loop *);
/* A lane is done with the task. Any thread. */
void loop_hand_back(struct lane_task *);
/* The stream of a task that stays with its worker has something to send. Any thread. */
void loop_stir(struct task *);
