/* The commands `site backup` and `site restore`. A backup is one tar.gz: site_config.json, database.sql, and the folders
 * public and private; database.sql is what mariadb-dump writes of one consistent moment. */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "command.h"
#include "dump.h"
#include "folder.h"
#include "school.h"
#include "work.h"

/* ---- backup ------------------------------------------------------------------------------------------------------------ */

/* The archive appears under its name only when it is whole. */
static bool pack(struct arena *a, const char *folder, const char *site_folder, const char *file, struct str *why)
{
    const char *partial = arena_printf(a, "%s.partial", file);
    const char *argv[] = {
        "tar", "--force-local", "--hard-dereference", "-czf",   partial,   "-C", folder, "database.sql",
        "-C",  site_folder,     "site_config.json",   "public", "private", NULL
    };
    mode_t before = umask(0077);
    bool packed = child_run(a, argv, NULL, NULL, why);
    umask(before);
    if (packed && rename(partial, file) == 0)
        return true;
    if (packed)
        *why = str_printf(a, "%s cannot be written", file);
    unlink(partial);
    return false;
}

static int site_backup(struct command_line *cl)
{
    struct str why, host = str_lower(cl->arena, str_of(command_word(cl, 0)));
    const char *file = command_word(cl, 1);
    if (!sites_open(cl->arena, cl->sites, &why))
        return command_failed("%.*s", STR_ARG(why));
    const struct site *site = site_find(host);
    if (!site)
        return command_failed("There is no site %.*s in %s.", STR_ARG(host), cl->sites);
    const char *folder = dump_folder(cl->arena);
    bool done = folder && dump_write(cl->arena, folder, site->tenant.database, &why) &&
                pack(cl->arena, folder, school_folder(cl->arena, site->name), file, &why);
    site_release(site);
    if (!folder)
        why = str_printf(cl->arena, "%s cannot be written", cl->sites);
    if (!done)
        return command_failed("No backup of %.*s was made: %.*s.", STR_ARG(host), STR_ARG(why));
    printf("%.*s is in %s.\n", STR_ARG(host), file);
    return DONE;
}

COMMAND(site_backup)
= { .name = "site backup",
    .words = "HOST FILE",
    .about = "Writes a school, database and files, into one archive (tar.gz).",
    .run = site_backup };

/* ---- restore -------------------------------------------------------------------------------------------------------------- */

static bool unpack(struct arena *a, const char *file, const char *folder, struct str *why)
{
    const char *argv[] = { "tar",
                           "--force-local",
                           "-xzf",
                           file,
                           "--no-same-owner",
                           "--no-same-permissions",
                           "-C",
                           folder,
                           "database.sql",
                           "site_config.json",
                           "public",
                           "private",
                           NULL };
    mode_t before = umask(0077);
    bool unpacked = child_run(a, argv, NULL, NULL, why);
    umask(before);
    if (!unpacked || folder_is_plain(folder))
        return unpacked;
    *why = STR("the archive holds links or devices: it is not a backup of a site");
    return false;
}

/* The files come back by moving the two folders over the empty ones. */
static bool bring_files(struct arena *a, const char *folder, struct str host, struct str *why)
{
    static const char *const parts[] = { "public", "private" };
    for (size_t i = 0; i < countof(parts); i++) {
        const char *from = arena_printf(a, "%s/%s", folder, parts[i]);
        const char *to = arena_printf(a, "%s/%s", school_folder(a, host), parts[i]);
        if (!folder_remove(to) || rename(from, to)) {
            *why = str_printf(a, "%s cannot be put in place", to);
            return false;
        }
    }
    return true;
}

static json_t *config_in(struct arena *a, const char *folder, struct str *why)
{
    json_error_t error;
    json_t *config = json_load_file(arena_printf(a, "%s/site_config.json", folder), JSON_REJECT_DUPLICATES, &error);
    if (!config)
        *why = STR("the archive holds no site_config.json: it is not a backup of a site");
    return config;
}

/* What the school had still to tell others (webhooks, mails) may have left since the backup was made: it waits for
 * somebody to decide. */
static bool hold_deliveries(struct ctx *cx)
{
    int64_t held = 0;
    if (!jobs_hold(cx, JOB_ELSEWHERE, STR("held by a restore: it may have been delivered after the backup"), &held))
        return false;
    if (held)
        printf("%lld delivery(ies) wait: `preau job list` shows them, `preau job retry` sends them.\n",
               (long long)held);
    return true;
}

static bool restore(struct command_line *cl, struct str host, const char *folder, struct str *why)
{
    struct arena *a = cl->arena;
    json_t *config = unpack(a, command_word(cl, 1), folder, why) ? config_in(a, folder, why) : NULL;
    if (!config)
        return false;
    json_object_del(config, "domains"); /* they may belong to the school this is a copy of */
    json_object_del(config, "adopted_in_place");
    bool founded = school_found(a, host, config, why);
    json_decref(config);
    if (!founded)
        return false;
    struct ctx cx;
    bool done = dump_load(a, folder, arena_printf(a, "%s/database.sql", folder), host, why) &&
                bring_files(a, folder, host, why);
    if (done && command_call(cl, &cx, str_c(a, host))) {
        done = school_migrate(&cx, false, NULL) && hold_deliveries(&cx);
        done = command_end(&cx, done) == DONE;
        *why = STR("its tables could not be brought to this version");
    }
    if (done && school_open(a, host, why))
        return true;
    school_discard(a, host);
    return false;
}

static int site_restore(struct command_line *cl)
{
    struct str why = STR("it failed"), host = str_lower(cl->arena, str_of(command_word(cl, 0)));
    if (!command_open(cl))
        return FAILED;
    const char *folder = dump_folder(cl->arena);
    if (!folder)
        return command_failed("%s cannot be written.", cl->sites);
    if (!restore(cl, host, folder, &why))
        return command_failed("The site %.*s was not restored: %.*s.", STR_ARG(host), STR_ARG(why));
    printf("%.*s is back.\n", STR_ARG(host));
    return DONE;
}

COMMAND(site_restore)
= { .name = "site restore",
    .words = "HOST FILE",
    .about = "Makes a school from a backup; HOST must not exist.",
    .run = site_restore };
