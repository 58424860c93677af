/* wire: the socket under the library's feet, for two things that it cannot do itself.
 *
 * It waits for an answer in one system call: the library's own reading asks, polls and asks again. And it sends a short
 * command together with the next one, and takes that command's answer off the front of what comes back: a connection
 * that changes sites says SET ROLE with its statement, not before it, which saves half of the server's wakeups.
 *
 * The library offers its input and output as a table of functions (ma_pvio.h); ours stands in front of its own. Only
 * where it is the version we were built with, in the clear, and on a blocking socket; elsewhere `wire_open` leaves
 * everything as it is. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "connection.h"

#include <ma_pvio.h>

enum { FIRST_MOST = 120, HEADER = 4, ERROR_MARK = 0xff, QUERY = 3 };

struct wire {
    PVIO_METHODS own; /* first: the library's pointer to it leads to us */
    const PVIO_METHODS *theirs;
    int fd;
    unsigned char first[FIRST_MOST]; /* a packet that goes out before the next one */
    size_t first_size;
    bool awaited; /* its answer is still to come */
    unsigned refused;
    char why[256];
};

static struct wire *wire_of(const MARIADB_PVIO *pvio)
{
    return (struct wire *)(void *)pvio->methods;
}

/* ---- out ------------------------------------------------------------------------------------------------------------ */
static ssize_t send_some(int fd, struct iovec *parts, size_t count)
{
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
    ssize_t n;
    do
        n = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Both packets at once; of the second as many bytes as went out are reported. */
static ssize_t write_both(struct wire *w, const unsigned char *bytes, size_t size)
{
    size_t done = 0;
    while (done <= w->first_size) {
        struct iovec parts[] = { { w->first + done, w->first_size - done }, { (void *)(uintptr_t)bytes, size } };
        ssize_t n = send_some(w->fd, parts, countof(parts));
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    size_t of_second = done - w->first_size;
    w->first_size = 0;
    w->awaited = true;
    return (ssize_t)of_second;
}

static ssize_t write_wire(MARIADB_PVIO *pvio, const uchar *bytes, size_t size)
{
    struct wire *w = wire_of(pvio);
    return w->first_size ? write_both(w, bytes, size) : w->theirs->write(pvio, bytes, size);
}

/* ---- in ------------------------------------------------------------------------------------------------------------- */
static ssize_t receive(const struct wire *w, unsigned char *to, size_t room)
{
    ssize_t n;
    do
        n = recv(w->fd, to, room, 0);
    while (n < 0 && errno == EINTR);
    return n;
}

static size_t packet_size(const unsigned char *p)
{
    return HEADER + ((size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16);
}

/* An error: its mark, a number of two bytes, '#' and a state of five, a sentence. */
static void look_at(struct wire *w, const unsigned char *packet, size_t size)
{
    size_t text = HEADER + 3;
    if (size <= text || packet[HEADER] != ERROR_MARK)
        return;
    w->refused = (unsigned)packet[HEADER + 1] | (unsigned)packet[HEADER + 2] << 8;
    if (packet[text] == '#' && size > text + 6)
        text += 6;
    snprintf(w->why, sizeof w->why, "%.*s", (int)(size - text), (const char *)packet + text);
}

/* Reads until there is more than the awaited packet, and leaves what is more. */
static ssize_t read_past(struct wire *w, unsigned char *to, size_t room)
{
    size_t have = 0;
    while (have <= HEADER || have <= packet_size(to)) {
        ssize_t n = have < room ? receive(w, to + have, room - have) : -1;
        if (n <= 0)
            return n;
        have += (size_t)n;
    }
    size_t size = packet_size(to);
    look_at(w, to, size);
    w->awaited = false;
    memmove(to, to + size, have - size);
    return (ssize_t)(have - size);
}

static ssize_t read_wire(MARIADB_PVIO *pvio, uchar *to, size_t room)
{
    struct wire *w = wire_of(pvio);
    return w->awaited ? read_past(w, to, room) : receive(w, to, room);
}

/* ---- the front door --------------------------------------------------------------------------------------------------- */
static bool fits(MYSQL *mysql)
{
    const MARIADB_PVIO *pvio = mysql->net.pvio;
    if (!str_is(str_of(mysql_get_client_info()), MARIADB_PACKAGE_VERSION) || !pvio || pvio->ctls)
        return false;
    int flags = fcntl(mysql_get_socket(mysql), F_GETFL);
    return flags >= 0 && !(flags & O_NONBLOCK);
}

struct wire *wire_open(MYSQL *mysql, int answer_timeout_s)
{
    struct wire *w = fits(mysql) ? calloc(1, sizeof *w) : NULL;
    if (!w)
        return NULL;
    MARIADB_PVIO *pvio = mysql->net.pvio;
    struct timeval patience = { .tv_sec = answer_timeout_s };
    w->fd = mysql_get_socket(mysql);
    setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(w->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    w->theirs = pvio->methods;
    w->own = *pvio->methods;
    w->own.read = read_wire;
    w->own.write = write_wire;
    pvio->methods = &w->own;
    return w;
}

bool wire_say_first(struct wire *w, const char *sql)
{
    size_t n = strlen(sql);
    if (!w || w->awaited || HEADER + 1 + n > sizeof w->first)
        return false;
    const unsigned char head[] = { (unsigned char)(n + 1), 0, 0, 0, QUERY }; /* n is small: one byte holds it */
    memcpy(w->first, head, sizeof head);
    memcpy(w->first + sizeof head, sql, n);
    w->first_size = sizeof head + n;
    return true;
}

bool wire_refused(struct wire *w, struct fault *f)
{
    if (!w || !w->refused)
        return false;
    *f = fault_kept(w->refused, w->why);
    w->refused = 0;
    return true;
}

void wire_close(struct wire *w)
{
    free(w);
}
