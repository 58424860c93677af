/* Sites, calls and statements of the tests with a real server. */
#include "server.h"

#include <unistd.h>

static const struct db_tenant *sites[2];

static void make_thing(const struct db_tenant *t)
{
    struct ctx cx = writing_call(t);
    struct sql *q = sql_new(&cx);
    sql_add(q, "CREATE TABLE ");
    sql_table(q, "thing");
    sql_add(q, " (name varchar(140) PRIMARY KEY, body longtext, number int, small tinyint, whole bigint unsigned,"
               " price decimal(21,9), at datetime(6), day date, clock time(6), code varchar(10), ratio double,"
               " UNIQUE KEY code (code)) ENGINE=InnoDB");
    assert_true(db_define(&cx, q));
    end_call(&cx);
}

static const struct db_tenant *site(int i, const char *name)
{
    if (!sites[0] && !mariadb_start())
        skip();
    if (!sites[i]) {
        sites[i] = mariadb_tenant(name);
        assert_non_null(sites[i]);
        make_thing(sites[i]);
    }
    return sites[i];
}

const struct db_tenant *site_a(void)
{
    return site(0, "unit_a");
}

const struct db_tenant *site_b(void)
{
    site_a();
    return site(1, "unitxa");
}

struct ctx reading_call(const struct db_tenant *t)
{
    struct ctx cx = test_ctx();
    cx.tenant = t;
    return cx;
}

struct ctx writing_call(const struct db_tenant *t)
{
    struct ctx cx = reading_call(t);
    cx.may_write = true;
    return cx;
}

void end_call(struct ctx *cx)
{
    db_rollback(cx);
    db_return(cx);
    cx->err = (struct error){ 0 };
}

int64_t put(struct ctx *cx, const char *name, struct str body)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "thing");
    sql_add(q, " (name, body) VALUES (");
    sql_text(q, str_of(name));
    sql_add(q, ", ");
    sql_text(q, body);
    sql_add(q, ")");
    return db_change(cx, q);
}

struct str get(struct ctx *cx, const char *name)
{
    struct str body = STR_NONE;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT body FROM ");
    sql_table(q, "thing");
    sql_add(q, " WHERE name = ");
    sql_text(q, str_of(name));
    return db_first_text(cx, q, &body) ? body : STR_NONE;
}

int64_t count_things(struct ctx *cx)
{
    int64_t n = -1;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_table(q, "thing");
    db_first_int(cx, q, &n);
    return n;
}

void kill_connection(struct ctx *cx)
{
    struct fault f;
    char sql[40];
    MYSQL *admin = connection_login(db_config.admin_user, db_config.admin_password, 5, &f);
    assert_non_null(admin);
    snprintf(sql, sizeof sql, "KILL %lu", mysql_thread_id(cx->db->mysql));
    assert_int_equal(mysql_real_query(admin, sql, strlen(sql)), 0);
    mysql_close(admin);
    usleep(20000); /* the server ends it when it wakes up */
}

void sleep_for(struct ctx *cx, int64_t s, int64_t limit_ms)
{
    int64_t result;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT SLEEP(");
    sql_int(q, s);
    sql_add(q, ")");
    if (limit_ms)
        sql_limit(q, limit_ms);
    db_first_int(cx, q, &result);
}
