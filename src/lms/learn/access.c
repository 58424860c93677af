/* Access: which bootcamps are public, and which the caller may enter. Said once as conditions, for rules in memory and
 * in SQL alike. */
#include "access_priv.h"
#include "lms.h"

/* ---- what rules look up, once per call ------------------------------------------------------------------------------ */
/* The name of the tree's bootcamp: of a row in memory from its root, else from the field. */
static struct str bootcamp_of(const struct doc *doc)
{
    const struct doc *root = doc;
    while (root->up)
        root = root->up;
    return str_is(str_of(root->type->name), "LMS Bootcamp") ? root->name : doc_text(doc, "bootcamp");
}

/* ---- published ------------------------------------------------------------------------------------------------------ */
static struct str published_key(struct ctx *cx, struct str bootcamp)
{
    return str_printf(cx->arena, "published %.*s", STR_ARG(bootcamp));
}

void access_remember_published(struct ctx *cx, struct str bootcamp, bool published)
{
    static const bool yes = true, no = false;
    map_put(ctx_memo(cx), published_key(cx, bootcamp), (void *)(published ? &yes : &no));
}

static bool is_published(struct ctx *cx, const struct doc *doc)
{
    struct str bootcamp = bootcamp_of(doc), published = STR_NONE;
    const bool *known = map_get(ctx_memo(cx), published_key(cx, bootcamp));
    if (known)
        return *known;
    call_depends(cx, "LMS Bootcamp");
    if (!doc_get(cx, "LMS Bootcamp", bootcamp, "published", &published))
        return false;
    access_remember_published(cx, bootcamp, str_is(published, "1"));
    return str_is(published, "1");
}

static void published_where(struct ctx *cx, struct sql *q, const char *alias)
{
    call_depends(cx, "LMS Bootcamp");
    sql_add(q, "EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " AS pb WHERE pb.name = ");
    sql_column(q, alias, "bootcamp");
    sql_add(q, " AND pb.published = 1)");
}

const struct condition in_published_bootcamp = { "in_published_bootcamp", is_published, published_where };

/* ---- preview -------------------------------------------------------------------------------------------------------- */
static bool is_free(struct ctx *cx, const struct doc *lesson)
{
    (void)cx;
    return doc_true(lesson, "is_free_preview");
}

static void free_where(struct ctx *cx, struct sql *q, const char *alias)
{
    (void)cx;
    sql_column(q, alias, "is_free_preview");
    sql_add(q, " = 1");
}

const struct condition is_preview = { "is_preview", is_free, free_where };

/* ---- enrolled ------------------------------------------------------------------------------------------------------- */
static struct sql *find_enrollment(struct ctx *cx, struct str bootcamp)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name, status, last_lesson, lessons_completed, lessons_total, "
               "status IN ('Active', 'Completed') AND (expires_on IS NULL OR expires_on >= ");
    sql_text(q, call_today(cx));
    sql_add(q, ") FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " WHERE user = ");
    sql_text(q, cx->user->name);
    sql_add(q, " AND bootcamp = ");
    sql_text(q, bootcamp);
    return q;
}

/* An answer that depends on today may not outlive the school's day. */
static void until_midnight(struct ctx *cx)
{
    const int64_t day_us = INT64_C(86400) * 1000000;
    int64_t local_us = call_local_us(cx);
    call_fresh_until(cx, cx->now_us + day_us - local_us % day_us);
}

static struct enrollment_facts *look_up(struct ctx *cx, struct str bootcamp)
{
    struct enrollment_facts *facts = arena_new_of(cx->arena, struct enrollment_facts);
    struct rows *rows = db_run(cx, find_enrollment(cx, bootcamp));
    if (!rows)
        return NULL;
    if (rows_next(rows)) {
        facts->name = str_copy(cx->arena, rows_text(rows, 0));
        facts->status = str_copy(cx->arena, rows_text(rows, 1));
        facts->last_lesson = str_copy(cx->arena, rows_text(rows, 2));
        facts->completed = rows_int(rows, 3);
        facts->total = rows_int(rows, 4);
        facts->access = rows_int(rows, 5) == 1;
    }
    rows_close(rows);
    return failed(cx) ? NULL : facts;
}

bool lms_enrollment(struct ctx *cx, struct str bootcamp, struct enrollment_facts *out)
{
    *out = (struct enrollment_facts){ 0 };
    if (user_is_guest(cx->user) || !bootcamp.n)
        return true;
    call_depends(cx, "Enrollment");
    until_midnight(cx);
    struct str key = str_printf(cx->arena, "enrolled %.*s %.*s", STR_ARG(cx->user->name), STR_ARG(bootcamp));
    struct enrollment_facts *known = map_get(ctx_memo(cx), key);
    if (!known) {
        if (!(known = look_up(cx, bootcamp)))
            return false;
        map_put(ctx_memo(cx), key, known);
    }
    *out = *known;
    return true;
}

bool lms_has_access(struct ctx *cx, struct str bootcamp)
{
    struct enrollment_facts facts;
    return lms_enrollment(cx, bootcamp, &facts) && facts.access;
}

static bool is_enrolled(struct ctx *cx, const struct doc *doc)
{
    return lms_has_access(cx, bootcamp_of(doc));
}

static void enrolled_where(struct ctx *cx, struct sql *q, const char *alias)
{
    call_depends(cx, "Enrollment");
    until_midnight(cx);
    sql_add(q, "EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " AS en WHERE en.user = ");
    sql_text(q, cx->user->name);
    sql_add(q, " AND en.bootcamp = ");
    sql_column(q, alias, "bootcamp");
    sql_add(q, " AND en.status IN ('Active', 'Completed') AND (en.expires_on IS NULL OR en.expires_on >= ");
    sql_text(q, call_today(cx));
    sql_add(q, "))");
}

const struct condition enrolled_with_access = { "enrolled_with_access", is_enrolled, enrolled_where };
