/* Which document a file stands for: by the path it was imported under, else by its slug within the parent (it was
 * renumbered, or the row was made over REST), else by its very bytes (it was moved). */
#include "importer.h"

const struct import_file *importer_known(const struct importer *im, struct str path)
{
    const struct import_file *known = map_get(&im->known, path);
    return known ? known : map_get(&im->origin, path);
}

enum file_state importer_state(const struct importer *im, struct str path, struct str bytes)
{
    const struct import_file *known = importer_known(im, path);
    if (!known)
        return FILE_NEW;
    return str_eq(known->sha256, sha256_hex(im->cx->arena, bytes)) ? FILE_SAME : FILE_CHANGED;
}

static enum file_state state_of(const struct importer *im, struct str path)
{
    return importer_state(im, path, folder_file(im->source->files, path)->bytes);
}

/* ---- the root ----------------------------------------------------------------------------------------------------------- */

static void know_rows(struct importer *im, const struct doc *parent, const char *table)
{
    const struct doc_rows *rows = doc_table(parent, table);
    for (size_t i = 0; i < rows->count; i++) {
        map_put(&im->rows, rows->rows[i]->name, rows->rows[i]);
        if (strcmp(table, "courses") == 0)
            know_rows(im, rows->rows[i], "lessons");
    }
}

void importer_know_rows(struct importer *im, const struct doc *root)
{
    know_rows(im, root, "courses");
}

static void know_files(struct importer *im)
{
    for (size_t i = 0; i < im->known.count; i++) {
        struct import_file *known = im->known.entries[i].value;
        if (known->document_name.n && !import_file_is_translation(known))
            map_put(&im->file_of, known->document_name, known);
    }
}

/* The bootcamp's name as stored: as it was imported, or, after a rename, as its courses say; else its folder's. */
static bool root_name(struct importer *im, struct str *name)
{
    struct ctx *cx = im->cx;
    const struct import_file *known = map_get(&im->known, im->source->path);
    if (known && doc_exists(cx, "LMS Bootcamp", known->document_name, name))
        return true;
    for (size_t i = 0; i < im->known.count; i++) {
        const struct import_file *file = im->known.entries[i].value;
        if (str_is(file->document_type, "LMS Course") &&
            doc_get(cx, "LMS Course", file->document_name, "bootcamp", name))
            return name->n > 0;
    }
    return doc_exists(cx, "LMS Bootcamp", im->source->folder, name);
}

static bool claim_root(struct importer *im)
{
    struct ctx *cx = im->cx;
    const struct doctype *type = doc_type(cx, STR("LMS Bootcamp"));
    struct str name;
    bool there = type && root_name(im, &name);
    if (!type || failed(cx))
        return false;
    im->root = there ? doc_load_for_update(cx, type, name) : doc_new(cx, type);
    if (!im->root)
        return false;
    if (there)
        importer_know_rows(im, im->root);
    else
        doc_set_text(im->root, "slug", im->source->folder);
    if (!there) /* removed in the school as a whole: the folder is read as for the first time */
        im->known = map_new(cx->arena);
    map_put(&im->documents, im->source->path, im->root);
    know_files(im);
    return true;
}

/* ---- rows ----------------------------------------------------------------------------------------------------------------- */

static bool is_claimed(const struct importer *im, const struct doc *row)
{
    return map_has(&im->claimed, row->name);
}

static void claim(struct importer *im, struct str path, struct doc *row)
{
    map_put(&im->documents, path, row);
    if (row->name.n)
        map_put(&im->claimed, row->name, row);
}

/* The file under which a row was imported, when that is not in the folder any more. */
static const struct import_file *gone_file_of(const struct importer *im, const struct doc *row)
{
    const struct import_file *known = map_get(&im->file_of, row->name);
    return known && !folder_file(im->source->files, known->path) ? known : NULL;
}

static void claim_by_path(struct importer *im, struct str path)
{
    const struct import_file *known = map_get(&im->known, path);
    struct doc *row = known ? map_get(&im->rows, known->document_name) : NULL;
    if (row)
        claim(im, path, row);
}

static void claim_by_slug(struct importer *im, const struct doc *parent, const char *table, struct str path,
                          struct str slug)
{
    if (!parent || map_has(&im->documents, path) || map_has(&im->known, path))
        return;
    const struct doc_rows *rows = doc_table(parent, table);
    for (size_t i = 0; i < rows->count; i++) {
        struct doc *row = rows->rows[i];
        if (!str_eq(doc_text(row, "slug"), slug) || is_claimed(im, row))
            continue;
        const struct import_file *origin = gone_file_of(im, row);
        if (origin)
            map_put(&im->origin, path, (void *)(uintptr_t)origin);
        claim(im, path, row);
        return;
    }
}

/* The same bytes under another name, which is gone: moved to another course. */
static void claim_by_bytes(struct importer *im, struct str path, struct str bytes)
{
    if (map_has(&im->documents, path) || map_has(&im->known, path))
        return;
    struct str sha = sha256_hex(im->cx->arena, bytes);
    for (size_t i = 0; i < im->known.count; i++) {
        struct import_file *known = im->known.entries[i].value;
        struct doc *row = str_eq(known->sha256, sha) && str_is(known->document_type, "LMS Lesson")
                              ? map_get(&im->rows, known->document_name)
                              : NULL;
        if (!row || folder_file(im->source->files, known->path) || import_file_is_translation(known) ||
            is_claimed(im, row))
            continue;
        map_put(&im->origin, path, known);
        claim(im, path, row);
        return;
    }
}

