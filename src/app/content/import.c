/* The import as a whole: a school's settings, then each bootcamp in a transaction of its own, and what is said of it. */
#include "import.h"

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

static void count_files(struct importer *im)
{
    for (size_t i = 0; i < im->source->files->count; i++) {
        const struct file *file = &im->source->files->files[i];
        enum file_state state = importer_state(im, file->path, file->bytes);
        im->tally.added += state == FILE_NEW;
        im->tally.changed += state == FILE_CHANGED;
        im->tally.unchanged += state == FILE_SAME;
    }
    for (size_t i = 0; i < im->known.count; i++)
        if (!folder_file(im->source->files, im->known.entries[i].key)) {
            im->tally.removed++;
            if (!im->prune)
                problem_add(&im->notes, im->known.entries[i].key, 0,
                            "gone from the folder, kept in the school (--prune)");
        }
}

static bool has_work(const struct importer *im)
{
    return im->tally.added || im->tally.changed || (im->prune && im->tally.removed);
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

static bool put_files(struct importer *im)
{
    for (size_t i = 0; i < im->source->files->count; i++) {
        const struct file *file = &im->source->files->files[i];
        if (importer_state(im, file->path, file->bytes) != FILE_SAME && !put_file(im, file))
            return false;
    }
    for (size_t i = 0; im->prune && i < im->known.count; i++)
        if (!folder_file(im->source->files, im->known.entries[i].key) &&
            !import_file_delete(im->cx, im->known.entries[i].key))
            return false;
    return true;
}

/* ---- one bootcamp ------------------------------------------------------------------------------------------------------------- */

static void say_tally(const struct importer *im)
{
    size_t lessons = 0;
    for (size_t i = 0; i < im->source->course_count; i++)
        lessons += im->source->courses[i].lesson_count;
    printf("%.*s: ", STR_ARG(im->source->folder));
    if (!has_work(im))
        printf("unchanged (%zu files", im->tally.unchanged);
    else
        printf("%zu files added, %zu changed, %zu removed (%zu unchanged", im->tally.added, im->tally.changed,
               im->prune ? im->tally.removed : 0, im->tally.unchanged);
    printf("; %zu courses, %zu lessons)\n", im->source->course_count, lessons);
    fflush(stdout);
}

static bool write_bootcamp(struct importer *im)
{
    struct ctx *cx = im->cx;
    struct str prefix = str_printf(cx->arena, "%.*s/", STR_ARG(im->source->folder));
    if (!import_files_load(cx, prefix, &im->known))
        return false;
    count_files(im);
    if (!has_work(im))
        return true;
    return importer_build(im) && doc_save(cx, im->root, SAVE_AS_SYSTEM) && importer_translate(im) && put_files(im);
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
    struct importer im = { .cx = &cx,
                           .source = source,
                           .prune = import->options->prune,
                           .rows = map_new(cx.arena),
                           .claimed = map_new(cx.arena),
                           .documents = map_new(cx.arena),
                           .notes = problems_new(cx.arena) };
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

static bool write_school(struct ctx *cx, const struct school_source *s, struct problems *notes)
{
    struct bootcamp_source none = { 0 };
    struct importer im = { .cx = cx, .source = &none, .notes = problems_new(cx->arena) };
    struct str why;
    if (!import_files_load(cx, s->path, &im.known))
        return false;
    if (importer_state(&im, s->path, s->bytes) == FILE_SAME)
        return true;
    const struct import_file *known = map_get(&im.known, s->path);
    const json_t *then = known ? json_read(cx->arena, known->bytes, &json_limits_default, &why) : NULL;
    struct doc *settings = doc_load(cx, "School Settings", STR("School Settings"));
    struct import_file row = { s->path, STR("School Settings"), STR("School Settings"), s->bytes,
                               sha256_hex(cx->arena, s->bytes) };
    bool done = settings && importer_apply(&im, settings, school_mapping, s->meta, then, s->path) &&
                doc_save(cx, settings, SAVE_AS_SYSTEM) && import_file_put(cx, &row);
    *notes = im.notes;
    return done;
}

static void import_school(struct import *import, const struct school_source *s)
{
    struct ctx cx;
    struct problems notes = problems_new(import->cl->arena);
    say_problems(&s->problems, "refused");
    if (s->problems.count || !command_call(import->cl, &cx, import->host) ||
        command_end(&cx, write_school(&cx, s, &notes)) != DONE)
        import->refused++;
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
    if (!command_open(cl))
        return FAILED;
    return import_curriculum(cl, command_word(cl, 0), command_word(cl, 1), &options);
}

COMMAND(import)
= { .name = "import",
    .words = "HOST DIR",
    OPTIONS({ "--prune", NULL, "removes what is gone from the folder" }),
    .about = "Reads a school's or a bootcamp's folder into a school; again: only what changed.",
    .run = run };
