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
/* The page wants a script of src/portal/assets; they run in the order they were asked for. */
void page_script(struct page *, const char *asset);
/* Structured data (schema.org) for the head; `json` is JSON of our own making. */
void page_json_ld(struct page *, struct str json);

/* The path of a public file of this school, as it may stand in a link; empty for anything else: a page asks no other
 * host for a picture. */
struct str page_image(struct web *, struct str url);
/* "/login?redirect-to=…" back to this page. */
struct str page_login_url(struct web *);
/* Where the visitor came from and goes back to (argument redirect-to): for a form ("redirect_to") and for links to other
 * pages of the account ("back_query"). Returns it: a place on this site. */
struct str page_back(struct page *);
/* What went wrong in a form is shown beside its field: "<field>_error", else "problem". Takes the call's error away, and
 * what was written. The status to answer; 0: it is no mistake of who filled the form in, and stays an error. */
int page_form_error(struct page *, const char *field);
/* "24 November 2026, 14:03" in the school's time. */
struct str page_moment(struct web *, int64_t utc_us);
/* A translated message id in the page's language. */
struct str page_words(struct web *, const char *message_id);
/* The same with its one {placeholder} filled in. */
struct str page_words_with(struct web *, const char *message_id, struct str value);
/* Our own icon. */
struct str page_icon_url(void);
/* "1,234.5" as the page's language writes it. */
struct str page_decimal(struct web *, struct decimal, int places);
/* "349,00 €", "€349.00", or "Free" for 0. */
struct str page_money(struct web *, struct decimal amount, struct str currency);
/* The same, and 0 is "€0.00". */
struct str page_amount(struct web *, struct decimal amount, struct str currency);
/* "3 h 20 min", "45 min"; empty for 0. */
struct str page_duration(struct web *, int64_t minutes);
