/* migrate: files of SQL that each run once per site, in order, recorded with their checksum. */
#include <sodium.h>

#include "connection.h"

enum { FILE_MOST = 4 << 20 };

/* ---- one statement after the other
 * -------------------------------------------------------------------------------------- */
/* Past a quoted piece that starts at `i`; a doubled or escaped quote does not end it. */
static size_t skip_quoted(struct str s, size_t i)
{
    char quote = s.p[i++];
    while (i < s.n && s.p[i] != quote)
        i += s.p[i] == '\\' && quote != '`' ? 2 : 1;
    return i < s.n ? i + 1 : s.n;
}

static size_t skip_to(struct str s, size_t i, struct str end)
{
    ptrdiff_t at = str_find(str_from(s, i), end);
    return at < 0 ? s.n : i + (size_t)at + end.n;
}

/* Where the comment that starts at `i` ends; `i` itself when none does. */
static size_t skip_comment(struct str s, size_t i)
{
    struct str rest = str_from(s, i);
    if (str_starts(rest, STR("-- ")) || str_starts(rest, STR("--\n")) || str_starts(rest, STR("#")))
        return skip_to(s, i, STR("\n"));
    if (str_starts(rest, STR("/*")))
        return skip_to(s, i, STR("*/"));
    return i;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == ';';
}

/* White space, comments and empty statements before the next one. */
static struct str skip_blank(struct str s)
{
    size_t i = 0;
    for (size_t next = 0; i < s.n; i = next) {
        next = is_blank(s.p[i]) ? i + 1 : skip_comment(s, i);
        if (next == i)
            break;
    }
    return str_from(s, i);
}

bool sql_next_statement(struct str *file, struct str *statement)
{
    struct str s = skip_blank(*file);
    size_t i = 0;
    while (i < s.n && s.p[i] != ';') {
        size_t after = skip_comment(s, i);
        if (after > i)
            i = after;
        else
            i = strchr("'\"`", s.p[i]) && s.p[i] ? skip_quoted(s, i) : i + 1;
    }
    *statement = str_trim(str_slice(s, 0, i));
    *file = str_from(s, i);
    return statement->n > 0;
}

/* ---- running
 * --------------------------------------------------------------------------------------------------------------- */
static struct str for_database(struct ctx *cx, struct str text)
{
    static const struct str place = { "{{db}}", 6 };
    struct buf out = buf_new(cx->arena, FILE_MOST);
    for (ptrdiff_t at; (at = str_find(text, place)) >= 0; text = str_from(text, (size_t)at + place.n)) {
        buf_add(&out, str_slice(text, 0, (size_t)at));
        buf_printf(&out, "`%s`", cx->tenant->database);
    }
    buf_add(&out, text);
    return out.full ? STR_NONE : buf_str(&out);
}

static struct str checksum(struct ctx *cx, struct str text)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(cx->arena, 2 * sizeof raw + 1);
    crypto_hash_sha256(raw, (const unsigned char *)text.p, text.n);
    for (size_t i = 0; i < sizeof raw; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    return (struct str){ hex, 2 * sizeof raw };
}

static bool define_text(struct ctx *cx, struct str text)
{
    struct sql *q = sql_new(cx);
    sql_add_literal(q, text.p, text.n);
    return db_define(cx, q);
}

static bool make_record(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "CREATE TABLE IF NOT EXISTS ");
    sql_table(q, "preau_migration");
    sql_add(q, " (name varchar(140) NOT NULL PRIMARY KEY, checksum char(64) NOT NULL, ran_at datetime(6) NOT NULL)"
               " ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
    return db_define(cx, q);
}

/* One migration of a site at a time, whichever process runs it. */
static bool take_turn(struct ctx *cx)
{
    int64_t got = 0;
    struct sql *q = sql_new(cx);
    sql_once(q);
    sql_add(q, "SELECT GET_LOCK(");
    sql_text(q, str_printf(cx->arena, "preau_migrate.%s", cx->tenant->database));
    sql_add(q, ", 60)");
    sql_limit(q, 0);
    if (!db_first_int(cx, q, &got))
        return false;
    return got == 1 || throw(cx, &CommandFailed, N_("Another migration of this site is running."));
}

static bool end_turn(struct ctx *cx)
{
    int64_t freed;
    struct sql *q = sql_new(cx);
    sql_once(q);
    sql_add(q, "SELECT RELEASE_LOCK(");
    sql_text(q, str_printf(cx->arena, "preau_migrate.%s", cx->tenant->database));
    sql_add(q, ")");
    return db_first_int(cx, q, &freed);
}

static bool record(struct ctx *cx, const char *name, struct str sum)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_migration");
    sql_add(q, " (name, checksum, ran_at) VALUES (");
    sql_text(q, str_of(name));
    sql_add(q, ", ");
    sql_text(q, sum);
    sql_add(q, ", UTC_TIMESTAMP(6))");
    return db_define(cx, q);
}

/* The checksum it ran with; empty: it has not run. */
static bool recorded(struct ctx *cx, const char *name, struct str *sum)
{
    *sum = STR_NONE;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT checksum FROM ");
    sql_table(q, "preau_migration");
    sql_add(q, " WHERE name = ");
    sql_text(q, str_of(name));
    return db_first_text(cx, q, sum) || !failed(cx);
}

static bool run_file(struct ctx *cx, const struct migration *m, struct str sum)
{
    struct str rest = for_database(cx, m->text), statement;
    if (!rest.n)
        return bug(cx, "%s is empty or too big", m->name);
    while (sql_next_statement(&rest, &statement))
        if (!define_text(cx, statement))
            return false;
    return record(cx, m->name, sum);
}

static bool run_one(struct ctx *cx, const struct migration *m, unsigned *ran)
{
    struct str before, sum = checksum(cx, m->text);
    if (!recorded(cx, m->name, &before))
        return false;
    if (!before.n) {
        (*ran)++;
        return run_file(cx, m, sum);
    }
    if (str_eq(before, sum))
        return true;
    log_say(LOG_WARN, "db.migration_changed", "%s has changed since it ran", m->name);
    note(cx, NULL, N_("%s has changed since it ran on this site; it is not run again."), m->name);
    return true;
}

bool db_migrate(struct ctx *cx, const struct migration *files, size_t count, unsigned *ran)
{
    *ran = 0;
    if (!take_turn(cx))
        return false;
    bool ok = make_record(cx);
    for (size_t i = 0; ok && i < count; i++)
        ok = run_one(cx, &files[i], ran);
    if (ok)
        return end_turn(cx);
    db_return(cx); /* a connection that may have waited for ever is closed: the turn ends with it */
    return false;
}
