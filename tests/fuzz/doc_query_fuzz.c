/* A list request of any bytes: it is refused, or its SQL holds nothing but our keywords, descriptor names and one question
 * mark for each bound value. Input: the first byte chooses the caller, the rest is the request as a JSON object. */
#include "doc.h"
#include "doc/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- DocTypes ------------------------------------------------------------------------------------------------------------ */
static bool never(struct ctx *cx, const struct doc *doc)
{
    (void)cx;
    (void)doc;
    return false;
}

static void where_never(struct ctx *cx, struct sql *q, const char *alias)
{
    (void)cx;
    sql_column(q, alias, "idx");
    sql_add(q, " = 1");
}

static const struct condition condition = { "fuzz", never, where_never };
static const struct field rows[] = { { "label", DATA }, { "size", INT } };
DOCTYPE(f_row)
= { .name = "F Row", .module = "Fuzz", .is_child = true, FIELDS(rows) };
static const struct field fields[] = {
    { "title", DATA },  { "other", LINK, .options = "F Course" },
    { "flag", CHECK },  { "price", CURRENCY },
    { "day", DATE },    { "moment", DATETIME },
    { "hour", TIME },   { "body", LONG_TEXT },
    { "answer", DATA }, { "rows", TABLE, .options = "F Row" },
};
DOCTYPE(f_course)
= {
    .name = "F Course",
    .module = "Fuzz",
    FIELDS(fields),
    PERMS({ "Guest", READ }),
    ROWS({ "Guest", ONLY(WHERE("flag", "=", "1"), WHERE("owner", "!=", "$user")) },
         { "Guest", .condition = &condition }),
    FIELD_RULES({ "body", "Guest", &condition }, { "answer", "Instructor" }),
};

/* ---- the oracle ------------------------------------------------------------------------------------------------------------ */
static bool is_among(struct str word, const char *const *words)
{
    for (; *words; words++)
        if (str_is(word, *words))
            return true;
    return false;
}

static bool is_keyword(struct str word)
{
    static const char *const keywords[] = {
        "SELECT", "DISTINCT", "FROM", "LEFT",  "JOIN",     "ON",     "AND",   "OR",    "WHERE", "IS",
        "NOT",    "NULL",     "IN",   "LIKE",  "BETWEEN",  "GROUP",  "BY",    "ORDER", "DESC",  "LIMIT",
        "OFFSET", "CASE",     "WHEN", "THEN",  "END",      "EXISTS", "COUNT", "SUM",   "AVG",   "MIN",
        "MAX",    "DATE",     "YEAR", "MONTH", "DATEDIFF", "LOCATE", "FALSE", "1",     NULL,
    };
    return is_among(word, keywords);
}

static bool is_name(struct str word)
{
    static const char *const names[] = {
        "school",    "tabF Course", "tabF Row",    "t0",         "t1",         "t2",          "t3",
        "up",        "name",        "owner",       "creation",   "modified",   "modified_by", "docstatus",
        "idx",       "parent",      "parentfield", "parenttype", "_user_tags", "_comments",   "_assign",
        "_liked_by", "label",       "size",        NULL,
    };
    for (size_t i = 0; i < countof(fields); i++)
        if (str_is(word, fields[i].name))
            return true;
    return is_among(word, names);
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

static void check_sql(struct str sql, size_t bindings)
{
    size_t marks = 0;
    while (sql.n) {
        size_t n = 1;
        if (*sql.p == '`') {
            while (n < sql.n && sql.p[n] != '`')
                n++;
            if (n == sql.n || !is_name(str_slice(sql, 1, n)))
                abort();
            n++;
        } else if (is_letter(*sql.p)) {
            while (n < sql.n && is_letter(sql.p[n]))
                n++;
            if (!is_keyword(str_slice(sql, 0, n)))
                abort();
        } else if (!memchr(" ?.,()=<>!*", *sql.p, 11))
            abort();
        marks += *sql.p == '?';
        sql = (struct str){ sql.p + n, sql.n - n };
    }
    if (marks != bindings)
        abort();
}

/* ---- one request ------------------------------------------------------------------------------------------------------------- */
static struct str text_of(const json_t *request, const char *key)
{
    return json_get_str(request, key);
}

static void list(struct ctx *cx, const json_t *request)
{
    struct query q = {
        .doctype = str_is(text_of(request, "doctype"), "F Row") ? STR("F Row") : STR("F Course"),
        .fields = json_object_get(request, "fields"),
        .filters = json_object_get(request, "filters"),
        .or_filters = json_object_get(request, "or_filters"),
        .order_by = text_of(request, "order_by"),
        .group_by = text_of(request, "group_by"),
        .parent = text_of(request, "parent"),
        .length = 20,
    };
    const struct plan *p = plan_list(cx, &q);
    const struct sql *sql = p ? plan_sql(cx, p) : NULL;
    if (!sql && (!cx->err.kind || cx->err.kind->status >= 500))
        abort();
    if (sql)
        check_sql(sql_string(sql), sql_bindings(sql));
}

struct input {
    struct ctx *cx;
    struct str text;
};

static void work(void *arg)
{
    const struct input *in = arg;
    json_t *request = json_read(in->cx->arena, in->text, &json_limits_default, NULL);
    if (json_is_object(request))
        list(in->cx, request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct str manager[] = { { "System Manager", 14 }, { "All", 3 }, { "Guest", 5 }, { NULL, 0 } };
    static const struct db_tenant tenant = { .id = 1, .database = "school" };
    struct user user = { .name = STR("ana@x.example"), .roles = manager, .role_count = 3 };
    if (size < 2)
        return 0;
    if (data[0] & 1) {
        user.roles = manager + 2;
        user.role_count = 1;
    }
    struct arena *arena = arena_new(64u << 20);
    struct ctx cx = { .arena = arena, .tenant = &tenant, .user = &user, .now_us = 1764000000000000 };
    if (!arena_guard(arena, work, &(struct input){ &cx, { (const char *)data + 1, size - 1 } }))
        abort();
    arena_free(arena);
    return 0;
}
