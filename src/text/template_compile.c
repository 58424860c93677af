/* Templates, compiled: tags become operations, sections know their end, parts are linked, mistakes are told with the
 * template's name and line before the program serves anything. */
#include "template_priv.h"

enum { OPEN_MAX = 32, ARGS_MAX = 8 };

struct compiler {
    struct arena *arena;
    const char *name; /* of the template */
    struct str text;
    size_t at;     /* next byte */
    unsigned line; /* of `at` */
    struct op *ops;
    size_t count, room;
    size_t open[OPEN_MAX]; /* indexes of the sections not yet closed */
    unsigned depth;
    struct str *why;
};

static bool wrong(struct compiler *c, unsigned line, const char *what, struct str about)
{
    *c->why = str_printf(c->arena, "Template \"%s\", line %u: %s%s%.*s%s.", c->name, line, what, about.n ? " \"" : "",
                         STR_ARG(about), about.n ? "\"" : "");
    return false;
}

static struct op *add(struct compiler *c, enum op_kind kind)
{
    if (c->count == c->room) {
        size_t room = c->room ? c->room * 2 : 32;
        struct op *ops = arena_array(c->arena, room, sizeof *ops);
        if (c->count)
            memcpy(ops, c->ops, c->count * sizeof *ops);
        c->ops = ops;
        c->room = room;
    }
    struct op *op = &c->ops[c->count++];
    *op = (struct op){ .kind = kind, .line = c->line };
    return op;
}

/* ---- names ---- */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-')))
            return false;
    }
    return s.n > 0;
}

static bool read_path(struct compiler *c, struct str text, struct path *path)
{
    *path = (struct path){ .whole = text, .names = arena_array(c->arena, text.n + 1, sizeof(struct str)) };
    struct str rest = text, name;
    while (str_cut(&rest, '.', &name)) {
        if (!is_name(name))
            return wrong(c, c->line, "this is no name:", text.n ? text : STR(" "));
        path->names[path->count++] = name;
    }
    return path->count > 0 || wrong(c, c->line, "a name is missing", STR_NONE);
}

bool path_answers(const struct path *p, struct str placeholder)
{
    return str_eq(p->whole, placeholder) || str_eq(p->names[p->count - 1], placeholder);
}

/* ---- messages ---- */

bool next_placeholder(struct str message, size_t *at, size_t *start, struct str *name)
{
    for (size_t i = *at; i < message.n; i++) {
        if (message.p[i] != '{')
            continue;
        ptrdiff_t length = str_index(str_from(message, i), '}');
        *name = length > 1 ? str_slice(message, i + 1, i + (size_t)length) : STR_NONE;
        if (!name->n || str_has(*name, ' '))
            continue;
        *start = i;
        *at = i + (size_t)length + 1;
        return true;
    }
    return false;
}

/* Takes a "quoted text" off the front; \" and \\ inside stand for themselves. */
static bool read_quoted(struct compiler *c, struct str *rest, const char **out)
{
    struct str s = str_trim(*rest);
    if (!s.n || s.p[0] != '"')
        return wrong(c, c->line, "a message in double quotes is missing", STR_NONE);
    char *text = arena_alloc(c->arena, s.n);
    size_t n = 0, i = 1;
    for (; i < s.n && s.p[i] != '"'; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        text[n++] = s.p[i];
    }
    if (i == s.n)
        return wrong(c, c->line, "a message is not closed", STR_NONE);
    *out = text;
    *rest = str_from(s, i + 1);
    return n > 0 || wrong(c, c->line, "a message is empty", STR_NONE);
}

static bool read_args(struct compiler *c, struct op *op, struct str rest)
{
    op->args = arena_array(c->arena, ARGS_MAX, sizeof *op->args);
    struct str word;
    while (str_cut(&rest, ' ', &word)) {
        word = str_trim(word);
        if (!word.n)
            continue;
        if (op->arg_count == ARGS_MAX)
            return wrong(c, c->line, "a message has too many names", STR_NONE);
        if (!read_path(c, word, &op->args[op->arg_count++]))
            return false;
    }
    return true;
}

static bool has_arg(const struct op *op, struct str placeholder)
{
    for (size_t i = 0; i < op->arg_count; i++)
        if (path_answers(&op->args[i], placeholder))
            return true;
    return false;
}

