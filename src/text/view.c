/* Views: what a template sees. Names are few, so a list is searched. */
#include "view_priv.h"

static struct view *new_view(struct arena *a, const struct view *outer)
{
    struct view *v = arena_new_of(a, struct view);
    *v = (struct view){ .arena = a, .outer = outer };
    return v;
}

struct view *view_new(struct arena *a)
{
    return new_view(a, NULL);
}

static struct member *add(struct view *v, const char *name, enum member_kind kind)
{
    struct member *m = arena_new_of(v->arena, struct member);
    *m = (struct member){ .next = v->members, .name = str_of(name), .kind = kind };
    return v->members = m;
}

void view_text(struct view *v, const char *name, struct str text)
{
    add(v, name, MEMBER_TEXT)->text = text;
}

void view_html(struct view *v, const char *name, struct html html)
{
    add(v, name, MEMBER_HTML)->text = html.text;
}

void view_int(struct view *v, const char *name, int64_t number)
{
    add(v, name, MEMBER_INT)->number = number;
}

void view_flag(struct view *v, const char *name, bool flag)
{
    add(v, name, MEMBER_FLAG)->number = flag;
}

struct view *view_sub(struct view *v, const char *name)
{
    return add(v, name, MEMBER_SUB)->first = new_view(v->arena, v);
}

struct view *view_row(struct view *v, const char *name)
{
    struct member *m = v->members;
    while (m && !(m->kind == MEMBER_ROWS && str_is(m->name, name)))
        m = m->next;
    if (!m)
        m = add(v, name, MEMBER_ROWS);
    struct view *row = new_view(v->arena, v);
    if (m->last)
        m->last->next = row;
    else
        m->first = row;
    return m->last = row;
}

const struct member *view_own(const struct view *v, struct str name)
{
    for (const struct member *m = v->members; m; m = m->next)
        if (str_eq(m->name, name))
            return m;
    return NULL;
}

const struct member *view_find(const struct view *v, struct str name)
{
    const struct member *m = NULL;
    for (; v && !m; v = v->outer)
        m = view_own(v, name);
    return m;
}

bool member_is_true(const struct member *m)
{
    if (!m)
        return false;
    switch (m->kind) {
    case MEMBER_TEXT:
    case MEMBER_HTML:
        return m->text.n > 0;
    case MEMBER_INT:
    case MEMBER_FLAG:
        return m->number != 0;
    default:
        return m->first != NULL;
    }
}
