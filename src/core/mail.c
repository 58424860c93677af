/* Mails that wait: rows of preau_mail, written with what wants them sent, each with a job of its own (mail_send.c). */
#include "doc.h"
#include "mail_priv.h"
#include "work.h"

enum { TOKEN_BYTES = 16, ADDRESS_MOST = 140 };

/* ---- addresses ------------------------------------------------------------------------------------------------------------ */
static bool is_local_part(struct str s)
{
    if (!s.n || s.n > 64 || s.p[0] == '.' || s.p[s.n - 1] == '.' || str_find(s, STR("..")) >= 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (!letter && !strchr("!#$%&'*+-/=?^_`{|}~.", c))
            return false;
    }
    return true;
}

static bool is_domain(struct str s)
{
    size_t labels = 0;
    struct str label;
    for (; str_cut(&s, '.', &label); labels++) {
        if (!label.n || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++) {
            unsigned char c = (unsigned char)label.p[i];
            if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' && c < 0x80)
                return false;
        }
    }
    return labels >= 2;
}

bool is_mail_address(struct str s)
{
    ptrdiff_t at = str_index(s, '@');
    return at > 0 && utf8_valid(s) && utf8_length(s) <= ADDRESS_MOST && is_local_part(str_slice(s, 0, (size_t)at)) &&
           is_domain(str_from(s, (size_t)at + 1));
}

struct str site_link(struct ctx *cx, struct str path)
{
    struct str base = cx->site->base_url;
    while (str_ends(base, STR("/")))
        base.n--;
    if (!base.n)
        base = str_printf(cx->arena, "http://%.*s", STR_ARG(cx->site->name));
    return str_printf(cx->arena, "%.*s%.*s", STR_ARG(base), STR_ARG(path));
}

struct str mail_host(struct ctx *cx)
{
    struct str url = cx->site->base_url, host;
    ptrdiff_t slashes = str_find(url, STR("://"));
    url = slashes < 0 ? cx->site->name : str_from(url, (size_t)slashes + 3);
    str_cut(&url, '/', &host);
    url = host;
    str_cut(&url, ':', &host);
    return is_domain(host) ? host : cx->site->name;
}

/* ---- putting ----------------------------------------------------------------------------------------------------------------- */
static bool insert(struct ctx *cx, const char *kind, const struct mail_row *m)
{
    struct str values[] = { m->token, m->to, m->language, str_of(kind), m->subject, m->text, m->html };
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_mail");
    sql_add(q, " (`created_us`, `token`, `recipient`, `language`, `kind`, `subject`, `text`, `html`) VALUES (");
    sql_int(q, cx->now_us);
    for (size_t i = 0; i < countof(values); i++) {
        sql_add(q, ", ");
        sql_text(q, values[i]);
    }
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}

/* The sequence finds the job again when it has been given up. */
static bool enqueue(struct ctx *cx, struct str token)
{
    json_t *args = json_object();
    json_object_set_new(args, "mail", json_stringn(token.p, token.n));
    struct job_order order = { .args = args, .key = token, .sequence = token };
    bool done = job_enqueue(cx, "mail.send", &order);
    json_decref(args);
    return done;
}

bool mail_put(struct ctx *cx, const struct mail *m)
{
    struct str before = cx->lang;
    struct mail_row row = { .token = random_hex(cx->arena, TOKEN_BYTES) };
    if (m->language.n)
        call_speak(cx, m->language);
    bool filled = mail_words_fill(cx, m, &row);
    cx->lang = before;
    return filled && insert(cx, m->words->kind, &row) && enqueue(cx, row.token);
}

/* ---- for people -------------------------------------------------------------------------------------------------------------- */
static struct mail_seen seen_of(struct arena *a, struct rows *rows)
{
    struct str text[6];
    for (unsigned i = 0; i < countof(text); i++)
        text[i] = str_copy(a, rows_text(rows, i));
    return (struct mail_seen){ text[0], text[1],           text[2],           text[3],          text[4],
                               text[5], rows_int(rows, 6), rows_int(rows, 7), rows_int(rows, 8) };
}

bool mails_list(struct ctx *cx, size_t most, struct mail_seen **out, size_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `token`, `recipient`, `kind`, `language`, `subject`, `error`, `created_us`, `sent_us`,"
               " `given_up_us` FROM ");
    sql_table(q, "preau_mail");
    sql_add(q, " WHERE `token` IS NOT NULL ORDER BY `id` DESC LIMIT ");
    sql_int(q, (int64_t)most);
    *out = arena_array(cx->arena, most, sizeof **out);
    *count = 0;
    struct rows *rows = db_run(cx, q);
    while (rows && *count < most && rows_next(rows))
        (*out)[(*count)++] = seen_of(cx->arena, rows);
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

bool mail_resend(struct ctx *cx, struct str token)
{
    int64_t sent, revived;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `text` = '' FROM ");
    sql_table(q, "preau_mail");
    sql_add(q, " WHERE `token` = ");
    sql_text(q, token);
    if (!db_first_int(cx, q, &sent))
        return failed(cx) ? false : throw(cx, &DoesNotExistError, "There is no such mail.");
    if (sent)
        return throw(cx, &ValidationError, "This mail was sent, and its text is no longer kept.");
    return jobs_revive_sequence(cx, token, &revived) && (revived || enqueue(cx, token));
}

bool mails_forget(struct ctx *cx, struct str address)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_mail");
    sql_add(q, " WHERE `recipient` = ");
    sql_text(q, address);
    return db_change(cx, q) >= 0;
}

/* ---- what is old goes ---------------------------------------------------------------------------------------------------------- */
static bool drop_rows(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_mail");
    sql_add(q, " WHERE `created_us` < ");
    sql_int(q, cx->now_us - 90LL * 86400 * 1000000);
    sql_limit(q, 60000);
    return db_change(cx, q) >= 0;
}

/* Of mails that nobody sent in a week, the words: their links are over. */
static bool drop_texts(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_mail");
    sql_add(q, " SET `text` = '', `html` = '' WHERE `text` <> '' AND `created_us` < ");
    sql_int(q, cx->now_us - 7LL * 86400 * 1000000);
    sql_limit(q, 60000);
    return db_change(cx, q) >= 0;
}

static bool sweep(struct ctx *cx, struct job_run *run)
{
    (void)run;
    return drop_rows(cx) && drop_texts(cx);
}

JOB(mail_sweep)
= { .name = "mail.forget_old",
    .run = sweep,
    .daily = true,
    .hour = 4,
    .about = "Forgets mails after ninety days, and the text of those never sent after seven." };
