/* A bootcamp's tree from its files: which document a file stands for, what of it changed, in what order it stands. */
#include "importer.h"

#include "json_edit.h"

enum file_state importer_state(const struct importer *im, struct str path, struct str bytes)
{
    const struct import_file *known = map_get(&im->known, path);
    if (!known)
        return FILE_NEW;
    return str_eq(known->sha256, sha256_hex(im->cx->arena, bytes)) ? FILE_SAME : FILE_CHANGED;
}

bool importer_apply(struct importer *im, struct doc *doc, const struct mapping *m, const json_t *now,
                    const json_t *then, struct str path)
{
    struct ctx *cx = im->cx;
    for (; m->key; m++) {
        const json_t *wanted = json_at(now, m->key), *before = json_at(then, m->key);
        if (then && ((!wanted && !before) || json_equal(wanted, before)))
            continue;
        if (!wanted && !then)
            continue;
        if (mapping_agrees(cx, doc, m, wanted))
            continue;
        if (then && !mapping_agrees(cx, doc, m, before))
            problem_add(&im->notes, path, 0, "%s changed here and in the school: the file wins", m->key);
        if (!wanted || json_is_null(wanted))
            doc_set_null(doc, m->field);
        else if (!doc_set_json(cx, doc, m->field, wanted))
            return false;
    }
    return true;
}

/* ---- finding what a file stands for ---------------------------------------------------------------------------------- */

static void know_rows(struct importer *im, const struct doc *parent, const char *table)
{
    const struct doc_rows *rows = doc_table(parent, table);
    for (size_t i = 0; i < rows->count; i++) {
        map_put(&im->rows, rows->rows[i]->name, rows->rows[i]);
        if (strcmp(table, "courses") == 0)
            know_rows(im, rows->rows[i], "lessons");
    }
}

static struct doc *by_path(struct importer *im, struct str path)
{
    const struct import_file *known = map_get(&im->known, path);
    return known ? map_get(&im->rows, known->document_name) : NULL;
}

/* A row of the parent with this slug that no file stands for yet: a file renumbered, or a row made over REST. */
static struct doc *by_slug(struct importer *im, const struct doc *parent, const char *table, struct str slug)
{
    const struct doc_rows *rows = doc_table(parent, table);
    for (size_t i = 0; i < rows->count; i++)
        if (str_eq(doc_text(rows->rows[i], "slug"), slug) && !map_has(&im->claimed, rows->rows[i]->name))
            return rows->rows[i];
    return NULL;
}

/* The row a file stands for; a new one where there is none. */
static struct doc *row_of(struct importer *im, struct doc *parent, const char *table, struct str path, struct str slug)
{
    struct doc *row = by_path(im, path);
    if (!row || map_has(&im->claimed, row->name))
        row = by_slug(im, parent, table, slug);
    if (row) {
        map_put(&im->claimed, row->name, row);
    } else {
        row = doc_add_row(im->cx, parent, table);
        if (row)
            doc_set_text(row, "slug", slug);
    }
    if (row)
        map_put(&im->documents, path, row);
    return row;
}

/* ---- order --------------------------------------------------------------------------------------------------------------- */

struct order {
    struct doc **rows;
    size_t count;
};

static bool in_order(const struct order *o, const struct doc *row)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->rows[i] == row)
            return true;
    return false;
}

static bool file_is_gone(const struct importer *im, struct str row_name)
{
    for (size_t i = 0; i < im->known.count; i++) {
        const struct import_file *known = im->known.entries[i].value;
        if (str_eq(known->document_name, row_name) && !folder_file(im->source->files, known->path))
            return true;
    }
    return false;
}

/* Rows no file stands for: made over REST, they stay, at the end; with their file gone they are reported, and removed
 * when pruning. */
static void keep_others(struct importer *im, const struct doc *parent, const char *table, struct order *o)
{
    const struct doc_rows *rows = doc_table(parent, table);
    for (size_t i = 0; i < rows->count; i++) {
        struct doc *row = rows->rows[i];
        if (in_order(o, row) || map_has(&im->claimed, row->name))
            continue;
        if (!file_is_gone(im, row->name) || !im->prune)
            o->rows[o->count++] = row;
    }
}

static struct order order_new(struct importer *im, const struct doc *parent, const char *table, size_t files)
{
    size_t most = files + doc_table(parent, table)->count;
    return (struct order){ .rows = arena_array(im->cx->arena, most + 1, sizeof(struct doc *)) };
}

/* ---- lessons --------------------------------------------------------------------------------------------------------------- */

/* The file's values at the last import, from its stored header. */
static const json_t *values_then(struct importer *im, struct str path)
{
    const struct import_file *known = map_get(&im->known, path);
    struct problems ignored = problems_new(im->cx->arena);
    struct lesson_file f;
    return known && lesson_file_read(im->cx->arena, path, known->bytes, &f, &ignored) ? f.values : NULL;
}

