/* Keys of files ↔ fields of documents. */
#include "mapping.h"

#include "core.h"

static struct str school_currency(struct ctx *cx, const struct doc *doc)
{
    (void)doc;
    return cx->site->currency;
}

static struct str school_language(struct ctx *cx, const struct doc *doc)
{
    (void)doc;
    return cx->site->language;
}

static struct str by_price(struct ctx *cx, const struct doc *doc)
{
    (void)cx;
    return decimal_is_zero(doc_decimal(doc, "price")) ? STR("Free") : STR("Paid");
}

static struct str yes(struct ctx *cx, const struct doc *doc)
{
    (void)cx, (void)doc;
    return STR("1");
}

const struct mapping bootcamp_mapping[] = { { "title", "title" },
                                            { "short_introduction", "short_introduction" },
                                            { "description", "description" },
                                            { "price", "price" },
                                            { "currency", "currency", .preset = school_currency },
                                            { "language", "language", .preset = school_language },
                                            { "item_code", "item_code" },
                                            { "published", "published" },
                                            { "enrollment", "enrollment", .preset = by_price },
                                            { "image", "image" },
                                            { "source.license", "license" },
                                            { "source.attribution", "attribution" },
                                            { "source.repo", "source_url", .is_address = true },
                                            { 0 } };
const struct mapping course_mapping[] = { { "title", "title" },
                                          { "description", "description" },
                                          { "source.license", "license" },
                                          { "source.attribution", "attribution" },
                                          { "source.repo", "source_url", .is_address = true },
                                          { 0 } };
const struct mapping lesson_mapping[] = { { "title", "title" },
                                          { "content_type", "content_type" },
                                          { "video_url", "video_url" },
                                          { "is_free_preview", "is_free_preview" },
                                          { "duration_minutes", "duration_minutes" },
                                          { "published", "published", .preset = yes },
                                          { "video_seconds", "video_seconds" },
                                          { "completion", "completion" },
                                          { "answer_type", "answer_type" },
                                          { "answer", "answer" },
                                          { 0 } };
const struct mapping school_mapping[] = { { "name", "title" },         { "company", "company" },
                                          { "currency", "currency" },  { "language", "language" },
                                          { "timezone", "time_zone" }, { 0 } };
const char *const translated_keys[] = { "title", "description", "short_introduction", NULL };

static void forget(void *json)
{
    json_decref(json);
}

/* What the file says to the field; NULL: nothing. Lives as long as the call. */
static const json_t *meaning(struct ctx *cx, const struct doc *doc, const struct mapping *m, const json_t *file_value)
{
    bool says = file_value && !json_is_null(file_value);
    if (says && m->is_address && !is_web_address(json_str_of(file_value)))
        says = false;
    if (says)
        return file_value;
    struct str preset = m->preset ? m->preset(cx, doc) : STR_NONE;
    json_t *text = preset.n ? json_stringn(preset.p, preset.n) : NULL;
    if (text)
        arena_defer(cx->arena, forget, text);
    return text;
}

bool mapping_apply(struct ctx *cx, struct doc *doc, const struct mapping *m, const json_t *file_value)
{
    const json_t *wanted = meaning(cx, doc, m, file_value);
    if (wanted)
        return doc_set_json(cx, doc, m->field, wanted);
    doc_set_null(doc, m->field);
    return true;
}

static bool is_unset(struct value v)
{
    return v.kind == VALUE_NULL || (v.kind == VALUE_INT && v.number == 0) ||
           (v.kind == VALUE_DECIMAL && decimal_is_zero(v.decimal)) || (v.kind == VALUE_TEXT && v.text.n == 0);
}

bool mapping_agrees(struct ctx *cx, const struct doc *doc, const struct mapping *m, const json_t *file_value)
{
    struct value stored = doc_value(doc, m->field), meant = { .kind = VALUE_NULL };
    const struct field *field = doc_field(doc->type, str_of(m->field));
    const json_t *wanted = meaning(cx, doc, m, file_value);
    if (wanted && !value_from_json(cx, doc->type, field, wanted, &meant)) {
        cx->err = (struct error){ 0 }; /* a value that the field cannot hold is simply not what it holds */
        return false;
    }
    return value_equal(stored, meant) || (is_unset(stored) && is_unset(meant));
}

struct str mapping_json(struct ctx *cx, const struct doc *doc, const struct mapping *m, const json_t *like)
{
    const struct field *field = doc_field(doc->type, str_of(m->field));
    struct value v = doc_value(doc, m->field);
    struct buf text = buf_new(cx->arena, 64 << 20);
    struct json_out out = out_to(&text);
    if (field->type == CHECK)
        out_bool(&out, doc_true(doc, m->field));
    else if (v.kind == VALUE_NULL && (!like || json_is_null(like)))
        out_null(&out);
    else if (v.kind == VALUE_INT)
        out_int(&out, v.number);
    else if (v.kind == VALUE_DECIMAL)
        out_float(&out, v.decimal);
    else
        out_text(&out, doc_text(doc, m->field));
    return buf_str(&text);
}
