/* What is asked for, in the words of MATCH … IN BOOLEAN MODE. Only words of the index get in: no sign of a reader's is an
 * operator. */
#include "search_priv.h"

enum { WORDS_MAX = 8 };

/* A word, and whatever begins with it. Of one letter it may be missing: "l'eau". */
static void add_word(struct buf *out, struct str word, const char *need)
{
    bool letter = word.n == 1;
    if (out->n)
        buf_char(out, ' ');
    if (letter) {
        search_word(out, word);
        return;
    }
    buf_add(out, str_of(need));
    search_word(out, word);
    buf_char(out, '*');
}

/* "Words in a row", as they stand. */
static void add_phrase(struct buf *out, const struct keywords *words, const char *need)
{
    if (out->n)
        buf_char(out, ' ');
    buf_add(out, str_of(need));
    buf_char(out, '"');
    for (size_t i = 0; i < words->count; i++) {
        if (i)
            buf_char(out, ' ');
        search_word(out, words->at[i].word);
    }
    buf_char(out, '"');
}

static void add_part(struct question *q, struct buf *all, struct buf *any, const struct keywords *part, bool quoted)
{
    size_t room = WORDS_MAX - q->terms.count;
    struct keywords words = { part->at, part->count < room ? part->count : room };
    if (quoted && words.count > 1) {
        add_phrase(all, &words, "+");
        add_phrase(any, &words, "");
    }
    for (size_t i = 0; i < words.count; i++) {
        q->terms.at[q->terms.count++] = words.at[i];
        if (quoted && words.count > 1)
            continue;
        add_word(all, words.at[i].word, "+");
        add_word(any, words.at[i].word, "");
    }
}

struct question question_of(struct arena *a, struct str text)
{
    struct question q = { .terms.at = arena_array(a, WORDS_MAX, sizeof(struct keyword)) };
    struct buf all = buf_new(a, 4096), any = buf_new(a, 4096);
    struct str part;
    for (bool quoted = false; str_cut(&text, '"', &part); quoted = !quoted) {
        struct keywords words = keywords_of(a, part, WORDS_MAX);
        add_part(&q, &all, &any, &words, quoted && text.p);
    }
    q.all = buf_str(&all);
    q.any = q.terms.count > 1 ? buf_str(&any) : STR_NONE;
    return q;
}
