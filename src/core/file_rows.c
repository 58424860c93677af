/* The Files behind a URL or a content, and who may read them. */
#include "file_priv.h"

enum { ROWS_MOST = 100, ALIKE_MOST = 20 };

static struct sql *select_rows(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q,
            "SELECT `name`, `owner`, `attached_to_doctype`, `attached_to_name`, `attached_to_field`, `file_url` FROM ");
    sql_doctype(q, "File");
    return q;
}

static struct file_row row_of(struct ctx *cx, struct rows *rows)
{
    struct str text[5];
    for (unsigned i = 0; i < countof(text); i++)
        text[i] = str_copy(cx->arena, rows_text(rows, i));
    return (struct file_row){ text[0], text[1], text[2], text[3], text[4] };
}

bool file_rows(struct ctx *cx, struct str url, struct file_row **out, size_t *count)
{
    struct sql *q = select_rows(cx);
    sql_add(q, " WHERE `file_url` = ");
    sql_text(q, url);
    sql_add(q, " LIMIT 100");
    if (cx->writing)
        sql_add(q, " LOCK IN SHARE MODE");
    *out = arena_array(cx->arena, ROWS_MOST, sizeof **out);
    *count = 0;
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows))
        if (*count < ROWS_MOST && str_eq(rows_text(rows, 5), url))
            (*out)[(*count)++] = row_of(cx, rows);
    return !failed(cx);
}

/* ---- who may read ------------------------------------------------------------------------------------------------------- */
/* A file that belongs to no field in particular is for those who may read all that the row decides: a lesson's files are
 * for those who may read its content. */
static bool reads_conditional_fields(struct ctx *cx, const struct doctype *type, const struct doc *doc)
{
    for (const struct field_rule *rule = type->field_rules; rule && rule->fields; rule++) {
        struct str rest = str_of(rule->fields), name;
        while (rule->condition && str_cut(&rest, ' ', &name)) {
            const struct field *f = doc_field(type, name);
            if (f && !perm_reads_field(cx, type, f, doc))
                return false;
        }
    }
    return true;
}

static bool reads_attached(struct ctx *cx, const struct file_row *row)
{
    const struct doctype *type = row->doctype.n && row->docname.n ? doc_type_find(cx->site, row->doctype) : NULL;
    struct doc *doc = type && perm_allows(cx, type, NULL, READ) ? doc_find(cx, type->name, row->docname) : NULL;
    if (!doc || !perm_allows(cx, type, doc, READ))
        return false;
    const struct field *field = row->fieldname.n ? doc_field(type, row->fieldname) : NULL;
    return field ? perm_reads_field(cx, type, field, doc) : reads_conditional_fields(cx, type, doc);
}

static bool is_own(struct ctx *cx, const struct file_row *row)
{
    return user_has_role(cx->user, "System Manager") ||
           (!user_is_guest(cx->user) && str_eq(row->owner, cx->user->name));
}

/* A private file is never a Guest's, whatever it is attached to (spec/frappe-api.md 2.7). */
bool file_may_read(struct ctx *cx, struct str url)
{
    struct file_row *rows;
    size_t count = 0;
    if (user_is_guest(cx->user) || !file_rows(cx, url, &rows, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_own(cx, &rows[i]))
            return true;
    for (size_t i = 0; i < count && !failed(cx); i++)
        if (reads_attached(cx, &rows[i]))
            return true;
    return false;
}

/* ---- the same content ----------------------------------------------------------------------------------------------------- */
struct alike {
    struct file_row row;
    struct str url;
};

static bool read_alike(struct ctx *cx, struct str hash, bool is_private, struct alike out[ALIKE_MOST], size_t *count)
{
    struct sql *q = select_rows(cx);
    sql_add(q, " WHERE `content_hash` = ");
    sql_text(q, hash);
    sql_add(q, " AND `is_private` = ");
    sql_int(q, is_private);
    sql_add(q, " AND `is_folder` = 0 LIMIT 20");
    struct rows *rows = db_run(cx, q);
    *count = 0;
    while (rows && rows_next(rows))
        if (*count < ALIKE_MOST)
            out[(*count)++] = (struct alike){ row_of(cx, rows), str_copy(cx->arena, rows_text(rows, 5)) };
    return !failed(cx);
}

/* Kept from being deleted until this call is over. */
static bool hold_row(struct ctx *cx, struct str name)
{
    struct str found;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name` FROM ");
    sql_doctype(q, "File");
    sql_add(q, " WHERE `name` = ");
    sql_text(q, name);
    sql_add(q, " FOR UPDATE");
    return db_first_text(cx, q, &found);
}

bool file_same(struct ctx *cx, struct str hash, bool is_private, const struct new_file *from, struct str *own,
               struct str *other)
{
    struct alike *alike = arena_array(cx->arena, ALIKE_MOST, sizeof *alike);
    size_t count;
    *own = *other = STR_NONE;
    if (!read_alike(cx, hash, is_private, alike, &count))
        return false;
    for (size_t i = 0; i < count && !failed(cx); i++) {
        if (!disk_equals(cx, alike[i].url, from))
            continue;
        *other = alike[i].url;
        if (is_own(cx, &alike[i].row) && hold_row(cx, alike[i].row.name)) {
            *own = alike[i].url;
            break;
        }
    }
    return !failed(cx);
}
