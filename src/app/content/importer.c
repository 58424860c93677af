/* A bootcamp's tree from its files: what of each document changed, and in what order they stand. */
#include "importer.h"

#include "json_edit.h"

bool importer_apply(struct importer *im, struct doc *doc, const struct mapping *m, const json_t *now,
                    const json_t *then, struct str path)
{
    struct ctx *cx = im->cx;
    for (; m->key; m++) {
        const json_t *wanted = json_at(now, m->key), *before = json_at(then, m->key);
        bool unchanged = then && ((!wanted && !before) || json_equal(wanted, before));
        bool said = doc->is_new && m->preset; /* else an unset value would get the field's own preset */
        if (unchanged || (!wanted && !then) || (!said && mapping_agrees(cx, doc, m, wanted)))
            continue;
        if (then && !mapping_agrees(cx, doc, m, before))
            problem_add(&im->notes, path, 0, "%s changed here and in the school: the file wins", m->key);
        if (!mapping_apply(cx, doc, m, wanted))
            return false;
    }
    return true;
}

/* ---- the last import ------------------------------------------------------------------------------------------------------ */

const json_t *importer_head_then(struct importer *im, struct str path)
{
    const struct import_file *known = importer_known(im, path);
    struct problems ignored = problems_new(im->cx->arena);
    struct lesson_file f;
    return known && lesson_file_read(im->cx->arena, path, known->bytes, &f, &ignored) ? f.values : NULL;
}

const json_t *importer_json_then(struct importer *im, struct str path)
{
    const struct import_file *known = importer_known(im, path);
    struct str why;
    return known ? json_file_read(im->cx->arena, known->bytes, &why) : NULL;
}

bool importer_had_body(struct importer *im, const struct import_file *known, struct str body)
{
    struct buf whole = buf_new(im->cx->arena, 64 << 20);
    buf_add(&whole, known->bytes);
    buf_add(&whole, body);
    return str_eq(sha256_hex(im->cx->arena, buf_str(&whole)), known->sha256);
}

/* ---- order ------------------------------------------------------------------------------------------------------------------ */

/* A list of courses or lessons that changed in its file is put in the file's order, and takes rows from elsewhere; one
 * that did not keeps the school's order. */
struct order {
    struct importer *im;
    struct doc **rows;
    size_t count;
    struct map *placed; /* name → the document whose list it stands in */
};

static void place(struct order *o, struct doc *row)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->rows[i] == row)
            return;
    o->rows[o->count++] = row;
}

/* Rows that stand there now: all but those that another list took, and those whose file is gone when pruning. */
static void place_stored(struct order *o, struct doc *parent, const char *table)
{
    const struct doc_rows *rows = doc_table(parent, table);
    for (size_t i = 0; i < rows->count; i++) {
        struct doc *row = rows->rows[i];
        const struct doc *elsewhere = row->name.n ? map_get(o->placed, row->name) : NULL;
        if (elsewhere && elsewhere != parent)
            continue;
        if (row->name.n && o->im->prune && map_has(&o->im->gone, row->name))
            map_put(&o->im->pruned, row->name, row);
        else
            place(o, row);
    }
}

static struct order order_new(struct importer *im, const struct doc *parent, const char *table, size_t listed,
                              struct map *placed)
{
    size_t most = listed + doc_table(parent, table)->count;
    return (
        struct order){ .im = im, .rows = arena_array(im->cx->arena, most + 1, sizeof(struct doc *)), .placed = placed };
}

static bool list_changed(const struct importer *im, struct str path, struct str bytes, const json_t *now,
                         const json_t *then, const char *key)
{
    if (importer_state(im, path, bytes) == FILE_SAME && map_has(&im->known, path))
        return false;
    return !then || !json_equal(json_object_get(now, key), json_object_get(then, key));
}

static bool relists(struct importer *im, const struct course_source *c)
{
    return list_changed(im, c->path, c->bytes, c->meta, importer_json_then(im, c->path), "lessons");
}

static void order_lessons(struct importer *im, const struct course_source *c, struct doc *course, struct map *placed)
{
    struct order o = order_new(im, course, "lessons", c ? c->lesson_count : 0, placed);
    for (size_t i = 0; c && relists(im, c) && i < c->lesson_count; i++) {
        struct doc *lesson = map_get(&im->documents, c->lessons[i].file.path);
        if (lesson)
            place(&o, lesson);
    }
    place_stored(&o, course, "lessons");
    doc_set_rows(course, "lessons", o.rows, o.count);
}

