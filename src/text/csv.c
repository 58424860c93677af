/* CSV (RFC 4180), kept harmless for spreadsheets. */
#include "text.h"

static bool is_number(struct str s)
{
    struct decimal d;
    return decimal_parse(s, &d);
}

/* After any number of apostrophes: a spreadsheet would run it as a formula. */
static bool is_formula(struct str s)
{
    while (s.n && s.p[0] == '\'')
        s = str_from(s, 1);
    return s.n && str_has(STR("=+-@\t\r"), s.p[0]);
}

struct str csv_unguarded(struct str s)
{
    return s.n && s.p[0] == '\'' && is_formula(s) ? str_from(s, 1) : s;
}

static bool needs_quotes(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (str_has(STR(",;\t\"\r\n"), s.p[i]))
            return true;
    return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

void csv_field(struct buf *b, struct str s, bool first)
{
    bool quotes = needs_quotes(s);
    if (!first)
        buf_char(b, ',');
    if (quotes)
        buf_char(b, '"');
    if (is_formula(s) && !is_number(s))
        buf_char(b, '\'');
    struct str piece;
    for (bool again = false; str_cut(&s, '"', &piece); again = true) {
        if (again)
            buf_lit(b, "\"\"");
        buf_add(b, piece);
    }
    if (quotes)
        buf_char(b, '"');
}
