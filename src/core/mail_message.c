/* A mail as RFC 5322 wants it: headers that hold any text, a body as text and as HTML. */
#include "mail_priv.h"

enum { WORD_MOST = 39, LINE_MOST = 76, MESSAGE_MOST = 1 << 20 };

/* ---- headers ------------------------------------------------------------------------------------------------------------ */
static bool is_simple(struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c < ' ' || c > '~' || (c == '=' && i + 1 < value.n && value.p[i + 1] == '?'))
            return false;
    }
    return value.n <= LINE_MOST - 16;
}

/* Whole characters, at most WORD_MOST bytes: base64 of them fits a word of 75. Better up to a space: some readers show one
 * between two encoded words. */
static struct str word_of(struct str rest)
{
    if (rest.n <= WORD_MOST)
        return rest;
    size_t n = WORD_MOST;
    for (size_t space = n; space > n / 2; space--)
        if (rest.p[space - 1] == ' ')
            return str_slice(rest, 0, space);
    while (n < rest.n && n > 1 && ((unsigned char)rest.p[n] & 0xc0) == 0x80)
        n--;
    return str_slice(rest, 0, n);
}

/* Control characters become spaces before anything is encoded: a reader that decodes sees none either. */
static struct str one_line(struct arena *a, struct str value)
{
    char *copy = arena_alloc(a, value.n + 1);
    for (size_t i = 0; i < value.n; i++)
        copy[i] = (unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f ? ' ' : value.p[i];
    return (struct str){ copy, value.n };
}

static void put_words(struct buf *out, struct str value)
{
    bool first = true;
    while (value.n) {
        struct str word = word_of(value);
        buf_printf(out, "%s=?utf-8?B?%.*s?=", first ? "" : "\r\n ", STR_ARG(base64_encode(out->arena, word)));
        value = str_from(value, word.n);
        first = false;
    }
}

void mail_header(struct buf *out, const char *name, struct str value)
{
    struct str line = one_line(out->arena, value);
    buf_printf(out, "%s: ", name);
    if (is_simple(line))
        buf_add(out, line);
    else
        put_words(out, line);
    buf_lit(out, "\r\n");
}

/* A name is a phrase: letters, digits and spaces stand as they are. */
static bool is_phrase(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != ' ')
            return false;
    }
    return name.n > 0 && name.n < 30;
}

static void put_sender(struct buf *out, struct str name, struct str address)
{
    struct str line = one_line(out->arena, str_trim(name));
    bool plain = is_phrase(line);
    buf_lit(out, "From: ");
    if (plain)
        buf_add(out, line);
    else
        put_words(out, line);
    buf_printf(out, "%s<%.*s>\r\n", plain ? " " : line.n ? "\r\n " : "", STR_ARG(one_line(out->arena, address)));
}

/* "Tue, 24 Nov 2026 02:47:28 +0000" */
static struct str mail_date(struct arena *a, int64_t us)
{
    struct str http = clock_http_date(a, us);
    return str_printf(a, "%.*s+0000", (int)(http.n - strlen("GMT")), http.p);
}

/* ---- bodies ---------------------------------------------------------------------------------------------------------------- */
static bool is_seven_bit(struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        for (size_t i = 0; i < line.n; i++)
            if ((unsigned char)line.p[i] >= 0x80 || line.p[i] == '\r' || !line.p[i])
                return false;
        if (line.n > 900)
            return false;
    }
    return true;
}

static void put_lines(struct buf *out, struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        buf_add(out, line);
        buf_lit(out, "\r\n");
    }
}

/* One line as quoted-printable, broken softly. */
static void put_quoted(struct buf *out, struct str line)
{
    size_t column = 0;
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];
        bool last = i + 1 == line.n, space = c == ' ' || c == '\t';
        bool plain = (c > ' ' && c <= '~' && c != '=') || (space && !last);
        size_t width = plain ? 1 : 3;
        if (column + width > LINE_MOST - 1) {
            buf_lit(out, "=\r\n");
            column = 0;
        }
        if (plain)
            buf_char(out, (char)c);
        else
            buf_printf(out, "=%02X", (unsigned)c);
        column += width;
    }
    buf_lit(out, "\r\n");
}

static void put_part(struct buf *out, struct str boundary, const char *type, struct str text)
{
    bool plain = is_seven_bit(text);
    struct str line;
    buf_printf(out, "--%.*s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
               STR_ARG(boundary), type, plain ? "7bit" : "quoted-printable");
    if (plain)
        put_lines(out, text);
    while (!plain && str_cut(&text, '\n', &line))
        put_quoted(out, line);
}

struct str mail_message(struct arena *a, const struct mail_row *m, struct str from, struct str name, struct str host)
{
    struct buf out = buf_new(a, MESSAGE_MOST);
    struct str boundary = str_printf(a, "=_%.*s", STR_ARG(m->token)); /* "=_" is in no quoted-printable text */
    buf_printf(&out, "Date: %.*s\r\n", STR_ARG(mail_date(a, m->created_us)));
    put_sender(&out, name, from);
    buf_printf(&out, "To: %.*s\r\n", STR_ARG(one_line(a, m->to))); /* is_mail_address: nothing to quote */
    mail_header(&out, "Subject", m->subject);
    buf_printf(&out, "Message-ID: <%.*s@%.*s>\r\n", STR_ARG(m->token), STR_ARG(host));
    buf_printf(&out, "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Language: %.*s\r\n",
               STR_ARG(one_line(a, m->language)));
    buf_printf(&out, "Content-Type: multipart/alternative;\r\n boundary=\"%.*s\"\r\n\r\n", STR_ARG(boundary));
    put_part(&out, boundary, "plain", m->text);
    put_part(&out, boundary, "html", m->html);
    buf_printf(&out, "--%.*s--\r\n", STR_ARG(boundary));
    return buf_str(&out);
}
