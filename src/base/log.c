/* Structured log: a line is built on the stack and written with one write(2), so lines do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static enum log_level least = LOG_INFO;
static int out_fd = STDERR_FILENO;

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

/* Bytes above 0x7f pass as they are; what is not UTF-8 is the reader's to show. */
static void put_escaped(struct log_line *l, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            put(l, (struct str){ (char[]){ '\\', (char)c }, 2 });
        else if (c < 0x20 || c == 0x7f) {
            char escape[8];
            int n = snprintf(escape, sizeof escape, "\\u%04x", c);
            put(l, (struct str){ escape, (size_t)n });
        } else
            put(l, (struct str){ s.p + i, 1 });
    }
}

void log_begin(struct log_line *l, enum log_level level, const char *event)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    l->n = 0;
    l->wanted = level >= least;
    if (!l->wanted)
        return;
    struct civil t = civil_from_us(clock_wall_us());
    int n = snprintf(l->text, sizeof l->text - TAIL, "{\"at\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\",\"level\":\"%s\"",
                     t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond / 1000, names[level]);
    l->n = (size_t)n;
    log_text(l, "event", str_of(event));
}

static void key(struct log_line *l, const char *name)
{
    put(l, STR(",\""));
    put(l, str_of(name));
    put(l, STR("\":"));
}

void log_text(struct log_line *l, const char *name, struct str value)
{
    if (!l->wanted || !value.n)
        return;
    if (sizeof l->text - TAIL - l->n < 64) /* no room for a key and a little of the value */
        return;
    key(l, name);
    put(l, STR("\""));
    put_escaped(l, value);
    if (l->n == sizeof l->text - TAIL)
        l->n -= 8; /* never end inside an escape */
    put(l, STR("\""));
}

void log_number(struct log_line *l, const char *name, int64_t value)
{
    if (!l->wanted || sizeof l->text - TAIL - l->n < 64)
        return;
    key(l, name);
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)value);
    put(l, (struct str){ digits, (size_t)n });
}

void log_end(struct log_line *l)
{
    if (!l->wanted)
        return;
    l->text[l->n++] = '}';
    l->text[l->n++] = '\n';
    ssize_t written = write(out_fd, l->text, l->n);
    (void)written; /* nowhere to report a log that cannot be written */
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
