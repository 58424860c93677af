/* Every condition of a rule has two halves: over a document in memory and as SQL. Random documents of a random school are
 * put to both, for each kind of caller; new conditions are found in the declarations by themselves. */
#include "test.h"

#include "school.h"

static uint64_t dice = 2463534242u;
static unsigned pick(unsigned below)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice % below);
}

enum { CAMPS = 6, PEOPLE = 4, PARTNERS = 3 };

static const char *person(unsigned i)
{
    return arena_printf(test_arena, "P%u@judges.example", i);
}

static struct doc *put(struct ctx *cx, const char *doctype, const char *json)
{
    struct doc *doc = doc_new_named(cx, doctype);
    must(cx, doc && doc_merge(cx, doc, json_of(cx, json), false));
    return doc;
}

static void insert(struct ctx *cx, struct doc *doc)
{
    must(cx, doc_insert(cx, doc, SAVE_AS_SYSTEM | SAVE_NO_LINKS));
}

/* ---- a random school ------------------------------------------------------------------------------------------------- */
static void make_camp(struct ctx *cx, unsigned n)
{
    struct buf lessons = buf_new(cx->arena, 1 << 16);
    for (unsigned i = 0; i < 3; i++)
        buf_printf(&lessons,
                   "%s{'title': 'L%u', 'content_type': 'Text', 'content': 'x', 'is_free_preview': %u,"
                   " 'published': %u}",
                   i ? ", " : "", i, pick(2), pick(3) > 0);
    insert(cx, put(cx, "Item", arena_printf(cx->arena, "{'item_code': 'J-ITEM-%u', 'standard_rate': 5}", n)));
    struct doc *camp =
        put(cx, "LMS Bootcamp",
            arena_printf(cx->arena,
                         "{'title': 'Judged %u', 'published': %u, 'courses': [{'title': 'C', 'lessons': [%.*s]}]}", n,
                         pick(2), STR_ARG(buf_str(&lessons))));
    if (pick(4))
        doc_set_text(camp, "item_code", str_printf(cx->arena, "J-ITEM-%u", pick(n + 1)));
    insert(cx, camp);
}

static void make_enrollments(struct ctx *cx, unsigned camp)
{
    static const char *const states[] = { "Active", "Suspended", "Revoked", "Completed" };
    static const char *const ends[] = { "null", "'2020-01-01'", "'2099-12-31'" };
    for (unsigned i = 0; i < PEOPLE; i++)
        if (pick(3))
            insert(cx, put(cx, "Enrollment",
                           arena_printf(cx->arena,
                                        "{'user': '%s', 'bootcamp': 'judged-%u', 'status': '%s', 'expires_on': %s}",
                                        person(i), camp, states[pick(countof(states))], ends[pick(countof(ends))])));
}

static void make_partners(struct ctx *cx)
{
    for (unsigned i = 0; i < PARTNERS; i++)
        insert(cx, put(cx, "Sales Partner",
                       arena_printf(cx->arena, "{'partner_name': 'Partner %u', 'commission_rate': 1, 'user': %s}", i,
                                    i ? arena_printf(cx->arena, "'%s'", person(i)) : "null")));
    for (unsigned i = 0; i < 12; i++) {
        struct doc *row = put(cx, "Sales Commission", "{}");
        struct doc *coupon = put(cx, "Coupon Code", arena_printf(cx->arena, "{'coupon_name': 'Judged %u'}", i));
        struct str partner = str_printf(cx->arena, pick(2) ? "Partner %u" : "PARTNER %u", pick(PARTNERS + 1));
        doc_set_text(row, "sales_partner", partner);
        if (pick(3))
            doc_set_text(coupon, "sales_partner", partner);
        insert(cx, row);
        insert(cx, coupon);
    }
}

static void make_school(struct ctx *cx)
{
    for (unsigned i = 0; i < PEOPLE; i++)
        must(cx, given(cx, "User", arena_printf(cx->arena, "{'email': '%s', 'first_name': 'P'}", person(i))));
    for (unsigned i = 0; i < CAMPS; i++) {
        make_camp(cx, i);
        make_enrollments(cx, i);
    }
    make_partners(cx);
}

/* ---- the two judges ---------------------------------------------------------------------------------------------------- */
static struct str *names_of(struct ctx *cx, const struct doctype *type, size_t *count)
{
    struct str *names = arena_array(cx->arena, 512, sizeof *names);
    struct rows *rows =
        doc_rows(cx, &(struct find){ .doctype = type->name, .fields = "name", .length = 512, .unchecked = true });
    must(cx, rows);
    *count = 0;
    while (rows_next(rows))
        names[(*count)++] = str_copy(cx->arena, rows_text(rows, 0));
    return names;
}

