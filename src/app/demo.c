/* The command `demo`, which demo.sh becomes: a private MariaDB, two schools with content and people, and the daemon.
 * Everything is made once and kept in the data directory; a start that was interrupted is completed by the next. */
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "auth.h"
#include "command.h"
#include "content/import.h"
#include "core.h"
#include "database.h"
#include "embedded.h"
#include "folder.h"
#include "lms.h"
#include "school.h"
#include "serve.h"

struct demo_school {
    const char *host, *alias, *folder, *title, *language, *time_zone;
    const char *enrolled_in; /* the student's bootcamp */
    const char *partner;     /* the influencer's name as a Sales Partner */
    struct pair look[6];     /* of School Settings; ends with an empty key */
};

static const struct demo_school schools[] = {
    { "tech-school.local",
      "tech-school.localhost",
      "tech-school",
      "Tech School",
      "en",
      "Europe/Paris",
      "git-from-zero-to-team",
      "Lea Martin",
      { { STR("accent_color"), STR("#4338ca") },
        { STR("primary_color"), STR("#1e1b4b") },
        { STR("introduction"), STR("Small steps, real tools: learn what developers use every day.") },
        { STR("footer"), STR("A demonstration school of *Préau*. Nothing is sold here.") },
        { STR("legal_notice"), STR("This school is a demonstration. Its courses are free to read and to try.") } } },
    { "cooking-school.local",
      "cooking-school.localhost",
      "cooking-school",
      "École de cuisine",
      "fr",
      "Europe/Paris",
      "les-bases-de-la-cuisine",
      "Chez Margot",
      { { STR("accent_color"), STR("#b23a1e") },
        { STR("introduction"), STR("Des gestes simples, expliqués pas à pas, pour cuisiner tous les jours.") },
        { STR("footer"), STR("Une école de démonstration de *Préau*. Rien n’y est vendu.") },
        { STR("legal_notice"),
          STR("Cette école est une démonstration. Ses cours se lisent et s’essaient librement.") } } },
};

struct demo {
    struct command_line *cl;
    const char *data, *content;
    uint16_t port;
    json_t *credentials; /* the file's whole value */
};

/* ---- credentials.json ---------------------------------------------------------------------------------------------------- */

static const char *credentials_path(const struct demo *d)
{
    return arena_printf(d->cl->arena, "%s/credentials.json", d->data);
}

static void release_json(void *value)
{
    json_decref(value);
}

static void load_credentials(struct demo *d)
{
    d->credentials = json_load_file(credentials_path(d), 0, NULL);
    if (!json_is_object(json_object_get(d->credentials, "sites"))) {
        json_decref(d->credentials);
        d->credentials = json_pack("{s:{}}", "sites");
    }
    arena_defer(d->cl->arena, release_json, d->credentials);
}

/* Replaced whole, so that no reader sees half of it. */
static bool save_credentials(const struct demo *d)
{
    const char *path = credentials_path(d), *partial = arena_printf(d->cl->arena, "%s.partial", path);
    char *text = json_dumps(d->credentials, JSON_INDENT(2));
    int fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done = text && fd >= 0 && dprintf(fd, "%s\n", text) > 0;
    if (fd >= 0)
        done = close(fd) == 0 && done;
    free(text);
    return (done && rename(partial, path) == 0) || command_failed("%s cannot be written.", path) == DONE;
}

static json_t *credentials_of(const struct demo *d, const struct demo_school *s)
{
    json_t *sites = json_object_get(d->credentials, "sites");
    json_t *site = json_object_get(sites, s->host);
    if (!site)
        json_object_set_new(sites, s->host, site = json_object());
    return site;
}

/* ---- people ------------------------------------------------------------------------------------------------------------------ */

struct demo_person {
    const char *key, *first_name, *last_name, *role; /* role NULL: Administrator, who is there already */
};

static const struct demo_person people[] = { { "administrator", NULL, NULL, NULL },
                                             { "student", "Sam", "Durand", "Student" },
                                             { "influencer", "Léa", "Martin", "Influencer" } };

static struct str address_of(struct arena *a, const struct demo_school *s, const struct demo_person *p)
{
    return p->role ? str_printf(a, "%s@%s", p->key, s->host) : STR("Administrator");
}

