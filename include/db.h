#pragma once
/* db: libmariadb, and nothing else knows it. Pool, statements, rows, transactions, migration files.
 *
 * One site = one database = one tenant. Connections are shared by the process: they log in as one service user without
 * rights of its own and SET ROLE to the tenant's role (docs/DECISIONS); names are fully qualified, so a statement can
 * only ever reach the tenant it was made for. Statements are prepared and cached per (connection, tenant, text).
 *
 * SQL text comes from literals, descriptor names and bound values; there is no fourth way.
 */
#include "base.h"

/* Whose tables. Lives as long as its site. */
struct db_tenant {
    uint64_t id;          /* unique in the process, never reused */
    const char *database; /* also the name of its role and of its own database user */
    const char *password; /* of its own user: for servers without a service user */
};

/* Where the server is and who we are; copied by db_start. */
struct db_settings {
    const char *socket; /* unix socket; NULL: host and port */
    const char *host;
    uint16_t port;
    const char *service_user, *service_password; /* NULL: no service user, change_user per tenant */
    const char *admin_user, *admin_password;     /* for creating and dropping sites; may be NULL */
    unsigned connections;                        /* ceiling of the pool; 0: 32 */
    int connect_timeout_s;                       /* 0: 5 */
};

/* Sets the pool up; connects nothing yet. Once per process. */
bool db_start(struct arena *, const struct db_settings *);
void db_stop(void);
/* Each worker thread calls this first and last. */
void db_thread(bool starting);
/* Answers within `timeout_ms`? For /readyz and doctor. */
bool db_ping(int timeout_ms);

/* ---- statements ---------------------------------------------------------------------------------------------------- */
struct sql;
struct sql *sql_new(struct ctx *);
/* Only a literal compiles. */
#define sql_add(q, literal) sql_add_literal((q), "" literal "", sizeof(literal) - 1)
void sql_add_literal(struct sql *, const char *, size_t);
/* `database`.`table` of the call's tenant: the table of a DocType is sql_doctype ("tab" + name), of ours sql_table. */
void sql_table(struct sql *, const char *table);
void sql_doctype(struct sql *, const char *doctype);
/* A column or alias by its descriptor's own spelling, in backquotes. Characters that cannot be in a fieldname or
 * DocType name (backquote, NUL) are a bug. */
void sql_name(struct sql *, const char *name);
void sql_column(struct sql *, const char *alias, const char *name); /* `alias`.`name` */
/* A number that is part of the text, for generated aliases and LIMITs that the server must see: never from clients. */
void sql_index(struct sql *, unsigned);
/* Bound values: writes `?`. */
void sql_text(struct sql *, struct str);
void sql_int(struct sql *, int64_t);
void sql_decimal(struct sql *, struct decimal);
void sql_null(struct sql *);
/* Everything of `tail` (text and bindings) goes to the end of `q`. */
void sql_join(struct sql *q, const struct sql *tail);
bool sql_is_empty(const struct sql *);
/* For tests and debug=1: the text with its question marks, and the number of bindings. */
struct str sql_string(const struct sql *);
size_t sql_bindings(const struct sql *);
/* Not worth a place in the statement cache (one-off shapes). */
void sql_once(struct sql *);
/* Time limit of this statement in ms instead of the connection's 2 s. */
void sql_limit(struct sql *, int64_t ms);

/* ---- running ---------------------------------------------------------------------------------------------------------
 * All borrow the call's connection on first need and fail the call on error; the server's error numbers become
 * exceptions in one table (1062 → DuplicateEntryError, 1213 → QueryDeadlockError, 1205 and 1969 → QueryTimeoutError,
 * 1451 → LinkExistsError, 1406 → CharacterLengthExceededError …); anything unforeseen is InternalError with the
 * detail in the log only. */
struct rows;
/* NULL on failure. Rows stream; the previous rows of the same call must have been read to the end or closed. */
struct rows *db_run(struct ctx *, struct sql *);
bool rows_next(struct rows *);
/* Valid until the next rows_next. Column numbers start at 0. */
struct str rows_text(struct rows *, unsigned column); /* STR_NONE with p == NULL for NULL */
int64_t rows_int(struct rows *, unsigned column);     /* 0 for NULL */
bool rows_is_null(struct rows *, unsigned column);
struct decimal rows_decimal(struct rows *, unsigned column);
unsigned rows_columns(const struct rows *);
/* Ends reading early; the arena does so too. */
void rows_close(struct rows *);

/* After DuplicateEntryError or UniqueValidationError: the name of the key that the last statement violated ("PRIMARY",
 * or the index's name); empty otherwise. */
struct str db_violated_key(const struct ctx *);

/* A statement without rows: number of rows changed (as matched by WHERE for UPDATE), or -1 on failure. */
int64_t db_change(struct ctx *, struct sql *);
/* First column of the first row, copied; false when there is no row or on failure (see failed(cx)). */
bool db_first_text(struct ctx *, struct sql *, struct str *out);
bool db_first_int(struct ctx *, struct sql *, int64_t *out);

/* ---- transactions ------------------------------------------------------------------------------------------------------
 * A call that may write (cx->may_write) gets START TRANSACTION READ WRITE before its first statement that is not a
 * plain read; others run on a session that is READ ONLY. */
bool db_begin(struct ctx *);
/* For a long read: what follows reads one state of the database, until the connection is given back. Never writes. */
bool db_snapshot(struct ctx *);
bool db_commit(struct ctx *); /* true also when nothing was begun */
void db_rollback(struct ctx *);
/* Gives the connection back (rolled back if still open). Also done by the arena. */
void db_return(struct ctx *);
/* As db_return, but the connection ends: nobody waits for the rest of a result that is no longer wanted. */
void db_drop(struct ctx *);
bool db_savepoint(struct ctx *); /* one level: for a failure that must not undo the rest */
bool db_rollback_to_savepoint(struct ctx *);

/* ---- tenants -----------------------------------------------------------------------------------------------------------
 * With the administrative login, outside any call's transaction. All-or-nothing: on failure everything is undone. */
bool db_tenant_create(struct ctx *, const struct db_tenant *);
bool db_tenant_drop(struct ctx *, const struct db_tenant *);
/* As db_tenant_create, for a database that exists already: only its role, its user (an existing one keeps its password)
 * and their rights are made. db_tenant_leave takes the role away again and touches nothing else. */
bool db_tenant_adopt(struct ctx *, const struct db_tenant *);
bool db_tenant_leave(struct ctx *, const struct db_tenant *);
bool db_tenant_exists(struct ctx *, const char *database, bool *exists);
/* Makes the service user if it is missing; the embedded server's and a first start's business. */
bool db_service_user(struct ctx *);
/* Opens a site that was made without a service user to it. Again does no harm. */
bool db_service_grant(struct ctx *, const char *database);

/* DDL for the tenant (CREATE TABLE, ALTER TABLE …), with its role, no time limit. */
bool db_define(struct ctx *, struct sql *);

/* ---- migration files -----------------------------------------------------------------------------------------------------
 * sql/NNNN_name.sql (before the schema sync) and sql/after/NNNN_name.sql, embedded in the program. Each runs once per
 * site, in order, recorded in `preau_migration` with its checksum; `{{db}}` stands for the quoted database. */
struct migration {
    const char *name;
    struct str text;
};
bool db_migrate(struct ctx *, const struct migration *, size_t count, unsigned *ran);

struct db_stats {
    unsigned open, busy, ceiling;
    uint64_t statements, prepared, switches, errors;
};
struct db_stats db_stats(void);
