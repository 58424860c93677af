/* Settings and the change log against a real server. */
#include "site_priv.h"
#include "tenant.h"

static void begin(void)
{
    tenant_open();
    tenant_sql("DELETE FROM `school`.`tabSingles`");
    tenant_sql("DELETE FROM `school`.`preau_change_log`");
}

TEST(settings, are_read_by_the_first_call_and_kept_until_a_single_changes)
{
    begin();
    tenant_sql("INSERT INTO `school`.`tabSingles` VALUES ('School Settings', 'title', 'Préau'), "
               "('System Settings', 'time_zone', 'Europe/Paris'), ('School Settings', 'language', 'fr')");
    site_forget(STR("school.local"));
    const struct site *s = site_find(STR("school.local"));
    assert_false(site_ready(s));
    struct ctx cx;
    call_open(&cx, test_arena, s);
    assert_true(site_ready(cx.site));
    assert_str(cx.site->title, "Préau");
    assert_str(cx.lang, "fr");
    assert_true(call_local_us(&cx) > cx.now_us);
    site_release(s);
    s = site_find(STR("school.local"));
    assert_true(site_ready(s));
    tenant_sql("UPDATE `school`.`tabSingles` SET `value` = 'New' WHERE `field` = 'title'");
    call_open(&cx, test_arena, s);
    assert_str(cx.site->title, "Préau");
    state_changed(s->state, "School Settings");
    assert_false(site_ready(s));
    call_open(&cx, test_arena, s);
    assert_str(cx.site->title, "New");
    site_release(s);
    tenant_close();
}

static int later_runs;
static void count_run(struct ctx *cx, void *arg)
{
    (void)cx;
    (void)arg;
    later_runs++;
}

TEST(call, its_commit_leaves_one_row_and_drops_what_depends)
{
    begin();
    struct ctx cx;
    tenant_call(&cx);
    uint64_t ticket = cache_ticket(cx.site);
    const char *const user[] = { "User", NULL };
    later_runs = 0;
    call_changes(&cx, "User");
    call_changes(&cx, "User");
    call_changes(&cx, "Has Role");
    call_later(&cx, count_run, NULL);
    assert_true(cache_holds(cx.site, ticket, user));
    assert_true(call_commit(&cx));
    assert_false(cache_holds(cx.site, ticket, user));
    assert_int_equal(later_runs, 1);
    struct sql *q = sql_new(&cx);
    struct str list;
    sql_add(q, "SELECT GROUP_CONCAT(`doctypes`) FROM `school`.`preau_change_log`");
    assert_true(db_first_text(&cx, q, &list));
    assert_str(list, "User\nHas Role");
    call_changes(&cx, "User");
    call_rollback(&cx);
    assert_true(call_commit(&cx));
    q = sql_new(&cx);
    int64_t count;
    sql_add(q, "SELECT COUNT(*) FROM `school`.`preau_change_log`");
    assert_true(db_first_int(&cx, q, &count));
    assert_int_equal(count, 1);
    tenant_close();
}

TEST(change, of_another_daemon_is_seen_by_the_next_reading_and_once)
{
    begin();
    struct ctx cx;
    tenant_call(&cx);
    struct arena *a = arena_new(1 << 20);
    const char *const lesson[] = { "LMS Lesson", NULL }, *const user[] = { "User", NULL };
    change_logs_read(a);
    uint64_t ticket = cache_ticket(cx.site);
    tenant_sql("INSERT INTO `school`.`preau_change_log` (`at`, `origin`, `doctypes`) VALUES (UTC_TIMESTAMP(6), 7, "
               "'LMS Course\\nLMS Lesson')");
    change_logs_read(a);
    assert_false(cache_holds(cx.site, ticket, lesson));
    assert_true(cache_holds(cx.site, ticket, user));
    ticket = cache_ticket(cx.site);
    change_logs_read(a);
    assert_true(cache_holds(cx.site, ticket, lesson));
    arena_free(a);
    tenant_close();
}

TEST(change, of_its_own_is_no_news)
{
    begin();
    struct ctx cx;
    tenant_call(&cx);
    struct arena *a = arena_new(1 << 20);
    change_logs_read(a);
    call_changes(&cx, "LMS Lesson");
    assert_true(call_commit(&cx));
    uint64_t ticket = cache_ticket(cx.site);
    change_logs_read(a);
    assert_int_equal(cache_ticket(cx.site), ticket);
    arena_free(a);
    tenant_close();
}

TEST(tick, notices_a_suspension_and_another_daemons_change)
{
    begin();
    struct ctx cx;
    tenant_call(&cx);
    db_return(&cx);
    uint64_t ticket = cache_ticket(cx.site);
    const char *const lesson[] = { "LMS Lesson", NULL };
    tenant_sql("INSERT INTO `school`.`preau_change_log` (`at`, `origin`, `doctypes`) VALUES (UTC_TIMESTAMP(6), 7, "
               "'LMS Lesson')");
    bool changed = false, suspended = false;
    tenant_write(arena_printf(test_arena, "%s/school.local/site_config.json", tenant_folder),
                 "{\"db_name\": \"school\", \"maintenance_mode\": 1}");
    for (int i = 0; i < 100 && !(changed && suspended); i++) {
        sites_tick();
        usleep(20000);
        const struct site *s = site_find(STR("school.local"));
        changed |= !cache_holds(cx.site, ticket, lesson);
        suspended |= s->suspended;
        site_release(s);
    }
    assert_true(changed);
    assert_true(suspended);
    tenant_close();
}

static bool write_title(struct ctx *cx, void *title)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "tabSingles");
    sql_add(q, " VALUES ('School Settings', 'title', ");
    sql_text(q, str_of(title));
    sql_add(q, ")");
    call_later(cx, count_run, NULL);
    note(cx, NULL, "%s", (const char *)title);
    return db_change(cx, q) == 1;
}

static bool write_then_fail(struct ctx *cx, void *title)
{
    return write_title(cx, title) && throw(cx, &ValidationError, "No.");
}

TEST(call, an_attempt_that_fails_undoes_only_itself)
{
    begin();
    struct ctx cx;
    struct error why;
    tenant_call(&cx);
    later_runs = 0;
    assert_true(call_attempt(&cx, write_title, "kept", &why));
    assert_null(why.kind);
    assert_true(call_attempt(&cx, write_then_fail, "undone", &why));
    assert_ptr_equal(why.kind, &ValidationError);
    assert_false(failed(&cx));
    assert_str(cx.notes->message, "kept");
    assert_true(call_attempt(&cx, write_title, "kept too", &why));
    assert_true(call_commit(&cx));
    assert_int_equal(later_runs, 2);
    struct sql *q = sql_new(&cx);
    struct str list;
    sql_add(q, "SELECT GROUP_CONCAT(`value` ORDER BY `value`) FROM `school`.`tabSingles`");
    assert_true(db_first_text(&cx, q, &list));
    assert_str(list, "kept,kept too");
    db_return(&cx);
    tenant_close();
}
