#pragma once
/* Structured log: one JSON line per event on standard error, UTC.
 *
 * Never logged (guides/security.md section 11): passwords, tokens, cookies, mail addresses, names, bodies, paths with
 * ids. Control bytes and invalid UTF-8 are escaped. A line is at most 4 KiB: what does not fit is cut. Of one event at
 * level warn or error at most 20 lines are written in a second; the next one says how many were `withheld`.
 */
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_line {
    char text[4096];
    size_t n;
    const char *event;
    bool wanted, urgent;
};

/* Lines a thread has made and not written yet. */
struct log_gathered {
    char text[16 * 1024];
    size_t n;
};

/* log_begin → log_text/log_number … → log_end writes the line. Lines of different threads do not mix. */
void log_begin(struct log_line *, enum log_level, const char *event);
void log_text(struct log_line *, const char *key, struct str value);
void log_number(struct log_line *, const char *key, int64_t value);
void log_end(struct log_line *);

/* One event with one sentence: log_say(LOG_WARN, "db.lost", "…"). */
void log_say(enum log_level, const char *event, const char *format, ...) PRINTF(3, 4);

/* From here on the calling thread's lines are gathered in the block, which is the caller's, until log_flush, a line of
 * level warn or error, or lack of room. NULL: written one by one again (flush first). */
void log_gather(struct log_gathered *);
void log_flush(void);

void log_set_level(enum log_level least);
/* Where lines go; the default is standard error (2). */
void log_set_fd(int fd);
