#pragma once
/* HTML inside this room: Markdown becomes raw HTML, raw HTML becomes a balanced stream of known tags, gumbo's tree of
 * that becomes safe HTML. */
#include "text.h"

enum { NESTING_MAX = 32, HTML_CEILING = 16 << 20 };

/* Markdown whose fenced divs, image attributes and too wide tables are rewritten for md4c. */
struct str markdown_prepared(struct arena *, struct str markdown);

/* The same content with only known tags and attributes, every element closed in order, at most NESTING_MAX deep:
 * deeper and unknown tags stand as text. Linear in time; what comes out cannot make gumbo slow. */
struct str html_balanced(struct arena *, struct str raw);

/* Safe HTML of balanced HTML: the allow-list of elements, attributes and URL schemes. Null text: too much. */
struct html html_rewritten(struct arena *, struct str balanced, const struct markdown_options *);
