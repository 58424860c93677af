/* The words of a dump outside of values and comments: what ties it to its old server is left out, the rest is copied
 * byte by byte, in pieces. */
#include "dump_sift.h"

#include <ctype.h>
#include <fcntl.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 256 << 10, HELD_MOST = 256 };

enum place { CODE, TEXT, NAME, COMMENT, LINE };

/* What is being left out. */
enum leaving { NOTHING, STATEMENT, DEFINER };

struct sift {
    gzFile in;
    int out;
    bool failed;
    unsigned char piece[PIECE];
    int length, at;
    unsigned char written[PIECE];
    size_t pending;

    enum place place;
    unsigned char quote; /* of TEXT */
    char word[HELD_MOST];
    size_t word_length;
    char line[32]; /* how the comment begins */
    size_t line_length;

    enum leaving leaving;
    bool user_follows; /* of a DEFINER: after `=` and `@` */
    bool in_statement, after_create;
    bool has_head, has_end;
};

/* ---- bytes ----------------------------------------------------------------------------------------------------------- */
static int next(struct sift *s)
{
    if (s->at == s->length) {
        s->length = gzread(s->in, s->piece, PIECE);
        s->at = 0;
        if (s->length <= 0)
            return EOF;
    }
    return s->piece[s->at++];
}

/* At most two bytes back: never across a piece that is gone. */
static int peek(struct sift *s)
{
    int c = next(s);
    if (c != EOF)
        s->at--;
    return c;
}

static void flush(struct sift *s)
{
    s->failed = s->failed || !fd_write(s->out, (struct str){ (const char *)s->written, s->pending });
    s->pending = 0;
}

static void put(struct sift *s, int c)
{
    if (s->leaving != NOTHING)
        return;
    if (s->pending == PIECE)
        flush(s);
    s->written[s->pending++] = (unsigned char)c;
}

static void put_text(struct sift *s, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(s, text[i]);
}

/* ---- words ----------------------------------------------------------------------------------------------------------- */
static bool is_word(const struct sift *s, const char *word)
{
    return strlen(word) == s->word_length && !strncasecmp(s->word, word, s->word_length);
}

/* utf8mb4_general_ci, utf8mb4_0900_ai_ci … */
static bool is_collation(const struct sift *s)
{
    struct str word = { s->word, s->word_length };
    return str_starts(word, STR("utf8mb4_")) && str_ends(word, STR("_ci"));
}

static bool begins_version(const struct sift *s)
{
    return isdigit((unsigned char)s->word[0]);
}

/* USE and CREATE DATABASE lead to another database: ours is chosen already. */
static void judge_beginning(struct sift *s)
{
    bool created = s->after_create;
    if (begins_version(s))
        return;
    s->after_create = !s->in_statement && is_word(s, "CREATE");
    bool elsewhere = created ? is_word(s, "DATABASE") || is_word(s, "SCHEMA") : !s->in_statement && is_word(s, "USE");
    if (created && !elsewhere)
        put_text(s, "CREATE ", 7); /* it was held back */
    s->in_statement = true;
    if (elsewhere)
        s->leaving = STATEMENT;
}

/* "SQL SECURITY DEFINER" stays, "DEFINER = `root`@`localhost`" goes. */
static bool is_definer(struct sift *s, int after)
{
    if (!is_word(s, "DEFINER"))
        return false;
    while (isspace(after) && isspace(peek(s)))
        next(s);
    return after == '=' || (isspace(after) && peek(s) == '=');
}

/* `after` is what ended it. */
static void end_word(struct sift *s, int after)
{
    if (!s->word_length)
        return;
    judge_beginning(s);
    if (s->leaving == NOTHING && is_definer(s, after))
        s->leaving = DEFINER, s->user_follows = false;
    if (is_collation(s))
        put_text(s, "utf8mb4_unicode_ci", 18);
    else if (!s->after_create)
        put_text(s, s->word, s->word_length);
    s->word_length = 0;
}

static void add_to_word(struct sift *s, int c)
{
    if (s->word_length == HELD_MOST)
        end_word(s, c);
    s->word[s->word_length++] = (char)c;
}

/* ---- places ---------------------------------------------------------------------------------------------------------- */
static void read_text(struct sift *s, int c)
{
    put(s, c);
    if (c == '\\' && s->place == TEXT) {
        int escaped = next(s);
        if (escaped != EOF)
            put(s, escaped);
    } else if (c == s->quote) {
        s->place = CODE;
    }
}

