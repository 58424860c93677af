/* User Permissions, owners and shares have two judges: memory, over a document, and the server, over its row. Random users
 * ask for random documents; whatever a list shows can be opened, and nothing else. */
#include "document_types.h"
#include "perm_priv.h"

/* ---- DocTypes with links at every level ------------------------------------------------------------------------------ */
static const struct field place_fields[] = { { "title", DATA }, { "lft", INT }, { "rgt", INT } };
DOCTYPE(l_place)
= { .name = "L Place", .module = "Test", .autoname = "field:title", FIELDS(place_fields), PERMS({ "Reader", READ }) };

static const struct field leaf_fields[] = { { "place", LINK, .options = "L Place" } };
DOCTYPE(l_leaf)
= { .name = "L Leaf", .module = "Test", .is_child = true, FIELDS(leaf_fields) };

static const struct field row_fields[] = {
    { "place", LINK, .options = "L Place" },
    { "elsewhere", LINK, .options = "L Place", .ignore_user_permissions = true },
    { "leaves", TABLE, .options = "L Leaf" },
};
DOCTYPE(l_row)
= { .name = "L Row", .module = "Test", .is_child = true, FIELDS(row_fields) };

static const struct field thing_fields[] = {
    { "place", LINK, .options = "L Place" },
    { "other", LINK, .options = "L Place" },
    { "free", LINK, .options = "L Place", .ignore_user_permissions = true },
    { "rows", TABLE, .options = "L Row" },
    { "more", TABLE, .options = "L Row" },
};
DOCTYPE(l_thing)
= { .name = "L Thing",
    .module = "Test",
    .autoname = "L-.####",
    FIELDS(thing_fields),
    PERMS({ "Reader", READ | WRITE | CREATE }, { "Author", READ | WRITE, .if_owner = true }) };

/* As the engine asks it; the room above declares the real one. */
static const struct field share_fields[] = {
    { "user", DATA },   { "share_doctype", DATA }, { "share_name", DATA }, { "read", CHECK },
    { "write", CHECK }, { "share", CHECK },        { "submit", CHECK },    { "everyone", CHECK },
};
DOCTYPE(l_share)
= { .name = "DocShare", .module = "Test", FIELDS(share_fields) };

/* ---- chance ---------------------------------------------------------------------------------------------------------------- */
static uint64_t dice = 1181783497276652981u;
static unsigned pick(unsigned below)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice % below);
}

/* World { Europe { Nord, \303\211t\303\251 }, Asia } */
static const struct {
    const char *name;
    int left, right;
} places[] = {
    { "World", 1, 10 }, { "Europe", 2, 7 }, { "Nord", 3, 4 }, { "\303\211t\303\251", 5, 6 }, { "Asia", 8, 9 }
};
static const char *const people[] = { "ana@x.example", "bob@x.example", "Eve@x.example" };

static const char *place_json(void)
{
    unsigned i = pick(countof(places) + 3);
    return i < countof(places) ? arena_printf(test_arena, "\"%s\"", places[i].name) : pick(2) ? "null" : "\"\"";
}

static const char *rows_json(unsigned depth)
{
    struct buf b = buf_new(test_arena, 1 << 16);
    unsigned count = pick(3);
    for (unsigned i = 0; i < count; i++) {
        buf_printf(&b, "%s{\"place\": %s", i ? ", " : "", place_json());
        if (depth)
            buf_printf(&b, ", \"elsewhere\": %s, \"leaves\": [%s]", place_json(), rows_json(depth - 1));
        buf_printf(&b, "}");
    }
    return str_c(test_arena, buf_str(&b));
}

enum { THINGS = 60, USERS = 120 };
static struct str things[THINGS];

static void make_things(struct ctx *cx)
{
    for (size_t i = 0; i < countof(places); i++)
        assert_non_null(insert(cx, "L Place",
                               arena_printf(test_arena, "{\"title\": \"%s\", \"lft\": %d, \"rgt\": %d}", places[i].name,
                                            places[i].left, places[i].right)));
    for (size_t i = 0; i < THINGS; i++) {
        struct doc *d = doc_new_named(cx, "L Thing");
        const char *json =
            arena_printf(test_arena, "{\"place\": %s, \"other\": %s, \"free\": %s, \"rows\": [%s], \"more\": [%s]}",
                         place_json(), place_json(), place_json(), rows_json(1), rows_json(1));
        assert_true(doc_merge(cx, d, json_of(json), false));
        d->keeps_stamps = true;
        d->owner = str_of(people[pick(countof(people))]);
        d->creation = d->modified = STR("2026-03-01 09:05:07.120000");
        if (!doc_insert(cx, d, SAVE_AS_SYSTEM))
            fail_msg("%s: %.*s", json, STR_ARG(cx->err.message));
        things[i] = d->name;
    }
}

