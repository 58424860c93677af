/* Custom Field: a field that a site adds to any DocType. */
#include "doc.h"

static const struct field fields[] = {
    { "is_system_generated", CHECK, .read_only = true },
    { "dt", LINK, .options = "DocType", .label = "DocType", .reqd = true, .index = true, .in_list_view = true },
    { "module", DATA },
    { "label", DATA },
    { "placeholder", DATA },
    { "fieldname", DATA, .read_only = true, .in_list_view = true },
    { "insert_after", DATA },
    { "length", INT, .non_negative = true },
    { "link_filters", JSON, .hidden = true },
    { "fieldtype", SELECT, .reqd = true, .preset = "Data", .in_list_view = true,
      .options = "Autocomplete\nAttach\nAttach Image\nBarcode\nButton\nCheck\nCode\nColor\nColumn "
                 "Break\nCurrency\nData\nDate\n"
                 "Datetime\nDuration\nDynamic Link\nFloat\nFold\nGeolocation\nHeading\nHTML\nHTML Editor\nIcon\nImage\n"
                 "Int\nJSON\nLink\nLong Int\nLong Text\nMarkdown Editor\nPassword\nPercent\nPhone\nRating\nRead Only\n"
                 "Section Break\nSelect\nSignature\nSmall Text\nTab Break\nTable\nTable MultiSelect\nText\n"
                 "Text Editor\nTime" },
    { "precision", SELECT, .options = "\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9" },
    { "hide_seconds", CHECK },
    { "hide_days", CHECK },
    { "options", SMALL_TEXT, .in_list_view = true },
    { "sort_options", CHECK },
    { "fetch_from", SMALL_TEXT },
    { "fetch_if_empty", CHECK },
    { "collapsible", CHECK },
    { "collapsible_depends_on", CODE },
    { "default", TEXT },
    { "depends_on", CODE },
    { "mandatory_depends_on", CODE },
    { "read_only_depends_on", CODE },
    { "non_negative", CHECK },
    { "reqd", CHECK, .in_list_view = true },
    { "unique", CHECK },
    { "is_virtual", CHECK },
    { "read_only", CHECK },
    { "ignore_user_permissions", CHECK },
    { "hidden", CHECK },
    { "print_hide", CHECK },
    { "print_hide_if_no_value", CHECK },
    { "print_width", DATA, .hidden = true },
    { "no_copy", CHECK },
    { "allow_on_submit", CHECK },
    { "in_list_view", CHECK },
    { "in_standard_filter", CHECK },
    { "in_global_search", CHECK },
    { "in_preview", CHECK },
    { "bold", CHECK },
    { "report_hide", CHECK },
    { "search_index", CHECK, .hidden = true },
    { "allow_in_quick_entry", CHECK },
    { "ignore_xss_filter", CHECK },
    { "translatable", CHECK },
    { "hide_border", CHECK },
    { "show_dashboard", CHECK },
    { "description", TEXT },
    { "permlevel", INT },
    { "width", DATA },
    { "columns", INT },
};

static bool name_it(struct ctx *cx, struct doc *custom)
{
    struct str dt = doc_text(custom, "dt"), field = doc_text(custom, "fieldname");
    custom->name = str_printf(cx->arena, "%.*s-%.*s", STR_ARG(dt), STR_ARG(field));
    return true;
}

static bool validate(struct ctx *cx, struct doc *custom)
{
    if (!doc_is_set(custom, "label"))
        doc_set_text(custom, "label", doc_text(custom, "fieldname"));
    if (custom->before && doc_changed(custom, "fieldname"))
        return throw(cx, &CannotChangeConstantError, "Value cannot be changed for <strong>%s</strong>", "Fieldname");
    if (custom->before && doc_changed(custom, "dt"))
        return throw(cx, &CannotChangeConstantError, "Value cannot be changed for <strong>%s</strong>", "DocType");
    return !custom->before || definition_prove(cx, custom);
}

DOCTYPE(custom_field)
= {
    .name = "Custom Field",
    .module = "Custom",
    .search_fields = "dt label fieldtype options",
    .about = "A field that a site adds to any DocType.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("dt", "label", "fieldname"),
    .track_changes = true,
    .before_insert = definition_prove, /* the name is made from the fieldname, which may come from the label */
    .autoname_hook = name_it,
    .validate = validate,
    .on_update = definition_apply,
    .on_trash = definition_remove,
};
