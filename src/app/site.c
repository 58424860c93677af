/* The commands `site …`: new, list, suspend, resume, drop, migrate. */
#include "site.h"

#include "command.h"
#include "doc.h"
#include "school.h"

static struct str value_or_none(const struct command_line *cl, const char *option)
{
    const char *value = option_value(cl, option);
    return value ? str_of(value) : STR_NONE;
}

static struct str host_of(struct command_line *cl)
{
    return str_lower(cl->arena, str_of(command_word(cl, 0)));
}

/* ---- new ----------------------------------------------------------------------------------------------------------------- */

static int check_choices(const struct command_line *cl, const struct school *s)
{
    if (s->time_zone.n && !zone_find(s->time_zone))
        return command_misused(cl, "There is no time zone \"%.*s\"; use a name such as Europe/Paris.",
                               STR_ARG(s->time_zone));
    if (s->currency.n && s->currency.n != 3)
        return command_misused(cl, "\"%.*s\" is not a currency; use three letters such as EUR.", STR_ARG(s->currency));
    return DONE;
}

static int site_new(struct command_line *cl)
{
    struct school s = { .host = host_of(cl),
                        .title = value_or_none(cl, "--title"),
                        .language = value_or_none(cl, "--language"),
                        .currency = value_or_none(cl, "--currency"),
                        .time_zone = value_or_none(cl, "--timezone"),
                        .bare = option_given(cl, "--bare") };
    bool given = option_given(cl, "--admin-password-stdin");
    struct str why;
    if (check_choices(cl, &s) != DONE)
        return WRONG_USAGE;
    if (given)
        s.password = command_password(cl);
    if (given && !s.password.n)
        return command_failed("No password came on standard input.");
    if (!command_open(cl))
        return FAILED;
    if (!school_create(cl->arena, &s, &why))
        return command_failed("The site %.*s was not created: %.*s", STR_ARG(s.host), STR_ARG(why));
    printf("The site %.*s is ready.\n", STR_ARG(s.host));
    if (!given)
        printf("Administrator's password, shown this once: %.*s\n", STR_ARG(s.password));
    return DONE;
}

COMMAND(site_new)
= { .name = "site new",
    .words = "HOST",
    OPTIONS({ "--title", "T", "the school's name" }, { "--language", "fr", "of the school; en" },
            { "--currency", "EUR", "of its prices; EUR" }, { "--timezone", "Europe/Paris", "of its calendar; UTC" },
            { "--admin-password-stdin", NULL, "takes Administrator's password from standard input" },
            { "--bare", NULL, "only the DocTypes of Core" }),
    .about = "Makes a school: folder, database, tables, Administrator.",
    .run = site_new };

/* ---- list ------------------------------------------------------------------------------------------------------------------ */

static void print_json(struct arena *a, const struct site **sites, size_t count)
{
    struct buf text = buf_new(a, 64 << 20);
    struct json_out out = out_to(&text);
    out_begin_array(&out);
    for (size_t i = 0; i < count; i++) {
        out_begin_object(&out);
        out_member_text(&out, "name", sites[i]->name);
        out_member_text(&out, "db_name", str_of(sites[i]->tenant.database));
        out_key(&out, STR("suspended"));
        out_bool(&out, sites[i]->suspended);
        out_key(&out, STR("domains"));
        out_begin_array(&out);
        for (const struct str *d = sites[i]->domains; d && d->p; d++)
            out_text(&out, *d);
        out_end_array(&out);
        out_end_object(&out);
    }
    out_end_array(&out);
    printf("%.*s\n", STR_ARG(buf_str(&text)));
}

static int site_list(struct command_line *cl)
{
    const struct site **sites;
    struct str why;
    if (!sites_open(cl->arena, cl->sites, &why))
        return command_failed("%.*s", STR_ARG(why));
    size_t count = sites_all(cl->arena, &sites);
    if (option_given(cl, "--json"))
        print_json(cl->arena, sites, count);
    else
        for (size_t i = 0; i < count; i++)
            printf("%.*s%s\n", STR_ARG(sites[i]->name), sites[i]->suspended ? "\tsuspended" : "");
    for (size_t i = 0; i < count; i++)
        site_release(sites[i]);
    return DONE;
}

