#include "widgets/text.h"

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
        {INT64_MIN, "-8.0E", "-8.0E"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char out[TEXT_NUMBER_MAX];

        text_bytes(cases[i].bytes, out);
        g_assert_cmpstr(out, ==, cases[i].text);
        text_bytes_signed(cases[i].bytes, out);
        g_assert_cmpstr(out, ==, cases[i].signed_text);
    }
}

/* Never wider than five columns, whatever comes. */
static void test_width(void)
{
    for (int i = 0; i < 100000; i++) {
        char out[TEXT_NUMBER_MAX];
        int64_t bytes = (int64_t)((guint64)g_test_rand_int() << 32 | (guint32)g_test_rand_int()) >>
                        g_test_rand_int_range(0, 63);

        text_bytes(bytes, out);
        g_assert_cmpuint(strlen(out), <=, 5);
        text_count_short(bytes, out);
        g_assert_cmpuint(strlen(out), <=, 5);
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
        {INT64_MIN, "-9 223 372 036 854 775 808", "-9.2E"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char out[TEXT_NUMBER_MAX];

        text_count(cases[i].n, out);
        g_assert_cmpstr(out, ==, cases[i].grouped);
        text_count_short(cases[i].n, out);
        g_assert_cmpstr(out, ==, cases[i].brief);
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
        {1e9, "11574d"},   {-5, "0s"},       {NAN, "0s"},       {INFINITY, "11574074074d"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char out[TEXT_NUMBER_MAX];

        text_duration(cases[i].seconds, out);
        g_assert_cmpstr(out, ==, cases[i].text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/number/bytes", test_bytes);
    g_test_add_func("/number/width", test_width);
    g_test_add_func("/number/count", test_count);
    g_test_add_func("/number/duration", test_duration);
    return g_test_run();
}