/* A password and a key for one person, kept in the credentials. */
static bool give_credentials(struct ctx *cx, const struct demo_school *s, const struct demo_person *p, json_t *site)
{
    struct str user = address_of(cx->arena, s, p), password = random_hex(cx->arena, 9), key, secret;
    struct str roles[] = { p->role ? str_of(p->role) : STR_NONE, STR_NONE };
    struct new_user wanted = { .email = user, .roles = roles };
    if (p->role) {
        wanted.first_name = str_of(p->first_name);
        wanted.last_name = str_of(p->last_name);
        if (!core_user_add(cx, &wanted))
            return false;
    }
    if (!password_set(cx, user, password, true) || !api_key_make(cx, user, &key, &secret))
        return false;
    json_object_set_new(site, p->key,
                        json_pack("{s:s#, s:s#, s:s#, s:s#}", "user", user.p, (int)user.n, "password", password.p,
                                  (int)password.n, "api_key", key.p, (int)key.n, "api_secret", secret.p,
                                  (int)secret.n));
    return true;
}

static bool make_partner(struct ctx *cx, const struct demo_school *s)
{
    struct str stored;
    if (doc_exists(cx, "Sales Partner", str_of(s->partner), &stored) || failed(cx))
        return !failed(cx);
    struct doc *partner = doc_new_named(cx, "Sales Partner");
    if (!partner)
        return false;
    doc_set_text(partner, "partner_name", str_of(s->partner));
    doc_set_decimal(partner, "commission_rate", DECIMAL_INT(15));
    doc_set_text(partner, "user", address_of(cx->arena, s, &people[2]));
    return doc_insert(cx, partner, SAVE_AS_SYSTEM);
}

