/* Conditions over a document, as Python would judge them; what Python would fail at (None < 5) does not hold. */
#include "expression_priv.h"

struct expression {
    const struct node *node;
    const struct str *fields;
};

const struct expression *expression_parse(struct arena *a, struct str text, struct str *why)
{
    struct reader r = reader_of(a, text);
    const struct node *node = utf8_valid(text) ? expression_read(&r) : reader_fault(&r, "This is no text");
    if (node && str_trim(r.rest).n) {
        while (str_has(STR(" \t\r\n"), r.rest.p[0]))
            r.rest = str_from(r.rest, 1);
        node = reader_fault(&r, "This is not understood");
    }
    *why = r.why;
    if (!node)
        return NULL;
    struct expression *e = arena_new_of(a, struct expression);
    *e = (struct expression){ node, r.fields };
    return e;
}

const struct str *expression_fields(const struct expression *e)
{
    return e->fields;
}

/* ---- values ------------------------------------------------------------------------------------------------------------ */

static struct thing number(double n)
{
    return (struct thing){ .kind = THING_NUMBER, .number = n };
}

static struct thing thing_of(const json_t *json)
{
    struct thing t = { .json = json };
    if (json_is_number(json) || json_is_boolean(json)) {
        t.kind = THING_NUMBER;
        t.number = json_is_boolean(json) ? json_is_true(json) : json_number_value(json);
    } else if (json_is_string(json)) {
        t.kind = THING_TEXT;
        t.text = json_str_of(json);
    } else if (json_is_array(json) || json_is_object(json)) {
        t.kind = THING_LIST;
    }
    return t;
}

static size_t length(struct thing t)
{
    return t.kind == THING_TEXT   ? utf8_length(t.text)
           : t.kind == THING_LIST ? json_array_size(t.json) + json_object_size(t.json)
                                  : 0;
}

bool thing_is_true(struct thing t)
{
    return t.kind == THING_NUMBER ? t.number < 0 || t.number > 0 : length(t) > 0;
}

static bool is_equal(struct thing a, struct thing b)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case THING_NUMBER:
        return !(a.number < b.number) && !(a.number > b.number);
    case THING_TEXT:
        return str_eq(a.text, b.text);
    case THING_LIST:
        return json_equal(a.json, b.json);
    case THING_NONE:
        break;
    }
    return true;
}

static bool is_in(struct thing a, struct thing list)
{
    const json_t *item;
    size_t i;
    if (list.kind == THING_TEXT)
        return a.kind == THING_TEXT && str_find(list.text, a.text) >= 0;
    json_array_foreach(list.json, i, item) if (is_equal(a, thing_of(item))) return true;
    return false;
}

/* <0, 0, >0; false: the two have no order. */
static bool ordered(struct thing a, struct thing b, int *out)
{
    if (a.kind != b.kind || (a.kind != THING_NUMBER && a.kind != THING_TEXT))
        return false;
    *out = a.kind == THING_TEXT ? str_compare(a.text, b.text) : (a.number > b.number) - (a.number < b.number);
    return true;
}

static bool compare(enum comparison how, struct thing a, struct thing b)
{
    int order;
    switch (how) {
    case IS_EQUAL:
    case IS_THE_SAME:
        return is_equal(a, b);
    case IS_UNEQUAL:
    case IS_ANOTHER:
        return !is_equal(a, b);
    case IS_IN:
        return is_in(a, b);
    case IS_NOT_IN:
        return !is_in(a, b);
    case IS_LESS:
        return ordered(a, b, &order) && order < 0;
    case IS_AT_MOST:
        return ordered(a, b, &order) && order <= 0;
    case IS_MORE:
        return ordered(a, b, &order) && order > 0;
    case IS_AT_LEAST:
        return ordered(a, b, &order) && order >= 0;
    }
    return false;
}

static struct thing reckon(char sign, struct thing a, struct thing b)
{
    bool numbers = a.kind == THING_NUMBER && b.kind == THING_NUMBER;
    bool by_nothing = sign == '/' && !(b.number < 0) && !(b.number > 0);
    if (!numbers || by_nothing)
        return (struct thing){ 0 };
    return number(sign == '+'   ? a.number + b.number
                  : sign == '-' ? a.number - b.number
                  : sign == '*' ? a.number * b.number
                                : a.number / b.number);
}

static struct thing field_value(const struct node *n, const json_t *doc)
{
    struct thing t = thing_of(json_object_getn(doc, n->field.p, n->field.n));
    return t.kind == THING_NONE && n->literal ? thing_of(n->literal) : t;
}

static struct thing of_texts(enum node_kind kind, struct thing text, struct thing with)
{
    if (text.kind != THING_TEXT)
        return (struct thing){ 0 };
    if (kind == NODE_STRIPPED)
        return (struct thing){ .kind = THING_TEXT, .text = str_trim(text.text) };
    if (with.kind != THING_TEXT)
        return (struct thing){ 0 };
    return number(kind == NODE_BEGINS ? str_starts(text.text, with.text) : str_ends(text.text, with.text));
}

struct thing expression_value(const struct node *n, const json_t *doc)
{
    struct thing left = n->left ? expression_value(n->left, doc) : (struct thing){ 0 };
    switch (n->kind) {
    case NODE_LITERAL:
        return thing_of(n->literal);
    case NODE_FIELD:
        return field_value(n, doc);
    case NODE_LENGTH:
        return number((double)length(left));
    case NODE_NOT:
        return number(!thing_is_true(left));
    case NODE_AND:
        return thing_is_true(left) ? expression_value(n->right, doc) : left;
    case NODE_OR:
        return thing_is_true(left) ? left : expression_value(n->right, doc);
    case NODE_COMPARE:
        return number(compare(n->comparison, left, expression_value(n->right, doc)));
    case NODE_RECKON:
        return reckon(n->sign, left, expression_value(n->right, doc));
    case NODE_STRIPPED:
        return of_texts(n->kind, left, left);
    case NODE_BEGINS:
    case NODE_ENDS:
        return of_texts(n->kind, left, expression_value(n->right, doc));
    }
    return left;
}

bool expression_holds(const struct expression *e, const json_t *doc)
{
    return thing_is_true(expression_value(e->node, doc));
}
