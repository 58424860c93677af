/* Enrolling: one Enrollment for a user and a bootcamp, however many ask for it at once. */
#include "enroll.h"

enum { AS_SYSTEM = SAVE_AS_SYSTEM | SAVE_NO_VERSION };

bool user_lock(struct ctx *cx, struct str user)
{
    struct sql *q = sql_new(cx);
    struct str stored = STR_NONE;
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "User");
    sql_add(q, " WHERE name = ");
    sql_text(q, user);
    sql_add(q, " FOR UPDATE");
    if (!db_begin(cx))
        return false;
    if (!db_first_text(cx, q, &stored) && !failed(cx))
        throw(cx, &DoesNotExistError, "%s %.*s not found", "User", STR_ARG(user));
    return !failed(cx);
}

/* A locking read: it sees what others committed after this transaction began. */
static bool find(struct ctx *cx, struct str user, struct str bootcamp, struct str *name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " WHERE user = ");
    sql_text(q, user);
    sql_add(q, " AND bootcamp = ");
    sql_text(q, bootcamp);
    sql_add(q, " FOR UPDATE");
    *name = STR_NONE;
    db_first_text(cx, q, name);
    return !failed(cx);
}

static bool gives_access(struct ctx *cx, const struct doc *enrollment)
{
    struct str status = doc_text(enrollment, "status"), expires = doc_text(enrollment, "expires_on");
    bool open = str_is(status, "Active") || str_is(status, "Completed");
    return open && (!expires.n || str_compare(expires, call_today(cx)) >= 0);
}

static struct doc *come_back(struct ctx *cx, struct doc *enrollment, const char *source, enum enrolled *how)
{
    if (gives_access(cx, enrollment))
        return enrollment;
    if (!strcmp(source, "Free"))
        return throw(cx, &ValidationError, "Your access to this bootcamp has ended. Ask the school to open it again.");
    *how = ENROLLED_AGAIN;
    doc_set_text(enrollment, "status", STR("Active"));
    doc_set_null(enrollment, "expires_on");
    return doc_save(cx, enrollment, AS_SYSTEM) ? enrollment : NULL;
}

struct doc *enroll_since(struct ctx *cx, struct str user, struct str bootcamp, const char *source, struct str since,
                         enum enrolled *how)
{
    struct str name;
    *how = ENROLLED_ALREADY;
    if (!user_lock(cx, user) || !find(cx, user, bootcamp, &name))
        return NULL;
    if (name.n) {
        struct doc *stored = doc_load_for_update(cx, doc_type(cx, STR("Enrollment")), name);
        return stored ? come_back(cx, stored, source, how) : NULL;
    }
    struct doc *enrollment = doc_new_named(cx, "Enrollment");
    if (!enrollment)
        return NULL;
    *how = ENROLLED_NEW;
    doc_set_text(enrollment, "user", user);
    doc_set_text(enrollment, "bootcamp", bootcamp);
    doc_set_text(enrollment, "source", str_of(source));
    if (since.n)
        doc_set_text(enrollment, "enrolled_on", since);
    return doc_insert(cx, enrollment, AS_SYSTEM) ? enrollment : NULL;
}

struct doc *enroll_how(struct ctx *cx, struct str user, struct str bootcamp, const char *source, enum enrolled *how)
{
    return enroll_since(cx, user, bootcamp, source, STR_NONE, how);
}

struct doc *lms_enroll(struct ctx *cx, struct str user, struct str bootcamp, const char *source)
{
    enum enrolled how;
    return enroll_how(cx, user, bootcamp, source, &how);
}

struct decimal percent_completed(int64_t completed, int64_t total)
{
    struct decimal percent = DECIMAL_INT(0);
    int64_t most = completed < total ? completed : total;
    if (total <= 0 || !decimal_divide(DECIMAL_INT(most * 100), DECIMAL_INT(total), 2, ROUND_COMMERCIAL, &percent))
        return DECIMAL_INT(0);
    return percent;
}

bool lms_enrollment_of(struct ctx *cx, struct str user, struct str bootcamp, struct str *name)
{
    if (!find(cx, user, bootcamp, name) || name->n)
        return !failed(cx);
    return throw(cx, &DoesNotExistError, "%.*s is not enrolled in %.*s.", STR_ARG(user), STR_ARG(bootcamp));
}
