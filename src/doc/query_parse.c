/* What a list request says, read by a real grammar (spec/frappe-api.md 3.1, 3.2, 3.3, 3.6):
 *     item  = ["distinct"] name | function "(" ["distinct"] argument {"," argument} ")" | "*"   ["as" alias]
 *     name  = word ["." word]      word = identifier | `anything`      argument = name | 'text' | "*"
 * Nothing here knows DocTypes; what does not parse is refused with Frappe's words. */
#include "query.h"

#define FIELDS_MOST 500
#define FILTERS_MOST 100
#define ORDERS_MOST 10

/* ---- words ----------------------------------------------------------------------------------------------------------- */
static bool is_word(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

static void skip(struct str *s)
{
    while (s->n && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        *s = (struct str){ s->p + 1, s->n - 1 };
}

static bool take(struct str *s, char c)
{
    skip(s);
    if (!s->n || *s->p != c)
        return false;
    *s = (struct str){ s->p + 1, s->n - 1 };
    return true;
}

static bool take_identifier(struct str *s, struct str *out)
{
    size_t n = 0;
    skip(s);
    while (n < s->n && is_word(s->p[n], n == 0))
        n++;
    if (n == 0)
        return false;
    *out = (struct str){ s->p, n };
    *s = (struct str){ s->p + n, s->n - n };
    return true;
}

static bool take_keyword(struct str *s, const char *keyword)
{
    struct str ahead = *s, word;
    if (!take_identifier(&ahead, &word) || !str_eq_nocase(word, str_of(keyword)))
        return false;
    *s = ahead;
    return true;
}

static bool take_quoted(struct str *s, char quote, struct str *out)
{
    struct str ahead = *s;
    if (!take(&ahead, quote))
        return false;
    ptrdiff_t end = str_index(ahead, quote);
    if (end < 0)
        return false;
    *out = (struct str){ ahead.p, (size_t)end };
    *s = (struct str){ ahead.p + end + 1, ahead.n - (size_t)end - 1 };
    return true;
}

static bool take_word(struct str *s, struct str *out)
{
    return take_quoted(s, '`', out) || take_identifier(s, out);
}

static bool take_name(struct str *s, struct asked_name *out)
{
    *out = (struct asked_name){ 0 };
    if (!take_word(s, &out->field))
        return false;
    if (!take(s, '.'))
        return true;
    out->table = out->field;
    return take_word(s, &out->field);
}

/* ---- items --------------------------------------------------------------------------------------------------------------- */
static bool take_argument(struct str *s, struct asked *a)
{
    if (a->count == ARGUMENTS_MOST)
        return false;
    struct asked_argument *arg = &a->arguments[a->count++];
    arg->is_text = take_quoted(s, '\'', &arg->text) || take_quoted(s, '"', &arg->text);
    return arg->is_text || take_name(s, &arg->name);
}

static bool take_arguments(struct str *s, struct asked *a)
{
    if (take(s, '*')) {
        a->star = true;
        return take(s, ')');
    }
    struct str ahead = *s;
    struct str next;
    if (take_keyword(&ahead, "distinct") && take_word(&(struct str){ ahead.p, ahead.n }, &next)) {
        a->distinct = true;
        *s = ahead;
    }
    do {
        if (!take_argument(s, a))
            return false;
    } while (take(s, ','));
    return take(s, ')');
}

static bool take_item(struct str *s, struct asked *a)
{
    struct str ahead = *s, word;
    if (take(s, '*')) {
        a->star = true;
        return true;
    }
    if (take_identifier(&ahead, &word) && take(&ahead, '(')) {
        *s = ahead;
        a->function = word;
        return take_arguments(s, a);
    }
    ahead = *s;
    if (take_keyword(&ahead, "distinct") && take_word(&(struct str){ ahead.p, ahead.n }, &word)) {
        a->distinct = true;
        *s = ahead;
    }
    a->count = 1;
    return take_name(s, &a->arguments[0].name);
}

static bool take_alias(struct str *s, struct asked *a)
{
    return take_quoted(s, '`', &a->alias) || take_quoted(s, '\'', &a->alias) || take_quoted(s, '"', &a->alias) ||
           take_identifier(s, &a->alias);
}

static bool parse_field(struct str text, struct asked *a)
{
    struct str s = str_trim(text);
    *a = (struct asked){ .text = s };
    if (!take_item(&s, a))
        return false;
    size_t written = a->text.n - s.n;
    if (take_keyword(&s, "as") && !take_alias(&s, a))
        return false;
    a->text = a->alias.n ? str_trim(str_slice(a->text, 0, written)) : a->text;
    skip(&s);
    return s.n == 0;
}

/* ---- words of refusal: they are chosen by the look of the text, acceptance never is ---------------------------------- */
static bool looks_like(struct arena *a, struct str text, const char *const *signs)
{
    struct str low = str_printf(a, " %.*s ", STR_ARG(str_lower(a, text)));
    for (; *signs; signs++)
        if (str_find(low, str_of(*signs)) >= 0)
            return true;
    return false;
}

bool refuse_field(struct ctx *cx, struct str text)
{
    static const char *const illegal[] = { "/*", " union ", NULL };
    static const char *const restricted[] = {
        "(select",        "(create",    "(insert",   "(delete",         "(drop",    "(update", "(case",   "(show",
        " select ",       " delete ",   " update ",  " drop ",          " create ", " from ",  " where ", " join ",
        " group by ",     " order by ", "@",         "concat",          " if(",     "ifnull(", "nullif(", "coalesce(",
        "connection_id(", "user(",      "database(", "last_insert_id(", "version(", "global(", NULL,
    };
    if (looks_like(cx->arena, text, illegal))
        return throw(cx, &ValidationError, N_("Illegal SQL Query"));
    if (looks_like(cx->arena, text, restricted))
        return throw(cx, &DataError, N_("Use of sub-query or function is restricted"));
    struct str shown = html_escape(cx->arena, utf8_head(text, 140)).text;
    return throw(cx, &DataError, N_("Field not permitted in query: %.*s"), STR_ARG(shown));
}

static bool refuse_order(struct ctx *cx, struct str item)
{
    static const char *const query[] = { "select", NULL };
    for (size_t i = 0; i < item.n; i++)
        if (!is_word(item.p[i], false) && !memchr("- ,`'\".()", item.p[i], 10))
            return throw(cx, &ValidationError, N_("Illegal SQL Query"));
    if (looks_like(cx->arena, item, query))
        return throw(cx, &DataError, N_("Cannot use sub-query in order by"));
    return refuse_field(cx, item);
}

/* ---- lists of items ------------------------------------------------------------------------------------------------------ */
/* The piece before the next comma outside of parentheses and quotes. */
static bool cut_item(struct str *rest, struct str *item)
{
    int depth = 0;
    char quote = 0;
    if (!rest->p)
        return false;
    for (size_t i = 0; i < rest->n; i++) {
        char c = rest->p[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '`' || c == '\'' || c == '"')
            quote = c;
        else if (c == '(' || c == ')')
            depth += c == '(' ? 1 : -1;
        else if (c == ',' && depth <= 0) {
            *item = str_slice(*rest, 0, i);
            *rest = (struct str){ rest->p + i + 1, rest->n - i - 1 };
            return true;
        }
    }
    *item = *rest;
    *rest = STR_NONE;
    return true;
}

static size_t count_items(struct str text)
{
    size_t n = 0;
    struct str item;
    while (cut_item(&text, &item))
        n++;
    return n;
}

static bool begin(struct ctx *cx, struct asked_list *out, size_t count, size_t most, const char *what)
{
    *out = (struct asked_list){ 0 };
    if (count > most)
        return throw(cx, &ValidationError, N_("%s takes at most %zu items"), what, most);
    out->items = arena_array(cx->arena, count + 1, sizeof *out->items);
    return true;
}

static bool bare_fields(struct ctx *cx, struct str text, struct asked_list *out)
{
    struct str item;
    if (!begin(cx, out, count_items(text), FIELDS_MOST, "fields"))
        return false;
    while (cut_item(&text, &item))
        if (!parse_field(item, &out->items[out->count++]))
            return refuse_field(cx, item);
    return true;
}

/* JSON text inside a JSON string, as clients send it in JSON bodies; NULL without error: not JSON. */
static const json_t *unwrap(struct ctx *cx, const json_t *json)
{
    struct str text = str_trim(json_str_of(json));
    bool looks = text.n && (*text.p == '[' || *text.p == '{' || *text.p == '"');
    return looks ? json_read(cx->arena, text, &json_limits_default, NULL) : NULL;
}

bool parse_fields(struct ctx *cx, const json_t *json, struct asked_list *out)
{
    if (json && json_is_string(json)) {
        const json_t *inner = unwrap(cx, json);
        struct str text = json_str_of(inner ? inner : json);
        if (!inner || json_is_string(inner))
            return bare_fields(cx, str_trim(text).n ? text : STR("name"), out);
        json = inner;
    }
    if (!json || json_is_null(json) || (json_is_array(json) && json_array_size(json) == 0))
        return bare_fields(cx, STR("name"), out);
    if (!json_is_array(json))
        return throw(cx, &ValidationError, N_("fields must be a list of names"));
    if (!begin(cx, out, json_array_size(json), FIELDS_MOST, "fields"))
        return false;
    for (size_t i = 0; i < json_array_size(json); i++) {
        const json_t *item = json_array_get(json, i);
        if (!json_is_string(item))
            return throw(cx, &ValidationError, N_("fields must be a list of names"));
        if (!parse_field(json_str_of(item), &out->items[out->count++]))
            return refuse_field(cx, json_str_of(item));
    }
    return true;
}

static bool parse_ordered(struct str text, struct asked *a, bool directed)
{
    struct str s = str_trim(text);
    *a = (struct asked){ .text = s };
    if (!take_item(&s, a) || a->distinct || (a->star && !a->function.n))
        return false;
    a->text = str_trim(str_slice(a->text, 0, a->text.n - s.n));
    if (directed && !take_keyword(&s, "asc"))
        a->descending = take_keyword(&s, "desc");
    skip(&s);
    return s.n == 0;
}

static bool parse_sequence(struct ctx *cx, struct str text, bool directed, struct asked_list *out)
{
    struct str item, rest = str_trim(text);
    size_t count = rest.n ? count_items(rest) : 0;
    if (!begin(cx, out, count, ORDERS_MOST, directed ? "order_by" : "group_by"))
        return false;
    while (rest.n && cut_item(&rest, &item))
        if (!parse_ordered(item, &out->items[out->count++], directed))
            return refuse_order(cx, item);
    return out->count == count || refuse_order(cx, text); /* a comma at the end */
}

bool parse_order(struct ctx *cx, struct str text, struct asked_list *out)
{
    return parse_sequence(cx, text, true, out);
}

bool parse_group(struct ctx *cx, struct str text, struct asked_list *out)
{
    return parse_sequence(cx, text, false, out);
}

/* ---- filters --------------------------------------------------------------------------------------------------------------- */
static bool filter_shape(struct ctx *cx, const json_t *item)
{
    struct str shown = html_escape(cx->arena, utf8_head(json_print(cx->arena, item), 140)).text;
    return throw(cx, &ValidationError, N_("Filter must have 4 values (doctype, fieldname, operator, value): %.*s"),
                 STR_ARG(shown));
}

static bool put_filter(struct ctx *cx, struct asked_filter *f, struct str field, const json_t *op, const json_t *value)
{
    struct str s = f->text = str_trim(field);
    if (!take_name(&s, &f->name) || s.n)
        return refuse_field(cx, f->text);
    if (op && !json_is_null(op) && !json_is_string(op))
        return throw(cx, &ValidationError, N_("The operator of a filter must be text"));
    f->op = json_str_of(op);
    return operand_of_json(cx, value, &f->value);
}

static bool filters_of_object(struct ctx *cx, json_t *object, struct asked_filters *out)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        bool pair = json_is_array(value);
        if (pair && json_array_size(value) < 2)
            return filter_shape(cx, value);
        if (!put_filter(cx, &out->items[out->count++], str_of(key), pair ? json_array_get(value, 0) : NULL,
                        pair ? json_array_get(value, 1) : value))
            return false;
    }
    return true;
}

