/* Lists: plan → run → write. Rows go from the row buffer into the answer, with no tree in between. */
#include "doc_priv.h"
#include "query.h"

static void depend(struct ctx *cx, const struct plan *p)
{
    for (size_t i = 0; i < p->source_count; i++)
        call_depends(cx, p->sources[i].type->name);
    if (p->guardian)
        call_depends(cx, p->guardian->name);
}

static struct rows *run(struct ctx *cx, const struct plan *p, struct str *statement)
{
    struct sql *q = plan_sql(cx, p);
    if (!q)
        return NULL;
    if (statement)
        *statement = str_copy(cx->arena, sql_string(q));
    depend(cx, p);
    return db_run(cx, q);
}

static void write_value(struct ctx *cx, struct json_out *out, const struct output *o, struct rows *rows,
                        unsigned column)
{
    const struct column *c = &o->arguments[0].column;
    if (o->function || !c->masked) {
        out_cell(out, o->type, rows, column);
        return;
    }
    struct scratch s = scratch_begin(cx); /* rows may be many: what one needs goes with it */
    struct value v = value_from_row(cx->arena, c->field, rows, column);
    c->source->type->mask(cx, c->field, &v);
    out_field_value(out, o->type, v);
    scratch_end(cx, &s);
}

static void write_array(struct ctx *cx, struct json_out *out, const struct plan *p, struct rows *rows)
{
    out_begin_array(out);
    for (size_t i = 0; i < p->output_count; i++)
        write_value(cx, out, &p->outputs[i], rows, (unsigned)i);
    out_end_array(out);
}

static void write_object(struct ctx *cx, struct json_out *out, const struct plan *p, struct rows *rows)
{
    out_begin_object(out);
    for (size_t i = 0; i < p->output_count; i++) {
        const struct output *o = &p->outputs[i];
        if (o->repeated)
            continue;
        out_key(out, o->key);
        write_value(cx, out, &p->outputs[o->value_from], rows, (unsigned)o->value_from);
    }
    out_end_object(out);
}

/* The page; one row past it, if asked for, only says that there is one. */
static bool write_rows(struct ctx *cx, struct json_out *out, const struct plan *p, struct rows *rows, bool *more)
{
    int64_t left = more && p->length ? p->length - 1 : INT64_MAX;
    out_begin_array(out);
    for (; rows_next(rows); left--) {
        if (left == 0) {
            *more = true;
            rows_close(rows);
            break;
        }
        if (p->as_arrays)
            write_array(cx, out, p, rows);
        else
            write_object(cx, out, p, rows);
        if (!buf_drained(out->buf))
            return false;
    }
    out_end_array(out);
    return !failed(cx);
}

struct rows *list_rows(struct ctx *cx, const struct query *query, const struct plan **plan)
{
    *plan = plan_list(cx, query);
    return *plan ? run(cx, *plan, NULL) : NULL;
}

bool list_json(struct ctx *cx, const struct query *query, struct json_out *out)
{
    struct plan *p = plan_list(cx, query);
    if (p && query->more) {
        *query->more = false;
        p->length += p->length > 0;
    }
    struct rows *rows = p ? run(cx, p, query->statement) : NULL;
    if (!rows)
        return false;
    return write_rows(cx, out, p, rows, query->more);
}

bool list_count(struct ctx *cx, const struct query *query, int64_t *count)
{
    const struct plan *p = plan_count(cx, query);
    struct rows *rows = p ? run(cx, p, NULL) : NULL;
    if (!rows)
        return false;
    *count = rows_next(rows) ? rows_int(rows, 0) : 0;
    rows_close(rows);
    return !failed(cx);
}

struct rows *doc_rows(struct ctx *cx, const struct find *find)
{
    const struct plan *p = plan_find(cx, find);
    return p ? run(cx, p, NULL) : NULL;
}
