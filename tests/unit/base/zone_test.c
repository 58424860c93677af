/* Time zones against what the calendar says. */
#include "test.h"

static void at(const char *zone, const char *utc_text, int64_t utc_s, const char *local)
{
    const struct zone *z = zone_find(str_of(zone));
    assert_non_null(z);
    assert_str(clock_datetime(test_arena, utc_s * 1000000), utc_text);
    assert_str(clock_datetime(test_arena, zone_to_local_us(z, utc_s * 1000000)), local);
}

TEST(zone, summer_begins_and_ends_on_the_second)
{
    at("Europe/Paris", "2026-03-29 00:59:59.000000", 1774745999, "2026-03-29 01:59:59.000000");
    at("Europe/Paris", "2026-03-29 01:00:00.000000", 1774746000, "2026-03-29 03:00:00.000000");
    at("Europe/Paris", "2026-10-25 01:00:00.000000", 1792890000, "2026-10-25 02:00:00.000000");
    at("UTC", "2026-10-25 01:00:00.000000", 1792890000, "2026-10-25 01:00:00.000000");
    at("Asia/Kolkata", "2026-10-25 01:00:00.000000", 1792890000, "2026-10-25 06:30:00.000000");
}

TEST(zone, knows_the_rule_beyond_the_files_last_moment)
{
    at("Europe/Paris", "2060-07-01 12:00:00.000000", 2855908800, "2060-07-01 14:00:00.000000");
    at("America/New_York", "2060-01-01 12:00:00.000000", 2840184000, "2060-01-01 07:00:00.000000");
    at("Australia/Sydney", "2060-01-01 12:00:00.000000", 2840184000, "2060-01-01 23:00:00.000000");
}

TEST(zone, a_time_that_occurs_twice_is_the_first_and_one_that_never_does_is_after_the_gap)
{
    const struct zone *paris = zone_find(STR("Europe/Paris"));
    struct civil twice = { 2026, 10, 25, 2, 30, 0, 0 }, never = { 2026, 3, 29, 2, 30, 0, 0 };
    assert_str(clock_datetime(test_arena, zone_to_utc_us(paris, civil_to_us(&twice))), "2026-10-25 00:30:00.000000");
    assert_str(clock_datetime(test_arena, zone_to_utc_us(paris, civil_to_us(&never))), "2026-03-29 01:30:00.000000");
}

TEST(zone, there_and_back_through_a_year)
{
    const struct zone *z = zone_find(STR("America/Sao_Paulo"));
    for (int64_t s = 1500000000; s < 1560000000; s += 4321) {
        int64_t local = zone_to_local_us(z, s * 1000000);
        int64_t back = zone_to_utc_us(z, local);
        assert_true(zone_to_local_us(z, back) == local);
    }
}

TEST(zone, refuses_what_is_no_name_of_one)
{
    const char *bad[] = { "", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "Europe/Paris\n", "a..b" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_null(zone_find(str_of(bad[i])));
}
