#include "tests/unit/app/triage_fixture.h"

#include <math.h>
#include <string.h>

/* What holds for all levels and thresholds, and the table of thresholds itself. */

#define MIB (1024.0 * 1024)
#define GIB (1024.0 * MIB)

/* --- properties --- */

/* Whatever the level is, a series that stands still is never bad for growth of any process. */
static void test_constant_is_no_growth(void)
{
    for (int power = 0; power < 40; power++) {
        struct triage_fixture f;

        fixture_healthy(&f);
        fixture_not_sidecar(&f);
        f.process.rss_bytes = (int64_t)1 << power;
        f.process.fd_count = 1 + ((int64_t)1 << power) % 9000;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        g_assert_cmpint((int)result->verdict, ==, TRIAGE_HEALTHY);
    }
}

/* More of the same illness is never judged milder. */
static void test_monotonic(void)
{
    enum triage_verdict rss = TRIAGE_HEALTHY, fds = TRIAGE_HEALTHY, map = TRIAGE_HEALTHY,
                        goroutines = TRIAGE_HEALTHY;

    for (int64_t n = 1; n < 20000; n = n * 3 / 2 + 1) {
        struct triage_fixture f;

        fixture_healthy(&f);
        f.process.rss_bytes = n * 1024 * 1024;
        f.input.trends[METRIC_RSS] = (struct trend){0};
        f.process.fd_count = n;
        f.memory.classes[REGION_ANONYMOUS].count = n;
        f.goroutines.count = n;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        g_assert_cmpint((int)result->steps[TRIAGE_RSS].verdict, >=, (int)rss);
        g_assert_cmpint((int)result->steps[TRIAGE_FDS].verdict, >=, (int)fds);
        g_assert_cmpint((int)result->steps[TRIAGE_MAP].verdict, >=, (int)map);
        g_assert_cmpint((int)result->steps[TRIAGE_GOROUTINES].verdict, >=, (int)goroutines);
        rss = result->steps[TRIAGE_RSS].verdict;
        fds = result->steps[TRIAGE_FDS].verdict;
        map = result->steps[TRIAGE_MAP].verdict;
        goroutines = result->steps[TRIAGE_GOROUTINES].verdict;
    }
    g_assert_cmpint((int)rss, ==, TRIAGE_BAD);
    g_assert_cmpint((int)fds, ==, TRIAGE_BAD);
    g_assert_cmpint((int)map, ==, TRIAGE_BAD);
    g_assert_cmpint((int)goroutines, ==, TRIAGE_BAD);
}

/* Levels scaled together with their thresholds are judged alike. */
static void test_scaling(void)
{
    for (int factor = 1; factor <= 64; factor *= 2) {
        struct triage_fixture f;

        fixture_healthy(&f);
        f.input.trends[METRIC_RSS] = (struct trend){0};
        for (size_t i = 0; i < THRESHOLD_N; i++)
            f.thresholds.value[i] *= factor;
        f.process.rss_bytes = (int64_t)(501 * MIB) * factor;
        f.process.fd_count = 201 * factor;
        f.process.fd_soft_limit = 100000;
        f.goroutines.count = 62 * factor;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        g_assert_cmpint((int)result->steps[TRIAGE_RSS].verdict, ==, TRIAGE_BAD);
        g_assert_cmpint((int)result->steps[TRIAGE_FDS].verdict, ==, TRIAGE_LOOK);
        g_assert_cmpint((int)result->steps[TRIAGE_GOROUTINES].verdict, ==, TRIAGE_LOOK);
    }
}

/* --- thresholds --- */

static void test_threshold_table(void)
{
    for (int i = 0; i < THRESHOLD_N; i++) {
        const struct threshold *info = threshold_info((enum threshold_id)i);

        g_assert_cmpint((int)info->id, ==, i);
        g_assert_cmpstr(info->key, !=, "");
        g_assert_cmpstr(info->source, !=, "");
        g_assert_nonnull(info->measured);
        g_assert_true(isnan(info->documented) || info->documented > 0);
        /* each number is the procedure's or has one for both systems */
        g_assert_true(isnan(info->documented) || isnan(info->on_linux) ||
                      info->on_linux < info->documented ||
                      info->id == THRESHOLD_GOROUTINES_HIGH); /* of an older release */
        g_assert_false(isnan(threshold_default(info->id, false)));
        g_assert_true(info->id == THRESHOLD_MAP_COUNT || !isnan(threshold_default(info->id, true)));
    }
}

/* What holds on Linux is not what was documented on macOS, and both are shown. */
static void test_threshold_systems(void)
{
    struct thresholds on_linux, on_macos;

    thresholds_init(&on_linux, false);
    thresholds_init(&on_macos, true);
    g_assert_cmpfloat(on_linux.value[THRESHOLD_PIPE_LOW], ==, 2);
    g_assert_cmpfloat(on_macos.value[THRESHOLD_PIPE_LOW], ==, 10);
    g_assert_cmpfloat(on_linux.value[THRESHOLD_FDS_LEAK], ==, 1000);
    g_assert_true(isnan(on_macos.value[THRESHOLD_MAP_COUNT]));
    g_autofree char *text = thresholds_text(&on_linux, false);

    for (int i = 0; i < THRESHOLD_N; i++)
        g_assert_nonnull(strstr(text, threshold_info((enum threshold_id)i)->key));
    g_assert_nonnull(strstr(text, "pipe-low                  2          10"));
}

