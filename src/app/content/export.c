/* The command `export`: the folder a school was imported from, byte for byte where nothing changed; where a document
 * changed, only its key or body is rewritten. What was made over REST is written anew in the same layout. */
#include <dirent.h>
#include <unistd.h>

#include "command.h"
#include "exporter.h"
#include "json_edit.h"

/* ---- JSON files: bootcamp.json, course.json, school.json --------------------------------------------------------------- */

/* `complete`: keys that the file lacks are added where the document says something. */
static struct str json_updated(struct exporter *ex, struct str text, const struct doc *doc, const struct mapping *m,
                               bool complete)
{
    struct str why;
    const json_t *object = json_file_read(ex->cx->arena, text, &why);
    for (; object && m->key; m++) {
        const json_t *value = json_at(object, m->key);
        if ((value || complete) && !mapping_agrees(ex->cx, doc, m, value))
            text = json_text_with(ex->cx->arena, text, m->key, mapping_json(ex->cx, doc, m, value));
    }
    return text;
}

/* The list of folders or files, rewritten when it differs. */
static struct str list_updated(struct exporter *ex, struct str text, const char *key, const struct doc_rows *rows)
{
    struct arena *a = ex->cx->arena;
    struct str why;
    const json_t *list = json_object_get(json_file_read(a, text, &why), key);
    bool same = json_is_array(list) && json_array_size(list) == rows->count;
    struct buf out = buf_new(a, 4 << 20);
    buf_lit(&out, "[");
    for (size_t i = 0; i < rows->count; i++) {
        struct str stem = exporter_stem(ex, rows->rows[i]);
        same = same && str_eq(json_str_of(json_array_get(list, i)), stem);
        buf_printf(&out, "%s\n  \"%.*s\"", i ? "," : "", STR_ARG(stem));
    }
    buf_add(&out, rows->count ? STR("\n ]") : STR("]"));
    return same ? text : json_text_with(a, text, key, buf_str(&out));
}

static bool is_translated_key(struct str field)
{
    for (const char *const *key = translated_keys; *key; key++)
        if (str_is(field, *key))
            return true;
    return false;
}

/* What `translations` should hold: the texts there are, without those that were removed. */
static void set_texts(struct exporter *ex, json_t *wanted, const struct doc *doc)
{
    struct arena *a = ex->cx->arena;
    const char *language;
    json_t *texts;
    json_object_foreach(wanted, language, texts) for (const char *const *key = translated_keys; *key;
                                                      key++) if (json_get_str(texts, *key).n)
        json_object_del(texts, *key);
    for (const struct text *t = map_get(&ex->texts, doc->name); t; t = t->next) {
        texts = json_object_get(wanted, str_c(a, t->language));
        if (!texts)
            json_object_set_new(wanted, str_c(a, t->language), texts = json_object());
        if (is_translated_key(t->field))
            json_object_set_new(texts, str_c(a, t->field), json_stringn(t->value.p, t->value.n));
    }
}

/* `translations` of a JSON file: replaced as a whole when a text differs. */
static struct str json_translated(struct exporter *ex, struct str text, const struct doc *doc)
{
    struct str why;
    const json_t *object = json_file_read(ex->cx->arena, text, &why), *now = json_object_get(object, "translations");
    json_t *wanted = json_is_object(now) ? json_deep_copy(now) : json_object();
    set_texts(ex, wanted, doc);
    bool same = json_equal(wanted, now) || (!json_is_object(now) && !json_object_size(wanted));
    char *dump = same ? NULL : json_dumps(wanted, JSON_INDENT(1));
    struct str result = dump ? json_text_with(ex->cx->arena, text, "translations", str_of(dump)) : text;
    free(dump);
    json_decref(wanted);
    return result;
}

/* ---- bootcamps ------------------------------------------------------------------------------------------------------------------------ */

/* The file a document was imported from, or an empty object. */
static struct str pattern_of(struct exporter *ex, const struct doc *doc)
{
    const struct import_file *known = map_get(&ex->file_of, doc->name);
    return known ? known->bytes : STR("{\n}\n");
}

static bool export_course(struct exporter *ex, const struct doc *course, struct str bootcamp, struct str language)
{
    struct arena *a = ex->cx->arena;
    struct str folder = str_printf(a, "%.*s/courses/%.*s", STR_ARG(bootcamp), STR_ARG(exporter_stem(ex, course)));
    const struct doc_rows *lessons = doc_table(course, "lessons");
    exporter_name_rows(ex, lessons);
    struct str text = json_updated(ex, pattern_of(ex, course), course, course_mapping, true);
    text = json_translated(ex, list_updated(ex, text, "lessons", lessons), course);
    bool done = exporter_put(ex, str_printf(a, "%.*s/course.json", STR_ARG(folder)), text);
    struct str below = str_printf(a, "%.*s/lessons", STR_ARG(folder));
    for (size_t i = 0; done && i < lessons->count; i++)
        done = export_lesson(ex, lessons->rows[i], below, language);
    return done;
}

