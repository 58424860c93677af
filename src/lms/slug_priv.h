#pragma once
/* Slugs: the part of an address that names a bootcamp, a course or a lesson. */
#include "doc.h"

/* The slug of the title, or a hash where the title has no letter or digit. */
struct str slug_or_hash(struct ctx *, struct str title);
/* ValidationError unless it holds a-z, 0-9 and single hyphens between them, at most 100 characters. */
bool slug_check(struct ctx *, struct str slug);
/* Gives a row of a table a slug of its own among its siblings: its stored one, else the given one, else one from the
 * title; taken ones get -2, -3 … */
bool slug_row(struct ctx *, struct doc *row);
