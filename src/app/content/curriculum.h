#pragma once
/* A curriculum on disk as it is understood: a school's folder, its bootcamps, their courses and lessons with their
 * translations. Reading is pure: no database. Layout: docs/CONTENT.md. */
#include "folder.h"
#include "lesson_file.h"

struct translation_source {
    struct str language;
    struct lesson_file file;
};

struct lesson_source {
    struct str stem; /* "04-functions" */
    struct str slug; /* "functions"; the stem where another lesson of the course has it already */
    struct lesson_file file;
    struct translation_source *translations;
    size_t translation_count;
};

struct course_source {
    struct str stem, slug;
    struct str path;  /* of course.json */
    struct str bytes; /* of course.json */
    json_t *meta;
    struct lesson_source *lessons; /* in order */
    size_t lesson_count;
};

struct bootcamp_source {
    struct str folder; /* its name: the slug of the bootcamp */
    struct str path;   /* of bootcamp.json: "<folder>/bootcamp.json", as every path here is */
    struct str bytes;
    json_t *meta;
    struct course_source *courses; /* in order */
    size_t course_count;
    const struct folder *files; /* everything, paths with the folder's name in front */
    struct problems problems;   /* any: the bootcamp is refused */
    struct problems notes;      /* worth saying; nothing is refused */
};

struct school_source {
    struct str path, bytes; /* school.json; path empty: `dir` is one bootcamp's folder */
    json_t *meta;
    struct bootcamp_source *bootcamps;
    size_t bootcamp_count;
    struct folder *others;    /* files of the school that belong to no bootcamp, without school.json */
    struct problems problems; /* of school.json and of those */
    struct problems notes;
};

/* Reads a school's folder or one bootcamp's. False: `dir` is neither, or cannot be read; *why says so. Faults in files
 * are in the problems. */
bool school_source_read(struct arena *, const char *dir, struct school_source *out, struct str *why);
/* The name of a folder or file without its number: "04-functions" → "functions". */
struct str stem_slug(struct str stem);
/* SHA-256 in hex. */
struct str sha256_hex(struct arena *, struct str bytes);
