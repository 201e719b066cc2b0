#include "tests/support/screen.h"
#include "widgets/timebar.h"

#include <string.h>
#include <time.h>

enum { S = G_USEC_PER_SEC };

static void set_zone(const char *zone)
{
    g_setenv("TZ", zone, TRUE);
    tzset();
}

/* Local seconds of 2026-10-24 22:00 in Berlin, the evening before the clocks are put back. */
static const gint64 evening_s = 1792872000;

static const struct timebar_change night[] = {
    {100 * (gint64)S, TIMEBAR_GOOD},    {140 * (gint64)S, TIMEBAR_LOOK},
    {160 * (gint64)S, TIMEBAR_NOTHING}, {180 * (gint64)S, TIMEBAR_UNKNOWN},
    {190 * (gint64)S, TIMEBAR_BAD},
};

static struct timebar of_night(void)
{
    return (struct timebar){.from_us = 100 * (gint64)S,
                            .to_us = 200 * (gint64)S,
                            .at_us = 150 * (gint64)S,
                            .changes = night,
                            .n_changes = G_N_ELEMENTS(night)};
}

static void test_states(void)
{
    static const struct timebar_tick ticks[] = {{120 * (gint64)S, THEME_TITLE},
                                                {500 * (gint64)S, THEME_BAD}};
    g_autoptr(Sheet) fine = sheet_new(1, 23, "dark", THEME_BLOCK);
    g_autoptr(Sheet) plain = sheet_new(1, 23, "dark", THEME_ASCII);
    struct timebar bar = of_night();

    bar.ticks = ticks;
    bar.n_ticks = G_N_ELEMENTS(ticks);
    timebar_draw(&fine->canvas, (TickitRect){0, 1, 1, 21}, &bar);
    SHEET_TEXT(fine, "?▂▂▂▂▲▂▂▂▅▅┃▅▅   ░░███?");
    timebar_draw(&plain->canvas, (TickitRect){0, 1, 1, 21}, &bar);
    SHEET_TEXT(plain, "?----^---==|==   ??###?");
}

/* One bad second of a day shows in any width. */
static void test_worst_shows(void)
{
    const struct timebar_change changes[] = {
        {0, TIMEBAR_GOOD}, {40000 * (gint64)S, TIMEBAR_BAD}, {40001 * (gint64)S, TIMEBAR_GOOD}};
    const struct timebar bar = {
        .to_us = 86400 * (gint64)S, .changes = changes, .n_changes = G_N_ELEMENTS(changes)};

    for (int cols = 1; cols <= 300; cols++) {
        int bad = 0;

        for (int x = 0; x < cols; x++)
            bad += timebar_state_at(&bar, cols, x) == TIMEBAR_BAD;
        g_assert_cmpint(bad, >=, 1);
        g_assert_cmpint(bad, <=, 2);
    }
}

static void test_inverse(void)
{
    const struct timebar bar = {.from_us = evening_s * S, .to_us = (evening_s + 43200) * S};

    for (int cols = 1; cols <= 300; cols++) {
        for (int x = 0; x < cols; x++)
            g_assert_cmpint(timebar_column(&bar, cols, timebar_time(&bar, cols, x)), ==, x);
        g_assert_cmpint(timebar_time(&bar, cols, -5), ==, bar.from_us);
        g_assert_cmpint(timebar_column(&bar, cols, 0), ==, 0);
        g_assert_cmpint(timebar_column(&bar, cols, G_MAXINT64), ==, cols - 1);
    }
    g_assert_cmpint(timebar_time(&bar, 80, 400), ==, bar.to_us);
}

/* Every cell is painted, no label overlaps or leaves the line. */
static void test_widths(void)
{
    static const gint64 spans[] = {1, 30, 400, 7200, 43200, 30 * 86400, 400 * (gint64)86400};

    set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    for (size_t s = 0; s < G_N_ELEMENTS(spans); s++)
        for (int cols = 1; cols <= 300; cols++) {
            g_autoptr(Sheet) sheet = sheet_new(2, cols, "dark", s % 2 ? THEME_ASCII : THEME_BLOCK);
            struct timebar bar = of_night();

            bar.from_us = bar.at_us = evening_s * S;
            bar.to_us = (evening_s + spans[s]) * S;
            bar.elapsed = s % 3 == 0;
            timebar_draw(&sheet->canvas, sheet_rect(sheet), &bar);
            g_autoptr(GArray) labels = timebar_labels(&bar, cols);
            int end = -1;

            for (guint i = 0; i < labels->len; i++) {
                const struct timebar_label *label = &g_array_index(labels, struct timebar_label, i);

                g_assert_cmpint(label->col, >, end);
                end = label->col + (int)strlen(label->text);
                g_assert_cmpint(end, <=, cols);
            }
            if (cols >= 40 && spans[s] > 1)
                g_assert_cmpuint(labels->len, >=, 2);
        }
}

