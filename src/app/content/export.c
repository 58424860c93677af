/* The command `export`: the folder a school was imported from, byte for byte where nothing changed; where a document
 * changed, only its key or body is rewritten. What was made over REST is written anew in the same layout. */
#include <dirent.h>
#include <unistd.h>

#include "command.h"
#include "curriculum.h"
#include "import_file.h"
#include "json_edit.h"
#include "mapping.h"

struct exporter {
    struct ctx *cx;
    const char *dir;
    struct map files;  /* path → struct import_file * */
    struct map stems;  /* name of a course or lesson → its folder's or file's name */
    struct map bodies; /* path of a written lesson → its body: for manifests */
    struct str why;
    size_t written;
};

static bool put(struct exporter *ex, struct str path, struct str bytes)
{
    const char *to = arena_printf(ex->cx->arena, "%s/%.*s", ex->dir, STR_ARG(path));
    if (!file_write(ex->cx->arena, to, bytes, &ex->why))
        return throw(ex->cx, &CommandFailed, "%.*s", STR_ARG(ex->why));
    ex->written++;
    return true;
}

/* ---- JSON files: bootcamp.json, course.json, school.json --------------------------------------------------------------- */

static struct str json_updated(struct exporter *ex, struct str text, const struct doc *doc, const struct mapping *m)
{
    struct str why;
    const json_t *object = json_read(ex->cx->arena, text, &json_limits_default, &why);
    for (; object && m->key; m++) {
        const json_t *value = json_at(object, m->key);
        if (!mapping_agrees(ex->cx, doc, m, value))
            text = json_text_with(ex->cx->arena, text, m->key, mapping_json(ex->cx, doc, m, value));
    }
    return text;
}

/* The list of folders or files, rewritten when it differs. */
static struct str list_updated(struct exporter *ex, struct str text, const char *key, const struct doc_rows *rows)
{
    struct arena *a = ex->cx->arena;
    struct str why;
    const json_t *object = json_read(a, text, &json_limits_default, &why), *list = json_object_get(object, key);
    bool same = json_array_size(list) == rows->count;
    struct buf out = buf_new(a, 4 << 20);
    buf_lit(&out, "[");
    for (size_t i = 0; i < rows->count; i++) {
        struct str stem = *(const struct str *)map_get(&ex->stems, rows->rows[i]->name);
        same = same && str_eq(json_str_of(json_array_get(list, i)), stem);
        buf_printf(&out, "%s\n  \"%.*s\"", i ? "," : "", STR_ARG(stem));
    }
    buf_add(&out, rows->count ? STR("\n ]") : STR("]"));
    return same ? text : json_text_with(a, text, key, buf_str(&out));
}

/* ---- translations ---------------------------------------------------------------------------------------------------------- */

struct translation {
    struct str field, language, value;
};

static size_t translations_of_doc(struct exporter *ex, const struct doc *doc, struct translation **out)
{
    size_t n = 0, room = 256;
    *out = arena_array(ex->cx->arena, room, sizeof **out);
    struct rows *rows =
        doc_rows(ex->cx, &(struct find){ .doctype = "Content Translation",
                                         .fields = "fieldname language value",
                                         .where = FIND({ "reference_doctype", "=", str_of(doc->type->name) },
                                                       { "reference_name", "=", doc->name }),
                                         .order = "language asc",
                                         .unchecked = true });
    while (rows && rows_next(rows))
        if (n < room)
            (*out)[n++] = (struct translation){ str_copy(ex->cx->arena, rows_text(rows, 0)),
                                                str_copy(ex->cx->arena, rows_text(rows, 1)),
                                                str_copy(ex->cx->arena, rows_text(rows, 2)) };
    return n;
}

static struct str json_string_of(struct arena *a, struct str s)
{
    struct buf text = buf_new(a, s.n * 6 + 16);
    struct json_out out = out_to(&text);
    out_text(&out, s);
    return buf_str(&text);
}

static bool is_translated_key(struct str field)
{
    for (const char *const *key = translated_keys; *key; key++)
        if (str_is(field, *key))
            return true;
    return false;
}

