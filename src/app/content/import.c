/* The import as a whole: a school's settings, then each bootcamp in a transaction of its own, and what is said of it. */
#include "import.h"

#include "commerce.h"
#include "importer.h"

struct import {
    struct command_line *cl;
    const char *host;
    const struct import_options *options;
    size_t refused;
};

static void say_problems(const struct problems *list, const char *kind)
{
    for (const struct problem *p = list->first; p; p = p->next)
        if (p->line)
            fprintf(stderr, "%s: %.*s:%d: %.*s\n", kind, STR_ARG(p->path), p->line, STR_ARG(p->reason));
        else
            fprintf(stderr, "%s: %.*s: %.*s\n", kind, STR_ARG(p->path), STR_ARG(p->reason));
}

/* ---- what changed ------------------------------------------------------------------------------------------------------ */

static bool is_origin(const struct importer *im, const struct import_file *known)
{
    for (size_t i = 0; i < im->origin.count; i++)
        if (im->origin.entries[i].value == known)
            return true;
    return false;
}

/* Before the documents are claimed: is there anything to do at all? */
static bool has_work(const struct importer *im)
{
    for (size_t i = 0; i < im->source->files->count; i++) {
        const struct file *file = &im->source->files->files[i];
        if (importer_state(im, file->path, file->bytes) != FILE_SAME)
            return true;
    }
    for (size_t i = 0; im->prune && i < im->known.count; i++)
        if (!folder_file(im->source->files, im->known.entries[i].key))
            return true;
    return false;
}

static void count_files(struct importer *im)
{
    for (size_t i = 0; i < im->source->files->count; i++) {
        const struct file *file = &im->source->files->files[i];
        enum file_state state = importer_state(im, file->path, file->bytes);
        bool renamed = state == FILE_SAME && !map_has(&im->known, file->path);
        im->tally.added += state == FILE_NEW;
        im->tally.changed += state == FILE_CHANGED;
        im->tally.renamed += renamed;
        im->tally.unchanged += state == FILE_SAME && !renamed;
    }
    for (size_t i = 0; i < im->known.count; i++) {
        const struct import_file *known = im->known.entries[i].value;
        if (folder_file(im->source->files, known->path) || is_origin(im, known))
            continue;
        im->tally.removed++;
        problem_add(&im->notes, known->path, 0,
                    im->prune ? "gone from the folder: removed"
                              : "gone from the folder, kept in the school (--prune removes it)");
    }
}

/* ---- the files as they were read -------------------------------------------------------------------------------------------- */

static bool is_lesson(struct str path)
{
    return str_find(path, STR("/lessons/")) > 0 && str_ends(path, STR(".md"));
}

static bool put_file(struct importer *im, const struct file *file)
{
    struct ctx *cx = im->cx;
    const struct doc *doc = map_get(&im->documents, file->path);
    struct import_file row = { .path = file->path, .bytes = file->bytes, .sha256 = sha256_hex(cx->arena, file->bytes) };
    if (doc) {
        row.document_type = str_of(doc->type->name);
        row.document_name = doc->name;
    }
    if (doc && is_lesson(file->path)) {
        struct lesson_file parsed;
        struct problems ignored = problems_new(cx->arena);
        if (lesson_file_read(cx->arena, file->path, file->bytes, &parsed, &ignored))
            row.bytes = parsed.head; /* the body stands in the document */
    }
    return import_file_put(cx, &row);
}

/* Files under a new path replace those under the old one; files that are gone are forgotten when pruning. */
static bool put_files(struct importer *im)
{
    const struct folder *files = im->source->files;
    for (size_t i = 0; i < im->known.count; i++) {
        const struct import_file *known = im->known.entries[i].value;
        bool forgotten = !folder_file(files, known->path) && (im->prune || is_origin(im, known));
        if (forgotten && !import_file_delete(im->cx, known->path))
            return false;
    }
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->files[i];
        const struct import_file *known = map_get(&im->known, file->path);
        const struct doc *doc = map_get(&im->documents, file->path);
        bool same = known && importer_state(im, file->path, file->bytes) == FILE_SAME &&
                    (!doc || str_eq(doc->name, known->document_name));
        if (!same && !map_has(&im->left, file->path) && !put_file(im, file))
            return false;
    }
    return true;
}

