#include "tests/support/screen.h"
#include "widgets/chart.h"

#include <math.h>

static void draw(struct sheet *sheet, const struct chart *chart)
{
    sheet_fill(sheet);
    chart_draw(&sheet->canvas, sheet_rect(sheet), chart);
}

/* A ramp with a minute missing. */
static const struct chart_point ramp[] = {
    {0, 0},   {10, 10}, {20, 20},  {30, 30},   {40, 40},  {50, 50},
    {60, 60}, {70, 70}, {130, 90}, {140, 100}, {150, 90}, {160, 95},
};

static struct chart ramp_chart(void)
{
    return (struct chart){
        .points = ramp,
        .n = G_N_ELEMENTS(ramp),
        .t_from = 0,
        .t_to = 170,
        .zero_based = true,
        .limit = NAN,
        .role = THEME_GRAPH1,
    };
}

static void test_block(void)
{
    g_autoptr(Sheet) sheet = sheet_new(6, 23, "dark", THEME_BLOCK);
    struct chart chart = ramp_chart();

    draw(sheet, &chart);
    SHEET_TEXT(sheet, "  100             ▄█▄▆▆", "            ▄     █████",
               "   50     ▄██     █████", "        ▄████     █████", "    0 ▄██████     █████",
               "      -2m50s        now");
    SHEET_PENS(sheet, "ddddd.11111111111111111", "......11111111111111111",
               "ddddd.11111111111111111", "......11111111111111111", "ddddd.11111111111111111",
               "......ddddddddddddddddd");
}

/* A part of the whole in the colour of its own, on one scale; what is unknown is named. */
static void test_part(void)
{
    static const struct chart_point whole[] = {{100, 80}, {110, 90}, {120, 90}, {130, 100}};
    static const struct chart_point part[] = {{100, 60}, {110, 60}, {120, 80}, {130, 80}};
    g_autoptr(Sheet) sheet = sheet_new(5, 40, "dark", THEME_BLOCK);
    struct chart chart = {.points = whole,
                          .n = G_N_ELEMENTS(whole),
                          .inner = part,
                          .n_inner = G_N_ELEMENTS(part),
                          .inner_role = THEME_GRAPH2,
                          .t_to = 140,
                          .limit = NAN,
                          .role = THEME_GRAPH1};

    draw(sheet, &chart);
    SHEET_TEXT(
        sheet, "  100                               ████",
        "                               █████████", "                             ███████████",
        "   60     not watched yet    ▁▁▁▁▁██████", "      -2m20s                         now");
    SHEET_PENS(
        sheet, "ddddd.1111111111111111111111111111111111",
        "......1111111111111111111111111111111111", "......1111111111111111111111111111222222",
        "ddddd.ddddddddddddddddddddddd*****222222", "......dddddddddddddddddddddddddddddddddd");
    chart.slope = 1;
    chart.slope_from = 115;
    chart.slope_role = THEME_LOOK;
    draw(sheet, &chart);
    SHEET_TEXT(
        sheet, "  100                               •███",
        "                               ███•█████", "                             ███████████",
        "   60     not watched yet    ▁▁▁▁▁██████", "      -2m20s                         now");
}

static void test_braille(void)
{
    g_autoptr(Sheet) sheet = sheet_new(5, 23, "dark", THEME_BRAILLE);
    struct chart chart = ramp_chart();

    draw(sheet, &chart);
    SHEET_TEXT(sheet, "  100             ⢠⣼⣧⣴⣶", "           ⢠⣴     ⢸⣿⣿⣿⣿",
               "        ⢀⣠⣼⣿⣿     ⢸⣿⣿⣿⣿", "    0 ⣠⣴⣾⣿⣿⣿⣿     ⢸⣿⣿⣿⣿", "      -2m50s        now");
}

static void test_ascii_limit(void)
{
    g_autoptr(Sheet) sheet = sheet_new(7, 23, "dark", THEME_ASCII);
    struct chart chart = ramp_chart();

    chart.limit = 150;
    chart.limit_role = THEME_BAD;
    draw(sheet, &chart);
    SHEET_TEXT(sheet, "  150 - - - - - - - - -", "",
               "  100             :#:::", "           .:     #####", "        .:###     #####",
               "    0 .:#####     #####", "      -2m50s        now");
    SHEET_PENS(sheet, "ddddd.B1B1B1B1B1B1B1B1B", "......11111111111111111",
               "ddddd.11111111111111111", "......11111111111111111", "......11111111111111111",
               "ddddd.11111111111111111", "......ddddddddddddddddd");
    chart.limit = 1000; /* too far to show without pressing the curve flat */
    draw(sheet, &chart);
    SHEET_TEXT(sheet, "  100             .#.::", "            .     #####",
               "           :#     #####", "   50    .###     #####", "       .:####     #####",
               "    0 :######     #####", "      -2m50s        now");
}

static struct number_text format_bytes(double v)
{
    return number_bytes((int64_t)v);
}

static void test_binary_scale(void)
{
    static const struct chart_point points[] = {{0, 4.1e9}, {10, 5.2e9}, {20, 6.3e9}};
    g_autoptr(Sheet) sheet = sheet_new(6, 20, "dark", THEME_BLOCK);
    struct chart chart = {
        .points = points,
        .n = 3,
        .t_from = 0,
        .t_to = 28,
        .zero_based = true,
        .limit = NAN,
        .format = format_bytes,
        .binary = true,
        .stale = true,
    };

    draw(sheet, &chart);
    SHEET_TEXT(sheet, " 6.0G          ▇▇▇▇▇", "      ▁▁▁▁██████████", "      ██████████████",
               "      ██████████████", "   0B ██████████████", "      -28s       now");
}

