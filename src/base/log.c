/* Structured log: a line is built on the stack and written with one write(2), so lines do not mix. A thread that makes
 * many may gather them and write them together. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static enum log_level least = LOG_INFO;
static int out_fd = STDERR_FILENO;
static _Thread_local struct log_gathered *gathered; /* NULL: lines are written one by one */

enum { SPOTS = 256, COUNT_BITS = 24, MOST_A_SECOND = 20 };
enum { TAIL = 4 }; /* room kept for the closing quote, brace and newline */

void log_set_level(enum log_level level)
{
    least = level;
}

void log_set_fd(int fd)
{
    out_fd = fd;
}

static void put(struct log_line *l, struct str s)
{
    size_t left = sizeof l->text - TAIL - l->n;
    if (s.n > left)
        s.n = left;
    if (s.n)
        memcpy(l->text + l->n, s.p, s.n);
    l->n += s.n;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

/* Bytes above 0x7f pass as they are; what is not UTF-8 is the reader's to show. */
static void put_escaped(struct log_line *l, struct str s)
{
    for (size_t i = 0, start = 0; i <= s.n; i++) {
        unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;
        if (i < s.n && is_plain(c))
            continue;
        put(l, str_slice(s, start, i));
        start = i + 1;
        if (i == s.n)
            return;
        char escape[8] = { '\\', (char)c };
        int n = c < 0x20 || c == 0x7f ? snprintf(escape, sizeof escape, "\\u%04x", c) : 2;
        put(l, (struct str){ escape, (size_t)n });
    }
}

static void put_padded(struct log_line *l, int number, int places)
{
    char digits[8];
    for (int i = places; i--; number /= 10)
        digits[i] = (char)('0' + number % 10);
    put(l, (struct str){ digits, (size_t)places });
}

static void put_second(struct log_line *l, const struct civil *t)
{
    const struct {
        char before;
        int number, places;
    } parts[] = { { 0, t->year, 4 },   { '-', t->month, 2 },  { '-', t->day, 2 },
                  { 'T', t->hour, 2 }, { ':', t->minute, 2 }, { ':', t->second, 2 } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        put(l, (struct str){ &parts[i].before, parts[i].before != 0 });
        put_padded(l, parts[i].number, parts[i].places);
    }
}

/* A busy thread writes thousands of lines in a second: their date is made once. */
static void put_time(struct log_line *l, int64_t us)
{
    static _Thread_local struct {
        int64_t second;
        size_t n;
        char text[24];
    } last = { .second = INT64_MIN };
    int64_t second = us / 1000000;
    if (second == last.second)
        put(l, (struct str){ last.text, last.n });
    else {
        struct civil t = civil_from_us(us);
        size_t start = l->n;
        put_second(l, &t);
        last.second = second;
        last.n = l->n - start;
        memcpy(last.text, l->text + start, last.n);
    }
    put(l, STR("."));
    put_padded(l, (int)(us % 1000000 / 1000), 3);
    put(l, STR("Z"));
}

void log_begin(struct log_line *l, enum log_level level, const char *event)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    l->n = 0;
    l->event = event;
    l->wanted = level >= least;
    l->urgent = level >= LOG_WARN;
    if (!l->wanted)
        return;
    put(l, STR("{\"at\":\""));
    put_time(l, clock_wall_us());
    put(l, STR("\",\"level\":\""));
    put(l, str_of(names[level]));
    put(l, STR("\""));
    log_text(l, "event", str_of(event));
}

/* ,"name": and, for a text, its first quotation mark; callers have seen to the room. */
static void key(struct log_line *l, const char *name, bool text)
{
    char *p = l->text + l->n;
    *p++ = ',';
    *p++ = '"';
    while (*name)
        *p++ = *name++;
    *p++ = '"';
    *p++ = ':';
    if (text)
        *p++ = '"';
    l->n = (size_t)(p - l->text);
}

static bool has_room_for(const struct log_line *l, const char *name)
{
    return sizeof l->text - TAIL - l->n >= 64 + strlen(name); /* and for a little of the value */
}

void log_text(struct log_line *l, const char *name, struct str value)
{
    if (!l->wanted || !value.n || !has_room_for(l, name))
        return;
    key(l, name, true);
    put_escaped(l, value);
    if (l->n == sizeof l->text - TAIL)
        l->n -= 8; /* never end inside an escape */
    put(l, STR("\""));
}

void log_number(struct log_line *l, const char *name, int64_t value)
{
    if (!l->wanted || !has_room_for(l, name))
        return;
    key(l, name, false);
    char digits[1 + DIGITS_MOST] = "-";
    bool negative = value < 0;
    size_t n = str_digits(digits + 1, negative ? 0 - (uint64_t)value : (uint64_t)value);
    put(l, (struct str){ digits + !negative, n + negative });
}

static void write_out(const char *text, size_t size)
{
    ssize_t written = write(out_fd, text, size);
    (void)written; /* nowhere to report a log that cannot be written */
}

void log_gather(struct log_gathered *in)
{
    gathered = in;
}

void log_flush(void)
{
    if (!gathered || !gathered->n)
        return;
    write_out(gathered->text, gathered->n);
    gathered->n = 0;
}

static void gather(const struct log_line *l)
{
    if (sizeof gathered->text - gathered->n < l->n)
        log_flush();
    memcpy(gathered->text + gathered->n, l->text, l->n);
    gathered->n += l->n;
    if (l->urgent)
        log_flush();
}

/* A database that is away or full makes every request complain of it: the disk of the log must outlive that. Counts by
 * event, the second in the upper bits; two events on the same spot share what may be said. */
static bool may_be_said(struct log_line *l)
{
    static _Atomic uint64_t said[SPOTS];
    _Atomic uint64_t *spot = &said[str_hash(str_of(l->event)) % SPOTS];
    uint64_t second = (uint64_t)clock_mono_us() / 1000000, before = *spot, now;
    do
        now = before >> COUNT_BITS == second ? before + 1 : second << COUNT_BITS | 1;
    while (!atomic_compare_exchange_weak(spot, &before, now));
    uint64_t lines = before & (((uint64_t)1 << COUNT_BITS) - 1);
    bool first = (now & (((uint64_t)1 << COUNT_BITS) - 1)) == 1;
    if (first && lines > MOST_A_SECOND)
        log_number(l, "withheld", (int64_t)(lines - MOST_A_SECOND));
    return first || lines < MOST_A_SECOND;
}

void log_end(struct log_line *l)
{
    if (!l->wanted || (l->urgent && !may_be_said(l)))
        return;
    l->text[l->n++] = '}';
    l->text[l->n++] = '\n';
    if (gathered)
        gather(l);
    else
        write_out(l->text, l->n);
}

void log_say(enum log_level level, const char *event, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct log_line l;
    log_begin(&l, level, event);
    log_text(&l, "text", str_of(text));
    log_end(&l);
}
