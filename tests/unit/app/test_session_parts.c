/* What parts had over time: by name, bounded, the whole time in view, each with a trend. */

#include "app/session/session_parts.h"

#include "pprof/goroutines.h"

#include <string.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

/* --- the history itself --- */

static void test_values(void)
{
    struct part_history *history = part_history_new();

    part_history_set(history, "a", 5); /* before any moment: nowhere to put it */
    g_assert_null(part_history_values(history, "a"));
    part_history_begin(history, 10);
    part_history_set(history, "a", 1000);
    part_history_begin(history, 20);
    part_history_set(history, "a", 3000);
    part_history_set(history, "b", 500);
    g_assert_cmpuint(part_history_n_points(history), ==, 2);
    g_assert_cmpint(part_history_at_us(history, 1), ==, 20);
    g_assert_cmpint(part_history_values(history, "a")[0], ==, 1000);
    g_assert_cmpint(part_history_values(history, "a")[1], ==, 3000);
    g_assert_cmpint(part_history_values(history, "b")[0], ==, 0); /* not there yet */
    g_assert_cmpint(part_history_values(history, "b")[1], ==, 500);
    part_history_begin(history, 30);
    g_assert_cmpint(part_history_values(history, "b")[2], ==, 0); /* gone again */
    part_history_clear(history);
    g_assert_cmpuint(part_history_n_points(history), ==, 0);
    g_assert_null(part_history_values(history, "a"));
    part_history_free(history);
}

static void test_thins_out(void)
{
    struct part_history *history = part_history_new();

    for (int64_t i = 0; i < 1000; i++) {
        part_history_begin(history, i);
        part_history_set(history, "a", 1000 + i);
        size_t n = part_history_n_points(history);

        g_assert_cmpuint(n, <=, PART_HISTORY_POINTS);
        g_assert_cmpint(part_history_at_us(history, n - 1), ==, i);
        for (size_t p = 0; p < n; p++) /* each value is still that of its moment */
            g_assert_cmpint(part_history_values(history, "a")[p], ==,
                            1000 + part_history_at_us(history, p));
    }
    g_assert_cmpuint(part_history_n_points(history), >=, PART_HISTORY_POINTS / 2);
    g_assert_cmpint(part_history_at_us(history, 0), ==, 0);   /* the start is still in view */
    g_assert_cmpint(part_history_at_us(history, 16), <, 600); /* and not the end alone */
    part_history_free(history);
}

/* The same moments and values when only the moments are gone through, and values are looked up. */
static void test_put_together_again(void)
{
    struct part_history *live = part_history_new();
    struct part_moments moments = {0};
    gint64 t = 1000;
    int64_t values[PART_HISTORY_POINTS];

    for (int i = 0; i < 5000; i++) {
        t += 1 + i % 7 * (i % 3);
        part_history_begin(live, t);
        part_moments_add(&moments, t);
        if (i % 5 != 0)
            part_history_set(live, "a", t * 3);
    }
    g_assert_cmpuint(moments.n, ==, part_history_n_points(live));
    for (size_t i = 0; i < moments.n; i++) {
        g_assert_cmpint(moments.at_us[i], ==, part_history_at_us(live, i));
        values[i] = part_history_values(live, "a")[i];
    }
    struct part_history *again = part_history_new_at(&moments);

    part_history_fill(again, "a", values);
    for (int i = 0; i < 300; i++) { /* and it goes on as the other */
        t += 40;
        part_history_begin(live, t);
        part_history_begin(again, t);
        part_history_set(live, "a", i);
        part_history_set(again, "a", i);
    }
    g_assert_cmpuint(part_history_n_points(again), ==, part_history_n_points(live));
    for (size_t i = 0; i < part_history_n_points(live); i++) {
        g_assert_cmpint(part_history_at_us(again, i), ==, part_history_at_us(live, i));
        g_assert_cmpint(part_history_values(again, "a")[i], ==, part_history_values(live, "a")[i]);
    }
    part_history_free(live);
    part_history_free(again);
}

static void test_many_parts(void)
{
    struct part_history *history = part_history_new();
    guint kept = 0;

    part_history_begin(history, 1);
    for (guint i = 0; i < 5000; i++) {
        g_autofree char *part = g_strdup_printf("%u", i);

        part_history_set(history, part, i);
        kept += part_history_values(history, part) != NULL;
    }
    g_assert_cmpuint(kept, ==, 1000);
    part_history_free(history);
}