static char *labels_of(gint64 from_s, gint64 to_s, int cols)
{
    const struct timebar bar = {.from_us = from_s * S, .to_us = to_s * S};
    g_autoptr(GArray) labels = timebar_labels(&bar, cols);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < labels->len; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? "|" : "",
                               g_array_index(labels, struct timebar_label, i).text);
    return g_string_free(out, FALSE);
}

#define LABELS(from, to, cols, expected)                                                           \
    do {                                                                                           \
        g_autofree char *labels_text = labels_of(from, to, cols);                                  \
        g_assert_cmpstr(labels_text, ==, expected);                                                \
    } while (0)

/* Through the night of the change there is an hour twice, or one that is not there. */
static void test_daylight_saving(void)
{
    set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    LABELS(evening_s, evening_s + 7 * 3600, 80, "22:00|23:00|Sun 25|01:00|02:00|02:00 CET|03:00");
    LABELS(1774731600, 1774731600 + 6 * 3600, 80, /* 2026-03-28 22:00 */
           "22:00|23:00|Sun 29|01:00|03:00 CEST|04:00");
    set_zone("<+0545>-5:45"); /* a quarter of an hour off */
    LABELS(evening_s + 900, evening_s + 900 + 4 * 3600, 60, "02:00|03:00|04:00|05:00");
    set_zone("UTC");
}

static void test_days(void)
{
    set_zone("UTC");
    LABELS(evening_s, evening_s + 4 * 86400, 60, "20:00|Mon 26|Tue 27|Wed 28");
    LABELS(evening_s, evening_s + 20, 60, "20:00:00|20:00:05|20:00:10|20:00:15");
    LABELS(evening_s, evening_s, 60, "");
}

static void test_elapsed(void)
{
    set_zone("UTC");
    struct timebar bar = {.from_us = 77 * (gint64)S, .to_us = (77 + 5400) * (gint64)S};
    g_autoptr(Sheet) sheet = sheet_new(2, 50, "dark", THEME_ASCII);

    bar.elapsed = true;
    timebar_draw(&sheet->canvas, sheet_rect(sheet), &bar);
    SHEET_TEXT(sheet, "", "0       15m     30m      45m     1h      1h15");
}

/* What a damaged file may say. */
static void test_odd(void)
{
    static const struct timebar odd[] = {
        {.from_us = G_MININT64, .to_us = G_MAXINT64, .at_us = 0},
        {.from_us = 5, .to_us = 5, .at_us = 5},
        {.from_us = 10, .to_us = 5, .at_us = G_MAXINT64},
        {.from_us = 0, .to_us = G_MAXINT64, .at_us = G_MININT64, .elapsed = true},
    };
    g_autoptr(Sheet) sheet = sheet_new(2, 20, "dark", THEME_ASCII);

    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        timebar_draw(&sheet->canvas, sheet_rect(sheet), &odd[i]);
        g_assert_cmpint(timebar_column(&odd[i], 20, 0), <, 20);
        timebar_time(&odd[i], 20, 7);
    }
    timebar_draw(&sheet->canvas, (TickitRect){0, 0, 0, 20}, &odd[0]);
    timebar_draw(&sheet->canvas, (TickitRect){0, 0, 2, 0}, &odd[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timebar/states", test_states);
    g_test_add_func("/timebar/worst-shows", test_worst_shows);
    g_test_add_func("/timebar/inverse", test_inverse);
    g_test_add_func("/timebar/widths", test_widths);
    g_test_add_func("/timebar/daylight-saving", test_daylight_saving);
    g_test_add_func("/timebar/days", test_days);
    g_test_add_func("/timebar/elapsed", test_elapsed);
    g_test_add_func("/timebar/odd", test_odd);
    return g_test_run();
}
