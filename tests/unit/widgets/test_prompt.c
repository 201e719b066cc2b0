#include "tests/support/screen.h"
#include "widgets/prompt.h"

#include <string.h>

static void press(struct prompt *prompt, const char *keys)
{
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);

    for (char **name = names; *name != NULL; name++)
        prompt_key(prompt, false, *name);
}

static void test_keys(void)
{
    static const struct {
        const char *start, *keys, *typed, *text;
    } cases[] = {
        {"", "", "abc", "abc"},
        {"abc", "Left Left", "X", "aXbc"},
        {"abc", "Home Delete", "X", "Xbc"},
        {"abc", "C-a C-k", "X", "X"},
        {"one two", "C-w", "X", "one X"},
        {"one two ", "C-w C-w", "X", "X"},
        {"one two", "C-Left C-u", "X", "Xtwo"},
        {"abc", "Left Backspace End Backspace", "X", "aX"},
        {"e\u0301\u4e16", "Backspace Backspace", "X", "X"}, /* a mark goes with its base */
        {"e\u0301\u4e16", "Left Left", "X", "Xe\u0301\u4e16"},
        {"abc", "Left F5 Up Tab", "X", "abXc"},
        {"abc", "Right Delete", "X", "abcX"},
        {"one two", "Home M-d", "X", "X two"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct prompt *prompt = prompt_new("/", cases[i].start);

        press(prompt, cases[i].keys);
        for (const char *p = cases[i].typed; *p != '\0'; p++) {
            char one[] = {*p, '\0'};

            g_assert_cmpint(prompt_key(prompt, true, one), ==, PROMPT_CHANGED);
        }
        g_assert_cmpstr(prompt_text(prompt), ==, cases[i].text);
        prompt_free(prompt);
    }
}

static void test_results(void)
{
    struct prompt *prompt = prompt_new("/", NULL);
    g_autofree char *long_text = g_strnfill(5000, 'x');

    g_assert_cmpint(prompt_key(prompt, false, "Backspace"), ==, PROMPT_EDITING);
    g_assert_cmpint(prompt_key(prompt, true, "\xff"), ==, PROMPT_EDITING);
    g_assert_cmpint(prompt_key(prompt, true, long_text), ==, PROMPT_EDITING);
    g_assert_cmpint(prompt_key(prompt, true, "\u4e16"), ==, PROMPT_CHANGED);
    g_assert_cmpint(prompt_key(prompt, false, "Backspace"), ==, PROMPT_CHANGED);
    g_assert_cmpint(prompt_key(prompt, false, "Enter"), ==, PROMPT_DONE);
    g_assert_cmpint(prompt_key(prompt, false, "Escape"), ==, PROMPT_CANCELLED);
    prompt_free(prompt);
    prompt_free(NULL);
}

static void test_draw(void)
{
    g_autoptr(Sheet) sheet = sheet_new(1, 16, "dark", THEME_BLOCK);
    struct prompt *prompt = prompt_new("filter: ", "a\xff\x1b"
                                                   "b");
    int cursor;

    prompt_draw(prompt, &sheet->canvas, 0, 1, 14, &cursor);
    SHEET_TEXT(sheet, "?a\ufffd\\x1bb       ?");
    SHEET_PENS(sheet, "...eeee.........");
    g_assert_cmpint(cursor, ==, 8);
    prompt_free(prompt);

    sheet_fill(sheet);
    prompt = prompt_new("/ ", "0123456789abcdefgh");
    prompt_draw(prompt, &sheet->canvas, 0, 1, 14, &cursor);
    SHEET_TEXT(sheet, "?/ cdefgh      ?");
    g_assert_cmpint(cursor, ==, 9);
    press(prompt, "Home");
    prompt_draw(prompt, &sheet->canvas, 0, 1, 14, &cursor);
    SHEET_TEXT(sheet, "?/ 0123456789a…?");
    g_assert_cmpint(cursor, ==, 3);
    prompt_free(prompt);

    /* what is asked is seen, however long the question is */
    g_autoptr(Sheet) wide = sheet_new(1, 40, "dark", THEME_BLOCK);

    prompt = prompt_new("take a snapshot every how many minutes: ", "5");
    prompt_draw(prompt, &wide->canvas, 0, 0, 40, &cursor);
    SHEET_TEXT(wide, "take a snapshot eve…5                   ");
    prompt_free(prompt);
}

/* The cursor is in the field, whatever the size and place. */
static void test_cursor(void)
{
    struct prompt *prompt = prompt_new("ab", "\u4e16\u754c x \u4e16e\u0301 0123456789");

    for (int cols = -1; cols < 24; cols++) {
        g_autoptr(Sheet) sheet = sheet_new(1, 24, "dark", THEME_BLOCK);
        int cursor;

        press(prompt, "End");
        for (int i = 0; i < 24; i++) {
            prompt_draw(prompt, &sheet->canvas, 0, 0, cols, &cursor);
            g_assert_cmpint(cursor, >=, 0);
            g_assert_cmpint(cursor, <, MAX(cols, 1));
            press(prompt, "Left");
        }
    }
    prompt_free(prompt);
}

/* A proposed number is replaced by typing; a key that edits or moves keeps it. */
static void test_suggestion(void)
{
    struct prompt *prompt = prompt_new("seconds: ", "30");

    prompt_suggest(prompt);
    prompt_key(prompt, true, "5");
    prompt_key(prompt, true, "0");
    g_assert_cmpstr(prompt_text(prompt), ==, "50");
    prompt_free(prompt);

    prompt = prompt_new("seconds: ", "30");
    prompt_suggest(prompt);
    prompt_key(prompt, false, "Backspace");
    prompt_key(prompt, true, "5");
    g_assert_cmpstr(prompt_text(prompt), ==, "35");
    prompt_free(prompt);

    prompt = prompt_new("seconds: ", "30");
    prompt_suggest(prompt);
    g_assert_cmpint(prompt_key(prompt, false, "Enter"), ==, PROMPT_DONE);
    g_assert_cmpstr(prompt_text(prompt), ==, "30");
    prompt_free(prompt);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prompt/keys", test_keys);
    g_test_add_func("/prompt/results", test_results);
    g_test_add_func("/prompt/draw", test_draw);
    g_test_add_func("/prompt/cursor", test_cursor);
    g_test_add_func("/prompt/suggestion", test_suggestion);
    return g_test_run();
}
