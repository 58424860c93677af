/* multipart/form-data: our own parser, because bodies are bytes of strangers (guides/security.md sections 1 and 9).
 *
 * It takes what browsers and curl send and refuses the rest: CR LF line ends, one Content-Disposition with a name in each
 * part, an end delimiter. Values are slices of the body; nothing is decoded but quoted pairs in names. */
#include "http.h"

enum {
    PARTS_MOST = 20,
    NAME_MOST = 255,
    BOUNDARY_MOST = 70,
    PART_HEADERS_MOST = 8,
    LINE_MOST = 2048,
    WINDOW = 4 << 20
};

static const struct str LINE_END = { "\r\n", 2 };

/* ---- parameters: `form-data; name="a"; filename="b"` ---------------------------------------------------------------- */
static bool is_token_char(char c)
{
    return c > 0x20 && c < 0x7f && !strchr("()<>@,;:\\\"/[]?=", c);
}

static struct str take_token(struct str *rest)
{
    size_t n = 0;
    while (n < rest->n && is_token_char(rest->p[n]))
        n++;
    struct str token = str_slice(*rest, 0, n);
    *rest = str_from(*rest, n);
    return token;
}

static bool take_char(struct str *rest, char c)
{
    if (!rest->n || rest->p[0] != c)
        return false;
    *rest = str_from(*rest, 1);
    return true;
}

/* After the opening quote. Only \" and \\ are escapes: a backslash in a path of Windows stands for itself. */
static bool take_quoted(struct arena *a, struct str *rest, struct str *out)
{
    char *text = arena_alloc(a, rest->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < rest->n; i++) {
        char c = rest->p[i];
        if (c == '"') {
            *rest = str_from(*rest, i + 1);
            *out = (struct str){ text, n };
            return true;
        }
        if (c == '\\' && i + 1 < rest->n && (rest->p[i + 1] == '"' || rest->p[i + 1] == '\\'))
            c = rest->p[++i];
        text[n++] = c;
    }
    return false;
}

/* Takes `; key=value` off the front. 1: taken, 0: nothing is left, -1: malformed. */
static int take_parameter(struct arena *a, struct str *rest, struct str *key, struct str *value)
{
    *rest = str_trim(*rest);
    if (!rest->n)
        return 0;
    if (!take_char(rest, ';'))
        return -1;
    *rest = str_trim(*rest);
    if (!rest->n)
        return 0; /* a semicolon at the end */
    *key = take_token(rest);
    if (!key->n || !take_char(rest, '='))
        return -1;
    if (take_char(rest, '"'))
        return take_quoted(a, rest, value) ? 1 : -1;
    *value = take_token(rest);
    return value->n ? 1 : -1;
}

static bool is_boundary(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c > 0x7e)
            return false;
    }
    return s.n && s.n <= BOUNDARY_MOST && s.p[s.n - 1] != ' ';
}

static bool find_boundary(struct arena *a, struct str content_type, struct str *boundary)
{
    struct str rest = content_type, key, value;
    size_t type_end = 0;
    while (type_end < rest.n && rest.p[type_end] != ';')
        type_end++;
    if (!str_eq_nocase(str_trim(str_slice(rest, 0, type_end)), STR("multipart/form-data")))
        return false;
    rest = str_from(rest, type_end);
    bool found = false;
    int taken;
    while ((taken = take_parameter(a, &rest, &key, &value)) > 0) {
        if (!str_eq_nocase(key, STR("boundary")))
            continue;
        if (found)
            return false;
        found = true;
        *boundary = value;
    }
    return taken == 0 && found && is_boundary(*boundary);
}

/* ---- the headers of a part ------------------------------------------------------------------------------------------ */
static bool read_disposition(struct arena *a, struct str value, struct http_part *part)
{
    struct str rest = value, key, text;
    if (part->name.p || !str_eq_nocase(take_token(&rest), STR("form-data")))
        return false;
    int taken;
    while ((taken = take_parameter(a, &rest, &key, &text)) > 0) {
        bool is_name = str_eq_nocase(key, STR("name")), is_filename = str_eq_nocase(key, STR("filename"));
        if ((is_name && part->name.p) || (is_filename && part->is_file))
            return false;
        if (is_name)
            part->name = text;
        if (is_filename) {
            part->filename = text;
            part->is_file = true;
        }
    }
    return taken == 0 && part->name.p && part->name.n <= NAME_MOST && part->filename.n <= NAME_MOST &&
           !has_control(part->name) && !has_control(part->filename);
}

