/* Plural-Forms: gettext's C expression, read by precedence into a small tree. Numbers, n, ! * / % + - < > <= >= == != && ||
 * ?: and parentheses. Division by 0 gives 0: a catalogue cannot stop the program. */
#include "plural_priv.h"

enum { DEPTH_MAX = 40, FORMS_MAX = 16 };

enum node_kind { NODE_NUMBER, NODE_N, NODE_NOT, NODE_BINARY, NODE_CHOICE };

struct node {
    enum node_kind kind;
    uint64_t number;
    const struct binary *binary;
    const struct node *a, *b, *c; /* CHOICE: a ? b : c */
};

struct plural {
    size_t forms;
    const struct node *form_of;
};

struct reader {
    struct arena *arena;
    struct str rest;
    unsigned depth;
};

static uint64_t or_(uint64_t a, uint64_t b)
{
    return a || b;
}
static uint64_t and_(uint64_t a, uint64_t b)
{
    return a && b;
}
static uint64_t equal(uint64_t a, uint64_t b)
{
    return a == b;
}
static uint64_t differs(uint64_t a, uint64_t b)
{
    return a != b;
}
static uint64_t at_most(uint64_t a, uint64_t b)
{
    return a <= b;
}
static uint64_t at_least(uint64_t a, uint64_t b)
{
    return a >= b;
}
static uint64_t less(uint64_t a, uint64_t b)
{
    return a < b;
}
static uint64_t more(uint64_t a, uint64_t b)
{
    return a > b;
}
static uint64_t plus(uint64_t a, uint64_t b)
{
    return a + b;
}
static uint64_t minus(uint64_t a, uint64_t b)
{
    return a - b;
}
static uint64_t times(uint64_t a, uint64_t b)
{
    return a * b;
}
static uint64_t divided(uint64_t a, uint64_t b)
{
    return b ? a / b : 0;
}
static uint64_t remainder_of(uint64_t a, uint64_t b)
{
    return b ? a % b : 0;
}

/* Longer signs first; a higher level binds tighter. */
static const struct binary {
    const char *sign;
    int level;
    uint64_t (*apply)(uint64_t, uint64_t);
} binaries[] = { { "||", 1, or_ },        { "&&", 2, and_ },     { "==", 3, equal }, { "!=", 3, differs },
                 { "<=", 4, at_most },    { ">=", 4, at_least }, { "<", 4, less },   { ">", 4, more },
                 { "+", 5, plus },        { "-", 5, minus },     { "*", 6, times },  { "/", 6, divided },
                 { "%", 6, remainder_of } };

static bool take(struct reader *r, const char *sign)
{
    r->rest = str_trim(r->rest);
    if (!str_starts(r->rest, str_of(sign)))
        return false;
    r->rest = str_from(r->rest, strlen(sign));
    return true;
}

static struct node *node(struct reader *r, enum node_kind kind)
{
    struct node *n = arena_new_of(r->arena, struct node);
    n->kind = kind;
    return n;
}

static const struct node *read_choice(struct reader *);

static const struct node *read_number(struct reader *r)
{
    size_t digits = 0;
    while (digits < r->rest.n && r->rest.p[digits] >= '0' && r->rest.p[digits] <= '9')
        digits++;
    int64_t value;
    if (!str_int(str_slice(r->rest, 0, digits), &value))
        return NULL;
    struct node *n = node(r, NODE_NUMBER);
    n->number = (uint64_t)value;
    r->rest = str_from(r->rest, digits);
    return n;
}

static const struct node *read_unary(struct reader *r)
{
    if (take(r, "!")) {
        if (++r->depth > DEPTH_MAX)
            return NULL;
        struct node *n = node(r, NODE_NOT);
        n->a = read_unary(r);
        r->depth--;
        return n->a ? n : NULL;
    }
    if (take(r, "n"))
        return node(r, NODE_N);
    if (!take(r, "("))
        return read_number(r);
    const struct node *inside = read_choice(r);
    return inside && take(r, ")") ? inside : NULL;
}

static const struct binary *take_binary(struct reader *r, int level)
{
    for (size_t i = 0; i < countof(binaries); i++)
        if (binaries[i].level >= level && take(r, binaries[i].sign))
            return &binaries[i];
    return NULL;
}

static const struct node *read_binary(struct reader *r, int level)
{
    const struct node *left = read_unary(r);
    const struct binary *sign;
    while (left && (sign = take_binary(r, level))) {
        struct node *n = node(r, NODE_BINARY);
        *n = (struct node){ .kind = NODE_BINARY, .binary = sign, .a = left, .b = read_binary(r, sign->level + 1) };
        left = n->b ? n : NULL;
    }
    return left;
}

static const struct node *read_choice(struct reader *r)
{
    if (++r->depth > DEPTH_MAX)
        return NULL;
    const struct node *test = read_binary(r, 1);
    if (test && take(r, "?")) {
        struct node *n = node(r, NODE_CHOICE);
        n->a = test;
        n->b = read_choice(r);
        n->c = n->b && take(r, ":") ? read_choice(r) : NULL;
        test = n->c ? n : NULL;
    }
    r->depth--;
    return test;
}

static uint64_t value_of(const struct node *e, uint64_t n)
{
    switch (e->kind) {
    case NODE_NUMBER:
        return e->number;
    case NODE_N:
        return n;
    case NODE_NOT:
        return !value_of(e->a, n);
    case NODE_BINARY:
        return e->binary->apply(value_of(e->a, n), value_of(e->b, n));
    default:
        return value_of(e->a, n) ? value_of(e->b, n) : value_of(e->c, n);
    }
}

const struct plural *plural_read(struct arena *a, struct str header)
{
    ptrdiff_t at = str_find(header, STR("Plural-Forms:"));
    if (at < 0)
        return NULL;
    struct str line = str_from(header, (size_t)at + strlen("Plural-Forms:")), digits;
    ptrdiff_t end = str_index(line, '\n');
    struct reader r = { .arena = a, .rest = end < 0 ? line : str_slice(line, 0, (size_t)end) };
    int64_t forms;
    if (!take(&r, "nplurals") || !take(&r, "=") || !str_cut(&r.rest, ';', &digits) ||
        !str_int(str_trim(digits), &forms) || forms < 1 || forms > FORMS_MAX || !take(&r, "plural") || !take(&r, "="))
        return NULL;
    struct plural *p = arena_new_of(a, struct plural);
    *p = (struct plural){ (size_t)forms, read_choice(&r) };
    take(&r, ";");
    return p->form_of && str_trim(r.rest).n == 0 ? p : NULL;
}

size_t plural_form(const struct plural *p, uint64_t n)
{
    uint64_t form = value_of(p->form_of, n);
    return form < p->forms ? (size_t)form : 0;
}
