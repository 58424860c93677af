/* The response cache: truth by version and time, room by use, threads. */
#include "site_priv.h"
#include "test.h"

static struct site_state *place;
static struct site site;
static struct ctx cx;

static void begin(void)
{
    cache_clear();
    cache_limit(64u << 20);
    place = arena_alloc(test_arena, sizeof *place + 8);
    site = (struct site){ .name = STR("a.local"), .state = place };
    cx = test_ctx();
    cx.site = &site;
    cx.deps = arena_new_of(test_arena, struct deps);
}

static void keep(const char *key, const char *body)
{
    if (!cache_has_place(&site, str_of(key), false))
        return;
    struct cached c = { .body = str_of(body), .content_type = STR("text/plain"), .etag = STR("\"1\"") };
    cache_store(&cx, str_of(key), cache_ticket(&site), &c);
}

static void assert_kept(const char *key, const char *body)
{
    struct cached *c = cache_find(&site, str_of(key));
    if (!c)
        fail_msg("%s is not there", key);
    assert_str(c->body, body);
    assert_str(c->content_type, "text/plain");
    assert_str(c->content_encoding, "");
    counted_release(&c->counted);
}

TEST(cache, gives_back_what_was_stored)
{
    begin();
    keep("/a", "body of a");
    keep("/b", "");
    assert_kept("/a", "body of a");
    assert_kept("/b", "");
    assert_null(cache_find(&site, STR("/c")));
}

TEST(cache, another_site_does_not_see_it)
{
    begin();
    keep("/a", "x");
    struct site other = { .state = arena_alloc(test_arena, sizeof *place + 8) };
    assert_null(cache_find(&other, STR("/a")));
}

TEST(cache, forgets_what_depends_on_a_changed_doctype_only)
{
    begin();
    call_depends(&cx, "LMS Lesson");
    keep("/lesson", "x");
    cx.deps = arena_new_of(test_arena, struct deps);
    call_depends(&cx, "Coupon Code");
    keep("/code", "y");
    state_changed(place, "LMS Lesson");
    assert_null(cache_find(&site, STR("/lesson")));
    assert_kept("/code", "y");
    state_changed(place, NULL);
    assert_null(cache_find(&site, STR("/code")));
}

TEST(cache, does_not_keep_what_changed_while_it_was_read)
{
    begin();
    call_depends(&cx, "LMS Lesson");
    uint64_t ticket = cache_ticket(&site);
    state_changed(place, "LMS Lesson");
    cache_store(&cx, STR("/a"), ticket, &(struct cached){ .body = STR("old") });
    assert_null(cache_find(&site, STR("/a")));
    keep("/a", "new");
    assert_kept("/a", "new");
}

TEST(cache, forgets_at_the_end_of_freshness)
{
    begin();
    call_fresh_until(&cx, clock_wall_us() + 3600 * 1000000LL);
    keep("/later", "x");
    call_fresh_until(&cx, clock_wall_us() - 1);
    keep("/past", "x");
    assert_kept("/later", "x");
    assert_null(cache_find(&site, STR("/past")));
}

TEST(cache, a_held_answer_outlives_its_place)
{
    begin();
    keep("/a", "still here");
    struct cached *c = cache_find(&site, STR("/a"));
    cache_clear();
    assert_str(c->body, "still here");
    counted_release(&c->counted);
}

TEST(cache, stays_below_its_limit_and_keeps_what_was_used)
{
    begin();
    cache_limit(1u << 20);
    char body[2001];
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = 0;
    keep("/hot", "hot");
    for (int i = 0; i < 3000; i++) {
        keep(arena_printf(test_arena, "/%d", i), body);
        keep(arena_printf(test_arena, "/%d", i), body);
        assert_true(cache_stats().bytes <= 1u << 20);
        assert_kept("/hot", "hot");
    }
    assert_null(cache_find(&site, STR("/0")));
    assert_true(cache_stats().bytes > (1u << 20) * 3 / 4);
}

