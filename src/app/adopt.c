/* The command `site adopt`: the database of a Frappe v15 site becomes a school (spec/product.md 6c). The dump is loaded
 * into a database of its own, so the source stays as it is; only --in-place takes the database itself. */
#include <unistd.h>

#include "adopt_files.h"
#include "adoption.h"
#include "auth.h"
#include "command.h"
#include "dump.h"
#include "folder.h"
#include "school.h"

struct adoption {
    struct command_line *cl;
    struct arena *a;
    struct str host;
    const char *dump, *database; /* where it comes from: one of the two */
    const char *config_path, *folder;
    json_t *config; /* of the Frappe site */
    struct files_source files;
    bool dry, in_place;
};

/* ---- what was asked for ------------------------------------------------------------------------------------------------ */

static int check_usage(const struct adoption *ad)
{
    if (!ad->config_path)
        return command_misused(ad->cl, "--site-config FILE is needed: its key opens the site's secrets.");
    if (!ad->dump == !ad->database)
        return command_misused(ad->cl, "Give either --dump FILE or --db NAME.");
    if (ad->in_place && ad->dump)
        return command_misused(ad->cl, "--in-place takes a database that is there already: use it with --db NAME.");
    return DONE;
}

static void release_json(void *value)
{
    json_decref(value);
}

/* What tied the site to its old place stays behind: other names, a closed door. */
static bool read_config(struct adoption *ad, struct str *why)
{
    json_error_t error;
    ad->config = json_load_file(ad->config_path, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(ad->config)) {
        *why = str_printf(ad->a, "%s is not a site's configuration: %s", ad->config_path,
                          ad->config ? "no JSON object" : error.text);
        json_decref(ad->config);
        return false;
    }
    arena_defer(ad->a, release_json, ad->config);
    static const char *const left[] = { "domains", "maintenance_mode", "being_created", "adopted_in_place",
                                        "db_type", "db_host",          "db_port",       "db_socket" };
    for (size_t i = 0; i < countof(left); i++)
        json_object_del(ad->config, left[i]);
    if (!ad->in_place)
        return true;
    const char *password = json_string_value(json_object_get(ad->config, "db_password"));
    if (!password || !*password) {
        *why = str_printf(ad->a, "%s has no db_password, which --in-place needs", ad->config_path);
        return false;
    }
    json_object_set_new(ad->config, "db_name", json_string(ad->database));
    json_object_set_new(ad->config, "adopted_in_place", json_integer(1));
    return true;
}

/* ---- the database -------------------------------------------------------------------------------------------------------- */

/* The dump that is to be loaded: the one given, or one made of the database. NULL: why. */
static const char *dump_of(struct adoption *ad, struct str *why)
{
    if (ad->database)
        return dump_write(ad->a, ad->folder, ad->database, why) ? arena_printf(ad->a, "%s/database.sql", ad->folder)
                                                                : NULL;
    if (access(ad->dump, R_OK) == 0)
        return ad->dump;
    *why = str_printf(ad->a, "%s cannot be read", ad->dump);
    return NULL;
}

static bool bring_database(struct adoption *ad, struct str *why)
{
    if (ad->in_place)
        return true;
    const char *dump = dump_of(ad, why);
    return dump && dump_load(ad->a, ad->folder, dump, ad->host, why);
}

/* ---- the whole ----------------------------------------------------------------------------------------------------------- */

static bool print_report(struct adoption *ad, struct str *why)
{
    struct ctx cx;
    if (!command_call(ad->cl, &cx, str_c(ad->a, ad->host))) {
        *why = STR("the adopted site cannot be read back");
        return false;
    }
    struct buf report = buf_new(ad->a, 16 << 20);
    bool done = adoption_report(&cx, &report);
    fputs(str_c(ad->a, buf_str(&report)), stdout);
    *why = STR("its tables could not be read");
    return command_end(&cx, done) == DONE;
}

/* A database serves one site. */
static bool is_free(struct adoption *ad, struct str *why)
{
    const struct site **sites;
    bool taken = false;
    size_t count = ad->in_place ? sites_all(ad->a, &sites) : 0;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(sites[i]->tenant.database, ad->database)) {
            taken = true;
            *why =
                str_printf(ad->a, "%s is the database of the site %.*s already", ad->database, STR_ARG(sites[i]->name));
        }
        site_release(sites[i]);
    }
    return !taken;
}

/* Founded, but not yet open to visitors. */
static bool take(struct adoption *ad, struct str *why)
{
    struct school school = { .host = ad->host };
    if (!school_found(ad->a, ad->host, ad->config, why))
        return false;
    bool done = bring_database(ad, why) && adoption_is_frappe(ad->a, ad->host, why) &&
                (!ad->in_place || adoption_joins(ad->a, ad->host, why)) && adoption_complete(ad->a, ad->host, why) &&
                school_fill(ad->a, &school, why) && files_bring(ad->a, &ad->files, ad->folder, ad->host, why) &&
                print_report(ad, why);
    if (done && !ad->dry)
        return school_open(ad->a, ad->host, why);
    school_discard(ad->a, ad->host);
    return done;
}

static int site_adopt(struct command_line *cl)
{
    struct adoption ad = { .cl = cl,
                           .a = cl->arena,
                           .host = str_lower(cl->arena, str_of(command_word(cl, 0))),
                           .dump = option_value(cl, "--dump"),
                           .database = option_value(cl, "--db"),
                           .config_path = option_value(cl, "--site-config"),
                           .dry = option_given(cl, "--dry-run") };
    struct str why = STR("it failed");
    ad.files = (struct files_source){
        { option_value(cl, "--with-public-files"), option_value(cl, "--with-private-files") }, ad.dump, ad.config_path
    };
    ad.in_place = option_given(cl, "--in-place") && !ad.dry; /* a rehearsal is played on a copy */
    if (check_usage(&ad) != DONE)
        return WRONG_USAGE;
    if (!command_open(cl))
        return FAILED;
    ad.folder = dump_folder(ad.a);
    if (!ad.folder)
        return command_failed("%s cannot be written.", cl->sites);
    if (!read_config(&ad, &why) || !is_free(&ad, &why) || !take(&ad, &why))
        return command_failed("The site %.*s was not adopted: %.*s.", STR_ARG(ad.host), STR_ARG(why));
    if (ad.dry)
        printf("Nothing was changed. Without --dry-run this becomes the site %.*s.\n", STR_ARG(ad.host));
    else
        printf("The site %.*s is ready.\n", STR_ARG(ad.host));
    return DONE;
}

COMMAND(site_adopt)
= { .name = "site adopt",
    .words = "HOST",
    OPTIONS(
        { "--dump", "FILE", "what mariadb-dump wrote of the Frappe site's database; may be gzip" },
        { "--db", "NAME", "or the database itself, which is copied" },
        { "--site-config", "FILE", "its site_config.json; files beside it come along" },
        { "--with-public-files", "FILE", "the archive that bench made of them, or their folder; else what is beside" },
        { "--with-private-files", "FILE", "likewise" },
        { "--dry-run", NULL, "only says what would be taken, what not, and why" },
        { "--in-place", NULL, "with --db: takes the database itself instead of a copy" }),
    .about = "Makes a school from the database of a Frappe v15 site.",
    .run = site_adopt };
