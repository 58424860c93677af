/* Arguments of methods and routes, as clients send them: text or typed, JSON or text that holds JSON. */
#include "api_priv.h"

static void release_json(void *value)
{
    json_decref(value);
}

json_t *api_own(struct web *w, json_t *value)
{
    arena_defer(w->cx.arena, release_json, value);
    return value;
}

void api_answer_key(struct web *w)
{
    out_key(&w->out, str_of(web_answer_key(w)));
}

/* ---- what must be there ------------------------------------------------------------------------------------------- */
static bool missing(struct web *w, const char *name)
{
    return throw(&w->cx, &FrappeTypeError, "The argument '%s' is missing.", name);
}

bool api_need(struct web *w, const char *name, struct str *out)
{
    *out = web_arg(w, name);
    return out->n || missing(w, name);
}

const struct doctype *api_need_doctype(struct web *w, const char *name)
{
    struct str doctype;
    return api_need(w, name, &doctype) ? api_doctype(w, doctype) : NULL;
}

bool api_need_object(struct web *w, const char *name, const json_t **out)
{
    if (!web_arg_parsed(w, name, out))
        return false;
    if (!*out)
        return missing(w, name);
    return json_is_object(*out) || throw(&w->cx, &ValidationError, "The argument '%s' must be a JSON object.", name);
}

bool api_need_list(struct web *w, const char *name, size_t most, const json_t **out)
{
    if (!web_arg_parsed(w, name, out))
        return false;
    if (!*out)
        return missing(w, name);
    if (json_is_array(*out) && json_array_size(*out) <= most)
        return true;
    return throw(&w->cx, &ValidationError, "The argument '%s' must be a list of at most %zu items.", name, most);
}

bool api_doctype_of(struct web *w, const json_t *object, struct str *out)
{
    *out = json_get_str(object, "doctype");
    return out->n || throw(&w->cx, &ValidationError, "The document does not say its doctype.");
}

/* ---- numbers, flags, documents -------------------------------------------------------------------------------------- */
bool api_limit(struct web *w, const char *name, int64_t preset, int64_t *out)
{
    struct str text = str_trim(web_arg(w, name));
    *out = preset;
    if (!text.n &&
        (!web_arg_json(w, name) || json_is_string(web_arg_json(w, name)) || json_is_null(web_arg_json(w, name))))
        return true;
    if (!str_int(text, out))
        return throw(&w->cx, &ValidationError, "%s must be a whole number.", name);
    if (*out < 0)
        return throw(&w->cx, &ValidationError, "%s must not be negative.", name);
    return true;
}

bool api_flag(const struct web *w, const char *name, bool preset)
{
    const json_t *value = web_arg_json(w, name);
    if (!value || json_is_null(value))
        return preset;
    struct str text = web_arg(w, name);
    return text.n && !str_is(text, "0") && !str_eq_nocase(text, STR("false"));
}

static bool holds_document(const json_t *data)
{
    struct str text = str_trim(json_str_of(data));
    return json_is_object(data) || str_starts(text, STR("{"));
}

const json_t *api_sent_document(struct web *w)
{
    const json_t *data = web_arg_json(w, "data"), *document = w->args;
    if (holds_document(data) && !web_arg_parsed(w, "data", &document))
        return NULL;
    if (w->args_are_list || !json_is_object(document))
        return throw(&w->cx, &ValidationError, "Send one document as a JSON object.");
    return document;
}

struct str api_name_in(struct web *w, const json_t *object, const char *key)
{
    const json_t *name = json_object_get(object, key);
    return json_is_integer(name) ? json_print(w->cx.arena, name) : json_str_of(name);
}

/* ---- declared arguments --------------------------------------------------------------------------------------------- */
/* An empty text says something only where a text may be empty: in an optional Data argument. */
static bool is_missing(const struct field *f, const json_t *value)
{
    bool empty = json_is_string(value) && !json_string_length(value);
    return !value || json_is_null(value) || (empty && (f->reqd || f->type != DATA));
}

static bool take_argument(struct web *w, struct doc *args, size_t i, const json_t *value)
{
    const struct field *f = &args->type->fields[i];
    if (!is_missing(f, value))
        return value_from_json(&w->cx, args->type, f, value, &args->values[i]);
    return !f->reqd ||
           throw(&w->cx, &FrappeTypeError, "%s() missing the required argument: '%s'", args->type->name, f->name);
}

struct doc *api_arguments(struct web *w, const char *of, const struct field *declared, const json_t *given)
{
    struct doctype *type = arena_new_of(w->cx.arena, struct doctype);
    *type = (struct doctype){ .name = of, .module = "", .fields = declared };
    while (declared && declared[type->field_count].name)
        type->field_count++;
    struct doc *args = doc_new(&w->cx, type);
    for (size_t i = 0; args && i < type->field_count; i++)
        if (!take_argument(w, args, i, json_object_get(given, declared[i].name)))
            return NULL;
    return args;
}