COMMAND(site_list)
= { .name = "site list", OPTIONS({ "--json", NULL, "for programs" }), .about = "Lists the schools.", .run = site_list };

/* ---- suspend, resume, drop ----------------------------------------------------------------------------------------------------- */

static int set_maintenance(struct command_line *cl, bool on)
{
    struct ctx cx;
    struct str host = host_of(cl), why;
    if (!sites_open(cl->arena, cl->sites, &why))
        return command_failed("%.*s", STR_ARG(why));
    const struct site *site = site_find(host);
    if (!site)
        return command_failed("There is no site %.*s in %s.", STR_ARG(host), cl->sites);
    call_open(&cx, cl->arena, NULL);
    json_t *one = on ? json_integer(1) : NULL;
    bool done = site_config_set(&cx, site->name, "maintenance_mode", one);
    json_decref(one);
    site_release(site);
    if (!done)
        return command_failed("%.*s", STR_ARG(cx.err.message));
    printf("%.*s is %s.\n", STR_ARG(host), on ? "suspended: visitors get 503" : "open again");
    return DONE;
}

static int site_suspend(struct command_line *cl)
{
    return set_maintenance(cl, true);
}

static int site_resume(struct command_line *cl)
{
    return set_maintenance(cl, false);
}

static int site_drop(struct command_line *cl)
{
    struct str host = host_of(cl), why;
    if (!option_given(cl, "--yes"))
        return command_misused(cl, "This removes the school %.*s with all its data. Add --yes to do it.",
                               STR_ARG(host));
    if (!command_open(cl))
        return FAILED;
    if (!school_drop(cl->arena, host, &why))
        return command_failed("The site %.*s was not dropped: %.*s", STR_ARG(host), STR_ARG(why));
    printf("The site %.*s is gone.\n", STR_ARG(host));
    return DONE;
}

COMMAND(site_suspend)
= { .name = "site suspend", .words = "HOST", .about = "Closes a school: visitors get 503.", .run = site_suspend };
COMMAND(site_resume)
= { .name = "site resume", .words = "HOST", .about = "Opens a school again.", .run = site_resume };
COMMAND(site_drop)
= { .name = "site drop",
    .words = "HOST",
    OPTIONS({ "--yes", NULL, "yes, with all its data" }),
    .about = "Removes a school, its database and its files.",
    .run = site_drop };

/* ---- migrate ------------------------------------------------------------------------------------------------------------------------ */

static bool migrate_one(struct command_line *cl, const struct site *site, bool dry)
{
    struct ctx cx;
    if (!command_call(cl, &cx, str_c(cl->arena, site->name)))
        return false;
    struct buf plan = buf_new(cx.arena, 16 << 20);
    bool done = school_migrate(&cx, dry, &plan);
    struct str lines = buf_str(&plan), line;
    while (str_cut(&lines, '\n', &line))
        if (line.n)
            printf("%.*s: %.*s\n", STR_ARG(site->name), STR_ARG(line));
    if (done && !plan.n)
        printf("%.*s: nothing to do\n", STR_ARG(site->name));
    return command_end(&cx, done) == DONE;
}

static int site_migrate(struct command_line *cl)
{
    const struct site **sites;
    const char *only = command_word(cl, 0);
    bool dry = option_given(cl, "--dry-run"), found = false, done = true;
    if (!command_open(cl))
        return FAILED;
    size_t count = sites_all(cl->arena, &sites);
    for (size_t i = 0; i < count; i++) {
        if (!only || str_eq(sites[i]->name, host_of(cl))) {
            found = true;
            done = migrate_one(cl, sites[i], dry) && done;
        }
        site_release(sites[i]);
    }
    if (only && !found)
        return command_failed("There is no site %s in %s.", only, cl->sites);
    return done ? DONE : FAILED;
}

COMMAND(site_migrate)
= { .name = "site migrate",
    .words = "[HOST]",
    OPTIONS({ "--dry-run", NULL, "only says what it would do" }),
    .about = "Brings the tables of one school, or of all, to this version.",
    .run = site_migrate };