static bool check_placeholders(struct compiler *c, const struct op *op, const char *message)
{
    struct str text = str_of(message), name;
    size_t at = 0, start;
    while (next_placeholder(text, &at, &start, &name))
        if (!has_arg(op, name))
            return wrong(c, c->line, "the message is given nothing for", name);
    return true;
}

static bool message_tag(struct compiler *c, struct str rest)
{
    struct op *op = add(c, OP_MESSAGE);
    return read_quoted(c, &rest, &op->one) && read_args(c, op, rest) && check_placeholders(c, op, op->one);
}

static bool plural_tag(struct compiler *c, struct str rest)
{
    struct op *op = add(c, OP_PLURAL);
    if (!read_quoted(c, &rest, &op->one) || !read_quoted(c, &rest, &op->many) || !read_args(c, op, rest))
        return false;
    if (!op->arg_count)
        return wrong(c, c->line, "a plural needs the name of its number", STR_NONE);
    return check_placeholders(c, op, op->one) && check_placeholders(c, op, op->many);
}

/* ---- tags ---- */

static bool value_tag(struct compiler *c, struct str rest)
{
    struct op *op = add(c, OP_VALUE);
    return read_path(c, rest, &op->path);
}

static bool html_tag(struct compiler *c, struct str rest)
{
    struct op *op = add(c, OP_HTML);
    return read_path(c, rest, &op->path);
}

static bool open_section(struct compiler *c, enum op_kind kind, struct str rest)
{
    if (c->depth == OPEN_MAX)
        return wrong(c, c->line, "sections are nested too deeply", STR_NONE);
    c->open[c->depth++] = c->count;
    struct op *op = add(c, kind);
    return read_path(c, rest, &op->path);
}

static bool each_tag(struct compiler *c, struct str rest)
{
    return open_section(c, OP_EACH, rest);
}

static bool unless_tag(struct compiler *c, struct str rest)
{
    return open_section(c, OP_UNLESS, rest);
}

static bool end_tag(struct compiler *c, struct str rest)
{
    if (!c->depth)
        return wrong(c, c->line, "nothing is open that could be closed by", rest);
    size_t start = c->open[--c->depth];
    if (!str_eq(c->ops[start].path.whole, rest))
        return wrong(c, c->line, "the open section is not", rest);
    add(c, OP_END);
    c->ops[start].end = c->count - 1;
    return true;
}

static bool part_tag(struct compiler *c, struct str rest)
{
    add(c, OP_PART)->text = str_copy(c->arena, rest);
    return rest.n > 0 || wrong(c, c->line, "the name of a part is missing", STR_NONE);
}

static bool comment_tag(struct compiler *c, struct str rest)
{
    (void)c, (void)rest;
    return true;
}

/* How a tag begins; `alone`: standing alone on its line, it leaves no empty line. */
static const struct tag {
    const char *sign;
    bool (*compile)(struct compiler *, struct str rest);
    bool alone;
} tags[] = {
    { "#", each_tag, true },      { "^", unless_tag, true },  { "/", end_tag, true },
    { ">", part_tag, true },      { "!", comment_tag, true }, { "_ ", message_tag, false },
    { "n_ ", plural_tag, false }, { "{", html_tag, false },   { "", value_tag, false },
};

static const struct tag *tag_of(struct str inside)
{
    const struct tag *t = tags;
    while (!str_starts(inside, str_of(t->sign)))
        t++;
    return t;
}

/* Index of the closing braces of the tag whose inside starts at `at`; braces in a message's quotes do not count. */
static size_t find_close(struct str s, size_t at, struct str braces)
{
    bool quoted = false;
    for (; at < s.n; at++) {
        if (quoted && s.p[at] == '\\')
            at++;
        else if (s.p[at] == '"')
            quoted = !quoted;
        else if (!quoted && str_starts(str_from(s, at), braces))
            return at;
    }
    return s.n;
}

