/* What is told of an exchange when it is over: one line in the log, step times, counters. */
#include "visit.h"

#include "metrics.h"

/* Microseconds as milliseconds with three places. */
static void add_ms(struct buf *b, int64_t us)
{
    char text[DIGITS_MOST + 4];
    size_t n = str_digits(text, (uint64_t)us / 1000);
    text[n] = '.';
    for (int i = 3; i; i--, us /= 10)
        text[n + (size_t)i] = (char)('0' + us % 10);
    buf_add(b, (struct str){ text, n + 4 });
}

struct str visit_timing(const struct visit *v)
{
    struct buf b = buf_new(v->web.cx.arena, 2048);
    for (size_t i = 0; i < v->at && step_name(i); i++) {
        if (b.n)
            buf_lit(&b, ", ");
        buf_add(&b, str_of(step_name(i)));
        buf_lit(&b, ";dur=");
        add_ms(&b, v->took_us[i]);
    }
    return buf_str(&b);
}

/* "route=7,site=5". */
static void add_steps(struct log_line *l, const struct visit *v)
{
    char text[512], *at = text;
    for (size_t i = 0; step_name(i); i++) {
        if (v->took_us[i] <= 0)
            continue;
        struct str name = str_of(step_name(i));
        if ((size_t)(at - text) + name.n + DIGITS_MOST + 2 > sizeof text)
            break;
        if (at != text)
            *at++ = ',';
        memcpy(at, name.p, name.n);
        at += name.n;
        *at++ = '=';
        at += str_digits(at, (uint64_t)v->took_us[i]);
    }
    log_text(l, "steps_us", (struct str){ text, (size_t)(at - text) });
}

/* Who called, without saying who: a number that is the same for the same user of the same site. */
static void add_caller(struct log_line *l, const struct visit *v)
{
    static const char *const kinds[] = {
        [BY_NOBODY] = "guest", [BY_SESSION] = "session", [BY_TOKEN] = "token", [BY_PROCESS] = "process"
    };
    const struct identity *who = &v->web.identity;
    log_text(l, "by", str_of(kinds[who->by]));
    if (who->by == BY_NOBODY || !who->user)
        return;
    static const char digits[] = "0123456789abcdef";
    uint64_t number = str_hash(who->user->name) ^ (v->web.cx.site ? str_hash(v->web.cx.site->name) : 0);
    char text[16];
    for (size_t i = sizeof text; i--; number >>= 4)
        text[i] = digits[number & 15];
    log_text(l, "user", (struct str){ text, sizeof text });
}

void visit_log(const struct visit *v, const struct exchange *x, bool sent)
{
    const struct http_response *rs = &x->response;
    int64_t took_us = clock_mono_us() - x->request.started_us;
    int64_t bytes = rs->file_size ? rs->file_size : rs->streamed ? rs->streamed : (int64_t)rs->body.n;
    metrics_count(v ? v->web.route : NULL, rs->status, took_us, bytes);
    struct log_line l;
    log_begin(&l, LOG_INFO, "request");
    log_text(&l, "request", x->request.id);
    log_text(&l, "method", x->request.method_name);
    log_number(&l, "status", rs->status);
    log_number(&l, "us", took_us);
    log_number(&l, "bytes", bytes);
    if (v) {
        log_text(&l, "site", v->web.cx.site ? v->web.cx.site->name : STR("-"));
        log_text(&l, "route", v->web.route ? str_of(v->web.route->pattern) : STR("-"));
        add_caller(&l, v);
        log_number(&l, "statements", v->web.cx.statements);
        log_text(&l, "cache", v->hit ? STR("hit") : STR(""));
        add_steps(&l, v);
    }
    if (!sent)
        log_text(&l, "sent", STR("no"));
    log_end(&l);
}