/* ---- what no document was found for ----------------------------------------------------------------------------------------- */

/* An unchanged file whose document was removed in the school stays so; a changed one is made again. */
static bool is_left(struct importer *im, struct str path)
{
    if (!map_has(&im->known, path))
        return false;
    if (state_of(im, path) != FILE_SAME) {
        problem_add(&im->notes, path, 0, "removed in the school, changed here: made again");
        return false;
    }
    problem_add(&im->notes, path, 0, "removed in the school, unchanged here: left so");
    map_put(&im->left, path, im);
    return true;
}

static void leave_translations(struct importer *im, const struct lesson_source *l)
{
    for (size_t i = 0; i < l->translation_count; i++)
        map_put(&im->left, l->translations[i].file.path, im);
}

static bool new_row(struct importer *im, struct doc *parent, const char *table, struct str path, struct str slug)
{
    struct doc *row = doc_add_row(im->cx, parent, table);
    if (!row)
        return false;
    doc_set_text(row, "slug", slug);
    claim(im, path, row);
    return true;
}

static bool make_lessons(struct importer *im, const struct course_source *c)
{
    struct doc *course = map_get(&im->documents, c->path);
    for (size_t i = 0; i < c->lesson_count; i++) {
        const struct lesson_source *l = &c->lessons[i];
        if (map_has(&im->documents, l->file.path))
            continue;
        if (!course)
            map_put(&im->left, l->file.path, im);
        if (!course || is_left(im, l->file.path))
            leave_translations(im, l);
        else if (!new_row(im, course, "lessons", l->file.path, l->slug))
            return false;
    }
    return true;
}

static bool make_missing(struct importer *im)
{
    const struct bootcamp_source *b = im->source;
    for (size_t i = 0; i < b->course_count; i++) {
        const struct course_source *c = &b->courses[i];
        if (!map_has(&im->documents, c->path) && !is_left(im, c->path) &&
            !new_row(im, im->root, "courses", c->path, c->slug))
            return false;
        if (!make_lessons(im, c))
            return false;
    }
    return true;
}

/* A translation goes with its lesson's file. */
static void follow_lesson(struct importer *im, const struct lesson_source *l)
{
    const struct import_file *origin = map_get(&im->origin, l->file.path);
    for (size_t i = 0; origin && i < l->translation_count; i++) {
        const struct translation_source *t = &l->translations[i];
        struct str before = str_printf(im->cx->arena, "%.*s.%.*s.md",
                                       STR_ARG(str_slice(origin->path, 0, origin->path.n - 3)), STR_ARG(t->language));
        struct import_file *known = map_get(&im->known, before);
        if (known && !folder_file(im->source->files, before) && !map_has(&im->known, t->file.path))
            map_put(&im->origin, t->file.path, known);
    }
}

static void find_gone(struct importer *im)
{
    for (size_t i = 0; i < im->rows.count; i++) {
        struct doc *row = im->rows.entries[i].value;
        const struct import_file *gone = is_claimed(im, row) ? NULL : gone_file_of(im, row);
        if (gone)
            map_put(&im->gone, row->name, (void *)(uintptr_t)gone);
    }
}

typedef void lesson_step(struct importer *, const struct course_source *, const struct lesson_source *);

static void lesson_by_path(struct importer *im, const struct course_source *c, const struct lesson_source *l)
{
    (void)c;
    claim_by_path(im, l->file.path);
}

static void lesson_by_slug(struct importer *im, const struct course_source *c, const struct lesson_source *l)
{
    claim_by_slug(im, map_get(&im->documents, c->path), "lessons", l->file.path, l->slug);
}

static void lesson_by_bytes(struct importer *im, const struct course_source *c, const struct lesson_source *l)
{
    (void)c;
    claim_by_bytes(im, l->file.path, folder_file(im->source->files, l->file.path)->bytes);
}

static void lesson_origins(struct importer *im, const struct course_source *c, const struct lesson_source *l)
{
    (void)c;
    follow_lesson(im, l);
}

bool importer_claim(struct importer *im)
{
    static lesson_step *const steps[] = { lesson_by_path, lesson_by_slug, lesson_by_bytes, lesson_origins };
    const struct bootcamp_source *b = im->source;
    if (!claim_root(im))
        return false;
    for (size_t i = 0; i < b->course_count; i++)
        claim_by_path(im, b->courses[i].path);
    for (size_t i = 0; i < b->course_count; i++)
        claim_by_slug(im, im->root, "courses", b->courses[i].path, b->courses[i].slug);
    for (size_t s = 0; s < countof(steps); s++)
        for (size_t i = 0; i < b->course_count; i++)
            for (size_t j = 0; j < b->courses[i].lesson_count; j++)
                steps[s](im, &b->courses[i], &b->courses[i].lessons[j]);
    find_gone(im);
    return make_missing(im);
}
