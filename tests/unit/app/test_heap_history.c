/* What functions held over time: by name, bounded, the whole time in view. */

#include "app/heap_history.h"

#include <string.h>

static struct profile *heap(int64_t scan, int64_t parse)
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

static void add(struct heap_history *history, int64_t scan, int64_t parse, gint64 at_us)
{
    g_autoptr(profile_auto) profile = heap(scan, parse);

    heap_history_add(history, profile, at_us);
}

static void test_values(void)
{
    struct heap_history *history = heap_history_new();

    g_assert_cmpuint(heap_history_n_points(history), ==, 0);
    g_assert_null(heap_history_bytes(history, "main.scan"));
    add(history, 1000, 0, 10);
    add(history, 3000, 500, 20);
    g_assert_cmpuint(heap_history_n_points(history), ==, 2);
    g_assert_cmpint(heap_history_at_us(history, 1), ==, 20);
    g_assert_cmpint(heap_history_bytes(history, "main.scan")[0], ==, 1000);
    g_assert_cmpint(heap_history_bytes(history, "main.scan")[1], ==, 3000);
    g_assert_cmpint(heap_history_bytes(history, "main.parse")[0], ==, 0); /* not there yet */
    g_assert_cmpint(heap_history_bytes(history, "main.parse")[1], ==, 500);
    g_assert_null(heap_history_bytes(history, "main.nobody"));
    heap_history_free(history);
}

/* Between two collections the profile stays the same object. */
static void test_same_profile_once(void)
{
    struct heap_history *history = heap_history_new();
    g_autoptr(profile_auto) profile = heap(1000, 2000);

    heap_history_add(history, profile, 10);
    heap_history_add(history, profile, 20);
    g_assert_cmpuint(heap_history_n_points(history), ==, 1);
    heap_history_free(history);
}

static void test_other_profiles(void)
{
    static const char text[] = "goroutine profile: total 1\n1 @ 0x401001\n"
                               "#\t0x401000\tmain.main+0x10\t/m.go:2\n\n";
    struct heap_history *history = heap_history_new();
    g_autoptr(profile_auto) profile = profile_decode((const uint8_t *)text, sizeof text - 1, NULL);

    g_assert_nonnull(profile);
    heap_history_add(history, profile, 10);
    g_assert_cmpuint(heap_history_n_points(history), ==, 0);
    heap_history_free(history);
}

static void test_thins_out(void)
{
    struct heap_history *history = heap_history_new();

    for (int64_t i = 0; i < 1000; i++) {
        add(history, 1000 + i, 1, i);
        size_t n = heap_history_n_points(history);
        const int64_t *bytes = heap_history_bytes(history, "main.scan");

        g_assert_cmpuint(n, <=, HEAP_HISTORY_POINTS);
        g_assert_cmpint(heap_history_at_us(history, n - 1), ==, i);
        for (size_t p = 0; p < n; p++) /* each value is still that of its moment */
            g_assert_cmpint(bytes[p], ==, 1000 + heap_history_at_us(history, p));
    }
    g_assert_cmpuint(heap_history_n_points(history), >=, HEAP_HISTORY_POINTS / 2);
    g_assert_cmpint(heap_history_at_us(history, 0), ==, 0);   /* the start is still in view */
    g_assert_cmpint(heap_history_at_us(history, 16), <, 600); /* and not the end alone */
    heap_history_free(history);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/heap-history/values", test_values);
    g_test_add_func("/heap-history/same-profile-once", test_same_profile_once);
    g_test_add_func("/heap-history/other-profiles", test_other_profiles);
    g_test_add_func("/heap-history/thins-out", test_thins_out);
    return g_test_run();
}