/* ---- one bootcamp ------------------------------------------------------------------------------------------------------------- */

static void say_tally(const struct importer *im)
{
    size_t lessons = 0;
    const struct tally *t = &im->tally;
    for (size_t i = 0; i < im->source->course_count; i++)
        lessons += im->source->courses[i].lesson_count;
    printf("%.*s: ", STR_ARG(im->source->folder));
    if (!t->added && !t->changed && !t->renamed && !(im->prune && t->removed))
        printf("unchanged (%zu files", t->unchanged);
    else
        printf("%zu files added, %zu changed, %zu renamed, %zu removed (%zu unchanged", t->added, t->changed,
               t->renamed, im->prune ? t->removed : 0, t->unchanged);
    printf("; %zu courses, %zu lessons)\n", im->source->course_count, lessons);
    fflush(stdout);
}

/* The bootcamp may have been removed in the school, or renamed, while its files stayed as they were. */
static bool is_there(struct importer *im)
{
    const struct import_file *known = map_get(&im->known, im->source->path);
    struct str name;
    return known && doc_exists(im->cx, "LMS Bootcamp", known->document_name, &name);
}

static bool write_bootcamp(struct importer *im)
{
    struct ctx *cx = im->cx;
    struct str prefix = str_printf(cx->arena, "%.*s/", STR_ARG(im->source->folder));
    if (!import_files_load(cx, prefix, &im->known))
        return false;
    bool work = has_work(im) || !is_there(im);
    if (failed(cx) || !work) {
        count_files(im);
        return !failed(cx);
    }
    if (!importer_claim(im))
        return false;
    count_files(im);
    return importer_build(im) && doc_save(cx, im->root, SAVE_AS_SYSTEM | SAVE_STAMPS_ONLY_IF_CHANGED) &&
           importer_translate(im) && put_files(im);
}

static struct importer importer_new(const struct import *import, struct ctx *cx, const struct bootcamp_source *source)
{
    struct arena *a = cx->arena;
    return (struct importer){ .cx = cx,
                              .source = source,
                              .prune = import->options->prune,
                              .known = map_new(a),
                              .origin = map_new(a),
                              .left = map_new(a),
                              .rows = map_new(a),
                              .claimed = map_new(a),
                              .file_of = map_new(a),
                              .documents = map_new(a),
                              .gone = map_new(a),
                              .pruned = map_new(a),
                              .notes = problems_new(a) };
}

static void import_bootcamp(struct import *import, const struct bootcamp_source *source)
{
    struct ctx cx;
    say_problems(&source->problems, "refused");
    if (source->problems.count) {
        fprintf(stderr, "%.*s: not imported, %zu fault(s)\n", STR_ARG(source->folder), source->problems.count);
        import->refused++;
        return;
    }
    if (!command_call(import->cl, &cx, import->host)) {
        import->refused++;
        return;
    }
    struct importer im = importer_new(import, &cx, source);
    bool done = write_bootcamp(&im);
    if (command_end(&cx, done) != DONE) {
        fprintf(stderr, "%.*s: not imported\n", STR_ARG(source->folder));
        import->refused++;
        return;
    }
    if (import->options->quiet)
        return;
    say_problems(&source->notes, "note");
    say_problems(&im.notes, "note");
    say_tally(&im);
}

/* ---- the school ------------------------------------------------------------------------------------------------------------------ */

static bool write_settings(struct importer *im, const struct school_source *s)
{
    struct ctx *cx = im->cx;
    if (importer_state(im, s->path, s->bytes) == FILE_SAME)
        return true;
    struct doc *settings = doc_load(cx, "School Settings", STR("School Settings"));
    struct import_file row = { s->path, STR("School Settings"), STR("School Settings"), s->bytes,
                               sha256_hex(cx->arena, s->bytes) };
    return settings &&
           importer_apply(im, settings, school_mapping, s->meta, importer_json_then(im, s->path), s->path) &&
           doc_save(cx, settings, SAVE_AS_SYSTEM) && import_file_put(cx, &row);
}

/* The school's own files, beside the bootcamps. */
static bool write_others(struct importer *im, const struct school_source *s)
{
    for (size_t i = 0; i < s->others->count; i++) {
        const struct file *file = &s->others->files[i];
        struct import_file row = { .path = file->path, .bytes = file->bytes };
        row.sha256 = sha256_hex(im->cx->arena, file->bytes);
        if (importer_state(im, file->path, file->bytes) != FILE_SAME && !import_file_put(im->cx, &row))
            return false;
    }
    return true;
}

