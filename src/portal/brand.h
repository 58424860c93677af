#pragma once
/* brand: how a school looks and what it says on every page, from School Settings and their translations. Kept in memory
 * with the site's snapshot: a change holds at once here and within a second in every other daemon. */
#include "web.h"

struct brand {
    struct str style, style_url; /* a style sheet that changes custom properties only; empty: none is needed */
    struct str icon, icon_url;   /* our icon in the school's colour (SVG), or empty and the school's own */
    struct str theme[2];         /* colour of the browser's frame, light and dark; empty: not chosen */
    struct str logo;             /* "/files/…" */
    struct map texts;            /* "language field" → struct str *: translations */
};
/* NULL: the settings are not read. */
const struct brand *brand_of(const struct site *);
/* A text of School Settings in this language, else as the school wrote it; *language: of the result, may be NULL. */
struct str brand_text(const struct site *, struct str lang, const char *field, struct str *language);
/* The style sheet or icon that the request names; false: neither. */
bool brand_send(struct web *);

/* Pages of School Settings with an address of their own. */
struct legal_page {
    const char *slug, *field, *title;
};
extern const struct legal_page legal_pages[];
extern const size_t legal_page_count;
