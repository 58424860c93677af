/* The body of a request: in the arena up to 1 MiB, beyond that in a file without a name.
 *
 * A body announced too long is refused at the head. One that comes in chunks and grows past its limit is read on for a
 * while, because MHD cannot answer in the middle of it, and then answered 413. */
#include "server_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BODY_FIRST = 4 * 1024 };

/* Of all exchanges together: thousands of clients that each send what one may send do not fill memory or disk. */
static const size_t MEMORY_MOST = (size_t)128 << 20, FILES_MOST = (size_t)4 << 30;
static _Atomic size_t in_memory, in_files;

static int open_spool(void)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || folder[0] != '/')
        folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || errno == ENOSPC || errno == EMFILE || errno == ENFILE)
        return fd;
    char path[] = "/tmp/body-XXXXXX"; /* file systems without O_TMPFILE */
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static bool has_disk(struct task *t, size_t size)
{
    t->body_in_file += size;
    return atomic_fetch_add(&in_files, size) + size <= FILES_MOST;
}

static void spool(struct task *t, const char *bytes, size_t size)
{
    struct http_request *rq = &t->exchange.request;
    t->spool_failed = !has_disk(t, size);
    if (!t->spool_failed && rq->spool_fd < 0) {
        rq->spool_fd = open_spool();
        t->spool_failed = rq->spool_fd < 0 || !fd_write(rq->spool_fd, rq->body);
        rq->body = STR_NONE;
    }
    t->spool_failed = t->spool_failed || !fd_write(rq->spool_fd, (struct str){ bytes, size });
}

static void keep(struct task *t, const char *bytes, size_t size)
{
    struct http_request *rq = &t->exchange.request;
    size_t need = rq->body.n + size;
    if (need > t->body_room) {
        size_t room = t->body_room ? t->body_room * 2 : BODY_FIRST;
        room = need > room ? need : room;
        char *grown = arena_alloc(t->exchange.arena, room + 1);
        t->body_in_memory += room;
        in_memory += room;
        if (rq->body.n)
            memcpy(grown, rq->body.p, rq->body.n);
        t->body = grown;
        t->body_room = room;
    }
    memcpy(t->body + rq->body.n, bytes, size);
    rq->body = (struct str){ t->body, need };
}

void body_take(struct task *t, const char *bytes, size_t size)
{
    struct http_request *rq = &t->exchange.request;
    rq->body_size += size;
    if (rq->body_size > t->body_limit)
        t->over_limit = true;
    if (t->over_limit || t->spool_failed)
        return;
    if (rq->spool_fd >= 0 || rq->body_size > BODY_IN_MEMORY ||
        (size > t->body_room - rq->body.n && in_memory >= MEMORY_MOST))
        spool(t, bytes, size);
    else
        keep(t, bytes, size);
}

void body_forget(struct task *t)
{
    in_memory -= t->body_in_memory;
    in_files -= t->body_in_file;
}

void body_finish(struct task *t)
{
    if (t->over_limit)
        answer_status(&t->exchange, 413);
    else if (t->spool_failed) {
        log_say(LOG_ERROR, "http.spool", "A request body could not be written to a temporary file.");
        answer_status(&t->exchange, 503);
    }
}

struct mapping {
    void *at;
    size_t size;
};

static void unmap(void *arg)
{
    struct mapping *m = arg;
    munmap(m->at, m->size);
}

void http_passed(const struct exchange *x, struct str s)
{
    const struct http_request *rq = x ? &x->request : NULL;
    if (!rq || rq->spool_fd < 0 || !rq->body.n || s.p < rq->body.p || s.p + s.n > rq->body.p + rq->body.n)
        return;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)s.p + page - 1) / page * page, to = ((uintptr_t)s.p + s.n) / page * page;
    if (to > from)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

/* The file has no name and is written by nobody any more, so what is mapped stays what it is. */
struct str http_body(struct exchange *x)
{
    struct http_request *rq = &x->request;
    if (rq->spool_fd < 0 || rq->body.n || !rq->body_size)
        return rq->body;
    struct mapping *m = arena_new_of(x->arena, struct mapping);
    *m = (struct mapping){ mmap(NULL, rq->body_size, PROT_READ, MAP_PRIVATE, rq->spool_fd, 0), rq->body_size };
    if (m->at == MAP_FAILED) {
        log_say(LOG_ERROR, "http.spool", "A request body in a temporary file could not be mapped.");
        return STR_NONE;
    }
    arena_defer(x->arena, unmap, m);
    return rq->body = (struct str){ m->at, m->size };
}

/* ---- piece by piece ----------------------------------------------------------------------------------------------- */
struct flow {
    int fd;
    off_t at, end;
};

static ssize_t read_flow(void *arg, char *to, size_t most)
{
    struct flow *f = arg;
    size_t left = (size_t)(f->end - f->at);
    ssize_t n;
    do
        n = pread(f->fd, to, left < most ? left : most, f->at);
    while (n < 0 && errno == EINTR);
    if (n == 0 && left)
        return -1; /* the file is shorter than what was written */
    f->at += n > 0 ? n : 0;
    return n;
}

/* What was mapped to find the piece need not stay in memory: the file has it. */
struct inflow http_flow(struct exchange *x, struct str piece)
{
    const struct http_request *rq = &x->request;
    if (rq->spool_fd < 0)
        return inflow_of(x->arena, piece);
    madvise((void *)(uintptr_t)rq->body.p, rq->body.n, MADV_DONTNEED);
    struct flow *f = arena_new_of(x->arena, struct flow);
    *f = (struct flow){ rq->spool_fd, piece.p - rq->body.p, piece.p - rq->body.p + (off_t)piece.n };
    return (struct inflow){ read_flow, f };
}
