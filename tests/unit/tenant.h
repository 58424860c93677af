#pragma once
/* A site `school.local` on the private MariaDB of database.h: its folder, the system tables, and as much of tabUser,
 * tabHas Role, tabRole, tabUser Permission and tabDocShare as the rooms below doc read. */
#include <stdlib.h>
#include <sys/stat.h>

#include "database.h"
#include "site.h"

static char tenant_folder[64];

static inline void tenant_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static inline struct str tenant_file(const char *name)
{
    char *path =
        arena_printf(test_arena, "%.*s/../../sql/%s", (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, name);
    char *text = arena_alloc(test_arena, 65536);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(text, 1, 65535, f);
    fclose(f);
    return (struct str){ text, n };
}

static inline void tenant_tables(struct ctx *cx)
{
    struct migration files[] = {
        { "0001_system_tables", tenant_file("0001_system_tables.sql") },
        { "0002_sites_and_sessions", tenant_file("0002_sites_and_sessions.sql") },
        { "0003_jobs", tenant_file("0003_jobs.sql") },
        { "0003_users",
          STR("CREATE TABLE {{db}}.`tabUser` (`name` varchar(140) PRIMARY KEY, `enabled` int(1) NOT NULL DEFAULT 1,"
              " `user_type` varchar(140) DEFAULT 'Website User', `full_name` varchar(140), `first_name` varchar(140),"
              " `language` varchar(140), `user_image` text, `api_key` varchar(140) UNIQUE, `mobile_no` varchar(140),"
              " `username` varchar(140), `restrict_ip` text, `login_after` int, `login_before` int,"
              " `simultaneous_sessions` int, `last_password_reset_date` date, `last_login` datetime(6), `last_active` "
              "datetime(6), `last_ip` varchar(140))"
              " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n"
              "CREATE TABLE {{db}}.`tabHas Role` (`name` varchar(140) PRIMARY KEY, `parent` varchar(140),"
              " `parenttype` varchar(140), `role` varchar(140)) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n"
              "CREATE TABLE {{db}}.`tabRole` (`name` varchar(140) PRIMARY KEY, `disabled` int(1) NOT NULL DEFAULT 0)"
              " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n"
              "CREATE TABLE {{db}}.`tabUser Permission` (`name` varchar(140) PRIMARY KEY, `user` varchar(140),"
              " `allow` varchar(140), `for_value` varchar(140), `applicable_for` varchar(140),"
              " `is_default` int(1) NOT NULL DEFAULT 0, `hide_descendants` int(1) NOT NULL DEFAULT 0)"
              " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n"
              "CREATE TABLE {{db}}.`tabDocShare` (`name` varchar(140) PRIMARY KEY, `user` varchar(140),"
              " `share_doctype` varchar(140), `share_name` varchar(140), `read` int(1) NOT NULL DEFAULT 0,"
              " `write` int(1) NOT NULL DEFAULT 0, `share` int(1) NOT NULL DEFAULT 0,"
              " `submit` int(1) NOT NULL DEFAULT 0, `everyone` int(1) NOT NULL DEFAULT 0)"
              " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n"
              "CREATE TABLE {{db}}.`tabOAuth Bearer Token` (`name` varchar(140) PRIMARY KEY, `user` varchar(140),"
              " `status` varchar(140), `expiration_time` datetime(6)) CHARACTER SET utf8mb4 COLLATE "
              "utf8mb4_unicode_ci;\n") }
    };
    unsigned ran;
    if (!db_migrate(cx, files, countof(files), &ran))
        fail_msg("%.*s", STR_ARG(cx->err.message));
}

/* Opens the sites of a fresh folder; the tables are made once per program. */
static inline void tenant_open(void)
{
    static bool made;
    struct ctx cx = test_ctx();
    struct str why;
    assert_true(database_ready(&cx));
    if (!made)
        tenant_tables(&cx);
    made = true;
    db_return(&cx);
    snprintf(tenant_folder, sizeof tenant_folder, "%s", test_folder());
    mkdir(arena_printf(test_arena, "%s/school.local", tenant_folder), 0700);
    tenant_write(arena_printf(test_arena, "%s/school.local/site_config.json", tenant_folder),
                 "{\"db_name\": \"school\", \"db_password\": \"school-secret\","
                 " \"encryption_key\": \"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=\"}");
    assert_true(sites_open(test_arena, tenant_folder, &why));
}

/* A call of the site that may write; ended by tenant_end. */
static inline void tenant_call(struct ctx *cx)
{
    const struct site *s = site_find(STR("school.local"));
    assert_non_null(s);
    call_open(cx, test_arena, s);
    site_release(s);
    cx->may_write = true;
}

/* One statement of a test, committed, without a word to the change log: as another program would. */
#define tenant_sql(text)                                                                                               \
    do {                                                                                                               \
        struct ctx sql_cx;                                                                                             \
        tenant_call(&sql_cx);                                                                                          \
        struct sql *sql_q = sql_new(&sql_cx);                                                                          \
        sql_add(sql_q, text);                                                                                          \
        if (db_change(&sql_cx, sql_q) < 0 || !db_commit(&sql_cx))                                                      \
            fail_msg("%.*s", STR_ARG(sql_cx.err.message));                                                             \
        db_return(&sql_cx);                                                                                            \
    } while (0)

/* Ends all calls of the test and closes the sites. */
static inline void tenant_close(void)
{
    arena_reset(test_arena);
    sites_close();
}
