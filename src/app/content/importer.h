#pragma once
/* Inside import: one bootcamp on its way into the database. The order is: claim (which document does each file stand
 * for), build (what changed, in memory), save, translate, files. */
#include "curriculum.h"
#include "doc.h"
#include "import_file.h"
#include "mapping.h"

struct tally {
    size_t added, changed, renamed, removed, unchanged;
};

struct importer {
    struct ctx *cx;
    const struct bootcamp_source *source;
    struct map known;  /* path → struct import_file * of the last import */
    struct map origin; /* path → struct import_file * of the same document's file, which had another path then */
    struct map left;   /* paths of unchanged files whose document was removed in the school: they stay so */
    bool prune;
    struct doc *root;
    struct map rows;      /* name → struct doc * of every course and lesson stored */
    struct map claimed;   /* name → struct doc * of those a file stands for */
    struct map file_of;   /* name → struct import_file * that it was imported from */
    struct map documents; /* path → struct doc * : what each document's file became */
    struct map gone;      /* name of a course or lesson whose file is gone → its struct import_file * */
    struct map pruned;    /* name → struct doc * of what leaves the tree */
    struct tally tally;
    struct problems notes;
};

enum file_state { FILE_NEW, FILE_CHANGED, FILE_SAME };

/* The file at the last import, under this path or an earlier one; NULL: it was not there. */
const struct import_file *importer_known(const struct importer *, struct str path);
/* How a file stands to the last import. */
enum file_state importer_state(const struct importer *, struct str path, struct str bytes);
/* Finds the document of every file, or makes a new one: fills root, documents, origin, left and gone. */
bool importer_claim(struct importer *);
/* Gives the documents what changed in their files, and puts them in the order of the files. */
bool importer_build(struct importer *);
/* Writes the Content Translations of the files that changed, and removes those of files that are gone. */
bool importer_translate(struct importer *);
/* Fills rows with the courses and lessons of a stored bootcamp. */
void importer_know_rows(struct importer *, const struct doc *root);
/* Removes a whole bootcamp and its Content Translations. */
bool importer_remove(struct importer *, struct str name);
/* Sets the mapped fields that changed in the file since the last import. Where the document changed too, the file wins
 * and a note says so. `then`: the file's values at the last import; NULL: there was none. */
bool importer_apply(struct importer *, struct doc *, const struct mapping *, const json_t *now, const json_t *then,
                    struct str path);
/* The values of a JSON file or of a lesson's header at the last import; NULL: there was none. */
const json_t *importer_json_then(struct importer *, struct str path);
const json_t *importer_head_then(struct importer *, struct str path);
/* The file had this body at the last import: compared through the whole file's hash, for the body is not kept twice. */
bool importer_had_body(struct importer *, const struct import_file *, struct str body);
