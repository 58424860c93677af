/* A document without what makes it this one: to be changed and posted as a new one (/api/v2/document/…/copy). */
#include "api_priv.h"

static void strip(json_t *object)
{
    static const char *const own[] = { "name",        "owner",     "creation",     "modified",
                                       "modified_by", "docstatus", "amended_from", "parent" };
    const char *key;
    json_t *value, *row;
    size_t i;
    for (size_t k = 0; k < countof(own); k++)
        json_object_del(object, own[k]);
    json_object_foreach(object, key, value) json_array_foreach(value, i, row) if (json_is_object(row)) strip(row);
}

/* What the DocType says is not copied; a secret cannot be. */
static void strip_uncopied(const struct doctype *type, json_t *object)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].no_copy || type->fields[i].server_managed || type->fields[i].type == PASSWORD)
            json_object_del(object, type->fields[i].name);
}

bool api_copy(struct web *w, struct str doctype, struct str name)
{
    const struct doctype *type = api_doctype(w, doctype);
    const struct doc *doc = type ? doc_read(&w->cx, type, name) : NULL;
    if (!doc)
        return false;
    json_t *copy = api_as_json(w, doc);
    if (!copy)
        return false;
    strip(copy);
    api_strip_nulls(copy);
    strip_uncopied(type, copy);
    api_begin(w, "data");
    out_value(&w->out, copy);
    return api_send(w, 200);
}
