#include "tests/unit/app/pattern_ills.h"

#include <string.h>

/* How sure a pattern is: what levels alone, short windows and flat trends are worth. */

enum { MIB = 1024 * 1024, HOUR_S = 3600 };

/* Of two walks: memory that comes in new regions is mapped, whatever vmmap calls it. */
static void test_mapped_memory_is_told_as_such(void)
{
    struct ill ill;

    ill_set_up(&ill);
    fixture_no_pprof(&ill.f);
    ill.f.memory.regions_are_types = true;
    ill.f.memory.total.count = 1500;
    ill.f.memory.growth[REGION_GO_HEAP] =
        (struct region_growth){.resident_bytes = 40 * MIB, .count = 900};
    ill.f.input.trends[METRIC_REGIONS] = (struct trend){0};
    ill.f.input.trends[METRIC_RSS] = fixture_growing(3600.0 * 4 * MIB, 10);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, "mmap-leak");

    g_assert_nonnull(cause);
    g_assert_true(g_ptr_array_index(result->causes, 0) == cause);
    g_assert_cmpfloat(cause->confidence, ==, 0.75);
    g_assert_cmpstr(cause->culprit, ==, "VM_ALLOCATE");
    g_assert_cmpint((int)cause->ref.kind, ==, REF_REGIONS);
    g_assert_cmpint((int)cause->ref.region, ==, REGION_GO_HEAP);
    g_assert_null(ill_find(result, "memory-growth"));
    /* of a look of seconds that is said, also where nothing but the mappings rose */
    ill.f.input.observed_s = 60;
    ill.f.input.trends[METRIC_RSS] = fixture_flat(60);
    g_autoptr(triage_result_auto) brief = fixture_evaluate(&ill.f);

    g_assert_cmpfloat(ill_find(brief, "mmap-leak")->confidence, ==, 0.6);
    g_assert_nonnull(strstr(brief->diagnosis, "cannot tell a leak from a burst of work"));
    ill.f.input.trends[METRIC_RSS] = fixture_growing(3600.0 * 4 * MIB, 10);
    ill.f.input.trends[METRIC_REGIONS] =
        fixture_flat(HOUR_S); /* they came once, and the memory goes on */
    g_autoptr(triage_result_auto) later = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(later, "mmap-leak"));
    g_assert_nonnull(ill_find(later, "memory-growth"));
    ill_tear_down(&ill);
}

/* One file again and again: it is named and counted, not its kind; a library mapped in parts is
 * not. */
static void test_file_mapped_again(void)
{
    static struct region regions[400];
    struct ill ill;

    for (size_t i = 0; i < G_N_ELEMENTS(regions); i++)
        regions[i] = (struct region){.cls = REGION_FILE,
                                     .name = i < 20 ? "/usr/lib/libc.so.6" : "/w/data/index.bin",
                                     .resident_bytes = 4096,
                                     .count = 1};
    ill_set_up(&ill);
    ill.f.memory.regions = regions;
    ill.f.memory.n_regions = G_N_ELEMENTS(regions);
    ill.f.memory.total.count = G_N_ELEMENTS(regions);
    ill.f.memory.growth[REGION_FILE].count = 350;
    ill.f.input.trends[METRIC_REGIONS] = fixture_growing(350, HOUR_S);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, "mmap-leak");

    g_assert_cmpstr(cause->culprit, ==, "/w/data/index.bin");
    g_assert_nonnull(strstr(cause->evidence, "mapped 380 times"));
    g_assert_nonnull(strstr(fixture_fact(&result->steps[TRIAGE_MAP], "/w/data/index.bin")->note,
                            "mapped 380 times"));
    ill.f.memory.n_regions = 20;
    g_autoptr(triage_result_auto) other = fixture_evaluate(&ill.f);

    g_assert_cmpstr(ill_find(other, "mmap-leak")->culprit, ==, "mapped file");
    ill_tear_down(&ill);
}

/* Who allocates what grows is in the first sentence, not the library's function alone. */
static void test_lead_names_the_caller(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "output-buffer");
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_nonnull(strstr(result->diagnosis, ", called by example.com/app.load"));
    g_assert_nonnull(
        strstr(result->steps[TRIAGE_HEAP].sentence, ", called by example.com/app.load"));
    ill_tear_down(&ill);
}

