/* The command line: which command, which words and options, and what to say when they are wrong. */
#include "command.h"

#include <stdarg.h>
#include <unistd.h>

#include "auth.h"
#include "database.h"
#include "db.h"

enum { MOST_COMMANDS = 128 };

/* ---- the table -------------------------------------------------------------------------------------------------- */
static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct command *const *)a)->name, (*(const struct command *const *)b)->name);
}

static size_t all_commands(const struct command **all)
{
    size_t n = 0;
    TABLE_EACH (commands, struct command, it)
        if (n < MOST_COMMANDS)
            all[n++] = *it;
    qsort(all, n, sizeof *all, by_name);
    return n;
}

/* Takes the words of the command's name off the front of `words`. */
static size_t words_of_name(const struct command *c, const char **words, size_t count)
{
    struct str rest = str_of(c->name), piece;
    size_t taken = 0;
    while (str_cut(&rest, ' ', &piece)) {
        if (taken == count || !str_is(piece, words[taken]))
            return 0;
        taken++;
    }
    return taken;
}

static const struct command *find_command(const char **words, size_t count, size_t *taken)
{
    const struct command *best = NULL;
    *taken = 0;
    TABLE_EACH (commands, struct command, it) {
        size_t n = words_of_name(*it, words, count);
        if (n > *taken) {
            *taken = n;
            best = *it;
        }
    }
    return best;
}

/* ---- usage -------------------------------------------------------------------------------------------------------- */
static void print_usage_line(FILE *to, const struct command *c)
{
    fprintf(to, "preau %s", c->name);
    if (c->words)
        fprintf(to, " %s", c->words);
    for (const struct option *o = c->options; o && o->name; o++)
        fprintf(to, o->value ? " [%s %s]" : " [%s]", o->name, o->value ? o->value : "");
    fputc('\n', to);
}

static void print_command(FILE *to, const struct command *c)
{
    fputs("usage: ", to);
    print_usage_line(to, c);
    fprintf(to, "%s\n", c->about);
    for (const struct option *o = c->options; o && o->name; o++)
        fprintf(to, "  %s %s\t%s\n", o->name, o->value ? o->value : "", o->about ? o->about : "");
}

static void print_commands(FILE *to)
{
    const struct command *all[MOST_COMMANDS];
    size_t n = all_commands(all);
    fputs("usage: preau COMMAND … [--sites DIR]\n", to);
    for (size_t i = 0; i < n; i++) {
        fputs("  ", to);
        print_usage_line(to, all[i]);
        fprintf(to, "      %s\n", all[i]->about);
    }
    fputs("Sites are looked for in --sites DIR, else $PREAU_SITES, else ./sites.\n", to);
}

static int help(struct command_line *cl)
{
    size_t taken;
    const struct command *c = find_command(cl->words, cl->word_count, &taken);
    if (!cl->word_count)
        print_commands(stdout);
    else if (c && taken == cl->word_count)
        print_command(stdout, c);
    else
        return command_misused(cl, "There is no command of that name.");
    return DONE;
}

COMMAND(help)
= {
    .name = "help", .words = "[COMMAND]…", .about = "Says what can be asked, or how one command is used.", .run = help
};

/* ---- options ---------------------------------------------------------------------------------------------------------- */
static const struct option *find_option(const struct command *c, const char *name, size_t length)
{
    for (const struct option *o = c->options; o && o->name; o++)
        if (strlen(o->name) == length && !memcmp(o->name, name, length))
            return o;
    return NULL;
}

/* "--name value" or "--name=value" at args[*i]. False: said. */
static bool take_option(struct command_line *cl, char **args, size_t count, size_t *i)
{
    const char *arg = args[*i], *equals = strchr(arg, '=');
    size_t length = equals ? (size_t)(equals - arg) : strlen(arg);
    const struct option *o = find_option(cl->command, arg, length);
    if (!o)
        return command_misused(cl, "There is no option %.*s.", (int)length, arg) == DONE;
    const char *value = equals ? equals + 1 : NULL;
    if (!o->value && value)
        return command_misused(cl, "%s takes no value.", o->name) == DONE;
    if (o->value && !value) {
        if (*i + 1 == count)
            return command_misused(cl, "%s needs %s.", o->name, o->value) == DONE;
        value = args[++*i];
    }
    cl->given[cl->given_count++] = (struct given){ o->name, value };
    return true;
}

/* How many words a command needs and takes, from "HOST [DIR]"; "…" takes any number. */
static bool word_count_fits(const struct command_line *cl)
{
    const char *words = cl->command->words;
    struct str rest = str_of(words ? words : ""), piece;
    size_t needed = 0, most = 0;
    while (rest.n && str_cut(&rest, ' ', &piece)) {
        needed += !str_starts(piece, STR("["));
        most = str_ends(piece, STR("…")) ? SIZE_MAX : most == SIZE_MAX ? most : most + 1;
    }
    return cl->word_count >= needed && cl->word_count <= most;
}