/* --- from samples --- */

static struct session_parts *new_parts(void)
{
    return session_parts_new(&(struct trend_options){0});
}

static size_t n_points(const struct session_parts *parts, enum part_kind kind)
{
    return part_history_n_points(session_parts_history(parts, kind));
}

static struct profile *heap_profile(int64_t scan, int64_t parse)
{
    g_autofree char *text =
        g_strdup_printf("heap profile: 2: %" G_GINT64_FORMAT " [2: 9000000] @ heap/2\n"
                        "1: %" G_GINT64_FORMAT " [1: 4000000] @ 0x401001\n"
                        "#\t0x401000\tmain.scan+0x10\t/m.go:2\n\n"
                        "1: %" G_GINT64_FORMAT " [1: 5000000] @ 0x402001\n"
                        "#\t0x402000\tmain.parse+0x10\t/m.go:4\n\n",
                        scan + parse, scan, parse);
    struct profile *profile = profile_decode((const uint8_t *)text, strlen(text), NULL);

    g_assert_nonnull(profile);
    return profile;
}

static void add_heap(struct session_parts *parts, struct profile *profile, bool new_gc,
                     gint64 at_us)
{
    struct heap_sample heap = {.base = {.kind = PROBE_HEAP, .status = SAMPLE_OK},
                               .profile = profile,
                               .profile_us = at_us,
                               .new_gc = new_gc};

    session_parts_add(parts, &heap.base);
}

static void test_functions(void)
{
    struct session_parts *parts = new_parts();

    for (int i = 0; i < 20; i++) {
        g_autoptr(profile_auto) profile = heap_profile((10 + 5 * i) << 20, 7 << 20);

        g_autoptr(profile_auto) again = heap_profile((10 + 5 * i) << 20, 7 << 20);

        add_heap(parts, profile, true, i * SECOND);
        add_heap(parts, profile, true, i * SECOND + 1); /* the same answer in the next sample */
        add_heap(parts, again, false, i * SECOND + SECOND / 2); /* no collection in between */
    }
    struct trend scan = session_parts_trend(parts, PART_FUNCTIONS, "main.scan");

    g_assert_cmpuint(n_points(parts, PART_FUNCTIONS), ==, 20);
    g_assert_cmpint(scan.verdict, ==, TREND_GROWING);
    g_assert_cmpfloat(scan.per_second, ==, 5 << 20);
    g_assert_cmpint(session_parts_trend(parts, PART_FUNCTIONS, "main.parse").verdict, ==,
                    TREND_FLAT);
    g_assert_cmpint(session_parts_trend(parts, PART_FUNCTIONS, "main.nobody").verdict, ==,
                    TREND_UNKNOWN);
    g_assert_cmpint(session_parts_trend(NULL, PART_FUNCTIONS, "main.scan").verdict, ==,
                    TREND_UNKNOWN);
    session_parts_free(parts);
}

static void test_other_profiles(void)
{
    static const char text[] = "goroutine profile: total 1\n1 @ 0x401001\n"
                               "#\t0x401000\tmain.main+0x10\t/m.go:2\n\n";
    struct session_parts *parts = new_parts();
    g_autoptr(profile_auto) profile = profile_decode((const uint8_t *)text, sizeof text - 1, NULL);

    g_assert_nonnull(profile);
    add_heap(parts, profile, true, 10);
    add_heap(parts, NULL, true, 20);
    g_assert_cmpuint(n_points(parts, PART_FUNCTIONS), ==, 0);
    session_parts_free(parts);
}

