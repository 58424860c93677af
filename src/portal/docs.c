/* /api/docs: the interface in words, for people. The same model as /api/openapi.json (web/offer.h), so it names nothing
 * that the reader may not see. Names of fields and DocTypes, and the sentences of their declarations, stay as the
 * interface has them: in English. */
#include "page.h"
#include "web/offer.h"

static const char *verb_name(unsigned verb)
{
    switch (verb) {
    case HTTP_POST:
        return "POST";
    case HTTP_PUT:
        return "PUT";
    case HTTP_PATCH:
        return "PATCH";
    case HTTP_DELETE:
        return "DELETE";
    default:
        return "GET";
    }
}

/* ---- fields and arguments ------------------------------------------------------------------------------------------- */
/* What a field may hold, beyond its type. */
static void limits_view(struct web *w, struct view *row, const struct field *f)
{
    struct arena *a = w->cx.arena;
    struct str rest = f->type == SELECT ? str_of(f->options) : STR_NONE, line;
    while (rest.n && str_cut(&rest, '\n', &line))
        if (str_trim(line).n)
            view_text(view_row(row, "choices"), "choice", str_trim(line));
    if (f->type != SELECT && field_length(f) && field_length(f) != 140)
        view_int(row, "length", (int64_t)field_length(f));
    if (f->preset && *f->preset)
        view_text(row, "preset", str_copy(a, str_of(f->preset)));
}

static struct view *field_view(struct web *w, struct view *into, const char *list, const struct field *f)
{
    struct view *row = view_row(into, list);
    view_text(row, "field", str_of(f->name));
    view_text(row, "label", str_of(field_label(w->cx.arena, f)));
    view_text(row, "type", str_of(field_type_name(f->type)));
    view_flag(row, "mandatory", f->reqd);
    view_flag(row, "unique", f->unique);
    limits_view(w, row, f);
    return row;
}

/* The DocType that a link or a table leads to, where the reader may look at it too. */
static void target_view(struct web *w, struct view *row, const struct field *f, const struct offer *all, size_t count)
{
    bool leads = (f->type == LINK || field_is_table(f)) && f->options;
    if (!leads || !offer_named(all, count, str_of(f->options)))
        return;
    struct view *target = view_sub(row, "target");
    view_text(target, "doctype", str_of(f->options));
    view_text(target, "url",
              str_printf(w->cx.arena, "/api/docs/%.*s", STR_ARG(url_encode(w->cx.arena, str_of(f->options), ""))));
}

/* ---- the index ------------------------------------------------------------------------------------------------------ */
static void doctype_view(struct web *w, struct view *view, const struct offer *offer)
{
    struct view *row = view_row(view, "doctypes");
    view_text(row, "doctype", str_of(offer->type->name));
    view_text(
        row, "url",
        str_printf(w->cx.arena, "/api/docs/%.*s", STR_ARG(url_encode(w->cx.arena, str_of(offer->type->name), ""))));
    view_text(row, "about", str_of(offer->type->about));
    unsigned seen = 0;
    for (size_t i = 0; i < offer->operation_count; i++) {
        unsigned verb = offer->operations[i]->verb;
        if (!(seen & verb) && offer->operations[i]->api == 1)
            view_text(view_row(row, "verbs"), "verb", str_of(verb_name(verb)));
        seen |= verb;
    }
}

static void method_view(struct web *w, struct view *view, const struct method_offer *m)
{
    static const unsigned verbs[] = { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE };
    struct view *row = view_row(view, "methods");
    view_text(row, "path", str_of(m->path));
    view_text(row, "about", str_of(m->about));
    for (size_t i = 0; i < countof(verbs); i++)
        if (m->verbs & verbs[i])
            view_text(view_row(row, "verbs"), "verb", str_of(verb_name(verbs[i])));
    view_flag(row, "declared", m->args && m->args->name);
    view_flag(row, "undeclared", !m->args);
    for (const struct field *f = m->args; f && f->name; f++)
        field_view(w, row, "args", f);
}

static bool show_index(struct web *w)
{
    struct page p = page_open(w, page_words(w, N_("Programming interface")));
    struct offer *all;
    struct method_offer *methods;
    size_t count = offers(&w->cx, &all), method_count = method_offers(&w->cx, &methods);
    for (size_t i = 0; i < count; i++)
        doctype_view(w, p.view, &all[i]);
    for (size_t i = 0; i < method_count; i++)
        method_view(w, p.view, &methods[i]);
    view_text(p.view, "base", web_base_url(w));
    page_unlisted(&p);
    return page_send(&p, "docs", 200);
}

/* ---- one DocType ---------------------------------------------------------------------------------------------------- */
static void operations_view(struct web *w, struct view *view, const struct offer *offer)
{
    for (size_t i = 0; i < offer->operation_count; i++) {
        const struct operation *operation = offer->operations[i];
        struct view *row = view_row(view, operation->api == 1 ? "operations" : "operations_v2");
        view_text(row, "verb", str_of(verb_name(operation->verb)));
        view_text(row, "path", operation_path(w->cx.arena, operation, offer->type));
        view_text(row, "what", page_words(w, operation->about));
        if (operation->gives == GIVES_ROWS && operation->api == 1)
            view_text(view, "list_url", operation_path(w->cx.arena, operation, offer->type));
    }
}

static void fields_view(struct web *w, struct view *view, const struct offer *offer, const struct offer *all,
                        size_t count)
{
    for (size_t i = 0; i < offer->field_count; i++) {
        const struct field *f = offer->fields[i];
        if (field_is_table(f) && !offer_named(all, count, str_of(f->options)))
            continue;
        struct view *row = field_view(w, view, "fields", f);
        target_view(w, row, f, all, count);
        view_flag(row, "of_server", !offer_takes(&w->cx, offer, f));
    }
    view_flag(view, "writable", offer->writable);
}

static bool show_doctype(struct web *w)
{
    struct offer *all;
    size_t count = offers(&w->cx, &all);
    const struct offer *offer = offer_named(all, count, web_captured(w, "doctype"));
    if (!offer)
        return throw(&w->cx, &PageDoesNotExistError, N_("There is nothing at this address."));
    struct page p = page_open(w, str_of(offer->type->name));
    view_text(p.view, "about", str_of(offer->type->about));
    view_flag(p.view, "is_child", offer->type->is_child && !offer->type->addressable);
    view_text(p.view, "base", web_base_url(w));
    operations_view(w, p.view, offer);
    fields_view(w, p.view, offer, all, count);
    page_script(&p, "docs.js");
    page_unlisted(&p);
    return page_send(&p, "docs_doctype", 200);
}

ROUTE(docs) = { .pattern = "/api/docs",
                .verbs = HTTP_GET,
                .run = show_index,
                .page = true,
                .cacheable = true,
                .about = "The interface for people, as the reader may use it." };
ROUTE(docs_doctype) = { .pattern = "/api/docs/:doctype",
                        .verbs = HTTP_GET,
                        .run = show_doctype,
                        .page = true,
                        .cacheable = true,
                        .about = "One DocType: its operations and fields." };
