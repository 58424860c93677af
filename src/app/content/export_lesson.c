/* A lesson's file and those of its translations: the imported header where it still says what the document says, with
 * only the changed keys rewritten; a new header for what was made over REST. */
#include "exporter.h"
#include "json_edit.h"

static bool is_as_imported(struct arena *a, const struct import_file *known, struct str body)
{
    struct buf whole = buf_new(a, 64 << 20);
    buf_add(&whole, known->bytes);
    buf_add(&whole, body);
    return str_eq(sha256_hex(a, buf_str(&whole)), known->sha256);
}

/* `known` may be NULL. */
static bool put_lesson(struct exporter *ex, struct str path, struct str head, const struct body *body,
                       const struct import_file *known)
{
    struct buf whole = buf_new(ex->cx->arena, 64 << 20);
    buf_add(&whole, head);
    buf_add(&whole, body->bytes);
    struct body *kept = arena_new_of(ex->cx->arena, struct body);
    *kept = *body;
    kept->as_imported = known && is_as_imported(ex->cx->arena, known, body->bytes);
    map_put(&ex->bodies, path, kept);
    return exporter_put(ex, path, buf_str(&whole));
}

static struct str new_head(struct arena *a, struct str title, const struct doc *lesson, struct str video,
                           struct str language)
{
    return str_printf(a,
                      "---\ntitle: %.*s\ncontent_type: \"%.*s\"\nvideo_url: %.*s\nis_free_preview: %s\n"
                      "duration_minutes: %lld\nlanguage: \"%.*s\"\ntranslations: []\nsource_path: null\n---\n\n",
                      STR_ARG(json_text_of(a, title)), STR_ARG(doc_text(lesson, "content_type")),
                      STR_ARG(video.n ? json_text_of(a, video) : STR("null")),
                      doc_true(lesson, "is_free_preview") ? "true" : "false",
                      (long long)doc_int(lesson, "duration_minutes"), STR_ARG(language));
}

static const json_t *values_of(struct exporter *ex, struct str head)
{
    struct lesson_file f;
    struct problems ignored = problems_new(ex->cx->arena);
    return lesson_file_read(ex->cx->arena, STR("-"), head, &f, &ignored) ? f.values : NULL;
}

/* The header that was imported, with what the document says otherwise. */
static struct str head_updated(struct exporter *ex, struct str head, const struct doc *lesson)
{
    const json_t *values = values_of(ex, head);
    for (const struct mapping *m = lesson_mapping; values && m->key; m++) {
        const json_t *value = json_object_get(values, m->key);
        if (!mapping_agrees(ex->cx, lesson, m, value))
            head = lesson_head_with(ex->cx->arena, head, m->key, mapping_json(ex->cx, lesson, m, value));
    }
    return head;
}

/* ---- languages ------------------------------------------------------------------------------------------------------------ */

struct language_texts {
    struct str language, title, content, video;
};

/* The lesson's texts by language. */
static size_t languages_of(struct exporter *ex, const struct doc *lesson, struct language_texts **out)
{
    size_t n = 0, most = 0;
    const struct text *first = map_get(&ex->texts, lesson->name);
    for (const struct text *t = first; t; t = t->next)
        most++;
    *out = arena_array(ex->cx->arena, most + 1, sizeof **out);
    for (const struct text *t = first; t; t = t->next) {
        if (!n || !str_eq((*out)[n - 1].language, t->language))
            (*out)[n++] = (struct language_texts){ .language = t->language };
        struct language_texts *l = &(*out)[n - 1];
        if (str_is(t->field, "title"))
            l->title = t->value;
        else if (str_is(t->field, "content"))
            l->content = t->value;
        else if (str_is(t->field, "video_url"))
            l->video = t->value;
    }
    return n;
}

static const struct import_file *translation_file(const struct exporter *ex, const struct doc *lesson,
                                                  struct str language)
{
    return map_get(&ex->translation_of,
                   str_printf(ex->cx->arena, "%.*s\n%.*s", STR_ARG(lesson->name), STR_ARG(language)));
}

/* The languages are those that were imported: then the header's own list stands, whatever it says. */
static bool languages_as_imported(const struct exporter *ex, const struct doc *lesson, const struct language_texts *all,
                                  size_t n)
{
    size_t imported = 0;
    struct str prefix = str_printf(ex->cx->arena, "%.*s\n", STR_ARG(lesson->name));
    for (size_t i = 0; i < ex->translation_of.count; i++)
        imported += str_starts(ex->translation_of.entries[i].key, prefix);
    for (size_t i = 0; i < n; i++)
        if (!translation_file(ex, lesson, all[i].language))
            return false;
    return imported == n;
}

static struct str language_list(struct arena *a, const struct language_texts *all, size_t n)
{
    struct buf list = buf_new(a, 1 << 20);
    buf_lit(&list, "[");
    for (size_t i = 0; i < n; i++)
        buf_printf(&list, "%s\"%.*s\"", i ? ", " : "", STR_ARG(all[i].language));
    buf_lit(&list, "]");
    return buf_str(&list);
}

static struct str with_text(struct exporter *ex, struct str head, const json_t *values, const char *key,
                            struct str text)
{
    struct arena *a = ex->cx->arena;
    if (str_eq(json_get_str(values, key), text))
        return head;
    return lesson_head_with(a, head, key, text.n ? json_text_of(a, text) : STR("null"));
}

static bool export_translation(struct exporter *ex, const struct doc *lesson, struct str path,
                               const struct language_texts *l)
{
    const struct import_file *known = translation_file(ex, lesson, l->language);
    struct str title = l->title.n ? l->title : doc_text(lesson, "title"), head;
    if (known) {
        const json_t *values = values_of(ex, known->bytes);
        head = with_text(ex, known->bytes, values, "title", title);
        head = with_text(ex, head, values, "video_url", l->video);
    } else {
        head = new_head(ex->cx->arena, title, lesson, l->video, l->language);
    }
    return put_lesson(ex, path, head, &(struct body){ l->content, l->language, doc_text(lesson, "content_type") },
                      known);
}

bool export_lesson(struct exporter *ex, const struct doc *lesson, struct str folder, struct str language)
{
    struct arena *a = ex->cx->arena;
    struct language_texts *all;
    size_t n = languages_of(ex, lesson, &all);
    struct str stem = exporter_stem(ex, lesson);
    const struct import_file *known = map_get(&ex->file_of, lesson->name);
    struct str head =
        known ? known->bytes : new_head(a, doc_text(lesson, "title"), lesson, doc_text(lesson, "video_url"), language);
    head = head_updated(ex, head, lesson);
    if (!languages_as_imported(ex, lesson, all, n))
        head = lesson_head_with(a, head, "translations", language_list(a, all, n));
    struct body body = { doc_text(lesson, "content"), language, doc_text(lesson, "content_type") };
    bool done = put_lesson(ex, str_printf(a, "%.*s/%.*s.md", STR_ARG(folder), STR_ARG(stem)), head, &body, known);
    for (size_t i = 0; done && i < n; i++)
        done = export_translation(
            ex, lesson, str_printf(a, "%.*s/%.*s.%.*s.md", STR_ARG(folder), STR_ARG(stem), STR_ARG(all[i].language)),
            &all[i]);
    return done;
}