static void place_listed(struct importer *im, struct map *placed)
{
    for (size_t i = 0; i < im->source->course_count; i++) {
        const struct course_source *c = &im->source->courses[i];
        struct doc *course = map_get(&im->documents, c->path);
        for (size_t j = 0; course && relists(im, c) && j < c->lesson_count; j++) {
            struct doc *lesson = map_get(&im->documents, c->lessons[j].file.path);
            if (lesson && lesson->name.n)
                map_put(placed, lesson->name, course);
        }
    }
}

static const struct course_source *source_of(const struct importer *im, const struct doc *course)
{
    for (size_t i = 0; i < im->source->course_count; i++)
        if (map_get(&im->documents, im->source->courses[i].path) == course)
            return &im->source->courses[i];
    return NULL;
}

static void order_all(struct importer *im)
{
    const struct bootcamp_source *b = im->source;
    struct map placed = map_new(im->cx->arena);
    struct order o = order_new(im, im->root, "courses", b->course_count, &placed);
    bool relisted = list_changed(im, b->path, b->bytes, b->meta, importer_json_then(im, b->path), "courses");
    place_listed(im, &placed);
    for (size_t i = 0; relisted && i < b->course_count; i++)
        if (map_has(&im->documents, b->courses[i].path))
            place(&o, map_get(&im->documents, b->courses[i].path));
    place_stored(&o, im->root, "courses");
    doc_set_rows(im->root, "courses", o.rows, o.count);
    for (size_t i = 0; i < o.count; i++)
        order_lessons(im, source_of(im, o.rows[i]), o.rows[i], &placed);
}

/* Lessons of a course that leaves, but for those that found another one. */
static void prune_below(struct importer *im)
{
    for (size_t i = 0; i < im->pruned.count; i++) {
        const struct doc *course = im->pruned.entries[i].value;
        if (strcmp(course->type->name, "LMS Course"))
            continue;
        const struct doc_rows *rows = doc_table(course, "lessons");
        for (size_t j = 0; j < rows->count; j++)
            if (rows->rows[j]->up == course)
                map_put(&im->pruned, rows->rows[j]->name, rows->rows[j]);
    }
}

/* ---- values ------------------------------------------------------------------------------------------------------------------ */

static void apply_body(struct importer *im, struct doc *lesson, const struct lesson_file *f)
{
    const struct import_file *known = lesson->is_new ? NULL : importer_known(im, f->path);
    struct str stored = doc_text(lesson, "content");
    if (str_eq(stored, f->body) || (known && importer_had_body(im, known, f->body)))
        return;
    if (known && !importer_had_body(im, known, stored))
        problem_add(&im->notes, f->path, 0, "the body changed here and in the school: the file wins");
    doc_set_text(lesson, "content", f->body);
}

static bool build_lesson(struct importer *im, const struct lesson_source *l)
{
    struct doc *lesson = map_get(&im->documents, l->file.path);
    const struct file *file = folder_file(im->source->files, l->file.path);
    if (!lesson || (!lesson->is_new && importer_state(im, file->path, file->bytes) == FILE_SAME))
        return true;
    apply_body(im, lesson, &l->file);
    return importer_apply(im, lesson, lesson_mapping, l->file.values,
                          lesson->is_new ? NULL : importer_head_then(im, l->file.path), l->file.path);
}

static bool build_json(struct importer *im, struct doc *doc, const struct mapping *m, struct str path, struct str bytes,
                       const json_t *meta)
{
    if (!doc || (!doc->is_new && importer_state(im, path, bytes) == FILE_SAME))
        return true;
    return importer_apply(im, doc, m, meta, doc->is_new ? NULL : importer_json_then(im, path), path);
}

/* A bootcamp whose file does not say how one enrolls follows its price: Free at 0, else Paid. */
static bool build_root(struct importer *im)
{
    const struct bootcamp_source *b = im->source;
    const struct mapping *m = bootcamp_mapping;
    while (strcmp(m->key, "enrollment"))
        m++;
    bool follows = !json_object_get(b->meta, "enrollment") && mapping_agrees(im->cx, im->root, m, NULL);
    if (!build_json(im, im->root, bootcamp_mapping, b->path, b->bytes, b->meta))
        return false;
    return !follows || mapping_agrees(im->cx, im->root, m, NULL) || mapping_apply(im->cx, im->root, m, NULL);
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

bool importer_build(struct importer *im)
{
    const struct bootcamp_source *b = im->source;
    if (!build_root(im))
        return false;
    for (size_t i = 0; i < b->course_count; i++) {
        const struct course_source *c = &b->courses[i];
        if (!build_json(im, map_get(&im->documents, c->path), course_mapping, c->path, c->bytes, c->meta))
            return false;
        for (size_t j = 0; j < c->lesson_count; j++)
            if (!build_lesson(im, &c->lessons[j]))
                return false;
    }
    order_all(im);
    prune_below(im);
    return ensure_item(im);
}
