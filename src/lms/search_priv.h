#pragma once
/* search: the words of the catalogue in the table preau_search, and how a question asks for them. */
#include "doc.h"

/* ---- the index ------------------------------------------------------------------------------------------------------- */
/* What of each DocType is searched. */
struct searched {
    const char *doctype, *lead, *body; /* besides its title; lead may be NULL */
};
extern const struct searched searched[];
extern const size_t searched_count;
/* The site has the DocType with these fields, and translations: one may define its own. */
bool search_covers(const struct site *, const struct searched *);
/* Brings the rows of one document up to date, from what is stored, translations included; of one that is gone they go.
 * *written: rows that were not as they should be; may be NULL. Three statements at most. */
bool search_index_document(struct ctx *, const struct searched *, struct str name, size_t *written);
/* The bootcamp has another name. */
bool search_renamed(struct ctx *, struct str old_name, struct str new_name);
/* Words as they stand in the index, each with its mark. */
void search_word(struct buf *, struct str word);

/* ---- questions --------------------------------------------------------------------------------------------------------- */
struct question {
    struct keywords terms; /* for showing: every word asked for */
    struct str all, any;   /* for MATCH … IN BOOLEAN MODE; empty: nothing to look for */
};
/* Words, and "words in a row". At most eight of them; every other sign only separates. */
struct question question_of(struct arena *, struct str);
