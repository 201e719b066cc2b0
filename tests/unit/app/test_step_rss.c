/* Step 1: what of RSS that rises is a leak, and what a collector takes until its next collection.
 */

#include "tests/unit/app/triage_fixture.h"

#include <string.h>

#define MIB (1024.0 * 1024)

static enum triage_verdict rss_verdict(double rise_mib, double window_s)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.input.trends[METRIC_RSS] = fixture_growing(rise_mib * MIB * 3600 / window_s, window_s);
    f.input.trends[METRIC_RSS].rise = rise_mib * MIB;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    return result->steps[TRIAGE_RSS].verdict;
}

/* A healthy sidecar of 12 MB took 4 more within its first 90 s: 160 MB an hour, and no leak. */
static void test_first_megabytes(void)
{
    g_assert_cmpint((int)rss_verdict(4, 30), ==, TRIAGE_HEALTHY);
    g_assert_cmpint((int)rss_verdict(4, 90), ==, TRIAGE_HEALTHY);
    g_assert_cmpint((int)rss_verdict(7, 300), ==, TRIAGE_HEALTHY);
}

static void test_words(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.input.trends[METRIC_RSS] = fixture_growing(160 * MIB, 90);
    f.input.trends[METRIC_RSS].rise = 4 * MIB;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_step *step = &result->steps[TRIAGE_RSS];

    g_assert_nonnull(strstr(step->sentence, "up by 4.0M in 1m30s: no more than Go takes"));
    g_assert_null(strstr(step->sentence, "/h"));
    g_assert_null(strstr(step->summary, "/h"));
}

static void test_bursts(void)
{
    g_assert_cmpint((int)rss_verdict(20, 30), ==, TRIAGE_LOOK); /* it may be work */
    g_assert_cmpint((int)rss_verdict(20, 90), ==, TRIAGE_LOOK); /* a server that warms up */
    g_assert_cmpint((int)rss_verdict(20, 300), ==, TRIAGE_BAD);
}

/* Small rates are leaks once they were seen for long enough. */
static void test_slow(void)
{
    g_assert_cmpint((int)rss_verdict(4, 900), ==, TRIAGE_BAD);
    g_assert_cmpint((int)rss_verdict(4, 3600), ==, TRIAGE_BAD); /* 6 % of its level an hour */
    g_assert_cmpint((int)rss_verdict(1, 3600), ==, TRIAGE_LOOK);
}

/* RSS rises within what Go takes until it collects. That what is alive does not rise with it has to
 * be seen: a goal that came to rest seconds ago waits for a collection. */
static void test_slack(void)
{
    static const struct {
        double goal_s;
        bool settled;
        enum triage_verdict verdict;
    } cases[] = {
        {12, false, TRIAGE_LOOK}, {12, true, TRIAGE_HEALTHY}, {240, false, TRIAGE_HEALTHY}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct triage_fixture f;

        fixture_healthy(&f);
        f.input.trends[METRIC_RSS] = fixture_growing(7000 * MIB, 12);
        f.input.trends[METRIC_HEAP_ALLOC] = f.input.trends[METRIC_RSS];
        f.input.trends[METRIC_HEAP_LIVE] = (struct trend){0};
        f.input.trends[METRIC_NEXT_GC] = fixture_plateau(20 * MIB, cases[i].goal_s);
        f.input.heap_settled = cases[i].settled;
        f.memstats.heap_inuse = (uint64_t)(80 * MIB);
        f.memstats.next_gc = (uint64_t)(100 * MIB);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        g_assert_cmpint((int)result->steps[TRIAGE_RSS].verdict, ==, (int)cases[i].verdict);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/triage/rss/first-megabytes", test_first_megabytes);
    g_test_add_func("/triage/rss/words", test_words);
    g_test_add_func("/triage/rss/bursts", test_bursts);
    g_test_add_func("/triage/rss/slow", test_slow);
    g_test_add_func("/triage/rss/slack", test_slack);
    return g_test_run();
}
