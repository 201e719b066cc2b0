#include "app/session/series.h"

#include <math.h>
#include <string.h>

enum { S = G_USEC_PER_SEC };

static struct series_set *set_new(void)
{
    return series_set_new(&(struct series_options){0});
}

static double last(struct series_set *set, enum metric series)
{
    struct history_point point = {.value = NAN};

    return history_last(series_set_history(set, series), &point) ? point.value : NAN;
}

static struct process_sample process_at(gint64 t_us, int64_t rss)
{
    return (struct process_sample){
        .base = {.kind = PROBE_PROCESS, .taken_us = t_us},
        .rss_bytes = rss,
        .fd_count = 15,
        .threads = 12,
        .swap_bytes = SAMPLE_UNKNOWN,
        .cpu_percent = NAN,
    };
}

static void test_failed_is_a_gap(void)
{
    struct series_set *set = set_new();
    struct process_sample sample = process_at(S, 1000);

    series_set_add(set, &sample.base);
    g_assert_cmpfloat(last(set, METRIC_RSS), ==, 1000);
    g_assert_true(isnan(last(set, METRIC_SWAP)));
    sample = process_at(2 * S, 1000);
    sample.base.status = SAMPLE_STALE;
    series_set_add(set, &sample.base);
    g_assert_true(isnan(last(set, METRIC_RSS)));
    series_set_free(set);
}

static void test_trend_follows(void)
{
    struct series_set *set = set_new();
    const int64_t mib = 1024 * 1024;

    g_assert_cmpint((int)series_set_trend(set, METRIC_RSS)->verdict, ==, TREND_UNKNOWN);
    for (int i = 0; i < 120; i++) {
        struct process_sample sample = process_at((gint64)i * S, (100 + i) * mib);

        series_set_add(set, &sample.base);
    }
    g_assert_cmpint((int)series_set_trend(set, METRIC_RSS)->verdict, ==, TREND_GROWING);
    g_assert_cmpint((int)series_set_trend(set, METRIC_FDS)->verdict, ==, TREND_FLAT);
    g_assert_cmpfloat_with_epsilon(series_set_trend(set, METRIC_RSS)->per_second, (double)mib,
                                   (double)mib / 100);
    series_set_free(set);
}

/* What sidescope itself causes in the target is no trend. */
static void test_own_noise(void)
{
    struct series_set *set = set_new();

    for (int i = 0; i < 120; i++) {
        struct goroutines_sample sample = {
            .base = {.kind = PROBE_GOROUTINES, .taken_us = (gint64)i * S},
            .count = 29 + (i > 60 ? 2 : 0)};

        series_set_add(set, &sample.base);
    }
    g_assert_cmpint((int)series_set_trend(set, METRIC_GOROUTINES)->verdict, !=, TREND_GROWING);
    series_set_free(set);
}

static void test_live_heap_needs_a_collection(void)
{
    struct profile_value_type types[] = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
    struct profile_sample rows[2] = {{0}};
    int64_t values[] = {1, 4000, 1, 96};
    struct profile profile = {.sample_types = types,
                              .n_sample_types = 2,
                              .samples = rows,
                              .n_samples = 2,
                              .values = values,
                              .default_sample_type = ""};
    struct heap_sample heap = {.base = {.kind = PROBE_HEAP, .taken_us = S}, .profile = &profile};
    struct series_set *set = set_new();

    series_set_add(set, &heap.base);
    g_assert_cmpfloat(last(set, METRIC_HEAP_LIVE), ==, 4096);
    values[1] = 9000;
    heap.base.taken_us = 2 * S;
    series_set_add(set, &heap.base);
    g_assert_cmpfloat(last(set, METRIC_HEAP_LIVE), ==, 4096);
    heap.base.taken_us = 3 * S;
    heap.new_gc = true;
    series_set_add(set, &heap.base);
    g_assert_cmpfloat(last(set, METRIC_HEAP_LIVE), ==, 9096);
    series_set_free(set);
}

static void test_alloc_rate(void)
{
    struct memstats memstats = {.total_alloc = 1000};
    struct heap_sample heap = {.base = {.kind = PROBE_HEAP, .taken_us = S}, .memstats = &memstats};
    struct series_set *set = set_new();

    series_set_add(set, &heap.base);
    g_assert_true(isnan(last(set, METRIC_ALLOC_RATE)));
    memstats.total_alloc = 5000;
    heap.base.taken_us = 3 * S;
    series_set_add(set, &heap.base);
    g_assert_cmpfloat(last(set, METRIC_ALLOC_RATE), ==, 2000);
    heap.base.taken_us = 4 * S;
    heap.base.status = SAMPLE_FAILED;
    series_set_add(set, &heap.base);
    g_assert_true(isnan(last(set, METRIC_ALLOC_RATE)));
    series_set_free(set);
}

