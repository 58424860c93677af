/* How an error looks as a page: the school's frame, what happened, where to go on. */
#include "page.h"

static const struct {
    int status;
    const char *title, *what;
} kinds[] = {
    { 400, N_("This request cannot be read"), N_("Something in the address or the form is not as it should be.") },
    { 401, N_("Please log in"), N_("This page is for those who are logged in.") },
    { 403, N_("This page is not open to you"), N_("Log in with another account, or ask the school for access.") },
    { 404, N_("There is nothing here"), N_("The page may have moved, or the address has a typing mistake.") },
    { 405, N_("This cannot be done here"), N_("The page exists, but not for this kind of request.") },
    { 413, N_("That was too large"), N_("Send less at once.") },
    { 417, N_("This is not possible"), N_("Something in the address or the form is not as it should be.") },
    { 429, N_("Too many tries"), N_("Wait a minute, then try again.") },
    { 503, N_("We will be back in a moment"), N_("The school is being looked after. Try again in a minute.") },
    { 500, N_("Something went wrong on our side"), N_("It has been written down. Try again in a minute.") },
};

static size_t kind_of(int status)
{
    for (size_t i = 0; i < countof(kinds); i++)
        if (kinds[i].status == status)
            return i;
    return status < 500 ? 0 : countof(kinds) - 1;
}

static void render(struct web *w, int status, struct buf *out)
{
    size_t kind = kind_of(status);
    struct page p = page_open(w, page_words(w, kinds[kind].title));
    struct str said = status == 417 ? w->cx.err.message : STR_NONE; /* for people, in their language */
    view_text(p.view, "what", said.n ? said : page_words(w, kinds[kind].what));
    if (status >= 500)
        view_text(p.view, "request_id", w->exchange->request.id);
    view_text(p.view, "canonical", STR_NONE);
    page_unlisted(&p);
    page_render(&p, "error", out);
}

ERROR_PAGE(portal) = { .render = render };
