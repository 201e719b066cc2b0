#include "tests/support/screen.h"
#include "widgets/gauge.h"

#include <math.h>
#include <string.h>

static void test_shades(void)
{
    static const struct gauge_part parts[] = {
        {50, THEME_GRAPH1}, {25, THEME_GRAPH2}, {15, THEME_GRAPH3}, {10, THEME_GRAPH4}};
    g_autoptr(Sheet) fine = sheet_new(1, 22, "dark", THEME_BLOCK);
    g_autoptr(Sheet) plain = sheet_new(1, 22, "dark", THEME_ASCII);

    gauge_draw(&fine->canvas, 0, 1, 20, parts, 4, 100);
    SHEET_TEXT(fine, "?██████████▓▓▓▓▓▒▒▒░░?");
    SHEET_PENS(fine, ".11111111112222233344.");
    gauge_draw(&plain->canvas, 0, 1, 20, parts, 4, 200); /* half of a whole */
    SHEET_TEXT(plain, "?#####===-.          ?");
}

static void test_small_parts(void)
{
    static const struct gauge_part parts[] = {
        {1000, THEME_GRAPH1}, {1, THEME_GRAPH2}, {0, THEME_GRAPH3}, {1, THEME_GRAPH4}};
    g_autoptr(Sheet) sheet = sheet_new(3, 8, "dark", THEME_ASCII);

    gauge_draw(&sheet->canvas, 0, 0, 8, parts, 4, 1002);
    gauge_draw(&sheet->canvas, 1, 0, 2, parts, 4, 1002);
    gauge_draw(&sheet->canvas, 2, 0, 8, parts, 4, NAN);
    SHEET_TEXT(sheet, "######=-", "#=??????", "######=-");
}

/* Parts that are the whole fill the bar, to the cell, in every width. */
static void test_fills(void)
{
    for (int round = 0; round < 2000; round++) {
        struct gauge_part parts[6] = {0};
        g_autoptr(Sheet) sheet = sheet_new(1, 60, "dark", THEME_ASCII);
        int cols = g_test_rand_int_range(6, 61);
        double total = 0;

        for (size_t i = 0; i < 6; i++) {
            parts[i].value = g_test_rand_double_range(0, i == 0 ? 1000 : 100);
            total += parts[i].value;
        }
        gauge_draw(&sheet->canvas, 0, 0, cols, parts, 6, total);
        g_autofree char *text = sheet_text(sheet);

        g_assert_cmpuint(strspn(text, "#=-."), ==, (size_t)cols);
    }
}

static void test_odd(void)
{
    static const struct gauge_part parts[] = {{NAN, THEME_TEXT}, {-5, THEME_TEXT}, {INFINITY, 0}};
    g_autoptr(Sheet) sheet = sheet_new(1, 4, "dark", THEME_ASCII);

    gauge_draw(&sheet->canvas, 0, 0, 4, parts, 3, 10);
    SHEET_TEXT(sheet, "    ");
    gauge_draw(&sheet->canvas, 0, 0, 0, parts, 3, 10);
    gauge_draw(&sheet->canvas, 0, 0, -4, parts, 3, 10);
    gauge_draw(&sheet->canvas, 0, 0, 4, NULL, 0, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gauge/shades", test_shades);
    g_test_add_func("/gauge/small-parts", test_small_parts);
    g_test_add_func("/gauge/fills", test_fills);
    g_test_add_func("/gauge/odd", test_odd);
    return g_test_run();
}
