/* Every declared DocType, from its declaration alone: made, read, written back, listed and deleted. */
#include "test.h"

#include "school.h"

/* Where hooks ask for more than the declaration tells. */
static const struct sample {
    const char *doctype, *field, *json; /* NULL json: left out */
} samples[] = {
    { "User", "language", "'en'" },
    { "User", "time_zone", "'Europe/Paris'" },
    { "User", "new_password", NULL },
    { "User", "roles", NULL },
    { "DocShare", "submit", "0" },
    { "Sales Partner", "iban", "'FR1420041010050500013M02606'" },
    { "Sales Partner", "bic", "'PSSTFRPP'" },
    { "School Settings", "iban", "'FR1420041010050500013M02606'" },
    { "School Settings", "bic", "'PSSTFRPP'" },
    { "School Settings", "logo", NULL },
    { "School Settings", "favicon", NULL },
    { "School Settings", "language", "'en'" },
    { "School Settings", "currency", "'EUR'" },
    { "School Settings", "time_zone", "'Europe/Paris'" },
    { "System Settings", "language", "'en'" },
    { "System Settings", "time_zone", "'Europe/Paris'" },
    { "LMS Bootcamp", "language", "'en'" },
    { "LMS Bootcamp", "currency", "'EUR'" },
    { "Content Translation", "language", "'fr'" },
    { "Invitation", "language", "'fr'" },
    { "Content Translation", "reference_doctype", "'LMS Bootcamp'" },
    { "Content Translation", "fieldname", "'title'" },
    { "LMS Lesson", "video_url", "'https://example.com/v'" },
    { "LMS Lesson", "content_type", "'Video'" },
    { "Sales Invoice", "currency", "'EUR'" },
    { "Purchase", "currency", "'EUR'" },
    { "Webhook", "request_url", "'https://example.com/hook'" },
    { "Webhook", "condition", "'doc.enabled == 1'" },
    { "Webhook", "webhook_json", "'[]'" },
    { "Webhook Data", "fieldname", "'email'" },
    { "Webhook Header", "key", "'X-Sample'" },
    { "Webhook Header", "value", "'sample'" },
    { "LMS Bootcamp", "source_url", "'https://example.com/source'" },
    { "LMS Course", "source_url", "'https://example.com/source'" },
    { "LMS Lesson", "source_url", "'https://example.com/source'" },
    { "Pricing Rule", "currency", "'EUR'" },
    { "Custom Field", "fieldname", "'field_%u'" },
    { "Custom Field", "is_virtual", NULL },
    { "Custom Field", "fetch_from", NULL },
    { "Custom Field", "dt", "'Customer'" },
    { "Property Setter", "field_name", "'email'" },
    { "Property Setter", "doc_type", "'User'" },
    { "DocType", "istable", NULL },
    { "DocType", "issingle", NULL },
    { "DocType", "is_virtual", NULL },
    { "DocType", "autoname", "'hash'" },
    { "DocType", "title_field", NULL },
    { "DocType", "search_fields", NULL },
    { "DocType", "sort_field", "'modified'" },
    { "DocField", "fieldname", "'field_%u'" },
    { "DocField", "is_virtual", NULL },
    { "DocField", "fetch_from", NULL },
    { "ERPNext Settings", "url", "'https://erp.example.com'" },
    { "System Settings", "session_expiry", "'170:00'" },
    { "Sales Invoice", "is_return", NULL },
    { "Sales Invoice", "is_debit_note", NULL },
    { "Sales Invoice", "coupon_code", NULL },
    { "Sales Invoice", "conversion_rate", "1" },
    { "Sales Invoice", "discount_amount", "0" },
    { "Sales Invoice", "additional_discount_percentage", "0" },
    { "Item", "disabled", NULL },
    { "Item", "has_variants", NULL },
    { "Item", "end_of_life", "'2099-12-31'" },
    { "Sales Invoice Item", "qty", "2" },
    { "Referral Visit", "country", "'FR'" },
    { "LMS Bootcamp", "slug", "'round-%u'" },
    { "LMS Course", "slug", "'course-%u'" },
    { "LMS Lesson", "slug", "'lesson-%u'" },
    { "File", "file_url", "'https://example.com/film.mp4'" },
    { "File", "folder", "'Home'" },
    { "File", "is_folder", NULL },
    { "File", "is_home_folder", NULL },
    { "File", "is_attachments_folder", NULL },
};

struct maker {
    struct ctx *cx;
    struct map made;   /* DocType → struct doc * */
    struct map making; /* DocTypes further up */
    unsigned serial;
};

static struct doc *make(struct maker *, const struct doctype *);

static const struct sample *sample_of(const struct doctype *type, const struct field *f)
{
    for (size_t i = 0; i < countof(samples); i++)
        if (!strcmp(samples[i].doctype, type->name) && !strcmp(samples[i].field, f->name))
            return &samples[i];
    return NULL;
}

static void release(void *json)
{
    json_decref(json);
}