static bool filter_of_list(struct ctx *cx, const json_t *item, struct asked_filter *f)
{
    size_t n = json_is_array(item) ? json_array_size(item) : 0, at = n > 3;
    if (n < 3 || !json_is_string(json_array_get(item, at)))
        return filter_shape(cx, item);
    if (at && !json_is_string(json_array_get(item, 0)) && !json_is_null(json_array_get(item, 0)))
        return filter_shape(cx, item);
    f->doctype = at ? json_str_of(json_array_get(item, 0)) : STR_NONE;
    return put_filter(cx, f, json_str_of(json_array_get(item, at)), json_array_get(item, at + 1),
                      json_array_get(item, at + 2));
}

bool parse_filters(struct ctx *cx, const json_t *json, struct asked_filters *out)
{
    *out = (struct asked_filters){ 0 };
    if (json && json_is_string(json) && str_trim(json_str_of(json)).n == 0)
        return true;
    if (json && json_is_string(json))
        json = unwrap(cx, json);
    else if (!json || json_is_null(json))
        return true;
    size_t count = json_is_object(json) ? json_object_size(json) : json_array_size(json);
    if (!json_is_object(json) && !json_is_array(json))
        return throw(cx, &ValidationError, N_("filters must be a JSON object or list"));
    if (count > FILTERS_MOST)
        return throw(cx, &ValidationError, N_("A list takes at most %d filters"), FILTERS_MOST);
    out->items = arena_array(cx->arena, count + 1, sizeof *out->items);
    if (json_is_object(json))
        return filters_of_object(cx, (json_t *)(uintptr_t)json, out);
    for (size_t i = 0; i < count; i++)
        if (!filter_of_list(cx, json_array_get(json, i), &out->items[out->count++]))
            return false;
    return true;
}
