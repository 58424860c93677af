/* Sites: made whole or not at all, and unable to see each other. Migration files. */
#include "server.h"

/* A statement that names another site's table. */
static void assert_no_right(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    int64_t n;
    sql_add(q, "SELECT COUNT(*) FROM `unitxa`.`thing`");
    assert_false(db_first_int(cx, q, &n));
    assert_ptr_equal(cx->err.kind, &InternalError);
    assert_true(str_find(cx->err.message, STR("unitxa")) < 0);
    end_call(cx);
}

TEST(db, calls_of_two_sites_take_turns_on_one_connection)
{
    for (int i = 0; i < 4; i++) {
        struct ctx cx = reading_call(i % 2 ? site_b() : site_a());
        assert_true(count_things(&cx) >= 0);
        end_call(&cx);
    }
    assert_int_equal(db_stats().busy, 0);
}

TEST(db, the_role_of_one_site_cannot_read_another)
{
    site_b();
    struct ctx cx = reading_call(site_a());
    assert_no_right(&cx);
}

TEST(db, a_role_the_server_refuses_fails_the_statement_and_nothing_after_it)
{
    static const struct db_tenant nobody = { .id = 4711, .database = "unit_nobody" };
    for (int i = 0; i < 2; i++) {
        struct ctx cx = reading_call(site_a());
        assert_true(count_things(&cx) >= 0);
        end_call(&cx);
        cx = reading_call(&nobody);
        assert_no_right(&cx);
        cx = writing_call(&nobody);
        assert_false(db_begin(&cx));
        end_call(&cx);
    }
    assert_int_equal(db_stats().busy, 0);
}

TEST(db, changing_sites_costs_no_round_trip_of_its_own)
{
    struct ctx cx = reading_call(site_a());
    struct fault f;
    struct db *db = db_of(&cx);
    assert_non_null(db->wire); /* or the library is another than the one we were built with */
    assert_true(connection_serve(db, site_b(), &f));
    assert_false(wire_refused(db->wire, &f));
    assert_true(connection_say(db, "DO 1", &f));
    assert_true(connection_serve(db, site_a(), &f));
    assert_true(connection_serve(db, site_b(), &f)); /* takes the place of what was not said yet */
    cx.tenant = site_b();
    assert_true(count_things(&cx) >= 0);
    end_call(&cx);
}

TEST(db, a_statement_kept_for_one_site_is_not_run_for_another)
{
    struct ctx cx = writing_call(site_b());
    put(&cx, "only in b", STR("b"));
    assert_true(db_commit(&cx));
    end_call(&cx);
    for (int i = 0; i < 3; i++) {
        cx = reading_call(site_b());
        assert_str(get(&cx, "only in b"), "b");
        end_call(&cx);
        cx = reading_call(site_a());
        assert_null(get(&cx, "only in b").p);
        assert_false(failed(&cx));
        end_call(&cx);
    }
}

TEST(db, without_a_service_user_each_site_logs_in_as_itself)
{
    const struct db_tenant *a = site_a(), *b = site_b();
    struct db_settings own = *mariadb_settings();
    own.service_user = own.service_password = NULL;
    db_stop();
    assert_true(db_start(test_arena, &own));
    for (int i = 0; i < 4; i++) {
        struct ctx cx = reading_call(i % 2 ? b : a);
        assert_true(count_things(&cx) >= 0);
        end_call(&cx);
    }
    struct ctx cx = reading_call(a);
    assert_no_right(&cx);
    cx = writing_call(a);
    assert_int_equal(put(&cx, "by itself", STR_NONE), 1);
    end_call(&cx);
    cx = reading_call(a);
    assert_int_equal(put(&cx, "by itself", STR_NONE), -1); /* a switch must not lose the read-only session */
    end_call(&cx);
    db_stop();
    assert_true(mariadb_start());
}

