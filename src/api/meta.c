/* A DocType as Frappe's clients know it: its fields and permissions as documents (spec/frappe-api.md sections 2.3, 8.2,
 * 10.2). For whoever is logged in. */
#include "api_priv.h"

static void member_text(struct json_out *out, const char *key, const char *text, bool with_nulls)
{
    if (text)
        out_member_text(out, key, str_of(text));
    else if (with_nulls)
        out_member_null(out, key);
}

static void write_place(struct json_out *out, const struct doctype *type, const char *kind, const char *table, size_t i)
{
    out_member_text(out, "doctype", str_of(kind));
    out_member_text(out, "parent", str_of(type->name));
    out_member_text(out, "parentfield", str_of(table));
    out_member_text(out, "parenttype", STR("DocType"));
    out_member_int(out, "idx", (int64_t)i + 1);
}

static void write_field_flags(struct json_out *out, const struct field *f)
{
    const struct {
        const char *name;
        bool set;
    } flags[] = { { "reqd", f->reqd },
                  { "unique", f->unique },
                  { "search_index", f->index },
                  { "read_only", f->read_only || f->server_managed },
                  { "hidden", f->hidden },
                  { "in_list_view", f->in_list_view },
                  { "in_global_search", f->in_search },
                  { "set_only_once", f->set_only_once },
                  { "allow_on_submit", f->allow_on_submit },
                  { "non_negative", f->non_negative },
                  { "no_copy", f->no_copy },
                  { "fetch_if_empty", f->fetch_if_empty },
                  { "ignore_user_permissions", f->ignore_user_permissions },
                  { "ignore_xss_filter", f->ignore_xss_filter },
                  { "is_virtual", f->is_virtual },
                  { "translatable", f->translatable } };
    for (size_t i = 0; i < countof(flags); i++)
        out_member_int(out, flags[i].name, flags[i].set);
}

static void write_field(struct web *w, const struct doctype *type, size_t i, bool with_nulls)
{
    struct json_out *out = &w->out;
    const struct field *f = &type->fields[i];
    out_begin_object(out);
    write_place(out, type, "DocField", "fields", i);
    out_member_text(out, "fieldname", str_of(f->name));
    out_member_text(out, "label", str_of(field_label(w->cx.arena, f)));
    out_member_text(out, "fieldtype", str_of(field_type_name(f->type)));
    member_text(out, "options", f->options, with_nulls);
    member_text(out, "default", f->preset, with_nulls);
    member_text(out, "fetch_from", f->fetch_from, with_nulls);
    out_member_int(out, "length", f->length);
    out_member_int(out, "permlevel", f->permlevel);
    write_field_flags(out, f);
    out_end_object(out);
}

static void write_perm(struct web *w, const struct doctype *type, size_t i)
{
    static const struct {
        const char *name;
        enum right right;
    } rights[] = {
        { "select", SELECT_ }, { "read", READ },     { "write", WRITE }, { "create", CREATE }, { "delete", DELETE },
        { "submit", SUBMIT },  { "cancel", CANCEL }, { "amend", AMEND }, { "report", REPORT }, { "export", EXPORT },
        { "import", IMPORT },  { "share", SHARE },   { "print", PRINT }, { "email", EMAIL },
    };
    const struct perm *p = &type->perms[i];
    out_begin_object(&w->out);
    write_place(&w->out, type, "DocPerm", "permissions", i);
    out_member_text(&w->out, "role", str_of(p->role));
    out_member_int(&w->out, "permlevel", p->level);
    out_member_int(&w->out, "if_owner", p->if_owner);
    for (size_t r = 0; r < countof(rights); r++)
        out_member_int(&w->out, rights[r].name, (p->rights & rights[r].right) != 0);
    out_end_object(&w->out);
}

static void write_search_fields(struct web *w, const struct doctype *type)
{
    struct buf b = buf_new(w->cx.arena, 4096);
    struct str rest = str_of(type->search_fields), word;
    while (rest.n && str_cut(&rest, ' ', &word))
        if (word.n)
            buf_printf(&b, b.n ? ",%.*s" : "%.*s", STR_ARG(word));
    if (b.n)
        out_member_text(&w->out, "search_fields", buf_str(&b));
}