/* What only the map tells of swap is told as well. */
static void test_swap_by_walks(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill.f.process.swap_bytes = SAMPLE_UNKNOWN;
    ill.f.memory.regions_are_types = true;
    ill.f.memory.swap_bytes = 60 * MIB;
    ill.f.memory.swap_growth_bytes = 20 * MIB;
    ill.f.input.trends[METRIC_SWAP] = (struct trend){0};
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
    const struct triage_cause *cause = ill_find(result, "swap-thrash");

    g_assert_nonnull(cause);
    g_assert_cmpfloat(cause->confidence, <, 0.9); /* whether it goes on is not known */
    g_assert_nonnull(strstr(cause->evidence, "60M"));
    ill_tear_down(&ill);
}

/* What is not known makes nothing likely: not that memory came back, nor that a heap stands still.
 */
static void test_unknown_says_nothing_of_levels(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "huge-pages");
    ill.f.memory.regions_us = 0;
    g_autoptr(triage_result_auto) not_walked = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(not_walked, "huge-pages"));
    ill_tear_down(&ill);
    ill_set_up(&ill);
    ill_make(&ill, "heap-level");
    ill.f.input.trends[METRIC_HEAP_LIVE] = ill.f.input.trends[METRIC_HEAP_ALLOC] =
        (struct trend){0};
    g_autoptr(triage_result_auto) no_trend = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(no_trend, "heap-level"));
    ill_tear_down(&ill);
    ill_set_up(&ill);
    ill_make(&ill, "children-memory");
    for (size_t i = 0; i < 3; i++)
        ill.children[i].rss_bytes = SAMPLE_UNKNOWN;
    g_autoptr(triage_result_auto) no_size = fixture_evaluate(&ill.f);

    g_assert_null(ill_find(no_size, "children-memory"));
    ill_tear_down(&ill);
}

/* What nobody waits for on purpose is found after it has stopped to grow. */
static void test_levels_after_growth(void)
{
    static const char *const stopped[] = {"deleted-files", "command-pipes", "thread-leak"};

    for (size_t i = 0; i < G_N_ELEMENTS(stopped); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, stopped[i]);
        ill.f.templates[0].count = G_N_ELEMENTS(ill.fds);
        ill.f.buckets[0].count = 150;
        for (size_t t = 0; t < METRIC_N; t++)
            ill.f.input.trends[t] = fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, stopped[i]);

        g_assert_true((cause != NULL) == (i != 0)); /* 40 deleted ones are few */
        g_assert_true(cause == NULL || cause->confidence >= 0.6);
        ill_tear_down(&ill);
    }
}

/* Memory of children that grew while watched and stays, and much of it beside little of its own,
 * is a finding; what a program of that size may well have started is none. */
static void test_children_that_stay(void)
{
    static const struct {
        int64_t each, own;
        double rise;
        bool found;
    } cases[] = {{100, 12, 200.0 * MIB, true}, {100, 12, 0, false},  {100, 200, 200.0 * MIB, false},
                 {300, 12, 0, true},           {300, 400, 0, false}, {20, 2, 50.0 * MIB, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, "children-memory");
        for (size_t c = 0; c < ill.threads.n_children; c++)
            ill.children[c].rss_bytes = cases[i].each * MIB;
        ill.f.process.rss_bytes = cases[i].own * MIB;
        ill.f.input.trends[METRIC_CHILDREN_RSS] =
            cases[i].rise > 0 ? fixture_plateau(cases[i].rise, HOUR_S) : fixture_flat(HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "children-memory");

        g_assert_true((cause != NULL && cause->confidence >= 0.6) == cases[i].found);
        g_assert_true((result->verdict == TRIAGE_LOOK) == cases[i].found);
        if (cases[i].found && cases[i].rise > 0)
            g_assert_nonnull(strstr(cause->evidence, "; +200M while watched, level now"));
        ill_tear_down(&ill);
    }
}

/* A cache that has come to its cap: too few collections for a trend, and the last of them found no
 * more than the one before it. */
