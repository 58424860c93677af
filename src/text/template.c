/* Templates, rendered: one walk over the operations into the buf. */
#include "escape_priv.h"
#include "template_priv.h"
#include "view_priv.h"

struct run {
    const struct words *words;
    struct buf *out;
};

static const struct member *resolve(const struct view *v, const struct path *p)
{
    const struct member *m = view_find(v, p->names[0]);
    for (size_t i = 1; i < p->count; i++) {
        if (!m || m->kind != MEMBER_SUB)
            return NULL;
        m = view_own(m->first, p->names[i]);
    }
    return m;
}

static void put_value(struct buf *out, const struct member *m, bool html)
{
    if (!m)
        return;
    if (m->kind == MEMBER_INT)
        buf_printf(out, "%lld", (long long)m->number);
    else if (html && m->kind == MEMBER_HTML)
        buf_add(out, m->text);
    else
        put_escaped(out, m->text);
}

/* What fills the placeholder: one of the operation's arguments. A translator's misspelt one stays visible. */
static void put_placeholder(const struct run *r, const struct op *op, const struct view *v, struct str name,
                            struct str as_written)
{
    for (size_t i = 0; i < op->arg_count; i++)
        if (path_answers(&op->args[i], name)) {
            put_value(r->out, resolve(v, &op->args[i]), true);
            return;
        }
    put_escaped(r->out, as_written);
}

static void put_message(const struct run *r, const struct op *op, const struct view *v, struct str message)
{
    size_t done = 0, at = 0, start;
    struct str name;
    while (next_placeholder(message, &at, &start, &name)) {
        put_escaped(r->out, str_slice(message, done, start));
        put_placeholder(r, op, v, name, str_slice(message, start, at));
        done = at;
    }
    put_escaped(r->out, str_from(message, done));
}

static void put_plural(const struct run *r, const struct op *op, const struct view *v)
{
    const struct member *m = resolve(v, &op->args[0]);
    int64_t n = m ? m->number : 0;
    put_message(r, op, v, str_of(words_plural(r->words, op->one, op->many, n)));
}

static void render_ops(const struct run *, const struct template *, size_t from, size_t to, const struct view *);

/* Rows: once a row; a sub-view: once inside it; anything else true: once where we are. */
static void render_section(const struct run *r, const struct template *t, size_t at, const struct view *v)
{
    const struct op *op = &t->ops[at];
    const struct member *m = resolve(v, &op->path);
    if (member_is_true(m) != (op->kind == OP_EACH))
        return;
    if (op->kind == OP_UNLESS || (m->kind != MEMBER_ROWS && m->kind != MEMBER_SUB)) {
        render_ops(r, t, at + 1, op->end, v);
        return;
    }
    for (const struct view *row = m->first; row; row = row->next)
        render_ops(r, t, at + 1, op->end, row);
}

static void render_ops(const struct run *r, const struct template *t, size_t from, size_t to, const struct view *v)
{
    for (size_t i = from; i < to; i++) {
        const struct op *op = &t->ops[i];
        switch (op->kind) {
        case OP_COPY:
            buf_add(r->out, op->text);
            break;
        case OP_VALUE:
        case OP_HTML:
            put_value(r->out, resolve(v, &op->path), op->kind == OP_HTML);
            break;
        case OP_EACH:
        case OP_UNLESS:
            render_section(r, t, i, v);
            i = op->end;
            break;
        case OP_PART:
            render_ops(r, op->part, 0, op->part->count, v);
            break;
        case OP_MESSAGE:
            put_message(r, op, v, str_of(words_get(r->words, op->one)));
            break;
        case OP_PLURAL:
            put_plural(r, op, v);
            break;
        case OP_END:
            break;
        }
    }
}

bool template_render(const struct template_set *set, const char *name, const struct view *v, const struct words *words,
                     struct buf *out)
{
    const struct template *t = map_get(&set->by_name, str_of(name));
    if (!t)
        return false;
    render_ops(&(struct run){ words, out }, t, 0, t->count, v);
    return true;
}
