/* Adding a File: who may, how large, of which kind; the hooks of the document store the bytes. */
#include "file_priv.h"

enum { MEGABYTE = 1 << 20, MOST_IF_UNSET = 25 };

int64_t file_most(const struct site *site)
{
    int64_t megabytes = site_setting_int(site, "System Settings", "max_file_size", 0);
    int64_t configured = site_config_int(site, "max_file_size", 0);
    if (megabytes > 0)
        return megabytes * MEGABYTE;
    return configured > 0 ? configured : (int64_t)MOST_IF_UNSET * MEGABYTE;
}

/* ---- may they? ------------------------------------------------------------------------------------------------------------ */
static bool may_upload(struct ctx *cx)
{
    bool guests = site_setting_int(cx->site, "System Settings", "allow_guests_to_upload_files", 0) != 0;
    if (!user_is_guest(cx->user) || guests)
        return true;
    return throw(cx, &PermissionError, "Log in to upload files.");
}

static bool has_room(struct ctx *cx, const struct doctype *type, struct str name)
{
    int64_t count = 0;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "File");
    sql_add(q, " WHERE `attached_to_doctype` = ");
    sql_text(q, str_of(type->name));
    sql_add(q, " AND `attached_to_name` = ");
    sql_text(q, name);
    if (!type->max_attachments || !db_first_int(cx, q, &count) || count < type->max_attachments)
        return !failed(cx);
    return throw(cx, &AttachmentLimitReached, "Maximum Attachment Limit of %u has been reached for %s %.*s.",
                 type->max_attachments, type->name, STR_ARG(name));
}

/* A form may attach to a document that is not saved yet. */
static bool may_attach(struct ctx *cx, const struct new_file *f)
{
    if (!f->doctype.n)
        return !f->docname.n || throw(cx, &ValidationError, "A document's name needs its DocType.");
    const struct doctype *type = doc_type(cx, f->doctype);
    if (!type)
        return false;
    if (f->fieldname.n && !doc_field(type, f->fieldname))
        return throw(cx, &ValidationError, "%s has no field %.*s.", type->name,
                     STR_ARG(str_slice(f->fieldname, 0, 64)));
    struct doc *doc = NULL;
    if (type->is_single)
        doc = doc_load(cx, type->name, str_of(type->name));
    else if (f->docname.n)
        doc = doc_find(cx, type->name, f->docname);
    if (failed(cx))
        return false;
    return perm_check(cx, type, doc, doc ? WRITE : CREATE) && (!f->docname.n || has_room(cx, type, f->docname));
}

/* ---- adding --------------------------------------------------------------------------------------------------------------- */
static struct str file_key(struct ctx *cx, const struct doc *file)
{
    return str_printf(cx->arena, "file %p", (const void *)file);
}

const struct new_file *file_waiting(struct ctx *cx, const struct doc *file)
{
    return map_get(ctx_memo(cx), file_key(cx, file));
}

static void set_if_given(struct doc *file, const char *field, struct str value)
{
    if (value.n)
        doc_set_text(file, field, value);
}

static struct doc *new_document(struct ctx *cx, const struct new_file *f)
{
    struct str name;
    struct doc *file = file_name_clean(cx, f->name, &name) ? doc_new_named(cx, "File") : NULL;
    if (!file)
        return NULL;
    doc_set_text(file, "file_name", name);
    doc_set_int(file, "is_private", f->is_private);
    doc_set_text(file, "folder", f->folder.n ? f->folder : STR("Home"));
    set_if_given(file, "attached_to_doctype", f->doctype);
    set_if_given(file, "attached_to_name", f->docname);
    set_if_given(file, "attached_to_field", f->fieldname);
    if (f->url.n)
        doc_set_text(file, "file_url", f->url);
    else
        map_put(ctx_memo(cx), file_key(cx, file), (void *)(uintptr_t)f);
    return file;
}

struct doc *file_add(struct ctx *cx, const struct new_file *f)
{
    if (!may_upload(cx) || !may_attach(cx, f) || !file_folders(cx))
        return NULL;
    struct doc *file = new_document(cx, f);
    return file && doc_insert(cx, file, SAVE_AS_SYSTEM | SAVE_NO_VERSION) ? file : NULL;
}

/* ---- folders ---------------------------------------------------------------------------------------------------------------- */
static struct doc *insert_folder(struct ctx *cx, struct str name, struct str parent, const char *kind)
{
    struct doc *folder = doc_new_named(cx, "File");
    if (!folder)
        return NULL;
    doc_set_text(folder, "file_name", name);
    doc_set_int(folder, "is_folder", 1);
    doc_set_text(folder, "folder", parent);
    if (kind)
        doc_set_int(folder, kind, 1);
    return doc_insert(cx, folder, SAVE_AS_SYSTEM | SAVE_NO_VERSION) ? folder : NULL;
}

struct doc *file_add_folder(struct ctx *cx, struct str name, struct str parent)
{
    struct str clean;
    if (!file_name_clean(cx, name, &clean) || !file_folders(cx))
        return NULL;
    return insert_folder(cx, clean, parent.n ? parent : STR("Home"), NULL);
}

bool file_folders(struct ctx *cx)
{
    struct str stored;
    if (!doc_exists(cx, "File", STR("Home"), &stored) &&
        (failed(cx) || !insert_folder(cx, STR("Home"), STR_NONE, "is_home_folder")))
        return false;
    if (doc_exists(cx, "File", STR("Home/Attachments"), &stored))
        return true;
    return !failed(cx) && insert_folder(cx, STR("Attachments"), STR("Home"), "is_attachments_folder");
}