/* `translations` of a JSON file: replaced as a whole when a text differs. */
static struct str json_translated(struct exporter *ex, struct str text, const struct doc *doc)
{
    struct arena *a = ex->cx->arena;
    struct translation *all;
    struct str why;
    size_t n = translations_of_doc(ex, doc, &all);
    json_t *object = json_read(a, text, &json_limits_default, &why), *now = json_object_get(object, "translations");
    json_t *wanted = json_is_object(now) ? json_deep_copy(now) : json_object();
    for (size_t i = 0; i < n; i++) {
        if (!is_translated_key(all[i].field))
            continue;
        json_t *texts = json_object_get(wanted, str_c(a, all[i].language));
        if (!texts)
            json_object_set_new(wanted, str_c(a, all[i].language), texts = json_object());
        json_object_set_new(texts, str_c(a, all[i].field), json_stringn(all[i].value.p, all[i].value.n));
    }
    char *dump =
        json_equal(wanted, now) || (!now && !json_object_size(wanted)) ? NULL : json_dumps(wanted, JSON_INDENT(1));
    struct str result = dump ? json_text_with(a, text, "translations", str_copy(a, str_of(dump))) : text;
    free(dump);
    json_decref(wanted);
    return result;
}

/* ---- lessons ------------------------------------------------------------------------------------------------------------------ */

static bool put_lesson(struct exporter *ex, struct str path, struct str head, struct str body)
{
    struct buf whole = buf_new(ex->cx->arena, 64 << 20);
    buf_add(&whole, head);
    buf_add(&whole, body);
    struct str *kept = arena_new_of(ex->cx->arena, struct str);
    *kept = body;
    map_put(&ex->bodies, path, kept);
    return put(ex, path, buf_str(&whole));
}

static struct str head_updated(struct exporter *ex, struct str path, struct str head, const struct doc *lesson)
{
    struct lesson_file f;
    struct problems ignored = problems_new(ex->cx->arena);
    if (!lesson_file_read(ex->cx->arena, path, head, &f, &ignored))
        return head;
    for (const struct mapping *m = lesson_mapping; m->key; m++) {
        const json_t *value = json_object_get(f.values, m->key);
        if (!mapping_agrees(ex->cx, lesson, m, value))
            head = lesson_head_with(ex->cx->arena, head, m->key, mapping_json(ex->cx, lesson, m, value));
    }
    return head;
}

static struct str new_head(struct exporter *ex, struct str title, const struct doc *lesson, struct str language)
{
    struct arena *a = ex->cx->arena;
    struct str video = doc_text(lesson, "video_url");
    return str_printf(a,
                      "---\ntitle: %.*s\ncontent_type: \"%.*s\"\nvideo_url: %.*s\nis_free_preview: %s\n"
                      "duration_minutes: %lld\nlanguage: \"%.*s\"\ntranslations: []\nsource_path: null\n---\n\n",
                      STR_ARG(json_string_of(a, title)), STR_ARG(doc_text(lesson, "content_type")),
                      STR_ARG(video.n ? json_string_of(a, video) : STR("null")),
                      doc_true(lesson, "is_free_preview") ? "true" : "false",
                      (long long)doc_int(lesson, "duration_minutes"), STR_ARG(language));
}

/* The translated files of a lesson: the stored header where there is one. */
static bool export_translations(struct exporter *ex, const struct doc *lesson, struct str folder, struct str stem)
{
    struct arena *a = ex->cx->arena;
    struct translation *all;
    size_t n = translations_of_doc(ex, lesson, &all);
    for (size_t i = 0; i < n; i++) {
        if (!str_is(all[i].field, "content"))
            continue;
        struct str title = doc_text(lesson, "title");
        for (size_t j = 0; j < n; j++)
            if (str_eq(all[j].language, all[i].language) && str_is(all[j].field, "title"))
                title = all[j].value;
        struct str path = str_printf(a, "%.*s/%.*s.%.*s.md", STR_ARG(folder), STR_ARG(stem), STR_ARG(all[i].language));
        const struct import_file *known = map_get(&ex->files, path);
        struct str head = known ? known->bytes : new_head(ex, title, lesson, all[i].language), json;
        struct lesson_file f;
        struct problems ignored = problems_new(a);
        if (known && lesson_file_read(a, path, head, &f, &ignored) && !str_eq(json_get_str(f.values, "title"), title)) {
            json = json_string_of(a, title);
            head = lesson_head_with(a, head, "title", json);
        }
        if (!put_lesson(ex, path, head, all[i].value))
            return false;
    }
    return true;
}

static bool export_lesson(struct exporter *ex, const struct doc *lesson, struct str folder, struct str language)
{
    struct str stem = *(const struct str *)map_get(&ex->stems, lesson->name);
    struct str path = str_printf(ex->cx->arena, "%.*s/%.*s.md", STR_ARG(folder), STR_ARG(stem));
    const struct import_file *known = map_get(&ex->files, path);
    struct str head = known ? head_updated(ex, path, known->bytes, lesson)
                            : new_head(ex, doc_text(lesson, "title"), lesson, language);
    return put_lesson(ex, path, head, doc_text(lesson, "content")) && export_translations(ex, lesson, folder, stem);
}

