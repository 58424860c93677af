/* File: an uploaded file and the document it belongs to. */
#include "file_priv.h"

static const struct field fields[] = {
    { "file_name", DATA, .read_only = true, .in_list_view = true, .in_search = true },
    { "is_private", CHECK },
    { "file_type", DATA, .read_only = true, .in_list_view = true },
    { "is_home_folder", CHECK, .hidden = true },
    { "is_attachments_folder", CHECK, .hidden = true },
    { "file_size", INT, .options = "File Size", .length = 20, .read_only = true, .in_list_view = true },
    { "file_url", CODE, .read_only = true, .ignore_xss_filter = true },
    { "thumbnail_url", SMALL_TEXT, .read_only = true },
    { "folder", LINK, .options = "File", .length = 255, .read_only = true, .hidden = true },
    { "is_folder", CHECK, .read_only = true },
    { "attached_to_doctype", LINK, .options = "DocType", .read_only = true },
    { "attached_to_name", DATA, .read_only = true, .index = true },
    { "attached_to_field", DATA, .read_only = true },
    { "old_parent", DATA, .hidden = true },
    { "content_hash", DATA, .read_only = true, .index = true },
    { "content", LONG_TEXT, .is_virtual = true, .ignore_xss_filter = true },
    { "decode", DATA, .is_virtual = true },
};

/* ---- names ---------------------------------------------------------------------------------------------------------------- */
static bool name_it(struct ctx *cx, struct doc *file)
{
    struct str parent = doc_text(file, "folder"), own = doc_text(file, "file_name");
    if (!doc_true(file, "is_folder"))
        file->name = random_name(cx->arena);
    else
        file->name = parent.n ? str_printf(cx->arena, "%.*s/%.*s", STR_ARG(parent), STR_ARG(own)) : own;
    return true;
}

/* ---- bytes ------------------------------------------------------------------------------------------------------------------ */
static bool is_listed(struct str list, struct str extension)
{
    struct str line;
    bool any = false;
    while (list.n && str_cut(&list, '\n', &line)) {
        line = str_trim(line);
        any = any || line.n;
        if (line.n && str_eq_nocase(line, extension))
            return true;
    }
    return !any;
}

static bool check_kind(struct ctx *cx, struct str name, struct str bytes)
{
    struct str extension = file_name_extension(name);
    const struct file_kind *kind = file_kind_of(name);
    if (!is_listed(site_setting(cx->site, "System Settings", "allowed_file_extensions"), extension))
        return throw(cx, &FileTypeNotAllowed, "File type of %.*s is not allowed", STR_ARG(extension));
    if (!cx->user->system_user && !user_is_administrator(cx->user) && !kind->simple)
        return throw(
            cx, &FileTypeNotAllowed,
            "You can only upload images, PDF, text, office documents and videos (JPG, PNG, PDF, TXT, CSV, DOC, "
            "XLS, ODT, ODS, MOV, MP4).");
    if (!file_kind_fits(kind, bytes))
        return throw(cx, &FileTypeNotAllowed, "The content of %.*s is not what its name says.", STR_ARG(name));
    return true;
}

static bool check_size(struct ctx *cx, struct str bytes)
{
    int64_t most = file_most(cx->site);
    if ((int64_t)bytes.n <= most)
        return true;
    return throw(cx, &MaxFileSizeReachedError, "File size exceeded the maximum allowed size of %.1f MB",
                 (double)most / (1 << 20));
}

