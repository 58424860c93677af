/* A real server on a loopback port, and clients that send raw bytes. */
#include "http.h"
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct http_server *server;
static _Atomic int dones, sent_dones, ticks, threads, holders_gone;
static char seen[4096]; /* the last request as the handler saw it */
static struct lock seen_lock;

/* ---- the application of these tests ------------------------------------------------------------------------------ */
static void head(struct exchange *x, size_t *limit)
{
    *limit = str_starts(x->request.path, STR("/small")) ? 10 : 8 << 20;
    if (str_is(x->request.path, "/nobody"))
        http_answer_plain(x, 404, STR("Not Found"), STR("<x> does not exist"));
}

static void devour(struct exchange *x)
{
    char *more = arena_alloc(x->arena, 1 << 30);
    more[0] = 'x'; /* never reached */
}

static void let_go(struct counted *c)
{
    free(c);
    holders_gone++;
}

static void answer_held(struct exchange *x)
{
    struct counted *c = calloc(1, sizeof *c + 8);
    *c = (struct counted){ .holders = 1, .destroy = let_go };
    memcpy((char *)(c + 1), "held", 4);
    x->response.body_holder = c;
    http_answer(x, 200, "text/plain", (struct str){ (char *)(c + 1), 4 });
}

/* One answer made ready for all; `/ready/slow` waits first. */
static struct ready_answer {
    struct counted counted; /* first */
    struct http_prepared *prepared;
} ready_answer;

static void keep_it(struct counted *c)
{
    (void)c;
}

static void answer_ready(struct exchange *x)
{
    if (!ready_answer.prepared) {
        http_answer(x, 200, "text/plain", STR("made once"));
        http_add_header(x, "X-Made", STR("once"));
        ready_answer.counted = (struct counted){ 1, keep_it };
        ready_answer.prepared = http_prepare(x);
        return;
    }
    counted_hold(&ready_answer.counted);
    http_answer_prepared(x, ready_answer.prepared, &ready_answer.counted);
}

static void answer_file(struct exchange *x)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    if (write(fd, "a file of ours", 14) != 14)
        abort();
    http_answer(x, 200, "text/plain", STR_NONE);
    x->response.file_fd = fd;
    x->response.file_offset = 2;
    x->response.file_size = 4;
}

static void answer_echo(struct exchange *x)
{
    struct http_request *rq = &x->request;
    struct str body = http_body(x);
    lock_take(&seen_lock);
    snprintf(seen, sizeof seen, "%.*s %.*s?%.*s host=%.*s peer=%.*s scheme=%.*s body=%zu", STR_ARG(rq->method_name),
             STR_ARG(rq->path), STR_ARG(rq->query), STR_ARG(rq->host), STR_ARG(rq->peer), STR_ARG(rq->scheme), body.n);
    lock_release(&seen_lock);
    http_add_header(x, "X-Id", rq->id);
    http_answer(x, 200, "text/plain",
                str_printf(x->arena, "%zu:%.*s", body.n, (int)(body.n < 40 ? body.n : 40), body.p));
}

static enum lane ready(struct exchange *x, struct str *group)
{
    struct str path = x->request.path;
    *group = STR("g");
    if (str_starts(path, STR("/lane")) || str_is(path, "/slow"))
        return LANE_GENERAL;
    if (str_is(path, "/hungry"))
        devour(x);
    if (str_is(path, "/held"))
        answer_held(x);
    else if (str_is(path, "/file"))
        answer_file(x);
    else if (str_is(path, "/ready"))
        answer_ready(x);
    else if (str_is(path, "/empty"))
        http_answer(x, 204, NULL, STR_NONE);
    else if (!str_is(path, "/forgotten"))
        answer_echo(x);
    return LANE_LOOP;
}

static enum lane work(struct exchange *x, enum lane lane)
{
    if (str_is(x->request.path, "/slow"))
        usleep(500 * 1000);
    if (str_is(x->request.path, "/lane-hungry"))
        devour(x);
    if (str_is(x->request.path, "/lane-pass") && lane == LANE_GENERAL)
        return LANE_SLOW;
    if (str_is(x->request.path, "/lane/ready")) {
        usleep(300 * 1000);
        answer_ready(x);
        return LANE_LOOP;
    }
    answer_echo(x);
    if (lane == LANE_SLOW)
        http_set_header(x, "X-Lane", STR("slow"));
    return LANE_LOOP;
}