static bool is_listed(const struct school_source *s, struct str path)
{
    struct str folder = str_slice(path, 0, (size_t)str_index(path, '/'));
    for (size_t i = 0; i < s->bootcamp_count; i++)
        if (str_eq(s->bootcamps[i].folder, folder))
            return true;
    return false;
}

/* A bootcamp as a whole, its translations and its files. What still needs it (an enrollment) refuses this. */
static bool remove_bootcamp(struct importer *im, const struct import_file *known)
{
    struct ctx *cx = im->cx;
    struct str folder = str_slice(known->path, 0, (size_t)str_index(known->path, '/') + 1);
    struct bootcamp_source none = { .folder = folder, .files = arena_new_of(cx->arena, struct folder) };
    im->source = &none;
    bool done = import_files_load(cx, folder, &im->known) && importer_remove(im, known->document_name);
    for (size_t i = 0; done && i < im->known.count; i++)
        done = import_file_delete(cx, im->known.entries[i].key);
    return done;
}

static bool remove_unlisted(struct import *import, struct ctx *cx, const struct school_source *s,
                            struct problems *notes)
{
    struct map known;
    if (!import_files_load(cx, STR_NONE, &known))
        return false;
    for (size_t i = 0; i < known.count; i++) {
        const struct import_file *file = known.entries[i].value;
        struct importer im = importer_new(import, cx, NULL);
        bool prune = import->options->prune;
        if (!str_is(file->document_type, "LMS Bootcamp") || is_listed(s, file->path))
            continue;
        problem_add(notes, file->path, 0,
                    prune ? "no longer in school.json: the bootcamp is removed"
                          : "no longer in school.json, kept in the school (--prune removes it)");
        if (prune && !remove_bootcamp(&im, file))
            return false;
    }
    return true;
}

static bool write_school(struct import *import, struct ctx *cx, const struct school_source *s, struct problems *notes)
{
    struct bootcamp_source none = { 0 };
    struct importer im = importer_new(import, cx, &none);
    bool done = import_files_load(cx, STR_NONE, &im.known) && write_settings(&im, s) && write_others(&im, s);
    *notes = im.notes;
    return done && remove_unlisted(import, cx, s, notes);
}

static void import_school(struct import *import, const struct school_source *s)
{
    struct ctx cx;
    struct problems notes = problems_new(import->cl->arena);
    say_problems(&s->problems, "refused");
    say_problems(&s->notes, "note");
    if (s->problems.count || !command_call(import->cl, &cx, import->host) ||
        command_end(&cx, write_school(import, &cx, s, &notes)) != DONE)
        import->refused++;
    if (!import->options->quiet)
        say_problems(&notes, "note");
}

int import_curriculum(struct command_line *cl, const char *host, const char *dir, const struct import_options *options)
{
    struct import import = { cl, host, options, 0 };
    struct school_source school;
    struct str why;
    if (!school_source_read(cl->arena, dir, &school, &why))
        return command_failed("%.*s.", STR_ARG(why));
    if (school.path.n)
        import_school(&import, &school);
    for (size_t i = 0; i < school.bootcamp_count; i++)
        import_bootcamp(&import, &school.bootcamps[i]);
    return import.refused ? FAILED : DONE;
}

static int run(struct command_line *cl)
{
    struct import_options options = { .prune = option_given(cl, "--prune") };
    const char *host = command_word(cl, 0), *dir = command_word(cl, 1), *company = option_value(cl, "--company");
    if (!command_open(cl) || (company && !commerce_company_set(cl, host, company)))
        return FAILED;
    return commerce_is_folder(cl->arena, dir) ? import_commerce(cl, host, dir)
                                              : import_curriculum(cl, host, dir, &options);
}

COMMAND(import)
= { .name = "import",
    .words = "HOST DIR",
    OPTIONS({ "--prune", NULL, "removes what is gone from the folder" },
            { "--company", "NAME", "whose rows of commerce are the school's; else as School Settings say" }),
    .about =
        "Reads a school's or a bootcamp's folder, or commerce as JSON lines, into a school; again: only what changed.",
    .run = run };
