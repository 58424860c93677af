#pragma once
/* A page: a view with the frame every page has (school, languages, account, canonical links), sent through a template.
 */
#include "web.h"

struct page {
    struct web *web;
    struct view *view;
};

/* A page with its frame. `title` may be empty: then the school's name stands alone. */
struct page page_open(struct web *, struct str title);
/* Renders the template and answers. */
bool page_send(struct page *, const char *template, int status);
/* As page_send, into a buf: for error pages. */
bool page_render(struct page *, const char *template, struct buf *out);

/* Search engines are asked to leave this page out. */
void page_unlisted(struct page *);
/* The page wants a script of src/portal/assets. */
void page_script(struct page *, const char *asset);
/* Structured data (schema.org) for the head; `json` is JSON of our own making. */
void page_json_ld(struct page *, struct str json);

/* The path of a public file of this school, as it may stand in a link; empty for anything else: a page asks no other
 * host for a picture. */
struct str page_image(struct web *, struct str url);
/* "/login?redirect-to=…" back to this page. */
struct str page_login_url(struct web *);
/* A translated message id in the page's language. */
struct str page_words(struct web *, const char *message_id);
/* The same with its one {placeholder} filled in. */
struct str page_words_with(struct web *, const char *message_id, struct str value);
/* "English", "French" in the page's language; the code itself where the program has no such language. */
struct str page_language(struct web *, struct str code);
/* "349,00 €", "€349.00", or "Free" for 0. */
struct str page_money(struct web *, struct decimal amount, struct str currency);
/* "3 h 20 min", "45 min"; empty for 0. */
struct str page_duration(struct web *, int64_t minutes);
