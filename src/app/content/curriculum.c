/* Reading a curriculum from disk, with every fault named by file, line and reason. */
#include <sodium.h>

#include "core.h"
#include "curriculum.h"
#include "expectation.h"
#include "json_edit.h"

struct str sha256_hex(struct arena *a, struct str bytes)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    char *hex = arena_alloc(a, 2 * sizeof hash + 1);
    sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
    return str_of(hex);
}

struct str stem_slug(struct str stem)
{
    ptrdiff_t dash = str_index(stem, '-');
    int64_t number;
    if (dash > 0 && str_int(str_slice(stem, 0, (size_t)dash), &number))
        return str_from(stem, (size_t)dash + 1);
    return stem;
}

/* ---- JSON files ------------------------------------------------------------------------------------------------------- */

/* "Invalid JSON at line 3, …": the line, for the front of the message. */
static int line_in(struct str why)
{
    ptrdiff_t at = str_find(why, STR("line "));
    struct str rest = at < 0 ? STR_NONE : str_from(why, (size_t)at + 5), number;
    int64_t line = 0;
    return str_cut(&rest, ',', &number) && str_int(number, &line) ? (int)line : 0;
}

static json_t *read_json(struct arena *a, struct problems *p, struct str path, struct str bytes)
{
    struct str why;
    json_t *value = json_file_read(a, bytes, &why);
    if (!value)
        problem_add(p, path, line_in(why), "%.*s", STR_ARG(why));
    else if (!json_is_object(value))
        problem_add(p, path, 1, "must be a JSON object");
    return json_is_object(value) ? value : NULL;
}

/* A name in a list of folders or files: [a-z0-9-]+, no way out of the folder. */
static bool is_stem(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
            return false;
    return s.n > 0 && s.n <= 120;
}

/* ---- lessons ------------------------------------------------------------------------------------------------------------- */

static struct str lesson_path(struct arena *a, const struct bootcamp_source *b, const struct course_source *c,
                              struct str stem, struct str language)
{
    return str_printf(a, "%.*s/courses/%.*s/lessons/%.*s%s%.*s.md", STR_ARG(b->folder), STR_ARG(c->stem), STR_ARG(stem),
                      language.n ? "." : "", STR_ARG(language));
}

static bool read_lesson_file(struct bootcamp_source *b, struct str path, struct lesson_file *out)
{
    const struct file *file = folder_file(b->files, path);
    struct problems *p = &b->problems;
    if (!file) {
        problem_add(p, path, 0, "the file is listed but is not there");
        return false;
    }
    if (file->fault || !lesson_file_read(p->arena, file->path, file->bytes, out, p))
        return false;
    expect_keys(p, path, out->values, LESSON_FILE, out, STR_NONE);
    return true;
}

/* The languages a lesson has: what files there are, whatever its header says; a language it lists without a file is
 * noted. */
static void read_translations(struct bootcamp_source *b, const struct course_source *c, struct lesson_source *l)
{
    struct arena *a = b->problems.arena;
    struct str prefix = lesson_path(a, b, c, l->stem, STR_NONE);
    prefix = str_slice(prefix, 0, prefix.n - 2); /* up to the dot before "md" */
    l->translations = arena_array(a, b->files->count + 1, sizeof *l->translations);
    for (size_t i = 0; i < b->files->count; i++) {
        struct str path = b->files->files[i].path;
        if (!str_starts(path, prefix) || !str_ends(path, STR(".md")) || path.n <= prefix.n + 3)
            continue;
        struct translation_source *t = &l->translations[l->translation_count];
        t->language = str_slice(path, prefix.n, path.n - 3);
        if (is_language(t->language) && read_lesson_file(b, path, &t->file))
            l->translation_count++;
    }
    const json_t *listed = json_object_get(l->file.values, "translations");
    for (size_t i = 0; i < json_array_size(listed); i++) {
        struct str path = lesson_path(a, b, c, l->stem, json_str_of(json_array_get(listed, i)));
        if (!folder_file(b->files, path))
            problem_add(&b->notes, l->file.path, lesson_file_line(&l->file, "translations"),
                        "%.*s is listed but is not there", STR_ARG(path));
    }
}

static bool stem_taken(const struct course_source *c, struct str slug)
{
    for (size_t i = 0; i < c->lesson_count; i++)
        if (str_eq(c->lessons[i].slug, slug))
            return true;
    return false;
}