/* A look of its own, once: what its owner changes stays. */
static bool dress(struct ctx *cx, const struct demo_school *s)
{
    struct doc *settings = doc_load(cx, "School Settings", STR("School Settings"));
    for (size_t i = 0; settings && i < countof(s->look) && s->look[i].key.n; i++)
        doc_set_text(settings, s->look[i].key.p, s->look[i].value);
    return settings && doc_save(cx, settings, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

static bool make_people(struct ctx *cx, const struct demo *d, const struct demo_school *s)
{
    json_t *site = credentials_of(d, s);
    if (!json_object_get(site, people[0].key) && !dress(cx, s))
        return false;
    for (size_t i = 0; i < countof(people); i++)
        if (!json_object_get(site, people[i].key) && !give_credentials(cx, s, &people[i], site))
            return false;
    return make_partner(cx, s) &&
           lms_enroll(cx, address_of(cx->arena, s, &people[1]), str_of(s->enrolled_in), "Manual");
}

/* ---- schools ---------------------------------------------------------------------------------------------------------------------- */

/* A school that is there may be of an earlier version. */
static bool migrate_school(struct demo *d, const struct demo_school *s)
{
    struct ctx cx;
    return command_call(d->cl, &cx, s->host) && command_end(&cx, school_migrate(&cx, false, NULL)) == DONE;
}

static bool make_school(struct demo *d, const struct demo_school *s)
{
    const struct site *there = site_find(str_of(s->host));
    if (there) {
        site_release(there);
        return migrate_school(d, s);
    }
    const char *domains[] = { s->alias, NULL };
    struct school school = { .host = str_of(s->host),
                             .title = str_of(s->title),
                             .language = str_of(s->language),
                             .currency = STR("EUR"),
                             .time_zone = str_of(s->time_zone),
                             .domains = domains };
    struct str why;
    printf("Making %s …\n", s->host);
    fflush(stdout);
    json_object_del(json_object_get(d->credentials, "sites"), s->host); /* of an earlier database */
    return school_create(d->cl->arena, &school, &why) ||
           command_failed("%s was not created: %.*s", s->host, STR_ARG(why)) == DONE;
}

/* Absolute links follow the port of this start; what is bought is paid with the test provider. */
static bool set_config(struct ctx *cx, const struct demo *d, const struct demo_school *s)
{
    struct str url = str_printf(cx->arena, "http://%s:%u", s->alias, d->port);
    if (str_eq(url, cx->site->base_url))
        return true;
    json_t *value = json_string(url.p);
    bool done = site_config_set(cx, cx->site->name, "host_name", value) &&
                site_config_set(cx, cx->site->name, "test_payments", json_true());
    json_decref(value);
    return done;
}

static bool fill_school(struct demo *d, const struct demo_school *s)
{
    struct import_options quiet = { .quiet = true };
    struct ctx cx;
    const char *folder = arena_printf(d->cl->arena, "%s/%s", d->content, s->folder);
    if (import_curriculum(d->cl, s->host, folder, &quiet) != DONE || !command_call(d->cl, &cx, s->host))
        return false;
    if (!set_config(&cx, d, s))
        return command_end(&cx, false) == DONE;
    return command_end(&cx, make_people(&cx, d, s)) == DONE;
}

static bool make_schools(struct demo *d)
{
    load_credentials(d);
    for (size_t i = 0; i < countof(schools); i++)
        if (!make_school(d, &schools[i]) || !fill_school(d, &schools[i]) || !save_credentials(d))
            return false;
    return true;
}

/* ---- the program --------------------------------------------------------------------------------------------------------------------- */

static void print_logins(const struct demo *d)
{
    for (size_t i = 0; i < countof(schools); i++) {
        const json_t *site = credentials_of(d, &schools[i]);
        printf("\n%s   http://%s:%u/\n", schools[i].title, schools[i].alias, d->port);
        for (size_t j = 0; j < countof(people); j++) {
            const json_t *p = json_object_get(site, people[j].key);
            printf("  %-14s %-36s %s\n", people[j].key, json_string_value(json_object_get(p, "user")),
                   json_string_value(json_object_get(p, "password")));
        }
    }
    printf("\n%.*s\n", STR_ARG(mail_way_words(d->cl->arena, sites_config())));
    printf("API keys are in %s. Ctrl-C stops everything.\n", credentials_path(d));
    fflush(stdout);
}

static bool open_data(struct demo *d)
{
    struct arena *a = d->cl->arena;
    char *real = folder_make(d->data) ? realpath(d->data, NULL) : NULL;
    if (!real)
        return command_failed("%s cannot be made.", d->data) == DONE;
    d->data = str_c(a, str_of(real));
    free(real);
    d->cl->sites = arena_printf(a, "%s/sites", d->data);
    struct ctx cx;
    call_open(&cx, a, NULL);
    if (!folder_make(d->cl->sites))
        return command_failed("%s cannot be made.", d->cl->sites) == DONE;
    if (!embedded_start(&cx, arena_printf(a, "%s/mariadb", d->data),
                        arena_printf(a, "%s/common_site_config.json", d->cl->sites),
                        arena_printf(a, "%s/mail", d->data)))
        return command_failed("%.*s", STR_ARG(cx.err.message)) == DONE;
    return command_open(d->cl) && (db_service_user(&cx) || command_failed("%.*s", STR_ARG(cx.err.message)) == DONE);
}

static bool read_port(const struct command_line *cl, uint16_t *port)
{
    const char *text = option_value(cl, "--port");
    int64_t number = 8080;
    if (text && (!str_int(str_of(text), &number) || number < 1 || number > 65535))
        return false;
    *port = (uint16_t)number;
    return true;
}

static int run(struct command_line *cl)
{
    struct demo d = { .cl = cl, .data = option_value(cl, "--data"), .content = option_value(cl, "--content") };
    struct str why = STR("");
    if (!read_port(cl, &d.port))
        return command_misused(cl, "%s is not a port.", option_value(cl, "--port"));
    if (!d.data || !d.content)
        return command_misused(cl, "--data and --content are needed.");
    serve_signals();
    if (!open_data(&d) || !make_schools(&d))
        return FAILED;
    struct serve_settings settings = { "127.0.0.1", d.port };
    if (!serve_start(cl->arena, &settings, &why))
        return command_failed("%.*s", STR_ARG(why));
    print_logins(&d);
    serve_wait();
    serve_stop();
    return DONE;
}

COMMAND(demo)
= { .name = "demo",
    OPTIONS({ "--data", "DIR", "where everything is kept" }, { "--port", "N", "8080" },
            { "--content", "DIR", "the folders of the schools" }),
    .about = "Two schools to look at, with a private MariaDB; what demo.sh runs.",
    .run = run };