/* One path that is opened again and again, among many that are turned over. */
static void test_files(void)
{
    struct session_parts *parts = new_parts();

    for (uint32_t i = 0; i < 30; i++) {
        struct fd_group groups[] = {{.path = "/leak", .count = 5 + i},
                                    {.path = "/steady", .count = 4 + i % 2},
                                    {.path = "/once", .count = 1}};
        struct fd_template templates[] = {{.text = "/<n>", .count = 40 + 3 * i}};
        struct files_sample files = {
            .base = {.kind = PROBE_FILES, .status = SAMPLE_OK, .taken_us = i * SECOND},
            .groups = groups,
            .n_groups = G_N_ELEMENTS(groups),
            .templates = templates,
            .n_templates = 1};

        session_parts_add(parts, &files.base);
    }
    struct trend leak = session_parts_trend(parts, PART_FILES, "/leak");

    g_assert_cmpint(leak.verdict, ==, TREND_GROWING);
    g_assert_cmpfloat(leak.low, ==, 1);
    g_assert_cmpint(session_parts_trend(parts, PART_FILES, "/steady").verdict, ==, TREND_FLAT);
    g_assert_cmpint(session_parts_trend(parts, PART_FILES, "/once").verdict, ==, TREND_UNKNOWN);
    g_assert_cmpfloat(session_parts_trend(parts, PART_TEMPLATES, "/<n>").per_second, ==, 3);
    session_parts_free(parts);
}

static void add_dump(struct session_parts *parts, bool has_states, size_t count, gint64 at_us)
{
    struct goroutine_bucket bucket = {.hash = 0xabc, .count = count};
    struct goroutine_dump dump = {.buckets = &bucket, .n_buckets = 1, .has_states = has_states};
    struct goroutines_sample sample = {
        .base = {.kind = PROBE_GOROUTINES, .status = SAMPLE_OK}, .dump = &dump, .dump_us = at_us};

    session_parts_add(parts, &sample.base);
}

/* Stacks with and without wait reasons are other buckets: the one did not grow from nothing. */
static void test_goroutines(void)
{
    struct session_parts *parts = new_parts();
    struct part_key key = session_parts_bucket_key(0xabc);

    g_assert_cmpstr(key.text, ==, "0000000000000abc");
    for (int i = 1; i <= 12; i++) {
        add_dump(parts, true, (size_t)(10 * i), i * SECOND);
        add_dump(parts, true, 9999, i * SECOND); /* the same dump in the next sample */
    }
    g_assert_cmpint(session_parts_trend(parts, PART_GOROUTINES, key.text).verdict, ==,
                    TREND_GROWING);
    add_dump(parts, false, 130, 13 * SECOND);
    g_assert_cmpuint(n_points(parts, PART_GOROUTINES), ==, 1);
    g_assert_cmpint(session_parts_trend(parts, PART_GOROUTINES, key.text).verdict, ==,
                    TREND_UNKNOWN);
    session_parts_free(parts);
}

static void test_regions(void)
{
    struct session_parts *parts = new_parts();
    const char *name = region_class_name(REGION_SQLITE);

    for (int i = 1; i <= 12; i++) {
        struct memory_sample memory = {.base = {.kind = PROBE_MEMORY, .status = SAMPLE_OK},
                                       .regions_us = i / 2 * 2 * 5 * SECOND};

        memory.classes[REGION_SQLITE] =
            (struct region_totals){.count = 3, .resident_bytes = (int64_t)i << 24};
        session_parts_add(parts, &memory.base);
    }
    g_assert_cmpuint(n_points(parts, PART_REGIONS), ==, 6); /* walks, not samples */
    g_assert_cmpint(part_history_values(session_parts_history(parts, PART_REGIONS), name)[5], ==,
                    12 << 24);
    session_parts_free(parts);
}

static void test_failed_samples(void)
{
    struct session_parts *parts = new_parts();
    struct files_sample files = {.base = {.kind = PROBE_FILES, .status = SAMPLE_DENIED}};

    session_parts_add(parts, &files.base);
    g_assert_cmpuint(n_points(parts, PART_FILES), ==, 0);
    session_parts_free(parts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/part-history/values", test_values);
    g_test_add_func("/part-history/thins-out", test_thins_out);
    g_test_add_func("/part-history/put-together-again", test_put_together_again);
    g_test_add_func("/part-history/many-parts", test_many_parts);
    g_test_add_func("/session-parts/functions", test_functions);
    g_test_add_func("/session-parts/other-profiles", test_other_profiles);
    g_test_add_func("/session-parts/files", test_files);
    g_test_add_func("/session-parts/goroutines", test_goroutines);
    g_test_add_func("/session-parts/regions", test_regions);
    g_test_add_func("/session-parts/failed-samples", test_failed_samples);
    return g_test_run();
}
