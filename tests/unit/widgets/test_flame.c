#include "tests/support/screen.h"
#include "widgets/flame.h"
#include "widgets/match.h"

#include <math.h>

static const struct flame_node nodes[] = {
    {FLAME_NO_NODE, "root", 100, NAN, THEME_BLOCK_QUIET},
    {0, "main.main", 70, NAN, THEME_BLOCK_OWN},
    {0, "runtime.mcall", 30, NAN, THEME_BLOCK_QUIET},
    {1, "x/y/claudecode.(*Adapter).Messages", 40, NAN, THEME_BLOCK1},
    {1, "json.Unmarshal", 25, NAN, THEME_BLOCK_QUIET},
    {3, "bufio.Scan", 40, NAN, THEME_BLOCK_QUIET},
    {2, "tiny", 0.1, NAN, THEME_BLOCK_QUIET},
};

static struct number_text format(double v)
{
    return number_percent_whole(v);
}

static struct flame *new_flame(void)
{
    struct flame *flame = flame_new();

    flame_set_nodes(flame, nodes, G_N_ELEMENTS(nodes));
    return flame;
}

static void draw(struct flame *flame, struct sheet *sheet)
{
    sheet_fill(sheet);
    flame_draw(flame, &sheet->canvas, sheet_rect(sheet),
               &(struct flame_look){.focused = true, .format = format, .empty = "no profile"});
}

static void test_draw(void)
{
    g_autoptr(Sheet) sheet = sheet_new(5, 50, "dark", THEME_BLOCK);
    struct flame *flame = new_flame();

    draw(flame, sheet);
    SHEET_TEXT(sheet, "▏root  100%", "▏main.main  70%                    ▏runtime.mcall",
               "▏claude…er).Messages▏jso…marshal", "▏bufio.Scan  40%", "");
    SHEET_PENS(sheet, "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS",
               "OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOqqqqqqqqqqqqqqq",
               "xxxxxxxxxxxxxxxxxxxxqqqqqqqqqqqq..................",
               "qqqqqqqqqqqqqqqqqqqq..............................",
               "..................................................");
    flame_free(flame);
}

static void test_move_and_zoom(void)
{
    g_autoptr(Sheet) sheet = sheet_new(5, 40, "dark", THEME_ASCII);
    struct flame *flame = new_flame();

    draw(flame, sheet);
    g_assert_false(flame_move(flame, FLAME_PARENT));
    g_assert_true(flame_move(flame, FLAME_CHILD));
    g_assert_true(flame_move(flame, FLAME_CHILD));
    g_assert_cmpuint(flame_selected(flame), ==, 3);
    g_assert_false(flame_move(flame, FLAME_LEFT));
    g_assert_true(flame_move(flame, FLAME_RIGHT));
    g_assert_cmpuint(flame_selected(flame), ==, 4);
    g_assert_false(flame_move(flame, FLAME_RIGHT)); /* too narrow to be seen */
    g_assert_true(flame_zoom(flame));
    g_assert_false(flame_zoom(flame));
    draw(flame, sheet);
    SHEET_TEXT(sheet, "|root  100%", "|main.main  70%", "|json.Unmarshal  25%", "", "");
    g_assert_true(flame_unzoom(flame));
    g_assert_cmpuint(flame_zoomed(flame), ==, 1);
    draw(flame, sheet);
    SHEET_TEXT(sheet, "|root  100%", "|main.main  70%", "|claudec~pter).Messages|json~nmarshal",
               "|bufio.Scan  40%", "");
    g_assert_true(flame_unzoom(flame));
    g_assert_false(flame_unzoom(flame));
    flame_free(flame);
}

