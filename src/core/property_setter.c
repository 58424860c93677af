/* Property Setter: one property of a DocType or of a field, changed by a site. */
#include "doc.h"

static const struct field fields[] = {
    { "is_system_generated", CHECK, .read_only = true },
    { "doctype_or_field", SELECT, .reqd = true, .in_list_view = true,
      .options = "\nDocField\nDocType\nDocType Link\nDocType Action\nDocType State" },
    { "doc_type", LINK, .options = "DocType", .reqd = true, .index = true },
    { "field_name", DATA, .index = true },
    { "row_name", DATA },
    { "module", DATA },
    { "property", DATA, .reqd = true, .index = true },
    { "property_type", DATA },
    { "value", SMALL_TEXT, .in_list_view = true },
    { "default_value", DATA },
};

static bool name_it(struct ctx *cx, struct doc *setter)
{
    struct str subject = doc_text(setter, "field_name");
    if (!subject.n)
        subject = doc_is_set(setter, "row_name") ? doc_text(setter, "row_name") : STR("main");
    setter->name = str_printf(cx->arena, "%.*s-%.*s-%.*s", STR_ARG(doc_text(setter, "doc_type")), STR_ARG(subject),
                              STR_ARG(doc_text(setter, "property")));
    return true;
}

/* Frappe keeps one setter for a property: a new one takes the place of the old. */
static bool before_insert(struct ctx *cx, struct doc *setter)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_doctype(q, "Property Setter");
    sql_add(q, " WHERE doctype_or_field = ");
    sql_text(q, doc_text(setter, "doctype_or_field"));
    sql_add(q, " AND doc_type = ");
    sql_text(q, doc_text(setter, "doc_type"));
    sql_add(q, " AND IFNULL(field_name, '') = ");
    sql_text(q, doc_text(setter, "field_name"));
    sql_add(q, " AND IFNULL(row_name, '') = ");
    sql_text(q, doc_text(setter, "row_name"));
    sql_add(q, " AND property = ");
    sql_text(q, doc_text(setter, "property"));
    return db_change(cx, q) >= 0;
}

DOCTYPE(property_setter)
= {
    .name = "Property Setter",
    .module = "Custom",
    .search_fields = "doc_type property",
    .about = "One property of a DocType or of a field, changed by a site.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("doctype_or_field", "doc_type", "field_name", "row_name", "property"),
    .track_changes = true,
    .before_insert = before_insert,
    .autoname_hook = name_it,
    .validate = definition_prove,
    .on_update = definition_apply,
    .on_trash = definition_remove,
};