static void read_line(struct sift *s, int c)
{
    put(s, c);
    if (c != '\n') {
        if (s->line_length < sizeof s->line)
            s->line[s->line_length++] = (char)c;
        return;
    }
    struct str line = str_trim((struct str){ s->line, s->line_length });
    s->has_head |= str_starts(line, STR("MariaDB dump ")) || str_starts(line, STR("MySQL dump "));
    s->has_end |= str_starts(line, STR("Dump completed"));
    s->place = CODE;
}

static void read_comment(struct sift *s, int c)
{
    put(s, c);
    if (c == '*' && peek(s) == '/') {
        put(s, next(s));
        s->place = CODE;
    }
}

/* Past the slash. What stands in a comment for the server is code; "M!999999\-" is the switch of the client. */
static void begin_comment(struct sift *s)
{
    static const char client[] = "999999\\-";
    char begin[16] = "/*";
    size_t n = 2, of_client = 0;
    next(s);
    if (peek(s) == 'M')
        begin[n++] = (char)next(s);
    bool for_server = peek(s) == '!';
    if (for_server)
        begin[n++] = (char)next(s);
    while (for_server && client[of_client] && peek(s) == client[of_client]) {
        begin[n++] = (char)next(s);
        of_client++;
    }
    if (!client[of_client]) {
        for (int c = next(s); c != EOF && (c != '*' || peek(s) != '/'); c = next(s))
            ;
        next(s);
        return;
    }
    put_text(s, begin, n);
    s->place = for_server ? CODE : COMMENT;
}

static bool is_of_word(int c)
{
    return isalnum(c) || c == '_' || c == '$' || c >= 0x80;
}

/* `root`@`localhost`: what follows neither `=` nor `@` is the next word of the statement. */
static void leave_definer(struct sift *s, int c)
{
    bool begins = is_of_word(c) || c == '`' || c == '\'' || c == '"';
    if (c == '=' || c == '@')
        s->user_follows = true;
    else if (begins && s->user_follows)
        s->user_follows = false;
    else if (!isspace(c))
        s->leaving = NOTHING;
}

/* CREATE is held back until it is known what is created. */
static void give_create(struct sift *s)
{
    s->after_create = false;
    put_text(s, "CREATE ", 7);
}

/* Two dashes begin a comment when a space follows. */
static bool ends_dashes(struct sift *s)
{
    put(s, next(s));
    int c = peek(s);
    return c == EOF || isspace(c);
}

static void read_code(struct sift *s, int c)
{
    if (is_of_word(c)) {
        if (s->leaving == DEFINER && !s->word_length)
            leave_definer(s, c);
        add_to_word(s, c);
        return;
    }
    end_word(s, c);
    if (s->leaving == DEFINER)
        leave_definer(s, c);
    if (s->after_create && isspace(c))
        return;
    if (s->after_create)
        give_create(s);
    if (c == '/' && peek(s) == '*') {
        begin_comment(s);
        return;
    }
    put(s, c);
    if (c == '\'' || c == '"' || c == '`') {
        s->place = c == '`' ? NAME : TEXT;
        s->quote = (unsigned char)c;
    } else if (c == '#' || (c == '-' && peek(s) == '-' && ends_dashes(s))) {
        s->place = LINE;
        s->line_length = 0;
    } else if (c == ';') {
        s->leaving = NOTHING;
        s->in_statement = s->after_create = false;
    } else if (!isspace(c) && c != '*' && c != '/') {
        s->in_statement = true;
    }
}

static void read_all(struct sift *s)
{
    static void (*const readers[])(struct sift *, int) = {
        [CODE] = read_code, [TEXT] = read_text, [NAME] = read_text, [COMMENT] = read_comment, [LINE] = read_line,
    };
    for (int c = next(s); c != EOF && !s->failed; c = next(s))
        readers[s->place](s, c);
    if (s->place == LINE)
        read_line(s, '\n');
    if (s->place == CODE)
        end_word(s, EOF);
    flush(s);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------- */
static void close_dump(void *dump)
{
    gzclose((gzFile)dump);
}

/* A dump ends with a line that says so, unless it was written without comments: then with the end of a statement. */
static bool is_whole(const struct sift *s)
{
    int error;
    gzerror(s->in, &error);
    return error == Z_OK && s->place == CODE && !s->in_statement && (s->has_end || !s->has_head);
}

bool dump_sift(struct arena *a, const char *from, int to, struct str *why)
{
    struct sift *s = arena_new_of(a, struct sift);
    s->in = gzopen(from, "rbe");
    s->out = to;
    if (!s->in) {
        *why = str_printf(a, "%s cannot be read", from);
        return false;
    }
    arena_defer(a, close_dump, s->in);
    gzbuffer(s->in, PIECE);
    read_all(s);
    if (s->failed || is_whole(s))
        return true;
    *why = str_printf(a, "%s breaks off: it is damaged, or was not written to its end", from);
    return false;
}
