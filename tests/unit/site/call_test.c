/* The call: its language, its limit, its clock. */
#include "site_priv.h"
#include "test.h"

TEST(call, opens_without_a_site)
{
    struct ctx cx;
    call_open(&cx, test_arena, NULL);
    assert_null(cx.site);
    assert_str(cx.lang, "en");
    assert_true(call_local_us(&cx) == cx.now_us);
}

static bool eat(struct ctx *cx, void *arg)
{
    (void)arg;
    for (char *p = NULL;; p[0] = 1)
        p = arena_alloc(cx->arena, 1 << 20);
    return true;
}

TEST(call, at_its_arenas_limit_ends_with_413_and_can_say_so)
{
    struct ctx cx;
    struct arena *a = arena_new(8u << 20);
    call_open(&cx, a, NULL);
    assert_false(call_run(&cx, eat, NULL));
    assert_ptr_equal(cx.err.kind, &RequestEntityTooLarge);
    assert_true(cx.err.message.n > 0);
    struct str told = str_copy(a, cx.err.message);
    assert_true(told.n > 0);
    arena_free(a);
}

static bool succeed(struct ctx *cx, void *arg)
{
    (void)cx;
    *(int *)arg = 1;
    return true;
}

TEST(call, runs_its_work)
{
    struct ctx cx;
    int ran = 0;
    call_open(&cx, test_arena, NULL);
    assert_true(call_run(&cx, succeed, &ran));
    assert_int_equal(ran, 1);
}

static void speaks(const char *wanted, const char *expected)
{
    struct ctx cx;
    call_open(&cx, test_arena, NULL);
    call_speak(&cx, str_of(wanted));
    assert_str(cx.lang, expected);
}

TEST(call, speaks_the_best_language_the_interface_has)
{
    speaks("fr", "fr");
    speaks("FR_ca", "fr");
    speaks("fr-CH, en;q=0.8", "fr");
    speaks("de, en;q=0.7, fr;q=0.8", "fr");
    speaks("en;q=0.9,fr;q=0.9", "en");
    speaks("fr;q=0, de", "en");
    speaks("", "en");
    speaks(",;,q=", "en");
    speaks("xx", "en");
}

TEST(call, says_errors_in_its_language)
{
    struct ctx cx;
    call_open(&cx, test_arena, NULL);
    call_speak(&cx, STR("fr"));
    throw(&cx, &CSRFTokenError, N_("Invalid Request"));
    assert_str(cx.err.message, "Requête non valide");
}

TEST(call, is_fresh_until_the_soonest_end)
{
    struct ctx cx;
    call_open(&cx, test_arena, NULL);
    call_fresh_until(&cx, 20);
    call_fresh_until(&cx, 10);
    call_fresh_until(&cx, 30);
    assert_true(cx.fresh_until_us == 10);
}

static char order[8];
static void run_a(struct ctx *cx, void *arg)
{
    (void)cx;
    order[strlen(order)] = *(const char *)arg;
}

TEST(call, does_later_in_order_after_commit_and_not_after_rollback)
{
    struct ctx cx;
    memset(order, 0, sizeof order);
    call_open(&cx, test_arena, NULL);
    call_later(&cx, run_a, "x");
    call_rollback(&cx);
    call_later(&cx, run_a, "1");
    call_later(&cx, run_a, "2");
    assert_true(call_commit(&cx));
    assert_true(call_commit(&cx));
    assert_string_equal(order, "12");
}
