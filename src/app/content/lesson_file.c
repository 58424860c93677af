/* A lesson's file: reading its header, and changing one value of it without touching another byte. */
#include "lesson_file.h"

struct problems problems_new(struct arena *a)
{
    return (struct problems){ .arena = a };
}

void problem_add(struct problems *list, struct str path, int line, const char *format, ...)
{
    struct problem *p = arena_new_of(list->arena, struct problem);
    va_list args;
    va_start(args, format);
    p->reason = str_of(arena_vprintf(list->arena, format, args));
    va_end(args);
    p->path = path;
    p->line = line;
    if (!list->first)
        list->first = p;
    else
        *list->last = p;
    list->last = &p->next;
    list->count++;
}

static const struct str RULE = { "---", 3 };

/* One line without its end; *rest moves past it. `length` counts the end too. */
static bool take_line(struct str *rest, struct str *line, size_t *length)
{
    size_t before = rest->n;
    bool last = str_index(*rest, '\n') < 0;
    if (!rest->n || !str_cut(rest, '\n', line))
        return false;
    *length = last ? before : line->n + 1;
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

/* "key: value" → its two parts. */
static bool split_line(struct str line, struct str *key, struct str *value)
{
    ptrdiff_t colon = str_index(line, ':');
    if (colon <= 0)
        return false;
    *key = str_trim(str_slice(line, 0, (size_t)colon));
    *value = str_trim(str_from(line, (size_t)colon + 1));
    return key->n > 0;
}

static void take_value(struct arena *a, struct lesson_file *f, struct str line, int number, struct problems *problems)
{
    struct str key, text, why;
    if (!split_line(line, &key, &text)) {
        problem_add(problems, f->path, number, "a header line must read \"key: value\", with the value in JSON");
        return;
    }
    json_t *value = json_read(a, text, &json_limits_default, &why);
    if (!value)
        problem_add(problems, f->path, number, "the value of %.*s is not JSON: %.*s", STR_ARG(key), STR_ARG(why));
    else if (json_object_get(f->values, str_c(a, key)))
        problem_add(problems, f->path, number, "%.*s stands in the header twice", STR_ARG(key));
    else
        json_object_set(f->values, str_c(a, key), value);
}

static void forget_values(void *values)
{
    json_decref(values);
}

size_t text_mark(struct str bytes)
{
    return str_starts(bytes, STR("\xEF\xBB\xBF")) ? 3 : 0;
}

/* The header's lines up to the closing rule; `used` counts all bytes of the head, the empty line after it included. */
static bool read_head(struct arena *a, struct str bytes, struct lesson_file *f, size_t *used, struct problems *problems)
{
    size_t mark = text_mark(bytes), length;
    struct str rest = str_from(bytes, mark), line;
    int number = 1;
    if (!take_line(&rest, &line, &length) || !str_eq(line, RULE)) {
        problem_add(problems, f->path, 1, "a lesson begins with a line \"---\"");
        return false;
    }
    *used = mark + length;
    while (take_line(&rest, &line, &length)) {
        *used += length;
        number++;
        if (str_eq(line, RULE))
            return true;
        take_value(a, f, line, number, problems);
    }
    problem_add(problems, f->path, number, "the header is not closed by a line \"---\"");
    return false;
}

bool lesson_file_read(struct arena *a, struct str path, struct str bytes, struct lesson_file *f,
                      struct problems *problems)
{
    size_t before = problems->count, used = 0, length;
    *f = (struct lesson_file){ .path = path, .values = json_object() };
    arena_defer(a, forget_values, f->values);
    if (!utf8_valid(bytes)) {
        problem_add(problems, path, 0, "the file is not valid UTF-8, or holds a NUL byte");
        return false;
    }
    if (!read_head(a, bytes, f, &used, problems))
        return false;
    struct str rest = str_from(bytes, used), line;
    if (take_line(&rest, &line, &length) && line.n == 0)
        used += length;
    f->head = str_slice(bytes, 0, used);
    f->body = str_from(bytes, used);
    return problems->count == before;
}

/* Where the line of a key stands in the head: [start, end) without its line end. */
struct place {
    size_t start, end;
    int line;
    bool found;
    size_t closing; /* start of the closing rule */
};

static struct place find_key(struct str head, const char *key)
{
    struct place place = { 0 };
    struct str rest = head, line, name, value;
    size_t at = 0, length;
    for (int number = 1; take_line(&rest, &line, &length); number++, at += length) {
        if (number > 1 && str_eq(line, RULE)) {
            place.closing = at;
            break;
        }
        if (!place.found && number > 1 && split_line(line, &name, &value) && str_is(name, key)) {
            place.start = at;
            place.end = at + line.n;
            place.line = number;
            place.found = true;
        }
    }
    return place;
}

int lesson_file_line(const struct lesson_file *f, const char *key)
{
    return find_key(f->head, key).line;
}

struct str lesson_head_with(struct arena *a, struct str head, const char *key, struct str json)
{
    struct place place = find_key(head, key);
    struct buf out = buf_new(a, head.n + json.n + 256);
    size_t start = place.found ? place.start : place.closing, end = place.found ? place.end : place.closing;
    buf_add(&out, str_slice(head, 0, start));
    buf_printf(&out, "%s: %.*s", key, STR_ARG(json));
    if (!place.found)
        buf_char(&out, '\n');
    buf_add(&out, str_from(head, end));
    return buf_str(&out);
}
