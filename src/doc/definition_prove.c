/* What a definition must fulfil before it is taken: names, options, presets, permissions (spec/frappe-api.md 4.2, 10.1).
 * Everything is said of the definition as it would be, own fields and Custom Fields together. */
#include "definition_change.h"
#include "doc_priv.h"

#define NAME_MOST 61     /* with "tab" the server's 64 */
#define NUMBERED_MOST 57 /* with "_id_seq" */
#define FIELDNAME_MOST 64

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_letter(char c)
{
    return is_plain(c) && c != '_' && !(c >= '0' && c <= '9');
}

/* ---- the name ----------------------------------------------------------------------------------------------------------- */
static bool refuse_name(struct ctx *cx, struct str name)
{
    return throw(
        cx, &ValidationError,
        N_("A DocType's name begins with a letter and holds letters, numbers, spaces, underscores and hyphens: "
           "%.*s"),
        STR_ARG(html_escape(cx->arena, utf8_head(name, 100)).text));
}

static bool check_characters(struct ctx *cx, struct str name)
{
    if (!name.n || !is_letter(name.p[0]) || name.p[name.n - 1] == ' ')
        return refuse_name(cx, name);
    for (size_t i = 0; i < name.n; i++)
        if (!is_plain(name.p[i]) && name.p[i] != ' ' && name.p[i] != '-')
            return refuse_name(cx, name);
    if (name.n <= NAME_MOST)
        return true;
    return throw(cx, &ValidationError, N_("A DocType's name has at most %d characters: %.*s"), NAME_MOST,
                 STR_ARG(name));
}

