/* errors: what the server's numbers mean to a caller. The only place that knows them. */
#include "connection.h"

enum shape {
    SAY,  /* the message, nothing else */
    TELL, /* and the log gets the server's own words */
};

struct meaning {
    unsigned number;
    const struct exc *kind;
    const char *message;
    enum shape shape;
    int retry_after_s;
};

#define OURS N_("Something went wrong on our side. The request id is in the log.")
#define AWAY N_("The database does not answer. Please try again in a moment.")
#define FULL N_("The database has no room left. Nothing was saved.")
#define SLOW_ N_("This took too long and was stopped. Please ask for less, or try again later.")
#define TWICE N_("Somebody else was changing the same data. Please try again.")
#define WRONG N_("A value does not fit its field.")
#define READS N_("This site is in read only mode. Changes are not possible at the moment.")

static const struct meaning meanings[] = {
    { 1040, &ServiceUnavailable, AWAY, TELL, 2 }, /* too many connections */
    { 1203, &ServiceUnavailable, AWAY, TELL, 2 },
    { 1226, &ServiceUnavailable, AWAY, TELL, 2 },
    { 1045, &ServiceUnavailable, AWAY, TELL, 30 }, /* our login is wrong: an operator's business */
    { 1698, &ServiceUnavailable, AWAY, TELL, 30 },
    { 2000, &InternalError, OURS, TELL, 0 },
    { 2002, &ServiceUnavailable, AWAY, TELL, 2 }, /* no such socket, nobody listening */
    { 2003, &ServiceUnavailable, AWAY, TELL, 2 },
    { 2005, &ServiceUnavailable, AWAY, TELL, 30 },
    { 2006, &ServiceUnavailable, AWAY, TELL, 2 }, /* gone */
    { 2008, &ServiceUnavailable, AWAY, TELL, 2 }, /* no memory */
    { 2012, &ServiceUnavailable, AWAY, TELL, 2 },
    { 2013, &ServiceUnavailable, AWAY, TELL, 2 }, /* lost in the middle */
    { 2014, &ServiceUnavailable, AWAY, TELL, 2 },
    { 5013, &ServiceUnavailable, AWAY, TELL, 2 }, /* the network: nothing to be read, nothing to be written */
    { 5014, &ServiceUnavailable, AWAY, TELL, 2 },
    { 1053, &ServiceUnavailable, AWAY, TELL, 2 },
    { 1152, &ServiceUnavailable, AWAY, TELL, 2 },
    { 1927, &ServiceUnavailable, AWAY, TELL, 2 },
    { 4031, &ServiceUnavailable, AWAY, TELL, 2 },
    { 1021, &ServiceUnavailable, FULL, TELL, 60 }, /* disk full */
    { 1114, &ServiceUnavailable, FULL, TELL, 60 }, /* table full */
    { 1290, &InReadOnlyMode, READS, TELL, 60 },    /* server runs with --read-only */
    { 1836, &InReadOnlyMode, READS, TELL, 60 },
    { 1792, &InReadOnlyMode, READS, TELL, 0 },    /* a write in a read-only session */
    { 1205, &QueryTimeoutError, TWICE, SAY, 1 },  /* waited too long for a lock */
    { 1317, &QueryTimeoutError, SLOW_, TELL, 1 }, /* killed */
    { 1969, &QueryTimeoutError, SLOW_, TELL, 1 }, /* max_statement_time */
    { 1213, &QueryDeadlockError, TWICE, SAY, 1 },
    { 1020, &QueryDeadlockError, TWICE, SAY, 1 }, /* row changed since it was read */
    { 1412, &QueryDeadlockError, TWICE, SAY, 1 }, /* table was altered meanwhile */
    { 1451, &LinkExistsError, N_("This is still linked from elsewhere and cannot be deleted."), SAY, 0 },
    { 1452, &LinkValidationError, N_("What this links to does not exist."), SAY, 0 },
    { 1153, &DataError, N_("A value is too big for the database."), SAY, 0 },
    { 2020, &DataError, N_("A value is too big for the database."), SAY, 0 },
    { 1264, &DataError, N_("A number is out of range."), SAY, 0 },
    { 1690, &DataError, N_("A number is out of range."), SAY, 0 },
    { 1365, &DataError, N_("A number is out of range."), SAY, 0 }, /* division by zero */
    { 1265, &DataError, WRONG, SAY, 0 },
    { 1292, &DataError, WRONG, SAY, 0 },
    { 1366, &DataError, WRONG, SAY, 0 },
    { 1367, &DataError, WRONG, SAY, 0 },
    { 1118, &ValidationError,
      N_("The fields do not fit in one row of the database. Make some of them Small Text, which takes less room in "
         "it."),
      SAY, 0 },
    { 1117, &ValidationError, N_("The table has too many columns."), SAY, 0 },
    { 1069, &ValidationError, N_("The table has too many indexes: a table has at most 64."), SAY, 0 },
    { 4025, &DataError, WRONG, SAY, 0 }, /* a CHECK, as of a JSON column */
};