/* [from, to) with the blanks around it is a whole line: gives that line's bounds. */
static bool stands_alone(struct str s, size_t *from, size_t *to)
{
    size_t start = *from, end = *to;
    while (start > 0 && (s.p[start - 1] == ' ' || s.p[start - 1] == '\t'))
        start--;
    while (end < s.n && (s.p[end] == ' ' || s.p[end] == '\t' || s.p[end] == '\r'))
        end++;
    if ((start > 0 && s.p[start - 1] != '\n') || (end < s.n && s.p[end] != '\n'))
        return false;
    *from = start;
    *to = end < s.n ? end + 1 : end;
    return true;
}

static void copy_until(struct compiler *c, size_t end)
{
    if (end > c->at)
        add(c, OP_COPY)->text = str_slice(c->text, c->at, end);
}

static void count_lines(struct compiler *c, size_t from, size_t to)
{
    for (; from < to; from++)
        c->line += c->text.p[from] == '\n';
}

/* Compiles the text up to the next tag and that tag. */
static bool compile_tag(struct compiler *c, size_t start)
{
    count_lines(c, c->at, start);
    bool triple = str_starts(str_from(c->text, start), STR("{{{"));
    size_t close = find_close(c->text, start + (triple ? 3 : 2), triple ? STR("}}}") : STR("}}"));
    if (close == c->text.n)
        return wrong(c, c->line, "a tag is not closed", STR_NONE);
    struct str inside = str_trim(str_slice(c->text, start + 2, close));
    const struct tag *tag = tag_of(inside);
    size_t from = start, to = close + (triple ? 3 : 2);
    if (tag->alone)
        stands_alone(c->text, &from, &to);
    copy_until(c, from);
    if (!tag->compile(c, str_trim(str_from(inside, strlen(tag->sign)))))
        return false;
    count_lines(c, start, to);
    c->at = to;
    return true;
}

static bool compile_text(struct compiler *c)
{
    ptrdiff_t next;
    while ((next = str_find(str_from(c->text, c->at), STR("{{"))) >= 0)
        if (!compile_tag(c, c->at + (size_t)next))
            return false;
    copy_until(c, c->text.n);
    if (c->depth)
        return wrong(c, c->ops[c->open[c->depth - 1]].line,
                     "this section is never closed:", c->ops[c->open[c->depth - 1]].path.whole);
    return true;
}

static struct template *compile(struct arena *a, const struct template_source *source, struct str *why)
{
    struct compiler c = { .arena = a, .name = source->name, .text = source->text, .line = 1, .why = why };
    if (!compile_text(&c))
        return NULL;
    struct template *t = arena_new_of(a, struct template);
    *t = (struct template){ .name = source->name, .ops = c.ops, .count = c.count };
    return t;
}

/* ---- parts ---- */

static bool wrong_part(struct arena *a, const struct template *t, const struct op *op, const char *what,
                       struct str *why)
{
    *why = str_printf(a, "Template \"%s\", line %u: the part \"%.*s\" %s.", t->name, op->line, STR_ARG(op->text), what);
    return false;
}

static bool link_parts(struct arena *a, struct template_set *set, struct template *t, struct str *why)
{
    t->walk = OPEN;
    for (size_t i = 0; i < t->count; i++) {
        struct op *op = &t->ops[i];
        if (op->kind != OP_PART)
            continue;
        struct template *part = map_get(&set->by_name, op->text);
        if (!part)
            return wrong_part(a, t, op, "does not exist", why);
        if (part->walk == OPEN)
            return wrong_part(a, t, op, "includes itself", why);
        op->part = part;
        if (part->walk == UNSEEN && !link_parts(a, set, part, why))
            return false;
    }
    t->walk = CLOSED;
    return true;
}

struct template_set *templates_compile(struct arena *a, const struct template_source *sources, size_t count,
                                       struct str *why)
{
    struct template_set *set = arena_new_of(a, struct template_set);
    set->by_name = map_new(a);
    for (size_t i = 0; i < count; i++) {
        struct template *t = compile(a, &sources[i], why);
        if (!t)
            return NULL;
        map_put(&set->by_name, str_of(sources[i].name), t);
    }
    for (size_t i = 0; i < set->by_name.count; i++) {
        struct template *t = set->by_name.entries[i].value;
        if (t->walk == UNSEEN && !link_parts(a, set, t, why))
            return NULL;
    }
    return set;
}