/* ---- names of folders and files ---------------------------------------------------------------------------------------------------- */

/* "…/courses/02-js-basics/course.json" → "02-js-basics"; "…/lessons/04-x.md" → "04-x"; a translation has a dot more. */
static struct str stem_in(struct str path)
{
    struct str piece, before = STR_NONE, last = STR_NONE;
    while (str_cut(&path, '/', &piece)) {
        before = last;
        last = piece;
    }
    if (str_is(last, "course.json"))
        return before;
    return str_ends(last, STR(".md")) ? str_slice(last, 0, last.n - 3) : STR_NONE;
}

static void know_stem(struct exporter *ex, struct str name, struct str stem)
{
    struct str *kept = arena_new_of(ex->cx->arena, struct str);
    *kept = stem;
    map_put(&ex->stems, name, kept);
}

static void know_imported(struct exporter *ex)
{
    for (size_t i = 0; i < ex->files.count; i++) {
        const struct import_file *f = ex->files.entries[i].value;
        struct str stem = stem_in(f->path);
        bool row = str_is(f->document_type, "LMS Course") || str_is(f->document_type, "LMS Lesson");
        if (row && stem.n && !str_has(stem, '.'))
            know_stem(ex, f->document_name, stem);
    }
}

/* Rows made over REST get a number and their slug. */
static void know_rows(struct exporter *ex, const struct doc_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!map_has(&ex->stems, rows->rows[i]->name))
            know_stem(ex, rows->rows[i]->name,
                      str_printf(ex->cx->arena, "%02zu-%.*s", i + 1, STR_ARG(doc_text(rows->rows[i], "slug"))));
}

/* ---- bootcamps ------------------------------------------------------------------------------------------------------------------------ */

static struct str stored_or_empty(struct exporter *ex, struct str path)
{
    const struct import_file *known = map_get(&ex->files, path);
    return known ? known->bytes : STR("{\n}\n");
}

static bool export_course(struct exporter *ex, const struct doc *course, struct str bootcamp, struct str language)
{
    struct arena *a = ex->cx->arena;
    struct str stem = *(const struct str *)map_get(&ex->stems, course->name);
    struct str folder = str_printf(a, "%.*s/courses/%.*s", STR_ARG(bootcamp), STR_ARG(stem));
    struct str path = str_printf(a, "%.*s/course.json", STR_ARG(folder));
    const struct doc_rows *lessons = doc_table(course, "lessons");
    know_rows(ex, lessons);
    struct str text = json_updated(ex, stored_or_empty(ex, path), course, course_mapping);
    text = json_translated(ex, list_updated(ex, text, "lessons", lessons), course);
    bool done = put(ex, path, text);
    struct str below = str_printf(a, "%.*s/lessons", STR_ARG(folder));
    for (size_t i = 0; done && i < lessons->count; i++)
        done = export_lesson(ex, lessons->rows[i], below, language);
    return done;
}

static bool export_bootcamp(struct exporter *ex, struct str name, struct str folder)
{
    struct doc *bootcamp = doc_load(ex->cx, "LMS Bootcamp", name);
    if (!bootcamp)
        return false;
    struct str path = str_printf(ex->cx->arena, "%.*s/bootcamp.json", STR_ARG(folder));
    const struct doc_rows *courses = doc_table(bootcamp, "courses");
    know_rows(ex, courses);
    struct str text = json_updated(ex, stored_or_empty(ex, path), bootcamp, bootcamp_mapping);
    text = json_translated(ex, list_updated(ex, text, "courses", courses), bootcamp);
    bool done = put(ex, path, text);
    for (size_t i = 0; done && i < courses->count; i++)
        done = export_course(ex, courses->rows[i], folder, doc_text(bootcamp, "language"));
    return done;
}

/* The folder a bootcamp was imported from, else its own name. */
static struct str folder_of(struct exporter *ex, struct str name)
{
    for (size_t i = 0; i < ex->files.count; i++) {
        const struct import_file *f = ex->files.entries[i].value;
        if (str_is(f->document_type, "LMS Bootcamp") && str_eq(f->document_name, name))
            return str_slice(f->path, 0, (size_t)str_index(f->path, '/'));
    }
    return name;
}

/* ---- manifests: the body_* values follow the bodies written ----------------------------------------------------------------------------- */