static bool was_whole(struct importer *im, const struct import_file *known, struct str body)
{
    struct buf whole = buf_new(im->cx->arena, 64 << 20);
    buf_add(&whole, known->bytes);
    buf_add(&whole, body);
    return str_eq(sha256_hex(im->cx->arena, buf_str(&whole)), known->sha256);
}

/* The body is compared through the whole file's hash: the last body is not kept twice. */
static void apply_body(struct importer *im, struct doc *lesson, const struct lesson_file *f)
{
    const struct import_file *known = map_get(&im->known, f->path);
    struct str stored = doc_text(lesson, "content");
    if (str_eq(stored, f->body) || (known && was_whole(im, known, f->body)))
        return;
    if (known && !was_whole(im, known, stored))
        problem_add(&im->notes, f->path, 0, "the body changed here and in the school: the file wins");
    doc_set_text(lesson, "content", f->body);
}

static bool build_lesson(struct importer *im, struct doc *course, const struct lesson_source *l, struct order *o)
{
    struct doc *lesson = row_of(im, course, "lessons", l->file.path, l->slug);
    if (!lesson)
        return false;
    o->rows[o->count++] = lesson;
    const struct file *file = folder_file(im->source->files, l->file.path);
    if (importer_state(im, file->path, file->bytes) == FILE_SAME)
        return true;
    apply_body(im, lesson, &l->file);
    return importer_apply(im, lesson, lesson_mapping, l->file.values, values_then(im, l->file.path), l->file.path);
}

/* ---- courses and the root ---------------------------------------------------------------------------------------------------- */

static const json_t *json_then(struct importer *im, struct str path)
{
    const struct import_file *known = map_get(&im->known, path);
    struct str why;
    return known ? json_read(im->cx->arena, known->bytes, &json_limits_default, &why) : NULL;
}

static bool build_course(struct importer *im, const struct course_source *c, struct order *o)
{
    struct doc *course = row_of(im, im->root, "courses", c->path, c->slug);
    if (!course)
        return false;
    o->rows[o->count++] = course;
    if (importer_state(im, c->path, c->bytes) != FILE_SAME &&
        !importer_apply(im, course, course_mapping, c->meta, json_then(im, c->path), c->path))
        return false;
    struct order lessons = order_new(im, course, "lessons", c->lesson_count);
    for (size_t i = 0; i < c->lesson_count; i++)
        if (!build_lesson(im, course, &c->lessons[i], &lessons))
            return false;
    keep_others(im, course, "lessons", &lessons);
    doc_set_rows(course, "lessons", lessons.rows, lessons.count);
    return true;
}

static bool ensure_item(struct importer *im)
{
    struct ctx *cx = im->cx;
    struct str code = doc_text(im->root, "item_code");
    struct str stored;
    if (!code.n || doc_exists(cx, "Item", code, &stored))
        return !failed(cx);
    struct doc *item = failed(cx) ? NULL : doc_new_named(cx, "Item");
    if (!item)
        return false;
    doc_set_text(item, "item_code", code);
    doc_set_text(item, "item_name", doc_text(im->root, "title"));
    doc_set_decimal(item, "standard_rate", doc_decimal(im->root, "price"));
    doc_set_text(item, "lms_type", STR("bootcamp"));
    return doc_insert(cx, item, SAVE_AS_SYSTEM);
}

static bool find_root(struct importer *im)
{
    struct ctx *cx = im->cx;
    const struct doctype *type = doc_type(cx, STR("LMS Bootcamp"));
    const struct import_file *known = map_get(&im->known, im->source->path);
    struct str name;
    bool there = type && ((known && doc_exists(cx, type->name, known->document_name, &name)) ||
                          doc_exists(cx, type->name, im->source->folder, &name));
    if (!type || failed(cx))
        return false;
    im->root = there ? doc_load_for_update(cx, type, name) : doc_new(cx, type);
    if (!im->root)
        return false;
    if (there)
        know_rows(im, im->root, "courses");
    else
        doc_set_text(im->root, "slug", im->source->folder);
    return true;
}

bool importer_build(struct importer *im)
{
    const struct bootcamp_source *b = im->source;
    if (!find_root(im))
        return false;
    map_put(&im->documents, b->path, im->root);
    if (importer_state(im, b->path, b->bytes) != FILE_SAME &&
        !importer_apply(im, im->root, bootcamp_mapping, b->meta, json_then(im, b->path), b->path))
        return false;
    struct order courses = order_new(im, im->root, "courses", b->course_count);
    for (size_t i = 0; i < b->course_count; i++)
        if (!build_course(im, &b->courses[i], &courses))
            return false;
    keep_others(im, im->root, "courses", &courses);
    doc_set_rows(im->root, "courses", courses.rows, courses.count);
    return ensure_item(im);
}
