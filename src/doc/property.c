/* Properties of DocTypes and fields by Frappe's names (spec/frappe-api.md 10.2). */
#include "property.h"

#include "doc_priv.h"

#define OF_FIELD(member) offsetof(struct field, member)
#define OF_TYPE(member) offsetof(struct doctype, member)

const struct property field_properties[FIELD_PROPERTIES] = {
    { "fieldtype", PROPERTY_TYPE, OF_FIELD(type) },
    { "label", PROPERTY_TEXT, OF_FIELD(label) },
    { "options", PROPERTY_TEXT, OF_FIELD(options) },
    { "default", PROPERTY_TEXT, OF_FIELD(preset) },
    { "fetch_from", PROPERTY_TEXT, OF_FIELD(fetch_from) },
    { "length", PROPERTY_SHORT, OF_FIELD(length) },
    { "permlevel", PROPERTY_LEVEL, OF_FIELD(permlevel) },
    { "reqd", PROPERTY_FLAG, OF_FIELD(reqd) },
    { "unique", PROPERTY_FLAG, OF_FIELD(unique) },
    { "search_index", PROPERTY_FLAG, OF_FIELD(index) },
    { "read_only", PROPERTY_FLAG, OF_FIELD(read_only) },
    { "hidden", PROPERTY_FLAG, OF_FIELD(hidden) },
    { "in_list_view", PROPERTY_FLAG, OF_FIELD(in_list_view) },
    { "in_global_search", PROPERTY_FLAG, OF_FIELD(in_search) },
    { "set_only_once", PROPERTY_FLAG, OF_FIELD(set_only_once) },
    { "allow_on_submit", PROPERTY_FLAG, OF_FIELD(allow_on_submit) },
    { "non_negative", PROPERTY_FLAG, OF_FIELD(non_negative) },
    { "no_copy", PROPERTY_FLAG, OF_FIELD(no_copy) },
    { "fetch_if_empty", PROPERTY_FLAG, OF_FIELD(fetch_if_empty) },
    { "ignore_user_permissions", PROPERTY_FLAG, OF_FIELD(ignore_user_permissions) },
    { "ignore_xss_filter", PROPERTY_FLAG, OF_FIELD(ignore_xss_filter) },
    { "is_virtual", PROPERTY_FLAG, OF_FIELD(is_virtual) },
    { "fieldname", PROPERTY_TEXT, OF_FIELD(name) },
};

const struct property type_properties[TYPE_PROPERTIES] = {
    { "module", PROPERTY_TEXT, OF_TYPE(module) },
    { "autoname", PROPERTY_NAMING, OF_TYPE(autoname) },
    { "title_field", PROPERTY_TEXT, OF_TYPE(title_field) },
    { "search_fields", PROPERTY_WORDS, OF_TYPE(search_fields) },
    { "sort_field", PROPERTY_SORT_FIELD, OF_TYPE(sort) },
    { "sort_order", PROPERTY_SORT_ORDER, OF_TYPE(sort) },
    { "description", PROPERTY_TEXT, OF_TYPE(about) },
    { "istable", PROPERTY_FLAG, OF_TYPE(is_child) },
    { "issingle", PROPERTY_FLAG, OF_TYPE(is_single) },
    { "is_submittable", PROPERTY_FLAG, OF_TYPE(is_submittable) },
    { "allow_rename", PROPERTY_FLAG, OF_TYPE(allow_rename) },
    { "allow_import", PROPERTY_FLAG, OF_TYPE(allow_import) },
    { "track_changes", PROPERTY_FLAG, OF_TYPE(track_changes) },
    { "max_attachments", PROPERTY_SHORT, OF_TYPE(max_attachments) },
};

const struct right_name right_names[RIGHTS] = {
    { "select", SELECT_ }, { "read", READ },     { "write", WRITE }, { "create", CREATE }, { "delete", DELETE },
    { "submit", SUBMIT },  { "cancel", CANCEL }, { "amend", AMEND }, { "report", REPORT }, { "export", EXPORT },
    { "import", IMPORT },  { "share", SHARE },   { "print", PRINT }, { "email", EMAIL },
};

