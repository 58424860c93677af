/* Two judges, one answer: what a term says of a document in memory and what the server says of its row. */
#include "column.h"
#include "database.h"
#include "perm_priv.h"
#include "query.h"
#include "school.h"

static uint64_t dice = 88172645463325252u;
static unsigned pick(unsigned below)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice % below);
}

static const char *const texts[] = { "",   "a",  "A", "\303\251l\303\250ve", "Eleve", "b  ",
                                     "zz", "10", "9", "ana@x.example" };
static const char *const numbers[] = { "0", "1", "-1", "2.5", "10", "9", "1,000", "junk", "" };
static const char *const dates[] = { "2026-03-01", "2026-3-1", "0001-01-01", "2026-12-31 23:59:59", "" };
static const char *const times[] = { "09:05", "00:00:00", "23:59:59.5", "" };
static const char *const moments[] = { "2026-03-01 09:05:07.12", "2026-03-01", "2026-03-01T09:05:07", "" };

static struct str sample(const struct field *f)
{
    if (field_is_number(f))
        return str_of(numbers[pick(countof(numbers))]);
    if (f->type == DATE)
        return str_of(dates[pick(countof(dates))]);
    if (f->type == TIME)
        return str_of(times[pick(countof(times))]);
    if (f->type == DATETIME)
        return str_of(moments[pick(countof(moments))]);
    return str_of(texts[pick(countof(texts))]);
}

/* A value that the column could hold, by the coercion of filters; NULL now and then. */
static struct value stored(struct ctx *cx, const struct field *f)
{
    struct term t;
    if (pick(4) == 0 && !field_is_number(f))
        return (struct value){ .kind = VALUE_NULL };
    assert_true(term_make(cx, f, STR("="), operand_of_text(cx->arena, sample(f)), &t));
    if ((f->type == INT || f->type == CHECK) && t.values[0].kind == VALUE_DECIMAL)
        return (struct value){ .kind = VALUE_INT, .number = decimal_truncate(t.values[0].decimal) };
    return t.values[0];
}

static void bind(struct sql *q, struct value v)
{
    if (v.kind == VALUE_NULL)
        sql_null(q);
    else if (v.kind == VALUE_INT)
        sql_int(q, v.number);
    else if (v.kind == VALUE_DECIMAL)
        sql_decimal(q, v.decimal);
    else
        sql_text(q, v.text);
}

/* SELECT <term> of a row that exists only in the statement: no table to fill. */
static bool says_server(struct ctx *cx, const struct term *t, struct value v)
{
    struct sql *q = sql_new(cx);
    int64_t answer = -1;
    sql_add(q, "SELECT IFNULL(");
    term_sql(t, q, "t0");
    sql_add(q, ", 0) FROM ");
    sql_table(q, "values");
    sql_add(q, " t0");
    struct sql *change = sql_new(cx);
    sql_add(change, "UPDATE ");
    sql_table(change, "values");
    sql_add(change, " SET ");
    sql_name(change, t->field->name);
    sql_add(change, " = ");
    bind(change, v);
    bool done = db_change(cx, change) >= 0 && db_first_int(cx, q, &answer);
    if (!done)
        print_error("%.*s: %.*s\n", STR_ARG(sql_string(q)), STR_ARG(cx->err.message));
    assert_true(done);
    return answer == 1;
}

static void make_table(struct ctx *cx)
{
    struct sql *q = sql_new(cx), *row = sql_new(cx);
    sql_add(q, "CREATE OR REPLACE TABLE ");
    sql_table(q, "values");
    sql_add(q, " (title varchar(140), content longtext, seconds int, is_free_preview int, weight decimal(21,9), "
               "starts date, seen datetime(6), at time(6), name varchar(140), modified datetime(6)) CHARACTER SET "
               "utf8mb4 COLLATE utf8mb4_unicode_ci");
    sql_add(row, "INSERT INTO ");
    sql_table(row, "values");
    sql_add(row, " (title) VALUES ('')");
    assert_true(db_define(cx, q));
    assert_true(db_change(cx, row) == 1);
}

TEST(judges, agree_on_every_operator_and_type)
{
    static const char *const fields[] = { "title", "content", "seconds", "is_free_preview", "weight", "starts",
                                          "seen",  "at",      "name",    "modified" };
    static const char *const ops[] = { "=", "!=", ">", ">=", "<", "<=", "in", "not in", "is", "between" };
    struct ctx cx = MANAGER;
    cx.may_write = true;
    assert_true(database_ready(&cx));
    make_table(&cx);
    for (int i = 0; i < 3000; i++) {
        const struct field *f = column_find(doc_type(&cx, STR("T Lesson")), str_of(fields[pick(countof(fields))]));
        const char *op = ops[pick(countof(ops))];
        bool between = strcmp(op, "between") == 0;
        struct operand o = { .items = arena_array(cx.arena, 3, sizeof *o.items), .count = between ? 2 : pick(3) + 1 };
        o.is_list = strstr(op, "in") || between;
        for (size_t k = 0; k < 3; k++)
            o.items[k] = strcmp(op, "is") == 0 ? str_of(pick(2) ? "set" : "not set") : sample(f);
        struct term t;
        struct value v = stored(&cx, f);
        assert_true(term_make(&cx, f, str_of(op), o, &t));
        bool memory = term_holds(cx.arena, &t, v), server = says_server(&cx, &t, v);
        struct str shown = v.kind == VALUE_TEXT ? v.text : STR("(null or number)");
        if (memory != server)
            print_error("%s %s %.*s (%zu): memory %d, server %d; stored \"%.*s\"\n", f->name, op, STR_ARG(o.items[0]),
                        o.count, memory, server, STR_ARG(shown));
        assert_int_equal(memory, server);
    }
    db_rollback(&cx);
    db_return(&cx);
}