static json_t *text_json(struct str s)
{
    return json_stringn(s.p, s.n);
}

/* %u in a sample is a number that no other document has. */
static const char *sample_text(struct maker *m, const struct sample *sample)
{
    const char *at = strstr(sample->json, "%u");
    return at ? arena_printf(m->cx->arena, "%.*s%u%s", (int)(at - sample->json), sample->json, m->serial, at + 2)
              : sample->json;
}

/* The name of a document of the DocType; empty while one is being made. */
static struct str target(struct maker *m, const char *doctype)
{
    if (!strcmp(doctype, "DocType"))
        return STR("User");
    if (!strcmp(doctype, "Role"))
        return STR("Student");
    const struct doctype *type = doc_type(m->cx, str_of(doctype));
    assert_non_null(type);
    if (map_has(&m->making, str_of(doctype)))
        return STR_NONE;
    struct doc *known = map_get(&m->made, str_of(doctype));
    if (!known) {
        known = make(m, type);
        map_put(&m->made, str_of(doctype), known);
    }
    return known->name;
}

static json_t *link_json(struct maker *m, const char *doctype)
{
    struct str name = target(m, doctype);
    return name.n ? text_json(name) : NULL;
}

static json_t *select_json(const struct field *f)
{
    struct str rest = str_of(f->options), line;
    while (str_cut(&rest, '\n', &line))
        if (str_trim(line).n)
            return text_json(str_trim(line));
    return NULL;
}

static json_t *data_json(struct maker *m, const struct field *f)
{
    const char *kind = f->options ? f->options : "";
    struct arena *a = m->cx->arena;
    if (!strcmp(kind, "Email"))
        return text_json(str_printf(a, "r%u@example.com", m->serial));
    if (!strcmp(kind, "Phone"))
        return text_json(str_printf(a, "+33 1 23 45 67 %02u", m->serial % 100));
    if (!strcmp(kind, "URL"))
        return json_string("https://example.com/x");
    return text_json(str_printf(a, "Fi\u00e9ld %u", m->serial));
}

static json_t *row_json(struct maker *m, const struct doctype *type);

static json_t *value_json(struct maker *m, const struct doctype *type, const struct field *f)
{
    const struct sample *sample = sample_of(type, f);
    m->serial++;
    if (sample)
        return sample->json ? json_incref(json_of(m->cx, sample_text(m, sample))) : NULL;
    switch (f->type) {
    case LINK:
        return link_json(m, f->options);
    case DYNAMIC_LINK:
        return NULL; /* made with the kind beside it */
    case SELECT:
        return select_json(f);
    case TABLE:
    case TABLE_MULTISELECT:
        return json_pack("[o]", row_json(m, doc_type(m->cx, str_of(f->options))));
    case CHECK:
        return json_integer(1);
    case INT:
    case LONG_INT:
        return json_integer(7);
    case CURRENCY:
    case FLOAT:
    case PERCENT:
        return json_real(12.5);
    case DURATION:
        return json_real(90);
    case RATING:
        return json_real(0.5);
    case DATE:
        return json_string("2026-03-01");
    case DATETIME:
        return json_string("2026-03-01 09:05:07.120000");
    case TIME:
        return json_string("9:05:00");
    case JSON:
        return json_string("{\"a\":[1,null]}");
    case COLOR:
        return json_string("#336699");
    case PASSWORD:
        return json_string("a secret of mine");
    case PHONE:
        return json_string("+33123456789");
    case ATTACH:
    case ATTACH_IMAGE:
        return json_string("/files/x.png");
    default:
        return field_has_column(f) ? data_json(m, f) : NULL;
    }
}

static json_t *row_json(struct maker *m, const struct doctype *type)
{
    json_t *object = json_object();
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *f = &type->fields[i];
        json_t *value = NULL;
        if (f->type == DYNAMIC_LINK && json_get_str(object, f->options).n)
            value = link_json(m, str_c(m->cx->arena, json_get_str(object, f->options)));
        else if (!f->server_managed && !f->is_root && !f->is_virtual)
            value = value_json(m, type, f);
        if (value)
            json_object_set_new(object, f->name, value);
    }
    return object;
}

/* The DocType whose rows these are. */
static const struct doctype *holder_of(struct ctx *cx, const struct doctype *child)
{
    const struct doctype **types;
    size_t count = doc_types(cx->arena, cx->site, &types);
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < types[t]->field_count; i++)
            if (field_is_table(&types[t]->fields[i]) && !strcmp(types[t]->fields[i].options, child->name))
                return types[t];
    fail_msg("%s is nobody's child", child->name);
    return NULL;
}

#define must_of(m, type, what)                                                                                         \
    do {                                                                                                               \
        if (!(what))                                                                                                   \
            fail_msg("%s: %s: %s %.*s %.*s", (type)->name, #what, (m)->cx->err.kind ? (m)->cx->err.kind->name : "",    \
                     STR_ARG((m)->cx->err.message), STR_ARG((m)->cx->err.detail));                                     \
    } while (0)

