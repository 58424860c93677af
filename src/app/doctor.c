/* The command `doctor`: what an operator wants to know at 3 a.m., one line per check. */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "adoption.h"
#include "command.h"
#include "core.h"
#include "db.h"
#include "doc.h"
#include "school.h"
#include "work.h"

struct findings {
    struct arena *arena;
    unsigned failed, warned;
};

enum finding { FINE, WARNING, FAULT };

static void found(struct findings *f, enum finding kind, const char *format, ...) PRINTF(3, 4);
static void found(struct findings *f, enum finding kind, const char *format, ...)
{
    static const char *const words[] = { "ok", "warn", "FAIL" };
    va_list args;
    va_start(args, format);
    printf("%-5s %s\n", words[kind], arena_vprintf(f->arena, format, args));
    va_end(args);
    f->warned += kind == WARNING;
    f->failed += kind == FAULT;
}

/* Secrets are for the owner only. */
static void check_mode(struct findings *f, const char *path)
{
    struct stat s;
    if (stat(path, &s))
        found(f, FAULT, "%s is missing", path);
    else if (s.st_mode & 077)
        found(f, FAULT, "%s can be read by others (mode %o): chmod 600 %s", path, s.st_mode & 0777u, path);
    else
        found(f, FINE, "%s is private", path);
}

static void check_disk(struct findings *f, const char *folder)
{
    struct statvfs s;
    if (statvfs(folder, &s)) {
        found(f, FAULT, "%s cannot be looked at", folder);
        return;
    }
    unsigned long long free_mb = (unsigned long long)s.f_bavail * s.f_frsize >> 20;
    unsigned share = s.f_blocks ? (unsigned)(s.f_bavail * 100 / s.f_blocks) : 0;
    found(f,
          free_mb < 512    ? FAULT
          : free_mb < 2048 ? WARNING
                           : FINE,
          "%llu MB (%u %%) free on the disk of %s", free_mb, share, folder);
}

static int64_t variable(struct ctx *cx, struct sql *q)
{
    int64_t value = 0;
    db_first_int(cx, q, &value);
    return value;
}

/* 10.6 or later. */
static bool is_recent(struct str version)
{
    struct str major, minor;
    int64_t first = 0, second = 0;
    return str_cut(&version, '.', &major) && str_cut(&version, '.', &minor) && str_int(major, &first) &&
           str_int(minor, &second) && (first > 10 || (first == 10 && second >= 6));
}

/* Each open table costs some 70 KB in the server; too small a cache costs every request instead. */
static void check_server(struct findings *f, struct ctx *cx, size_t sites)
{
    struct str version;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT VERSION()");
    if (!db_first_text(cx, q, &version)) {
        found(f, FAULT, "the database does not answer: %.*s", STR_ARG(cx->err.message));
        return;
    }
    found(f, is_recent(version) ? FINE : WARNING, "MariaDB %.*s", STR_ARG(version));
    q = sql_new(cx);
    sql_add(q, "SELECT @@table_definition_cache");
    int64_t cache = variable(cx, q);
    int64_t wanted = (int64_t)(sites * 70);
    found(f, cache >= wanted ? FINE : WARNING,
          "table_definition_cache is %lld, %lld would hold every table of %zu sites", (long long)cache,
          (long long)wanted, sites);
}

/* What was given up waits for a person. */
static void check_jobs(struct findings *f, struct ctx *cx)
{
    int64_t dead = 0;
    if (jobs_dead(cx, &dead) && dead)
        found(f, WARNING, "%.*s: %lld job(s) failed for good: preau job list %.*s", STR_ARG(cx->site->name),
              (long long)dead, STR_ARG(cx->site->name));
    cx->err = (struct error){ 0 }; /* no table: said above */
}

static void check_mail(struct findings *f, const struct site *site)
{
    struct str server = site_config_text(site, "mail_server"), words = mail_way_words(f->arena, site->config);
    found(f, server.n ? FINE : WARNING, "%.*s: %.*s", STR_ARG(site->name), STR_ARG(words));
}

/* Lines about what the site defines itself tell of what stays as it is. */
static bool asks_for_migration(struct str plan)
{
    struct str line;
    while (str_cut(&plan, '\n', &line))
        if (line.n && !str_starts(line, STR("keep ")) && !str_starts(line, STR("missing ")))
            return true;
    return false;
}

static void check_off(struct findings *f, const struct site *site)
{
    const char **sentences;
    size_t count = adoption_off(f->arena, site, &sentences);
    for (size_t i = 0; i < count; i++)
        found(f, WARNING, "%.*s: %s", STR_ARG(site->name), sentences[i]);
}

static void check_site(struct findings *f, struct command_line *cl, const struct site *site)
{
    struct ctx cx;
    check_mode(f, arena_printf(f->arena, "%s/site_config.json", school_folder(f->arena, site->name)));
    if (!site->encryption_key.n)
        found(f, FAULT, "%.*s has no encryption_key: its secrets cannot be read", STR_ARG(site->name));
    check_mail(f, site);
    if (!command_call(cl, &cx, str_c(f->arena, site->name)))
        return;
    struct buf plan = buf_new(f->arena, 16 << 20);
    if (!school_migrate(&cx, true, &plan))
        found(f, FAULT, "%.*s: %.*s", STR_ARG(site->name), STR_ARG(cx.err.message));
    else if (asks_for_migration(buf_str(&plan)))
        found(f, WARNING, "%.*s: its tables are of another version; preau site migrate %.*s", STR_ARG(site->name),
              STR_ARG(site->name));
    else
        found(f, FINE, "%.*s%s: database and tables as declared", STR_ARG(site->name),
              site->suspended ? " (suspended)" : "");
    cx.err = (struct error){ 0 };
    check_off(f, cx.site);
    check_jobs(f, &cx);
    command_end(&cx, true);
}

static int doctor(struct command_line *cl)
{
    struct findings f = { .arena = cl->arena };
    struct str why;
    if (!doc_check(cl->arena, &why))
        found(&f, FAULT, "the declarations contradict each other: %.*s", STR_ARG(why));
    if (!command_open(cl))
        return FAILED;
    check_mode(&f, arena_printf(cl->arena, "%s/common_site_config.json", cl->sites));
    check_disk(&f, cl->sites);
    bool answers = db_ping(5000);
    found(&f, answers ? FINE : FAULT, "the database %s",
          answers ? "answers" : "does not answer: see db_socket or db_host");
    const struct site **sites;
    size_t count = sites_all(cl->arena, &sites);
    if (count) {
        struct ctx cx;
        if (command_call(cl, &cx, str_c(cl->arena, sites[0]->name))) {
            check_server(&f, &cx, count);
            cx.err = (struct error){ 0 };
            command_end(&cx, true);
        }
    } else
        found(&f, WARNING, "there is no site yet: preau site new HOST");
    for (size_t i = 0; i < count; i++) {
        check_site(&f, cl, sites[i]);
        site_release(sites[i]);
    }
    printf("%u fault(s), %u warning(s)\n", f.failed, f.warned);
    return f.failed ? FAILED : DONE;
}

COMMAND(doctor)
= { .name = "doctor", .about = "Checks configuration, database, tables, permissions and disk.", .run = doctor };
