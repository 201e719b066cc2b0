#include "app/recording/time_text.h"

#include <time.h>

enum { S = G_USEC_PER_SEC };

/* 2026-11-28 22:00:20 UTC to 06:55 the next day. */
static const gint64 from = 1795903220 * (gint64)S, to = 1795935300 * (gint64)S;

static void expect(const char *text, gint64 at_us, const char *clock)
{
    g_autoptr(GError) error = NULL;
    gint64 t = 0;

    g_assert_true(time_text_parse(text, at_us, from, to, &t, &error));
    g_assert_no_error(error);
    g_autofree char *told = time_text_iso(t);

    g_assert_cmpstr(told, ==, clock);
}

static void test_parse(void)
{
    expect("03:12", from, "2026-11-29T03:12:00.000Z");
    expect("03:12:07", to, "2026-11-29T03:12:07.000Z");
    expect("23:59", to, "2026-11-28T23:59:00.000Z");
    expect("22:00", to, "2026-11-28T22:00:20.000Z"); /* the minute in which it began */
    expect("2026-11-29 00:30", from, "2026-11-29T00:30:00.000Z");
    expect("-5m", to, "2026-11-29T06:50:00.000Z");
    expect("+1.5h", from, "2026-11-28T23:30:20.000Z");
    expect("-90", to, "2026-11-29T06:53:30.000Z");
    expect("-100d", to, "2026-11-28T22:00:20.000Z");
    expect("begin", to, "2026-11-28T22:00:20.000Z");
    expect("end", from, "2026-11-29T06:55:00.000Z");
    expect("50%", from, "2026-11-29T02:27:40.000Z");
}

static void test_refuse(void)
{
    static const char *const words[] = {"",  "noon", "25:00", "3:61",    "03:12x", "5m",   "-5q",
                                        "+", "101%", "-",     "1:2:3:4", "-nan",   "-inf", "%"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(GError) error = NULL;
        gint64 t;

        g_assert_false(time_text_parse(words[i], from, from, to, &t, &error));
        g_assert_error(error, TIME_TEXT_ERROR, TIME_TEXT_ERROR_WORDS);
    }
    g_autoptr(GError) error = NULL;
    gint64 t;

    g_assert_false(time_text_parse("12:00", from, from, to, &t, &error));
    g_assert_error(error, TIME_TEXT_ERROR, TIME_TEXT_ERROR_OUTSIDE);
    g_assert_cmpstr(error->message, ==, "12:00 is not in this recording: it has 22:00-06:55");
}

/* Of several days the nearest one. */
static void test_nearest_day(void)
{
    gint64 week = to + 7 * 86400 * (gint64)S, t;

    g_assert_true(time_text_parse("12:00", to + 3 * 86400 * (gint64)S, from, week, &t, NULL));
    g_autofree char *told = time_text_iso(t);

    g_assert_cmpstr(told, ==, "2026-12-02T12:00:00.000Z");
}

static void test_words(void)
{
    g_autofree char *same = time_text_clock(from, from + 3600 * (gint64)S);
    g_autofree char *other = time_text_clock(from, to);
    g_autofree char *within = time_text_within(to, from, to);
    g_autofree char *within_day = time_text_within(from + 5 * S, from, from + 60 * S);
    g_autofree char *night = time_text_range(from, to, true);
    g_autofree char *days = time_text_range(from, to + 86400 * (gint64)S, false);
    g_autofree char *odd = time_text_iso(G_MAXINT64);
    g_autofree char *odd_clock = time_text_clock(G_MAXINT64, G_MININT64);

    g_assert_cmpstr(same, ==, "22:00:20");
    g_assert_cmpstr(other, ==, "28 Nov 22:00:20");
    g_assert_cmpstr(within, ==, "29 Nov 06:55:00");
    g_assert_cmpstr(within_day, ==, "22:00:25");
    g_assert_cmpstr(night, ==, "22:00–06:55");
    g_assert_cmpstr(days, ==, "28 Nov 22:00-30 Nov 06:55");
    g_assert_cmpstr(odd, ==, "");
    g_assert_cmpstr(odd_clock, ==, "?");
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC0", TRUE);
    tzset();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/time-text/parse", test_parse);
    g_test_add_func("/time-text/refuse", test_refuse);
    g_test_add_func("/time-text/nearest-day", test_nearest_day);
    g_test_add_func("/time-text/words", test_words);
    return g_test_run();
}