static bool says_server(struct ctx *cx, const struct doctype *type, const struct condition *c, struct str name)
{
    struct sql *q = sql_new(cx);
    int64_t one = 0;
    sql_add(q, "SELECT 1 FROM ");
    sql_doctype(q, type->name);
    sql_add(q, " `t0` WHERE `t0`.`name` = ");
    sql_text(q, name);
    sql_add(q, " AND (");
    c->where(cx, q, "t0");
    sql_add(q, ")");
    bool found = db_first_int(cx, q, &one);
    must(cx, !failed(cx));
    return found;
}

/* How often the condition held. */
static size_t judge(struct ctx *cx, const struct doctype *type, const struct condition *c)
{
    size_t count, held = 0;
    const struct str *names = names_of(cx, type, &count);
    for (size_t i = 0; i < count; i++) {
        cx->memo = NULL;
        struct doc *doc = doc_load(cx, type->name, names[i]);
        must(cx, doc);
        bool memory = c->holds(cx, doc), server = says_server(cx, type, c, names[i]);
        must(cx, !failed(cx));
        if (memory != server)
            fail_msg("%s of %s %.*s for %.*s: memory %d, server %d", c->name, type->name, STR_ARG(names[i]),
                     STR_ARG(cx->user->name), memory, server);
        held += memory;
    }
    return held;
}

static void judge_for_all(struct ctx *cx, const struct doctype *type, const struct condition *c)
{
    size_t held = 0;
    for (unsigned i = 0; i < PEOPLE; i++) {
        AS(cx, person(i), "Student", "Influencer");
        held += judge(cx, type, c);
    }
    AS(cx, "Guest");
    held += judge(cx, type, c);
    if (!held)
        fail_msg("%s of %s never held: the school is not random enough", c->name, type->name);
}

TEST(judges, of_every_condition_of_the_school_agree)
{
    struct ctx cx;
    const struct doctype **types;
    size_t judged = 0;
    school_open(&cx);
    make_school(&cx);
    size_t count = doc_types(cx.arena, cx.site, &types);
    for (size_t t = 0; t < count; t++) {
        for (const struct row_rule *r = types[t]->rows; r && r->role; r++)
            if (r->condition && ++judged)
                judge_for_all(&cx, types[t], r->condition);
        for (const struct field_rule *r = types[t]->field_rules; r && r->fields; r++)
            if (r->condition && ++judged)
                judge_for_all(&cx, types[t], r->condition);
    }
    assert_true(judged >= 8);
    school_close(&cx);
}

/* The whole gate: what a list shows can be read, and nothing else, whoever asks. */
static void lists_what_can_be_read(struct ctx *cx, const char *doctype)
{
    const struct doctype *type = doc_type(cx, str_of(doctype));
    size_t count;
    const struct str *names = names_of(cx, type, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t listed = 0;
        cx->memo = NULL;
        struct query q = { .doctype = str_of(doctype),
                           .filters = json_pack("{s: s%}", "name", names[i].p, names[i].n) };
        bool may_list = perm_allows(cx, type, NULL, READ);
        must(cx, !may_list || list_count(cx, &q, &listed));
        json_decref((json_t *)(uintptr_t)q.filters);
        bool read = perm_allows(cx, type, doc_load(cx, doctype, names[i]), READ);
        if (read != (listed == 1))
            fail_msg("%s %.*s for %.*s: read %d, listed %d", doctype, STR_ARG(names[i]), STR_ARG(cx->user->name), read,
                     (int)listed);
    }
}

TEST(judges, of_rows_agree_for_every_role)
{
    static const char *const roles[] = { "Student", "Influencer", "Instructor", "System Manager" };
    static const char *const doctypes[] = { "LMS Bootcamp", "LMS Course",    "LMS Lesson",       "Enrollment", "Item",
                                            "Coupon Code",  "Sales Partner", "Sales Commission", "User" };
    struct ctx cx;
    school_open(&cx);
    make_school(&cx);
    for (size_t d = 0; d < countof(doctypes); d++) {
        for (size_t r = 0; r < countof(roles); r++) {
            AS(&cx, person((unsigned)r), roles[r]);
            lists_what_can_be_read(&cx, doctypes[d]);
        }
        AS(&cx, "Guest");
        lists_what_can_be_read(&cx, doctypes[d]);
    }
    school_close(&cx);
}