static void test_regions_once_per_walk(void)
{
    struct memory_sample memory = {.base = {.kind = PROBE_MEMORY, .taken_us = 2 * S},
                                   .pss_bytes = 10,
                                   .regions_us = S,
                                   .total = {.count = 62}};
    struct series_set *set = set_new();

    series_set_add(set, &memory.base);
    memory.base.taken_us = 4 * S;
    series_set_add(set, &memory.base);
    g_assert_cmpuint(history_size(series_set_history(set, METRIC_REGIONS)), ==, 1);
    memory.regions_us = 5 * S;
    series_set_add(set, &memory.base);
    g_assert_cmpuint(history_size(series_set_history(set, METRIC_REGIONS)), ==, 2);
    series_set_free(set);
}

/* Where no process tells its swap, vmmap does; a step that rounding alone makes is no growth. */
static void test_swap_of_walks(void)
{
    const int64_t gib = INT64_C(1) << 30;

    for (int steep = 0; steep <= 1; steep++) {
        struct series_set *set = set_new();

        for (int i = 0; i < 40; i++) {
            struct process_sample process = process_at((gint64)i * 30 * S + 1, 1000);
            struct memory_sample memory = {
                .base = {.kind = PROBE_MEMORY, .taken_us = (gint64)i * 30 * S},
                .regions_us = (gint64)i * 30 * S + 2,
                .regions_are_types = true,
                .swap_bytes = (steep    ? (10 + i) * gib
                               : i < 20 ? 11 * gib
                                        : 12 * gib) /
                              10,
                .swap_step_bytes = gib / 10 + 1,
            };

            series_set_add(set, &process.base);
            series_set_add(set, &memory.base);
        }
        g_assert_cmpuint(history_size(series_set_history(set, METRIC_SWAP)), ==, 40);
        g_assert_cmpint((int)series_set_trend(set, METRIC_SWAP)->verdict, ==,
                        steep ? TREND_GROWING : TREND_FLAT);
        series_set_free(set);
    }
}

/* Each row is whole: what is shown, saved and read back by it would be missing without a word. */
static void test_table(void)
{
    for (int i = 0; i < METRIC_N; i++) {
        const struct metric_info *info = metric_info((enum metric)i);

        g_assert_nonnull(info->id);
        g_assert_cmpint((int)metric_from_id(info->id), ==, i); /* and no other is called so */
        g_assert_true(info->name != NULL && *info->name != '\0');
        g_assert_true(info->words != NULL && *info->words != '\0');
        g_assert_true(info->help != NULL && *info->help != '\0');
        g_assert_true(info->readings[0].kind != PROBE_N_KINDS || i == METRIC_ALLOC_RATE ||
                      i == METRIC_FDS_OPENED || i == METRIC_PROJECT_SWITCHES);
        for (const char *p = info->id; *p != '\0'; p++)
            g_assert_true(g_ascii_islower(*p) || *p == '_');
    }
    g_assert_cmpint((int)metric_from_id("nothing"), ==, METRIC_N);
}

/* With runtime.MemProfileRate 0, or far above the heap, the profile's sum is not what is alive. */
static void test_blind_profile(void)
{
    static const struct profile_value_type types[] = {{"inuse_objects", "count"},
                                                      {"inuse_space", "bytes"}};
    int64_t values[] = {10, 30 << 20};
    struct profile_sample one = {0};
    struct profile profile = {.sample_types = (struct profile_value_type *)types,
                              .n_sample_types = 2,
                              .samples = &one,
                              .n_samples = 1,
                              .values = values,
                              .period_type = {"space", "bytes"},
                              .period = 512 << 10};
    struct memstats memstats = {.heap_alloc = 50 << 20};
    struct heap_sample heap = {.memstats = &memstats, .profile = &profile};

    g_assert_true(metric_profile_tells(&heap));
    profile.period = 0;
    g_assert_false(metric_profile_tells(&heap));
    profile.period = 64 << 20;
    g_assert_false(metric_profile_tells(&heap));
    profile.period = 512 << 10;
    values[1] = 1 << 20;
    g_assert_false(metric_profile_tells(&heap));
    memstats.heap_alloc = 3 << 20; /* a small heap is a few samples in any case */
    g_assert_true(metric_profile_tells(&heap));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/series/gap", test_failed_is_a_gap);
    g_test_add_func("/series/trend", test_trend_follows);
    g_test_add_func("/series/own-noise", test_own_noise);
    g_test_add_func("/series/live-heap", test_live_heap_needs_a_collection);
    g_test_add_func("/series/blind-profile", test_blind_profile);
    g_test_add_func("/series/alloc-rate", test_alloc_rate);
    g_test_add_func("/series/regions", test_regions_once_per_walk);
    g_test_add_func("/series/swap-of-walks", test_swap_of_walks);
    g_test_add_func("/series/table", test_table);
    return g_test_run();
}
