/* lms.data.export and lms.data.import: batches of any DocType over REST (spec/product.md section 7). */
#include "api_priv.h"

enum { IMPORT_MOST = 1 << 30 };

static bool named(struct web *w, struct str *doctype)
{
    *doctype = web_arg(w, "doctype");
    return doctype->n || throw(&w->cx, &FrappeTypeError, "The argument '%s' is missing.", "doctype");
}

static bool format_of(struct web *w, enum batch_format *format)
{
    struct str name = web_arg(w, "format");
    return !name.n || batch_format_named(name, format) ||
           throw(&w->cx, &ValidationError, "The argument 'format' must be csv or jsonl.");
}

/* ---- out ---------------------------------------------------------------------------------------------------------------- */
static bool write_all(struct web *w, const struct batch_export *wish)
{
    static const char *const types[] = {
        [BATCH_CSV] = "text/csv; charset=utf-8", [BATCH_LINES] = "application/x-ndjson; charset=utf-8"
    };
    static const char *const endings[] = { [BATCH_CSV] = "csv", [BATCH_LINES] = "jsonl" };
    const struct doctype *type = doc_type(&w->cx, wish->doctype);
    uint64_t count;
    if (!type)
        return false;
    http_set_header(w->exchange, "Content-Type", str_of(types[wish->format]));
    http_set_header(w->exchange, "Content-Disposition",
                    str_printf(w->cx.arena, "attachment; filename=\"%s.%s\"",
                               url_encode(w->cx.arena, str_of(type->name), " ").p, endings[wish->format]));
    w->private_answer = true;
    w->body.n = 0; /* no object: the file is the answer */
    return batch_export(&w->cx, wish, &w->body, &count) && web_send(w, 200, types[wish->format], buf_str(&w->body));
}

static bool export(struct web *w)
{
    struct batch_export wish = { .format = BATCH_CSV };
    if (!named(w, &wish.doctype) || !format_of(w, &wish.format) || !web_arg_parsed(w, "fields", &wish.fields) ||
        !web_arg_parsed(w, "filters", &wish.filters))
        return false;
    bool written = write_all(w, &wish);
    if (!written && !web_streams(w))
        w->exchange->response.header_count = 0; /* the error is no file */
    return written;
}

WEB_METHOD(data_export) = { .path = "lms.data.export",
                            .verbs = HTTP_GET | HTTP_POST,
                            .lane = LANE_STREAM,
                            ARGS({ "doctype", DATA, .reqd = true }, { "fields", JSON }, { "filters", JSON },
                                 { "format", SELECT, .options = "csv\njsonl" }),
                            .run = export,
                            .about = "All documents of a DocType that the caller may read, as CSV or JSON lines." };

/* ---- in ----------------------------------------------------------------------------------------------------------------- */
static const struct http_part *file_part(const struct web *w)
{
    for (int i = 0; i < w->part_count; i++)
        if (w->parts[i].is_file && str_is(w->parts[i].name, "file"))
            return &w->parts[i];
    return NULL;
}

/* By the file's name, else by how it begins. */
static enum batch_format format_of_file(const struct http_part *file)
{
    static const char *const endings[] = { ".jsonl", ".ndjson", ".json" };
    for (size_t i = 0; i < countof(endings); i++)
        if (str_ends(file->filename, str_of(endings[i])))
            return BATCH_LINES;
    bool csv = str_ends(file->filename, STR(".csv"));
    return !csv && str_starts(str_trim(str_slice(file->value, 0, 64)), STR("{")) ? BATCH_LINES : BATCH_CSV;
}

static bool import(struct web *w)
{
    struct batch_import wish = { .update = api_flag(w, "update", false), .dry_run = api_flag(w, "dry_run", false) };
    struct batch_report report;
    const struct http_part *file = file_part(w);
    if (!file)
        return throw(&w->cx, &FrappeTypeError, "Send the file as multipart/form-data in the part named file.");
    wish.format = format_of_file(file);
    if (!named(w, &wish.doctype) || !format_of(w, &wish.format))
        return false;
    wish.in = http_flow(w->exchange, file->value);
    if (!batch_import(&w->cx, &wish, &report))
        return false;
    out_key(&w->out, str_of(web_answer_key(w)));
    batch_report_json(&report, &w->out);
    return true;
}

/* Who does not even say who they are sends no gigabyte. */
static size_t import_most(const struct web *w)
{
    const struct http_request *r = &w->exchange->request;
    bool says_who = http_header_of(r, "Authorization").n || http_cookie(r, "sid").n;
    return says_who ? IMPORT_MOST : (size_t)1 << 20;
}

WEB_METHOD(data_import) = {
    .path = "lms.data.import",
    .verbs = HTTP_POST | HTTP_PUT,
    .lane = LANE_SLOW,
    .body_limit_of = import_most,
    ARGS({ "file", ATTACH, .reqd = true }, { "doctype", DATA, .reqd = true }, { "update", CHECK }, { "dry_run", CHECK },
         { "format", SELECT, .options = "csv\njsonl" }),
    .run = import,
    .about = "Makes, and on request updates, documents from CSV or JSON lines; says what became "
             "of each."
};
