/* Slugs: given or made from a title once, then kept; unique among siblings. */
#include "slug_priv.h"

enum { SLUG_MAX = 100 };

struct str slug_or_hash(struct ctx *cx, struct str title)
{
    struct str slug = slug_of(cx->arena, title);
    return slug.n ? slug : random_name(cx->arena);
}

bool slug_check(struct ctx *cx, struct str slug)
{
    bool good = slug.n > 0 && slug.n <= SLUG_MAX && slug.p[0] != '-' && slug.p[slug.n - 1] != '-';
    for (size_t i = 0; i < slug.n && good; i++) {
        char c = slug.p[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!good)
        return throw(cx, &ValidationError,
                     "A slug holds a-z, 0-9 and hyphens inside, and has at most %d characters: %.*s", SLUG_MAX,
                     STR_ARG(slug));
    return true;
}

/* The row stays where it was and keeps its slug: others give way. */
static bool is_settled(const struct doc *row)
{
    return row->before && doc_is_set(row->before, "slug") && str_eq(row->before->parent, row->parent) &&
           str_eq(doc_text(row->before, "slug"), doc_text(row, "slug"));
}

/* A sibling has the slug and does not give way: it is settled, or stands before the row. */
static bool is_taken(const struct doc_rows *siblings, const struct doc *row, struct str slug)
{
    bool before_row = true;
    for (size_t i = 0; i < siblings->count; i++) {
        const struct doc *other = siblings->rows[i];
        if (other == row) {
            before_row = false;
            continue;
        }
        if ((before_row || is_settled(other)) && str_eq_nocase(doc_text(other, "slug"), slug))
            return true;
    }
    return false;
}

static const struct doc_rows *siblings_of(const struct doc *row)
{
    const struct doc *parent = row->up;
    for (size_t i = 0; parent && i < parent->type->field_count; i++) {
        const struct field *field = &parent->type->fields[i];
        if (field_is_table(field) && str_is(row->parentfield, field->name))
            return &parent->tables[i];
    }
    return NULL;
}

static struct str first_free(struct ctx *cx, const struct doc_rows *siblings, const struct doc *row, struct str wanted)
{
    struct str slug = wanted;
    for (int n = 2; is_taken(siblings, row, slug); n++) {
        struct str ending = str_printf(cx->arena, "-%d", n);
        struct str head = str_slice(wanted, 0, SLUG_MAX - ending.n);
        slug = str_printf(cx->arena, "%.*s%.*s", STR_ARG(head), STR_ARG(ending));
    }
    return slug;
}

bool slug_row(struct ctx *cx, struct doc *row)
{
    struct str slug = str_trim(doc_text(row, "slug"));
    if (!slug.n && row->before)
        slug = doc_text(row->before, "slug");
    if (!slug.n)
        slug = slug_or_hash(cx, doc_text(row, "title"));
    if (!slug_check(cx, slug))
        return false;
    doc_set_text(row, "slug", slug);
    const struct doc_rows *siblings = siblings_of(row);
    if (siblings && !is_settled(row))
        doc_set_text(row, "slug", first_free(cx, siblings, row, slug));
    return true;
}
