/* Examples: documents such as a school has, made from presets, options and what a field is called. They hold to their
 * schema; names they link to are names of that kind, not of documents that are there. */
#include "openapi_priv.h"

/* Texts by the name of their field, where the type says too little. */
static const struct {
    const char *field, *text;
} known[] = {
    { "title", "Git for teams" },
    { "slug", "git-for-teams" },
    { "email", "lea@example.org" },
    { "user", "lea@example.org" },
    { "owner", "Administrator" },
    { "modified_by", "Administrator" },
    { "first_name", "L\303\251a" },
    { "last_name", "Martin" },
    { "full_name", "L\303\251a Martin" },
    { "language", "fr" },
    { "currency", "EUR" },
    { "time_zone", "Europe/Paris" },
    { "company", "Tech School" },
    { "item_code", "GIT-TEAMS" },
    { "coupon_code", "LEA10" },
    { "request_url", "https://hooks.example.org/school" },
    { "description", "From the first commit to a shared branch." },
    { "short_introduction", "Version control from the first commit to a shared branch." },
    { "content", "# Commits\n\nA commit is a snapshot." },
};

static struct str known_text(const char *name)
{
    for (size_t i = 0; i < countof(known); i++)
        if (strcmp(known[i].field, name) == 0)
            return str_of(known[i].text);
    return STR_NONE;
}

static struct str first_choice(const struct field *f)
{
    struct str rest = str_of(f->options), line;
    while (rest.n && str_cut(&rest, '\n', &line))
        if (str_trim(line).n)
            return str_trim(line);
    return STR("");
}

/* Texts of a type, and of a Data field's option. */
static struct str text_by_type(const struct field *f)
{
    static const char *const texts[FIELD_TYPES] = {
        [DATE] = "2026-03-01",
        [DATETIME] = "2026-03-01 09:05:07",
        [TIME] = "9:05:00",
        [JSON] = "{}",
        [COLOR] = "#0b5d6b",
        [PHONE] = "+33 1 23 45 67 89",
        [PASSWORD] = "********",
        [ATTACH] = "/files/programme.pdf",
        [ATTACH_IMAGE] = "/files/cover.png",
        [GEOLOCATION] = "{}",
    };
    if (texts[f->type])
        return str_of(texts[f->type]);
    if (f->options && strcmp(f->options, "Email") == 0)
        return STR("lea@example.org");
    if (f->options && strcmp(f->options, "URL") == 0)
        return STR("https://example.org/");
    return STR_NONE;
}

/* As a document's name would be, by how the DocType names its documents. */
static struct str name_of(const struct openapi *o, const struct doctype *type)
{
    struct str autoname = str_of(type->autoname);
    if (type->is_single)
        return str_of(type->name);
    if (str_starts(autoname, STR("field:"))) {
        struct str text = known_text(str_c(o->cx->arena, str_from(autoname, strlen("field:"))));
        return text.n ? text : STR("example");
    }
    return STR("5a2k0fv9qd");
}

static struct str link_text(const struct openapi *o, const struct field *f)
{
    const struct offer *target = offer_named(o->offers, o->offer_count, str_of(f->options));
    return target ? name_of(o, target->type) : STR("5a2k0fv9qd");
}

static struct str text_of(const struct openapi *o, const struct field *f)
{
    struct str text = f->type == SELECT && f->options ? str_of(f->preset) : STR_NONE;
    if (f->type == SELECT && f->options && *f->options)
        return text.n ? text : first_choice(f);
    text = text_by_type(f);
    if (!text.n)
        text = known_text(f->name);
    if (!text.n && f->type == LINK && f->options)
        text = link_text(o, f);
    if (!text.n)
        text = str_of(field_label(o->cx->arena, f));
    return field_length(f) ? utf8_head(text, field_length(f)) : text;
}

static void number(struct json_out *out, const struct field *f)
{
    struct str preset = str_of(f->preset);
    if (field_is_decimal(f))
        out_float_text(out, preset.n ? preset : f->type == RATING ? STR("0.8") : STR("149"));
    else if (preset.n)
        out_raw(out, preset);
    else
        out_int(out, f->type == CHECK ? 0 : 1);
}

void openapi_field_example(const struct openapi *o, const struct field *f)
{
    if (field_is_number(f))
        number(o->out, f);
    else
        out_text(o->out, text_of(o, f));
}

/* A row in a table is shown without tables of its own: an example is no tree without end. */
static void row_example(const struct openapi *o, const struct offer *child, bool sent);

static bool shown(const struct openapi *o, const struct offer *offer, const struct field *f, bool sent)
{
    if (sent && !offer_takes(o->cx, offer, f))
        return false;
    if (sent && field_is_standard(f) && !(strcmp(f->name, "parent") == 0 && offer->type->addressable))
        return false;
    return !sent || f->reqd || f->in_list_view || (f->preset && *f->preset) || field_is_standard(f);
}

static void rows_example(const struct openapi *o, const struct field *f, bool sent)
{
    const struct offer *child = openapi_rows_of(o, f);
    if (!child || (sent && !child->writable))
        return;
    out_key(o->out, str_of(f->name));
    out_begin_array(o->out);
    row_example(o, child, sent);
    out_end_array(o->out);
}

static void field_member(const struct openapi *o, const struct offer *offer, const struct field *f)
{
    out_key(o->out, str_of(f->name));
    if (!field_is_standard(f))
        openapi_field_example(o, f);
    else if (strcmp(f->name, "name") == 0)
        out_text(o->out, name_of(o, offer->type));
    else if (strcmp(f->name, "docstatus") == 0)
        out_int(o->out, 0);
    else
        openapi_field_example(o, f);
}

static void row_example(const struct openapi *o, const struct offer *child, bool sent)
{
    out_begin_object(o->out);
    for (size_t i = 0; i < child->field_count; i++) {
        const struct field *f = child->fields[i];
        if (!field_is_table(f) && !field_is_standard(f) && shown(o, child, f, sent))
            field_member(o, child, f);
    }
    out_end_object(o->out);
}

void openapi_document_example(const struct openapi *o, const struct offer *offer, bool sent)
{
    out_begin_object(o->out);
    for (size_t i = 0; i < offer->field_count; i++) {
        const struct field *f = offer->fields[i];
        if (!field_is_table(f) && shown(o, offer, f, sent))
            field_member(o, offer, f);
    }
    if (!sent)
        out_member_text(o->out, "doctype", str_of(offer->type->name));
    for (size_t i = 0; i < offer->field_count; i++)
        if (field_is_table(offer->fields[i]) && shown(o, offer, offer->fields[i], sent))
            rows_example(o, offer->fields[i], sent);
    out_end_object(o->out);
}
