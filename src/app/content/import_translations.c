/* Content Translations of a bootcamp from its files: titles and descriptions of `translations` in JSON files, titles,
 * bodies and video addresses of translated lessons. As everywhere in an import, only what changed in the file since the
 * last import is written. Existing ones are read in one statement. */
#include "importer.h"
#include "json_edit.h"

struct stored {
    struct str name, document, field, language, value;
};

struct translating {
    struct importer *im;
    struct map stored; /* "doctype\nname\nfield\nlanguage" → struct stored * */
};

static struct str key_of(struct arena *a, struct str doctype, struct str name, struct str field, struct str language)
{
    return str_printf(a, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(doctype), STR_ARG(name), STR_ARG(field), STR_ARG(language));
}

static void add_names(struct buf *names, const struct map *docs)
{
    for (size_t i = 0; i < docs->count; i++) {
        const struct doc *doc = docs->entries[i].value;
        buf_add(names, doc->name);
        buf_char(names, '\n');
    }
}

/* Those of every document that a file of this bootcamp became, and of those that leave. */
static bool load_stored(struct translating *t)
{
    struct ctx *cx = t->im->cx;
    t->stored = map_new(cx->arena);
    struct buf names = buf_new(cx->arena, 16 << 20);
    add_names(&names, &t->im->documents);
    add_names(&names, &t->im->rows);
    if (!names.n)
        return true;
    struct str list = str_slice(buf_str(&names), 0, names.n - 1);
    struct rows *rows =
        doc_rows(cx, &(struct find){ .doctype = "Content Translation",
                                     .fields = "name reference_doctype reference_name fieldname language value",
                                     .where = FIND({ "reference_name", "in", list }),
                                     .unchecked = true });
    while (rows && rows_next(rows)) {
        struct stored *s = arena_new_of(cx->arena, struct stored);
        *s = (struct stored){ str_copy(cx->arena, rows_text(rows, 0)), str_copy(cx->arena, rows_text(rows, 2)),
                              str_copy(cx->arena, rows_text(rows, 3)), str_copy(cx->arena, rows_text(rows, 4)),
                              str_copy(cx->arena, rows_text(rows, 5)) };
        map_put(&t->stored, key_of(cx->arena, rows_text(rows, 1), s->document, s->field, s->language), s);
    }
    return !failed(cx);
}

static const struct stored *find_stored(struct translating *t, const struct doc *of, const char *field,
                                        struct str language)
{
    return map_get(&t->stored, key_of(t->im->cx->arena, str_of(of->type->name), of->name, str_of(field), language));
}

static bool remove_one(struct translating *t, const struct stored *s)
{
    const struct doctype *type = doc_type(t->im->cx, STR("Content Translation"));
    return type && doc_delete(t->im->cx, type, s->name, SAVE_AS_SYSTEM);
}

/* An empty value: there is no translation. */
static bool put(struct translating *t, const struct doc *of, const char *field, struct str language, struct str value)
{
    struct ctx *cx = t->im->cx;
    const struct stored *s = find_stored(t, of, field, language);
    if (!value.n)
        return !s || remove_one(t, s);
    if (s && str_eq(s->value, value))
        return true;
    struct doc *doc = s ? doc_load(cx, "Content Translation", s->name) : doc_new_named(cx, "Content Translation");
    if (!doc)
        return false;
    doc_set_text(doc, "reference_doctype", str_of(of->type->name));
    doc_set_text(doc, "reference_name", of->name);
    doc_set_text(doc, "fieldname", str_of(field));
    doc_set_text(doc, "language", language);
    doc_set_text(doc, "value", value);
    return doc_save(cx, doc, SAVE_AS_SYSTEM | SAVE_NO_LINKS);
}

/* One key of a file: written when it changed there. `known`: the file was imported before. */
struct change {
    const struct doc *of;
    const char *field;
    struct str language, path, now, then;
    bool known;
};

static bool put_change(struct translating *t, const struct change *c)
{
    if (c->known && str_eq(c->now, c->then))
        return true;
    const struct stored *s = find_stored(t, c->of, c->field, c->language);
    struct str value = s ? s->value : STR_NONE;
    if (c->known && !str_eq(value, c->then) && !str_eq(value, c->now))
        problem_add(&t->im->notes, c->path, 0, "%s (%.*s) changed here and in the school: the file wins", c->field,
                    STR_ARG(c->language));
    return put(t, c->of, c->field, c->language, c->now);
}

/* ---- JSON files ------------------------------------------------------------------------------------------------------- */

static bool put_language(struct translating *t, const struct doc *of, struct str path, const char *language,
                         const json_t *now, const json_t *then)
{
    for (const char *const *key = translated_keys; *key; key++) {
        struct change c = { .of = of,
                            .field = *key,
                            .language = str_of(language),
                            .path = path,
                            .now = json_get_str(json_object_get(now, language), *key),
                            .then = json_get_str(json_object_get(then, language), *key),
                            .known = then };
        const struct field *field = doc_field(of->type, str_of(*key));
        if (field && field->translatable && !put_change(t, &c))
            return false;
    }
    return true;
}

