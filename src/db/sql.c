/* sql: the text of a statement and its bound values. Text comes from literals, descriptor names and numbers of ours. */
#include "connection.h"

enum { TEXT_MOST = 1 << 20, BINDINGS_MOST = 65535 };

enum binding_kind { BOUND_NULL, BOUND_INT, BOUND_TEXT, BOUND_DECIMAL };

struct binding {
    enum binding_kind kind;
    int64_t number;
    struct str text;
};

struct sql {
    struct ctx *cx;
    struct buf text;
    struct binding *bindings;
    size_t count, room;
    int64_t limit_ms;
    bool once, limited;
    bool broken; /* a name was refused: what was built is not what was meant */
};

struct sql *sql_new(struct ctx *cx)
{
    struct sql *q = arena_new_of(cx->arena, struct sql);
    q->cx = cx;
    q->text = buf_new(cx->arena, TEXT_MOST);
    return q;
}

void sql_add_literal(struct sql *q, const char *text, size_t n)
{
    buf_add(&q->text, (struct str){ text, n });
}

static bool name_is_plain(struct sql *q, const char *name)
{
    if (*name && !strchr(name, '`'))
        return true;
    q->broken = true;
    return bug(q->cx, "a name that cannot be in SQL: %s", name);
}

/* `name` in backquotes: a list of a hundred columns is made for every read, so it is one copy each. */
static void quote(struct sql *q, struct str name)
{
    char *p = buf_room(&q->text, name.n + 2);
    if (!p)
        return;
    p[0] = '`';
    memcpy(p + 1, name.p, name.n);
    p[name.n + 1] = '`';
    q->text.n += name.n + 2;
}

void sql_name(struct sql *q, const char *name)
{
    if (name_is_plain(q, name))
        quote(q, str_of(name));
}

static bool add_database(struct sql *q)
{
    if (!q->cx->tenant) {
        q->broken = true;
        return bug(q->cx, "a table of no site");
    }
    sql_name(q, q->cx->tenant->database);
    buf_char(&q->text, '.');
    return true;
}

void sql_table(struct sql *q, const char *table)
{
    if (add_database(q))
        sql_name(q, table);
}

void sql_doctype(struct sql *q, const char *doctype)
{
    if (!name_is_plain(q, doctype) || !add_database(q))
        return;
    buf_lit(&q->text, "`tab");
    buf_add(&q->text, str_of(doctype));
    buf_char(&q->text, '`');
}

void sql_column(struct sql *q, const char *alias, const char *name)
{
    sql_name(q, alias);
    buf_char(&q->text, '.');
    sql_name(q, name);
}

void sql_index(struct sql *q, unsigned number)
{
    buf_printf(&q->text, "%u", number);
}

static void bind(struct sql *q, struct binding b)
{
    if (q->count == q->room) {
        size_t room = q->room ? q->room * 2 : 8;
        struct binding *more = arena_array(q->cx->arena, room, sizeof *more);
        if (q->count)
            memcpy(more, q->bindings, q->count * sizeof *more);
        q->bindings = more;
        q->room = room;
    }
    q->bindings[q->count++] = b;
}

static void bind_here(struct sql *q, struct binding b)
{
    buf_char(&q->text, '?');
    bind(q, b);
}

void sql_text(struct sql *q, struct str text)
{
    bind_here(q, (struct binding){ .kind = BOUND_TEXT, .text = text });
}

void sql_int(struct sql *q, int64_t number)
{
    bind_here(q, (struct binding){ .kind = BOUND_INT, .number = number });
}

void sql_decimal(struct sql *q, struct decimal d)
{
    bind_here(q, (struct binding){ .kind = BOUND_DECIMAL, .text = decimal_text(q->cx->arena, d) });
}

void sql_null(struct sql *q)
{
    bind_here(q, (struct binding){ .kind = BOUND_NULL });
}

void sql_join(struct sql *q, const struct sql *tail)
{
    q->text.full |= tail->text.full;
    q->broken |= tail->broken;
    buf_add(&q->text, (struct str){ tail->text.p, tail->text.n });
    for (size_t i = 0; i < tail->count; i++)
        bind(q, tail->bindings[i]);
}

bool sql_is_empty(const struct sql *q)
{
    return q->text.n == 0;
}

struct str sql_string(const struct sql *q)
{
    struct buf text = q->text;
    return buf_str(&text);
}

size_t sql_bindings(const struct sql *q)
{
    return q->count;
}

void sql_once(struct sql *q)
{
    q->once = true;
}

void sql_limit(struct sql *q, int64_t ms)
{
    q->limit_ms = ms;
    q->limited = true;
}

bool sql_is_once(const struct sql *q)
{
    return q->once;
}

bool sql_is_limited(const struct sql *q)
{
    return q->limited;
}

int64_t sql_limit_ms(const struct sql *q)
{
    return q->limit_ms;
}

size_t sql_weight(const struct sql *q)
{
    size_t bytes = 0;
    for (size_t i = 0; i < q->count; i++)
        bytes += q->bindings[i].text.n;
    return bytes;
}

struct str sql_final(struct sql *q)
{
    if (q->broken)
        return STR_NONE; /* the call has failed already */
    if (q->text.full || q->count > BINDINGS_MOST)
        return throw(q->cx, &DataError, N_("This request asks for too much at once. Please ask for less.")), STR_NONE;
    if (!q->limited)
        return buf_str(&q->text);
    return str_printf(q->cx->arena, "SET STATEMENT max_statement_time=%lld.%03lld FOR %.*s",
                      (long long)(q->limit_ms / 1000), (long long)(q->limit_ms % 1000), (int)q->text.n, q->text.p);
}

static void fill(MYSQL_BIND *to, struct binding *from)
{
    switch (from->kind) {
    case BOUND_NULL:
        to->buffer_type = MYSQL_TYPE_NULL;
        return;
    case BOUND_INT:
        to->buffer_type = MYSQL_TYPE_LONGLONG;
        to->buffer = &from->number;
        return;
    case BOUND_TEXT:
    case BOUND_DECIMAL: /* as a number: compared with a text the server would compare as double */
        to->buffer_type = from->kind == BOUND_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_NEWDECIMAL;
        to->buffer = (void *)(uintptr_t)(from->text.p ? from->text.p : "");
        to->buffer_length = from->text.n;
        to->length_value = from->text.n;
        to->length = &to->length_value;
        return;
    }
}

MYSQL_BIND *sql_binds(const struct sql *q)
{
    if (!q->count)
        return NULL;
    MYSQL_BIND *binds = arena_array(q->cx->arena, q->count, sizeof *binds);
    for (size_t i = 0; i < q->count; i++)
        fill(&binds[i], &q->bindings[i]);
    return binds;
}