static void read_lessons(struct bootcamp_source *b, struct course_source *c)
{
    const json_t *stems = json_object_get(c->meta, "lessons");
    struct problems *p = &b->problems;
    c->lessons = arena_array(p->arena, json_array_size(stems) + 1, sizeof *c->lessons);
    for (size_t i = 0; i < json_array_size(stems); i++) {
        struct lesson_source l = { .stem = json_str_of(json_array_get(stems, i)) };
        if (!is_stem(l.stem)) {
            problem_add(p, c->path, json_line_of(c->bytes, "lessons"),
                        "lessons: entry %zu is not a file's name made of a-z, 0-9 and -", i + 1);
            continue;
        }
        l.slug = stem_slug(l.stem);
        if (!l.slug.n || stem_taken(c, l.slug))
            l.slug = l.stem;
        if (stem_taken(c, l.slug)) {
            problem_add(p, c->path, json_line_of(c->bytes, "lessons"), "lessons: %.*s is listed twice",
                        STR_ARG(l.stem));
            continue;
        }
        if (!read_lesson_file(b, lesson_path(p->arena, b, c, l.stem, STR_NONE), &l.file))
            continue;
        read_translations(b, c, &l);
        c->lessons[c->lesson_count++] = l;
    }
}

/* ---- courses ---------------------------------------------------------------------------------------------------------------- */

static bool course_taken(const struct bootcamp_source *b, struct str slug)
{
    for (size_t i = 0; i < b->course_count; i++)
        if (str_eq(b->courses[i].slug, slug))
            return true;
    return false;
}

static void read_course(struct bootcamp_source *b, struct str stem)
{
    struct problems *p = &b->problems;
    struct course_source c = { .stem = stem, .slug = stem_slug(stem) };
    c.path = str_printf(p->arena, "%.*s/courses/%.*s/course.json", STR_ARG(b->folder), STR_ARG(stem));
    const struct file *file = folder_file(b->files, c.path);
    if (!file)
        problem_add(p, c.path, 0, "the course is listed in bootcamp.json but is not there");
    if (!file || file->fault)
        return;
    c.bytes = file->bytes;
    c.meta = read_json(p->arena, p, c.path, c.bytes);
    if (!c.meta)
        return;
    expect_keys(p, c.path, c.meta, COURSE_FILE, NULL, c.bytes);
    if (!c.slug.n || course_taken(b, c.slug))
        c.slug = stem;
    read_lessons(b, &c);
    b->courses[b->course_count++] = c;
}

static void read_courses(struct bootcamp_source *b)
{
    const json_t *stems = json_object_get(b->meta, "courses");
    struct problems *p = &b->problems;
    b->courses = arena_array(p->arena, json_array_size(stems) + 1, sizeof *b->courses);
    for (size_t i = 0; i < json_array_size(stems); i++) {
        struct str stem = json_str_of(json_array_get(stems, i));
        if (!is_stem(stem) || course_taken(b, stem))
            problem_add(p, b->path, json_line_of(b->bytes, "courses"),
                        "courses: entry %zu is not a folder's name, or is listed twice", i + 1);
        else
            read_course(b, stem);
    }
}

/* A file that looks like a lesson but is listed nowhere is said, not taken. */
static void note_unlisted(struct bootcamp_source *b)
{
    struct map known = map_new(b->problems.arena);
    for (size_t i = 0; i < b->course_count; i++)
        for (size_t j = 0; j < b->courses[i].lesson_count; j++) {
            const struct lesson_source *l = &b->courses[i].lessons[j];
            map_put(&known, l->file.path, b);
            for (size_t k = 0; k < l->translation_count; k++)
                map_put(&known, l->translations[k].file.path, b);
        }
    for (size_t i = 0; i < b->files->count; i++) {
        struct str path = b->files->files[i].path;
        if (str_find(path, STR("/lessons/")) > 0 && str_ends(path, STR(".md")) && !map_has(&known, path))
            problem_add(&b->notes, path, 0, "listed in no course.json: kept as a file, not shown as a lesson");
    }
}

/* ---- bootcamps ------------------------------------------------------------------------------------------------------------------ */

/* Everything below the bootcamp's folder, under its name. */
static const struct folder *files_of(struct arena *a, const struct folder *all, struct str folder)
{
    struct folder *own = arena_new_of(a, struct folder);
    struct str prefix = str_printf(a, "%.*s/", STR_ARG(folder));
    own->files = arena_array(a, all->count + 1, sizeof *own->files);
    for (size_t i = 0; i < all->count; i++)
        if (str_starts(all->files[i].path, prefix))
            own->files[own->count++] = all->files[i];
    return own;
}

static void add_faults(struct problems *p, const struct folder *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (files->files[i].fault)
            problem_add(p, files->files[i].path, 0, "%s", files->files[i].fault);
}

