/* Enrollment: one student in one bootcamp, and how far they are. Counts and progress are columns of it, always those of
 * its completed lessons against the bootcamp's published ones. */
#include "core.h"
#include "doc.h"
#include "lms.h"

static const struct field fields[] = {
    { "user", LINK, .options = "User", .reqd = true, .set_only_once = true, .index = true, .in_list_view = true },
    { "bootcamp", LINK, .options = "LMS Bootcamp", .reqd = true, .set_only_once = true, .index = true,
      .in_list_view = true },
    { "status", SELECT, .options = "Active\nSuspended\nRevoked\nCompleted", .preset = "Active", .in_list_view = true },
    { "source", SELECT, .options = "Purchase\nFree\nManual\nImport", .preset = "Manual" },
    { "enrolled_on", DATETIME, .read_only = true, .server_managed = true },
    { "completed_on", DATETIME, .read_only = true, .server_managed = true },
    { "expires_on", DATE },
    { "progress", PERCENT, .read_only = true, .server_managed = true, .in_list_view = true },
    { "lessons_total", INT, .read_only = true, .server_managed = true },
    { "lessons_completed", INT, .read_only = true, .server_managed = true },
    { "last_lesson", LINK, .options = "LMS Lesson", .read_only = true, .server_managed = true },
    { "sales_invoice", LINK, .options = "Sales Invoice" },
    { "completed_lessons", TABLE, .options = "Enrollment Lesson", .read_only = true, .server_managed = true },
};

/* ---- counting ------------------------------------------------------------------------------------------------------- */
/* Published lessons of the bootcamp, and those of them that the student has completed. */
static struct sql *count_lessons(struct ctx *cx, const struct doc *enrollment)
{
    const struct doc_rows *done = doc_table(enrollment, "completed_lessons");
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*), COALESCE(SUM(name IN (''");
    for (size_t i = 0; i < done->count; i++) {
        sql_add(q, ", ");
        sql_text(q, doc_text(done->rows[i], "lesson"));
    }
    sql_add(q, ")), 0) FROM ");
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " WHERE published = 1 AND bootcamp = ");
    sql_text(q, doc_text(enrollment, "bootcamp"));
    sql_once(q);
    return q;
}

static bool count(struct ctx *cx, struct doc *enrollment)
{
    struct rows *rows = db_run(cx, count_lessons(cx, enrollment));
    if (!rows || !rows_next(rows))
        return false;
    int64_t total = rows_int(rows, 0), done = rows_int(rows, 1);
    rows_close(rows);
    doc_set_int(enrollment, "lessons_total", total);
    doc_set_int(enrollment, "lessons_completed", done);
    doc_set_decimal(enrollment, "progress", percent_completed(done, total));
    return true;
}

/* ---- status --------------------------------------------------------------------------------------------------------- */
static bool is_open(struct str status)
{
    return str_is(status, "Active") || str_is(status, "Completed");
}

/* Coming back from Suspended or Revoked gives what it was: Completed if it ever was, else Active. */
static void settle_status(struct ctx *cx, struct doc *enrollment)
{
    struct str status = doc_text(enrollment, "status");
    struct str was = enrollment->before ? doc_text(enrollment->before, "status") : STR_NONE;
    if (!is_open(status))
        return;
    if (was.n && !is_open(was))
        status = doc_is_set(enrollment, "completed_on") ? STR("Completed") : STR("Active");
    int64_t total = doc_int(enrollment, "lessons_total");
    bool all_done = total > 0 && doc_int(enrollment, "lessons_completed") == total;
    if (all_done && str_is(status, "Active") && !str_is(was, "Completed"))
        status = STR("Completed");
    if (str_is(status, "Completed") && !doc_is_set(enrollment, "completed_on"))
        doc_set_text(enrollment, "completed_on", call_now(cx));
    if (str_is(status, "Active"))
        doc_set_null(enrollment, "completed_on");
    doc_set_text(enrollment, "status", status);
}

static bool validate(struct ctx *cx, struct doc *enrollment)
{
    if (str_is(doc_text(enrollment, "user"), "Guest"))
        return throw(cx, &ValidationError, "Guest cannot be enrolled.");
    if (!doc_is_set(enrollment, "enrolled_on"))
        doc_set_text(enrollment, "enrolled_on", call_now(cx));
    if (!count(cx, enrollment))
        return false;
    settle_status(cx, enrollment);
    return true;
}

/* What rules looked up about enrollments is no longer true in this call. */
static bool on_update(struct ctx *cx, struct doc *enrollment)
{
    (void)enrollment;
    cx->memo = NULL;
    return true;
}

static bool after_insert(struct ctx *cx, struct doc *enrollment)
{
    struct str user = doc_text(enrollment, "user");
    return str_is(user, "Administrator") || core_user_role(cx, user, "Student", true);
}

static const struct condition own;

DOCTYPE(enrollment)
= {
    .name = "Enrollment",
    .module = "LMS",
    .search_fields = "user bootcamp",
    .about = "One student in one bootcamp, and how far they are.",
    FIELDS(fields),
    UNIQUE("user", "bootcamp"),
    PERMS({ "System Manager", ALL }, { "Instructor", READ }, { "All", READ }),
    ROWS({ "All", OWN("user") }, { "Instructor" }),
    FIELD_RULES({ "sales_invoice", "Student", &own }),
    NEEDS("user", "bootcamp", "status", "source", "enrolled_on", "completed_on", "expires_on", "progress",
          "lessons_total", "lessons_completed", "last_lesson", "completed_lessons"),
    .unprotected = "last_lesson",
    .allow_import = true,
    .track_changes = true,
    .validate = validate,
    .on_update = on_update,
    .after_delete = on_update,
    .after_insert = after_insert,
};

/* ---- the student's own ------------------------------------------------------------------------------------------------ */
static bool is_own(struct ctx *cx, const struct doc *enrollment)
{
    return str_eq_nocase(doc_text(enrollment, "user"), cx->user->name);
}

static void own_where(struct ctx *cx, struct sql *q, const char *alias)
{
    sql_column(q, alias, "user");
    sql_add(q, " = ");
    sql_text(q, cx->user->name);
}

static const struct condition own = { "own_enrollment", is_own, own_where };

PERSONAL(enrollments) = { .doctype = "Enrollment", .field = "user" };