static bool export_bootcamp(struct exporter *ex, struct str name, struct str folder)
{
    struct doc *bootcamp = doc_load(ex->cx, "LMS Bootcamp", name);
    if (!bootcamp || !exporter_read_texts(ex, bootcamp))
        return false;
    const struct doc_rows *courses = doc_table(bootcamp, "courses");
    exporter_name_rows(ex, courses);
    struct str text = json_updated(ex, pattern_of(ex, bootcamp), bootcamp, bootcamp_mapping, true);
    text = json_translated(ex, list_updated(ex, text, "courses", courses), bootcamp);
    bool done = exporter_put(ex, str_printf(ex->cx->arena, "%.*s/bootcamp.json", STR_ARG(folder)), text);
    map_put(&ex->folders, folder, bootcamp);
    for (size_t i = 0; done && i < courses->count; i++)
        done = export_course(ex, courses->rows[i], folder, doc_text(bootcamp, "language"));
    return done;
}

/* The folder a bootcamp was imported from, else its own name. */
static struct str folder_of(const struct exporter *ex, struct str name)
{
    const struct import_file *known = map_get(&ex->file_of, name);
    return known && str_is(known->document_type, "LMS Bootcamp")
               ? str_slice(known->path, 0, (size_t)str_index(known->path, '/'))
               : name;
}

/* It belongs to a bootcamp that is in the school no more. */
static bool is_orphan(struct exporter *ex, struct str path)
{
    ptrdiff_t slash = str_index(path, '/');
    struct str folder = str_slice(path, 0, slash > 0 ? (size_t)slash : 0);
    return folder.n && !map_has(&ex->folders, folder) &&
           map_has(&ex->files, str_printf(ex->cx->arena, "%.*s/bootcamp.json", STR_ARG(folder)));
}

/* Everything that is no document: licences, quizzes, manifests. */
static bool export_others(struct exporter *ex)
{
    for (size_t i = 0; i < ex->files.count; i++) {
        const struct import_file *f = ex->files.entries[i].value;
        if (f->document_type.n || is_orphan(ex, f->path))
            continue;
        if (!(str_ends(f->path, STR("/manifest.json")) ? export_manifest(ex, f) : exporter_put(ex, f->path, f->bytes)))
            return false;
    }
    return true;
}

/* ---- the school ---------------------------------------------------------------------------------------------------------------------------- */

/* First the folders that the file names, in its order, then the others. */
static struct str bootcamps_updated(struct exporter *ex, struct str text)
{
    struct str why;
    const json_t *list = json_object_get(json_file_read(ex->cx->arena, text, &why), "bootcamps");
    json_t *wanted = json_array();
    struct map done = map_new(ex->cx->arena);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str folder = json_str_of(json_array_get(list, i));
        if (map_has(&ex->folders, folder)) {
            json_array_append(wanted, json_array_get(list, i));
            map_put(&done, folder, ex);
        }
    }
    for (size_t i = 0; i < ex->folders.count; i++)
        if (!map_has(&done, ex->folders.entries[i].key))
            json_array_append_new(wanted, json_stringn(ex->folders.entries[i].key.p, ex->folders.entries[i].key.n));
    char *dump = json_equal(wanted, list) ? NULL : json_dumps(wanted, JSON_INDENT(1));
    if (dump)
        text = json_text_with(ex->cx->arena, text, "bootcamps", str_of(dump));
    free(dump);
    json_decref(wanted);
    return text;
}

static bool export_school(struct exporter *ex)
{
    struct doc *settings = doc_load(ex->cx, "School Settings", STR("School Settings"));
    if (!settings)
        return false;
    const struct import_file *known = map_get(&ex->files, STR("school.json"));
    struct str text = json_updated(ex, pattern_of(ex, settings), settings, school_mapping, !known);
    return exporter_put(ex, STR("school.json"), bootcamps_updated(ex, text));
}

/* Of one moment: nobody's edit is half in it. */
static bool export_all(struct exporter *ex)
{
    struct ctx *cx = ex->cx;
    struct map names = map_new(cx->arena);
    if (!db_begin(cx) || !exporter_know(ex))
        return false;
    struct rows *rows = doc_rows(
        cx, &(struct find){
                .doctype = "LMS Bootcamp", .fields = "name", .order = "creation asc, name asc", .unchecked = true });
    while (rows && rows_next(rows))
        map_put(&names, str_copy(cx->arena, rows_text(rows, 0)), ex);
    for (size_t i = 0; !failed(cx) && i < names.count; i++)
        export_bootcamp(ex, names.entries[i].key, folder_of(ex, names.entries[i].key));
    return !failed(cx) && export_others(ex) && export_school(ex);
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
    struct arena *a = cx.arena;
    struct exporter ex = { .cx = &cx,
                           .dir = dir,
                           .file_of = map_new(a),
                           .translation_of = map_new(a),
                           .stems = map_new(a),
                           .bodies = map_new(a),
                           .folders = map_new(a) };
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