static void read_bootcamp(struct arena *a, struct bootcamp_source *b, const struct folder *all, struct str folder)
{
    *b = (struct bootcamp_source){ .folder = folder, .problems = problems_new(a), .notes = problems_new(a) };
    b->files = files_of(a, all, folder);
    b->path = str_printf(a, "%.*s/bootcamp.json", STR_ARG(folder));
    const struct file *file = folder_file(b->files, b->path);
    if (!is_stem(folder) || folder.n > 100) {
        problem_add(&b->problems, folder, 0,
                    "a bootcamp's folder is named with a-z, 0-9 and -, at most 100 characters");
        return;
    }
    if (!file)
        problem_add(&b->problems, b->path, 0, "the file is missing");
    add_faults(&b->problems, b->files);
    if (!file || file->fault)
        return;
    b->bytes = file->bytes;
    b->meta = read_json(a, &b->problems, b->path, b->bytes);
    if (!b->meta)
        return;
    expect_keys(&b->problems, b->path, b->meta, BOOTCAMP_FILE, NULL, b->bytes);
    read_courses(b);
    note_unlisted(b);
}

/* ---- schools ---------------------------------------------------------------------------------------------------------------------- */

static struct str base_name(struct arena *a, const char *dir)
{
    char *real = realpath(dir, NULL);
    const char *slash = real ? strrchr(real, '/') : NULL;
    struct str name = str_copy(a, str_of(slash ? slash + 1 : dir));
    free(real);
    return name;
}

/* One bootcamp's folder is read as if it stood in a school's. */
static void under_name(struct arena *a, struct folder *all, struct str name)
{
    for (size_t i = 0; i < all->count; i++)
        all->files[i].path = str_printf(a, "%.*s/%.*s", STR_ARG(name), STR_ARG(all->files[i].path));
}

static bool bootcamp_taken(const struct school_source *s, struct str folder)
{
    for (size_t i = 0; i < s->bootcamp_count; i++)
        if (str_eq(s->bootcamps[i].folder, folder))
            return true;
    return false;
}

static void read_bootcamps(struct arena *a, struct school_source *s, const struct folder *all)
{
    const json_t *folders = json_object_get(s->meta, "bootcamps");
    s->bootcamps = arena_array(a, json_array_size(folders) + 1, sizeof *s->bootcamps);
    for (size_t i = 0; i < json_array_size(folders); i++) {
        struct str folder = json_str_of(json_array_get(folders, i));
        if (!is_stem(folder) || bootcamp_taken(s, folder))
            problem_add(&s->problems, s->path, json_line_of(s->bytes, "bootcamps"),
                        "bootcamps: entry %zu is not a folder's name made of a-z, 0-9 and -, or is listed twice",
                        i + 1);
        else
            read_bootcamp(a, &s->bootcamps[s->bootcamp_count++], all, folder);
    }
}

/* What belongs to no bootcamp is kept with the school; a bootcamp that school.json does not name is left out. */
static void keep_others(struct arena *a, struct school_source *s, const struct folder *all)
{
    s->others = arena_new_of(a, struct folder);
    s->others->files = arena_array(a, all->count + 1, sizeof *s->others->files);
    for (size_t i = 0; i < all->count; i++) {
        const struct file *file = &all->files[i];
        ptrdiff_t slash = str_index(file->path, '/');
        struct str top = slash < 0 ? STR_NONE : str_slice(file->path, 0, (size_t)slash);
        struct str inside = str_printf(a, "%.*s/bootcamp.json", STR_ARG(top));
        if (bootcamp_taken(s, top) || str_eq(file->path, s->path))
            continue;
        if (top.n && folder_file(all, inside)) {
            if (str_eq(file->path, inside))
                problem_add(&s->notes, top, 0, "not listed in school.json: left out");
            continue;
        }
        s->others->files[s->others->count++] = *file;
    }
    add_faults(&s->problems, s->others);
}

static void read_school(struct arena *a, struct school_source *s, const struct folder *all, const struct file *school)
{
    s->path = school->path;
    s->bytes = school->bytes;
    s->others = arena_new_of(a, struct folder);
    if (school->fault)
        problem_add(&s->problems, s->path, 0, "%s", school->fault);
    else
        s->meta = read_json(a, &s->problems, s->path, s->bytes);
    if (!s->meta)
        return;
    expect_keys(&s->problems, s->path, s->meta, SCHOOL_FILE, NULL, s->bytes);
    read_bootcamps(a, s, all);
    keep_others(a, s, all);
}

bool school_source_read(struct arena *a, const char *dir, struct school_source *s, struct str *why)
{
    struct folder *all = arena_new_of(a, struct folder);
    *s = (struct school_source){ .problems = problems_new(a), .notes = problems_new(a) };
    if (!folder_read(a, dir, all, why))
        return false;
    const struct file *school = folder_file(all, STR("school.json"));
    if (school) {
        read_school(a, s, all, school);
        return true;
    }
    if (!folder_file(all, STR("bootcamp.json"))) {
        *why = str_printf(a, "%s is not a curriculum: it holds neither school.json nor bootcamp.json", dir);
        return false;
    }
    struct str name = base_name(a, dir);
    under_name(a, all, name);
    s->bootcamps = arena_new_of(a, struct bootcamp_source);
    s->bootcamp_count = 1;
    read_bootcamp(a, s->bootcamps, all, name);
    return true;
}
