#pragma once
/* serve: the daemon. */
#include "base.h"
#include "command.h"
#include "http.h"

/* The pipeline, for the HTTP server. */
extern const struct http_handler serve_handler;

struct serve_settings {
    const char *address; /* NULL: 127.0.0.1 */
    uint16_t port;       /* 0: any free one */
};

/* SIGTERM and SIGINT are for serve_wait from here on: before any thread is started. */
void serve_signals(void);
/* Opens the folder of sites and the pool; `embedded` (may be NULL): a private MariaDB in that folder is started first,
 * and ends with the command's arena. False: said on standard error. */
bool serve_open(struct command_line *, const char *embedded);
/* Proves the declarations, builds the router and the pages, and serves on threads of its own. The folder of sites and
 * the pool are open. False: one sentence in *why. */
bool serve_start(struct arena *, const struct serve_settings *, struct str *why);
uint16_t serve_port(void);
/* Until SIGTERM or SIGINT. */
void serve_wait(void);
/* Answers what is under way, then ends. */
void serve_stop(void);
