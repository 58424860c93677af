/* Content Translation: one translatable field of one document in one more language. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "reference_doctype", LINK, .options = "DocType", .reqd = true, .in_list_view = true },
    { "reference_name", DYNAMIC_LINK, .options = "reference_doctype", .reqd = true, .index = true,
      .in_list_view = true },
    { "fieldname", DATA, .reqd = true, .length = 64, .in_list_view = true },
    { "language", DATA, .reqd = true, .length = 10, .in_list_view = true },
    { "value", LONG_TEXT, .ignore_xss_filter = true },
};

static bool validate(struct ctx *cx, struct doc *translation)
{
    const struct doctype *type = doc_type(cx, doc_text(translation, "reference_doctype"));
    if (!type)
        return false;
    struct str name = doc_text(translation, "fieldname"), language = doc_text(translation, "language");
    const struct field *field = doc_field(type, name);
    if (!field || !field->translatable)
        return throw(cx, &ValidationError, "The field %.*s of %s is not translatable.", STR_ARG(name), type->name);
    if (!is_language(language))
        return throw(cx, &ValidationError, "Unknown language: %.*s", STR_ARG(language));
    struct str value = doc_text(translation, "value");
    if (!strcmp(field->name, "video_url") && value.n && !is_web_address(value))
        return throw(cx, &ValidationError, "The video URL must begin with https:// or http://.");
    return true;
}

DOCTYPE(content_translation)
= {
    .name = "Content Translation",
    .module = "LMS",
    .title_field = "reference_name",
    .about = "One translatable field of one document in one more language.",
    FIELDS(fields),
    UNIQUE("reference_doctype", "reference_name", "fieldname", "language"),
    PERMS({ "System Manager", ALL }, { "Instructor", ALL }),
    .exempt = "System Manager\nInstructor",
    FIELD_RULES({ "value", "System Manager" }),
    NEEDS("reference_doctype", "reference_name", "fieldname", "language", "value"),
    .unprotected = "reference_name",
    .allow_import = true,
    .validate = validate,
};
