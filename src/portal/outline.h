#pragma once
/* The outline of a bootcamp as pages show it: courses with their lessons, lengths, previews, locks. */
#include "lms.h"
#include "page.h"

/* Fills the rows "courses" of a view for the template part outline.html. `current`: name of the lesson being read,
 * whose course is shown open; empty: the first course is. */
void outline_view(struct page *, struct view *, const struct outline *, struct str current);
/* "Text", "Video", "Lab" in the page's language. */
struct str lesson_type(struct web *, struct str content_type);
/* How to get in, for whoever may not read: depends on price, enrollment and login. */
struct str access_words(struct web *, const struct outline *);
