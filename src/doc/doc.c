/* A document in memory: making one, and its values by field name. */
#include "doc_priv.h"

#include "base/log.h"

struct doc *doc_new(struct ctx *cx, const struct doctype *type)
{
    struct doc *doc = arena_new_of(cx->arena, struct doc);
    doc->arena = cx->arena;
    doc->type = type;
    doc->is_new = true;
    doc->values = arena_array(cx->arena, type->field_count, sizeof *doc->values);
    doc->tables = arena_array(cx->arena, type->field_count, sizeof *doc->tables);
    if (type->is_single) {
        doc->name = str_of(type->name);
        doc->is_new = false;
    }
    return doc;
}

struct doc *doc_new_named(struct ctx *cx, const char *doctype)
{
    const struct doctype *type = doc_type(cx, str_of(doctype));
    return type ? doc_new(cx, type) : NULL;
}

/* The program names a field that its own declaration does not have. */
static _Noreturn void no_such_field(const struct doctype *type, const char *field)
{
    log_say(LOG_ERROR, "bug", "%s has no field %s", type->name, field);
    abort();
}

static ptrdiff_t standard_index(const struct doctype *type, const char *field)
{
    for (size_t i = 0; i < standard_count(type); i++)
        if (!strcmp(field, standard_fields[i].name))
            return (ptrdiff_t)i;
    return -1;
}

static size_t own_index(const struct doctype *type, const char *field)
{
    ptrdiff_t i = field_index(type, str_of(field));
    if (i < 0)
        no_such_field(type, field);
    return (size_t)i;
}

static struct value text_or_null(struct str text)
{
    return text.p ? value_of_text(text) : VALUE_NONE;
}

static struct str *standard_text(struct doc *doc, enum standard which)
{
    switch (which) {
    case STD_NAME:
        return &doc->name;
    case STD_OWNER:
        return &doc->owner;
    case STD_CREATION:
        return &doc->creation;
    case STD_MODIFIED:
        return &doc->modified;
    case STD_MODIFIED_BY:
        return &doc->modified_by;
    case STD_PARENT:
        return &doc->parent;
    case STD_PARENTFIELD:
        return &doc->parentfield;
    case STD_PARENTTYPE:
        return &doc->parenttype;
    default:
        return NULL;
    }
}

struct value standard_value(const struct doc *doc, enum standard which)
{
    if (which == STD_DOCSTATUS)
        return value_of_int(doc->docstatus);
    if (which == STD_IDX)
        return value_of_int(doc->idx);
    struct doc copy = *doc;
    return text_or_null(*standard_text(&copy, which));
}

void standard_set(struct doc *doc, enum standard which, struct value v)
{
    if (which == STD_DOCSTATUS)
        doc->docstatus = v.kind == VALUE_INT ? v.number : 0;
    else if (which == STD_IDX)
        doc->idx = v.kind == VALUE_INT ? v.number : 0;
    else
        *standard_text(doc, which) = v.kind == VALUE_TEXT ? v.text : STR_NONE;
}

struct value doc_value(const struct doc *doc, const char *field)
{
    ptrdiff_t i = field_index(doc->type, str_of(field));
    if (i >= 0)
        return doc->values[i];
    i = standard_index(doc->type, field);
    if (i < 0)
        no_such_field(doc->type, field);
    return standard_value(doc, (enum standard)i);
}

struct str doc_text(const struct doc *doc, const char *field)
{
    struct value v = doc_value(doc, field);
    if (v.kind == VALUE_TEXT)
        return v.text;
    if (v.kind == VALUE_NULL)
        return STR("");
    return value_text(doc->arena, NULL, v);
}

int64_t doc_int(const struct doc *doc, const char *field)
{
    struct value v = doc_value(doc, field);
    int64_t n = 0;
    if (v.kind == VALUE_DECIMAL)
        return decimal_truncate(v.decimal);
    if (v.kind == VALUE_TEXT)
        return str_int(v.text, &n) ? n : 0;
    return v.kind == VALUE_INT ? v.number : 0;
}

bool doc_true(const struct doc *doc, const char *field)
{
    return doc_int(doc, field) != 0;
}

struct decimal doc_decimal(const struct doc *doc, const char *field)
{
    struct value v = doc_value(doc, field);
    struct decimal d = DECIMAL_INT(0);
    if (v.kind == VALUE_DECIMAL)
        return v.decimal;
    if (v.kind == VALUE_INT)
        return DECIMAL_INT(v.number);
    if (v.kind == VALUE_TEXT && !decimal_parse(v.text, &d))
        d = DECIMAL_INT(0);
    return d;
}

bool doc_is_set(const struct doc *doc, const char *field)
{
    return !value_is_empty(doc_value(doc, field));
}

const struct doc_rows *doc_table(const struct doc *doc, const char *field)
{
    return &doc->tables[own_index(doc->type, field)];
}

static void set(struct doc *doc, const char *field, struct value v)
{
    ptrdiff_t i = field_index(doc->type, str_of(field));
    if (i >= 0) {
        doc->values[i] = v;
        return;
    }
    i = standard_index(doc->type, field);
    if (i < 0)
        no_such_field(doc->type, field);
    standard_set(doc, (enum standard)i, v);
}

void doc_set_text(struct doc *doc, const char *field, struct str text)
{
    set(doc, field, value_of_text(text.p ? text : STR("")));
}

void doc_set_text_or_null(struct doc *doc, const char *field, struct str text)
{
    if (text.n)
        doc_set_text(doc, field, text);
    else
        doc_set_null(doc, field);
}

void doc_set_int(struct doc *doc, const char *field, int64_t number)
{
    const struct field *f = doc_field(doc->type, str_of(field));
    set(doc, field, f && field_is_decimal(f) ? value_of_decimal(DECIMAL_INT(number)) : value_of_int(number));
}

void doc_set_decimal(struct doc *doc, const char *field, struct decimal decimal)
{
    set(doc, field, value_of_decimal(decimal));
}

void doc_set_null(struct doc *doc, const char *field)
{
    set(doc, field, VALUE_NONE);
}

bool doc_set_json(struct ctx *cx, struct doc *doc, const char *field, const json_t *json)
{
    const struct field *f = doc_field(doc->type, str_of(field));
    struct value v;
    if (!f)
        no_such_field(doc->type, field);
    if (!value_from_json(cx, doc->type, f, json, &v))
        return false;
    set(doc, field, v);
    return true;
}

static bool rows_differ(const struct doc_rows *now, const struct doc_rows *before)
{
    if (now->count != before->count)
        return true;
    for (size_t i = 0; i < now->count; i++)
        if (doc_differs(now->rows[i]))
            return true;
    return false;
}

bool doc_changed(const struct doc *doc, const char *field)
{
    ptrdiff_t i = field_index(doc->type, str_of(field));
    if (i >= 0 && field_is_table(&doc->type->fields[i]))
        return doc->before ? rows_differ(&doc->tables[i], &doc->before->tables[i]) : doc->tables[i].count > 0;
    if (!doc->before)
        return doc_is_set(doc, field);
    struct value now = doc_value(doc, field), then = doc_value(doc->before, field);
    return !value_equal(now, then) && !(value_is_empty(now) && value_is_empty(then));
}

void doc_set_rows(struct doc *doc, const char *table_field, struct doc **rows, size_t count)
{
    struct doc_rows *table = &doc->tables[own_index(doc->type, table_field)];
    *table = (struct doc_rows){ .rows = rows, .count = count, .room = count, .given = true };
    for (size_t i = 0; i < count; i++)
        rows[i]->up = doc;
}
