/* Names of new documents (spec/frappe-api.md 4.2): random, from a field, as asked, or from a numbered series. */
#include "doc_priv.h"

/* ---- what may be a name -------------------------------------------------------------------------------------------------- */
bool name_check(struct ctx *cx, const struct doctype *type, struct str name)
{
    if (!name.n)
        return throw(cx, &ValidationError, "Please set the document name");
    if (has_control(name) || !utf8_valid(name))
        return throw(cx, &ValidationError, "Name of %s cannot contain control characters", type->name);
    if (str_has(name, '<') || str_has(name, '>'))
        return throw(cx, &NamingError, "Name of %s cannot contain special characters like < and >", type->name);
    if (str_is(name, type->name))
        return throw(cx, &NamingError, "Name of %s cannot be %s", type->name, type->name);
    if (str_starts(name, str_printf(cx->arena, "New %s", type->name)))
        return throw(cx, &NamingError, "Name of %s cannot begin with %.*s", type->name, (int)(strlen(type->name) + 4),
                     name.p);
    if (utf8_length(name) > 140)
        return throw(cx, &CharacterLengthExceededError,
                     "%s: '<strong>%s</strong>' (%.*s) will get truncated, as max characters allowed is %d", type->name,
                     standard_fields[STD_NAME].label, STR_ARG(utf8_head(name, 100)), 140);
    return true;
}

/* ---- series ------------------------------------------------------------------------------------------------------------------ */
static bool series_next(struct ctx *cx, struct str key, int64_t *number)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "tabSeries");
    sql_add(q, " (`name`, `current`) VALUES (");
    sql_text(q, key);
    sql_add(q, ", 1) ON DUPLICATE KEY UPDATE `current` = `current` + 1");
    if (db_change(cx, q) < 0)
        return false;
    q = sql_new(cx);
    sql_add(q, "SELECT `current` FROM ");
    sql_table(q, "tabSeries");
    sql_add(q, " WHERE `name` = ");
    sql_text(q, key);
    sql_add(q, " FOR UPDATE");
    return db_first_int(cx, q, number) || (!failed(cx) && bug(cx, "a series has no row"));
}

/* ISO week made consecutive: the first days of January may be 00, the last of December 53. */
static int week_of(const struct civil *c)
{
    struct civil first = { .year = c->year, .month = 1, .day = 1 };
    int day = (int)((civil_to_us(&(struct civil){ .year = c->year, .month = c->month, .day = c->day }) -
                     civil_to_us(&first)) /
                    (INT64_C(86400) * 1000000));
    int week = (day - civil_weekday(c) + 10) / 7;
    return week > 53 ? 53 : week;
}

static bool date_part(struct ctx *cx, struct str part, struct str *out)
{
    int64_t local = call_local_us(cx);
    struct civil c = civil_from_us(local);
    if (str_is(part, "YYYY"))
        *out = str_printf(cx->arena, "%04d", c.year);
    else if (str_is(part, "YY"))
        *out = str_printf(cx->arena, "%02d", c.year % 100);
    else if (str_is(part, "MM"))
        *out = str_printf(cx->arena, "%02d", c.month);
    else if (str_is(part, "DD"))
        *out = str_printf(cx->arena, "%02d", c.day);
    else if (str_is(part, "WW"))
        *out = str_printf(cx->arena, "%02d", week_of(&c));
    else if (str_is(part, "timestamp"))
        *out = clock_datetime(cx->arena, local);
    else
        return false;
    return true;
}

static bool is_counter(struct str part)
{
    for (size_t i = 0; i < part.n; i++)
        if (part.p[i] != '#')
            return false;
    return part.n > 0;
}

/* A name while it is made: text so far, and whether its counter was taken. */
struct naming {
    struct ctx *cx;
    const struct doc *doc;
    struct buf text;
    bool counted;
};