static void refuse(struct exchange *x)
{
    http_answer_plain(x, 503, STR("Service Unavailable"), STR("Try again."));
    http_add_header(x, "Retry-After", STR("2"));
}

static void done(struct exchange *x, bool sent)
{
    if (!x->request.path.n || !x->request.host.n)
        abort();
    dones++;
    sent_dones += sent;
}

static void worker(bool starting)
{
    threads += starting ? 1 : -1;
}

static void tick(void)
{
    ticks++;
}

static void start_with(struct http_settings settings)
{
    static const struct http_handler handler = { head, ready, work, refuse, done, worker, tick };
    struct str why = STR_NONE;
    lock_init(&seen_lock);
    settings.address = "127.0.0.1";
    dones = sent_dones = holders_gone = 0;
    server = http_server_start(test_arena, &settings, &handler, &why);
    if (!server)
        print_error("%.*s\n", STR_ARG(why));
    assert_non_null(server);
}

static void start(void)
{
    start_with((struct http_settings){ .loops = 1 });
}

static void stop(void)
{
    http_server_stop(server, 2);
    assert_int_equal(threads, 0);
}

static void assert_seen(const char *start)
{
    lock_take(&seen_lock);
    bool right = str_starts(str_of(seen), str_of(start));
    if (!right)
        print_error("%s\n", seen);
    lock_release(&seen_lock);
    assert_true(right);
}

/* ---- clients ------------------------------------------------------------------------------------------------------- */
static int dial(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(http_server_port(server)) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void say(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        bytes = str_from(bytes, (size_t)n);
    }
}

/* What comes until the server closes, or nothing more comes for `patience_ms`. */
static struct str hear(int fd, int patience_ms)
{
    struct buf b = buf_new(test_arena, 64 << 20);
    struct pollfd p = { fd, POLLIN, 0 };
    for (ssize_t n = 1; n > 0 && poll(&p, 1, patience_ms) == 1;) {
        char *at = buf_room(&b, 64 * 1024);
        n = recv(fd, at, 64 * 1024, 0);
        b.n += n > 0 ? (size_t)n : 0;
    }
    return buf_str(&b);
}

static bool closed(int fd)
{
    char c;
    struct pollfd p = { fd, POLLIN, 0 };
    return poll(&p, 1, 1500) == 1 && recv(fd, &c, 1, 0) <= 0;
}

/* One connection, these bytes, all that comes back. */
static struct str ask(struct str bytes)
{
    int fd = dial();
    say(fd, bytes);
    struct str answer = hear(fd, 250);
    close(fd);
    return answer;
}

static int status_of(struct str answer)
{
    int64_t status = 0;
    return str_starts(answer, STR("HTTP/1.1 ")) && str_int(str_slice(answer, 9, 12), &status) ? (int)status : 0;
}

static size_t answers_in(struct str answer)
{
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(answer, STR("HTTP/1.1 "))) >= 0; n++)
        answer = str_from(answer, (size_t)at + 9);
    return n;
}

#define has(answer, literal) (str_find((answer), STR(literal)) >= 0)

/* ---- tests ----------------------------------------------------------------------------------------------------------- */
TEST(http, a_request_is_answered_on_the_loop_and_in_a_lane)
{
    start();
    struct str a = ask(STR("GET /x%2Fy?q=%00 HTTP/1.1\r\nHost: A.B.:80\r\n\r\n"));
    assert_int_equal(status_of(a), 200);
    assert_seen("GET /x%2Fy?q=%00 host=a.b peer=127.0.0.1 scheme=http body=0");
    assert_int_equal(status_of(ask(STR("GET /lane HTTP/1.1\r\nHost: a\r\n\r\n"))), 200);
    assert_true(has(ask(STR("GET /lane-pass HTTP/1.1\r\nHost: a\r\n\r\n")), "X-Lane: slow"));
    stop();
    assert_int_equal(dones, 3);
    assert_int_equal(sent_dones, 3);
}

