/* The outline: a bootcamp's tree without bodies, with what the caller may open and has completed. Five statements,
 * whatever the number of lessons. */
#include "access_priv.h"
#include "card_priv.h"

static struct str copied(struct ctx *cx, struct rows *rows, unsigned column)
{
    return str_copy(cx->arena, rows_text(rows, column));
}

/* ---- the bootcamp --------------------------------------------------------------------------------------------------- */
static struct sql *find_bootcamp(struct ctx *cx, struct str name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    card_columns(q);
    sql_add(q, ", b.description, b.license, b.attribution, b.source_url, b.item_code, b.published_on, b.modified, "
               "b.published FROM ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " AS b WHERE b.name = ");
    sql_text(q, name);
    return sql_only_visible(cx, q, "LMS Bootcamp", "b") ? q : NULL;
}

static bool read_bootcamp(struct ctx *cx, struct str name, struct outline *outline)
{
    struct sql *q = find_bootcamp(cx, name);
    struct rows *rows = q ? db_run(cx, q) : NULL;
    if (!rows)
        return false;
    if (!rows_next(rows)) {
        rows_close(rows);
        if (failed(cx))
            return false;
        return throw(cx, &DoesNotExistError, "%s %.*s not found", "LMS Bootcamp", STR_ARG(name));
    }
    card_read(cx, rows, &outline->card);
    struct str *const texts[] = { &outline->description, &outline->license,   &outline->attribution,
                                  &outline->source_url,  &outline->item_code, &outline->published_on,
                                  &outline->modified };
    for (unsigned i = 0; i < countof(texts); i++)
        *texts[i] = copied(cx, rows, CARD_COLUMNS + i);
    outline->published = rows_int(rows, CARD_COLUMNS + countof(texts)) == 1;
    rows_close(rows);
    access_remember_published(cx, outline->card.name, outline->published);
    return !failed(cx);
}

/* ---- courses -------------------------------------------------------------------------------------------------------- */
static struct sql *find_courses(struct ctx *cx, struct str bootcamp)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT c.name, c.slug, c.title, c.description, c.license, c.attribution, c.source_url FROM ");
    sql_doctype(q, "LMS Course");
    sql_add(q, " AS c WHERE c.bootcamp = ");
    sql_text(q, bootcamp);
    if (!sql_only_visible(cx, q, "LMS Course", "c"))
        return NULL;
    sql_add(q, " ORDER BY c.idx, c.name");
    return q;
}

static void *grown(struct arena *arena, void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    *room = *room ? *room * 2 : 16;
    void *more = arena_array(arena, *room, size);
    if (count)
        memcpy(more, old, count * size);
    return more;
}

static bool read_courses(struct ctx *cx, struct outline *outline)
{
    struct sql *q = find_courses(cx, outline->card.name);
    struct rows *rows = q ? db_run(cx, q) : NULL;
    if (!rows)
        return false;
    for (size_t room = 0; rows_next(rows); outline->count++) {
        outline->courses = grown(cx->arena, outline->courses, outline->count, &room, sizeof *outline->courses);
        struct outline_course *course = &outline->courses[outline->count];
        *course = (struct outline_course){ 0 };
        struct str *const texts[] = { &course->name,    &course->slug,        &course->title,     &course->description,
                                      &course->license, &course->attribution, &course->source_url };
        for (unsigned i = 0; i < countof(texts); i++)
            *texts[i] = copied(cx, rows, i);
    }
    rows_close(rows);
    return !failed(cx);
}

/* ---- lessons -------------------------------------------------------------------------------------------------------- */
static struct sql *find_lessons(struct ctx *cx, const struct outline *outline)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT l.parent, l.name, l.slug, l.title, l.content_type, l.duration_minutes, l.video_seconds, "
               "l.is_free_preview, l.published, EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "Enrollment Lesson");
    sql_add(q, " AS e WHERE e.lesson = l.name AND e.parent = ");
    sql_text(q, outline->enrolled.name);
    sql_add(q, ") FROM ");
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " AS l WHERE l.bootcamp = ");
    sql_text(q, outline->card.name);
    if (!sql_only_visible(cx, q, "LMS Lesson", "l"))
        return NULL;
    sql_add(q, " ORDER BY l.parent, l.idx, l.name");
    return q;
}

static struct outline_course *course_named(const struct outline *outline, struct str name)
{
    for (size_t i = 0; i < outline->count; i++)
        if (str_eq(outline->courses[i].name, name))
            return &outline->courses[i];
    return NULL;
}