/* `translations`: {"fr": {"title": …, "description": …}} of bootcamp.json and course.json. */
static bool put_json(struct translating *t, const struct doc *of, struct str path, struct str bytes, const json_t *meta)
{
    const char *language;
    json_t *texts;
    if (!of || importer_state(t->im, path, bytes) == FILE_SAME)
        return true;
    const json_t *before = importer_json_then(t->im, path);
    json_t *now = json_object_get(meta, "translations"), *then = json_object_get(before, "translations"), *none = NULL;
    if (before && !then)
        then = none = json_object();
    bool done = true;
    json_object_foreach(now, language, texts) done = done && put_language(t, of, path, language, now, then);
    json_object_foreach(then, language, texts) done =
        done && (json_object_get(now, language) || put_language(t, of, path, language, now, then));
    json_decref(none);
    return done;
}

/* ---- lessons ------------------------------------------------------------------------------------------------------------- */

static bool put_body(struct translating *t, const struct doc *lesson, const struct translation_source *tr)
{
    const struct import_file *known = importer_known(t->im, tr->file.path);
    const struct stored *s = find_stored(t, lesson, "content", tr->language);
    struct str stored = s ? s->value : STR_NONE;
    if (known && importer_had_body(t->im, known, tr->file.body))
        return true;
    if (known && !str_eq(stored, tr->file.body) && !importer_had_body(t->im, known, stored))
        problem_add(&t->im->notes, tr->file.path, 0, "the body changed here and in the school: the file wins");
    return put(t, lesson, "content", tr->language, tr->file.body);
}

static bool put_translation(struct translating *t, const struct doc *lesson, const struct translation_source *tr)
{
    static const char *const fields[] = { "title", "video_url" };
    const json_t *then = importer_head_then(t->im, tr->file.path);
    for (size_t i = 0; i < countof(fields); i++) {
        struct change c = { .of = lesson,
                            .field = fields[i],
                            .language = tr->language,
                            .path = tr->file.path,
                            .now = json_get_str(tr->file.values, fields[i]),
                            .then = json_get_str(then, fields[i]),
                            .known = then };
        if (!put_change(t, &c))
            return false;
    }
    return put_body(t, lesson, tr);
}

static bool put_lesson(struct translating *t, const struct lesson_source *l)
{
    const struct doc *lesson = map_get(&t->im->documents, l->file.path);
    for (size_t i = 0; lesson && i < l->translation_count; i++) {
        const struct translation_source *tr = &l->translations[i];
        const struct file *file = folder_file(t->im->source->files, tr->file.path);
        map_put(&t->im->documents, tr->file.path, (void *)(uintptr_t)lesson);
        if (importer_state(t->im, file->path, file->bytes) != FILE_SAME && !put_translation(t, lesson, tr))
            return false;
    }
    return true;
}

static bool put_course(struct translating *t, const struct course_source *c)
{
    if (!put_json(t, map_get(&t->im->documents, c->path), c->path, c->bytes, c->meta))
        return false;
    for (size_t i = 0; i < c->lesson_count; i++)
        if (!put_lesson(t, &c->lessons[i]))
            return false;
    return true;
}

/* ---- what goes ------------------------------------------------------------------------------------------------------------ */

/* The file of this translation was there at the last import, is gone, and its lesson has none of the language now. */
static bool lost_its_file(struct translating *t, const struct stored *s)
{
    struct importer *im = t->im;
    const struct import_file *main_file = map_get(&im->file_of, s->document);
    if (!main_file || main_file->path.n < 3)
        return false;
    struct str path = str_printf(im->cx->arena, "%.*s.%.*s.md",
                                 STR_ARG(str_slice(main_file->path, 0, main_file->path.n - 3)), STR_ARG(s->language));
    if (!map_has(&im->known, path) || folder_file(im->source->files, path))
        return false;
    for (size_t i = 0; i < im->origin.count; i++)
        if (str_eq(((const struct import_file *)im->origin.entries[i].value)->path, path))
            return false;
    return true;
}

static bool prune(struct translating *t)
{
    for (size_t i = 0; t->im->prune && i < t->stored.count; i++) {
        const struct stored *s = t->stored.entries[i].value;
        if ((map_has(&t->im->pruned, s->document) || lost_its_file(t, s)) && !remove_one(t, s))
            return false;
    }
    return true;
}

bool importer_translate(struct importer *im)
{
    struct translating t = { .im = im };
    const struct bootcamp_source *b = im->source;
    if (!load_stored(&t) || !prune(&t) || !put_json(&t, im->root, b->path, b->bytes, b->meta))
        return false;
    for (size_t i = 0; i < b->course_count; i++)
        if (!put_course(&t, &b->courses[i]))
            return false;
    return true;
}

bool importer_remove(struct importer *im, struct str name)
{
    struct translating t = { .im = im };
    const struct doctype *type = doc_type(im->cx, STR("LMS Bootcamp"));
    struct doc *root = type ? doc_find(im->cx, type->name, name) : NULL;
    if (!root)
        return !failed(im->cx);
    map_put(&im->pruned, root->name, root);
    importer_know_rows(im, root);
    for (size_t i = 0; i < im->rows.count; i++)
        map_put(&im->pruned, im->rows.entries[i].key, im->rows.entries[i].value);
    map_put(&im->rows, root->name, root);
    return load_stored(&t) && doc_delete(im->cx, type, root->name, SAVE_AS_SYSTEM) && prune(&t);
}
