/* manifest.json follows the bodies that were written: changed ones get their new size and hash, in place; where lessons
 * came or went the list is written anew. */
#include "exporter.h"
#include "json_edit.h"

struct manifest {
    struct exporter *ex;
    struct str folder; /* with '/' at the end */
    struct str text;
    json_t *list;
    struct map named; /* paths in the list */
    bool rewritten;   /* entries came or went */
};

static const struct body *body_of(const struct manifest *m, const json_t *entry)
{
    struct str path = json_get_str(entry, "path");
    return map_get(&m->ex->bodies, str_printf(m->ex->cx->arena, "%.*s%.*s", STR_ARG(m->folder), STR_ARG(path)));
}

static void follow(struct manifest *m, size_t index, json_t *entry, const struct body *body)
{
    struct arena *a = m->ex->cx->arena;
    struct str sha = sha256_hex(a, body->bytes), size = str_printf(a, "%zu", body->bytes.n);
    if (body->as_imported || str_eq(sha, json_get_str(entry, "body_sha256")))
        return;
    json_object_set_new(entry, "body_sha256", json_string(sha.p));
    json_object_set_new(entry, "body_bytes", json_integer((json_int_t)body->bytes.n));
    m->text = json_item_with(a, m->text, index, "body_sha256", json_text_of(a, sha));
    m->text = json_item_with(a, m->text, index, "body_bytes", size);
}

/* Entries of lessons that are not written any more leave; what the list names besides stays. */
static void drop_missing(struct manifest *m)
{
    for (size_t i = json_array_size(m->list); i-- > 0;) {
        const json_t *entry = json_array_get(m->list, i);
        struct str path =
            str_printf(m->ex->cx->arena, "%.*s%.*s", STR_ARG(m->folder), STR_ARG(json_get_str(entry, "path")));
        const struct import_file *known = map_get(&m->ex->files, path);
        if (body_of(m, entry) || !known || !known->document_name.n)
            continue;
        json_array_remove(m->list, i);
        m->rewritten = true;
    }
}

static void add_new(struct manifest *m)
{
    const struct map *bodies = &m->ex->bodies;
    for (size_t i = 0; i < bodies->count; i++) {
        struct str path = bodies->entries[i].key;
        const struct body *body = bodies->entries[i].value;
        if (!str_starts(path, m->folder) || map_has(&m->named, path) || map_has(&m->ex->files, path))
            continue;
        path = str_from(path, m->folder.n);
        json_array_append_new(m->list,
                              json_pack("{s:s#, s:s#, s:s#, s:I, s:s, s:n, s:n}", "path", path.p, path.n, "language",
                                        body->language.p, body->language.n, "content_type", body->content_type.p,
                                        body->content_type.n, "body_bytes", (json_int_t)body->bytes.n, "body_sha256",
                                        sha256_hex(m->ex->cx->arena, body->bytes).p, "source_commit", "source_path"));
        m->rewritten = true;
    }
}

bool export_manifest(struct exporter *ex, const struct import_file *f)
{
    struct arena *a = ex->cx->arena;
    struct str why;
    struct manifest m = { .ex = ex,
                          .folder = str_slice(f->path, 0, (size_t)str_index(f->path, '/') + 1),
                          .text = f->bytes,
                          .list = json_file_read(a, f->bytes, &why),
                          .named = map_new(a) };
    json_t *entry;
    size_t i;
    if (!json_is_array(m.list)) /* a manifest of another kind */
        return exporter_put(ex, f->path, f->bytes);
    json_array_foreach(m.list, i, entry)
    {
        const struct body *body = body_of(&m, entry);
        map_put(&m.named, str_printf(a, "%.*s%.*s", STR_ARG(m.folder), STR_ARG(json_get_str(entry, "path"))), entry);
        if (body)
            follow(&m, i, entry, body);
    }
    drop_missing(&m);
    add_new(&m);
    char *dump = m.rewritten ? json_dumps(m.list, JSON_INDENT(1)) : NULL;
    bool done = exporter_put(ex, f->path, dump ? str_printf(a, "%s\n", dump) : m.text);
    free(dump);
    return done;
}
