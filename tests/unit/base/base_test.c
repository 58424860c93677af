/* The base room: memory, text, calendar, money. */
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int released[3], releases;
static void record(void *p)
{
    released[releases++] = *(int *)p;
}

TEST(arena, releases_what_was_deferred_newest_first)
{
    struct arena *a = arena_new(1 << 20);
    static int one = 1, two = 2;
    releases = 0;
    arena_defer(a, record, &one);
    arena_defer(a, record, &two);
    char *big = arena_alloc(a, 100000);
    big[99999] = 'x';
    arena_free(a);
    assert_int_equal(releases, 2);
    assert_int_equal(released[0], 2);
}

static void take_for_ever(void *arg)
{
    (void)arg;
    for (;;) {
        char *p = arena_alloc(test_arena, 1 << 20);
        p[0] = 1;
    }
}

static void take_too_many(void *arg)
{
    *(void **)arg = arena_array(test_arena, SIZE_MAX / 2, 3);
}

static void guard_inside(void *arg)
{
    *(bool *)arg = arena_guard(test_arena, take_for_ever, NULL);
}

TEST(arena, at_its_limit_leaves_the_work)
{
    assert_false(arena_guard(test_arena, take_for_ever, NULL));
}

TEST(arena, a_guard_inside_another_ends_only_its_own_work)
{
    bool inner = true;
    assert_true(arena_guard(test_arena, guard_inside, &inner));
    assert_false(inner);
}

static void fill_a_part(void *part)
{
    for (int i = 0; i < 100; i++)
        memset(arena_alloc(part, 1 << 20), 1, 1 << 20);
}

TEST(arena, a_part_at_its_limit_leaves_by_the_guard_of_the_whole)
{
    struct arena *part = arena_part(test_arena, 4 << 20);
    assert_false(arena_guard(test_arena, fill_a_part, part));
    arena_reset(part);
    assert_non_null(arena_alloc(part, 1 << 20));
    assert_int_equal(arena_used(part), 1 << 20);
}

TEST(arena, a_product_that_overflows_is_over_the_limit)
{
    void *p = NULL;
    assert_false(arena_guard(test_arena, take_too_many, &p));
    assert_null(p);
}

TEST(table, without_rows_is_empty)
{
    int n = 0;
    TABLE_EACH (nobody_adds_here, struct exc, it)
        n++;
    assert_int_equal(n, 0);
}

TEST(str, cut_gives_every_piece_and_the_empty_ones)
{
    struct str rest = STR("a,,b,"), piece;
    const char *expected[] = { "a", "", "b", "" };
    for (int i = 0; i < 4; i++) {
        assert_true(str_cut(&rest, ',', &piece));
        assert_str(piece, expected[i]);
    }
    assert_false(str_cut(&rest, ',', &piece));
}

