/* DocType: a DocType as a document. Those of the program are made from their declarations and cannot be changed;
 * a site adds its own here. */
#include "doc.h"

static const struct field fields[] = {
    { "module", DATA, .reqd = true, .index = true, .in_list_view = true, .preset = "Custom" },
    { "is_submittable", CHECK },
    { "istable", CHECK },
    { "issingle", CHECK, .set_only_once = true },
    { "is_tree", CHECK },
    { "is_calendar_and_gantt", CHECK },
    { "editable_grid", CHECK, .preset = "1" },
    { "quick_entry", CHECK },
    { "track_changes", CHECK },
    { "track_seen", CHECK },
    { "track_views", CHECK },
    { "custom", CHECK },
    { "beta", CHECK },
    { "is_virtual", CHECK },
    { "queue_in_background", CHECK },
    { "naming_rule", SELECT, .length = 40,
      .options = "\nSet by user\nAutoincrement\nBy fieldname\nBy \"Naming Series\" field\nExpression\n"
                 "Expression (old style)\nRandom\nUUID\nBy script" },
    { "autoname", DATA },
    { "allow_rename", CHECK, .preset = "1" },
    { "description", SMALL_TEXT },
    { "documentation", DATA },
    { "image_field", DATA },
    { "timeline_field", DATA },
    { "nsm_parent_field", DATA },
    { "max_attachments", INT },
    { "hide_toolbar", CHECK },
    { "allow_copy", CHECK },
    { "allow_import", CHECK },
    { "allow_events_in_timeline", CHECK },
    { "allow_auto_repeat", CHECK },
    { "make_attachments_public", CHECK },
    { "title_field", DATA },
    { "show_title_field_in_link", CHECK },
    { "translated_doctype", CHECK },
    { "search_fields", DATA },
    { "default_print_format", DATA },
    { "sort_field", DATA, .preset = "modified" },
    { "sort_order", SELECT, .options = "ASC\nDESC", .preset = "DESC" },
    { "default_view", DATA },
    { "force_re_route_to_default_view", CHECK },
    { "document_type", SELECT, .options = "\nDocument\nSetup\nSystem\nOther" },
    { "icon", DATA },
    { "color", DATA },
    { "show_preview_popup", CHECK },
    { "show_name_in_global_search", CHECK },
    { "email_append_to", CHECK },
    { "sender_field", DATA },
    { "sender_name_field", DATA },
    { "subject_field", DATA },
    { "permissions", TABLE, .options = "DocPerm" },
    { "restrict_to_domain", DATA },
    { "read_only", CHECK },
    { "in_create", CHECK },
    { "has_web_view", CHECK },
    { "allow_guest_to_view", CHECK },
    { "index_web_pages_for_search", CHECK, .preset = "1" },
    { "route", DATA },
    { "is_published_field", DATA },
    { "website_search_field", DATA },
    { "engine", SELECT, .options = "InnoDB\nMyISAM", .preset = "InnoDB" },
    { "migration_hash", DATA, .hidden = true },
    { "fields", TABLE, .options = "DocField" },
};

static bool is_built_in(struct str name)
{
    TABLE_EACH (doctypes, struct doctype, it) {
        if (str_eq_nocase(name, str_of((*it)->name)))
            return true;
    }
    return false;
}

static bool refuse_built_in(struct ctx *cx, struct doc *type)
{
    struct str name = type->before ? type->before->name : type->name;
    if (is_built_in(name))
        return throw(cx, &ValidationError,
                     "The DocType %.*s belongs to the program: use Custom Field, Property Setter or Custom DocPerm.",
                     STR_ARG(name));
    return true;
}

DOCTYPE(doctype)
= {
    .name = "DocType",
    .module = "Core",
    .autoname = "Prompt",
    .search_fields = "module",
    .about = "A DocType as a document.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    .allow_rename = true,
    .track_changes = true,
    .validate = refuse_built_in,
    .on_trash = refuse_built_in,
    .after_rename = refuse_built_in,
};
