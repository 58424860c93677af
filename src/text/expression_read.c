/* The parser of conditions: the part of Python's expressions that compares the fields of a document with what is written
 * there: reckoning and three methods of texts, no other call, no name but doc. What cannot be read is refused, with its place. */
#include <math.h>

#include "expression_priv.h"

enum { DEPTH_MOST = 32, TEXT_MOST = 4096, ITEMS_MOST = 200 };

struct reader reader_of(struct arena *a, struct str text)
{
    return (struct reader){
        .arena = a, .whole = text, .rest = text, .fields = arena_array(a, EXPRESSION_FIELDS + 1, sizeof(struct str))
    };
}

void *reader_fault(struct reader *r, const char *what)
{
    if (!r->why.n)
        r->why = str_printf(r->arena, "%s at character %zu", what,
                            utf8_length(str_slice(r->whole, 0, r->whole.n - r->rest.n)) + 1);
    return NULL;
}

/* ---- words and signs -------------------------------------------------------------------------------------------------- */

static void skip_space(struct reader *r)
{
    while (r->rest.n && strchr(" \t\r\n", r->rest.p[0]))
        r->rest = str_from(r->rest, 1);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool reader_takes(struct reader *r, const char *token)
{
    size_t n = strlen(token);
    skip_space(r);
    if (!str_starts(r->rest, str_of(token)))
        return false;
    if (is_letter(token[0]) && r->rest.n > n && (is_letter(r->rest.p[n]) || is_digit(r->rest.p[n])))
        return false;
    r->rest = str_from(r->rest, n);
    return true;
}

struct str reader_name(struct reader *r)
{
    skip_space(r);
    size_t n = 0;
    while (n < r->rest.n && (is_letter(r->rest.p[n]) || (n && is_digit(r->rest.p[n]))))
        n++;
    struct str name = str_slice(r->rest, 0, n);
    r->rest = str_from(r->rest, n);
    return name;
}

/* ---- literals ------------------------------------------------------------------------------------------------------------ */

static void release(void *json)
{
    json_decref(json);
}

static const json_t *kept(struct reader *r, json_t *json)
{
    if (!json)
        return reader_fault(r, "Something is wrong with the value");
    arena_defer(r->arena, release, json);
    return json;
}

static bool unescaped(char c, char *out)
{
    static const char from[] = "\\'\"nrt", to[] = "\\'\"\n\r\t";
    const char *at = c ? strchr(from, c) : NULL;
    if (at)
        *out = to[at - from];
    return at != NULL;
}

static const json_t *text_literal(struct reader *r)
{
    char quote = r->rest.p[0], plain = 0;
    struct buf b = buf_new(r->arena, TEXT_MOST + 1);
    for (r->rest = str_from(r->rest, 1); r->rest.n; r->rest = str_from(r->rest, 1)) {
        char c = r->rest.p[0];
        if (c == quote) {
            r->rest = str_from(r->rest, 1);
            return kept(r, json_stringn(buf_str(&b).p, b.n));
        }
        if (c == '\n')
            break;
        if (c == '\\') {
            if (r->rest.n < 2 || !unescaped(r->rest.p[1], &plain))
                return reader_fault(r, "This escape is not known here");
            r->rest = str_from(r->rest, 1);
            c = plain;
        }
        buf_char(&b, c);
    }
    return reader_fault(r, "The text is not closed");
}

static const json_t *number_literal(struct reader *r)
{
    size_t n = r->rest.p[0] == '-';
    while (n < r->rest.n && (is_digit(r->rest.p[n]) || r->rest.p[n] == '.' ||
                             ((r->rest.p[n] == 'e' || r->rest.p[n] == 'E') && n && is_digit(r->rest.p[n - 1])) ||
                             ((r->rest.p[n] == '-' || r->rest.p[n] == '+') && (r->rest.p[n - 1] | 32) == 'e')))
        n++;
    char *end = NULL;
    const char *text = str_c(r->arena, str_slice(r->rest, 0, n));
    double value = n < 64 ? strtod(text, &end) : 0;
    if (!end || end == text || *end || !isfinite(value) || (n < r->rest.n && is_letter(r->rest.p[n])))
        return reader_fault(r, "This is not a number");
    r->rest = str_from(r->rest, n);
    return kept(r, json_real(value));
}

static const json_t *list_literal(struct reader *r, const char *close)
{
    json_t *list = json_array();
    kept(r, list);
    while (!reader_takes(r, close)) {
        const json_t *item =
            json_array_size(list) < ITEMS_MOST ? reader_literal(r) : reader_fault(r, "The list is too long");
        if (!item || json_array_append(list, (json_t *)(uintptr_t)item) != 0)
            return NULL;
        if (!reader_takes(r, ",") && !str_starts(r->rest, str_of(close)))
            return reader_fault(r, "A comma or the end of the list is missing");
    }
    return list;
}

const json_t *reader_literal(struct reader *r)
{
    skip_space(r);
    char c = r->rest.n ? r->rest.p[0] : '\0';
    if (c == '\'' || c == '"')
        return text_literal(r);
    if (is_digit(c) || c == '-')
        return number_literal(r);
    if (reader_takes(r, "True"))
        return kept(r, json_integer(1));
    if (reader_takes(r, "False"))
        return kept(r, json_integer(0));
    if (reader_takes(r, "None"))
        return json_null();
    return reader_fault(r, "A value is missing");
}

/* ---- operands --------------------------------------------------------------------------------------------------------------- */

static struct node *node_new(struct reader *r, enum node_kind kind, const struct node *left, const struct node *right)
{
    struct node *n = arena_new_of(r->arena, struct node);
    *n = (struct node){ .kind = kind, .left = left, .right = right };
    return n;
}

/* doc.field, doc["field"], doc.get("field"), doc.get("field", 0) */
static const struct node *field_of_doc(struct reader *r)
{
    struct str name = STR_NONE;
    const char *close = NULL;
    const json_t *otherwise = NULL;
    if (reader_takes(r, "["))
        close = "]";
    else if (!reader_takes(r, "."))
        return reader_fault(r, "A field of doc is missing");
    if (!close && str_is(name = reader_name(r), "get") && reader_takes(r, "("))
        close = ")";
    if (close) {
        const json_t *text = reader_literal(r);
        name = json_str_of(text);
        bool spare = text && *close == ')' && reader_takes(r, ",");
        if (spare)
            otherwise = reader_literal(r);
        if (!text || (spare && !otherwise) || !reader_takes(r, close))
            return reader_fault(r, "A field's name in quotes is missing");
    }
    skip_space(r);
    if (!name.n || r->field_count == EXPRESSION_FIELDS || (r->rest.n && strchr("([", r->rest.p[0])))
        return reader_fault(r, "Only doc and its fields are known here");
    r->fields[r->field_count++] = name;
    struct node *n = node_new(r, NODE_FIELD, NULL, NULL);
    n->field = name;
    n->literal = otherwise;
    return n;
}

static const struct node *literal(struct reader *r, const json_t *json)
{
    if (!json)
        return NULL;
    struct node *n = node_new(r, NODE_LITERAL, NULL, NULL);
    n->literal = json;
    return n;
}

static const struct node *read_or(struct reader *r);

static const struct node *length(struct reader *r)
{
    const struct node *of = reader_takes(r, "(") ? read_or(r) : reader_fault(r, "A bracket is missing");
    if (!of || !reader_takes(r, ")"))
        return reader_fault(r, "A bracket is missing");
    return node_new(r, NODE_LENGTH, of, NULL);
}

/* "(" is a group, or a list when a comma follows its first value, as in Python. */
static const struct node *bracket(struct reader *r)
{
    struct str start = r->rest;
    const struct node *inner = read_or(r);
    if (inner && reader_takes(r, ")"))
        return inner;
    if (!inner || inner->kind != NODE_LITERAL || !str_starts(r->rest, STR(",")))
        return reader_fault(r, "A bracket is missing");
    r->rest = start;
    return literal(r, list_literal(r, ")"));
}

static const struct node *operand(struct reader *r)
{
    if (reader_takes(r, "("))
        return bracket(r);
    if (reader_takes(r, "["))
        return literal(r, list_literal(r, "]"));
    if (reader_takes(r, "len"))
        return length(r);
    if (reader_takes(r, "doc"))
        return field_of_doc(r);
    skip_space(r);
    if (r->rest.n && is_letter(r->rest.p[0]) && r->rest.p[0] != 'T' && r->rest.p[0] != 'F' && r->rest.p[0] != 'N')
        return reader_fault(r, "Only doc and its fields are known here");
    return literal(r, reader_literal(r));
}

/* ---- methods, reckoning --------------------------------------------------------------------------------------------------------- */

static const struct node *method(struct reader *r, const struct node *of)
{
    static const struct {
        const char *name;
        enum node_kind kind;
    } methods[] = { { "startswith", NODE_BEGINS }, { "endswith", NODE_ENDS }, { "strip", NODE_STRIPPED } };
    struct reader before = *r;
    struct str name = reader_name(r);
    for (size_t i = 0; i < countof(methods); i++) {
        if (!str_is(name, methods[i].name) || !reader_takes(r, "("))
            continue;
        bool alone = methods[i].kind == NODE_STRIPPED;
        const struct node *with = alone ? NULL : operand(r);
        if ((!alone && !with) || !reader_takes(r, ")"))
            return reader_fault(r, "A bracket is missing");
        return node_new(r, methods[i].kind, of, with);
    }
    r->rest = before.rest;
    return reader_fault(r, "Only doc and its fields are known here");
}

static const struct node *value(struct reader *r)
{
    const struct node *n = operand(r);
    for (unsigned count = 0; n && reader_takes(r, "."); count++)
        n = count < DEPTH_MOST ? method(r, n) : reader_fault(r, "This is too long a chain");
    return n;
}

static bool takes_sign(struct reader *r, const char *signs, char *out)
{
    for (; *signs; signs++)
        if (reader_takes(r, (const char[]){ *signs, '\0' })) {
            *out = *signs;
            return true;
        }
    return false;
}

static const struct node *reckoned(struct reader *r, const struct node *left, const struct node *right, char sign)
{
    struct node *n = right ? node_new(r, NODE_RECKON, left, right) : NULL;
    if (n)
        n->sign = sign;
    return n;
}

static const struct node *product(struct reader *r)
{
    const struct node *left = value(r);
    char sign = 0;
    for (unsigned count = 0; left && takes_sign(r, "*/", &sign); count++)
        left = count < DEPTH_MOST ? reckoned(r, left, value(r), sign) : reader_fault(r, "This is too long a chain");
    return left;
}

static const struct node *sum(struct reader *r)
{
    const struct node *left = product(r);
    char sign = 0;
    for (unsigned count = 0; left && takes_sign(r, "+-", &sign); count++)
        left = count < DEPTH_MOST ? reckoned(r, left, product(r), sign) : reader_fault(r, "This is too long a chain");
    return left;
}

/* ---- comparisons, not, and, or --------------------------------------------------------------------------------------------------- */

static bool takes_comparison(struct reader *r, enum comparison *out)
{
    static const struct {
        const char *sign;
        enum comparison comparison;
    } signs[] = { { "==", IS_EQUAL }, { "!=", IS_UNEQUAL }, { "<=", IS_AT_MOST }, { ">=", IS_AT_LEAST },
                  { "<", IS_LESS },   { ">", IS_MORE },     { "in", IS_IN } };
    for (size_t i = 0; i < countof(signs); i++)
        if (reader_takes(r, signs[i].sign)) {
            *out = signs[i].comparison;
            return true;
        }
    struct str before = r->rest;
    if (reader_takes(r, "is")) {
        *out = reader_takes(r, "not") ? IS_ANOTHER : IS_THE_SAME;
        return true;
    }
    if (reader_takes(r, "not") && reader_takes(r, "in")) {
        *out = IS_NOT_IN;
        return true;
    }
    r->rest = before;
    return false;
}

/* a < b < c is a < b and b < c. */
static const struct node *comparisons(struct reader *r)
{
    const struct node *left = sum(r), *all = NULL;
    enum comparison comparison;
    for (unsigned count = 0; left && takes_comparison(r, &comparison); count++) {
        const struct node *right = count < DEPTH_MOST ? sum(r) : reader_fault(r, "This is too long a chain");
        if (!right)
            return NULL;
        struct node *one = node_new(r, NODE_COMPARE, left, right);
        one->comparison = comparison;
        all = all ? node_new(r, NODE_AND, all, one) : one;
        left = right;
    }
    return all ? all : left;
}

static const struct node *read_not(struct reader *r)
{
    if (r->depth >= DEPTH_MOST)
        return reader_fault(r, "This is nested too deep");
    if (!reader_takes(r, "not"))
        return comparisons(r);
    r->depth++;
    const struct node *of = read_not(r);
    r->depth--;
    return of ? node_new(r, NODE_NOT, of, NULL) : NULL;
}

static const struct node *read_and(struct reader *r)
{
    const struct node *left = read_not(r);
    while (left && reader_takes(r, "and")) {
        const struct node *right = read_not(r);
        left = right ? node_new(r, NODE_AND, left, right) : NULL;
    }
    return left;
}

static const struct node *read_or(struct reader *r)
{
    if (++r->depth >= DEPTH_MOST)
        return reader_fault(r, "This is nested too deep");
    const struct node *left = read_and(r);
    while (left && reader_takes(r, "or")) {
        const struct node *right = read_and(r);
        left = right ? node_new(r, NODE_OR, left, right) : NULL;
    }
    r->depth--;
    return left;
}

const struct node *expression_read(struct reader *r)
{
    if (r->whole.n > TEXT_MOST && r->rest.p == r->whole.p)
        return reader_fault(r, "This is too long");
    return read_or(r);
}
