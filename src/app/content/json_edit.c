/* Editing JSON as text: a scanner that finds where a value begins and ends. The text has been read by json_read before,
 * so it is valid and its nesting is bounded. */
#include "json_edit.h"

#include "lesson_file.h"

static const struct json_limits of_files = { .depth = 32, .keys = 1000000, .items = 100000, .string = 16 << 20 };

json_t *json_file_read(struct arena *a, struct str bytes, struct str *why)
{
    return json_read(a, str_from(bytes, text_mark(bytes)), &of_files, why);
}

const json_t *json_at(const json_t *object, const char *path)
{
    const char *dot = strchr(path, '.');
    if (!dot)
        return json_object_get(object, path);
    const json_t *inner = json_object_getn(object, path, (size_t)(dot - path));
    return json_object_get(inner, dot + 1);
}

static size_t skip_space(struct str t, size_t at)
{
    while (at < t.n && (t.p[at] == ' ' || t.p[at] == '\t' || t.p[at] == '\n' || t.p[at] == '\r'))
        at++;
    return at;
}

/* Past the string that begins at `at`. */
static size_t skip_string(struct str t, size_t at)
{
    for (at++; at < t.n && t.p[at] != '"'; at++)
        at += t.p[at] == '\\';
    return at + 1;
}

/* Past the value that begins at `at`. */
static size_t skip_value(struct str t, size_t at)
{
    size_t depth = 0;
    while (at < t.n) {
        char c = t.p[at];
        if (c == '"') {
            at = skip_string(t, at);
        } else if (c == '{' || c == '[') {
            depth++;
            at++;
        } else if (depth && (c == '}' || c == ']')) {
            depth--;
            at++;
        } else if (depth) {
            at++;
            continue;
        } else {
            while (at < t.n && !strchr(",}] \t\r\n", t.p[at]))
                at++;
        }
        if (!depth)
            return at;
    }
    return at;
}

/* A member of the object that begins at `object`: where its value stands, or where a new member would go. */
struct member {
    bool found;
    size_t start, end;    /* of the value */
    size_t last, closing; /* end of the last member (or just past the brace), and the closing brace */
    bool empty;
};

static struct member find_member(struct str t, size_t object, struct str key)
{
    struct member m = { .last = object + 1, .empty = true };
    size_t at = skip_space(t, object + 1);
    while (at < t.n && t.p[at] == '"') {
        size_t name_end = skip_string(t, at);
        struct str name = str_slice(t, at + 1, name_end - 1);
        size_t value = skip_space(t, skip_space(t, name_end) + 1), end = skip_value(t, value);
        if (str_eq(name, key)) {
            m.found = true;
            m.start = value;
            m.end = end;
        }
        m.empty = false;
        m.last = end;
        at = skip_space(t, end);
        if (at < t.n && t.p[at] == ',')
            at = skip_space(t, at + 1);
    }
    m.closing = at;
    return m;
}

static struct str with_span(struct arena *a, struct str t, size_t start, size_t end, struct str middle)
{
    struct buf out = buf_new(a, t.n + middle.n + 1);
    buf_add(&out, str_slice(t, 0, start));
    buf_add(&out, middle);
    buf_add(&out, str_from(t, end));
    return buf_str(&out);
}

/* A new member in the manner of the file: on a line of its own, indented as its neighbours. */
static struct str add_member(struct arena *a, struct str t, const struct member *m, struct str key, struct str json,
                             int indent)
{
    struct str member = str_printf(a, "%s\n%*s\"%.*s\": %.*s%s", m->empty ? "" : ",", indent, "", STR_ARG(key),
                                   STR_ARG(json), m->empty ? "\n" : "");
    return with_span(a, t, m->last, m->last, member);
}

struct str json_text_with(struct arena *a, struct str t, const char *path, struct str json)
{
    struct str rest = str_of(path), key, inner = STR_NONE;
    str_cut(&rest, '.', &key);
    if (rest.n)
        inner = rest;
    size_t object = skip_space(t, text_mark(t));
    struct member m = find_member(t, object, key);
    if (m.found && inner.n) {
        struct member deep = find_member(t, m.start, inner);
        return deep.found ? with_span(a, t, deep.start, deep.end, json) : add_member(a, t, &deep, inner, json, 2);
    }
    if (inner.n)
        json = str_printf(a, "{\n  \"%.*s\": %.*s\n }", STR_ARG(inner), STR_ARG(json));
    return m.found ? with_span(a, t, m.start, m.end, json) : add_member(a, t, &m, key, json, 1);
}

int json_line_of(struct str t, const char *path)
{
    struct str rest = str_of(path), key;
    size_t object = skip_space(t, text_mark(t));
    int line = 1;
    struct member m = { 0 };
    while (str_cut(&rest, '.', &key)) {
        m = find_member(t, object, key);
        if (!m.found)
            return 1;
        object = m.start;
    }
    for (size_t i = 0; i < m.start; i++)
        line += t.p[i] == '\n';
    return line;
}

struct str json_item_with(struct arena *a, struct str t, size_t index, const char *key, struct str json)
{
    size_t at = skip_space(t, skip_space(t, text_mark(t)) + 1);
    for (; index; index--)
        at = skip_space(t, skip_space(t, skip_value(t, at)) + 1);
    struct member m = find_member(t, at, str_of(key));
    return m.found ? with_span(a, t, m.start, m.end, json) : add_member(a, t, &m, str_of(key), json, 2);
}