/* "modified desc" is two properties of a DocType. */
static void write_sort(struct web *w, const struct doctype *type)
{
    struct str sort = str_of(type->sort ? type->sort : "modified desc"), field, order = STR("ASC"), rest = sort;
    bool several = str_has(sort, ',');
    str_cut(&rest, ' ', &field);
    if (!several && str_is(str_trim(rest), "desc"))
        order = STR("DESC");
    out_member_text(&w->out, "sort_field", several ? sort : field);
    out_member_text(&w->out, "sort_order", several ? STR("") : order);
}

static void write_properties(struct web *w, const struct doctype *type, bool with_nulls)
{
    struct json_out *out = &w->out;
    out_member_text(out, "module", str_of(type->module));
    out_member_int(out, "issingle", type->is_single);
    out_member_int(out, "istable", type->is_child);
    out_member_int(out, "is_submittable", type->is_submittable);
    out_member_int(out, "is_virtual", 0);
    out_member_int(out, "is_tree", 0);
    out_member_int(out, "custom", type->custom);
    out_member_int(out, "allow_rename", type->allow_rename);
    out_member_int(out, "allow_import", type->allow_import);
    out_member_int(out, "track_changes", type->track_changes);
    out_member_int(out, "in_create", type->in_create);
    member_text(out, "autoname", type->autoname, with_nulls);
    member_text(out, "title_field", type->title_field, with_nulls);
    member_text(out, "description", type->about, with_nulls);
    write_search_fields(w, type);
    write_sort(w, type);
}

static void write_meta(struct web *w, const struct doctype *type, bool with_nulls)
{
    struct json_out *out = &w->out;
    out_begin_object(out);
    out_member_text(out, "name", str_of(type->name));
    out_member_text(out, "doctype", STR("DocType"));
    write_properties(w, type, with_nulls);
    out_key(out, STR("fields"));
    out_begin_array(out);
    for (size_t i = 0; i < type->field_count; i++)
        write_field(w, type, i, with_nulls);
    out_end_array(out);
    out_key(out, STR("permissions"));
    out_begin_array(out);
    for (size_t i = 0; type->perms && type->perms[i].role; i++)
        write_perm(w, type, i);
    out_end_array(out);
    out_end_object(out);
}

static const struct doctype *open_meta(struct web *w, struct str name)
{
    if (user_is_guest(w->cx.user))
        return throw(&w->cx, &PermissionError, "Not permitted");
    call_depends(&w->cx, "DocType");
    return api_doctype(w, name);
}

static bool meta(struct web *w)
{
    const struct doctype *type = open_meta(w, web_captured(w, "doctype"));
    if (!type)
        return false;
    api_begin(w, "data");
    write_meta(w, type, true);
    return api_send(w, 200);
}

ROUTE(doctype_meta) = { .pattern = "/api/v2/doctype/:doctype/meta",
                        .verbs = HTTP_GET,
                        .run = meta,
                        .cacheable = true,
                        .about = "The DocType: its fields, permissions and properties." };

/* The DocType, then those of its tables. */
static bool getdoctype(struct web *w)
{
    struct str name;
    const struct doctype *type = api_need(w, "doctype", &name) ? open_meta(w, name) : NULL;
    if (!type)
        return false;
    out_key(&w->out, STR("docs"));
    out_begin_array(&w->out);
    write_meta(w, type, false);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct doctype *child =
            field_is_table(&type->fields[i]) ? doc_type_find(w->cx.site, str_of(type->fields[i].options)) : NULL;
        if (child)
            write_meta(w, child, false);
    }
    out_end_array(&w->out);
    out_member_text(&w->out, "user_settings", STR("{}"));
    return true;
}

WEB_METHOD(getdoctype) = { .path = "frappe.desk.form.load.getdoctype",
                           ARGS({ "doctype", DATA, .reqd = true }),
                           .run = getdoctype,
                           .about = "A DocType and those of its tables." };
