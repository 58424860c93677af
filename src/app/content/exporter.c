/* What an export knows before it writes: the files of the last import, the texts in other languages, and the names that
 * courses and lessons have in the folder. */
#include "exporter.h"

bool exporter_put(struct exporter *ex, struct str path, struct str bytes)
{
    const char *to = arena_printf(ex->cx->arena, "%s/%.*s", ex->dir, STR_ARG(path));
    struct str why;
    if (!file_write(ex->cx->arena, to, bytes, &why))
        return throw(ex->cx, &CommandFailed, "%.*s", STR_ARG(why));
    ex->written++;
    return true;
}

struct str json_text_of(struct arena *a, struct str s)
{
    struct buf text = buf_new(a, s.n * 6 + 16);
    struct json_out out = out_to(&text);
    out_text(&out, s);
    return buf_str(&text);
}

/* "…/lessons/04-x.md" → "04-x"; "…/courses/02-js/course.json" → "02-js". */
static struct str stem_in(struct str path)
{
    struct str piece, before = STR_NONE, last = STR_NONE;
    while (str_cut(&path, '/', &piece)) {
        before = last;
        last = piece;
    }
    if (str_is(last, "course.json"))
        return before;
    return str_ends(last, STR(".md")) ? str_slice(last, 0, last.n - 3) : STR_NONE;
}

static void know_file(struct exporter *ex, struct import_file *f)
{
    struct str language = stem_in(f->path), stem;
    if (!f->document_name.n)
        return;
    if (!import_file_is_translation(f)) {
        map_put(&ex->file_of, f->document_name, f);
        return;
    }
    str_cut(&language, '.', &stem);
    map_put(&ex->translation_of, str_printf(ex->cx->arena, "%.*s\n%.*s", STR_ARG(f->document_name), STR_ARG(language)),
            f);
}

bool exporter_know(struct exporter *ex)
{
    if (!import_files_load(ex->cx, STR_NONE, &ex->files))
        return false;
    for (size_t i = 0; i < ex->files.count; i++)
        know_file(ex, ex->files.entries[i].value);
    return true;
}

/* ---- texts in other languages ------------------------------------------------------------------------------------------- */

static void add_names(struct buf *names, const struct doc *doc)
{
    if (names->n)
        buf_char(names, '\n');
    buf_add(names, doc->name);
    for (size_t f = 0; f < doc->type->field_count; f++)
        for (size_t i = 0; i < doc->tables[f].count; i++)
            add_names(names, doc->tables[f].rows[i]);
}

bool exporter_read_texts(struct exporter *ex, const struct doc *root)
{
    struct arena *a = ex->cx->arena;
    struct buf names = buf_new(a, 16 << 20);
    add_names(&names, root);
    ex->texts = map_new(a);
    struct rows *rows = doc_rows(ex->cx, &(struct find){ .doctype = "Content Translation",
                                                         .fields = "reference_name fieldname language value",
                                                         .where = FIND({ "reference_name", "in", buf_str(&names) }),
                                                         .order = "language desc", /* each goes to the front */
                                                         .unchecked = true });
    while (rows && rows_next(rows)) {
        struct str name = str_copy(a, rows_text(rows, 0));
        struct text *t = arena_new_of(a, struct text);
        *t = (struct text){ map_get(&ex->texts, name), str_copy(a, rows_text(rows, 1)), str_copy(a, rows_text(rows, 2)),
                            str_copy(a, rows_text(rows, 3)) };
        map_put(&ex->texts, name, t);
    }
    return !failed(ex->cx);
}

/* ---- names in the folder --------------------------------------------------------------------------------------------------- */

struct str exporter_stem(const struct exporter *ex, const struct doc *row)
{
    return *(const struct str *)map_get(&ex->stems, row->name);
}

/* The name it was imported under, if that still gives its slug. */
static struct str imported_stem(const struct exporter *ex, const struct doc *row)
{
    const struct import_file *known = map_get(&ex->file_of, row->name);
    struct str stem = known ? stem_in(known->path) : STR_NONE, slug = doc_text(row, "slug");
    return str_eq(stem, slug) || str_eq(stem_slug(stem), slug) ? stem : STR_NONE;
}

void exporter_name_rows(struct exporter *ex, const struct doc_rows *rows)
{
    struct arena *a = ex->cx->arena;
    struct map taken = map_new(a);
    for (size_t pass = 0; pass < 2; pass++) /* imported names first: new ones give way */
        for (size_t i = 0; i < rows->count; i++) {
            const struct doc *row = rows->rows[i];
            struct str stem =
                pass ? str_printf(a, "%02zu-%.*s", i + 1, STR_ARG(doc_text(row, "slug"))) : imported_stem(ex, row);
            if (map_has(&ex->stems, row->name) || !stem.n || (!pass && map_has(&taken, stem)))
                continue;
            for (size_t n = i + 2; map_has(&taken, stem); n++)
                stem = str_printf(a, "%02zu-%.*s", n, STR_ARG(doc_text(row, "slug")));
            struct str *kept = arena_new_of(a, struct str);
            *kept = stem;
            map_put(&ex->stems, row->name, kept);
            map_put(&taken, stem, kept);
        }
}
