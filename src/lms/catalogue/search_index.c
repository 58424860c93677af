/* The index of the search: rows of preau_search, written in the transaction that changes a document or a translation of
 * it. */
#include "core.h"
#include "search_priv.h"

enum { LANGUAGES_MAX = 32, BODY_MOST = 200000, TERMS_MOST = 60000, TITLE_MOST = 400 };

const struct searched searched[] = {
    { "LMS Bootcamp", "short_introduction", "description" },
    { "LMS Course", NULL, "description" },
    { "LMS Lesson", NULL, "content" },
};
const size_t searched_count = countof(searched);

/* A document in one language, as written: the language empty for its own. */
struct entry {
    struct str language, title, lead, body;
    bool stored;    /* there is a row */
    int64_t digest; /* of that row */
};
struct entries {
    const struct searched *of;
    struct str name;
    struct entry all[LANGUAGES_MAX]; /* the first is the document's own */
    size_t count;
};

void search_word(struct buf *out, struct str word)
{
    buf_lit(out, "qzx");
    buf_add(out, word);
}

/* ---- reading ----------------------------------------------------------------------------------------------------------- */
static void text_or_empty(struct sql *q, const char *field)
{
    sql_add(q, ", ");
    if (field)
        sql_name(q, field);
    else
        sql_add(q, "NULL");
}

/* What the document says itself. *there: it exists. */
static bool read_own(struct ctx *cx, struct entries *e, bool *there)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT title");
    text_or_empty(q, e->of->lead);
    text_or_empty(q, e->of->body);
    sql_add(q, " FROM ");
    sql_doctype(q, e->of->doctype);
    sql_add(q, " WHERE name = ");
    sql_text(q, e->name);
    struct rows *rows = db_run(cx, q);
    *there = rows && rows_next(rows);
    if (*there) {
        struct entry *own = &e->all[e->count++];
        own->title = str_copy(cx->arena, rows_text(rows, 0));
        own->lead = str_copy(cx->arena, rows_text(rows, 1));
        own->body = str_copy(cx->arena, rows_text(rows, 2));
    }
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

static struct entry *entry_in(struct ctx *cx, struct entries *e, struct str language)
{
    for (size_t i = 0; i < e->count; i++)
        if (str_eq_nocase(e->all[i].language, language))
            return &e->all[i];
    if (e->count == LANGUAGES_MAX)
        return NULL;
    struct entry *new = &e->all[e->count++];
    new->language = str_copy(cx->arena, language);
    return new;
}

static struct sql *find_rows(struct ctx *cx, const struct entries *e)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT language, 'row', digest FROM ");
    sql_table(q, "preau_search");
    sql_add(q, " WHERE document_type = ");
    sql_text(q, str_of(e->of->doctype));
    sql_add(q, " AND document_name = ");
    sql_text(q, e->name);
    sql_add(q, " UNION ALL SELECT language, fieldname, value FROM ");
    sql_doctype(q, "Content Translation");
    sql_add(q, " WHERE reference_doctype = ");
    sql_text(q, str_of(e->of->doctype));
    sql_add(q, " AND reference_name = ");
    sql_text(q, e->name);
    sql_add(q, " AND language <> ''");
    return q;
}

static void take_row(struct ctx *cx, const struct searched *of, struct entry *entry, struct str field, struct str value)
{
    if (str_is(field, "row"))
        entry->stored = str_int(value, &entry->digest);
    else if (str_is(field, "title"))
        entry->title = str_copy(cx->arena, value);
    else if (of->lead && str_is(field, of->lead))
        entry->lead = str_copy(cx->arena, value);
    else if (str_is(field, of->body))
        entry->body = str_copy(cx->arena, value);
}

/* Its translations, and the rows that are there. */
static bool read_rows(struct ctx *cx, struct entries *e)
{
    struct rows *rows = db_run(cx, find_rows(cx, e));
    while (rows && rows_next(rows)) {
        struct entry *entry = entry_in(cx, e, rows_text(rows, 0));
        if (entry)
            take_row(cx, e->of, entry, rows_text(rows, 1), rows_text(rows, 2));
    }
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

/* ---- writing ----------------------------------------------------------------------------------------------------------- */
static int64_t digest_of(const struct entry *e)
{
    const struct str parts[] = { e->title, e->lead, e->body };
    uint64_t sum = 1; /* counts up when what is written of a source changes */
    for (size_t i = 0; i < countof(parts); i++)
        sum = sum * 0x9E3779B97F4A7C15u + str_hash(parts[i]);
    return (int64_t)sum;
}

static void add_words(struct arena *a, struct buf *out, struct str text)
{
    struct keywords terms = keywords_of(a, text, TERMS_MOST);
    for (size_t i = 0; i < terms.count; i++) {
        if (out->n)
            buf_char(out, ' ');
        search_word(out, terms.at[i].word);
    }
}

static bool write_entry(struct ctx *cx, const struct entries *of, const struct entry *e, int64_t digest)
{
    struct arena *a = cx->arena;
    struct buf titles = buf_new(a, 60000), whole = buf_new(a, (size_t)8 << 20);
    struct str title = utf8_head(e->title, TITLE_MOST);
    struct str body = markdown_words(a, str_printf(a, "%.*s\n\n%.*s", STR_ARG(e->lead), STR_ARG(e->body)), BODY_MOST);
    add_words(a, &titles, title);
    buf_add(&whole, buf_str(&titles));
    add_words(a, &whole, body);
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_search");
    sql_add(q, " (document_type, document_name, language, digest, title, body, title_words, whole_words) VALUES (");
    sql_text(q, str_of(of->of->doctype));
    const struct str texts[] = { of->name, e->language };
    for (size_t i = 0; i < countof(texts); i++) {
        sql_add(q, ", ");
        sql_text(q, texts[i].n ? texts[i] : STR(""));
    }
    sql_add(q, ", ");
    sql_int(q, digest);
    const struct str shown[] = { title, body, buf_str(&titles), buf_str(&whole) };
    for (size_t i = 0; i < countof(shown); i++) {
        sql_add(q, ", ");
        sql_text(q, shown[i].n ? shown[i] : STR(""));
    }
    sql_add(q, ") ON DUPLICATE KEY UPDATE digest = VALUES(digest), title = VALUES(title), body = VALUES(body), "
               "title_words = VALUES(title_words), whole_words = VALUES(whole_words)");
    return db_change(cx, q) >= 0;
}

/* All rows of the document, or those of one language. */
static bool drop_rows(struct ctx *cx, const struct searched *of, struct str name, const struct entry *only)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_search");
    sql_add(q, " WHERE document_type = ");
    sql_text(q, str_of(of->doctype));
    sql_add(q, " AND document_name = ");
    sql_text(q, name);
    if (only) {
        sql_add(q, " AND language = ");
        sql_text(q, only->language);
    }
    return db_change(cx, q) >= 0;
}