static const struct meaning unforeseen = { 0, &InternalError, OURS, TELL, 0 };

static const struct meaning *find(unsigned number)
{
    for (size_t i = 0; i < countof(meanings); i++)
        if (meanings[i].number == number)
            return &meanings[i];
    return &unforeseen;
}

/* The text between the last two quotation marks: the server puts the name it speaks of there. */
static struct str last_quoted(struct arena *a, struct str text)
{
    size_t end = text.n;
    while (end && text.p[end - 1] != '\'')
        end--;
    size_t start = end ? end - 1 : 0;
    while (start && text.p[start - 1] != '\'')
        start--;
    return start ? str_copy(a, str_slice(text, start, end - 1)) : STR_NONE;
}

static struct str first_quoted(struct arena *a, struct str text)
{
    struct str before, name;
    bool found = str_cut(&text, '\'', &before) && str_cut(&text, '\'', &name);
    return found ? str_copy(a, name) : STR_NONE;
}

/* "Duplicate entry '…' for key '…'": the primary key is the document's name, another is a unique field or a set. */
static void *duplicate(struct ctx *cx, struct db *db, struct str text)
{
    struct str key = last_quoted(cx->arena, text);
    if (db)
        db->violated_key = key;
    if (str_is(key, "PRIMARY"))
        return throw(cx, &DuplicateEntryError, N_("A record with this name exists already."));
    return throw(cx, &UniqueValidationError, N_("%s must be unique: this value exists already."), key.p ? key.p : "");
}

static void *too_long(struct ctx *cx, struct str text)
{
    struct str column = first_quoted(cx->arena, text);
    return throw(cx, &CharacterLengthExceededError, N_("The value of %s is too long."), column.p ? column.p : "");
}

static void tell(const struct ctx *cx, const struct fault *f, struct str sql)
{
    struct log_line l;
    db_counters.errors++;
    log_begin(&l, LOG_ERROR, "db.error");
    log_text(&l, "request", cx->request_id);
    if (cx->tenant)
        log_text(&l, "database", str_of(cx->tenant->database));
    log_number(&l, "number", f->number);
    log_text(&l, "what", str_of(f->text));
    log_text(&l, "sql", sql); /* values are bound: the text holds none */
    log_end(&l);
}

void *fault_throw(struct ctx *cx, struct db *db, const struct fault *f, struct str sql)
{
    if (db && (f->number == 1213 || f->number == 1020 || fault_is_loss(f)))
        db->doomed = db->in_transaction;
    if (f->number == 1062)
        return duplicate(cx, db, str_of(f->text));
    if (f->number == 1406)
        return too_long(cx, str_of(f->text));
    const struct meaning *m = find(f->number);
    if (m->shape == TELL)
        tell(cx, f, sql);
    bool first = !failed(cx);
    throw(cx, m->kind, "%s", tr(cx, m->message));
    if (first)
        cx->err.retry_after_s = m->retry_after_s;
    return NULL;
}