static void test_cache_at_its_cap(void)
{
    for (int settled = 0; settled <= 1; settled++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, "cache-growth");
        struct triage_input *in = &ill.f.input;

        in->trends[METRIC_HEAP_LIVE] = (struct trend){0};
        in->trends[METRIC_HEAP_ALLOC] = in->trends[METRIC_NEXT_GC] =
            fixture_growing(900.0 * MIB, 300);
        in->heap_settled = settled;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, "cache-growth");

        g_assert_true((cause != NULL) == !settled);
        g_assert_true((result->steps[TRIAGE_HEAP].verdict == TRIAGE_HEALTHY) == settled);
        g_assert_cmpint(triage_exit_status(result), ==, settled ? 0 : 1);
        ill_tear_down(&ill);
    }
}

/* Levels alone are never called sure. */
static void test_levels_are_not_sure(void)
{
    struct ill ill;

    ill_set_up(&ill);
    ill_make(&ill, "session-files");
    ill.f.input.trends[METRIC_FDS] = fixture_flat(HOUR_S);
    ill.f.templates[0].growth = 0;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

    g_assert_cmpfloat(ill_find(result, "session-files")->confidence, <, 0.9);
    ill_tear_down(&ill);
}

/* Growth that may still be work in progress is never called sure. */
static void test_short_windows_are_not_sure(void)
{
    for (size_t i = 0; i < ill_n_cases; i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_cases[i].make(&ill);
        struct triage_input *in = &ill.f.input;
        struct trend *trends[] = {&in->trends[METRIC_RSS],        &in->trends[METRIC_FDS],
                                  &in->trends[METRIC_GOROUTINES], &in->trends[METRIC_REGIONS],
                                  &in->trends[METRIC_THREADS],    &in->trends[METRIC_HEAP_LIVE],
                                  &in->trends[METRIC_WATCHES],    &in->trends[METRIC_CHILDREN_RSS]};

        for (size_t t = 0; t < G_N_ELEMENTS(trends); t++)
            trends[t]->window_s = 12;
        in->observed_s = 12;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);
        const struct triage_cause *cause = ill_find(result, ill_cases[i].id);

        if (cause != NULL && cause->pattern->leak)
            g_assert_cmpfloat(cause->confidence, <, 0.9);
        ill_tear_down(&ill);
    }
}

/* Two looks that differ are no leak where the trend over the same time is known not to rise. */
static void test_flat_trends_refute(void)
{
    static const char *const made[] = {
        "session-files", "directory-handles", "deleted-files", "pipe-leak",      "socket-leak",
        "listener-leak", "blocked-channel",   "sleep-loops",   "goroutine-leak", "bufio-scanner",
        "json-retained", "heap-retained",     "cache-growth",  "slice-growth",   "output-buffer"};

    for (size_t i = 0; i < G_N_ELEMENTS(made); i++) {
        struct ill ill;

        ill_set_up(&ill);
        ill_make(&ill, made[i]);
        ill.f.files.by_class[PATH_CLAUDE] = MIN(ill.f.files.by_class[PATH_CLAUDE], 30);
        ill.f.files.count = 60;
        if (ill.f.dump.n_buckets > 0)
            ill.f.buckets[0].count = 40;
        ill.f.input.trends[METRIC_FDS] = ill.f.input.trends[METRIC_GOROUTINES] =
            ill.f.input.trends[METRIC_HEAP_LIVE] = fixture_flat(12);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&ill.f);

        g_assert_cmpuint(result->causes->len, ==, 0);
        ill_tear_down(&ill);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/patterns/mapped-memory", test_mapped_memory_is_told_as_such);
    g_test_add_func("/patterns/file-mapped-again", test_file_mapped_again);
    g_test_add_func("/patterns/lead-names-the-caller", test_lead_names_the_caller);
    g_test_add_func("/patterns/swap-by-walks", test_swap_by_walks);
    g_test_add_func("/patterns/unknown-levels", test_unknown_says_nothing_of_levels);
    g_test_add_func("/patterns/levels-after-growth", test_levels_after_growth);
    g_test_add_func("/patterns/children-that-stay", test_children_that_stay);
    g_test_add_func("/patterns/cache-at-its-cap", test_cache_at_its_cap);
    g_test_add_func("/patterns/levels", test_levels_are_not_sure);
    g_test_add_func("/patterns/short-windows", test_short_windows_are_not_sure);
    g_test_add_func("/patterns/flat-trends", test_flat_trends_refute);
    return g_test_run();
}
