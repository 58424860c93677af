#pragma once
/* A bootcamp as lists show it. */
#include "lms.h"

/* Writes the columns of a card over the alias b, in the order card_read expects: the first CARD_COLUMNS columns. */
enum { CARD_COLUMNS = 11 };
void card_columns(struct sql *);
/* Copies the card out of the current row. */
void card_read(struct ctx *, struct rows *, struct bootcamp_card *);
/* Into the language of the translations. */
void card_translate(const struct translations *, struct bootcamp_card *, struct str language);
/* " AND (…)": what of the DocType the caller may see, over the alias. */
bool sql_only_visible(struct ctx *, struct sql *, const char *doctype, const char *alias);
/* "/bootcamps/a/b/c" of up to three parts; the first empty one ends it. */
struct str place_url(struct ctx *, struct str bootcamp, struct str course, struct str lesson);
/* The card's members of an open JSON object. */
void card_json(struct json_out *, const struct bootcamp_card *);
void out_member_price(struct json_out *, const char *key, struct decimal);
/* Text, or null where it is empty. */
void out_member_text_or_null(struct json_out *, const char *key, struct str);