/* Each field that is not translated is the document's own; a language of which nothing is left has no row. */
static bool settle_entry(struct ctx *cx, const struct entries *all, struct entry *e, size_t *written)
{
    const struct entry *own = &all->all[0];
    if (e != own && !e->title.n && !e->lead.n && !e->body.n)
        return !e->stored || (++*written, drop_rows(cx, all->of, all->name, e));
    e->title = e->title.n ? e->title : own->title;
    e->lead = e->lead.n ? e->lead : own->lead;
    e->body = e->body.n ? e->body : own->body;
    int64_t digest = digest_of(e);
    if (e->stored && e->digest == digest)
        return true;
    ++*written;
    return write_entry(cx, all, e, digest);
}

bool search_index_document(struct ctx *cx, const struct searched *of, struct str name, size_t *written)
{
    struct entries e = { .of = of, .name = name };
    bool there;
    size_t count = 0;
    if (!read_own(cx, &e, &there))
        return false;
    if (!there)
        return drop_rows(cx, of, name, NULL);
    if (!read_rows(cx, &e))
        return false;
    for (size_t i = 0; i < e.count; i++)
        if (!settle_entry(cx, &e, &e.all[i], &count))
            return false;
    if (written)
        *written += count;
    return true;
}

bool search_renamed(struct ctx *cx, struct str old_name, struct str new_name)
{
    return drop_rows(cx, &searched[0], old_name, NULL) && search_index_document(cx, &searched[0], new_name, NULL);
}

static bool has(const struct doctype *type, const char *field)
{
    return type && (!field || doc_field(type, str_of(field)));
}

bool search_covers(const struct site *site, const struct searched *of)
{
    const struct doctype *type = doc_type_find(site, str_of(of->doctype));
    const struct doctype *translation = doc_type_find(site, STR("Content Translation"));
    return has(type, "title") && has(type, of->lead) && has(type, of->body) && has(translation, "reference_name") &&
           has(translation, "fieldname") && has(translation, "language") && has(translation, "value");
}

/* ---- hearing of changes -------------------------------------------------------------------------------------------------- */
static const struct searched *searched_named(struct str doctype)
{
    for (size_t i = 0; i < searched_count; i++)
        if (str_is(doctype, searched[i].doctype))
            return &searched[i];
    return NULL;
}

static bool heard_document(struct ctx *cx, const struct searched *of, enum doc_event event, const struct doc *doc)
{
    if (!search_covers(cx->site, of))
        return true;
    if (event == DOC_ON_TRASH)
        return drop_rows(cx, of, doc->name, NULL);
    bool says_the_same = !doc->is_new && !doc_changed(doc, "title") && !doc_changed(doc, of->body) &&
                         (!of->lead || !doc_changed(doc, of->lead));
    return says_the_same || search_index_document(cx, of, doc->name, NULL);
}

/* A translation that goes is still there when this is heard: its value is emptied, which is as good. */
static bool empty_translation(struct ctx *cx, struct str name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Content Translation");
    sql_add(q, " SET value = '' WHERE name = ");
    sql_text(q, name);
    return db_change(cx, q) >= 0;
}

static bool index_reference(struct ctx *cx, const struct doc *translation)
{
    const struct searched *of = searched_named(doc_text(translation, "reference_doctype"));
    return !of || search_index_document(cx, of, doc_text(translation, "reference_name"), NULL);
}

static bool heard_translation(struct ctx *cx, enum doc_event event, const struct doc *doc)
{
    bool ours = has(doc->type, "reference_doctype");
    const struct searched *of = ours ? searched_named(doc_text(doc, "reference_doctype")) : NULL;
    if (!of || !search_covers(cx->site, of))
        return true;
    if (event == DOC_ON_TRASH && !empty_translation(cx, doc->name))
        return false;
    bool moved = doc->before && (doc_changed(doc, "reference_doctype") || doc_changed(doc, "reference_name"));
    return index_reference(cx, doc) && (!moved || index_reference(cx, doc->before));
}

static bool heard(struct ctx *cx, enum doc_event event, struct doc *doc)
{
    if (event != DOC_ON_UPDATE && event != DOC_ON_TRASH)
        return true;
    const struct searched *of = searched_named(str_of(doc->type->name));
    if (of)
        return heard_document(cx, of, event, doc);
    return !str_is(str_of(doc->type->name), "Content Translation") || heard_translation(cx, event, doc);
}

DOC_LISTENER(search_index) = { heard };
