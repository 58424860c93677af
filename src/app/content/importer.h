#pragma once
/* Inside import: one bootcamp on its way into the database. */
#include "curriculum.h"
#include "doc.h"
#include "import_file.h"
#include "mapping.h"

struct tally {
    size_t added, changed, removed, unchanged;
};

struct importer {
    struct ctx *cx;
    const struct bootcamp_source *source;
    struct map known; /* path → struct import_file * of the last import */
    bool prune;
    struct doc *root;
    struct map rows;      /* name → struct doc * of every course and lesson stored */
    struct map claimed;   /* name → struct doc * of those a file stands for */
    struct map documents; /* path → struct doc * : what each document's file became */
    struct tally tally;
    struct problems notes;
};

enum file_state { FILE_NEW, FILE_CHANGED, FILE_SAME };

/* How a file stands to the last import. */
enum file_state importer_state(const struct importer *, struct str path, struct str bytes);
/* Builds the tree of the bootcamp in memory from its files. */
bool importer_build(struct importer *);
/* Writes the Content Translations of the files that changed. */
bool importer_translate(struct importer *);
/* Sets the mapped fields that changed in the file since the last import. Where the document changed too, the file wins
 * and a note says so. `then`: the file's values at the last import; NULL: there was none. */
bool importer_apply(struct importer *, struct doc *, const struct mapping *, const json_t *now, const json_t *then,
                    struct str path);
