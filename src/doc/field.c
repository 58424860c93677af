/* What the field types are: their names, columns and shapes (spec/frappe-api.md 10.1). */
#include "doc_priv.h"

struct kind {
    const char *name;
    enum shape shape;
    const char *sql;
    size_t room; /* see field_room */
};

#define VARCHAR SHAPE_TEXT, "varchar", 140
#define TEXTUAL SHAPE_TEXT, "text", 65535
#define LONG SHAPE_TEXT, "longtext", 0
#define MONEY SHAPE_DECIMAL, "decimal", 21
#define LAYOUT SHAPE_NONE, NULL, 0

static const struct kind kinds[FIELD_TYPES] = {
    [DATA] = { "Data", VARCHAR },
    [LINK] = { "Link", VARCHAR },
    [DYNAMIC_LINK] = { "Dynamic Link", VARCHAR },
    [SELECT] = { "Select", VARCHAR },
    [READ_ONLY] = { "Read Only", VARCHAR },
    [COLOR] = { "Color", VARCHAR },
    [ICON] = { "Icon", VARCHAR },
    [PHONE] = { "Phone", VARCHAR },
    [AUTOCOMPLETE] = { "Autocomplete", VARCHAR },
    [SMALL_TEXT] = { "Small Text", TEXTUAL },
    [TEXT] = { "Text", TEXTUAL },
    [PASSWORD] = { "Password", TEXTUAL },
    [ATTACH] = { "Attach", TEXTUAL },
    [ATTACH_IMAGE] = { "Attach Image", TEXTUAL },
    [LONG_TEXT] = { "Long Text", LONG },
    [CODE] = { "Code", LONG },
    [TEXT_EDITOR] = { "Text Editor", LONG },
    [MARKDOWN_EDITOR] = { "Markdown Editor", LONG },
    [HTML_EDITOR] = { "HTML Editor", LONG },
    [SIGNATURE] = { "Signature", LONG },
    [BARCODE] = { "Barcode", LONG },
    [GEOLOCATION] = { "Geolocation", LONG },
    [JSON] = { "JSON", SHAPE_TEXT, "json", 0 },
    [INT] = { "Int", SHAPE_INT, "int", 11 },
    [LONG_INT] = { "Long Int", SHAPE_INT, "bigint", 20 },
    [CHECK] = { "Check", SHAPE_CHECK, "int", 1 },
    [CURRENCY] = { "Currency", MONEY },
    [FLOAT] = { "Float", MONEY },
    [PERCENT] = { "Percent", MONEY },
    [DURATION] = { "Duration", MONEY },
    [RATING] = { "Rating", SHAPE_DECIMAL, "decimal", 3 },
    [DATE] = { "Date", SHAPE_DATE, "date", 0 },
    [DATETIME] = { "Datetime", SHAPE_DATETIME, "datetime", 0 },
    [TIME] = { "Time", SHAPE_TIME, "time", 0 },
    [TABLE] = { "Table", SHAPE_ROWS, NULL, 0 },
    [TABLE_MULTISELECT] = { "Table MultiSelect", SHAPE_ROWS, NULL, 0 },
    [SECTION_BREAK] = { "Section Break", LAYOUT },
    [COLUMN_BREAK] = { "Column Break", LAYOUT },
    [TAB_BREAK] = { "Tab Break", LAYOUT },
    [HEADING] = { "Heading", LAYOUT },
    [HTML] = { "HTML", LAYOUT },
    [IMAGE] = { "Image", LAYOUT },
    [BUTTON] = { "Button", LAYOUT },
    [FOLD] = { "Fold", LAYOUT },
};

enum shape type_shape(enum field_type type)
{
    return kinds[type].shape;
}

enum shape field_shape(const struct field *field)
{
    return kinds[field->type].shape;
}

const char *field_sql_type(const struct field *field)
{
    if (field->type == INT && field->length > 11)
        return "bigint";
    return kinds[field->type].sql;
}

size_t field_room(const struct field *field)
{
    const struct kind *kind = &kinds[field->type];
    bool sized = kind->sql && !strcmp(kind->sql, "varchar");
    return sized && field->length ? field->length : kind->room;
}

size_t field_length(const struct field *field)
{
    const char *sql = kinds[field->type].sql;
    return sql && !strcmp(sql, "varchar") ? field_room(field) : 0;
}

bool field_has_column(const struct field *field)
{
    return kinds[field->type].sql && !field->is_virtual;
}

bool field_is_table(const struct field *field)
{
    return kinds[field->type].shape == SHAPE_ROWS;
}

bool field_is_decimal(const struct field *field)
{
    return kinds[field->type].shape == SHAPE_DECIMAL;
}

bool field_is_number(const struct field *field)
{
    enum shape shape = kinds[field->type].shape;
    return shape == SHAPE_INT || shape == SHAPE_CHECK || shape == SHAPE_DECIMAL;
}

bool field_is_never_null(const struct field *field)
{
    return field_is_number(field) && field->type != DURATION && field->type != RATING && field->type != LONG_INT;
}

const char *field_type_name(enum field_type type)
{
    return kinds[type].name;
}

bool field_type_named(struct str name, enum field_type *out)
{
    for (size_t i = 0; i < FIELD_TYPES; i++)
        if (str_is(name, kinds[i].name)) {
            *out = (enum field_type)i;
            return true;
        }
    return false;
}

ptrdiff_t field_index(const struct doctype *type, struct str name)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (str_is(name, type->fields[i].name))
            return (ptrdiff_t)i;
    return -1;
}

const struct field *doc_field(const struct doctype *type, struct str name)
{
    ptrdiff_t i = field_index(type, name);
    return i < 0 ? NULL : &type->fields[i];
}

/* "content_type" → "Content Type" */
static char *label_from_name(struct arena *arena, const char *name)
{
    char *label = arena_printf(arena, "%s", name);
    bool start = true;
    for (char *c = label; *c; c++) {
        if (*c == '_' || *c == '-')
            *c = ' ';
        if (start && *c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
        start = *c == ' ';
    }
    return label;
}

const char *field_label(struct arena *arena, const struct field *field)
{
    return field->label ? field->label : label_from_name(arena, field->name);
}

bool next_word(struct str *rest, struct str *word)
{
    while (str_cut(rest, ' ', word))
        if (word->n)
            return true;
    return false;
}

bool words_have(const char *words, const char *word)
{
    struct str rest = str_of(words), piece;
    while (next_word(&rest, &piece))
        if (str_is(piece, word))
            return true;
    return false;
}

bool error_of_field(struct ctx *cx, const struct field *field)
{
    if (failed(cx) && !cx->err.field)
        cx->err.field = field->name;
    return false;
}
