#pragma once
/* TEST(room, sentence) { … }: the linker collects the tests, there is no list to keep. */
#include "base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST(room, what)                                                                                               \
    static void test_##room##_##what(void **);                                                                         \
    TABLE_ROW(tests, struct CMUnitTest, case_##room##_##what)                                                          \
    = { #room ": " #what, test_##room##_##what, NULL, NULL, NULL };                                                    \
    static void test_##room##_##what(void **state __attribute__((unused)))

#define assert_str(actual, expected) assert_str_((actual), (expected), __FILE__, __LINE__)
static inline void assert_str_(struct str actual, const char *expected, const char *file, int line)
{
    if (str_is(actual, expected))
        return;
    print_error("\"%.*s\" is not \"%s\"\n", STR_ARG(actual), expected);
    _fail(file, line);
}

/* The arena of the running test: made before it, freed after it. */
extern struct arena *test_arena;
/* A call without a site on that arena. */
struct ctx test_ctx(void);
/* A new folder, in the arena of the test; gone when the program ends. */
const char *test_folder(void);
