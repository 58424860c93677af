/* Content Translations of a bootcamp from its files: titles and descriptions of `translations` in JSON files, titles and
 * bodies of translated lessons. Existing ones are read in one statement. */
#include "importer.h"
#include "json_edit.h"

struct translating {
    struct importer *im;
    struct map stored; /* "doctype\nname\nfield\nlanguage" → name of the Content Translation */
};

static struct str key_of(struct arena *a, struct str doctype, struct str name, struct str field, struct str language)
{
    return str_printf(a, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(doctype), STR_ARG(name), STR_ARG(field), STR_ARG(language));
}

/* Those of every document that a file of this bootcamp became. */
static bool load_stored(struct translating *t)
{
    struct ctx *cx = t->im->cx;
    t->stored = map_new(cx->arena);
    struct buf names = buf_new(cx->arena, 16 << 20);
    for (size_t i = 0; i < t->im->documents.count; i++) {
        const struct doc *doc = t->im->documents.entries[i].value;
        buf_add(&names, doc->name);
        buf_char(&names, '\n');
    }
    if (!names.n)
        return true;
    struct str list = str_slice(buf_str(&names), 0, names.n - 1);
    struct rows *rows =
        doc_rows(cx, &(struct find){ .doctype = "Content Translation",
                                     .fields = "name reference_doctype reference_name fieldname language",
                                     .where = FIND({ "reference_name", "in", list }),
                                     .unchecked = true });
    while (rows && rows_next(rows))
        map_put(&t->stored,
                key_of(cx->arena, rows_text(rows, 1), rows_text(rows, 2), rows_text(rows, 3), rows_text(rows, 4)),
                (void *)(uintptr_t)str_c(cx->arena, rows_text(rows, 0)));
    return !failed(cx);
}

static bool put(struct translating *t, const struct doc *of, const char *field, struct str language, struct str value)
{
    struct ctx *cx = t->im->cx;
    struct str key = key_of(cx->arena, str_of(of->type->name), of->name, str_of(field), language);
    const char *name = map_get(&t->stored, key);
    struct doc *doc =
        name ? doc_load(cx, "Content Translation", str_of(name)) : doc_new_named(cx, "Content Translation");
    if (!doc)
        return false;
    if (name && str_eq(doc_text(doc, "value"), value))
        return true;
    doc_set_text(doc, "reference_doctype", str_of(of->type->name));
    doc_set_text(doc, "reference_name", of->name);
    doc_set_text(doc, "fieldname", str_of(field));
    doc_set_text(doc, "language", language);
    doc_set_text(doc, "value", value);
    return doc_save(cx, doc, SAVE_AS_SYSTEM | SAVE_NO_LINKS);
}

/* `translations`: {"fr": {"title": …, "description": …}} of bootcamp.json and course.json. */
static bool put_json(struct translating *t, const struct doc *of, struct str path, struct str bytes, const json_t *meta)
{
    const char *language, *const *key;
    json_t *texts, *all = json_object_get(meta, "translations");
    if (importer_state(t->im, path, bytes) == FILE_SAME)
        return true;
    json_object_foreach(all, language, texts) for (key = translated_keys; *key; key++)
    {
        struct str value = json_get_str(texts, *key);
        if (value.n && !put(t, of, *key, str_of(language), value))
            return false;
    }
    return true;
}

static bool put_lesson(struct translating *t, const struct lesson_source *l)
{
    const struct doc *lesson = map_get(&t->im->documents, l->file.path);
    for (size_t i = 0; i < l->translation_count; i++) {
        const struct translation_source *tr = &l->translations[i];
        const struct file *file = folder_file(t->im->source->files, tr->file.path);
        map_put(&t->im->documents, tr->file.path, (void *)(uintptr_t)lesson);
        if (importer_state(t->im, file->path, file->bytes) == FILE_SAME)
            continue;
        struct str video = json_get_str(tr->file.values, "video_url");
        if (!put(t, lesson, "title", tr->language, json_get_str(tr->file.values, "title")) ||
            !put(t, lesson, "content", tr->language, tr->file.body) ||
            (video.n && !put(t, lesson, "video_url", tr->language, video)))
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

bool importer_translate(struct importer *im)
{
    struct translating t = { .im = im };
    const struct bootcamp_source *b = im->source;
    if (!load_stored(&t) || !put_json(&t, im->root, b->path, b->bytes, b->meta))
        return false;
    for (size_t i = 0; i < b->course_count; i++)
        if (!put_course(&t, &b->courses[i]))
            return false;
    return true;
}