/* The numbers the procedure leaves open come from the table as well, and the user's count. */
static void test_own_numbers(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.process.cpu_percent = f.input.cpu_mean = 30;
    g_autoptr(triage_result_auto) calm = fixture_evaluate(&f);

    f.thresholds.value[THRESHOLD_CPU_BUSY] = 25;
    g_autoptr(triage_result_auto) busy = fixture_evaluate(&f);

    g_assert_cmpint((int)calm->steps[TRIAGE_CPU].verdict, ==, TRIAGE_HEALTHY);
    g_assert_cmpint((int)busy->steps[TRIAGE_CPU].verdict, ==, TRIAGE_LOOK);
    f.process.fd_count = 45;
    f.process.fd_soft_limit = 100;
    g_autoptr(triage_result_auto) far = fixture_evaluate(&f);

    f.thresholds.value[THRESHOLD_LIMIT_NEAR] = 40;
    g_autoptr(triage_result_auto) near = fixture_evaluate(&f);

    g_assert_cmpint((int)far->steps[TRIAGE_FDS].verdict, ==, TRIAGE_HEALTHY);
    g_assert_cmpint((int)near->steps[TRIAGE_FDS].verdict, ==, TRIAGE_LOOK);
}

/* Whatever the configuration says, something is said of it: no threshold is too odd to judge by. */
static void test_odd_numbers(void)
{
    static const double odd[] = {0, 1e-300, 1e300, INFINITY};

    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
        for (int with = 0; with < 2; with++) {
            struct threads_sample threads = {.base = {.kind = PROBE_THREADS, .reason = ""}};
            struct triage_fixture f;

            fixture_healthy(&f);
            f.input.threads = with ? &threads : NULL;
            for (int id = 0; id < THRESHOLD_N; id++)
                f.thresholds.value[id] = odd[i];
            g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

            g_assert_cmpstr(result->diagnosis, !=, "");
        }
}

static bool load(const char *text, struct thresholds *thresholds, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *whole = g_strdup_printf("[thresholds]\n%s\n", text);

    thresholds_init(thresholds, false);
    g_assert_true(g_key_file_load_from_data(file, whole, (gsize)-1, G_KEY_FILE_NONE, NULL));
    return thresholds_load(thresholds, file, error);
}

static void test_threshold_load(void)
{
    static const char *const bad[] = {"rss-idle=lots", "rss-idle=-1", "rss-idle=nan", "fds-leak=5M",
                                      "rss-idle=1MM",  "rss-idle=",   "no-such=1"};
    struct thresholds thresholds;
    g_autoptr(GError) error = NULL;

    g_assert_true(load("rss-idle=1.5G\nfds-leak=300", &thresholds, &error));
    g_assert_no_error(error);
    g_assert_cmpfloat(thresholds.value[THRESHOLD_RSS_IDLE_BYTES], ==, 1.5 * GIB);
    g_assert_cmpfloat(thresholds.value[THRESHOLD_FDS_LEAK], ==, 300);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) why = NULL;

        g_assert_false(load(bad[i], &thresholds, &why));
        g_assert_nonnull(why);
    }
}

/* What is counted per time says so wherever it is shown, and may be written so. */
static void test_threshold_rates(void)
{
    static const char *const bad[] = {"alloc-rate=50M/h", "alloc-rate=50M/", "alloc-rate=/s",
                                      "rss-idle=50M/s",   "rss-growth=8M/s", "spawns=150/s"};
    struct thresholds thresholds;
    g_autoptr(GError) error = NULL;

    g_assert_true(load("alloc-rate=50M/s\nalloc-rate-bad=1G\nrss-growth=16M/h\nspawns=99/min",
                       &thresholds, &error));
    g_assert_no_error(error);
    g_assert_cmpfloat(thresholds.value[THRESHOLD_ALLOC_RATE_BYTES], ==, 50 * MIB);
    g_assert_cmpfloat(thresholds.value[THRESHOLD_ALLOC_RATE_BAD_BYTES], ==, GIB);
    g_assert_cmpfloat(thresholds.value[THRESHOLD_RSS_GROWTH_BYTES], ==, 16 * MIB);
    g_assert_cmpfloat(thresholds.value[THRESHOLD_SPAWNS], ==, 99);
    g_assert_cmpstr(threshold_text(THRESHOLD_ALLOC_RATE_BYTES, 50 * MIB).text, ==, "50M/s");
    g_assert_cmpstr(threshold_text(THRESHOLD_RSS_GROWTH_BYTES, 16 * MIB).text, ==, "16M/h");
    g_assert_cmpstr(threshold_text(THRESHOLD_RSS_IDLE_BYTES, 50 * MIB).text, ==, "50M");
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) why = NULL;

        g_assert_false(load(bad[i], &thresholds, &why));
        g_assert_nonnull(why);
    }
    g_autoptr(GError) why = NULL;

    g_assert_false(load("alloc-rate=much", &thresholds, &why));
    g_assert_cmpstr(why->message, ==,
                    "[thresholds] alloc-rate is a number of bytes per second (K, M, G may follow: "
                    "50M/s), not \"much\"");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/triage/property/constant", test_constant_is_no_growth);
    g_test_add_func("/triage/property/monotonic", test_monotonic);
    g_test_add_func("/triage/property/scaling", test_scaling);
    g_test_add_func("/thresholds/table", test_threshold_table);
    g_test_add_func("/thresholds/systems", test_threshold_systems);
    g_test_add_func("/thresholds/own-numbers", test_own_numbers);
    g_test_add_func("/thresholds/odd-numbers", test_odd_numbers);
    g_test_add_func("/thresholds/load", test_threshold_load);
    g_test_add_func("/thresholds/rates", test_threshold_rates);
    return g_test_run();
}