static void test_hit(void)
{
    g_autoptr(Sheet) sheet = sheet_new(5, 50, "dark", THEME_BLOCK);
    struct flame *flame = new_flame();

    draw(flame, sheet);
    g_assert_cmpuint(flame_hit(flame, 0, 49), ==, 0);
    g_assert_cmpuint(flame_hit(flame, 1, 34), ==, 1);
    g_assert_cmpuint(flame_hit(flame, 1, 35), ==, 2);
    g_assert_cmpuint(flame_hit(flame, 2, 49), ==, FLAME_NO_NODE);
    g_assert_cmpuint(flame_hit(flame, 9, 0), ==, FLAME_NO_NODE);
    flame_free(flame);
}

static void test_difference(void)
{
    static const struct flame_node changed[] = {
        {FLAME_NO_NODE, "root", 90, 100, THEME_BLOCK_QUIET},
        {0, "grew", 40, 10, THEME_BLOCK_QUIET},
        {0, "same", 40, 40, THEME_BLOCK_QUIET},
        {0, "shrank", 10, 50, THEME_BLOCK_QUIET},
    };
    g_autoptr(Sheet) sheet = sheet_new(2, 45, "dark", THEME_BLOCK);
    struct flame *flame = flame_new();

    flame_set_nodes(flame, changed, G_N_ELEMENTS(changed));
    flame_move(flame, FLAME_CHILD);
    flame_move(flame, FLAME_PARENT);
    draw(flame, sheet);
    SHEET_TEXT(sheet, "▏▼ root  90%", "▏▲ grew  40%        ▏same  40%          ▏▼ s…");
    SHEET_PENS(sheet, "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS",
               "++++++++++++++++++++qqqqqqqqqqqqqqqqqqqq-----");
    flame_free(flame);
}

/* Selection and zoom find their path of names in new nodes. */
static void test_refresh(void)
{
    static const struct flame_node other[] = {
        {FLAME_NO_NODE, "root", 10, NAN, THEME_BLOCK_QUIET},
        {0, "runtime.mcall", 6, NAN, THEME_BLOCK_QUIET},
        {0, "main.main", 4, NAN, THEME_BLOCK_OWN},
        {2, "json.Unmarshal", 4, NAN, THEME_BLOCK_QUIET},
    };
    struct flame *flame = new_flame();

    flame_select(flame, 4);
    flame_zoom(flame);
    flame_set_nodes(flame, other, G_N_ELEMENTS(other));
    g_assert_cmpuint(flame_selected(flame), ==, 3);
    g_assert_cmpuint(flame_zoomed(flame), ==, 3);
    flame_set_nodes(flame, nodes, 2);
    g_assert_cmpuint(flame_zoomed(flame), ==, 1);
    flame_set_nodes(flame, NULL, 0);
    g_assert_cmpuint(flame_selected(flame), ==, FLAME_NO_NODE);
    g_assert_false(flame_move(flame, FLAME_CHILD));
    flame_free(flame);
}

static void search(struct flame *flame, const char *pattern)
{
    GRegex *regex = match_compile(pattern);

    flame_search(flame, regex);
    if (regex != NULL)
        g_regex_unref(regex);
}

