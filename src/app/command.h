#pragma once
/* command: what the program can be told on its command line. A command is a row beside the function that does it:
 *
 *     COMMAND(site_list) = { .name = "site list", .run = site_list,
 *         OPTIONS({ "--json", NULL, "as JSON" }), .about = "Lists the schools." };
 *
 * Exit statuses: 0 done, 1 failed, 2 wrong usage. `--sites DIR` is understood everywhere.
 */
#include "base.h"
#include "site.h"

struct option {
    const char *name;  /* "--title" */
    const char *value; /* what stands for its value in the usage: "T"; NULL: a flag */
    const char *about;
};

struct given {
    const char *option, *value;
};

/* One call of the program: lives as long as it. */
struct command_line {
    struct arena *arena;
    const struct command *command;
    const char *sites;  /* --sites, else $PREAU_SITES, else ./sites */
    const char **words; /* after the command's name, options taken out */
    size_t word_count;
    struct given *given;
    size_t given_count;
};

enum { DONE = 0, FAILED = 1, WRONG_USAGE = 2 };

struct command {
    const char *name;             /* one or two words: "serve", "site new" */
    const char *words;            /* what must follow: "HOST DIR", optional ones in brackets: "[HOST]"; NULL: nothing */
    const struct option *options; /* ends with a NULL name; NULL: none */
    const char *about;            /* one sentence */
    int (*run)(struct command_line *);
};
#define COMMAND(id) TABLE_ROW(commands, struct command, command_##id)
#define OPTIONS(...)                                                                                                   \
    .options = (const struct option[])                                                                                 \
    {                                                                                                                  \
        __VA_ARGS__,                                                                                                   \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

/* Runs the command that argv names. The result is the exit status. */
int command_main(int argc, char **argv);

/* The n-th word, or NULL. */
const char *command_word(const struct command_line *, size_t n);
bool option_given(const struct command_line *, const char *option);
/* The last value given, or NULL. For options that may be repeated, walk cl->given. */
const char *option_value(const struct command_line *, const char *option);

/* Opens the folder of sites and the pool of connections from its configuration; both are closed at exit. False: said
 * on standard error. */
bool command_open(struct command_line *);
/* A call of the program itself (Administrator, may write) for the site of this host; a NULL host: no site. False: said. */
bool command_call(struct command_line *, struct ctx *, const char *host);
/* Commits when `ok`, else rolls back and prints what failed. The result is the exit status. */
int command_end(struct ctx *, bool ok);
/* Prints "preau: …" on standard error and returns FAILED, or WRONG_USAGE with the usage. */
int command_failed(const char *format, ...) PRINTF(1, 2);
int command_misused(const struct command_line *, const char *format, ...) PRINTF(2, 3);
/* One line of a password from standard input, without its end; empty on none. */
struct str command_password(struct command_line *);