static void read_lesson(struct ctx *cx, struct rows *rows, struct outline_lesson *lesson)
{
    *lesson = (struct outline_lesson){
        .name = copied(cx, rows, 1),
        .slug = copied(cx, rows, 2),
        .title = copied(cx, rows, 3),
        .content_type = copied(cx, rows, 4),
        .duration_minutes = rows_int(rows, 5),
        .video_seconds = rows_int(rows, 6),
        .is_free_preview = rows_int(rows, 7) == 1,
        .published = rows_int(rows, 8) == 1,
        .completed = rows_int(rows, 9) == 1,
    };
}

/* Lessons come course by course: the room of the current one is enough to know. */
static bool read_lessons(struct ctx *cx, struct outline *outline)
{
    struct sql *q = find_lessons(cx, outline);
    struct rows *rows = q ? db_run(cx, q) : NULL;
    if (!rows)
        return false;
    struct outline_course *course = NULL;
    size_t room = 0;
    while (rows_next(rows)) {
        struct outline_course *of = course_named(outline, rows_text(rows, 0));
        if (!of)
            continue;
        room = of == course ? room : 0;
        course = of;
        course->lessons = grown(cx->arena, course->lessons, course->count, &room, sizeof *course->lessons);
        struct outline_lesson *lesson = &course->lessons[course->count++];
        read_lesson(cx, rows, lesson);
        lesson->url = place_url(cx, outline->card.slug, course->slug, lesson->slug);
        course->duration_minutes += lesson->duration_minutes;
    }
    rows_close(rows);
    return !failed(cx);
}

/* ---- what the caller may open ------------------------------------------------------------------------------------------ */
/* Asks the rules of LMS Lesson, with one document that takes the shape of each lesson in turn. */
static bool mark_readable(struct ctx *cx, struct outline *outline)
{
    const struct doctype *type = doc_type(cx, STR("LMS Lesson"));
    if (!type)
        return false;
    const struct field *content = doc_field(type, STR("content"));
    struct doc *shape = doc_new(cx, type);
    shape->is_new = false;
    doc_set_text(shape, "bootcamp", outline->card.name);
    for (size_t c = 0; c < outline->count; c++) {
        for (size_t i = 0; i < outline->courses[c].count; i++) {
            struct outline_lesson *lesson = &outline->courses[c].lessons[i];
            shape->name = lesson->name;
            doc_set_int(shape, "is_free_preview", lesson->is_free_preview);
            doc_set_int(shape, "published", lesson->published);
            lesson->readable = perm_reads_field(cx, type, content, shape);
            if (lesson->readable && !outline->first_open.n)
                outline->first_open = lesson->url;
        }
    }
    return !failed(cx);
}

static bool translate(struct ctx *cx, struct outline *outline, struct str language)
{
    if (str_eq_nocase(language, outline->card.language))
        return true;
    struct translations *texts = translations_of_tree(cx, outline->card.name, language);
    if (!texts)
        return false;
    struct str own = outline->card.language;
    card_translate(texts, &outline->card, language);
    outline->description = translated_from(texts, "LMS Bootcamp", outline->card.name, "description",
                                           outline->description, own, &outline->description_foreign);
    for (size_t c = 0; c < outline->count; c++) {
        struct outline_course *course = &outline->courses[c];
        course->title =
            translated_from(texts, "LMS Course", course->name, "title", course->title, own, &course->title_foreign);
        course->description = translated_from(texts, "LMS Course", course->name, "description", course->description,
                                              own, &course->description_foreign);
        for (size_t i = 0; i < course->count; i++) {
            struct outline_lesson *lesson = &course->lessons[i];
            lesson->title =
                translated_from(texts, "LMS Lesson", lesson->name, "title", lesson->title, own, &lesson->title_foreign);
        }
    }
    return true;
}

struct outline *lms_outline(struct ctx *cx, struct str bootcamp, struct str language)
{
    struct outline *outline = arena_new_of(cx->arena, struct outline);
    if (!read_bootcamp(cx, bootcamp, outline) || !lms_enrollment(cx, outline->card.name, &outline->enrolled) ||
        !read_courses(cx, outline) || !read_lessons(cx, outline) || !mark_readable(cx, outline))
        return NULL;
    outline->enrolled.total = outline->card.total_lessons;
    return translate(cx, outline, language.n ? language : cx->lang) ? outline : NULL;
}
