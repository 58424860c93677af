/* My enrollments: what the caller learns, and where they stopped. */
#include "card_priv.h"
#include "lms.h"

enum { MOST = 200 };

/* With the last lesson's address where it is still there and shown. */
static struct sql *find(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT e.name, e.bootcamp, e.status, e.last_lesson, e.lessons_completed, b.total_lessons, b.title, "
               "b.image, b.language, b.slug, c.slug, l.slug FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " AS e JOIN ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " AS b ON b.name = e.bootcamp LEFT JOIN ");
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " AS l ON l.name = e.last_lesson AND l.published = 1 AND l.bootcamp = e.bootcamp LEFT JOIN ");
    sql_doctype(q, "LMS Course");
    sql_add(q, " AS c ON c.name = l.parent WHERE e.user = ");
    sql_text(q, cx->user->name);
    if (!sql_only_visible(cx, q, "LMS Bootcamp", "b"))
        return NULL;
    sql_add(q, " ORDER BY e.modified DESC, e.name LIMIT ");
    sql_int(q, MOST);
    return q;
}

static void read_row(struct ctx *cx, struct rows *rows, struct enrollment_row *row, struct str *language)
{
    struct str *const texts[] = { &row->enrollment, &row->bootcamp, &row->status, &row->last_lesson };
    for (unsigned i = 0; i < countof(texts); i++)
        *texts[i] = str_copy(cx->arena, rows_text(rows, i));
    row->total = rows_int(rows, 5);
    row->completed = rows_int(rows, 4) < row->total ? rows_int(rows, 4) : row->total;
    row->percent = percent_completed(row->completed, row->total);
    row->title = str_copy(cx->arena, rows_text(rows, 6));
    row->image = str_copy(cx->arena, rows_text(rows, 7));
    *language = str_copy(cx->arena, rows_text(rows, 8));
    struct str course = rows_text(rows, 10);
    row->continue_url = place_url(cx, rows_text(rows, 9), course, course.n ? rows_text(rows, 11) : STR_NONE);
}

static bool translate(struct ctx *cx, struct enrollment_row *rows, const struct str *languages_of, size_t count,
                      struct str language)
{
    struct str *foreign = arena_array(cx->arena, count, sizeof *foreign);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!str_eq_nocase(languages_of[i], language))
            foreign[n++] = rows[i].bootcamp;
    struct translations *texts = translations_of(cx, "LMS Bootcamp", foreign, n, language);
    for (size_t i = 0; texts && i < count; i++)
        rows[i].title = translated(texts, "LMS Bootcamp", rows[i].bootcamp, "title", rows[i].title);
    return texts != NULL;
}

bool lms_my_enrollments(struct ctx *cx, struct str language, struct enrollment_row **out, size_t *count)
{
    *out = arena_array(cx->arena, MOST, sizeof **out);
    *count = 0;
    if (user_is_guest(cx->user))
        return true;
    call_depends(cx, "Enrollment");
    struct str *languages_of = arena_array(cx->arena, MOST, sizeof *languages_of);
    struct sql *q = find(cx);
    struct rows *rows = q ? db_run(cx, q) : NULL;
    if (!rows)
        return false;
    while (*count < MOST && rows_next(rows)) {
        read_row(cx, rows, &(*out)[*count], &languages_of[*count]);
        ++*count;
    }
    rows_close(rows);
    return !failed(cx) && translate(cx, *out, languages_of, *count, language.n ? language : cx->lang);
}
