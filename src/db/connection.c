/* connection: a login to MariaDB, whom it speaks for, and what its session may do.
 *
 * The session is READ ONLY outside transactions, strict, UTC, utf8mb4 and limited to 2 s a statement. Whoever needs
 * more says so: START TRANSACTION READ WRITE, a limit in the statement's own text, connection_define for DDL. */
#include "connection.h"

#include <errmsg.h>

enum { ANSWER_WITHIN_S = 30 }; /* a server that hangs is as good as lost; statements are cut long before */

#define SESSION                                                                                                        \
    "SET SESSION sql_mode='STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',"                    \
    " SESSION collation_connection='utf8mb4_unicode_ci', SESSION time_zone='+00:00',"                                  \
    " SESSION innodb_lock_wait_timeout=10, "
#define LIMITED "SESSION max_statement_time=2, SESSION tx_read_only=1"
#define UNLIMITED "SESSION max_statement_time=0, SESSION tx_read_only=0"

struct db_counters db_counters;

bool database_name_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$";
    size_t n = strlen(name);
    return n > 0 && n <= 64 && strspn(name, allowed) == n;
}

bool fault_is_loss(const struct fault *f)
{
    switch (f->number) {
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_COMMANDS_OUT_OF_SYNC: /* of no use any more either */
    case CR_ERR_NET_READ:         /* as 2006 and 2013, said by the library's newer parts */
    case CR_ERR_NET_WRITE:
    case 1053: /* server shutdown in progress */
    case 1152: /* aborted connection */
    case 1927: /* connection was killed */
    case 4031: /* closed for inactivity */
        return true;
    default:
        return false;
    }
}

struct fault fault_kept(unsigned number, const char *text)
{
    static _Thread_local char copy[MYSQL_ERRMSG_SIZE];
    snprintf(copy, sizeof copy, "%s", text);
    return (struct fault){ number ? number : CR_UNKNOWN_ERROR, copy };
}

static void set_options(MYSQL *mysql, int connect_timeout_s, int answer_timeout_s)
{
    static const unsigned off = 0;
    unsigned connect = (unsigned)connect_timeout_s, answer = (unsigned)answer_timeout_s;
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    if (!answer)
        return;
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &answer);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &answer);
}

MYSQL *connection_login(const char *user, const char *password, int timeout_s, struct fault *f)
{
    MYSQL *mysql = mysql_init(NULL);
    if (!mysql) {
        *f = (struct fault){ CR_OUT_OF_MEMORY, "no memory for a connection" };
        return NULL;
    }
    const struct db_settings *s = &db_config;
    set_options(mysql, s->connect_timeout_s, timeout_s);
    /* Rows found, not rows changed: an UPDATE that sets what is there already still found its row. */
    if (mysql_real_connect(mysql, s->socket ? "localhost" : s->host, user, password, NULL, s->socket ? 0 : s->port,
                           s->socket, CLIENT_FOUND_ROWS))
        return mysql;
    *f = fault_kept(mysql_errno(mysql), mysql_error(mysql));
    mysql_close(mysql);
    return NULL;
}

/* The connection first: statements without one are freed at once, one by one they would each wait for what is unread. */
void connection_close(struct db *db)
{
    if (db->mysql)
        mysql_close(db->mysql);
    db->mysql = NULL;
    wire_close(db->wire);
    db->wire = NULL;
    statements_clear(db);
    if (db->reading)
        statement_forget(db, db->reading);
    db->tenant = 0;
    db->defining = db->swollen = false;
}

bool role_refused(struct db *db, struct fault *f)
{
    if (!wire_refused(db->wire, f))
        return false;
    db->tenant = 0;
    db->swollen = true; /* what was said after it may have left something behind */
    return true;
}

bool connection_say(struct db *db, const char *sql, struct fault *f)
{
    bool done = mysql_real_query(db->mysql, sql, strlen(sql)) == 0;
    if (role_refused(db, f))
        return false;
    if (!done)
        *f = fault_kept(mysql_errno(db->mysql), mysql_error(db->mysql));
    return done;
}

static bool connect_for(struct db *db, const struct db_tenant *t, struct fault *f)
{
    const char *service = db_config.service_user;
    db->mysql = connection_login(service ? service : t->database, service ? db_config.service_password : t->password,
                                 db->patient ? 0 : ANSWER_WITHIN_S, f);
    if (!db->mysql)
        return false;
    db->tenant = service ? 0 : t->id;
    db->wire = wire_open(db->mysql, db->patient ? 0 : ANSWER_WITHIN_S);
    if (connection_say(db, SESSION LIMITED, f))
        return true;
    connection_close(db);
    return false;
}

/* Changes nothing but the rights: statements and session stay. Said together with the statement that follows: should
 * the server refuse it, that one fails as well, for it names tables that the role before cannot see. */
static bool set_role(struct db *db, const struct db_tenant *t, struct fault *f)
{
    char sql[96];
    if (!database_name_valid(t->database)) {
        *f = (struct fault){ CR_UNKNOWN_ERROR, "a database name that cannot be a role" };
        return false;
    }
    snprintf(sql, sizeof sql, "SET ROLE `%s`", t->database);
    db->tenant = 0;
    if (!wire_say_first(db->wire, sql) && !connection_say(db, sql, f))
        return false;
    db->tenant = t->id;
    return true;
}

/* For servers without a service user: the server closes all statements and forgets the session. */
static bool change_user(struct db *db, const struct db_tenant *t, struct fault *f)
{
    statements_clear(db);
    db->tenant = 0;
    if (mysql_change_user(db->mysql, t->database, t->password, NULL)) {
        *f = fault_kept(mysql_errno(db->mysql), mysql_error(db->mysql));
        return false;
    }
    if (!connection_say(db, SESSION LIMITED, f))
        return false;
    db->tenant = t->id;
    return true;
}

static bool speak_for(struct db *db, const struct db_tenant *t, struct fault *f)
{
    if (db->tenant == t->id)
        return true;
    db_counters.switches++;
    return db_config.service_user ? set_role(db, t, f) : change_user(db, t, f);
}

bool connection_serve(struct db *db, const struct db_tenant *t, struct fault *f)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if ((db->mysql || connect_for(db, t, f)) && speak_for(db, t, f))
            return true;
        if (!db->mysql || !fault_is_loss(f))
            return false;
        connection_close(db);
    }
    return false;
}

bool connection_define(struct db *db, bool on, struct fault *f)
{
    if (db->defining == on)
        return true;
    if (!connection_say(db, on ? "SET " UNLIMITED : "SET " LIMITED, f))
        return false;
    db->defining = on;
    return true;
}