/* ---- a random user ----------------------------------------------------------------------------------------------------------- */
static void limit_at_random(struct user *u)
{
    static const char *const fors[] = { "", "", "L Thing", "L Place", "Other" };
    struct user_limit *limits = arena_array(test_arena, 4, sizeof *limits);
    u->limit_count = pick(5);
    u->limits = limits;
    for (size_t i = 0; i < u->limit_count; i++) {
        bool of_things = pick(4) == 0;
        const char *name = places[pick(countof(places))].name;
        limits[i] = (struct user_limit){
            .allow = str_of(of_things ? "L Thing" : "L Place"),
            .value = of_things ? things[pick(THINGS)]
                     : pick(3) ? str_of(name)
                               : str_lower(test_arena, str_of(name)),
            .applicable_for = str_of(fors[pick(countof(fors))]),
            .hide_descendants = pick(2),
        };
    }
}

static void share_at_random(struct ctx *cx, struct user *u)
{
    static struct user_share shared[1] = { { .doctype = { "L Thing", 7 }, .read = true } };
    u->shares = shared;
    u->share_count = pick(3) == 0;
    for (unsigned i = 0; u->share_count && i < 3; i++)
        assert_non_null(
            insert(cx, "DocShare",
                   arena_printf(test_arena,
                                "{\"user\": \"%.*s\", \"share_doctype\": \"L Thing\", \"share_name\": "
                                "\"%.*s\", \"read\": %u, \"write\": 1, \"everyone\": %u}",
                                STR_ARG(u->name), STR_ARG(things[pick(THINGS)]), pick(3) > 0, pick(4) == 0)));
}

static struct ctx stranger(struct ctx *manager)
{
    static const char *const roles[] = { "Reader", "Reader", "Author", "Reader,Author", "Nobody" };
    struct ctx cx = call_as(people[pick(countof(people))], roles[pick(countof(roles))]);
    struct user *u = (struct user *)(uintptr_t)cx.user;
    limit_at_random(u);
    share_at_random(manager, u);
    struct ctx as = *manager;
    as.user = u;
    as.memo = NULL;
    return as;
}

/* ---- the two judges -------------------------------------------------------------------------------------------------------- */
static bool is_listed(const json_t *rows, struct str name)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) if (str_eq(json_get_str(row, "name"), name)) return true;
    return false;
}

/* NULL: the list is refused. */
static json_t *listed(struct ctx *cx)
{
    struct buf b = buf_new(test_arena, 1 << 20);
    struct json_out out = out_to(&b);
    struct query q = { .doctype = STR("L Thing") };
    if (!list_json(cx, &q, &out)) {
        assert_ptr_equal(take_error(cx).kind, &PermissionError);
        return NULL;
    }
    return json_of(str_c(test_arena, buf_str(&b)));
}

static void agree(struct ctx *cx)
{
    const json_t *rows = listed(cx);
    int64_t count = 0;
    size_t opened = 0;
    for (size_t i = 0; i < THINGS; i++) {
        const struct doc *d = doc_load(cx, "L Thing", things[i]);
        bool memory = perm_allows(cx, d->type, d, READ), server = is_listed(rows, d->name);
        if (memory != server)
            fail_msg("%.*s for %.*s with %zu limits: memory %d, server %d", STR_ARG(d->name), STR_ARG(cx->user->name),
                     cx->user->limit_count, memory, server);
        opened += memory;
    }
    struct query q = { .doctype = STR("L Thing") };
    if (rows && list_count(cx, &q, &count))
        assert_int_equal(count, opened);
    assert_int_equal(json_array_size(rows), opened);
}

TEST(limits, a_list_shows_what_can_be_opened_and_nothing_else)
{
    struct ctx cx = writer();
    cx.user = user_administrator;
    make_things(&cx);
    for (int i = 0; i < USERS; i++) {
        assert_true(db_savepoint(&cx));
        struct ctx as = stranger(&cx);
        agree(&as);
        assert_true(db_rollback_to_savepoint(&cx));
    }
    db_rollback(&cx);
    db_return(&cx);
}

TEST(limits, cost_no_statement_to_who_has_none)
{
    struct ctx cx = writer();
    struct ctx as = call_as("ana@x.example", "Reader");
    cx.user = as.user;
    struct doc *d = doc_new_named(&cx, "L Thing");
    d->name = STR("L-1");
    uint32_t before = cx.statements;
    assert_true(perm_check(&cx, d->type, d, READ));
    assert_int_equal(cx.statements, before);
    assert_false(limits_sql(&cx, d->type, sql_new(&cx), "t0"));
    db_rollback(&cx);
    db_return(&cx);
}
