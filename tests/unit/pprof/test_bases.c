/* Profiles put together: subtracted, scaled, summed. And what a mean is. */

#include "fixture.h"
#include "top_rows.h"

#include "pprof/merge.h"

#include <string.h>

static void test_bases(void)
{
    g_autoptr(profile_auto) old =
        fixture_stacks("100 grow main\n800 shrink main\n50 same main\n50 gone main\n");
    g_autoptr(profile_auto) new = fixture_stacks("900 grow main\n100 shrink main\n50 same main\n");
    static const char rows[] = "800 800 grow\n-700 -700 shrink\n-50 -50 gone\n0 50 main\n";
    struct top_options options = {.sample_index = -1, .base = old};
    g_autoptr(top_report_auto) absolute = top_rows_build(new, &options);

    g_assert_cmpint(absolute->total, ==, 1550);
    top_rows_check(new, &options, rows);
    options.diff_base = true;
    g_autoptr(top_report_auto) relative = top_rows_build(new, &options);

    g_assert_cmpint(relative->total, ==, 1000);
    top_rows_check(new, &options, rows);
}

static void test_base_of_itself(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("100 f main\n5\n");
    struct top_options options = {.sample_index = -1, .base = p};
    g_autoptr(top_report_auto) absolute = top_rows_build(p, &options);

    options.diff_base = true;
    g_autoptr(top_report_auto) relative = top_rows_build(p, &options);

    g_assert_cmpuint(absolute->n_rows + relative->n_rows, ==, 0);
    g_assert_cmpint(absolute->total, ==, 0);
    g_assert_cmpint(relative->total, ==, 105);
}

static struct profile *typed(const char *type, const char *unit, const char *period, int64_t value)
{
    g_autoptr(fixture_auto) f = fixture_new();
    struct fixture_line line = {fixture_function(f, "f", "f.go", 0), 1};
    uint64_t location = fixture_location(f, 0, 1, &line, 1);

    fixture_type(f, type, unit);
    if (period != NULL)
        fixture_period(f, period, unit, 1);
    fixture_sample(f, &(struct fixture_sample){&location, 1, &value, 1, NULL, 0});
    return fixture_decode(f);
}

static void test_compatible(void)
{
    static const struct {
        const char *type, *unit, *period;
        bool ok;
        const char *rows;
    } cases[] = {
        {"space", "bytes", "space", true, "4096 4096 f\n"},
        {"space", "kb", "space", true, "4096 4096 f\n"},
        {"space", "ns", "space", false, NULL},
        {"other", "bytes", "space", false, NULL},
        {"space", "bytes", "time", false, NULL},
        {"space", "bytes", NULL, false, NULL},
    };
    g_autoptr(profile_auto) source = typed("space", "bytes", "spaces", 5120);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool kilo = strcmp(cases[i].unit, "kb") == 0;
        g_autoptr(profile_auto) base =
            typed(cases[i].type, cases[i].unit, cases[i].period, kilo ? 1 : 1024);
        const struct top_options options = {.sample_index = -1, .base = base};
        g_autoptr(GError) error = NULL;

        if (cases[i].ok) {
            top_rows_check(source, &options, cases[i].rows);
            continue;
        }
        g_assert_null(top_build(source, &options, &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH);
    }
}

static void test_plus(void)
{
    g_autoptr(profile_auto) a = fixture_stacks("1 f main\n2 g\n"), b = fixture_stacks("5 f main\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(profile_auto) sum = merge_plus(a, b, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(sum->n_samples, ==, 2);
    g_assert_cmpint(sum->values[0], ==, 6);
    top_rows_check(sum, &(struct top_options){.sample_index = -1}, "6 6 f\n2 2 g\n0 6 main\n");
}

/* The first one's mapping names the program, also when it is nameless for want of one. */
static void test_plus_without_mapping(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(GError) error = NULL;

    fixture_type(f, "n", "count");
    fixture_mapping(f, 0x1000, 0x2000, "/bin/other", "");
    g_autoptr(profile_auto) bare = fixture_stacks("1 f main\n"), other = fixture_decode(f);
    g_autoptr(profile_auto) sum = merge_plus(bare, other, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(bare->n_mappings, ==, 0);
    g_assert_cmpstr(sum->mappings[0].filename, ==, "");
}

/* main.a with what it holds in two types; decoded. */
static struct profile *held(int64_t objects, int64_t bytes)
{
    g_autoptr(fixture_auto) f = fixture_new();

    fixture_type(f, "objects", "count");
    fixture_type(f, "space", "bytes");
    fixture_period(f, "space", "bytes", 1);
    uint64_t function = fixture_function(f, "main.a", "a.go", 0);
    uint64_t place = fixture_location(f, 0, 1, &(struct fixture_line){function, 1}, 1);

    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){place}, 1, (int64_t[]){objects, bytes},
                                               2, NULL, 0});
    g_autoptr(GByteArray) bytes_of = fixture_bytes(f);

    return profile_decode(bytes_of->data, bytes_of->len, NULL);
}

/* Scaled to the base's sums, one function alone is what it was: nothing is left. */
static void test_normalize(void)
{
    g_autoptr(profile_auto) profile = held(10, 400), base = held(5, 100);
    struct top_options options = top_options_of_tool();

    options.base = base;
    g_autoptr(top_report_auto) plain = top_build(profile, &options, NULL);

    options.normalize = true;
    g_autoptr(top_report_auto) normalized = top_build(profile, &options, NULL);

    g_assert_cmpuint(plain->n_rows, ==, 1);
    g_assert_cmpint(plain->rows[0].flat, ==, 300);
    g_assert_nonnull(normalized);
    g_assert_cmpuint(normalized->n_rows, ==, 0);
    g_assert_cmpint(normalized->total, ==, 0);
}

/* Sorted and cut by the sums; what stands there are means. */
static void test_mean(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    const int64_t values[][2] = {{10, 1000}, {1, 700}, {0, 30}, {-1, INT64_MIN}};

    fixture_type(f, "contentions", "count");
    fixture_type(f, "delay", "nanoseconds");
    for (uint64_t i = 1; i <= 3; i++) {
        fixture_function(f, i == 1 ? "often" : i == 2 ? "seldom" : "never", "", 0);
        fixture_location(f, 0, 0, &(struct fixture_line){i, 0}, 1);
        fixture_sample(f, &(struct fixture_sample){(uint64_t[]){i}, 1, values[i - 1], 2, NULL, 0});
    }
    g_autoptr(profile_auto) p = fixture_decode(f);
    struct top_options options = {.sample_index = -1, .mean = true};
    g_autoptr(top_report_auto) report = top_rows_build(p, &options);

    g_assert_cmpstr(report->type, ==, "mean_delay");
    g_assert_cmpint(report->total, ==, 1730 / 11);
    top_rows_check(p, &options, "100 100 often\n700 700 seldom\n30 30 never\n");
    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){3}, 1, values[3], 2, NULL, 0});
    g_autoptr(profile_auto) extreme = fixture_decode(f);
    g_autoptr(top_report_auto) wrapped = top_rows_build(extreme, &options);

    g_assert_nonnull(wrapped);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/bases/bases", test_bases);
    g_test_add_func("/pprof/bases/base-of-itself", test_base_of_itself);
    g_test_add_func("/pprof/bases/compatible", test_compatible);
    g_test_add_func("/pprof/bases/plus", test_plus);
    g_test_add_func("/pprof/bases/plus-without-mapping", test_plus_without_mapping);
    g_test_add_func("/pprof/bases/normalize", test_normalize);
    g_test_add_func("/pprof/bases/mean", test_mean);
    return g_test_run();
}
