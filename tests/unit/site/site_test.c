/* The folder of sites: names, configuration, hosts, changes on disk. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site_priv.h"
#include "test.h"

static const char *folder;

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void write_site(const char *name, const char *text)
{
    const char *path = arena_printf(test_arena, "%s/%s", folder, name);
    mkdir(path, 0700);
    write_file(arena_printf(test_arena, "%s/site_config.json", path), text);
}

static void write_common(const char *text)
{
    write_file(arena_printf(test_arena, "%s/common_site_config.json", folder), text);
}

/* A folder of its own for the running test. */
static void open_folder(void)
{
    folder = test_folder();
}

static void open_sites(void)
{
    struct str why;
    if (!sites_open(test_arena, folder, &why))
        fail_msg("%.*s", STR_ARG(why));
}

static void close_sites(void)
{
    sites_close();
}

static const struct site *must_find(const char *host)
{
    const struct site *s = site_find(str_of(host));
    if (!s)
        fail_msg("%s is unknown", host);
    return s;
}

static void assert_unknown(const char *host)
{
    const struct site *s = site_find(str_of(host));
    if (s)
        fail_msg("%s is known", host);
}

TEST(site, names_are_lower_case_hosts)
{
    const char *good[] = { "a", "a.b", "tech-school.local", "x--y", "127.0.0.1" };
    const char *bad[] = { "", ".", "..", "a.", "-a", "a/b", "A", "a_b", "a b", "\xc3\xa9", "a\n" };
    for (size_t i = 0; i < countof(good); i++)
        assert_true(site_name_valid(str_of(good[i])));
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(site_name_valid(str_of(bad[i])));
    char longest[255];
    memset(longest, 'a', sizeof longest);
    assert_true(site_name_valid((struct str){ longest, 253 }));
    assert_false(site_name_valid((struct str){ longest, 254 }));
}

TEST(site, own_configuration_stands_on_the_common_one)
{
    open_folder();
    write_common("{\"db_port\": 3307, \"lang\": \"fr\", \"max\": \"12\", \"unknown\": [1]}");
    write_site("a.local",
               "{\"db_name\": \"_a\", \"db_password\": \"p\", \"lang\": \"en\", \"host_name\": \"https://a.org/\"}");
    open_sites();
    const struct site *s = must_find("a.local");
    assert_string_equal(s->tenant.database, "_a");
    assert_string_equal(s->tenant.password, "p");
    assert_str(s->language, "en");
    assert_str(s->base_url, "https://a.org");
    assert_int_equal(site_config_int(s, "db_port", 0), 3307);
    assert_int_equal(site_config_int(s, "max", 0), 12);
    assert_int_equal(site_config_int(s, "none", 7), 7);
    assert_int_equal(json_integer_value(json_object_get(sites_config(), "db_port")), 3307);
    site_release(s);
    close_sites();
}

TEST(site, the_environment_overrides_the_database_host)
{
    open_folder();
    write_site("a.local", "{\"db_name\": \"_a\", \"db_host\": \"one\"}");
    setenv("FRAPPE_DB_HOST", "two", 1);
    open_sites();
    const struct site *s = must_find("a.local");
    assert_str(site_config_text(s, "db_host"), "two");
    unsetenv("FRAPPE_DB_HOST");
    site_release(s);
    close_sites();
}

TEST(site, answers_to_its_domains_and_to_nothing_else)
{
    open_folder();
    write_site("a.local", "{\"db_name\": \"_a\", \"domains\": [\"a.localhost\", {\"domain\": \"WWW.a.org\"}, 3]}");
    write_site("b.local", "{\"db_name\": \"_b\", \"domains\": [\"a.local\", \"a.localhost\", \"b.localhost\"]}");
    open_sites();
    const char *hosts[][2] = { { "a.local", "a.local" },
                               { "a.localhost", "a.local" }, /* the first by name has it */
                               { "www.a.org", "a.local" },
                               { "b.localhost", "b.local" } };
    for (size_t i = 0; i < countof(hosts); i++) {
        const struct site *s = must_find(hosts[i][0]);
        assert_str(s->name, hosts[i][1]);
        site_release(s);
    }
    assert_unknown("c.local");
    assert_unknown("../a.local");
    assert_unknown("");
    close_sites();
}