static void test_search(void)
{
    g_autoptr(Sheet) sheet = sheet_new(4, 50, "dark", THEME_BLOCK);
    struct flame *flame = new_flame();
    double share;

    g_assert_false(flame_search_next(flame, 1)); /* for nothing */
    search(flame, "main|bufio|mcall");           /* bufio lies within main */
    g_assert_cmpuint(flame_search_result(flame, &share), ==, 3);
    g_assert_cmpfloat_with_epsilon(share, 1, 1e-9);
    draw(flame, sheet);
    SHEET_PENS(sheet, "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS",
               "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm",
               "xxxxxxxxxxxxxxxxxxxxqqqqqqqqqqqq..................",
               "mmmmmmmmmmmmmmmmmmmm..............................");
    static const size_t forth[] = {1, 5, 2, 1}, back[] = {2, 5, 1, 2};

    for (size_t i = 0; i < G_N_ELEMENTS(forth); i++) {
        g_assert_true(flame_search_next(flame, 1));
        g_assert_cmpuint(flame_selected(flame), ==, forth[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(back); i++) {
        g_assert_true(flame_search_next(flame, -1));
        g_assert_cmpuint(flame_selected(flame), ==, back[i]);
    }
    search(flame, "Unmarshal");
    flame_search_result(flame, &share);
    g_assert_cmpfloat_with_epsilon(share, 0.25, 1e-9);
    search(flame, NULL);
    g_assert_cmpuint(flame_search_result(flame, &share), ==, 0);
    g_assert_cmpfloat(share, ==, 0);
    flame_free(flame);
}

/* What a zoom hides is brought out; what it shows is left zoomed. */
static void test_reveal(void)
{
    struct flame *flame = new_flame();

    flame_select(flame, 3);
    flame_zoom(flame);
    g_assert_true(flame_reveal(flame, 5));
    g_assert_cmpuint(flame_zoomed(flame), ==, 3);
    g_assert_true(flame_reveal(flame, 1));
    g_assert_cmpuint(flame_zoomed(flame), ==, 3);
    g_assert_true(flame_reveal(flame, 4));
    g_assert_cmpuint(flame_zoomed(flame), ==, 0);
    g_assert_false(flame_reveal(flame, FLAME_NO_NODE));
    flame_zoom(flame);
    search(flame, "json");
    flame_set_nodes(flame, nodes, 3); /* a search is for the nodes it saw */
    g_assert_false(flame_search_next(flame, 1));
    flame_select(flame, 2);
    g_assert_true(flame_zoom(flame));
    g_assert_true(flame_unzoom_all(flame));
    g_assert_false(flame_unzoom_all(flame));
    flame_free(flame);
}

static void test_sizes(void)
{
    struct flame *flame = new_flame();

    for (int lines = -1; lines < 6; lines++)
        for (int cols = -1; cols < 51; cols++) {
            g_autoptr(Sheet) sheet = sheet_new(5, 50, "dark", THEME_BLOCK);

            flame_select(flame, (size_t)(cols + 1) % G_N_ELEMENTS(nodes));
            flame_draw(flame, &sheet->canvas, (TickitRect){0, 0, lines, cols},
                       &(struct flame_look){0});
            flame_scroll(flame, 1);
            if (cols % 7 == 0)
                flame_zoom(flame);
        }
    flame_set_nodes(flame, NULL, 0);
    g_autoptr(Sheet) sheet = sheet_new(2, 20, "dark", THEME_BLOCK);

    draw(flame, sheet);
    SHEET_TEXT(sheet, "no profile", "");
    flame_free(flame);
}

static void test_cost(void)
{
    enum { N = 100000 };
    g_autofree struct flame_node *many = g_new0(struct flame_node, N);
    g_autoptr(Sheet) sheet = sheet_new(60, 200, "dark", THEME_BLOCK);
    struct flame *flame = flame_new();
    gint64 start = g_get_monotonic_time();

    many[0] = (struct flame_node){FLAME_NO_NODE, "root", N, NAN, THEME_BLOCK_QUIET};
    for (size_t i = 1; i < N; i++)
        many[i] = (struct flame_node){(i - 1) / 2, "runtime.function", (double)N / (double)i, NAN,
                                      THEME_BLOCK_QUIET};
    flame_set_nodes(flame, many, N);
    g_test_message("set %d nodes: %.1f ms", N, (double)(g_get_monotonic_time() - start) / 1000);
    start = g_get_monotonic_time();
    draw(flame, sheet);
    g_test_message("draw: %.1f ms", (double)(g_get_monotonic_time() - start) / 1000);
    flame_free(flame);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flame/draw", test_draw);
    g_test_add_func("/flame/move-and-zoom", test_move_and_zoom);
    g_test_add_func("/flame/hit", test_hit);
    g_test_add_func("/flame/difference", test_difference);
    g_test_add_func("/flame/refresh", test_refresh);
    g_test_add_func("/flame/search", test_search);
    g_test_add_func("/flame/reveal", test_reveal);
    g_test_add_func("/flame/sizes", test_sizes);
    g_test_add_func("/flame/cost", test_cost);
    return g_test_run();
}
