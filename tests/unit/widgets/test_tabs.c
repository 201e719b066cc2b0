#include "tests/support/screen.h"
#include "widgets/tabs.h"

static const struct tabs files = {
    .names = {"grouped", "tree", "survivors", "paths"}, .n = 4, .shown = 1};

static int draw(Sheet *sheet, const struct tabs *tabs, int cols, struct tabs_hits *hits)
{
    return tabs_draw(&sheet->canvas, 0, 1, cols, tabs, hits);
}

static void test_rooms(void)
{
    static const struct {
        int cols;
        const char *text;
    } cases[] = {
        {40, "? grouped [tree] survivors  paths ????????????????"},
        {30, "? group… [tree] survi…  paths ????????????????????"},
        {24, "? gro… [tree] sur…  pat… ?????????????????????????"},
        {23, "?[tree 2/4]???????????????????????????????????????"},
        {9, "?[tr… 2/4]????????????????????????????????????????"},
        {7, "??????????????????????????????????????????????????"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Sheet) sheet = sheet_new(1, 50, "dark", THEME_BLOCK);
        int used = draw(sheet, &files, cases[i].cols, NULL);

        g_assert_cmpint(used, <=, cases[i].cols);
        SHEET_TEXT(sheet, cases[i].text);
    }
}

static void test_numbers(void)
{
    g_autoptr(Sheet) sheet = sheet_new(1, 50, "dark", THEME_ASCII);
    g_autoptr(Sheet) whole = sheet_new(1, 50, "dark", THEME_ASCII);
    g_autoptr(Sheet) narrow = sheet_new(1, 50, "dark", THEME_ASCII);
    struct tabs tabs = files;

    tabs.numbered = true;
    draw(sheet, &tabs, 49, NULL);
    SHEET_TEXT(sheet, "? 1 grouped [2 tree] 3 survivors  4 paths ????????");
    draw(whole, &tabs, 38, NULL); /* whole names more than names that are cut */
    SHEET_TEXT(whole, "? grouped [tree] survivors  paths ????????????????");
    draw(narrow, &tabs, 27, NULL); /* names say more than numbers */
    SHEET_TEXT(narrow, "? grou~ [tree] surv~  paths ??????????????????????");
}

static void test_hits(void)
{
    g_autoptr(Sheet) sheet = sheet_new(1, 50, "dark", THEME_BLOCK);
    struct tabs_hits hits;
    size_t tab = 99;

    draw(sheet, &files, 40, &hits);
    g_assert_true(tabs_hit(&hits, 0, 1, &tab));
    g_assert_cmpuint(tab, ==, 0);
    g_assert_true(tabs_hit(&hits, 0, 12, &tab));
    g_assert_cmpuint(tab, ==, 1);
    g_assert_false(tabs_hit(&hits, 1, 12, &tab));
    g_assert_false(tabs_hit(&hits, 0, 40, &tab));
    draw(sheet, &files, 12, &hits); /* only the shown one: the next */
    g_assert_true(tabs_hit(&hits, 0, 3, &tab));
    g_assert_cmpuint(tab, ==, 2);
    hits = (struct tabs_hits){0};
    g_assert_false(tabs_hit(&hits, 0, 0, &tab));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tabs/rooms", test_rooms);
    g_test_add_func("/tabs/numbers", test_numbers);
    g_test_add_func("/tabs/hits", test_hits);
    return g_test_run();
}
