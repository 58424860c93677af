#pragma once
/* Inside embedded: where its files are and how a program is run. */
#include "embedded.h"

struct embedded_files {
    const char *dir;       /* absolute */
    const char *data;      /* the datadir; there only when it is complete */
    const char *temporary; /* of the server alone: at its start it removes what lies there as a server's */
    const char *socket;
    const char *log;
    const char *config;   /* common_site_config.json */
    const char *password; /* of root */
    const char *mail;     /* folder for mails nobody sends; NULL: none */
    int lock;             /* held while we or a server of ours live */
};

/* Folders, lock, socket path and configuration; the datadir is made if it is missing. */
bool embedded_prepare(struct ctx *, struct embedded_files *, const char *dir, const char *config, const char *mail);

/* Full path of a program of the MariaDB packages. */
const char *embedded_program(struct ctx *, const char *name);
/* Starts argv[0] in a process group of its own with its output in `log`. It is told to end when the calling thread
 * ends, and shares the lock so that nobody else starts before it is gone. -1 with errno. */
int embedded_launch(char *const argv[], const char *log, int lock);
/* The last line of a log that speaks of an error, or its last line; for messages. */
struct str embedded_last_words(struct arena *, const char *log);