const struct property *property_find(const struct property *table, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, table[i].name))
            return &table[i];
    return NULL;
}

/* ---- sort: "field order" ------------------------------------------------------------------------------------------------ */
static struct str sort_part(const char *sort, bool order)
{
    struct str rest = str_of(sort ? sort : "modified desc"), field;
    str_cut(&rest, ' ', &field);
    return order ? str_trim(rest) : field;
}

static const char *sort_with(struct arena *arena, const char *sort, struct str field, struct str order)
{
    field = field.n ? field : sort_part(sort, false);
    order = order.n ? order : sort_part(sort, true);
    bool ascending = str_eq_nocase(order, STR("asc"));
    return arena_printf(arena, "%.*s %s", STR_ARG(field), ascending ? "asc" : "desc");
}

/* ---- in ----------------------------------------------------------------------------------------------------------------- */
/* Frappe takes "prompt" in any case. */
static const char *naming(struct arena *arena, struct str text)
{
    return str_eq_nocase(text, STR("Prompt")) ? "Prompt" : str_c(arena, text);
}

static const char *words(struct arena *arena, struct str text)
{
    char *copy = arena_printf(arena, "%.*s", STR_ARG(text));
    for (char *c = copy; *c; c++)
        if (*c == ',' || *c == '\n')
            *c = ' ';
    return copy;
}

static int64_t number(struct str text, int64_t most)
{
    int64_t n;
    if (!str_int(text, &n) || n < 0)
        return 0;
    return n > most ? most : n;
}

void property_set(struct arena *arena, const struct property *p, void *object, struct str text)
{
    void *at = (char *)object + p->offset;
    const char **word = at;
    struct str whole = text; /* an empty first line of options is a choice */
    text = str_trim(text);
    switch (p->kind) {
    case PROPERTY_TEXT:
        *word = text.n ? str_c(arena, whole) : NULL;
        return;
    case PROPERTY_NAMING:
        *word = text.n ? naming(arena, text) : NULL;
        return;
    case PROPERTY_WORDS:
        *word = text.n ? words(arena, text) : NULL;
        return;
    case PROPERTY_FLAG:
        *(bool *)at = number(text, 1) != 0;
        return;
    case PROPERTY_SHORT:
        *(unsigned short *)at = (unsigned short)number(text, UINT16_MAX);
        return;
    case PROPERTY_LEVEL:
        *(unsigned char *)at = (unsigned char)number(text, UINT8_MAX);
        return;
    case PROPERTY_TYPE:
        field_type_named(text, at);
        return;
    case PROPERTY_SORT_FIELD:
        *word = sort_with(arena, *word, text, STR_NONE);
        return;
    case PROPERTY_SORT_ORDER:
        *word = sort_with(arena, *word, STR_NONE, text);
    }
}

/* ---- out ---------------------------------------------------------------------------------------------------------------- */
static struct str with_commas(struct arena *arena, const char *list)
{
    struct buf b = buf_new(arena, 64 << 10);
    struct str rest = str_of(list), word;
    while (next_word(&rest, &word))
        buf_printf(&b, "%s%.*s", b.n ? "," : "", STR_ARG(word));
    return buf_str(&b);
}

struct str property_text(struct arena *arena, const struct property *p, const void *object)
{
    const void *at = (const char *)object + p->offset;
    const char *const *word = at;
    switch (p->kind) {
    case PROPERTY_FLAG:
        return *(const bool *)at ? STR("1") : STR("0");
    case PROPERTY_SHORT:
        return str_printf(arena, "%u", *(const unsigned short *)at);
    case PROPERTY_LEVEL:
        return str_printf(arena, "%u", *(const unsigned char *)at);
    case PROPERTY_TYPE:
        return str_of(field_type_name(*(const enum field_type *)at));
    case PROPERTY_WORDS:
        return *word ? with_commas(arena, *word) : STR_NONE;
    case PROPERTY_SORT_FIELD:
        return sort_part(*word, false);
    case PROPERTY_SORT_ORDER:
        return str_eq_nocase(sort_part(*word, true), STR("asc")) ? STR("ASC") : STR("DESC");
    default:
        return *word ? str_of(*word) : STR_NONE;
    }
}
