#include "app/profiles/profile_facts.h"

#include <glib.h>

static void assert_text(const char **comments, size_t n, bool with_source, const char *expected)
{
    const struct profile profile = {.comments = comments, .n_comments = n};
    g_autofree char *text = profile_facts_text(&profile, with_source);

    g_assert_cmpstr(text, ==, expected);
}

static void test_of_outside(void)
{
    const char *comments[] = {"source: perf events", "kernel: 4% of CPU time",
                              "coverage: 99% of 1.00s CPU in 2.00s"};

    assert_text(comments, 3, false, "kernel: 4% of CPU time; coverage: 99% of 1.00s CPU in 2.00s");
    assert_text(comments, 2, true, "source: perf events; kernel: 4% of CPU time");
    assert_text(comments, 1, false, "");
}

static void test_of_others(void)
{
    const char *comments[] = {"a benchmark of mine", "source: the second"};

    assert_text(comments, 2, true, "");
    assert_text(NULL, 0, true, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-facts/of-outside", test_of_outside);
    g_test_add_func("/profile-facts/of-others", test_of_others);
    return g_test_run();
}
