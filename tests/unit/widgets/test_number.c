#include "widgets/number.h"

#include <glib.h>

#include <math.h>
#include <string.h>

static void test_bytes(void)
{
    static const struct {
        int64_t bytes;
        const char *text, *signed_text;
    } cases[] = {
        {0, "0B", "0"},
        {512, "512B", "+512B"},
        {999, "999B", "+999B"},
        {1000, "1.0K", "+1.0K"},
        {1023, "1.0K", "+1.0K"},
        {10137, "9.9K", "+9.9K"},
        {10200, "10K", "+10K"},
        {410 * 1048576LL, "410M", "+410M"},
        {1023 * 1048576LL, "1.0G", "+1.0G"},
        {6657199309, "6.2G", "+6.2G"},
        {-12288, "-12K", "-12K"},
        {INT64_MAX, "8.0E", "+8.0E"},
        {INT64_MIN + 1, "-8.0E", "-8.0E"},
        {NUMBER_UNKNOWN, "-", "-"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpstr(number_bytes(cases[i].bytes).text, ==, cases[i].text);
        g_assert_cmpstr(number_bytes_signed(cases[i].bytes).text, ==, cases[i].signed_text);
    }
}

/* Never wider than five columns, whatever comes. */
static void test_width(void)
{
    for (int i = 0; i < 100000; i++) {
        int64_t bytes = (int64_t)((guint64)g_test_rand_int() << 32 | (guint32)g_test_rand_int()) >>
                        g_test_rand_int_range(0, 63);

        g_assert_cmpuint(strlen(number_bytes(bytes).text), <=, 5);
        g_assert_cmpuint(strlen(number_count_short(bytes).text), <=, 5);
    }
}

static void test_count(void)
{
    static const struct {
        int64_t n;
        const char *grouped, *brief;
    } cases[] = {
        {0, "0", "0"},
        {999, "999", "999"},
        {1412, "1 412", "1.4k"},
        {-1412, "-1 412", "-1.4k"},
        {10240, "10 240", "10k"},
        {999999, "999 999", "1.0M"},
        {-123456, "-123 456", "-123k"},
        {INT64_MIN + 1, "-9 223 372 036 854 775 807", "-9.2E"},
        {NUMBER_UNKNOWN, "-", "-"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpstr(number_count(cases[i].n).text, ==, cases[i].grouped);
        g_assert_cmpstr(number_count_short(cases[i].n).text, ==, cases[i].brief);
    }
}

static void test_duration(void)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0s"},         {58.9, "58s"},    {60, "1m00s"},     {3599, "59m59s"},
        {50820, "14h07m"}, {86400, "1d00h"}, {183600, "2d03h"}, {86399999, "999d23h"},
        {1e9, "11574d"},   {-5, "-"},        {NAN, "-"},        {INFINITY, "11574074074d"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpstr(number_duration(cases[i].seconds).text, ==, cases[i].text);
    }
}

static void test_word(void)
{
    g_assert_cmpstr(number_word(1, "watch", "watches"), ==, "watch");
    g_assert_cmpstr(number_word(0, "watch", "watches"), ==, "watches");
    g_assert_cmpstr(number_word(2, "watch", "watches"), ==, "watches");
    g_assert_cmpstr(number_word(NUMBER_UNKNOWN, "watch", "watches"), ==, "watches");
}

static void test_percent(void)
{
    g_assert_cmpstr(number_percent(2.14).text, ==, "2.1%");
    g_assert_cmpstr(number_percent(9.96).text, ==, "10%");
    g_assert_cmpstr(number_percent(NAN).text, ==, "-");
    g_assert_cmpstr(number_percent(0).text, ==, "0.0%");
    g_assert_cmpstr(number_percent(0.04).text, ==, "<0.1%"); /* not nothing */
    g_assert_cmpstr(number_percent(0.05).text, ==, "0.1%");
    g_assert_cmpstr(number_percent_whole(2.14).text, ==, "2%");
    g_assert_cmpstr(number_percent_signed(23.7).text, ==, "+24%");
    g_assert_cmpstr(number_percent_signed(-3).text, ==, "-3%");
    g_assert_cmpstr(number_percent_signed(NAN).text, ==, "-");
    g_assert_cmpstr(number_interval(5.44).text, ==, "5.4 s");
    g_assert_cmpstr(number_interval(NAN).text, ==, "-");
    g_assert_cmpstr(number_seconds(0.239).text, ==, "0.24 s");
    g_assert_cmpstr(number_seconds(NAN).text, ==, "-");
    g_assert_cmpstr(number_cost(340).text, ==, "340 us");
    g_assert_cmpstr(number_cost(1234).text, ==, "1.2 ms");
    g_assert_cmpstr(number_cost(999.7).text, ==, "1.0 ms");
    g_assert_cmpstr(number_cost(1747100).text, ==, "1.7 s"); /* of all samples of hours */
    g_assert_cmpstr(number_cost(NAN).text, ==, "-");
    g_assert_cmpstr(number_age(0.3).text, ==, "now");
    g_assert_cmpstr(number_age(61).text, ==, "1m01s ago");
}

/* The unit of time is the largest that keeps the number readable. */
static void test_rate(void)
{
    const double mega = 1024.0 * 1024;

    g_assert_cmpstr(number_rate_bytes(6.1 * mega).text, ==, "+6.1M/s");
    g_assert_cmpstr(number_rate_bytes(410 * mega / 3600).text, ==, "+410M/h");
    g_assert_cmpstr(number_rate_bytes(-12 * mega / 60).text, ==, "-12M/min");
    g_assert_cmpstr(number_rate_bytes(INFINITY).text, ==, "+8.0E/s");
    g_assert_cmpstr(number_bytes_real(NAN).text, ==, "-");
    g_assert_cmpstr(number_bytes_real(1536.7).text, ==, "1.5K");
    g_assert_cmpstr(number_bytes_real(1e300).text, ==, "8.0E");
    g_assert_cmpstr(number_bytes_real(-1e300).text, ==, "-8.0E");
    g_assert_cmpstr(number_count_real(NAN).text, ==, "-");
    g_assert_cmpstr(number_count_real(65530).text, ==, "65 530");
    g_assert_cmpstr(number_rate_bytes(NAN).text, ==, "-");
    g_assert_cmpstr(number_rate_count(5).text, ==, "+5.0/s");
    g_assert_cmpstr(number_rate_count(12 / 60.0).text, ==, "+12/min");
    g_assert_cmpstr(number_rate_count(3 / 3600.0).text, ==, "+3.0/h");
    g_assert_cmpstr(number_rate_count(3 / 86400.0).text, ==, "+3.0/day");
    g_assert_cmpstr(
        number_range_of_bytes(400 * mega / 3600, 380 * mega / 3600, 2000 * mega / 3600, 3600).text,
        ==, "+380M/h to +2.0G/h");
    g_assert_cmpstr(number_range_of_count(2, 1.98, 2.02, 3600).text, ==, "+2.0/s");
    /* what was seen for seconds is not told per hour, nor per day what was for minutes */
    g_assert_cmpstr(number_rate_bytes_over(mega / 60, 12).text, ==, "+1.0M/min");
    g_assert_cmpstr(number_rate_bytes_over(mega / 60, 300).text, ==, "+60M/h");
    g_assert_cmpstr(number_rate_count_over(0.5 / 3600, 600).text, ==, "+0.5/h");
    g_assert_cmpstr(number_rate_count_over(0.5 / 3600, 7200).text, ==, "+12/day");
    g_assert_cmpstr(number_rate_count_over(0.1, 6).text, ==, "+6.0/min");
}

/* What swings around one a second, ten a minute or one an hour reads in one unit. */
static void test_rate_around_one(void)
{
    static const struct {
        double per_second;
        const char *unit;
    } round_rates[] = {{1, "/s"}, {10 / 60.0, "/min"}, {1 / 3600.0, "/h"}};
    const double mega = 1024.0 * 1024;

    for (size_t i = 0; i < G_N_ELEMENTS(round_rates); i++)
        for (double swing = 0.85; swing <= 1.15; swing += 0.05) {
            double rate = round_rates[i].per_second * swing;

            g_assert_true(g_str_has_suffix(number_rate_count(rate).text, round_rates[i].unit));
            if (i < 2)
                g_assert_true(
                    g_str_has_suffix(number_rate_bytes(rate * mega).text, round_rates[i].unit));
        }
    g_assert_cmpstr(number_rate_count(0.98).text, ==, "+1.0/s");
    g_assert_cmpstr(number_rate_count(0.7).text, ==, "+42/min");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/number/bytes", test_bytes);
    g_test_add_func("/number/width", test_width);
    g_test_add_func("/number/count", test_count);
    g_test_add_func("/number/word", test_word);
    g_test_add_func("/number/duration", test_duration);
    g_test_add_func("/number/percent", test_percent);
    g_test_add_func("/number/rate", test_rate);
    g_test_add_func("/number/rate-around-one", test_rate_around_one);
    return g_test_run();
}
