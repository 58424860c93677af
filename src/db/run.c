/* run: a statement on the call's connection. A read that finds its connection dead is run once more on a new one. */
#include "rows.h"

/* Locking reads and INSERT … RETURNING belong into a transaction. */
static bool is_plain_read(struct str text)
{
    if (!str_starts(text, STR("SELECT")) && !str_starts(text, STR("WITH")) && !str_starts(text, STR("(")))
        return false;
    return str_find(text, STR(" FOR UPDATE")) < 0 && str_find(text, STR(" LOCK IN SHARE MODE")) < 0;
}

bool become_patient(struct ctx *cx, struct db *db)
{
    struct fault f;
    if (db->patient || db->in_transaction)
        return true;
    connection_close(db);
    db->patient = true;
    return connection_serve(db, cx->tenant, &f) || fault_throw(cx, db, &f, STR_NONE);
}

static struct db *ready(struct ctx *cx, struct sql *q)
{
    struct db *db = db_of(cx);
    if (!db)
        return NULL;
    if (db->reading)
        return bug(cx, "a statement while another result is being read");
    if (db->doomed)
        return throw(cx, &QueryDeadlockError, N_("Somebody else was changing the same data. Please try again."));
    bool long_one = sql_is_limited(q) && (sql_limit_ms(q) == 0 || sql_limit_ms(q) > 20000);
    return !long_one || become_patient(cx, db) ? db : NULL;
}

static struct db *run(struct ctx *cx, struct sql *q)
{
    if (cx->statement_ms && !sql_is_limited(q))
        sql_limit(q, cx->statement_ms);
    struct str text = sql_final(q);
    if (!text.n)
        return failed(cx) ? NULL : bug(cx, "an empty statement");
    MYSQL_BIND *binds = sql_binds(q);
    size_t weight = sql_weight(q);
    cx->statements++;
    for (bool again = false;; again = true) {
        struct db *db = ready(cx, q);
        if (!db)
            return NULL;
        struct fault f;
        db->violated_key = STR_NONE;
        if (statement_run(db, q, text, binds, &f)) {
            db->swollen |= weight >= 1 << 20;
            return db;
        }
        if (again || db->in_transaction || !fault_is_loss(&f))
            return fault_throw(cx, db, &f, text);
        connection_close(db);
    }
}

struct rows *db_run(struct ctx *cx, struct sql *q)
{
    if (cx->may_write && !cx->writing && !is_plain_read(sql_string(q)) && !db_begin(cx))
        return NULL;
    struct db *db = run(cx, q);
    return db ? rows_open(cx, db) : NULL;
}

void rows_fail(struct ctx *cx, struct db *db)
{
    struct statement *s = db->reading;
    unsigned number = mysql_stmt_errno(s->handle); /* while rows arrive, the library leaves it with the connection */
    struct fault f = number ? fault_kept(number, mysql_stmt_error(s->handle))
                            : fault_kept(mysql_errno(db->mysql), mysql_error(db->mysql));
    fault_throw(cx, db, &f, (struct str){ s->text, s->size });
    statement_forget(db, s);
    if (fault_is_loss(&f) && !db->in_transaction)
        connection_close(db);
}

int64_t db_change(struct ctx *cx, struct sql *q)
{
    if (cx->may_write && !cx->writing && !db_begin(cx))
        return -1;
    struct db *db = run(cx, q);
    if (!db)
        return -1;
    int64_t changed = (int64_t)mysql_stmt_affected_rows(db->reading->handle);
    statement_end(db);
    return changed < 0 ? 0 : changed; /* -1 stands for "has rows": none of those were asked for */
}

bool db_first_text(struct ctx *cx, struct sql *q, struct str *out)
{
    struct rows *r = db_run(cx, q);
    if (!r || !rows_next(r))
        return false;
    *out = rows_is_null(r, 0) ? STR_NONE : str_copy(cx->arena, rows_text(r, 0));
    rows_close(r);
    return true;
}

bool db_first_int(struct ctx *cx, struct sql *q, int64_t *out)
{
    struct rows *r = db_run(cx, q);
    if (!r || !rows_next(r))
        return false;
    *out = rows_int(r, 0);
    rows_close(r);
    return true;
}

bool db_define(struct ctx *cx, struct sql *q)
{
    struct fault f;
    struct db *db = db_of(cx);
    if (!db)
        return false;
    if (db->in_transaction)
        return bug(cx, "DDL inside a transaction would commit it");
    sql_once(q);
    if (!become_patient(cx, db))
        return false;
    if (!connection_define(db, true, &f))
        return fault_throw(cx, db, &f, STR_NONE);
    if (!run(cx, q))
        return false;
    statement_end(db);
    return true;
}

struct str db_violated_key(const struct ctx *cx)
{
    return cx->db ? cx->db->violated_key : STR_NONE;
}
