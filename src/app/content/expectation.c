/* What the keys of a curriculum's files must hold. */
#include "expectation.h"

#include "core.h"
#include "json_edit.h"

enum expected {
    A_TITLE,
    A_TEXT,
    A_NAME,
    A_FLAG,
    A_WHOLE,
    A_PRICE,
    A_TYPE,
    A_COMPLETION,
    AN_ANSWER_TYPE,
    AN_ENROLLMENT,
    AN_ADDRESS,
    A_CURRENCY,
    A_LANGUAGE,
    A_ZONE,
    A_LIST,
    TRANSLATIONS
};

struct expectation {
    const char *key;
    enum expected kind;
    bool needed;
    size_t most; /* characters of a title; 0: 140 */
};

static const struct expectation of_school[] = {
    { "name", A_TITLE },
    { "company", A_NAME },
    { "currency", A_CURRENCY },
    { "language", A_LANGUAGE },
    { "timezone", A_ZONE },
    { "bootcamps", A_LIST, true },
    { 0 },
};
static const struct expectation of_bootcamp[] = {
    { "title", A_TITLE, true },       { "short_introduction", A_TEXT },
    { "description", A_TEXT },        { "price", A_PRICE },
    { "currency", A_CURRENCY },       { "language", A_LANGUAGE },
    { "item_code", A_NAME },          { "published", A_FLAG },
    { "enrollment", AN_ENROLLMENT },  { "image", A_TEXT },
    { "source.license", A_NAME },     { "source.attribution", A_TEXT },
    { "source.repo", A_TEXT },        { "courses", A_LIST, true },
    { "translations", TRANSLATIONS }, { 0 },
};
static const struct expectation of_course[] = {
    { "title", A_TITLE, true },       { "description", A_TEXT },
    { "source.license", A_NAME },     { "source.attribution", A_TEXT },
    { "source.repo", A_TEXT },        { "lessons", A_LIST, true },
    { "translations", TRANSLATIONS }, { 0 },
};
static const struct expectation of_lesson[] = {
    { "title", A_TITLE, true, 255 },
    { "content_type", A_TYPE, true },
    { "video_url", AN_ADDRESS },
    { "is_free_preview", A_FLAG },
    { "duration_minutes", A_WHOLE },
    { "published", A_FLAG },
    { "video_seconds", A_WHOLE },
    { "completion", A_COMPLETION },
    { "answer_type", AN_ANSWER_TYPE },
    { "answer", A_TEXT },
    { 0 },
};

static const struct expectation *const expectations[] = { of_school, of_bootcamp, of_course, of_lesson };

/* ---- values ----------------------------------------------------------------------------------------------------------- */

static bool is_text(const json_t *v, size_t least, size_t most)
{
    struct str s = str_trim(json_str_of(v));
    return json_is_string(v) && s.n >= least && utf8_length(s) <= most;
}

static bool is_empty(const json_t *v)
{
    return json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0);
}

static bool is_one_of(const json_t *v, const char *words)
{
    struct str rest = str_of(words), word;
    while (str_cut(&rest, ' ', &word))
        if (json_is_string(v) && str_eq(json_str_of(v), word))
            return true;
    return false;
}

static bool is_amount(const json_t *v, double most)
{
    return json_is_number(v) && json_number_value(v) >= 0 && json_number_value(v) < most;
}

static bool are_translations(const json_t *v)
{
    const char *language, *key;
    json_t *texts, *text;
    json_object_foreach((json_t *)(uintptr_t)v, language, texts)
    {
        if (!is_language(str_of(language)) || !json_is_object(texts))
            return false;
        json_object_foreach(texts, key, text) if (!json_is_string(text) && !json_is_null(text)) return false;
    }
    return json_is_object(v);
}

/* NULL: as expected; else what is expected, in words. */
static const char *fault_of(struct arena *a, const json_t *v, const struct expectation *e)
{
    size_t most = e->most ? e->most : 140;
    switch (e->kind) {
    case A_TITLE:
        return is_text(v, 1, most) && !has_control(json_str_of(v))
                   ? NULL
                   : arena_printf(a, "must be one line of text, 1 to %zu characters", most);
    case A_NAME:
        return json_is_null(v) || (is_text(v, 0, most) && !has_control(json_str_of(v)))
                   ? NULL
                   : arena_printf(a, "must be one line of text, at most %zu characters", most);
    case A_TEXT:
        return json_is_string(v) || json_is_null(v) ? NULL : "must be a text";
    case A_FLAG:
        return json_is_boolean(v) ? NULL : "must be true or false";
    case A_WHOLE:
        return json_is_integer(v) && is_amount(v, 1e6) ? NULL : "must be a whole number from 0 to 999999";
    case A_PRICE:
        return is_amount(v, 1e9) ? NULL : "must be a number from 0 to 999999999";
    case A_TYPE:
        return is_one_of(v, "Text Video Lab") ? NULL : "must be \"Text\", \"Video\" or \"Lab\"";
    case A_COMPLETION:
        return is_empty(v) || is_one_of(v, "End Watch View Answer Manual")
                   ? NULL
                   : "must be \"End\", \"Watch\", \"View\", \"Answer\" or \"Manual\"";
    case AN_ANSWER_TYPE:
        return is_empty(v) || is_one_of(v, "Exact Regex Link") ? NULL : "must be \"Exact\", \"Regex\" or \"Link\"";
    case AN_ENROLLMENT:
        return is_empty(v) || is_one_of(v, "Paid Free Closed") ? NULL : "must be \"Paid\", \"Free\" or \"Closed\"";
    case AN_ADDRESS:
        return is_empty(v) || (is_text(v, 1, 500) && is_web_address(json_str_of(v)))
                   ? NULL
                   : "must be an http or https address of at most 500 characters, or null";
    case A_CURRENCY:
        return is_empty(v) || is_currency(json_str_of(v)) ? NULL : "must be a currency's code, such as \"EUR\"";
    case A_LANGUAGE:
        return is_empty(v) || is_language(json_str_of(v)) ? NULL : "must be a language's code, such as \"fr\"";
    case A_ZONE:
        return is_empty(v) || zone_find(json_str_of(v)) ? NULL : "must be a time zone, such as \"Europe/Paris\"";
    case A_LIST:
        return json_is_array(v) ? NULL : "must be a list of names";
    case TRANSLATIONS:
        return json_is_null(v) || are_translations(v) ? NULL : "must be an object: language → texts by key";
    }
    return NULL;
}

void expect_keys(struct problems *p, struct str path, const json_t *object, enum curriculum_file kind,
                 const struct lesson_file *head, struct str bytes)
{
    for (const struct expectation *e = expectations[kind]; e->key; e++) {
        const json_t *v = json_at(object, e->key);
        const char *fault = v ? fault_of(p->arena, v, e) : e->needed ? "is missing" : NULL;
        int line = !v ? 0 : head ? lesson_file_line(head, e->key) : json_line_of(bytes, e->key);
        if (fault)
            problem_add(p, path, line, "%s %s", e->key, fault);
    }
}
