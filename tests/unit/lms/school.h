#pragma once
/* A whole school on the private MariaDB of database.h: system tables, every DocType's table, first documents. Made once
 * per program; each test works in a transaction of its own that is never committed. */
#include <stdlib.h>
#include <sys/stat.h>

#include "auth.h"
#include "core.h"
#include "database.h"
#include "doc.h"
#include "lms.h"
#include "site.h"
#include "system_tables.h"

static inline void school_folder(void)
{
    const char *folder = test_folder();
    mkdir(arena_printf(test_arena, "%s/school.local", folder), 0700);
    FILE *f = fopen(arena_printf(test_arena, "%s/school.local/site_config.json", folder), "w");
    assert_non_null(f);
    fputs("{\"db_name\": \"school\", \"db_password\": \"school-secret\","
          " \"encryption_key\": \"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=\"}",
          f);
    fclose(f);
    struct str why;
    assert_true(sites_open(test_arena, folder, &why));
}

/* A call of the school as Administrator. */
static inline void school_call(struct ctx *cx)
{
    const struct site *site = site_find(STR("school.local"));
    assert_non_null(site);
    call_open(cx, test_arena, site);
    site_release(site);
    cx->may_write = true;
    cx->user = user_administrator;
}

#define must(cx, what)                                                                                                 \
    do {                                                                                                               \
        if (!(what))                                                                                                   \
            fail_msg("%s: %s %.*s", #what, (cx)->err.kind ? (cx)->err.kind->name : "", STR_ARG((cx)->err.message));    \
    } while (0)

static inline void school_found(void)
{
    struct ctx cx;
    school_call(&cx);
    must(&cx, schema_sync(&cx, false, NULL));
    db_return(&cx);
    school_call(&cx);
    must(&cx, core_new_site(&cx, &(struct new_site){ .title = STR("Test School"),
                                                     .language = STR("en"),
                                                     .currency = STR("EUR"),
                                                     .time_zone = STR("Europe/Paris") }));
    must(&cx, call_commit(&cx));
    db_return(&cx);
    site_forget(STR("school.local"));
}

static inline void school_open(struct ctx *cx)
{
    static bool made;
    struct ctx plain = test_ctx();
    assert_true(database_ready(&plain));
    if (!made)
        must(&plain, system_tables(&plain));
    db_return(&plain);
    school_folder();
    if (!made)
        school_found();
    made = true;
    school_call(cx);
}

static inline void school_close(struct ctx *cx)
{
    db_rollback(cx);
    db_return(cx);
    arena_reset(test_arena);
    sites_close();
}

/* A user in memory, as the rules see one; the roles end with NULL. */
static inline void act_as(struct ctx *cx, const char *name, const char *const *roles)
{
    struct user *user = arena_new_of(cx->arena, struct user);
    user->name = str_of(name);
    user->enabled = true;
    user->roles = arena_array(cx->arena, 16, sizeof *user->roles);
    user->roles[user->role_count++] = STR("Guest");
    if (strcmp(name, "Guest"))
        user->roles[user->role_count++] = STR("All");
    for (; *roles; roles++)
        user->roles[user->role_count++] = str_of(*roles);
    cx->user = user;
    cx->memo = NULL;
}
#define AS(cx, name, ...) act_as((cx), (name), (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* JSON with ' for ". */
static inline json_t *json_of(struct ctx *cx, const char *json)
{
    char *text = arena_printf(cx->arena, "%s", json);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    struct str why;
    json_t *value = json_read(cx->arena, str_of(text), &json_limits_default, &why);
    if (!value)
        fail_msg("%s: %.*s", json, STR_ARG(why));
    return value;
}

/* Inserts a document from such text as Administrator; NULL when that failed. */
static inline struct doc *given(struct ctx *cx, const char *doctype, const char *json)
{
    json_t *object = json_of(cx, json);
    const struct user *before = cx->user;
    cx->user = user_administrator;
    struct doc *doc = doc_new_named(cx, doctype);
    must(cx, doc && doc_merge(cx, doc, object, false));
    bool saved = doc_insert(cx, doc, 0);
    cx->user = before;
    return saved ? doc : NULL;
}

/* The call failed with this kind; clears it. */
#define refused(cx, what, exception)                                                                                   \
    do {                                                                                                               \
        if (what)                                                                                                      \
            fail_msg("%s was allowed", #what);                                                                         \
        assert_string_equal((cx)->err.kind ? (cx)->err.kind->name : "", (exception).name);                             \
        (cx)->err = (struct error){ 0 };                                                                               \
    } while (0)
