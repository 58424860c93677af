/* The search: one statement over the index, in which the rules of each DocType stand, so that what the caller may not read
 * is not looked at. */
#include "card_priv.h"
#include "lms.h"
#include "search_priv.h"

enum { LIMIT = 20, LIMIT_MOST = 50, Q_MOST = 140, TITLE_WEIGHT = 4 };

struct search {
    struct ctx *cx;
    struct str words, language; /* of MATCH; of the reader */
    struct keywords terms;
    int64_t limit;
};

static void sql_match(struct sql *q, bool titles, struct str words)
{
    if (titles)
        sql_add(q, "MATCH(s.title_words) AGAINST(");
    else
        sql_add(q, "MATCH(s.whole_words) AGAINST(");
    sql_text(q, words);
    sql_add(q, " IN BOOLEAN MODE)");
}

/* The row of each document that this reader is shown: its own text where it is in their language or not translated. */
static void sql_in_language(struct sql *q, struct str language)
{
    sql_add(q, " AND ((s.language = ");
    sql_text(q, language);
    sql_add(q, " AND NOT b.language <=> ");
    sql_text(q, language);
    sql_add(q, ") OR (s.language = '' AND b.language = ");
    sql_text(q, language);
    sql_add(q, ") OR (s.language = '' AND NOT EXISTS (SELECT 1 FROM ");
    sql_table(q, "preau_search");
    sql_add(q, " AS t WHERE t.document_type = s.document_type AND t.document_name = s.document_name AND t.language = ");
    sql_text(q, language);
    sql_add(q, ")))");
}