static bool split_arguments(struct command_line *cl, char **args, size_t count)
{
    bool options_end = false;
    for (size_t i = 0; i < count; i++) {
        if (!options_end && !strcmp(args[i], "--"))
            options_end = true;
        else if (!options_end && !strncmp(args[i], "--", 2)) {
            if (!take_option(cl, args, count, &i))
                return false;
        } else
            cl->words[cl->word_count++] = args[i];
    }
    return word_count_fits(cl) || command_misused(cl, "These are too few or too many words.") == DONE;
}

/* Takes `--sites DIR` out of the arguments, wherever it stands. False: it has no value. */
static bool take_sites(struct command_line *cl, char **args, size_t *count)
{
    const char *preset = getenv("PREAU_SITES");
    cl->sites = preset && *preset ? preset : "sites";
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        if (!strncmp(args[i], "--sites=", 8))
            cl->sites = args[i] + 8;
        else if (strcmp(args[i], "--sites"))
            args[kept++] = args[i];
        else if (i + 1 < *count)
            cl->sites = args[++i];
        else
            return false;
    }
    *count = kept;
    return *cl->sites != '\0';
}

static int run_command(struct command_line *cl, char **args, size_t count)
{
    size_t taken;
    cl->command = find_command((const char **)args, count, &taken);
    if (!cl->command) {
        fprintf(stderr, count ? "preau: There is no command \"%s\".\n" : "preau: Say what to do.\n",
                count ? args[0] : "");
        print_commands(stderr);
        return WRONG_USAGE;
    }
    cl->words = arena_array(cl->arena, count + 1, sizeof *cl->words);
    cl->given = arena_array(cl->arena, count + 1, sizeof *cl->given);
    for (size_t i = taken; i < count; i++)
        if (!strcmp(args[i], "--help")) {
            print_command(stdout, cl->command);
            return DONE;
        }
    if (!split_arguments(cl, args + taken, count - taken))
        return WRONG_USAGE;
    return cl->command->run(cl);
}

int command_main(int argc, char **argv)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    if (!arena)
        return command_failed("There is no memory.");
    struct command_line cl = { .arena = arena };
    size_t count = argc > 0 ? (size_t)argc - 1 : 0;
    char **args = argv + 1;
    int status = WRONG_USAGE;
    if (!take_sites(&cl, args, &count))
        command_failed("--sites needs a directory.");
    else if (count && (!strcmp(args[0], "--help") || !strcmp(args[0], "-h"))) {
        print_commands(stdout);
        status = DONE;
    } else if (count && !strcmp(args[0], "--version")) {
        puts("preau " PREAU_VERSION);
        status = DONE;
    } else
        status = run_command(&cl, args, count);
    arena_free(arena);
    return status;
}

/* ---- what commands ask ---------------------------------------------------------------------------------------------------- */
const char *command_word(const struct command_line *cl, size_t n)
{
    return n < cl->word_count ? cl->words[n] : NULL;
}

bool option_given(const struct command_line *cl, const char *option)
{
    for (size_t i = 0; i < cl->given_count; i++)
        if (!strcmp(cl->given[i].option, option))
            return true;
    return false;
}

const char *option_value(const struct command_line *cl, const char *option)
{
    for (size_t i = cl->given_count; i-- > 0;)
        if (!strcmp(cl->given[i].option, option))
            return cl->given[i].value;
    return NULL;
}

/* The folder's threads use the pool: it goes last. */
static void close_all(void *unused)
{
    (void)unused;
    sites_close();
    db_stop();
}

bool command_open(struct command_line *cl)
{
    struct str why;
    if (!sites_open(cl->arena, cl->sites, &why))
        return command_failed("%.*s", STR_ARG(why)) == DONE;
    if (!database_open(cl->arena)) {
        sites_close();
        return false;
    }
    arena_defer(cl->arena, close_all, NULL);
    return true;
}

bool command_call(struct command_line *cl, struct ctx *cx, const char *host)
{
    const struct site *site = NULL;
    if (host) {
        site = site_find(str_lower(cl->arena, str_of(host)));
        if (!site)
            return command_failed("There is no site %s in %s.", host, cl->sites) == DONE;
    }
    call_open(cx, cl->arena, site);
    if (site)
        site_release(site);
    cx->user = user_administrator;
    cx->may_write = true;
    return true;
}

int command_end(struct ctx *cx, bool ok)
{
    bool done = ok && call_commit(cx);
    if (!done)
        call_rollback(cx);
    db_return(cx); /* the arena lives on */
    if (done)
        return DONE;
    for (const struct note *n = cx->notes; n; n = n->next)
        command_failed("%.*s", STR_ARG(n->message));
    if (!cx->err.kind)
        return FAILED;
    struct str what = cx->err.message.n ? cx->err.message : cx->err.detail;
    return command_failed("%.*s", STR_ARG(what.n ? what : str_of(cx->err.kind->name)));
}

int command_failed(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("preau: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return FAILED;
}

int command_misused(const struct command_line *cl, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("preau: ", stderr);
    vfprintf(stderr, format, args);
    fputs("\nusage: ", stderr);
    va_end(args);
    print_usage_line(stderr, cl->command);
    return WRONG_USAGE;
}

struct str command_password(struct command_line *cl)
{
    char line[1024];
    if (!fgets(line, sizeof line, stdin))
        return STR("");
    struct str text = str_of(line);
    while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
        text.n--;
    return str_copy(cl->arena, text);
}
