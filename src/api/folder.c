/* Folders of files (spec/frappe-api.md section 8.2): what is in one, a new one, files from one to another. */
#include "api_priv.h"
#include "core.h"

enum { PAGE = 20, MOVES_MOST = 500 };

static const struct doctype *file_type(struct web *w)
{
    return api_doctype(w, STR("File"));
}

static bool create_folder(struct web *w)
{
    const struct doctype *type = file_type(w);
    if (!type || !perm_check(&w->cx, type, NULL, CREATE))
        return false;
    const struct doc *folder = file_add_folder(&w->cx, web_arg(w, "file_name"), web_arg(w, "folder"));
    if (!folder)
        return false;
    api_answer_key(w);
    doc_json(&w->cx, folder, &w->out, false);
    return true;
}

WEB_METHOD(create_new_folder) = { .path = "frappe.core.api.file.create_new_folder",
                                  .verbs = HTTP_POST,
                                  ARGS({ "file_name", DATA, .reqd = true }, { "folder", DATA }),
                                  .run = create_folder,
                                  .about = "Makes a folder among the files." };

/* ---- what is in one -------------------------------------------------------------------------------------------------- */
/* One row more than the page, to know whether there are more. */
static const json_t *rows_in(struct web *w, struct str folder, int64_t start, int64_t length)
{
    const struct query q = { .doctype = STR("File"),
                             .fields = api_own(w, json_pack("[s, s, s, s, s]", "name", "file_name", "file_url",
                                                            "is_folder", "modified")),
                             .filters = api_own(w, json_pack("{s: s%}", "folder", folder.p, folder.n)),
                             .start = start,
                             .length = length + 1 };
    return api_rows(w, &q);
}

static bool get_files_in_folder(struct web *w)
{
    struct str folder;
    int64_t start, length;
    if (!api_need(w, "folder", &folder) || !api_limit(w, "start", 0, &start) ||
        !api_limit(w, "page_length", PAGE, &length))
        return false;
    const json_t *rows = rows_in(w, folder, start, length), *row;
    size_t i;
    if (!rows)
        return false;
    api_answer_key(w);
    out_begin_object(&w->out);
    out_key(&w->out, STR("files"));
    out_begin_array(&w->out);
    json_array_foreach(rows, i, row) if ((int64_t)i < length) out_value(&w->out, row);
    out_end_array(&w->out);
    out_key(&w->out, STR("has_more"));
    out_bool(&w->out, (int64_t)json_array_size(rows) > length);
    out_end_object(&w->out);
    return true;
}

WEB_METHOD(get_files_in_folder) = { .path = "frappe.core.api.file.get_files_in_folder",
                                    ARGS({ "folder", DATA, .reqd = true }, { "start", INT, .preset = "0" },
                                         { "page_length", INT, .preset = "20" }),
                                    .run = get_files_in_folder,
                                    .about = "The files and folders within a folder." };

/* ---- from one to another ------------------------------------------------------------------------------------------------ */
static bool is_folder(struct web *w, struct str name)
{
    const struct doctype *type = file_type(w);
    const struct doc *folder = type ? doc_read(&w->cx, type, name) : NULL;
    if (!folder)
        return false;
    return doc_true(folder, "is_folder") ||
           throw(&w->cx, &ValidationError, "%.*s is not a folder.", STR_ARG(html_escape(w->cx.arena, name).text));
}

/* A folder's name says where it is, and so do the names of all that is in it. */
static bool move_one(struct web *w, const json_t *item, struct str to)
{
    struct str name = json_is_string(item) ? json_str_of(item) : api_name_in(w, item, "name");
    const struct doctype *type = file_type(w);
    struct doc *file = type && name.n ? doc_load_for_update(&w->cx, type, name) : NULL;
    if (!file)
        return failed(&w->cx) ? false : throw(&w->cx, &ValidationError, "Each file must say its name.");
    if (!perm_check(&w->cx, type, file, WRITE))
        return false;
    if (doc_true(file, "is_folder"))
        return throw(&w->cx, &ValidationError, "Folders stay where they are: move the files in them.");
    doc_set_text(file, "folder", to);
    return doc_save(&w->cx, file, 0);
}

static bool move_file(struct web *w)
{
    const json_t *files, *item;
    struct str to;
    size_t i;
    if (!api_need_list(w, "file_list", MOVES_MOST, &files) || !api_need(w, "new_parent", &to) || !is_folder(w, to))
        return false;
    json_array_foreach(files, i, item) if (!move_one(w, item, to)) return false;
    return true;
}

WEB_METHOD(move_file) = { .path = "frappe.core.api.file.move_file",
                          .verbs = WRITES,
                          ARGS({ "file_list", JSON, .reqd = true }, { "new_parent", DATA, .reqd = true },
                               { "old_parent", DATA }),
                          .run = move_file,
                          .about = "Moves files into another folder." };
