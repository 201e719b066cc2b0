#include "pprof/measurement.h"

#include "pprof/decimal.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static const struct {
    int64_t value;
    const char *from, *to, *text;
} labels[] = {
    {0, "bytes", "auto", "0"},
    {0, "count", "auto", "0"},
    {524493, "bytes", "kB", "512.20kB"},
    {524288, "bytes", "auto", "512kB"},
    {1572864, "bytes", "auto", "1.50MB"},
    {2097152, "bytes", "minimum", "2MB"},
    {1023, "bytes", "auto", "1023B"},
    {-1536, "bytes", "auto", "-1.50kB"},
    {1, "bytes", "GB", "0"},
    {1, "kilobytes", "B", "1024B"},
    {3, "MBytes", "kb", "3072kB"},
    {90, "seconds", "s", "90s"},
    {880000000, "nanoseconds", "auto", "880ms"},
    {1500, "us", "auto", "1.50ms"},
    {7200, "s", "auto", "2hrs"},
    {60, "s", "minutes", "60s"}, /* there is no minute: the default unit */
    {0, "ns", "auto", "0"},
    {42, "count", "count", "42"},
    {42, "count", "auto", "42"},
    {42, "widgets", "widgets", "42widgets"},
    {42, "widgets", "auto", "42"},
    {5, "milliGCU", "auto", "5m*GCU"},
    {INT64_MIN, "count", "count", "-9223372036854775808"},
    {INT64_MAX, "bytes", "auto", "8192PB"},
};

static void test_labels(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        char out[MEASUREMENT_TEXT_MAX];
        g_autofree char *text = measurement_text(labels[i].value, labels[i].from, labels[i].to);

        measurement_label(labels[i].value, labels[i].from, labels[i].to, out);
        g_assert_cmpstr(out, ==, labels[i].text);
        g_assert_cmpstr(text, ==, labels[i].text);
    }
}

static void test_long_unit(void)
{
    g_autofree char *unit = g_strnfill(500, 'u');
    g_autofree char *text = measurement_text(7, unit, unit);
    char out[MEASUREMENT_TEXT_MAX];

    measurement_label(7, unit, unit, out);
    g_assert_cmpuint(strlen(out), ==, MEASUREMENT_TEXT_MAX - 1);
    g_assert_cmpuint(strlen(text), ==, 501);
}

/* Against printf itself: ties, carries, large and small, and what chance gives. */
static void test_decimals(void)
{
    static const double values[] = {0,         0.005,  0.015,  0.125, 0.375,  0.995,
                                    0.9949999, 1.005,  99.995, 1e-9,  5e-324, 0x1p52,
                                    0x1p53,    0x1p62, 1e18,   -0.004};
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);

    for (unsigned i = 0; i < 200000; i++) {
        double value = i < G_N_ELEMENTS(values)
                           ? values[i]
                           : ldexp(g_rand_double(rand), g_rand_int_range(rand, -30, 60));

        for (unsigned digits = 0; digits <= DECIMAL_MOST_DIGITS; digits++) {
            char own[DECIMAL_MAX], theirs[64];
            size_t n = decimal_write(value, digits, own);

            g_snprintf(theirs, sizeof theirs, "%.*f", (int)digits, value);
            g_assert_cmpstr(own, ==, theirs);
            g_assert_cmpuint(n, ==, strlen(own));
        }
    }
}

/* The same of shares, whose smallest are written with an exponent. */
static void test_small_percentages(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);

    for (unsigned i = 0; i < 200000; i++) {
        int64_t total = INT64_C(1) << g_rand_int_range(rand, 1, 62);
        int64_t value = (int64_t)((double)total * pow(10, -g_rand_double_range(rand, 0.1, 12)));
        double ratio = (double)value / (double)total * 100;
        char own[MEASUREMENT_TEXT_MAX], theirs[MEASUREMENT_TEXT_MAX];

        measurement_percentage(value, total, own);
        g_snprintf(theirs, sizeof theirs, ratio >= 1 ? "%5.2f%%" : "%5.2g%%", ratio);
        g_assert_cmpstr(own, ==, theirs);
    }
}

static void test_percentages(void)
{
    static const struct {
        int64_t value, total;
        const char *text;
    } cases[] = {
        {0, 100, "    0%"},     {5, 0, "    0%"},          {51, 1000, " 5.10%"},
        {1000, 1000, "  100%"}, {9995, 10000, "  100%"},   {9994, 10000, "99.94%"},
        {-50, 100, "50.00%"},   {13777, 10000, "137.77%"}, {5, 1000, "  0.5%"},
        {12, 100000, "0.012%"}, {1, 10000000, "1e-05%"},   {10005, 10000, "  100%"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char out[MEASUREMENT_TEXT_MAX];

        measurement_percentage(cases[i].value, cases[i].total, out);
        g_assert_cmpstr(out, ==, cases[i].text);
    }
}

static void test_report_unit(void)
{
    static const struct {
        int64_t low, total;
        const char *from, *unit;
    } cases[] = {
        {1572864, 1574400, "bytes", "MB"}, {20000, 1592864, "bytes", "kB"},
        {100, 5732, "bytes", "B"},         {90, 7290, "seconds", "s"},
        {0, 2048, "bytes", "B"},           {1, INT64_MAX, "bytes", "B"},
        {3, 400, "widgets", "widgets"},    {3, 400, "count", "count"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(measurement_report_unit(cases[i].low, cases[i].total, cases[i].from), ==,
                        cases[i].unit);
}

static void test_families(void)
{
    g_assert_true(measurement_same_family("bytes", "kilobytes"));
    g_assert_true(measurement_same_family("ns", "seconds"));
    g_assert_true(measurement_same_family("widgets", "widgets"));
    g_assert_false(measurement_same_family("bytes", "ns"));
    g_assert_false(measurement_same_family("count", "widgets"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/measurement/decimals", test_decimals);
    g_test_add_func("/pprof/measurement/small-percentages", test_small_percentages);
    g_test_add_func("/pprof/measurement/labels", test_labels);
    g_test_add_func("/pprof/measurement/long-unit", test_long_unit);
    g_test_add_func("/pprof/measurement/percentages", test_percentages);
    g_test_add_func("/pprof/measurement/report-unit", test_report_unit);
    g_test_add_func("/pprof/measurement/families", test_families);
    return g_test_run();
}
