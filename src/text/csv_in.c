/* CSV in: RFC 4180 and what spreadsheets make of it. BOM or none, CR LF or LF or CR, quotes with line ends in them,
 * separated by comma, semicolon or tab as the first row shows. */
#include "inflow_priv.h"

enum { FIELDS_MOST = 10000 };

struct csv {
    struct window window;
    char separator; /* 0: not known yet */
    uint64_t number;
    struct str *fields;
    size_t room;
};

struct csv *csv_open(struct arena *a, struct inflow in, size_t longest)
{
    struct csv *c = arena_new_of(a, struct csv);
    window_open(&c->window, a, in, longest);
    return c;
}

static char at(const struct csv *c, size_t i)
{
    return c->window.p[c->window.begin + i];
}

static bool separates(const struct csv *c, char byte)
{
    return c->separator ? byte == c->separator : byte == ',' || byte == ';' || byte == '\t';
}

/* ---- where a record ends ----------------------------------------------------------------------------------------------- */
struct extent {
    size_t size, line_end; /* bytes of the record, and of the line end after it */
    bool open;             /* it ends within quotes */
    size_t seen[3];        /* separators outside of quotes: , ; tab */
};

static size_t line_end_at(struct csv *c, size_t i)
{
    if (at(c, i) == '\n')
        return 1;
    bool pair = window_has(&c->window, i + 1) && at(c, i + 1) == '\n';
    return pair ? 2 : 1;
}

static void count_separator(struct extent *e, char byte)
{
    e->seen[byte == ',' ? 0 : byte == ';' ? 1 : 2]++;
}

/* A quote opens at the start of a field only; within a quoted field each one closes or (doubled) opens again. */
static struct extent measure(struct csv *c)
{
    struct extent e = { 0 };
    bool starts = true, quoted = false;
    for (; window_has(&c->window, e.size); e.size++) {
        char byte = at(c, e.size);
        if (byte == '"' && (starts || quoted)) {
            e.open = !e.open;
            quoted = true;
            starts = false;
        } else if (e.open) {
            continue;
        } else if (byte == '\n' || byte == '\r') {
            e.line_end = line_end_at(c, e.size);
            return e;
        } else if (separates(c, byte)) {
            count_separator(&e, byte);
            starts = true;
            quoted = false;
        } else
            starts = false;
    }
    return e;
}

/* ---- its fields ---------------------------------------------------------------------------------------------------------- */
static void add_field(struct csv *c, struct csv_record *r, struct str field)
{
    if (r->count == c->room) {
        size_t room = c->room ? c->room * 2 : 32;
        struct str *grown = arena_array(c->window.arena, room, sizeof *grown);
        if (r->count)
            memcpy(grown, c->fields, r->count * sizeof *grown);
        c->fields = grown;
        c->room = room;
    }
    r->fields = c->fields;
    r->fields[r->count++] = field;
}

/* After the opening quote at p[*i]: the text with its doubled quotes made single, in place. */
static bool take_quoted(char *p, size_t n, size_t *i, struct str *field)
{
    size_t from = ++*i, to = from;
    for (; *i < n; (*i)++) {
        if (p[*i] == '"' && (*i + 1 == n || p[*i + 1] != '"')) {
            (*i)++;
            *field = (struct str){ p + from, to - from };
            return true;
        }
        *i += p[*i] == '"';
        p[to++] = p[*i];
    }
    return false;
}

static const char *split(struct csv *c, struct str record, struct csv_record *r)
{
    char *p = (char *)(uintptr_t)record.p; /* the window is ours */
    for (size_t i = 0;; i++) {
        struct str field = { p + i, 0 };
        if (i < record.n && p[i] == '"') {
            if (!take_quoted(p, record.n, &i, &field))
                return N_("A quote is opened and never closed.");
            if (i < record.n && p[i] != c->separator)
                return N_("Text follows a closing quote.");
        } else {
            while (i < record.n && p[i] != c->separator)
                i++;
            field.n = (size_t)(p + i - field.p);
        }
        if (r->count == FIELDS_MOST)
            return N_("This row has too many fields.");
        add_field(c, r, field);
        if (i >= record.n)
            return NULL;
    }
}

/* ---- records --------------------------------------------------------------------------------------------------------------- */
static const char *skip_mark(struct csv *c)
{
    struct window *w = &c->window;
    if (window_has(w, 2) && !memcmp(w->p + w->begin, "\xef\xbb\xbf", 3))
        window_take(w, 0, 3);
    if (window_has(w, 1) && (!memcmp(w->p + w->begin, "\xff\xfe", 2) || !memcmp(w->p + w->begin, "\xfe\xff", 2)))
        return N_("The file is UTF-16. Save it as CSV in UTF-8.");
    return NULL;
}

static void choose_separator(struct csv *c, const struct extent *e)
{
    size_t best = e->seen[1] > e->seen[0] ? 1 : 0;
    best = e->seen[2] > e->seen[best] ? 2 : best;
    c->separator = ",;\t"[best];
}

/* A first line of a spreadsheet's that names the separator. */
static bool names_separator(struct csv *c, const struct extent *e)
{
    if (e->size != 5 || memcmp(c->window.p + c->window.begin, "sep=", 4) != 0)
        return false;
    c->separator = at(c, 4);
    window_take(&c->window, e->size, e->line_end);
    c->number++;
    return true;
}

enum record csv_next(struct csv *c, struct csv_record *r)
{
    *r = (struct csv_record){ .number = c->number + 1 };
    if (!c->number && (r->why = skip_mark(c)))
        return RECORD_FATAL;
    struct extent e = measure(c);
    if (!c->number && names_separator(c, &e)) {
        r->number++;
        e = measure(c);
    }
    if ((r->why = window_trouble(&c->window)))
        return RECORD_FATAL;
    if (!e.size && !e.line_end)
        return RECORD_NONE;
    if (!c->separator)
        choose_separator(c, &e);
    c->number++;
    struct str record = window_take(&c->window, e.size, e.line_end);
    if (!utf8_valid(record))
        r->why = N_("This row is not valid UTF-8. Save the file as CSV in UTF-8.");
    else
        r->why = split(c, record, r);
    return !r->why ? RECORD_THERE : e.open ? RECORD_FATAL : RECORD_BAD;
}