static bool read_part_header(struct arena *a, struct str line, struct http_part *part)
{
    ptrdiff_t colon = str_index(line, ':');
    if (colon <= 0 || line.n > LINE_MOST || line.p[0] == ' ' || line.p[0] == '\t')
        return false;
    struct str name = str_slice(line, 0, (size_t)colon), value = str_trim(str_from(line, (size_t)colon + 1));
    if (str_eq_nocase(name, STR("Content-Disposition")))
        return read_disposition(a, value, part);
    if (str_eq_nocase(name, STR("Content-Type")))
        part->content_type = value;
    return !has_control(value);
}

static bool take_line(struct str *rest, struct str *line)
{
    ptrdiff_t end = str_find(*rest, LINE_END);
    if (end < 0)
        return false;
    *line = str_slice(*rest, 0, (size_t)end);
    *rest = str_from(*rest, (size_t)end + LINE_END.n);
    return true;
}

static bool read_part_headers(struct arena *a, struct str *rest, struct http_part *part)
{
    struct str line;
    for (int i = 0; i <= PART_HEADERS_MOST && take_line(rest, &line); i++) {
        if (!line.n)
            return part->name.p != NULL;
        if (!read_part_header(a, line, part))
            return false;
    }
    return false;
}

/* ---- parts ------------------------------------------------------------------------------------------------------------ */
/* What follows a delimiter: a line end (another part: 1), "--" (the end: 0), else -1. */
static int after_delimiter(struct str *rest)
{
    if (str_starts(*rest, STR("--")))
        return 0;
    while (take_char(rest, ' ') || take_char(rest, '\t'))
        ;
    if (!str_starts(*rest, LINE_END))
        return -1;
    *rest = str_from(*rest, LINE_END.n);
    return 1;
}

/* The value runs to the next CR LF and delimiter. */
static ptrdiff_t find_delimiter(const struct exchange *x, struct str rest, struct str delimiter)
{
    for (size_t at = 0; at < rest.n; at += WINDOW) {
        struct str window = str_slice(rest, at, at + WINDOW + delimiter.n - 1);
        ptrdiff_t found = str_find(window, delimiter);
        if (found >= 0)
            return (ptrdiff_t)at + found;
        http_passed(x, window);
    }
    return -1;
}

static bool take_value(const struct exchange *x, struct str *rest, struct str delimiter, struct str *value)
{
    ptrdiff_t at = find_delimiter(x, *rest, delimiter);
    if (at < 0)
        return false;
    *value = str_slice(*rest, 0, (size_t)at);
    *rest = str_from(*rest, (size_t)at + delimiter.n);
    return true;
}

int http_multipart(struct arena *a, const struct exchange *x, struct str content_type, struct str body,
                   struct http_part **out)
{
    struct str boundary = STR_NONE;
    if (!find_boundary(a, content_type, &boundary))
        return -1;
    struct str delimiter = str_printf(a, "\r\n--%.*s", STR_ARG(boundary)), rest = body;
    struct http_part *parts = arena_array(a, PARTS_MOST, sizeof *parts);
    *out = parts;
    if (str_starts(rest, LINE_END))
        rest = str_from(rest, LINE_END.n);
    if (!str_starts(rest, str_from(delimiter, LINE_END.n)))
        return -1;
    rest = str_from(rest, delimiter.n - LINE_END.n);
    int count = 0, more;
    while ((more = after_delimiter(&rest)) > 0) {
        if (count == PARTS_MOST || !read_part_headers(a, &rest, &parts[count]) ||
            !take_value(x, &rest, delimiter, &parts[count].value))
            return -1;
        count++;
    }
    return more < 0 ? -1 : count;
}