/* Tables that are no DocType's: ours ("preau_session") and Frappe's ("tabSeries"). */
static bool check_system(struct ctx *cx, struct str name)
{
    static const char *const reserved[] = { "Singles", "Series", "Sessions" };
    struct sql *q = sql_new(cx);
    struct str found;
    bool taken = false;
    for (size_t i = 0; i < countof(reserved); i++)
        taken |= str_eq_nocase(name, str_of(reserved[i]));
    sql_add(q, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ");
    sql_text(q, str_of(cx->tenant->database));
    sql_add(q, " AND LOWER(TABLE_NAME) = LOWER(");
    sql_text(q, name);
    sql_add(q, ")");
    sql_once(q);
    taken = taken || db_first_text(cx, q, &found);
    return !failed(cx) &&
           (!taken || throw(cx, &ValidationError, N_("%.*s is the name of a table of the system."), STR_ARG(name)));
}

bool prove_name(struct ctx *cx, struct str name)
{
    const struct doctype *ours = built_in_like(cx->arena, cx->site, name);
    if (ours) {
        note(cx, "Duplicate Name", N_("%s <strong>%.*s</strong> already exists"), "DocType",
             STR_ARG(str_of(ours->name)));
        return throw_noted(cx, &DuplicateEntryError,
                           str_printf(cx->arena, "('DocType', '%s', 'a DocType of the program')", ours->name));
    }
    return check_characters(cx, name) && check_system(cx, name);
}

/* ---- fieldnames ----------------------------------------------------------------------------------------------------------- */
static bool is_reserved(struct str name)
{
    static const char *const more[] = { "doctype", "_user_tags", "_comments", "_assign", "_liked_by", "_seen" };
    for (size_t i = 0; i < STANDARDS; i++)
        if (str_eq_nocase(name, str_of(standard_fields[i].name)))
            return true;
    for (size_t i = 0; i < countof(more); i++)
        if (str_eq_nocase(name, str_of(more[i])))
            return true;
    return false;
}

struct str fieldname_of_label(struct arena *arena, struct str label)
{
    struct str slug = slug_of(arena, label);
    struct buf name = buf_new(arena, FIELDNAME_MOST + 8);
    if (slug.n && slug.p[0] >= '0' && slug.p[0] <= '9')
        buf_char(&name, 'f');
    for (size_t i = 0; i < slug.n && name.n < FIELDNAME_MOST - 1; i++)
        buf_char(&name, slug.p[i] == '-' ? '_' : slug.p[i]);
    if (is_reserved(buf_str(&name)))
        buf_char(&name, '1');
    return buf_str(&name);
}

static bool check_fieldname(struct ctx *cx, struct str name)
{
    if (is_reserved(name))
        return throw(cx, &ValidationError, N_("The fieldname %.*s is the name of a standard column."), STR_ARG(name));
    bool good = name.n && name.n <= FIELDNAME_MOST && is_letter(name.p[0]);
    for (size_t i = 0; good && i < name.n; i++)
        good = is_plain(name.p[i]);
    return good ||
           throw(cx, &ValidationError,
                 N_("A fieldname begins with a letter, holds a-z, 0-9 and _ and has at most %d characters: %.*s"),
                 FIELDNAME_MOST, STR_ARG(html_escape(cx->arena, utf8_head(name, 100)).text));
}

/* ---- one field ------------------------------------------------------------------------------------------------------------ */
struct proof {
    struct ctx *cx;
    const struct draft *draft;
    const struct field *field;
};

static bool wrong(const struct proof *p, const char *format, ...) PRINTF(2, 3);
static bool wrong(const struct proof *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *what = arena_vprintf(p->cx->arena, tr(p->cx, format), args);
    va_end(args);
    return throw(p->cx, &ValidationError, "%s: %s", p->field->name, what);
}

static const struct doctype *target_of(const struct proof *p)
{
    struct str name = str_trim(str_of(p->field->options));
    return str_is(name, p->draft->type.name) ? &p->draft->type : doc_type_find(p->cx->site, name);
}

static bool prove_link(const struct proof *p)
{
    if (p->field->type != LINK)
        return true;
    if (!p->field->options)
        return wrong(p, N_("Options must name the DocType that the field links to."));
    return target_of(p) || wrong(p, N_("Options must be a DocType: there is no %s."), p->field->options);
}

/* A table that comes back to the DocType in which it stands has no end. */
static bool goes_round(const struct proof *p, const struct doctype *at, unsigned depth)
{
    if (!strcmp(at->name, p->draft->type.name) || depth > 7)
        return true;
    for (size_t i = 0; i < at->field_count; i++) {
        const struct field *f = &at->fields[i];
        const struct doctype *below =
            field_is_table(f) && f->options ? doc_type_find(p->cx->site, str_of(f->options)) : NULL;
        if (below && goes_round(p, below, depth + 1))
            return true;
    }
    return false;
}

static bool prove_table(const struct proof *p)
{
    if (!field_is_table(p->field))
        return true;
    if (!p->field->options)
        return wrong(p, N_("Options must name the child DocType of the table."));
    const struct doctype *target = target_of(p);
    if (!target)
        return wrong(p, N_("Options must be a DocType: there is no %s."), p->field->options);
    if (!target->is_child)
        return wrong(p, N_("Options must be a child DocType (istable): %s is none."), target->name);
    return !goes_round(p, target, 0) || wrong(p, N_("A table of %s would hold itself."), target->name);
}

static bool prove_dynamic_link(const struct proof *p)
{
    if (p->field->type != DYNAMIC_LINK)
        return true;
    const struct field *kind = p->field->options ? draft_field(p->draft, str_trim(str_of(p->field->options))) : NULL;
    return (kind && field_has_column(kind)) ||
           wrong(p, N_("Options must be the fieldname of the field that says which DocType is meant."));
}

static bool prove_default(const struct proof *p)
{
    const struct field *f = p->field;
    struct decimal number;
    struct str preset = str_of(f->preset);
    if (!preset.n)
        return true;
    if (f->type == CHECK && !str_is(preset, "0") && !str_is(preset, "1"))
        return wrong(p, N_("The default of a Check is 0 or 1."));
    if (field_is_number(f) && !decimal_parse(preset, &number))
        return wrong(p, N_("The default \"%s\" is no number."), f->preset);
    return f->type != SELECT || !f->options || field_offers(f->options, preset) ||
           wrong(p, N_("The default \"%s\" is none of the options."), f->preset);
}

static bool prove_column(const struct proof *p)
{
    const struct field *f = p->field;
    bool varchar = field_has_column(f) && !strcmp(field_sql_type(f), "varchar");
    if (varchar && f->length > 1000)
        return wrong(p, N_("The length of a %s is between 1 and 1000."), field_type_name(f->type));
    if ((f->unique || f->index) && (!field_has_column(f) || (field_shape(f) == SHAPE_TEXT && !varchar)))
        return wrong(p, N_("A %s can be neither unique nor indexed."), field_type_name(f->type));
    if (f->permlevel > 63)
        return wrong(p, N_("permlevel is between 0 and 63."));
    if (f->reqd && f->hidden && !f->preset && field_has_column(f))
        return wrong(p, N_("A field that is hidden and mandatory needs a default."));
    return !(f->reqd && field_shape(f) == SHAPE_NONE) ||
           wrong(p, N_("A %s cannot be mandatory."), field_type_name(f->type));
}

static bool prove_fetch(const struct proof *p)
{
    struct str rest = str_of(p->field->fetch_from), link;
    if (!rest.n)
        return true;
    str_cut(&rest, '.', &link);
    const struct field *via = draft_field(p->draft, link);
    struct proof of = { p->cx, p->draft, via };
    const struct doctype *target = via && via->type == LINK && via->options ? target_of(&of) : NULL;
    if (!target)
        return wrong(p, N_("fetch_from is link_field.field: %.*s is no Link."), STR_ARG(link));
    bool own = target == &p->draft->type;
    return (own ? draft_field(p->draft, rest) != NULL : column_find(target, rest) != NULL) ||
           wrong(p, N_("fetch_from is link_field.field: %s has no field %.*s."), target->name, STR_ARG(rest));
}

bool prove_field(struct ctx *cx, const struct draft *draft, const struct field *field)
{
    static bool (*const proofs[])(const struct proof *) = { prove_link,    prove_table,  prove_dynamic_link,
                                                            prove_default, prove_column, prove_fetch };
    struct proof p = { cx, draft, field };
    if (!check_fieldname(cx, str_of(field->name)))
        return false;
    for (const struct field *other = draft->fields; other < draft->fields + draft->count; other++)
        if (other != field && str_eq_nocase(str_of(other->name), str_of(field->name)))
            return throw(cx, &ValidationError, N_("The fieldname %s is there twice."), field->name);
    for (size_t i = 0; i < countof(proofs); i++)
        if (!proofs[i](&p))
            return false;
    return true;
}

/* ---- the DocType ------------------------------------------------------------------------------------------------------------ */
static bool is_column_of(const struct draft *d, struct str name)
{
    const struct field *f = draft_field(d, name);
    for (size_t i = 0; i < STD_PARENT; i++)
        if (str_is(name, standard_fields[i].name))
            return true;
    return f && field_has_column(f);
}

static bool prove_named_fields(struct ctx *cx, const struct draft *d)
{
    const struct doctype *t = &d->type;
    struct str rest = str_of(t->search_fields), word, sort = str_of(t->sort), sorted;
    str_cut(&sort, ' ', &sorted);
    if (t->title_field && !is_column_of(d, str_of(t->title_field)))
        return throw(cx, &ValidationError, N_("title_field must be a field: %s is none."), t->title_field);
    while (rest.p && next_word(&rest, &word))
        if (!is_column_of(d, word))
            return throw(cx, &ValidationError, N_("search_fields must be fields: %.*s is none."), STR_ARG(word));
    return !t->sort || is_column_of(d, sorted) ||
           throw(cx, &ValidationError, N_("sort_field must be a field: %.*s is none."), STR_ARG(sorted));
}

static bool is_series(struct str pattern)
{
    for (size_t i = 0; i < pattern.n; i++)
        if (!is_plain(pattern.p[i]) && !strchr(" -/.#{}", pattern.p[i]))
            return false;
    return str_has(pattern, '.') || str_has(pattern, '#');
}

static bool prove_naming(struct ctx *cx, const struct draft *d)
{
    static const char *const words[] = { "hash", "Prompt", "autoincrement" };
    struct str a = str_of(d->type.autoname);
    if (type_is_numbered(&d->type) && strlen(d->type.name) > NUMBERED_MOST)
        return throw(cx, &ValidationError, N_("A DocType whose names are numbers has a name of at most %d characters."),
                     NUMBERED_MOST);
    for (size_t i = 0; i < countof(words); i++)
        if (!a.n || str_is(a, words[i]))
            return true;
    if (str_starts(a, STR("field:"))) {
        const struct field *f = draft_field(d, str_from(a, 6));
        return (f && field_has_column(f)) ||
               throw(cx, &ValidationError, N_("autoname: there is no field %.*s."), STR_ARG(str_from(a, 6)));
    }
    if (str_starts(a, STR("naming_series:")))
        return draft_field(d, STR("naming_series")) ||
               throw(cx, &ValidationError, N_("autoname: naming_series: needs a field naming_series."));
    if (str_starts(a, STR("format:")) ? str_has(a, '{') : is_series(a))
        return true;
    return throw(cx, &ValidationError,
                 N_("autoname is hash, Prompt, autoincrement, field:…, naming_series:, format:…{#####} or a series as "
                    "ABC-.YYYY.-.####, not %.*s."),
                 STR_ARG(a));
}

static bool prove_perms(struct ctx *cx, const struct draft *d)
{
    for (size_t i = 0; i < d->perm_count; i++) {
        const struct perm *p = &d->perms[i];
        if (p->rights & (SUBMIT | CANCEL | AMEND) && !d->type.is_submittable)
            return throw(cx, &ValidationError,
                         N_("Rights to submit, cancel and amend need a DocType that is_submittable."));
        for (size_t j = 0; j < i; j++)
            if (!strcmp(p->role, d->perms[j].role) && p->level == d->perms[j].level &&
                p->if_owner == d->perms[j].if_owner)
                return throw(cx, &ValidationError,
                             N_("Only one permission is possible for the role %s, the level %u and if_owner."), p->role,
                             p->level);
    }
    return true;
}

bool prove_type(struct ctx *cx, const struct draft *d)
{
    if (d->type.is_child && d->type.is_single)
        return throw(cx, &ValidationError, N_("A DocType cannot be a child table and a Single."));
    for (size_t i = 0; i < d->count; i++)
        if (!prove_field(cx, d, &d->fields[i]))
            return false;
    return prove_named_fields(cx, d) && prove_naming(cx, d) && prove_perms(cx, d);
}
