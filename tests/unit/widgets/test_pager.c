#include "tests/support/screen.h"
#include "widgets/pager.h"

#include <string.h>

static struct pager *new_pager(void)
{
    struct pager *pager = pager_new();

    for (int i = 1; i <= 9; i++)
        pager_addf(pager, i % 2 == 0 ? THEME_DIM : THEME_TEXT, "line %d%s", i,
                   i == 5 ? " has a\ttab and goes on" : "");
    return pager;
}

static void draw(struct pager *pager, struct sheet *sheet)
{
    sheet_fill(sheet);
    pager_draw(pager, &sheet->canvas, sheet_rect(sheet));
}

static void test_moves(void)
{
    g_autoptr(Sheet) sheet = sheet_new(4, 12, "dark", THEME_ASCII);
    struct pager *pager = new_pager();

    draw(pager, sheet);
    SHEET_TEXT(sheet, "line 1     #", "line 2     #", "line 3", "line 4");
    SHEET_PENS(sheet, "...........d", "dddddddddddd", "............", "ddddddddddd.");
    pager_move(pager, TABLE_PAGE_DOWN);
    pager_shift(pager, 7);
    draw(pager, sheet);
    SHEET_TEXT(sheet, "", "has a\\ttab~#", "           #", "");
    pager_move(pager, TABLE_END);
    pager_scroll(pager, 3);
    pager_shift(pager, 1000); /* no further than the widest line */
    pager_shift(pager, -15);
    draw(pager, sheet);
    SHEET_TEXT(sheet, "e 6", "e 7", "e 8        #", "e 9        #");
    pager_free(pager);
}

static void test_search(void)
{
    g_autoptr(Sheet) sheet = sheet_new(4, 12, "dark", THEME_BLOCK);
    struct pager *pager = new_pager();

    g_assert_cmpuint(pager_search(pager, "[258]"), ==, 3);
    g_assert_true(pager_search_next(pager, 1));
    draw(pager, sheet);
    SHEET_PENS(sheet, "SSSSS*SSSSSd", "...........d", "ddddddddddd.", ".....m......");
    g_assert_true(pager_search_next(pager, 1));
    g_assert_true(pager_search_next(pager, 1));
    draw(pager, sheet);
    SHEET_TEXT(sheet, "line 5 has…", "line 6", "line 7     ▐", "line 8     ▐");
    g_assert_true(pager_search_next(pager, 1)); /* around the end */
    g_assert_true(pager_search_next(pager, -1));
    g_assert_true(pager_search_next(pager, -1));
    draw(pager, sheet);
    SHEET_TEXT(sheet, "line 5 has…", "line 6", "line 7     ▐", "line 8     ▐");
    g_assert_cmpuint(pager_search(pager, "none"), ==, 0);
    g_assert_false(pager_search_next(pager, 1));
    g_assert_cmpuint(pager_search(pager, NULL), ==, 0);
    pager_free(pager);
}

/* New text under an old search and an old place. */
static void test_refill(void)
{
    g_autoptr(Sheet) sheet = sheet_new(2, 8, "dark", THEME_BLOCK);
    struct pager *pager = new_pager();

    pager_search(pager, "b");
    draw(pager, sheet);
    pager_scroll(pager, 5);
    pager_clear(pager);
    for (int i = 0; i < 8; i++)
        pager_add(pager, THEME_TEXT, i == 6 ? "b" : "a");
    draw(pager, sheet);
    SHEET_TEXT(sheet, "a", "b      ▐");
    g_assert_true(pager_search_next(pager, -1));
    g_autofree char *text = pager_to_text(pager, true);

    g_assert_cmpstr(text, ==, "a\na\na\na\na\na\nb\na\n");
    pager_reset(pager);
    draw(pager, sheet);
    SHEET_TEXT(sheet, "", "");
    pager_free(pager);
}

static void test_sizes(void)
{
    struct pager *pager = new_pager();

    for (int lines = -1; lines < 12; lines++)
        for (int cols = -1; cols < 12; cols++) {
            g_autoptr(Sheet) sheet = sheet_new(12, 12, "dark", THEME_BLOCK);

            pager_draw(pager, &sheet->canvas, (TickitRect){0, 0, lines, cols});
            pager_move(pager, TABLE_HALF_DOWN);
            pager_shift(pager, 1);
        }
    pager_free(pager);
}

static void test_cost(void)
{
    enum { N = 100000 };
    g_autoptr(Sheet) sheet = sheet_new(60, 200, "dark", THEME_BLOCK);
    struct pager *pager = pager_new();
    gint64 start = g_get_monotonic_time();

    for (int i = 0; i < N; i++)
        pager_addf(pager, THEME_TEXT, "goroutine %d [chan receive, 12 minutes]:", i);
    g_test_message("add %d: %.1f ms", N, (double)(g_get_monotonic_time() - start) / 1000);
    start = g_get_monotonic_time();
    g_assert_cmpuint(pager_search(pager, "e 9999\\d"), ==, 10);
    g_test_message("search: %.1f ms", (double)(g_get_monotonic_time() - start) / 1000);
    start = g_get_monotonic_time();
    pager_search_next(pager, 1);
    draw(pager, sheet);
    g_test_message("next and draw: %.2f ms", (double)(g_get_monotonic_time() - start) / 1000);
    pager_free(pager);
}

/* Of a path the end is kept, as long as nothing is scrolled out at the left. */
static void test_path(void)
{
    g_autoptr(Sheet) sheet = sheet_new(2, 16, "dark", THEME_BLOCK);
    struct pager *pager = pager_new();

    pager_addf_elided(pager, THEME_TEXT, TEXT_ELIDE_MIDDLE, "%s", "/home/user/project/main.go:12");
    pager_add(pager, THEME_TEXT, "words that go on beyond");
    pager_draw(pager, &sheet->canvas, sheet_rect(sheet));
    SHEET_TEXT(sheet, "/home…main.go:12", "words that go o…");
    pager_shift(pager, 8);
    pager_draw(pager, &sheet->canvas, sheet_rect(sheet));
    SHEET_TEXT(sheet, "er/project/main…", "at go on beyond");
    pager_free(pager);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pager/moves", test_moves);
    g_test_add_func("/pager/search", test_search);
    g_test_add_func("/pager/refill", test_refill);
    g_test_add_func("/pager/sizes", test_sizes);
    g_test_add_func("/pager/cost", test_cost);
    g_test_add_func("/pager/path", test_path);
    return g_test_run();
}
