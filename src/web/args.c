/* The argument map (spec/frappe-api.md section 0.3): query, JSON, form or multipart as one object. */
#include "web_priv.h"

enum { MOST_QUERY_PAIRS = 100, MOST_FORM_PAIRS = 1000, LONGEST_QUERY_VALUE = 8192, LONGEST_PART = 4 << 20 };

/* The first value of a name wins. */
static bool add(struct web *w, struct str key, struct str value)
{
    const char *name = str_c(w->cx.arena, key);
    if (!json_object_get(w->args, name))
        json_object_set_new(w->args, name, json_stringn(value.p ? value.p : "", value.n));
    return true;
}

static bool add_pairs(struct web *w, struct str text, size_t most, size_t longest)
{
    struct pair *pairs;
    int count = url_pairs(w->cx.arena, text, most, &pairs);
    if (count < 0)
        return throw(&w->cx, &ValidationError,
                     "The parameters are malformed: at most %zu, each percent-encoded UTF-8 without NUL.", most);
    for (int i = 0; i < count; i++) {
        if (pairs[i].value.n > longest)
            return throw(&w->cx, &ValidationError, "The parameter %.*s is longer than %zu bytes.",
                         STR_ARG(str_slice(pairs[i].key, 0, 64)), longest);
        if (!add(w, pairs[i].key, pairs[i].value))
            return false;
    }
    return true;
}

static bool add_query(struct web *w)
{
    struct str query = w->exchange->request.query;
    return !query.n || add_pairs(w, query, MOST_QUERY_PAIRS, LONGEST_QUERY_VALUE);
}

static bool read_form(struct web *w, struct str body)
{
    return add_pairs(w, body, MOST_FORM_PAIRS, SIZE_MAX) && add_query(w);
}

static bool read_multipart(struct web *w, struct str body)
{
    struct str type = http_header_of(&w->exchange->request, "Content-Type");
    w->part_count = http_multipart(w->cx.arena, w->exchange, type, body, &w->parts);
    if (w->part_count < 0) {
        w->part_count = 0;
        return throw(&w->cx, &ValidationError, "The multipart body is malformed or has too many parts.");
    }
    for (int i = 0; i < w->part_count; i++) {
        const struct http_part *p = &w->parts[i];
        if (p->is_file)
            continue;
        if (p->value.n > LONGEST_PART)
            return throw(&w->cx, &ValidationError, "The parameter %.*s is longer than %zu bytes.",
                         STR_ARG(str_slice(p->name, 0, 64)), (size_t)LONGEST_PART);
        if (!utf8_valid(p->name) || !utf8_valid(p->value))
            return throw(&w->cx, &ValidationError, "The multipart body is not valid UTF-8.");
        if (!add(w, p->name, p->value))
            return false;
    }
    return add_query(w);
}

static bool read_json(struct web *w, struct str body)
{
    struct str why = STR("");
    json_t *value = json_read(w->cx.arena, body, &json_limits_default, &why);
    if (!value) {
        note(&w->cx, NULL, "The body is not acceptable JSON: %.*s", STR_ARG(why));
        return throw(&w->cx, &ValidationError, "Invalid request arguments");
    }
    w->args_are_json = true;
    if (json_is_object(value))
        json_object_update(w->args, value);
    else if (json_is_array(value))
        w->args_are_list = json_object_set(w->args, "data", value) == 0;
    else
        return throw(&w->cx, &ValidationError, "Invalid request arguments");
    return true;
}

enum media { MEDIA_NONE, MEDIA_JSON, MEDIA_FORM, MEDIA_MULTIPART, MEDIA_OTHER };

static enum media media_of(struct arena *a, struct str content_type)
{
    struct str type = content_type, rest = content_type;
    str_cut(&rest, ';', &type);
    type = str_lower(a, str_trim(type));
    if (!type.n)
        return MEDIA_NONE;
    if (str_is(type, "application/json") || str_ends(type, STR("+json")))
        return MEDIA_JSON;
    if (str_is(type, "application/x-www-form-urlencoded"))
        return MEDIA_FORM;
    return str_is(type, "multipart/form-data") ? MEDIA_MULTIPART : MEDIA_OTHER;
}

/* A body without a media type we know is JSON when it looks like it. */
static enum media sniff(enum media media, struct str body)
{
    struct str start = str_trim(body);
    bool looks_json = start.n && (start.p[0] == '{' || start.p[0] == '[');
    if (looks_json && media != MEDIA_MULTIPART)
        return MEDIA_JSON;
    return media;
}

static bool read_body(struct web *w, struct str body)
{
    struct str type = http_header_of(&w->exchange->request, "Content-Type");
    switch (sniff(media_of(w->cx.arena, type), body)) {
    case MEDIA_JSON:
        return read_json(w, body);
    case MEDIA_FORM:
        return read_form(w, body);
    case MEDIA_MULTIPART:
        return read_multipart(w, body);
    case MEDIA_NONE:
    case MEDIA_OTHER:
        break;
    }
    return throw(&w->cx, &UnsupportedMediaType,
                 "This Content-Type cannot be read here. Send application/json, a form or multipart/form-data.");
}

static void release_json(void *value)
{
    json_decref(value);
}

bool web_read_args(struct web *w)
{
    if (w->args)
        return true;
    w->args = json_object();
    arena_defer(w->cx.arena, release_json, w->args);
    struct str encoding = http_header_of(&w->exchange->request, "Content-Encoding");
    if (encoding.n && !str_eq_nocase(encoding, STR("identity")))
        return throw(&w->cx, &UnsupportedMediaType,
                     "A compressed body cannot be read. Send it without Content-Encoding.");
    bool ok = w->exchange->request.body_size ? read_body(w, http_body(w->exchange)) : add_query(w);
    json_object_del(w->args, "_");
    return ok;
}

/* ---- what handlers ask ------------------------------------------------------------------------------------------------ */
const json_t *web_arg_json(const struct web *w, const char *name)
{
    return w->args ? json_object_get(w->args, name) : NULL;
}

struct str web_arg(const struct web *w, const char *name)
{
    const json_t *value = web_arg_json(w, name);
    if (json_is_string(value))
        return json_str_of(value);
    if (json_is_number(value) || json_is_boolean(value))
        return json_print(w->cx.arena, value);
    return STR("");
}

static bool starts_json(struct str text)
{
    struct str t = str_trim(text);
    return t.n && strchr("[{\"", t.p[0]);
}

bool web_arg_parsed(struct web *w, const char *name, const json_t **out)
{
    const json_t *value = web_arg_json(w, name);
    *out = value;
    if (!json_is_string(value))
        return true;
    struct str text = json_str_of(value), why;
    if (!str_trim(text).n || str_is(text, "null"))
        *out = NULL;
    else if (starts_json(text)) {
        *out = json_read(w->cx.arena, text, &json_limits_default, &why);
        if (!*out)
            return throw(&w->cx, &ValidationError, "%s is not acceptable JSON: %.*s", name, STR_ARG(why));
    }
    return true;
}