static const struct framing {
    const char *bytes;
    size_t n;
    int status;
    bool by_library; /* MHD refuses it itself, and sends the head of that answer twice */
} framings[] = {
#define CASE(literal, status)                                                                                          \
    {                                                                                                                  \
        literal, sizeof(literal) - 1, status, false                                                                    \
    }
#define BY_LIBRARY(literal, status)                                                                                    \
    {                                                                                                                  \
        literal, sizeof(literal) - 1, status, true                                                                     \
    }
    CASE("GET / HTTP/1.1\r\n\r\n", 400),
    CASE("GET / HTTP/1.0\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\nHost: a\n\n", 400),
    CASE("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    CASE("GET http://a/x HTTP/1.1\r\nHost: A.\r\n\r\n", 200),
    CASE("GET //b/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    CASE("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", 400),
    CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", 400),
    BY_LIBRARY("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde", 400),
    BY_LIBRARY("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nabcde", 400),
    BY_LIBRARY("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n\r\nabcde", 400),
    BY_LIBRARY("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    CASE("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    CASE("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400),
    CASE("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\nY: c\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX_Y: b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX: b\001c\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX\0Y: b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 400),
    CASE("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\nnonsense\r\nY: c\r\n\r\n", 400),
    CASE("FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    CASE("FOO<>BAR / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    CASE("get / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    CASE("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    CASE("POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 415),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY:  b \t\r\n\r\n", 200),
    CASE("GET / HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=d\r\nX: \xc3\xa9\r\n\r\n", 200),
    CASE("GET / HTTP/1.0\r\nHost: a\r\n\r\n", 200),
    CASE("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    CASE("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    CASE("GET / HTTP/1.1\nHost: a\nX: b\0c\n\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\r\n\0X: b\r\n\r\n", 400),
    CASE("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    CASE("GET /%zz%2e%2e/%2F HTTP/1.1\r\nHost: a\r\n\r\n", 200),
};

TEST(http, framing_is_checked_before_anything_else)
{
    start();
    for (size_t i = 0; i < countof(framings); i++) {
        const struct framing *f = &framings[i];
        struct str a = ask((struct str){ f->bytes, f->n });
        if (status_of(a) != f->status || (answers_in(a) != 1 && !f->by_library))
            print_error("%d is not %d for:\n%s\nbut:\n%.*s\n", status_of(a), f->status, f->bytes, STR_ARG(a));
        assert_int_equal(status_of(a), f->status);
        assert_true(answers_in(a) == 1 || f->by_library);
        if (f->status >= 400)
            assert_true(has(a, "Connection: close"));
    }
    stop();
}

TEST(http, nothing_is_read_after_a_refused_head)
{
    start();
    struct str a = ask(STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "0\r\n\r\nGET /lane HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(status_of(a), 400);
    assert_int_equal(answers_in(a), 1);
    stop();
    assert_int_equal(dones, 0);
}

static struct str many_headers(int count)
{
    struct buf b = buf_new(test_arena, 64 * 1024);
    buf_lit(&b, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 1; i < count; i++)
        buf_printf(&b, "X-%d: v\r\n", i);
    buf_lit(&b, "\r\n");
    return buf_str(&b);
}

TEST(http, a_head_has_64_headers_at_most)
{
    start();
    assert_int_equal(status_of(ask(many_headers(64))), 200);
    assert_int_equal(status_of(ask(many_headers(65))), 431);
    stop();
}

static struct str filled(const char *before, size_t n, const char *after)
{
    struct buf b = buf_new(test_arena, 64 << 20);
    buf_add(&b, str_of(before));
    memset(buf_room(&b, n), 'x', n);
    b.n += n;
    buf_add(&b, str_of(after));
    return buf_str(&b);
}

TEST(http, a_request_line_has_8_KiB_at_most)
{
    start();
    static const char after[] = " HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_int_equal(status_of(ask(filled("GET /", 8192 - 14, after))), 200);
    assert_int_equal(status_of(ask(filled("GET /", 8192 - 13, after))), 414);
    assert_int_equal(status_of(ask(filled("GET /", 40000, after))), 414);
    stop();
}

TEST(http, a_header_block_too_long_is_431)
{
    start();
    assert_int_equal(status_of(ask(filled("GET / HTTP/1.1\r\nHost: a\r\nX: ", 24000, "\r\n\r\n"))), 200);
    assert_int_equal(status_of(ask(filled("GET / HTTP/1.1\r\nHost: a\r\nX: ", 33000, "\r\n\r\n"))), 431);
    stop();
}

TEST(http, HEAD_has_the_length_of_GET_and_no_body)
{
    start();
    struct str a = ask(STR("HEAD /held HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_true(has(a, "Content-Length: 4\r\n"));
    assert_true(str_ends(a, STR("\r\n\r\n")));
    a = ask(STR("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\nGET /file HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(answers_in(a), 2);
    assert_true(str_ends(a, STR("\r\n\r\nfile")));
    stop();
}

TEST(http, a_held_body_is_released_when_it_was_sent)
{
    start();
    assert_true(str_ends(ask(STR("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")), STR("held")));
    stop();
    assert_int_equal(holders_gone, 1);
}

TEST(http, an_answer_without_content_keeps_the_connection)
{
    start();
    struct str a = ask(STR("GET /empty HTTP/1.1\r\nHost: a\r\n\r\nGET /empty HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(answers_in(a), 2);
    stop();
}

TEST(http, pipelined_requests_are_answered_in_order)
{
    start();
    struct str a =
        ask(STR("GET /lane HTTP/1.1\r\nHost: a\r\n\r\n"
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                "POST /lane HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;e=1\r\nde\r\n1\r\nf\r\n0\r\n"
                "T: x\r\n\r\nGET /last HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(answers_in(a), 4);
    ptrdiff_t abc = str_find(a, STR("3:abc")), def = str_find(a, STR("3:def"));
    assert_true(abc > 0 && def > abc);
    assert_seen("GET /last?");
    stop();
}

TEST(http, a_refusal_before_the_body_closes_only_when_a_body_would_come)
{
    start();
    struct str a = ask(STR("GET /nobody HTTP/1.1\r\nHost: a\r\n\r\nGET /nobody HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(answers_in(a), 2);
    assert_true(has(a, "<p>&lt;x&gt; does not exist</p>"));
    a = ask(STR("POST /nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nGET / HTTP"));
    assert_int_equal(answers_in(a), 1);
    assert_true(has(a, "Connection: close"));
    stop();
    assert_int_equal(dones, 3);
}

TEST(http, a_body_over_its_limit_is_413)
{
    start();
    assert_int_equal(status_of(ask(STR("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"))),
                     200);
    assert_int_equal(status_of(ask(STR("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"))), 413);
    struct str a = ask(STR("POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n"));
    assert_int_equal(status_of(a), 413);
    a = ask(STR("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"));
    assert_int_equal(status_of(a), 413);
    stop();
}

TEST(http, a_chunked_body_far_over_its_limit_is_cut_off)
{
    start();
    struct str a = ask(filled("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n",
                              3 << 20, "\r\n0\r\n\r\n"));
    assert_true(status_of(a) == 0 || status_of(a) == 413);
    stop();
    assert_int_equal(dones, 1);
}

TEST(http, a_large_body_comes_whole_from_its_file)
{
    start();
    size_t size = 5 << 20;
    struct str head_line =
        str_printf(test_arena, "POST /lane HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\nstart", size);
    struct str a = ask(filled(head_line.p, size - 5, ""));
    assert_true(has(a, "5242880:startxxxxx"));
    a = ask(filled("POST /lane HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n", 2 << 20,
                   "\r\n0\r\n\r\n"));
    assert_true(has(a, "2097152:xxx"));
    stop();
}

TEST(http, an_exchange_without_memory_fails_alone)
{
    start_with((struct http_settings){ .loops = 1, .arena_limit = 256 * 1024 });
    assert_int_equal(status_of(ask(STR("GET /hungry HTTP/1.1\r\nHost: a\r\n\r\n"))), 500);
    assert_int_equal(status_of(ask(STR("GET /lane-hungry HTTP/1.1\r\nHost: a\r\n\r\n"))), 500);
    assert_int_equal(
        status_of(ask(filled("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n", 500000, ""))), 413);
    assert_int_equal(status_of(ask(STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))), 200);
    stop();
}

TEST(http, an_exchange_that_nobody_answers_is_500)
{
    start();
    assert_int_equal(status_of(ask(STR("GET /forgotten HTTP/1.1\r\nHost: a\r\n\r\n"))), 500);
    stop();
}

TEST(http, only_trusted_proxies_say_who_the_client_is)
{
    static const char *const proxies[] = { "127.0.0.1", NULL };
    static const char bytes[] =
        "GET /p HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n";
    start();
    (void)ask(str_of(bytes));
    assert_seen("GET /p? host=a peer=127.0.0.1 scheme=http body=0");
    stop();
    start_with((struct http_settings){ .loops = 1, .trusted_proxies = proxies });
    (void)ask(str_of(bytes));
    assert_seen("GET /p? host=a peer=203.0.113.7 scheme=https body=0");
    stop();
}

/* ---- time and numbers -------------------------------------------------------------------------------------------------- */
static void dribble(int fd, struct str bytes, int64_t until_us)
{
    for (size_t i = 0; clock_mono_us() < until_us; i++) {
        say(fd, str_slice(bytes, i % bytes.n, i % bytes.n + 1));
        usleep(100 * 1000);
    }
}

TEST(http, a_client_that_dribbles_its_head_is_cut_off)
{
    start_with((struct http_settings){ .loops = 1, .head_timeout_s = 1 });
    int fd = dial(), line = dial();
    say(line, STR("GET / HTTP/1.1\r\nX: "));
    dribble(fd, STR("xxxxxx"), clock_mono_us() + 3300 * 1000);
    assert_true(has(hear(line, 100), "408 "));
    assert_true(closed(line));
    assert_true(has(hear(fd, 100), "408 "));
    close(fd);
    close(line);
    stop();
}

TEST(http, a_client_that_dribbles_its_body_is_cut_off)
{
    start_with((struct http_settings){ .loops = 1, .body_timeout_s = 1 });
    int fd = dial();
    say(fd, STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n"));
    dribble(fd, STR("x"), clock_mono_us() + 2300 * 1000);
    assert_true(has(hear(fd, 100), "408 "));
    close(fd);
    stop();
    assert_int_equal(dones, 1);
    assert_int_equal(sent_dones, 0);
}

TEST(http, an_idle_connection_is_closed)
{
    start_with((struct http_settings){ .loops = 1, .idle_timeout_s = 1 });
    int fd = dial(), used = dial();
    say(used, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    usleep(2300 * 1000);
    assert_true(closed(fd));
    assert_int_equal(status_of(hear(used, 100)), 200);
    assert_true(closed(used));
    close(fd);
    close(used);
    stop();
}

TEST(http, a_client_that_does_not_read_is_cut_off)
{
    start_with((struct http_settings){ .loops = 1, .send_timeout_s = 1 });
    int fd = dial();
    struct buf b = buf_new(test_arena, 1 << 20);
    for (int i = 0; i < 9000; i++)
        buf_lit(&b, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    int small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    int64_t end_us = clock_mono_us() + 3500 * 1000;
    bool cut = false;
    while (!cut && clock_mono_us() < end_us) {
        cut = send(fd, buf_str(&b).p, b.n, MSG_NOSIGNAL) < 0 && errno != EAGAIN;
        usleep(20 * 1000);
    }
    assert_true(cut);
    close(fd);
    stop();
}

static void all_at_once(int count)
{
    int *fds = calloc((size_t)count, sizeof *fds);
    for (int i = 0; i < count; i++)
        fds[i] = dial();
    for (int round = 0; round < 3; round++) {
        int64_t start_us = clock_mono_us();
        for (int i = 0; i < count; i++)
            say(fds[i],
                round & 1 ? STR("GET /lane HTTP/1.1\r\nHost: a\r\n\r\n") : STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        for (int i = 0; i < count; i++) {
            char text[512];
            struct pollfd p = { fds[i], POLLIN, 0 };
            assert_int_equal(poll(&p, 1, 1000), 1);
            assert_true(recv(fds[i], text, sizeof text, 0) > 0);
        }
        assert_true(clock_mono_us() - start_us < 900 * 1000);
    }
    for (int i = 0; i < count; i++)
        close(fds[i]);
    free(fds);
}

TEST(http, exactly_128_and_256_connections_do_not_stall)
{
    start();
    all_at_once(127);
    all_at_once(128);
    all_at_once(256);
    all_at_once(300);
    stop();
}

TEST(http, four_long_pieces_of_work_leave_other_answers_quick)
{
    start_with((struct http_settings){ .loops = 1, .general_workers = 4 });
    int slow[4];
    for (int i = 0; i < 4; i++) {
        slow[i] = dial();
        say(slow[i], STR("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    usleep(5000);
    for (int i = 0; i < 20; i++) {
        int fd = dial();
        int64_t start_us = clock_mono_us();
        say(fd, STR("GET /lane HTTP/1.1\r\nHost: a\r\n\r\n"));
        char c;
        assert_int_equal(recv(fd, &c, 1, 0), 1);
        assert_true(clock_mono_us() - start_us < 100 * 1000);
        close(fd);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(status_of(hear(slow[i], 700)), 200);
        close(slow[i]);
    }
    stop();
}

TEST(http, a_client_that_leaves_during_work_harms_nobody)
{
    start();
    for (int i = 0; i < 8; i++) {
        int fd = dial();
        say(fd, STR("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
        close(fd);
    }
    usleep(20 * 1000);
    assert_int_equal(status_of(ask(STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))), 200);
    stop();
    assert_int_equal(dones, 9);
}

TEST(http, an_answer_made_ready_is_sent_again_and_closes_when_the_server_stops)
{
    start();
    for (int i = 0; i < 3; i++) {
        struct str a = ask(STR("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert_true(has(a, "X-Made: once") && str_ends(a, STR("made once")));
    }
    assert_false(has(ask(STR("HEAD /ready HTTP/1.1\r\nHost: a\r\n\r\n")), "made once"));
    int busy = dial();
    say(busy, STR("GET /lane/ready HTTP/1.1\r\nHost: a\r\n\r\n"));
    usleep(50 * 1000);
    http_server_stop(server, 5);
    struct str last = hear(busy, 100);
    assert_true(has(last, "X-Made: once") && has(last, "Connection: close") && str_ends(last, STR("made once")));
    close(busy);
    assert_int_equal(ready_answer.counted.holders, 1);
    http_prepared_free(ready_answer.prepared);
    ready_answer.prepared = NULL;
}

/* ---- the end ------------------------------------------------------------------------------------------------------------ */
TEST(http, a_stop_answers_what_is_under_way_and_says_close)
{
    start();
    int busy = dial(), idle = dial();
    say(idle, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(status_of(hear(idle, 100)), 200);
    say(busy, STR("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
    usleep(100 * 1000);
    int64_t start_us = clock_mono_us();
    http_server_stop(server, 5);
    assert_true(clock_mono_us() - start_us < 1500 * 1000);
    struct str a = hear(busy, 100);
    assert_int_equal(status_of(a), 200);
    assert_true(has(a, "Connection: close"));
    assert_true(closed(idle));
    close(busy);
    close(idle);
    assert_int_equal(dones, 2);
    assert_int_equal(sent_dones, 2);
}

TEST(http, a_stop_does_not_wait_for_a_client_for_ever)
{
    start();
    int fd = dial();
    say(fd, STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"));
    usleep(50 * 1000);
    int64_t start_us = clock_mono_us();
    http_server_stop(server, 1);
    assert_true(clock_mono_us() - start_us < 1500 * 1000);
    close(fd);
}

TEST(http, two_loops_share_a_port)
{
    start_with((struct http_settings){ .loops = 2 });
    for (int i = 0; i < 40; i++)
        assert_int_equal(status_of(ask(STR("GET /lane HTTP/1.0\r\nHost: a\r\n\r\n"))), 200);
    stop();
    assert_int_equal(dones, 40);
}

TEST(http, a_port_in_use_is_said_so)
{
    start();
    struct http_settings again = { .address = "127.0.0.1", .port = http_server_port(server), .loops = 1 };
    static const struct http_handler none = { 0 };
    struct str why = STR_NONE;
    assert_null(http_server_start(test_arena, &again, &none, &why));
    assert_true(has(why, "Address already in use"));
    again.address = "nowhere";
    assert_null(http_server_start(test_arena, &again, &none, &why));
    assert_true(has(why, "nowhere is not an address"));
    stop();
}
