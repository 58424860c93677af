#pragma once
/* Inside the db room: one connection, its statements, and what the server complains of. */
#include <mysql.h>

#include "db.h"

/* What the server or the library refused. */
struct fault {
    unsigned number;
    const char *text;
};
/* A fault with a copy of the text that lives until the next fault of this thread. */
struct fault fault_kept(unsigned number, const char *text);

/* ---- statements of one connection (statements.c)
 * ---------------------------------------------------------------------- */
struct statement {
    MYSQL_STMT *handle;
    struct statement *next;          /* in its bucket */
    struct statement *newer, *older; /* by last use */
    uint64_t tenant, hash;
    bool kept; /* in the cache; otherwise closed by statement_end */
    size_t size;
    char text[];
};

enum { STATEMENT_BUCKETS = 256 };

struct statements {
    struct statement *buckets[STATEMENT_BUCKETS];
    struct statement *newest, *oldest;
    unsigned count;
};

/* ---- the socket (wire.c)
 * ---------------------------------------------------------------------------------------------- */
struct wire;
/* Takes over the handle's reading and writing; 0 s: answers are waited for for ever. NULL: the library keeps them. */
struct wire *wire_open(MYSQL *, int answer_timeout_s);
/* After the handle is closed. */
void wire_close(struct wire *);
/* The command goes out with whatever is said next; a second one before that takes its place. False: say it yourself. */
bool wire_say_first(struct wire *, const char *sql);
/* The server refused what was said first; told once. What was said after it counts for nothing. */
bool wire_refused(struct wire *, struct fault *);

/* ---- connection (connection.c)
 * -------------------------------------------------------------------------------------------- */
struct db {
    MYSQL *mysql;              /* NULL until the first use and after a loss */
    struct wire *wire;         /* under it; may be NULL */
    struct db *next;           /* in the pool's idle list */
    const void *last_thread;   /* which thread had it last */
    struct loan *loan;         /* to which call it is lent */
    uint64_t tenant;           /* whose role (or login) it has; 0: nobody's */
    struct statement *reading; /* a result that was not read to its end */
    struct statements statements;
    struct str violated_key; /* of the last statement; in the arena of the call */
    bool in_transaction;
    bool savepoint; /* one is set in this transaction */
    bool doomed;    /* the server rolled the transaction back by itself: only a rollback may follow */
    bool defining;  /* the session may write outside transactions and has no time limit */
    bool patient;   /* no limit on waiting for an answer: for DDL and long statements */
    bool swollen;   /* carried something big, or went astray: not worth keeping */
};

/* Makes the connection speak for the tenant: connects, switches the role. A connection that turns out dead is replaced
 * once; never called while a transaction is open for somebody else. */
bool connection_serve(struct db *, const struct db_tenant *, struct fault *);
/* A fixed statement without result: SET, START TRANSACTION, COMMIT. */
bool connection_say(struct db *, const char *sql, struct fault *);
/* The server would not let it speak for the tenant, which it said only with the answer to the last command: that one
 * has failed. */
bool role_refused(struct db *, struct fault *);
/* From now on DDL may run, or no more. */
bool connection_define(struct db *, bool on, struct fault *);
void connection_close(struct db *);
/* A new handle with our options, not pooled; timeout_s 0: waits for answers for ever. NULL: see the fault. */
MYSQL *connection_login(const char *user, const char *password, int timeout_s, struct fault *);
bool fault_is_loss(const struct fault *);

/* ---- pool (pool.c)
 * ------------------------------------------------------------------------------------------------------------- */
extern struct db_settings db_config;
/* The call's connection, serving the call's tenant. NULL: the call has failed. */
struct db *db_of(struct ctx *);
/* Events since the start, for db_stats. */
struct db_counters {
    _Atomic uint64_t statements, prepared, switches, errors;
};
extern struct db_counters db_counters;

/* Runs the text with its bindings: from the cache, or prepared and run in one round trip. NULL: see the fault. On
 * success the result (if there is one) is open as db->reading. */
struct statement *statement_run(struct db *, const struct sql *, struct str text, MYSQL_BIND *, struct fault *);
/* The result is not wanted any further. */
void statement_end(struct db *);
/* Forgets one statement, or all of them. */
void statement_forget(struct db *, struct statement *);
void statements_clear(struct db *);

/* Statements that may take long do not fit a connection that gives up after 30 s. */
bool become_patient(struct ctx *, struct db *);

/* ---- errors (errors.c)
 * ------------------------------------------------------------------------------------------------------------- */
/* Throws what the server's number stands for; NULL. `sql` is for the log, may be empty. */
void *fault_throw(struct ctx *, struct db *, const struct fault *, struct str sql);

/* ---- builder (sql.c)
 * ------------------------------------------------------------------------------------------------------------------ */
/* The text as the server gets it, with its time limit. Empty: the statement is broken, the call has failed. */
struct str sql_final(struct sql *);
MYSQL_BIND *sql_binds(const struct sql *);
bool sql_is_once(const struct sql *);
bool sql_is_limited(const struct sql *);
int64_t sql_limit_ms(const struct sql *); /* 0: none at all */
/* Bytes of all bound values. */
size_t sql_weight(const struct sql *);

/* ---- migration files (migrate.c)
 * ---------------------------------------------------------------------------------------------------------- */
/* Takes the next statement off the front of the file; comments and empty ones are passed over. False: no more. */
bool sql_next_statement(struct str *file, struct str *statement);

/* Characters that a database's name may have: it stands in statements that take no bindings. */
bool database_name_valid(const char *);
