/* Spans: what of a video was played. */
#include "../../../src/lms/learn/spans.h"

#include "test.h"

static struct spans read(const char *json)
{
    json_t *list = json_loads(json, JSON_DECODE_ANY, NULL);
    struct spans s = { NULL, 0 };
    if (!spans_read(test_arena, list, 100000, &s))
        s.count = 9999;
    json_decref(list);
    return s;
}

static const char *text(struct spans s)
{
    return str_c(test_arena, spans_text(test_arena, s));
}

TEST(lms, spans_are_merged_whatever_their_order)
{
    assert_string_equal(text(read("[[10, 20], [0, 5.5], [15, 30], [30, 31]]")), "0-5500,10000-31000");
    assert_string_equal(text(read("[]")), "");
}

TEST(lms, spans_outside_of_the_video_are_cut_off)
{
    assert_string_equal(text(read("[[-5, 3], [99, 1e300], [7, 7], [9, 8]]")), "0-3000,99000-100000");
}

TEST(lms, what_is_no_list_of_pairs_is_refused)
{
    static const char *const wrong[] = { "{}", "5", "[5]", "[[1]]", "[[1, 2, 3]]", "[[\"1\", 2]]", "[[1, null]]" };
    for (size_t i = 0; i < countof(wrong); i++)
        assert_int_equal(read(wrong[i]).count, 9999);
}

TEST(lms, credit_ends_where_the_clock_ends)
{
    struct spans old = read("[[0, 10]]"), all = read("[[0, 60]]");
    assert_string_equal(text(spans_credit(test_arena, old, all, 5000)), "0-15000");
    assert_string_equal(text(spans_credit(test_arena, old, all, 0)), "0-10000");
    assert_string_equal(text(spans_credit(test_arena, old, all, -7)), "0-10000");
    assert_string_equal(text(spans_credit(test_arena, old, all, 500000)), "0-60000");
}

TEST(lms, what_was_credited_before_costs_nothing)
{
    struct spans old = read("[[10, 20], [30, 40]]"), more = read("[[0, 50]]");
    assert_string_equal(text(spans_credit(test_arena, old, more, 15000)), "0-25000,30000-40000");
    assert_string_equal(text(spans_credit(test_arena, old, more, 20000)), "0-40000");
}

TEST(lms, credit_in_any_order_of_beats_is_the_same)
{
    struct spans a = read("[[0, 10], [20, 30]]"), b = read("[[5, 25]]"), none = { NULL, 0 };
    struct spans ab = spans_credit(test_arena, spans_credit(test_arena, none, a, 99000), b, 99000);
    struct spans ba = spans_credit(test_arena, spans_credit(test_arena, none, b, 99000), a, 99000);
    assert_string_equal(text(ab), text(ba));
    assert_int_equal(spans_ms(ab), 30000);
}

TEST(lms, spans_survive_their_text)
{
    struct spans s = read("[[1.5, 2], [3, 4.25]]");
    assert_string_equal(text(spans_of(test_arena, spans_text(test_arena, s))), "1500-2000,3000-4250");
    assert_string_equal(text(spans_of(test_arena, STR("x,5-1,7,8-9-10,-"))), "");
}
