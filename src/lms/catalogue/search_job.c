/* The whole index of the search, brought up to date by a job: after an update of the program, and every night, when it
 * finds nothing to do or says so. */
#include "search_priv.h"
#include "work.h"

enum { BATCH = 100 };

static bool go_on(struct ctx *cx, size_t doctype, struct str after)
{
    json_t *args = json_pack("{s:i, s:s%}", "doctype", (int)doctype, "after", after.p ? after.p : "", after.n);
    bool done = job_enqueue(cx, "search.index", &(struct job_order){ .args = args });
    json_decref(args);
    return done;
}

static size_t next_names(struct ctx *cx, const struct searched *of, struct str after, struct str names[BATCH])
{
    size_t count = 0;
    struct rows *rows = doc_rows(cx, &(struct find){ .doctype = of->doctype,
                                                     .fields = "name",
                                                     .where = FIND({ "name", ">", after }),
                                                     .order = "name asc",
                                                     .length = BATCH,
                                                     .unchecked = true });
    while (rows && rows_next(rows) && count < BATCH)
        names[count++] = str_copy(cx->arena, rows_text(rows, 0));
    if (rows)
        rows_close(rows);
    return count;
}

/* Rows of documents that went without a word, as by a merge. */
static bool sweep(struct ctx *cx, const struct searched *of)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_search");
    sql_add(q, " WHERE document_type = ");
    sql_text(q, str_of(of->doctype));
    sql_add(q, " AND document_name NOT IN (SELECT name FROM ");
    sql_doctype(q, of->doctype);
    sql_add(q, ")");
    sql_limit(q, 60000);
    return db_change(cx, q) >= 0;
}

static bool run(struct ctx *cx, struct job_run *job)
{
    size_t doctype = (size_t)json_integer_value(json_object_get(job->args, "doctype")), written = 0;
    struct str names[BATCH];
    if (doctype >= searched_count)
        return true;
    const struct searched *of = &searched[doctype];
    if (!search_covers(cx->site, of))
        return go_on(cx, doctype + 1, STR_NONE);
    size_t count = next_names(cx, of, json_get_str(job->args, "after"), names);
    for (size_t i = 0; i < count && !failed(cx); i++)
        search_index_document(cx, of, names[i], &written);
    if (failed(cx))
        return false;
    if (written) {
        log_say(LOG_INFO, "search.index", "%zu texts were brought up to date", written);
        call_changes(cx, of->doctype);
    }
    if (count == BATCH)
        return go_on(cx, doctype, names[count - 1]);
    return sweep(cx, of) && go_on(cx, doctype + 1, STR_NONE);
}

JOB(search_index)
= { .name = "search.index", .run = run, .about = "Brings the index of the search up to date." };

static bool check(struct ctx *cx, struct job_run *job)
{
    (void)job;
    return go_on(cx, 0, STR_NONE);
}

JOB(search_check)
= {
    .name = "search.check", .run = check, .daily = true, .hour = 3, .about = "Compares the search with what is stored."
};