TEST(str, int_takes_whole_numbers_in_range_only)
{
    int64_t n;
    assert_true(str_int(STR("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_true(str_int(STR("0042"), &n) && n == 42);
    const char *bad[] = { "", "-", "+1", " 1", "1 ", "1.0", "9223372036854775808", "0x10" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(str_int(str_of(bad[i]), &n));
}

TEST(buf, past_its_ceiling_is_full_and_keeps_what_it_had)
{
    struct buf b = buf_new(test_arena, 4);
    buf_lit(&b, "abcd");
    assert_false(b.full);
    buf_lit(&b, "e");
    assert_true(b.full);
    assert_str(buf_str(&b), "abcd");
}

TEST(map, keeps_a_thousand_keys_in_order)
{
    struct map m = map_new(test_arena);
    for (int i = 0; i < 1000; i++)
        map_put(&m, str_printf(test_arena, "k%d", i), arena_printf(test_arena, "%d", i));
    assert_int_equal(m.count, 1000);
    assert_string_equal(map_get(&m, STR("k777")), "777");
    assert_str(m.entries[999].key, "k999");
    assert_null(map_get(&m, STR("k1000")));
}

TEST(error, the_first_one_wins)
{
    struct ctx cx = test_ctx();
    assert_null(throw(&cx, &ValidationError, "first %d", 1));
    assert_false(throw(&cx, &PermissionError, "second"));
    assert_ptr_equal(cx.err.kind, &ValidationError);
    assert_str(cx.err.message, "first 1");
}

TEST(clock, civil_time_there_and_back_over_four_centuries)
{
    for (int64_t day = -146097; day < 146097; day += 17) {
        int64_t us = day * 86400 * 1000000 + 12345678901;
        struct civil c = civil_from_us(us);
        assert_true(civil_valid(&c));
        assert_true(civil_to_us(&c) == us);
    }
    assert_str(clock_datetime(test_arena, 1772355907120000), "2026-03-01 09:05:07.120000");
    assert_str(clock_http_date(test_arena, 1796070415000000), "Mon, 30 Nov 2026 20:26:55 GMT");
}

static void same(const char *in, const char *expected)
{
    struct decimal d;
    if (!decimal_parse(str_of(in), &d))
        fail_msg("%s is not taken as a decimal", in);
    assert_str(decimal_text(test_arena, d), expected);
}

TEST(decimal, parses_what_people_and_databases_write)
{
    same("349.000000000", "349");
    same("-0.10", "-0.1");
    same("1e-07", "0.0000001");
    same("1.5E3", "1500");
    same(".5", "0.5");
    same("0.0000000005", "0.000000001");
    same("999999999999.999999999", "999999999999.999999999");
    same("0.000000000000000000000000000000000000000000000001", "0");
    const char *bad[] = { "", "-", ".", "1,5", "1.2.3", "1000000000000", "1e13", "nan", "1e", "1 " };
    struct decimal d;
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(decimal_parse(str_of(bad[i]), &d));
}

/* spec/erpnext.md section 2.3, example 1: 449.10 × 15 %. */
TEST(decimal, rounds_ties_as_the_school_chose)
{
    struct decimal base, rate, out;
    assert_true(decimal_parse(STR("449.10"), &base) && decimal_parse(STR("0.15"), &rate));
    assert_true(decimal_multiply(base, rate, 2, ROUND_COMMERCIAL, &out));
    assert_str(decimal_text(test_arena, out), "67.37");
    assert_true(decimal_multiply(base, rate, 2, ROUND_BANKERS, &out));
    assert_str(decimal_text(test_arena, out), "67.36");
    struct decimal tie = { -125 * DECIMAL_ONE / 1000 };
    assert_str(decimal_text(test_arena, decimal_round(tie, 2, ROUND_COMMERCIAL)), "-0.13");
    assert_str(decimal_text(test_arena, decimal_round(tie, 2, ROUND_BANKERS_LEGACY)), "-0.12");
    assert_true(decimal_divide(DECIMAL_INT(1), DECIMAL_INT(3), 9, ROUND_COMMERCIAL, &out));
    assert_str(decimal_text(test_arena, out), "0.333333333");
}

TEST(log, gathered_lines_are_written_together_and_urgent_ones_at_once)
{
    static struct log_gathered lines;
    int ends[2];
    char text[4096];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    log_set_fd(ends[1]);
    log_gather(&lines);
    log_say(LOG_INFO, "one", "first");
    log_say(LOG_INFO, "two", "second");
    assert_int_equal(read(ends[0], text, sizeof text), -1);
    log_say(LOG_WARN, "three", "third");
    ssize_t n = read(ends[0], text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = 0;
    assert_non_null(strstr(text, "first"));
    assert_true(strstr(text, "second") < strstr(text, "third"));
    log_gather(NULL);
    log_set_fd(STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
}

TEST(log, a_complaint_repeated_without_end_is_written_a_few_times_a_second)
{
    int ends[2];
    static char text[256 * 1024];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[0], F_SETPIPE_SZ, 256 * 1024);
    log_set_fd(ends[1]);
    int64_t start_us = clock_mono_us();
    for (int i = 0; i < 500; i++)
        log_say(LOG_ERROR, "flood", "again");
    int64_t seconds = clock_mono_us() / 1000000 - start_us / 1000000 + 1;
    log_say(LOG_ERROR, "another", "once");
    usleep(1000 * 1000);
    log_say(LOG_ERROR, "flood", "later");
    log_set_fd(STDERR_FILENO);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = 0;
    int64_t lines = 0;
    for (const char *at = text; (at = strstr(at, "again")); at++)
        lines++;
    assert_true(lines >= 20 && lines <= 20 * seconds);
    assert_non_null(strstr(text, "once"));
    assert_non_null(strstr(strstr(text, "later"), "\"withheld\":4"));
    close(ends[0]);
    close(ends[1]);
}

TEST(str, digits_of_whole_numbers)
{
    char text[DIGITS_MOST];
    assert_int_equal(str_digits(text, 0), 1);
    assert_memory_equal(text, "0", 1);
    assert_int_equal(str_digits(text, UINT64_MAX), 20);
    assert_memory_equal(text, "18446744073709551615", 20);
}

static void interrupted(int signal)
{
    (void)signal;
}

/* Reads slowly what the parent writes; the exit status says whether it was all of it. */
static pid_t slow_reader(int ends[2], size_t expected)
{
    pid_t child = fork();
    if (child)
        return child;
    char piece[4096];
    ssize_t n;
    size_t total = 0;
    close(ends[1]);
    usleep(50000); /* the pipe is full meanwhile: calls are interrupted before they wrote anything */
    while ((n = read(ends[0], piece, sizeof piece)) > 0) {
        total += (size_t)n;
        usleep(500);
    }
    _exit(total == expected ? 0 : 1);
}

TEST(fd, all_is_written_though_a_signal_interrupts_each_call)
{
    enum { MANY = 256 << 10 };
    int ends[2], status = -1;
    struct sigaction mine = { .sa_handler = interrupted }, before; /* no SA_RESTART: calls end early */
    struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { { 0, 0 }, { 0, 0 } };
    char *bytes = arena_alloc(test_arena, MANY);
    memset(bytes, 'x', MANY);
    assert_int_equal(pipe(ends), 0);
    pid_t child = slow_reader(ends, MANY);
    sigaction(SIGALRM, &mine, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    bool whole = fd_write(ends[1], (struct str){ bytes, MANY });
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    close(ends[1]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    close(ends[0]);
    assert_true(whole);
    assert_int_equal(WEXITSTATUS(status), 0);
}

TEST(fd, a_full_disk_is_told)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    errno = 0;
    assert_false(fd_write(fd, STR("x")));
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

TEST(base, a_day_is_ten_characters_and_one_that_exists)
{
    static const char *const none[] = { "",           "2026-2-03",  "2026-02-30",
                                        "2026-13-01", "26-02-03",   "2026-02-031",
                                        "2026/02/03", "2026-02-0a", "20\r\n-ab-cd",
                                        "0000-01-01" };
    int64_t us;
    assert_true(clock_day(STR("2026-02-28"), &us));
    assert_str(clock_date(test_arena, us), "2026-02-28");
    for (size_t i = 0; i < countof(none); i++)
        assert_false(clock_day(str_of(none[i]), &us));
}

TEST(base, days_after_a_day_go_over_months_and_leap_years)
{
    assert_str(clock_day_after(test_arena, STR("2024-02-28"), 1), "2024-02-29");
    assert_str(clock_day_after(test_arena, STR("2026-01-01"), -1), "2025-12-31");
    assert_str(clock_day_after(test_arena, STR("no day"), 1), "no day");
}
