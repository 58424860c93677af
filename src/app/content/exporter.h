#pragma once
/* Inside export: documents on their way into files. The files of the last import are the pattern: their bytes are given
 * back where they still say what the document says. */
#include "curriculum.h"
#include "doc.h"
#include "import_file.h"
#include "mapping.h"

struct exporter {
    struct ctx *cx;
    const char *dir;
    struct map files;          /* path → struct import_file * of the last import */
    struct map file_of;        /* name of a document → its struct import_file * */
    struct map translation_of; /* "name\nlanguage" of a lesson → its struct import_file * */
    struct map stems;          /* name of a course or lesson → struct str *, its folder's or file's name */
    struct map texts;          /* name of a document of the bootcamp at hand → struct text * */
    struct map bodies;         /* path of a written lesson → struct body *: for manifests */
    struct map folders;        /* folders of the bootcamps written */
    size_t written;
};

/* A Content Translation; those of a document in the order of their languages. */
struct text {
    struct text *next;
    struct str field, language, value;
};

struct body {
    struct str bytes, language, content_type;
    bool as_imported;
};

/* Reads the files of the last import. */
bool exporter_know(struct exporter *);
/* Reads the Content Translations of a tree. */
bool exporter_read_texts(struct exporter *, const struct doc *root);
/* Writes a file below the folder. */
bool exporter_put(struct exporter *, struct str path, struct str bytes);

/* Gives the rows of a table their names in the folder: those they were imported under, where these still fit. */
void exporter_name_rows(struct exporter *, const struct doc_rows *);
struct str exporter_stem(const struct exporter *, const struct doc *row);

/* JSON as the files write it. */
struct str json_text_of(struct arena *, struct str);
/* The lesson's file and those of its translations. `language`: the bootcamp's. */
bool export_lesson(struct exporter *, const struct doc *lesson, struct str folder, struct str language);
/* A manifest whose body_* values follow the bodies written. */
bool export_manifest(struct exporter *, const struct import_file *);
