/* The catalogue: published bootcamps, newest first, searched word by word. */
#include "card_priv.h"

enum { WORDS_MAX = 8, PAGE_MAX = 100 };

/* "%50\%%": the word anywhere, its wildcards as letters. */
static struct str anywhere(struct ctx *cx, struct str word)
{
    struct buf pattern = buf_new(cx->arena, 4096);
    buf_char(&pattern, '%');
    for (size_t i = 0; i < word.n; i++) {
        if (strchr("%_\\", word.p[i]))
            buf_char(&pattern, '\\');
        buf_char(&pattern, word.p[i]);
    }
    buf_char(&pattern, '%');
    return buf_str(&pattern);
}

static void sql_has_word(struct ctx *cx, struct sql *q, struct str word)
{
    struct str pattern = anywhere(cx, word);
    sql_add(q, " AND (b.title LIKE ");
    sql_text(q, pattern);
    sql_add(q, " OR b.short_introduction LIKE ");
    sql_text(q, pattern);
    sql_add(q, " OR b.description LIKE ");
    sql_text(q, pattern);
    sql_add(q, " OR EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "Content Translation");
    sql_add(q, " AS t WHERE t.reference_doctype = 'LMS Bootcamp' AND t.reference_name = b.name AND t.value LIKE ");
    sql_text(q, pattern);
    sql_add(q, "))");
}

/* FROM and WHERE: what is published, visible and holds every word. */
static bool sql_matching(struct ctx *cx, struct sql *q, struct str words)
{
    sql_add(q, " FROM ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " AS b WHERE b.published = 1");
    if (!sql_only_visible(cx, q, "LMS Bootcamp", "b"))
        return false;
    struct str rest = utf8_head(words, 200), word;
    for (unsigned n = 0; n < WORDS_MAX && str_cut(&rest, ' ', &word);) {
        if (!word.n)
            continue;
        call_depends(cx, "Content Translation");
        sql_has_word(cx, q, word);
        n++;
    }
    return true;
}

static bool count_all(struct ctx *cx, struct str words, int64_t *total)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*)");
    return sql_matching(cx, q, words) && db_first_int(cx, q, total);
}

static bool read_page(struct ctx *cx, struct str words, int64_t page, int64_t length, struct catalogue *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    card_columns(q);
    if (!sql_matching(cx, q, words))
        return false;
    sql_add(q, " ORDER BY b.published_on DESC, b.name LIMIT ");
    sql_int(q, length);
    sql_add(q, " OFFSET ");
    sql_int(q, (page - 1) * length);
    struct rows *rows = db_run(cx, q);
    if (!rows)
        return false;
    out->cards = arena_array(cx->arena, (size_t)length, sizeof *out->cards);
    while (out->count < (size_t)length && rows_next(rows))
        card_read(cx, rows, &out->cards[out->count++]);
    rows_close(rows);
    return !failed(cx);
}

static bool translate(struct ctx *cx, struct catalogue *catalogue, struct str language)
{
    struct str *foreign = arena_array(cx->arena, catalogue->count, sizeof *foreign);
    size_t count = 0;
    for (size_t i = 0; i < catalogue->count; i++)
        if (!str_eq_nocase(catalogue->cards[i].language, language))
            foreign[count++] = catalogue->cards[i].name;
    struct translations *texts = translations_of(cx, "LMS Bootcamp", foreign, count, language);
    for (size_t i = 0; texts && i < catalogue->count; i++)
        card_translate(texts, &catalogue->cards[i], language);
    return texts != NULL;
}

bool lms_catalogue(struct ctx *cx, struct str words, int64_t page, int64_t length, struct str language,
                   struct catalogue *out)
{
    *out = (struct catalogue){ 0 };
    length = length < 1 ? 20 : length > PAGE_MAX ? PAGE_MAX : length;
    page = page < 1 ? 1 : page > 1000000 ? 1000000 : page;
    if (!count_all(cx, words, &out->total) || !read_page(cx, words, page, length, out))
        return false;
    return translate(cx, out, language.n ? language : cx->lang);
}