static struct doc *make(struct maker *m, const struct doctype *type)
{
    struct ctx *cx = m->cx;
    map_put(&m->making, str_of(type->name), m);
    json_t *object = row_json(m, type);
    arena_defer(cx->arena, release, object);
    if (type->is_child)
        json_object_set_new(object, "parent", link_json(m, holder_of(cx, type)->name));
    if (type->autoname && !strcmp(type->autoname, "Prompt"))
        json_object_set_new(object, "name", json_string("Prompted"));
    struct doc *doc = doc_new(cx, type);
    must_of(m, type, doc_merge(cx, doc, object, false));
    must_of(m, type, type->is_single ? doc_save(cx, doc, 0) : doc_insert(cx, doc, 0));
    m->making = map_new(cx->arena);
    return doc;
}

static json_t *read_json(struct maker *m, const struct doctype *type, struct str name)
{
    struct ctx *cx = m->cx;
    struct buf b = buf_new(cx->arena, 1 << 20);
    struct json_out out = out_to(&b);
    struct str why;
    struct doc *doc = doc_read(cx, type, name);
    must_of(m, type, doc);
    doc_json(cx, doc, &out, true);
    json_t *json = json_read(cx->arena, buf_str(&b), &json_limits_default, &why);
    must_of(m, type, json);
    return json;
}

/* Every member of `a` is in `b` with the same value. */
static void same_members(struct maker *m, const struct doctype *type, json_t *a, const json_t *b, const char *what)
{
    const char *key;
    json_t *value;
    json_object_foreach(a, key, value)
    {
        const json_t *other = json_object_get(b, key);
        if (!strcmp(key, "modified") || json_is_array(value) || (!other && *key == '_'))
            continue;
        if (!json_equal(value, other))
            fail_msg("%s.%s: %s: %.*s is not %.*s", type->name, key, what, STR_ARG(json_print(m->cx->arena, value)),
                     STR_ARG(other ? json_print(m->cx->arena, other) : STR("absent")));
    }
}

static void is_listed(struct maker *m, const struct doctype *type, struct str name, json_t *read)
{
    struct ctx *cx = m->cx;
    struct buf b = buf_new(cx->arena, 1 << 20);
    struct json_out out = out_to(&b);
    json_t *filters = json_pack("{s:s%}", "name", name.p, name.n);
    arena_defer(cx->arena, release, filters);
    struct query q = { .doctype = str_of(type->name), .fields = json_of(cx, "['*']"), .filters = filters, .length = 2 };
    uint32_t before = cx->statements;
    struct str why;
    must_of(m, type, list_json(cx, &q, &out));
    assert_int_equal(cx->statements - before, 1);
    json_t *rows = json_read(cx->arena, buf_str(&b), &json_limits_default, &why);
    assert_int_equal(json_array_size(rows), 1);
    same_members(m, type, json_array_get(rows, 0), read, "the list and the document differ");
}

static void put_back(struct maker *m, const struct doctype *type, struct str name, json_t *read)
{
    struct ctx *cx = m->cx;
    struct doc *doc = doc_load_for_update(cx, type, name);
    must_of(m, type, doc && doc_merge(cx, doc, read, false) && doc_save(cx, doc, 0));
    same_members(m, type, read, read_json(m, type, name), "writing back what was read changed it");
}

/* Its mandatory fields are the server's: no client can make one. */
static bool is_made_by_the_server(const struct doctype *type)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].reqd && type->fields[i].server_managed)
            return true;
    return false;
}

static void round_trip(struct ctx *cx, const struct doctype *type)
{
    struct maker m = { .cx = cx, .made = map_new(cx->arena), .making = map_new(cx->arena) };
    struct doc *doc = make(&m, type);
    json_t *read = read_json(&m, type, doc->name);
    struct doc *stored = doc_load(cx, type->name, doc->name);
    for (size_t i = 0; i < type->field_count; i++)
        if (field_has_column(&type->fields[i]) && !value_equal(doc->values[i], stored->values[i]))
            fail_msg("%s.%s: what was answered is not what is stored", type->name, type->fields[i].name);
    put_back(&m, type, doc->name, read);
    if (type->is_single)
        return;
    is_listed(&m, type, doc->name, read_json(&m, type, doc->name));
    must_of(&m, type, doc_delete(cx, type, doc->name, 0));
    assert_null(doc_find(cx, type->name, doc->name));
}

TEST(roundtrip, of_every_declared_doctype)
{
    struct ctx cx;
    school_open(&cx);
    const struct doctype **types;
    size_t count = doc_types(cx.arena, cx.site, &types);
    for (size_t t = 0; t < count; t++) {
        if ((types[t]->is_child && !types[t]->addressable) || is_made_by_the_server(types[t]))
            continue;
        round_trip(&cx, types[t]);
        db_rollback(&cx);
        cx.memo = NULL;
    }
    school_close(&cx);
}
