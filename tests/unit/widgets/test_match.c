#include "tests/support/screen.h"
#include "widgets/match.h"

static bool matches(const char *pattern, const char *text)
{
    GRegex *regex = match_compile(pattern);
    bool hit = match_test(regex, text, -1);

    g_regex_unref(regex);
    return hit;
}

static void test_compile(void)
{
    g_assert_null(match_compile(NULL));
    g_assert_null(match_compile(""));
    g_assert_true(matches("abc", "xABCx"));
    g_assert_false(matches("Abc", "xABCx"));
    g_assert_true(matches("a\\S+c", "xABCx")); /* the capital of an escape is none */
    g_assert_true(matches("a|b", "B"));
    g_assert_true(matches("f(oo", "a F(oO b")); /* not an expression: the letters */
    g_assert_true(matches("*.jsonl", "x*.jsonl"));
    g_assert_true(matches("\xff", "a\xff")); /* bytes that are no character */
}

/* A pattern that backtracks without end gives up within a moment. */
static void test_explosion(void)
{
    g_autofree char *text = g_strnfill(5000, 'a');
    gint64 start = g_get_monotonic_time();

    for (int i = 0; i < 20; i++)
        g_assert_false(matches("(a+)+(a+)+(a+)+b", text));
    g_test_message("%.2f ms each", (double)(g_get_monotonic_time() - start) / 20000);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_USEC_PER_SEC);
}

static void test_problem(void)
{
    g_autofree char *open = match_problem("a(b"), *range = match_problem("[z-a]");

    g_assert_null(match_problem("a(b)|\\S+"));
    g_assert_null(match_problem(""));
    g_assert_true(strstr(open, "parenthes") != NULL || strstr(open, ")") != NULL);
    g_assert_nonnull(strstr(range, "range"));
    g_assert_null(strchr(open, ':')); /* the reason alone */
}

static void test_draw(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 14, "dark", THEME_BLOCK);
    GRegex *regex = match_compile("b|n.");
    GRegex *half = match_compile("\\xb8"); /* the middle byte of a character */

    match_draw(&sheet->canvas, 0, 0, 14, &(struct text_style){0}, "abc\nbbab", regex);
    match_draw(&sheet->canvas, 1, 0, 8, &(struct text_style){.elide = TEXT_ELIDE_MIDDLE},
               "abbbbbbbbbbba", regex);
    match_draw(&sheet->canvas, 2, 0, 14, &(struct text_style){0}, "x\u4e16y", half);
    SHEET_TEXT(sheet, "abc\\nbbab     ", "ab…bbbba??????", "x\u4e16y          ");
    SHEET_PENS(sheet, ".m.eemm.m.....", ".m.mmmm.......", ".mm...........");
    g_regex_unref(regex);
    g_regex_unref(half);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/match/compile", test_compile);
    g_test_add_func("/match/explosion", test_explosion);
    g_test_add_func("/match/problem", test_problem);
    g_test_add_func("/match/draw", test_draw);
    return g_test_run();
}