static void test_spark(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 17, "dark", THEME_BRAILLE);
    g_autoptr(Sheet) ascii = sheet_new(1, 17, "dark", THEME_ASCII);
    struct chart chart = ramp_chart();

    chart_spark(&sheet->canvas, 1, 0, 17, &chart);
    SHEET_TEXT(sheet, "?????????????????", "▁▂▂▃▄▅▆     ▇█▇██", "?????????????????");
    chart_spark(&ascii->canvas, 0, 0, 17, &chart);
    SHEET_TEXT(ascii, "__.-==+     *#*##");
}

/* Of a thousand points in ten columns the one spike shows. */
static void test_spike(void)
{
    g_autofree struct chart_point *points = g_new0(struct chart_point, 1000);
    g_autoptr(Sheet) sheet = sheet_new(1, 10, "dark", THEME_BLOCK);

    for (int i = 0; i < 1000; i++)
        points[i] = (struct chart_point){i, i == 555 ? 1000 : 1};
    struct chart chart = {.points = points, .n = 1000, .t_to = 1000, .limit = NAN};

    chart_spark(&sheet->canvas, 0, 0, 10, &chart);
    SHEET_TEXT(sheet, "▁▁▁▁█▁▁▁▁▁");
}

/* A flat line stands halfway up, and noise stays low. */
static void test_flat(void)
{
    struct chart_point points[8];
    g_autoptr(Sheet) sheet = sheet_new(2, 8, "dark", THEME_BLOCK);
    struct chart chart = {.points = points, .n = 8, .t_to = 7.5, .limit = NAN};

    for (int i = 0; i < 8; i++)
        points[i] = (struct chart_point){i, 1000};
    chart_spark(&sheet->canvas, 0, 0, 8, &chart);
    points[4].v = 1010;
    chart_spark(&sheet->canvas, 1, 0, 8, &chart);
    SHEET_TEXT(sheet, "▄▄▄▄▄▄▄▄", "▄▄▄▄▄▄▄▄");
}

/* As time goes on by less than a column nothing on the screen moves. */
static void test_still(void)
{
    struct chart_point points[40];
    g_autofree char *first = NULL;

    for (int i = 0; i < 40; i++)
        points[i] = (struct chart_point){i * 5, (i * 7919) % 100};
    for (int step = 0; step < 9; step++) {
        g_autoptr(Sheet) sheet = sheet_new(1, 20, "dark", THEME_BLOCK);
        struct chart chart = {.points = points,
                              .n = 40,
                              .t_from = step,
                              .t_to = 200 + step,
                              .zero_based = true,
                              .limit = NAN};

        chart_spark(&sheet->canvas, 0, 0, 20, &chart);
        if (step == 1)
            first = sheet_text(sheet);
        if (step > 1) {
            g_autofree char *now = sheet_text(sheet);

            g_assert_cmpstr(now, ==, first);
        }
    }
}

static void test_odd(void)
{
    static const struct chart_point odd[] = {{0, NAN}, {1, 5}, {2, INFINITY}, {3, 5}, {9, -2}};

    for (int lines = -1; lines < 6; lines++)
        for (int cols = -1; cols < 24; cols++) {
            g_autoptr(Sheet) sheet = sheet_new(6, 24, "dark", THEME_BRAILLE);
            TickitRect rect = {.lines = lines, .cols = cols};
            struct chart chart = {
                .points = odd, .n = 5, .t_to = 10, .limit = 3, .limit_role = THEME_BAD};

            chart_draw(&sheet->canvas, rect, &chart);
            chart.n = 0;
            chart_draw(&sheet->canvas, rect, &chart);
            chart.n = 1;
            chart.t_to = 0;
            chart_draw(&sheet->canvas, rect, &chart);
            chart_spark(&sheet->canvas, 0, 0, cols, &chart);
        }
}

static void test_spark_text(void)
{
    static const struct chart_point points[] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}};
    const struct chart chart = {.points = points, .n = 4, .t_from = 0, .t_to = 4};
    g_autoptr(GString) out = g_string_new("x");

    chart_spark_text(out, 4, &chart, true);
    g_assert_cmpstr(out->str, ==, "x▁▄██");
    g_string_truncate(out, 0);
    chart_spark_text(out, 4, &chart, false);
    g_assert_cmpstr(out->str, ==, "_=##");
    g_string_truncate(out, 0);
    chart_spark_text(out, 4, &(struct chart){.t_to = 4}, true);
    chart_spark_text(out, 0, &chart, true);
    g_assert_cmpstr(out->str, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chart/block", test_block);
    g_test_add_func("/chart/part", test_part);
    g_test_add_func("/chart/braille", test_braille);
    g_test_add_func("/chart/ascii-limit", test_ascii_limit);
    g_test_add_func("/chart/binary-scale", test_binary_scale);
    g_test_add_func("/chart/spark", test_spark);
    g_test_add_func("/chart/spike", test_spike);
    g_test_add_func("/chart/flat", test_flat);
    g_test_add_func("/chart/still", test_still);
    g_test_add_func("/chart/odd", test_odd);
    g_test_add_func("/chart/spark-text", test_spark_text);
    return g_test_run();
}