TEST(site, without_a_database_name_or_with_broken_json_is_unknown)
{
    open_folder();
    write_site("a.local", "{}");
    write_site("b.local", "{\"db_name\": ");
    open_sites();
    assert_unknown("a.local");
    assert_unknown("b.local");
    close_sites();
}

TEST(site, made_while_serving_is_found_at_once)
{
    open_folder();
    open_sites();
    assert_unknown("new.local");
    write_site("new.local", "{\"db_name\": \"_n\"}");
    site_release(must_find("new.local"));
    close_sites();
}

TEST(site, suspended_or_removed_is_seen_by_the_next_scan)
{
    open_folder();
    write_site("a.local", "{\"db_name\": \"_a\"}");
    open_sites();
    const struct site *before = must_find("a.local");
    write_site("a.local", "{\"db_name\": \"_a\", \"maintenance_mode\": 1}");
    registry_scan(test_arena);
    const struct site *after = must_find("a.local");
    assert_false(before->suspended);
    assert_true(after->suspended);
    assert_true(before->tenant.id == after->tenant.id);
    site_release(before);
    site_release(after);
    unlink(arena_printf(test_arena, "%s/a.local/site_config.json", folder));
    registry_scan(test_arena);
    assert_unknown("a.local");
    close_sites();
}

TEST(site, reads_during_maintenance_are_not_a_suspension)
{
    open_folder();
    write_site("a.local", "{\"db_name\": \"_a\", \"maintenance_mode\": 1, \"allow_reads_during_maintenance\": 1}");
    open_sites();
    const struct site *s = must_find("a.local");
    assert_false(s->suspended);
    assert_true(s->reads_only);
    site_release(s);
    close_sites();
}

TEST(site, keeps_its_last_good_configuration_while_the_file_is_broken)
{
    open_folder();
    write_site("a.local", "{\"db_name\": \"_a\"}");
    open_sites();
    write_site("a.local", "{\"db_name\": \"_a\",");
    registry_scan(test_arena);
    site_release(must_find("a.local"));
    close_sites();
}

TEST(site, a_changed_common_configuration_reaches_every_site)
{
    open_folder();
    write_common("{}");
    write_site("a.local", "{\"db_name\": \"_a\"}");
    open_sites();
    write_common("{\"encryption_key\": \"k\"}");
    registry_scan(test_arena);
    const struct site *s = must_find("a.local");
    assert_str(s->encryption_key, "k");
    site_release(s);
    close_sites();
}

TEST(site, a_key_is_set_and_removed_in_its_file_with_mode_0600)
{
    open_folder();
    write_site("a.local", "{\"db_name\": \"_a\", \"zz\": {\"kept\": true}}");
    open_sites();
    struct ctx cx = test_ctx();
    json_t *one = json_integer(1);
    assert_true(site_config_set(&cx, STR("a.local"), "maintenance_mode", one));
    json_decref(one);
    const struct site *s = must_find("a.local");
    assert_true(s->suspended);
    assert_true(json_is_true(json_object_get(json_object_get(s->config, "zz"), "kept")));
    site_release(s);
    struct stat st;
    assert_int_equal(stat(arena_printf(test_arena, "%s/a.local/site_config.json", folder), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(site_config_set(&cx, STR("a.local"), "maintenance_mode", NULL));
    s = must_find("a.local");
    assert_false(s->suspended);
    site_release(s);
    assert_false(site_config_set(&cx, STR("b.local"), "x", NULL));
    close_sites();
}

TEST(site, all_of_them_come_by_name)
{
    open_folder();
    write_site("b.local", "{\"db_name\": \"_b\"}");
    write_site("a.local", "{\"db_name\": \"_a\"}");
    open_sites();
    const struct site **all;
    assert_int_equal(sites_all(test_arena, &all), 2);
    assert_str(all[0]->name, "a.local");
    assert_str(all[1]->name, "b.local");
    site_release(all[0]);
    site_release(all[1]);
    close_sites();
}

TEST(site, a_flood_of_unknown_names_stops_reading_the_disk)
{
    open_folder();
    open_sites();
    for (int i = 0; i < 200; i++)
        assert_unknown(arena_printf(test_arena, "n%d.local", i));
    write_site("late.local", "{\"db_name\": \"_l\"}");
    const struct site *s = NULL;
    for (int i = 0; i < 30 && !s; i++) {
        usleep(50000);
        s = site_find(STR("late.local"));
    }
    assert_non_null(s);
    site_release(s);
    close_sites();
}