/* SELECT and FROM; d is the document, b its bootcamp. */
static void sql_documents(struct search *s, struct sql *q, const char *doctype, bool readable)
{
    bool root = str_is(str_of(doctype), "LMS Bootcamp");
    sql_add(q, "SELECT s.id, ");
    sql_int(q, TITLE_WEIGHT);
    sql_add(q, " * ");
    sql_match(q, true, s->words);
    if (readable) {
        sql_add(q, " + ");
        sql_match(q, false, s->words);
    }
    sql_add(q, " AS score, ");
    sql_int(q, readable);
    sql_add(q, " AS readable, b.name AS bootcamp FROM ");
    sql_table(q, "preau_search");
    sql_add(q, " AS s JOIN ");
    sql_doctype(q, doctype);
    sql_add(q, " AS d ON d.name = s.document_name JOIN ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " AS b ON b.name = ");
    if (root)
        sql_add(q, "d.name");
    else
        sql_add(q, "d.bootcamp");
}

/* Documents of one DocType the caller sees: looked at whole where the field is theirs to read, else by title alone. */
static bool sql_hits(struct search *s, struct sql *q, const struct searched *of, bool readable)
{
    const struct doctype *type = doc_type(s->cx, str_of(of->doctype));
    const struct field *body = type ? doc_field(type, str_of(of->body)) : NULL;
    if (!body)
        return failed(s->cx) ? false : throw(s->cx, &ValidationError, "%s has no field %s.", of->doctype, of->body);
    sql_documents(s, q, of->doctype, readable);
    sql_add(q, " WHERE s.document_type = ");
    sql_text(q, str_of(of->doctype));
    sql_add(q, " AND ");
    sql_match(q, !readable, s->words);
    if (readable)
        sql_add(q, " AND (");
    else
        sql_add(q, " AND NOT (");
    if (!perm_field_rows(s->cx, type, body, q, "d"))
        return false;
    sql_add(q, ")");
    sql_in_language(q, s->language);
    return sql_only_visible(s->cx, q, of->doctype, "d");
}

/* A title in the reader's language: of the bootcamp b or the course c. */
static void sql_title(struct sql *q, const char *alias, const char *doctype, struct str language)
{
    sql_add(q, ", IFNULL((SELECT t.title FROM ");
    sql_table(q, "preau_search");
    sql_add(q, " AS t WHERE t.document_type = ");
    sql_text(q, str_of(doctype));
    sql_add(q, " AND t.document_name = ");
    sql_column(q, alias, "name");
    sql_add(q, " AND t.language = ");
    sql_text(q, language);
    sql_add(q, " AND b.language <> ");
    sql_text(q, language);
    sql_add(q, "), ");
    sql_column(q, alias, "title");
    sql_add(q, ")");
}

static struct sql *find(struct search *s)
{
    struct sql *q = sql_new(s->cx);
    sql_add(q, "SELECT r.document_type, r.document_name, r.title, IF(hit.readable, r.body, ''), "
               "IF(r.language = '', b.language, r.language), hit.readable, b.slug, c.slug, l.slug");
    sql_title(q, "b", "LMS Bootcamp", s->language);
    sql_title(q, "c", "LMS Course", s->language);
    sql_add(q, " FROM (");
    for (size_t i = 0; i < searched_count; i++) {
        if (i)
            sql_add(q, " UNION ALL ");
        if (!sql_hits(s, q, &searched[i], true))
            return NULL;
    }
    sql_add(q, " UNION ALL ");
    if (!sql_hits(s, q, &searched[searched_count - 1], false))
        return NULL;
    sql_add(q, " ORDER BY score DESC, id LIMIT ");
    sql_int(q, s->limit);
    sql_add(q, ") AS hit JOIN ");
    sql_table(q, "preau_search");
    sql_add(q, " AS r ON r.id = hit.id JOIN ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " AS b ON b.name = hit.bootcamp LEFT JOIN ");
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " AS l ON l.name = r.document_name AND r.document_type = 'LMS Lesson' LEFT JOIN ");
    sql_doctype(q, "LMS Course");
    sql_add(q, " AS c ON c.name = IF(r.document_type = 'LMS Course', r.document_name, l.parent)"
               " ORDER BY hit.score DESC, hit.id");
    return q;
}

static const char *doctype_of(struct str name)
{
    for (size_t i = 0; i + 1 < searched_count; i++)
        if (str_is(name, searched[i].doctype))
            return searched[i].doctype;
    return searched[searched_count - 1].doctype;
}

static void read_result(struct search *s, struct rows *rows, struct search_result *out)
{
    struct arena *a = s->cx->arena;
    *out = (struct search_result){ .doctype = doctype_of(rows_text(rows, 0)),
                                   .name = str_copy(a, rows_text(rows, 1)),
                                   .title = str_copy(a, rows_text(rows, 2)),
                                   .language = str_copy(a, rows_text(rows, 4)),
                                   .locked = rows_int(rows, 5) == 0 };
    struct str body = str_copy(a, rows_text(rows, 3)), course = str_copy(a, rows_text(rows, 7));
    out->url = place_url(s->cx, rows_text(rows, 6), rows_text(rows, 8).n ? course : STR_NONE, rows_text(rows, 8));
    out->title_marked = keywords_marked(a, out->title, &s->terms, true);
    if (body.n)
        out->snippet = keywords_marked(a, body, &s->terms, false);
    if (!strcmp(out->doctype, "LMS Course"))
        out->where = str_copy(a, rows_text(rows, 9));
    else if (!strcmp(out->doctype, "LMS Lesson"))
        out->where = str_printf(a, "%.*s › %.*s", STR_ARG(rows_text(rows, 9)), STR_ARG(rows_text(rows, 10)));
}

static bool run(struct search *s, struct search_results *out)
{
    struct sql *q = find(s);
    struct rows *rows = q ? db_run(s->cx, q) : NULL;
    if (!rows)
        return false;
    while (out->count < (size_t)s->limit && rows_next(rows))
        read_result(s, rows, &out->rows[out->count++]);
    rows_close(rows);
    return !failed(s->cx);
}

bool lms_search(struct ctx *cx, struct str text, struct str language, int64_t limit, struct search_results *out)
{
    *out = (struct search_results){ 0 };
    struct question question = question_of(cx->arena, utf8_head(text, Q_MOST));
    struct search s = { .cx = cx,
                        .words = question.all,
                        .language = language.n ? language : cx->lang,
                        .terms = question.terms,
                        .limit = limit < 1            ? LIMIT
                                 : limit > LIMIT_MOST ? LIMIT_MOST
                                                      : limit };
    call_depends(cx, "Content Translation");
    if (!question.all.n)
        return true;
    out->rows = arena_array(cx->arena, (size_t)s.limit, sizeof *out->rows);
    if (!run(&s, out) || out->count || !question.any.n)
        return !failed(cx);
    s.words = question.any;
    if (!run(&s, out))
        return false;
    out->some = out->count > 0;
    return true;
}