static void describe(struct ctx *cx, struct doc *file, struct str bytes, struct str hash)
{
    struct str extension = file_name_extension(doc_text(file, "file_name"));
    char *upper = arena_printf(cx->arena, "%.*s", STR_ARG(extension));
    for (char *c = upper; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
    if (*upper)
        doc_set_text(file, "file_type", str_of(upper));
    doc_set_int(file, "file_size", (int64_t)bytes.n);
    doc_set_text(file, "content_hash", hash);
}

static bool store(struct ctx *cx, struct doc *file, const struct new_file *from)
{
    struct str name = doc_text(file, "file_name"), hash, own, other;
    bool is_private = doc_true(file, "is_private");
    if (!check_size(cx, from->bytes) || !check_kind(cx, name, from->bytes))
        return false;
    hash = disk_hash(cx->arena, from);
    describe(cx, file, from->bytes, hash);
    if (!file_same(cx, hash, is_private, from, &own, &other))
        return false;
    if (own.n) {
        doc_set_text(file, "file_url", own);
        return true;
    }
    if (!disk_store(cx, is_private, from, hash, other, &name))
        return false;
    doc_set_text(file, "file_name", name);
    doc_set_text(file, "file_url", disk_url_of(cx->arena, is_private, name));
    return true;
}

/* ---- files that are somewhere already ---------------------------------------------------------------------------------- */
/* Whoever registers a URL becomes a reader of what is behind it: only what they may read already. */
static bool check_local(struct ctx *cx, struct doc *file, struct str url)
{
    struct str path, extension;
    bool is_private;
    if (!disk_url(url, &is_private, &path))
        return throw(cx, &ValidationError, "File URL must be an address (https://…), /files/… or /private/files/….");
    if ((is_private && !file_may_read(cx, url)) || !disk_has(cx, url))
        return failed(cx) ? false : throw(cx, &DoesNotExistError, "File %.*s does not exist", STR_ARG(url));
    doc_set_int(file, "is_private", is_private);
    extension = file_name_extension(path);
    doc_set_text(file, "file_type", str_printf(cx->arena, "%.*s", STR_ARG(extension)));
    return true;
}

static bool take_url(struct ctx *cx, struct doc *file)
{
    struct str url = str_trim(doc_text(file, "file_url"));
    if (!url.n)
        return throw(cx, &ValidationError, "A file needs content or a URL.");
    return is_web_address(url) || check_local(cx, file, url);
}

static bool take_content(struct ctx *cx, struct doc *file)
{
    struct str content = doc_text(file, "content"), bytes = content;
    struct str decode = doc_text(file, "decode");
    bool encoded = decode.n && !str_is(decode, "0") && !str_eq_nocase(decode, STR("false"));
    doc_set_null(file, "content");
    doc_set_null(file, "decode");
    if (encoded && !base64_decode(cx->arena, content, &bytes))
        return throw(cx, &ValidationError, "The content is not valid base64.");
    return store(cx, file, &(struct new_file){ .bytes = bytes });
}

static bool before_insert(struct ctx *cx, struct doc *file)
{
    const struct new_file *waiting = file_waiting(cx, file);
    struct str name;
    if (!file_name_clean(cx, doc_text(file, "file_name"), &name))
        return false;
    doc_set_text(file, "file_name", name);
    if (doc_true(file, "is_folder"))
        return true;
    if (!doc_is_set(file, "folder"))
        doc_set_text(file, "folder", STR("Home"));
    if (waiting && !waiting->url.n)
        return store(cx, file, waiting);
    bool has_content = doc_field(file->type, STR("content")) && doc_is_set(file, "content");
    return has_content ? take_content(cx, file) : take_url(cx, file);
}

/* ---- later changes --------------------------------------------------------------------------------------------------------- */
static bool validate(struct ctx *cx, struct doc *file)
{
    static const char *const fixed[] = { "file_url", "file_name", "content_hash", "file_size", "is_folder" };
    for (size_t i = 0; file->before && i < countof(fixed); i++)
        if (doc_changed(file, fixed[i]))
            return throw(cx, &CannotChangeConstantError, "%s of a file cannot be changed: upload it anew.",
                         field_label(cx->arena, doc_field(file->type, str_of(fixed[i]))));
    return true;
}

/* The bytes of a URL go when no other File has it. */
static bool drop_bytes(struct ctx *cx, struct str url, struct str name)
{
    struct file_row *rows;
    size_t count = 0, others = 0;
    if (!file_rows(cx, url, &rows, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        others += !str_eq(rows[i].name, name);
    if (!others)
        disk_remove_later(cx, url);
    return true;
}

/* Made private or public: the bytes move to the other folder, and the URL says so. */
static bool before_save(struct ctx *cx, struct doc *file)
{
    struct str url = doc_text(file, "file_url"), name, path;
    bool was_private;
    if (!file->before || !doc_changed(file, "is_private") || !disk_url(url, &was_private, &path) ||
        was_private == doc_true(file, "is_private"))
        return true;
    name = doc_text(file, "file_name");
    if (!disk_share(cx, !was_private, url, doc_text(file, "content_hash"), &name))
        return false;
    doc_set_text(file, "file_url", disk_url_of(cx->arena, !was_private, name));
    return drop_bytes(cx, url, file->name);
}

static bool on_trash(struct ctx *cx, struct doc *file)
{
    int64_t held = 0;
    if (doc_true(file, "is_home_folder") || doc_true(file, "is_attachments_folder"))
        return throw(cx, &ValidationError, "Cannot delete Home and Attachments folders");
    if (!doc_true(file, "is_folder"))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "File");
    sql_add(q, " WHERE `folder` = ");
    sql_text(q, file->name);
    if (!db_first_int(cx, q, &held) || !held)
        return !failed(cx);
    return throw(cx, &FolderNotEmpty, "Folder %.*s is not empty", STR_ARG(file->name));
}

static bool after_delete(struct ctx *cx, struct doc *file)
{
    struct str path, url = doc_text(file, "file_url");
    bool is_private;
    return !disk_url(url, &is_private, &path) || drop_bytes(cx, url, file->name);
}

DOCTYPE(file)
= {
    .name = "File",
    .module = "Core",
    .title_field = "file_name",
    .about = "An uploaded file and the document it belongs to.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("file_name", "is_private", "file_type", "is_home_folder", "is_attachments_folder", "file_size", "file_url",
          "folder", "is_folder", "attached_to_doctype", "attached_to_name", "attached_to_field", "content_hash"),
    .logs = true,
    .before_insert = before_insert,
    .autoname_hook = name_it,
    .validate = validate,
    .before_save = before_save,
    .on_trash = on_trash,
    .after_delete = after_delete,
};