static bool add_part(struct naming *n, struct str part)
{
    struct arena *arena = n->cx->arena;
    struct str text;
    if (is_counter(part) && !n->counted) {
        int64_t number;
        n->counted = true;
        if (!series_next(n->cx, str_copy(arena, buf_str(&n->text)), &number))
            return false;
        buf_printf(&n->text, "%0*lld", (int)part.n, (long long)number);
        return true;
    }
    if (date_part(n->cx, part, &text)) {
        buf_add(&n->text, text);
        return true;
    }
    bool braced = part.n > 2 && part.p[0] == '{' && part.p[part.n - 1] == '}';
    struct str name = braced ? str_slice(part, 1, part.n - 1) : part;
    if (doc_field(n->doc->type, name))
        buf_add(&n->text, str_trim(doc_text(n->doc, str_c(arena, name))));
    else if (!is_counter(part))
        buf_add(&n->text, part);
    return true;
}

bool name_prefix(struct ctx *cx, const struct doc *doc, struct str pattern, struct str *out)
{
    struct naming n = { .cx = cx, .doc = doc, .text = buf_new(cx->arena, 4096) };
    struct str part;
    while (str_cut(&pattern, '.', &part))
        if (part.n && !add_part(&n, part))
            return false;
    *out = buf_str(&n.text);
    return true;
}

static bool series_name(struct ctx *cx, struct doc *doc, struct str pattern)
{
    struct str whole = str_has(pattern, '#') ? pattern : str_printf(cx->arena, "%.*s.#####", STR_ARG(pattern));
    return name_prefix(cx, doc, whole, &doc->name);
}

/* "ENR-{YYYY}-{course}-{#####}": what stands in braces is a part, the rest is literal. */
static bool format_name(struct ctx *cx, struct doc *doc, struct str format)
{
    struct naming n = { .cx = cx, .doc = doc, .text = buf_new(cx->arena, 4096) };
    while (format.n) {
        ptrdiff_t open = str_index(format, '{'), close = str_index(format, '}');
        if (open < 0 || close < open) {
            buf_add(&n.text, format);
            break;
        }
        buf_add(&n.text, str_slice(format, 0, (size_t)open));
        if (!add_part(&n, str_slice(format, (size_t)open + 1, (size_t)close)))
            return false;
        format = str_from(format, (size_t)close + 1);
    }
    doc->name = buf_str(&n.text);
    return true;
}

static struct str series_of(struct ctx *cx, const struct doc *doc)
{
    const struct field *field = doc_field(doc->type, STR("naming_series"));
    struct str series = field ? str_trim(doc_text(doc, "naming_series")) : STR_NONE, rest, line;
    rest = str_of(field ? field->options : NULL);
    while (!series.n && rest.p && str_cut(&rest, '\n', &line))
        series = str_trim(line);
    (void)cx;
    return series;
}

const char *sequence_name(struct arena *arena, const struct doctype *type)
{
    char *name = arena_printf(arena, "%s_id_seq", type->name);
    for (char *c = name; *c; c++)
        *c = *c == ' ' || *c == '-' ? '_' : *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    return name;
}

/* ---- choosing -------------------------------------------------------------------------------------------------------------------- */
static bool has_prefix(const char *autoname, const char *prefix)
{
    return autoname && !strncmp(autoname, prefix, strlen(prefix));
}

bool name_is_random(const struct doctype *type)
{
    const char *a = type->autoname;
    return !type->is_single && (!a || !*a || !strcmp(a, "hash"));
}

static bool field_name(struct ctx *cx, struct doc *doc, const char *field)
{
    doc->name = str_trim(doc_text(doc, field));
    if (doc->name.n)
        return true;
    const struct field *f = doc_field(doc->type, str_of(field));
    return throw(cx, &ValidationError, "%s is required", f ? field_label(cx->arena, f) : field);
}

/* "X" amended is "X-1", then "X-2". */
static bool amended_name(struct ctx *cx, struct doc *doc)
{
    struct str from = doc_text(doc, "amended_from"), before, prefix = from;
    int64_t number = 0;
    if (doc_get(cx, doc->type->name, from, "amended_from", &before) && before.n) {
        size_t dash = from.n;
        while (dash && from.p[dash - 1] != '-')
            dash--;
        if (dash && str_int(str_from(from, dash), &number))
            prefix = str_slice(from, 0, dash - 1);
    }
    doc->name = str_printf(cx->arena, "%.*s-%lld", STR_ARG(prefix), (long long)number + 1);
    return !failed(cx);
}

