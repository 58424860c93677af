/* Runs the tests of one room; `unit_base sentence` runs those whose name holds the word. */
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

struct arena *test_arena;

static int open_arena(void **state)
{
    (void)state;
    test_arena = arena_new(256u << 20);
    return test_arena ? 0 : -1;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(test_arena);
    return 0;
}

struct ctx test_ctx(void)
{
    return (struct ctx){ .arena = test_arena, .lang = STR("en"), .now_us = clock_wall_us() };
}

static char root[] = "/tmp/preau-test-XXXXXX";

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)s, (void)kind, (void)at;
    return remove(path);
}

static void remove_root(void)
{
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
    static unsigned count;
    if (!count++) {
        assert_non_null(mkdtemp(root));
        atexit(remove_root);
    }
    const char *folder = arena_printf(test_arena, "%s/%u", root, count);
    assert_int_equal(mkdir(folder, 0700), 0);
    return folder;
}

int main(int argc, char **argv)
{
    static struct CMUnitTest all[4096];
    size_t n = 0;
    TABLE_EACH (tests, struct CMUnitTest, it) {
        if (argc > 1 && !strstr((*it)->name, argv[1]))
            continue;
        all[n] = **it;
        all[n].setup_func = open_arena;
        all[n++].teardown_func = close_arena;
    }
    return _cmocka_run_group_tests("unit", all, n, NULL, NULL);
}