static bool export_manifest(struct exporter *ex, const struct import_file *f)
{
    struct arena *a = ex->cx->arena;
    struct str why, folder = str_slice(f->path, 0, (size_t)str_index(f->path, '/') + 1);
    json_t *list = json_read(a, f->bytes, &json_limits_default, &why), *entry;
    bool changed = false;
    size_t i;
    json_array_foreach(list, i, entry)
    {
        struct str path = str_printf(a, "%.*s%.*s", STR_ARG(folder), STR_ARG(json_get_str(entry, "path")));
        const struct str *body = map_get(&ex->bodies, path);
        struct str sha = body ? sha256_hex(a, *body) : STR_NONE;
        if (!body || str_eq(sha, json_get_str(entry, "body_sha256")))
            continue;
        json_object_set_new(entry, "body_sha256", json_string(sha.p));
        json_object_set_new(entry, "body_bytes", json_integer((json_int_t)body->n));
        changed = true;
    }
    char *dump = changed ? json_dumps(list, JSON_INDENT(1)) : NULL;
    bool done = put(ex, f->path, dump ? str_printf(a, "%s\n", dump) : f->bytes);
    free(dump);
    return done;
}

/* Everything that is no document: licences, quizzes, manifests. */
static bool export_others(struct exporter *ex)
{
    for (size_t i = 0; i < ex->files.count; i++) {
        const struct import_file *f = ex->files.entries[i].value;
        if (f->document_type.n)
            continue;
        if (!(str_ends(f->path, STR("/manifest.json")) ? export_manifest(ex, f) : put(ex, f->path, f->bytes)))
            return false;
    }
    return true;
}

/* ---- the school ---------------------------------------------------------------------------------------------------------------------------- */

static bool export_school(struct exporter *ex, struct str *folders, size_t count)
{
    struct doc *settings = doc_load(ex->cx, "School Settings", STR("School Settings"));
    if (!settings)
        return false;
    struct str text = json_updated(ex, stored_or_empty(ex, STR("school.json")), settings, school_mapping), why;
    const json_t *object = json_read(ex->cx->arena, text, &json_limits_default, &why);
    const json_t *list = json_object_get(object, "bootcamps");
    json_t *wanted = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) /* first those it names, in its order */
        for (size_t j = 0; j < count; j++)
            if (folders[j].n && str_eq(json_str_of(json_array_get(list, i)), folders[j])) {
                json_array_append_new(wanted, json_stringn(folders[j].p, folders[j].n));
                folders[j] = STR_NONE;
            }
    for (size_t j = 0; j < count; j++)
        if (folders[j].n)
            json_array_append_new(wanted, json_stringn(folders[j].p, folders[j].n));
    char *dump = json_equal(wanted, list) ? NULL : json_dumps(wanted, JSON_INDENT(1));
    if (dump)
        text = json_text_with(ex->cx->arena, text, "bootcamps", str_copy(ex->cx->arena, str_of(dump)));
    free(dump);
    json_decref(wanted);
    return put(ex, STR("school.json"), text);
}

static bool export_all(struct exporter *ex)
{
    struct arena *a = ex->cx->arena;
    if (!import_files_load(ex->cx, STR_NONE, &ex->files))
        return false;
    know_imported(ex);
    struct str *names = arena_array(a, 10000, sizeof *names);
    size_t count = 0;
    struct rows *rows = doc_rows(ex->cx, &(struct find){ .doctype = "LMS Bootcamp",
                                                         .fields = "name",
                                                         .order = "creation asc, name asc",
                                                         .unchecked = true });
    while (rows && rows_next(rows))
        if (count < 10000)
            names[count++] = str_copy(a, rows_text(rows, 0));
    if (failed(ex->cx))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct str folder = folder_of(ex, names[i]);
        if (!export_bootcamp(ex, names[i], folder))
            return false;
        names[i] = folder;
    }
    return export_others(ex) && export_school(ex, names, count);
}

static bool is_empty(const char *dir)
{
    struct dirent **entries;
    int n = scandir(dir, &entries, NULL, NULL);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    if (n >= 0)
        free(entries);
    return n < 0 ? access(dir, F_OK) != 0 : n == 2; /* "." and ".." */
}

static int run(struct command_line *cl)
{
    const char *dir = command_word(cl, 1);
    struct ctx cx;
    if (!is_empty(dir))
        return command_failed("%s is there and not empty; name a new folder.", dir);
    if (!command_open(cl) || !command_call(cl, &cx, command_word(cl, 0)))
        return FAILED;
    struct exporter ex = { .cx = &cx, .dir = dir, .stems = map_new(cx.arena), .bodies = map_new(cx.arena) };
    int status = command_end(&cx, export_all(&ex));
    if (status == DONE)
        printf("%zu files are in %s.\n", ex.written, dir);
    return status;
}

COMMAND(export)
= { .name = "export",
    .words = "HOST DIR",
    .about = "Writes a school's curriculum into a new folder, in the layout that import reads.",
    .run = run };
