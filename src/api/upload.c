/* Uploads: multipart and base64 become File documents (spec/frappe-api.md section 8.4). */
#include "api_priv.h"
#include "core.h"

enum { FORM_ROOM = 1 << 20 };

/* The file and the fields beside it. Before the site's settings are read nobody knows its limit: the file itself is
 * measured again when it is stored. */
static size_t upload_most(const struct web *w)
{
    struct str type = http_header_of(&w->exchange->request, "Content-Type");
    if (!str_starts(str_lower(w->exchange->arena, str_trim(type)), STR("multipart/form-data")))
        return DOCUMENT_MOST;
    return w->cx.site ? (size_t)file_most(w->cx.site) + FORM_ROOM : (size_t)1 << 30;
}

static const struct http_part *file_part(const struct web *w)
{
    for (int i = 0; i < w->part_count; i++)
        if (w->parts[i].is_file && str_is(w->parts[i].name, "file"))
            return &w->parts[i];
    return NULL;
}

static bool answer(struct web *w, const struct doc *file)
{
    if (!file)
        return false;
    out_key(&w->out, str_of(web_answer_key(w)));
    doc_json(&w->cx, file, &w->out, false);
    return true;
}

/* A File that exists already, under a new document: what is behind it stays where it is. */
static bool take_from_library(struct web *w, struct new_file *f)
{
    struct str wanted = web_arg(w, "library_file_name");
    const struct doctype *type = wanted.n ? api_doctype(w, STR("File")) : NULL;
    const struct doc *other = type ? doc_read(&w->cx, type, wanted) : NULL;
    if (!other)
        return !wanted.n;
    f->url = doc_text(other, "file_url");
    f->name = doc_text(other, "file_name");
    return true;
}

static struct str name_in(struct str url)
{
    size_t slash = url.n;
    while (slash && url.p[slash - 1] != '/')
        slash--;
    return str_from(url, slash);
}

static bool upload(struct web *w)
{
    const struct http_part *part = file_part(w);
    struct new_file f = { .name = web_arg(w, "file_name"),
                          .url = str_trim(web_arg(w, "file_url")),
                          .is_private = api_flag(w, "is_private", false),
                          .folder = web_arg(w, "folder"),
                          .doctype = web_arg(w, "doctype"),
                          .docname = web_arg(w, "docname"),
                          .fieldname = web_arg(w, "fieldname") };
    if (web_arg(w, "method").n)
        return throw(&w->cx, &ValidationError, "No method of this site takes uploads over: leave method out.");
    if (part) {
        f.name = part->filename.n ? part->filename : f.name;
        f.bytes = part->value;
        f.of = w->exchange;
        f.url = STR_NONE;
    } else if (!take_from_library(w, &f))
        return false;
    if (!part && !f.url.n)
        return throw(&w->cx, &ValidationError,
                     "Send a file as multipart/form-data in the part named file, or its address as file_url.");
    if (!part && !f.name.n)
        f.name = name_in(f.url);
    return answer(w, file_add(&w->cx, &f));
}

#define UPLOAD(id, name)                                                                                               \
    WEB_METHOD(id) = { .path = name,                                                                                   \
                       .verbs = HTTP_POST,                                                                             \
                       .guest = true,                                                                                  \
                       .lane = LANE_SLOW,                                                                              \
                       .body_limit_of = upload_most,                                                                   \
                       ARGS({ "file", ATTACH }, { "is_private", CHECK }, { "folder", DATA }, { "doctype", DATA },      \
                            { "docname", DATA }, { "fieldname", DATA }, { "file_url", DATA }, { "file_name", DATA },   \
                            { "library_file_name", DATA }),                                                            \
                       .run = upload,                                                                                  \
                       .about = "Stores a file, attached to a document if doctype and docname say so." }

UPLOAD(upload_file, "upload_file");
UPLOAD(handler_upload_file, "frappe.handler.upload_file");

/* ---- base64 in JSON ---------------------------------------------------------------------------------------------------- */
/* The URL goes into the field of the document, as Frappe's does. */
static bool write_into_field(struct web *w, const struct new_file *f, const struct doc *file)
{
    const struct doctype *type = f->fieldname.n ? api_doctype(w, f->doctype) : NULL;
    struct doc *doc = type && f->docname.n ? doc_load_for_update(&w->cx, type, f->docname) : NULL;
    if (!doc)
        return !failed(&w->cx);
    doc_set_text(doc, str_c(w->cx.arena, f->fieldname), doc_text(file, "file_url"));
    return doc_save(&w->cx, doc, 0);
}

static bool attach(struct web *w)
{
    struct str data = web_arg(w, "filedata");
    struct new_file f = { .name = web_arg(w, "filename"),
                          .bytes = data,
                          .is_private = api_flag(w, "is_private", false),
                          .folder = web_arg(w, "folder"),
                          .doctype = web_arg(w, "doctype"),
                          .docname = web_arg(w, "docname"),
                          .fieldname = web_arg(w, "docfield") };
    if (!f.name.n || !data.n)
        return throw(&w->cx, &FrappeTypeError, "%s() missing the required argument: '%s'", "frappe.client.attach_file",
                     f.name.n ? "filedata" : "filename");
    if (api_flag(w, "decode_base64", false) && !base64_decode(w->cx.arena, data, &f.bytes))
        return throw(&w->cx, &ValidationError, "The content is not valid base64.");
    if (!f.folder.n && f.doctype.n)
        f.folder = STR("Home/Attachments");
    const struct doc *file = file_add(&w->cx, &f);
    return file && write_into_field(w, &f, file) && answer(w, file);
}

WEB_METHOD(attach_file) = { .path = "frappe.client.attach_file",
                            .verbs = HTTP_POST | HTTP_PUT,
                            .lane = LANE_SLOW,
                            .body_limit = DOCUMENT_MOST,
                            ARGS({ "filename", DATA, .reqd = true }, { "filedata", LONG_TEXT, .reqd = true },
                                 { "doctype", DATA }, { "docname", DATA }, { "docfield", DATA }, { "folder", DATA },
                                 { "decode_base64", CHECK }, { "is_private", CHECK }),
                            .run = attach,
                            .about = "Attaches a file given as text or base64 to a document." };

/* ---- small ones ----------------------------------------------------------------------------------------------------------- */
static bool max_file_size(struct web *w)
{
    out_member_int(&w->out, web_answer_key(w), file_most(w->cx.site));
    return true;
}

WEB_METHOD(get_max_file_size) = { .path = "frappe.core.api.file.get_max_file_size",
                                  .guest = true,
                                  .run = max_file_size,
                                  .about = "Bytes that an upload may have." };
