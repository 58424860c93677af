/* Document Naming Rule: a prefix and a counter for documents that fit its conditions; read by the engine's naming. */
#include "doc.h"

static const struct field fields[] = {
    { "document_type", LINK, .options = "DocType", .reqd = true, .in_list_view = true, .index = true },
    { "disabled", CHECK },
    { "priority", INT },
    { "conditions", TABLE, .options = "Document Naming Rule Condition" },
    { "prefix", DATA, .reqd = true },
    { "counter", INT, .no_copy = true },
    { "prefix_digits", INT, .reqd = true, .preset = "5" },
};

static bool validate(struct ctx *cx, struct doc *rule)
{
    int64_t digits = doc_int(rule, "prefix_digits");
    if (digits < 1 || digits > 18)
        return throw(cx, &ValidationError, "Digits must be between 1 and 18.");
    return true;
}

DOCTYPE(document_naming_rule)
= {
    .name = "Document Naming Rule",
    .module = "Core",
    .title_field = "document_type",
    .about = "A prefix and a counter for documents that fit its conditions.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("prefix_digits"),
    .track_changes = true,
    .validate = validate,
};
