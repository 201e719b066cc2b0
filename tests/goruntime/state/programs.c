#include "tests/goruntime/state/live.h"

#include <unistd.h>

/*
 * Builds the programs that the tests beside it watch, before them: side by side they
 * would each compile the same packages, which the go command keeps only when it is done.
 */

static void build_only(const struct live_build *build, const char *program)
{
    g_test_message("%s: %s", build->version, program);
}

static void test_newest(void)
{
    live_each(build_only);
}

static void test_spread(void)
{
    live_each_of(live_spread, false, build_only);
}

static void test_small(void)
{
    live_each_of(live_spread, true, build_only);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(nice(10), !=, -1); /* the others wait for moments of what they watch */
    g_test_add_func("/goruntime/programs/newest", test_newest);
    g_test_add_func("/goruntime/programs/spread", test_spread);
    g_test_add_func("/goruntime/programs/small", test_small);
    return g_test_run();
}