/* From the sequence that came with the table. */
static bool next_number(struct ctx *cx, struct doc *doc)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT NEXTVAL(");
    sql_table(q, sequence_name(cx->arena, doc->type));
    sql_add(q, ")");
    return db_first_text(cx, q, &doc->name);
}

static bool by_autoname(struct ctx *cx, struct doc *doc)
{
    const char *a = doc->type->autoname;
    if (name_is_random(doc->type)) {
        doc->name = random_name(cx->arena);
        return true;
    }
    if (type_is_numbered(doc->type))
        return next_number(cx, doc);
    if (has_prefix(a, "field:"))
        return field_name(cx, doc, a + strlen("field:"));
    if (has_prefix(a, "naming_series:"))
        return series_name(cx, doc, series_of(cx, doc));
    if (has_prefix(a, "format:"))
        return format_name(cx, doc, str_from(str_of(a), strlen("format:")));
    if (!strcmp(a, "Prompt") || !strcmp(a, "prompt"))
        return throw(cx, &ValidationError, "Please set the document name");
    return series_name(cx, doc, str_of(a));
}

bool name_new(struct ctx *cx, struct doc *doc, unsigned flags __attribute__((unused)), bool again)
{
    const struct doctype *type = doc->type;
    doc->name = STR_NONE;
    if (doc->new_name.n && !again)
        doc->name = doc->new_name;
    else if (doc_field(type, STR("amended_from")) && doc_is_set(doc, "amended_from") && !amended_name(cx, doc))
        return false;
    if (!doc->name.n && !type_is_numbered(type) && !type->is_single && !name_by_rule(cx, doc))
        return false;
    if (!doc->name.n && type->autoname_hook && !type->autoname_hook(cx, doc))
        return false;
    if (!doc->name.n && !by_autoname(cx, doc))
        return false;
    doc->name = str_copy(cx->arena, str_trim(doc->name));
    return name_check(cx, type, doc->name);
}

/* A name that comes from a field stays equal to it. */
static void keep_equal(struct doc *doc)
{
    if (!has_prefix(doc->type->autoname, "field:"))
        return;
    ptrdiff_t f = field_index(doc->type, str_of(doc->type->autoname + strlen("field:")));
    if (f >= 0)
        doc->values[f] = value_of_text(doc->name);
}

bool save_names(struct save *s)
{
    for (size_t i = 0; i < s->docs.count; i++) {
        struct doc *doc = s->docs.docs[i];
        if (doc->is_new && !doc->name.n && !name_new(s->cx, doc, s->flags, false))
            return false;
        keep_equal(doc);
    }
    return true;
}

/* ---- giving a number back ------------------------------------------------------------------------------------------------------------ */
/* Width of the counter that ends the name; 0: the name does not end with one. */
static size_t counter_width(struct str pattern)
{
    pattern = str_ends(pattern, STR("}")) ? str_slice(pattern, 0, pattern.n - 1) : pattern;
    size_t width = 0;
    while (width < pattern.n && pattern.p[pattern.n - 1 - width] == '#')
        width++;
    return width;
}

bool series_revert(struct ctx *cx, const struct doc *doc)
{
    const char *a = doc->type->autoname;
    if (name_is_random(doc->type) || has_prefix(a, "field:") || doc->type->is_single || type_is_numbered(doc->type))
        return true;
    struct str pattern = has_prefix(a, "naming_series:") ? series_of(cx, doc) : str_of(a);
    size_t width = str_has(pattern, '#') ? counter_width(pattern) : 5;
    int64_t number;
    if (!width || doc->name.n <= width || !str_int(str_from(doc->name, doc->name.n - width), &number))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "tabSeries");
    sql_add(q, " SET `current` = `current` - 1 WHERE `name` = ");
    sql_text(q, str_slice(doc->name, 0, doc->name.n - width));
    sql_add(q, " AND `current` = ");
    sql_int(q, number);
    return db_change(cx, q) >= 0;
}
