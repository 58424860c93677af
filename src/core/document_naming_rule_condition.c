/* Document Naming Rule Condition: what a document must hold for the rule to name it. */
#include "doc.h"

static const struct field fields[] = {
    { "field", DATA, .reqd = true, .in_list_view = true },
    { "condition", SELECT, .options = "=\n!=\n>\n<\n>=\n<=", .reqd = true, .in_list_view = true },
    { "value", DATA, .reqd = true, .in_list_view = true },
};

DOCTYPE(document_naming_rule_condition)
= {
    .name = "Document Naming Rule Condition",
    .module = "Core",
    .is_child = true,
    .about = "What a document must hold for the naming rule to apply.",
    FIELDS(fields),
};
