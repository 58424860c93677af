/* `preau show`: what the program is made of, from its own tables. */
#include "command.h"
#include "doc.h"
#include "web.h"
#include "work.h"

enum { ROWS_MOST = 4096 };

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_sorted(const char **lines, size_t count)
{
    qsort(lines, count, sizeof *lines, by_text);
    for (size_t i = 0; i < count; i++)
        puts(lines[i]);
}

static const char *verbs_text(struct arena *a, unsigned verbs)
{
    static const char *const names[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };
    struct buf b = buf_new(a, 128);
    for (unsigned i = 0; i < countof(names); i++)
        if (verbs & (1u << i))
            buf_printf(&b, b.n ? ",%s" : "%s", names[i]);
    return b.n ? buf_str(&b).p : "GET,POST,PUT,DELETE";
}

/* ---- the tables ----------------------------------------------------------------------------------------------------- */
static size_t list_doctypes(struct arena *a, const char **lines)
{
    size_t n = 0;
    TABLE_EACH (doctypes, struct doctype, it)
        if (n < ROWS_MOST)
            lines[n++] = arena_printf(a, "%-32s %-8s %zu fields%s%s  %s", (*it)->name, (*it)->module,
                                      (*it)->field_count, (*it)->is_child ? ", child" : "",
                                      (*it)->is_single ? ", single" : "", (*it)->about ? (*it)->about : "");
    return n;
}

static size_t list_methods(struct arena *a, const char **lines)
{
    size_t n = 0;
    TABLE_EACH (methods, struct method, it)
        if (n < ROWS_MOST)
            lines[n++] = arena_printf(a, "%-40s %-22s %-6s %s", (*it)->path, verbs_text(a, (*it)->verbs),
                                      (*it)->guest ? "guest" : "", (*it)->about ? (*it)->about : "");
    TABLE_EACH (web_methods, struct web_method, web_it)
        if (n < ROWS_MOST)
            lines[n++] = arena_printf(a, "%-40s %-22s %-6s %s", (*web_it)->path, verbs_text(a, (*web_it)->verbs),
                                      (*web_it)->guest ? "guest" : "", (*web_it)->about ? (*web_it)->about : "");
    return n;
}

static size_t list_routes(struct arena *a, const char **lines)
{
    size_t n = 0;
    TABLE_EACH (routes, struct route, it)
        if (n < ROWS_MOST)
            lines[n++] = arena_printf(a, "%-40s %-22s %-5s %s", (*it)->pattern, verbs_text(a, (*it)->verbs),
                                      (*it)->page ? "page" : "", (*it)->about ? (*it)->about : "");
    return n;
}

static size_t list_commands(struct arena *a, const char **lines)
{
    size_t n = 0;
    TABLE_EACH (commands, struct command, it)
        if (n < ROWS_MOST)
            lines[n++] = arena_printf(a, "%-16s %-20s %s", (*it)->name, (*it)->words ? (*it)->words : "", (*it)->about);
    return n;
}

static size_t list_jobs(struct arena *a, const char **lines)
{
    size_t n = 0;
    TABLE_EACH (jobs, struct job, it)
        if (n < ROWS_MOST)
            lines[n++] =
                arena_printf(a, "%-28s %-9s %-12s %s", (*it)->name, (*it)->lane == JOB_HERE ? "here" : "elsewhere",
                             (*it)->daily     ? arena_printf(a, "daily at %d", (*it)->hour)
                             : (*it)->every_s ? arena_printf(a, "every %d s", (*it)->every_s)
                                              : "when asked",
                             (*it)->about ? (*it)->about : "");
    return n;
}

static const struct {
    const char *name;
    size_t (*collect)(struct arena *, const char **);
} tables[] = { { "doctypes", list_doctypes },
               { "methods", list_methods },
               { "routes", list_routes },
               { "commands", list_commands },
               { "jobs", list_jobs } };

static int show(struct command_line *cl)
{
    const char **lines = arena_array(cl->arena, ROWS_MOST, sizeof *lines);
    for (size_t i = 0; i < countof(tables); i++)
        if (!strcmp(tables[i].name, command_word(cl, 0))) {
            print_sorted(lines, tables[i].collect(cl->arena, lines));
            return DONE;
        }
    return command_misused(cl, "There is no table %s: doctypes, methods, routes, commands or jobs.",
                           command_word(cl, 0));
}

COMMAND(show)
= { .name = "show",
    .words = "TABLE",
    .run = show,
    .about = "Prints a table of the program: doctypes, methods, routes, commands or jobs." };