TEST(db, a_site_exists_once)
{
    struct ctx cx = writing_call(site_a());
    bool exists = false;
    assert_true(db_tenant_exists(&cx, "unit_a", &exists));
    assert_true(exists);
    assert_false(db_tenant_create(&cx, site_a()));
    assert_ptr_equal(cx.err.kind, &DuplicateEntryError);
    end_call(&cx);
    assert_true(count_things(&cx) >= 0); /* the failure undid nothing of the first */
    end_call(&cx);
}

TEST(db, a_creation_that_fails_half_way_leaves_nothing)
{
    site_a();
    struct fault f;
    MYSQL *admin = connection_login(db_config.admin_user, db_config.admin_password, 5, &f);
    assert_non_null(admin);
    assert_int_equal(mysql_query(admin, "CREATE USER `unit_c`@`localhost`"), 0); /* in the way of the third step */
    struct db_tenant c = { .id = 99, .database = "unit_c", .password = "secret" };
    struct ctx cx = writing_call(&c);
    assert_false(db_tenant_create(&cx, &c));
    end_call(&cx);
    bool exists = true;
    assert_true(db_tenant_exists(&cx, "unit_c", &exists));
    assert_false(exists);
    assert_int_equal(mysql_query(admin, "DROP USER `unit_c`@`localhost`"), 0);
    assert_int_not_equal(mysql_query(admin, "DROP ROLE `unit_c`"), 0);
    mysql_close(admin);
    assert_true(db_tenant_create(&cx, &c));
    end_call(&cx);
    assert_true(db_tenant_drop(&cx, &c));
    assert_true(db_tenant_drop(&cx, &c)); /* again: nothing left to do */
    end_call(&cx);
}

TEST(db, a_database_name_that_could_end_its_quotes_is_refused)
{
    struct db_tenant bad = { .id = 98, .database = "a`; DROP DATABASE unit_a; --", .password = "secret" };
    struct ctx cx = writing_call(site_a());
    assert_false(db_tenant_create(&cx, &bad));
    assert_ptr_equal(cx.err.kind, &ValidationError);
    end_call(&cx);
}

TEST(db, a_server_that_answers_is_pinged)
{
    site_a();
    assert_true(db_ping(1000));
}

static const char first_file[] = "CREATE TABLE IF NOT EXISTS {{db}}.`m` (x int);\nINSERT INTO {{db}}.`m` VALUES (1);\n";

TEST(db, migrations_run_once_and_in_order)
{
    struct migration files[] = { { "0001_first.sql", { first_file, sizeof first_file - 1 } },
                                 { "0002_second.sql", STR("INSERT INTO {{db}}.m VALUES (2)") } };
    unsigned ran = 9;
    struct ctx cx = writing_call(site_b());
    assert_true(db_migrate(&cx, files, 1, &ran));
    assert_int_equal(ran, 1);
    assert_true(db_migrate(&cx, files, 2, &ran));
    assert_int_equal(ran, 1);
    assert_true(db_migrate(&cx, files, 2, &ran));
    assert_int_equal(ran, 0);
    int64_t sum = 0;
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT SUM(x) FROM ");
    sql_table(q, "m");
    assert_true(db_first_int(&cx, q, &sum));
    assert_int_equal(sum, 3);
    end_call(&cx);
}

TEST(db, a_file_changed_after_it_ran_is_reported_and_not_run)
{
    struct migration file = { "changed.sql", STR("SET @x = 1") };
    unsigned ran;
    struct ctx cx = writing_call(site_b());
    assert_true(db_migrate(&cx, &file, 1, &ran));
    file.text = STR("SET @x = 2");
    assert_true(db_migrate(&cx, &file, 1, &ran));
    assert_int_equal(ran, 0);
    assert_non_null(cx.notes);
    end_call(&cx);
}

TEST(db, a_migration_that_fails_is_not_recorded)
{
    struct migration file = { "broken.sql", STR("SELEC 1") };
    unsigned ran;
    struct ctx cx = writing_call(site_b());
    assert_false(db_migrate(&cx, &file, 1, &ran));
    end_call(&cx);
    file.text = STR("SET @x = 1");
    assert_true(db_migrate(&cx, &file, 1, &ran));
    assert_int_equal(ran, 1);
    end_call(&cx);
}