TEST(cache, gives_its_second_half_to_answers_asked_for_twice)
{
    begin();
    cache_limit(1u << 20);
    char body[2001];
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = 0;
    for (int i = 0; i < 3000; i++)
        keep(arena_printf(test_arena, "/%d", i), body);
    assert_true(cache_stats().bytes < (1u << 20) * 5 / 8);
    assert_kept("/0", body);
    keep("/again", "x");
    assert_null(cache_find(&site, STR("/again")));
    keep("/again", "x");
    assert_kept("/again", "x");
}

TEST(cache, has_no_place_for_what_one_caller_asks_for_once)
{
    begin();
    assert_false(cache_has_place(&site, STR("/mine"), true));
    assert_true(cache_has_place(&site, STR("/mine"), true));
    assert_true(cache_has_place(&site, STR("/everybody's"), false));
}

TEST(cache, refuses_one_answer_that_would_fill_a_shard)
{
    begin();
    cache_limit(16000);
    char body[1001];
    memset(body, 'x', sizeof body - 1);
    body[1000] = 0;
    keep("/big", body);
    assert_null(cache_find(&site, STR("/big")));
    cache_limit(0);
    keep("/a", "x");
    assert_null(cache_find(&site, STR("/a")));
}

TEST(cache, a_hit_allocates_nothing)
{
    begin();
    keep("/a", "x");
    size_t before = arena_count(test_arena);
    assert_kept("/a", "x");
    assert_int_equal(arena_count(test_arena), before);
}

static void hammer(void *arg)
{
    struct ctx own = cx;
    own.arena = arena_new(1 << 20);
    own.deps = arg;
    for (int i = 0; i < 20000; i++) {
        struct str key = i % 2 ? STR("/one") : STR("/two");
        struct cached *c = cache_find(&site, key);
        if (c) {
            if (!str_is(c->body, "value"))
                abort();
            counted_release(&c->counted);
        } else
            cache_store(&own, key, cache_ticket(&site), &(struct cached){ .body = STR("value") });
        if (i % 50 == 0)
            state_changed(place, "LMS Lesson");
    }
    arena_free(own.arena);
}

TEST(cache, serves_two_threads_at_once)
{
    begin();
    call_depends(&cx, "LMS Lesson");
    struct thread *a = thread_start("a", hammer, cx.deps), *b = thread_start("b", hammer, cx.deps);
    thread_join(a);
    thread_join(b);
    assert_true(cache_stats().hits > 0);
}

static int heard_lesson, heard_all;
static void hear_lesson(struct str name, const char *doctype)
{
    heard_lesson += str_is(str_of(doctype), "LMS Lesson") && name.p != NULL;
}
static void hear_all(struct str name, const char *doctype)
{
    (void)doctype;
    heard_all += name.p != NULL;
}
CHANGE_LISTENER(of_lessons) = { "LMS Lesson", hear_lesson };
CHANGE_LISTENER(of_all) = { NULL, hear_all };

TEST(change, is_told_to_who_listens)
{
    begin();
    heard_lesson = heard_all = 0;
    state_changed(place, "LMS Lesson");
    state_changed(place, "User");
    assert_int_equal(heard_lesson, 1);
    assert_int_equal(heard_all, 2);
    state_changed(place, NULL);
    assert_int_equal(heard_lesson, 2);
    assert_int_equal(heard_all, 3);
}

TEST(change, a_ticket_holds_until_one_of_its_doctypes_changes)
{
    begin();
    uint64_t ticket = cache_ticket(&site);
    const char *const users[] = { "User", "Role", NULL }, *const lessons[] = { "LMS Lesson", NULL };
    assert_true(cache_holds(&site, ticket, users));
    state_changed(place, "Role");
    assert_false(cache_holds(&site, ticket, users));
    assert_true(cache_holds(&site, ticket, lessons));
    assert_true(cache_holds(&site, cache_ticket(&site), users));
}
