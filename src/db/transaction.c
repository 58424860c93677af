/* transaction: begin, commit, roll back; one savepoint. */
#include "connection.h"

bool db_begin(struct ctx *cx)
{
    struct fault f;
    if (cx->writing)
        return true;
    if (!cx->may_write)
        return throw(cx, &InReadOnlyMode,
                     N_("This site is in read only mode. Changes are not possible at the moment."));
    for (bool again = false;; again = true) {
        struct db *db = db_of(cx);
        if (!db)
            return false;
        if (db->reading)
            return bug(cx, "a transaction while a result is being read");
        if (connection_say(db, "START TRANSACTION READ WRITE", &f)) {
            db->in_transaction = cx->writing = true;
            return true;
        }
        if (again || !fault_is_loss(&f))
            return fault_throw(cx, db, &f, STR_NONE);
        connection_close(db); /* nothing was done on it yet */
    }
}

bool db_snapshot(struct ctx *cx)
{
    struct fault f;
    struct db *db = db_of(cx);
    if (!db || !become_patient(cx, db))
        return false;
    if (db->in_transaction)
        return bug(cx, "a read view within a transaction");
    if (!connection_say(db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", &f))
        return fault_throw(cx, db, &f, STR_NONE);
    return db->in_transaction = true;
}

static void end(struct ctx *cx)
{
    cx->db->in_transaction = cx->db->savepoint = cx->db->doomed = false;
    cx->writing = false;
}

/* The server may have committed before it, or the way to it, broke. */
static void *unknown(struct ctx *cx, const struct fault *f)
{
    log_say(LOG_ERROR, "db.commit_unknown", "error %u at COMMIT", f->number);
    end(cx);
    connection_close(cx->db);
    throw(cx, &ServiceUnavailable,
          N_("The connection broke while saving: the result is unknown. Please check before you try again."));
    cx->err.retry_after_s = 2;
    return NULL;
}

bool db_commit(struct ctx *cx)
{
    struct fault f;
    struct db *db = cx->db;
    if (!cx->writing)
        return true;
    statement_end(db);
    if (db->doomed) {
        db_rollback(cx);
        return throw(cx, &QueryDeadlockError, N_("Somebody else was changing the same data. Please try again."));
    }
    if (!connection_say(db, "COMMIT", &f)) {
        if (fault_is_loss(&f))
            return unknown(cx, &f);
        fault_throw(cx, db, &f, STR("COMMIT"));
        db_rollback(cx);
        return false;
    }
    end(cx);
    return true;
}

void db_rollback(struct ctx *cx)
{
    struct fault f;
    if (!cx->writing)
        return;
    statement_end(cx->db);
    if (!connection_say(cx->db, "ROLLBACK", &f))
        connection_close(cx->db); /* the server rolls back what it finds open */
    end(cx);
}

bool db_savepoint(struct ctx *cx)
{
    struct fault f;
    if (!db_begin(cx))
        return false;
    if (!connection_say(cx->db, "SAVEPOINT preau", &f))
        return fault_throw(cx, cx->db, &f, STR_NONE);
    return cx->db->savepoint = true;
}

bool db_rollback_to_savepoint(struct ctx *cx)
{
    struct fault f;
    if (!cx->writing || !cx->db->savepoint)
        return bug(cx, "no savepoint to go back to");
    if (cx->db->doomed)
        return false; /* the whole transaction is gone already */
    statement_end(cx->db);
    if (!connection_say(cx->db, "ROLLBACK TO SAVEPOINT preau", &f))
        return fault_throw(cx, cx->db, &f, STR_NONE);
    return true;
}
