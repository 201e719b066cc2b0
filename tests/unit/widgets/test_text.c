#include "tests/support/screen.h"
#include "widgets/text.h"

#include <string.h>

struct safe_case {
    const char *name, *bytes;
    gssize n;
    const char *fine, *ascii;
};

static const struct safe_case safe_cases[] = {
    {"plain", "/a b/~c.txt", -1, "/a b/~c.txt", "/a b/~c.txt"},
    {"empty", "", -1, "", ""},
    {"controls", "a\nb\tc\rd\x1b]0;x\a", -1, "a\\nb\\tc\\rd\\x1b]0;x\\x07",
     "a\\nb\\tc\\rd\\x1b]0;x\\x07"},
    {"nul", "a\0b", 3, "a\\x00b", "a\\x00b"},
    {"delete", "\x7f", -1, "\\x7f", "\\x7f"},
    {"c1",
     "\xc2\x9b"
     "31m",
     -1, "\\u009b31m", "\\u009b31m"},
    {"bad byte", "a\x9b\xff", -1, "a\\x9b\\xff", "a\\x9b\\xff"},
    {"broken sequence", "\xc3\x1b[", -1, "\\xc3\\x1b[", "\\xc3\\x1b["},
    {"cut sequence", "\xe2\x82", -1, "\\xe2\\x82", "\\xe2\\x82"},
    {"overlong", "\xc0\xaf", -1, "\\xc0\\xaf", "\\xc0\\xaf"},
    {"surrogate", "\xed\xa0\x80", -1, "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"},
    {"past the end", "\xf4\x90\x80\x80", -1, "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"},
    {"bidi", "x\u202ey\u2066\u061c\u200e", -1, "x\\u202ey\\u2066\\u061c\\u200e",
     "x\\u202ey\\u2066\\u061c\\u200e"},
    {"lines", "\u2028\u2029", -1, "\\u2028\\u2029", "\\u2028\\u2029"},
    {"zero width", "a\u200bb\u200dc\ufeff\u2060", -1, "a\\u200bb\\u200dc\\ufeff\\u2060",
     "a\\u200bb\\u200dc\\ufeff\\u2060"},
    {"private", "\ue000\U000f0000", -1, "\\ue000\\U000f0000", "\\ue000\\U000f0000"},
    {"unassigned", "\U0003fffe\u0378", -1, "\\U0003fffe\\u0378", "\\U0003fffe\\u0378"},
    {"tag", "a\U000e0041", -1, "a\\U000e0041", "a\\U000e0041"},
    {"letters", "h\u00e4\u4e16\u03b1", -1, "h\u00e4\u4e16\u03b1", "h\\u00e4\\u4e16\\u03b1"},
    {"mark", "e\u0301x", -1, "e\u0301x", "e\\u0301x"},
    {"mark alone", "\u0301x", -1, "\\u0301x", "\\u0301x"},
    {"mark on an escape", "\n\u0301", -1, "\\n\\u0301", "\\n\\u0301"},
    {"many marks", "e\u0301\u0301\u0301\u0301\u0301", -1, "e\u0301\u0301\u0301\u0301\\u0301",
     "e\\u0301\\u0301\\u0301\\u0301\\u0301"},
    {"backslash", "a\\nb", -1, "a\\nb", "a\\nb"},
};

static void test_safe(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(safe_cases); i++) {
        const struct safe_case *c = &safe_cases[i];
        g_autofree char *fine = text_safe(c->bytes, c->n, true);
        g_autofree char *ascii = text_safe(c->bytes, c->n, false);
        g_autofree char *twice = text_safe(fine, -1, true);

        g_test_message("%s", c->name);
        g_assert_cmpstr(fine, ==, c->fine);
        g_assert_cmpstr(ascii, ==, c->ascii);
        g_assert_cmpstr(twice, ==, fine);
    }
}

/* Whatever goes in: libtickit takes what comes out and measures the same columns. */
static void test_random(void)
{
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        gssize n = g_test_rand_int_range(0, (gint32)sizeof bytes);
        TickitStringPos pos;

        for (gssize i = 0; i < n; i++)
            bytes[i] = (char)g_test_rand_int_range(0, 256);
        if (round % 2 == 0) /* a real character in the middle of it */
            for (gssize i = 0; i + 6 < n; i += 6)
                g_unichar_to_utf8((gunichar)g_test_rand_int_range(0x80, 0x20000), bytes + i);
        g_autofree char *safe = text_safe(bytes, n, true);

        g_assert_true(g_utf8_validate(safe, -1, NULL));
        g_assert_cmpuint(tickit_utf8_count(safe, &pos, NULL), ==, strlen(safe));
        g_assert_cmpint(pos.columns, ==, text_width(safe));
    }
}

struct fit_case {
    const char *safe;
    int cols;
    enum text_elide elide;
    const char *expected;
    int width;
};

#define MESSAGES "github.com/marcus/sidecar/internal/adapter/claudecode.(*Adapter).Messages"

#define WATCHER "goroutine [chan receive] in github.com/fsnotify/fsnotify.(*Watcher).readEvents"

static const struct fit_case fit_cases[] = {
    {"hello", 5, TEXT_ELIDE_END, "hello", 5},
    {"hello", 4, TEXT_ELIDE_END, "hel…", 4},
    {"hello", 1, TEXT_ELIDE_END, "…", 1},
    {"hello", 0, TEXT_ELIDE_END, "", 0},
    {"hello", -3, TEXT_ELIDE_MIDDLE, "", 0},
    {"hello world", 6, TEXT_ELIDE_START, "…world", 6},
    {"/home/user/file.jsonl", 13, TEXT_ELIDE_MIDDLE, "/hom…le.jsonl", 13},
    {"\u4e16\u754c\u4e16", 5, TEXT_ELIDE_END, "\u4e16\u754c…", 5},
    {"\u4e16\u754c\u4e16", 4, TEXT_ELIDE_END, "\u4e16…", 3},
    {"\u4e16\u754c\u4e16", 4, TEXT_ELIDE_START, "…\u4e16", 3},
    {"ae\u0301bc", 3, TEXT_ELIDE_END, "ae\u0301…", 3},
    {"abce\u0301", 2, TEXT_ELIDE_START, "…e\u0301", 2},
    {MESSAGES, 80, TEXT_ELIDE_FUNCTION, MESSAGES, 73},
    {MESSAGES, 40, TEXT_ELIDE_FUNCTION, "claudecode.(*Adapter).Messages", 30},
    {MESSAGES, 20, TEXT_ELIDE_FUNCTION, "claude…ter).Messages", 20},
    {"x/y.Map[k8s.io/api.Pod]", 18, TEXT_ELIDE_FUNCTION, "y.Map…o/api.Pod]", 0},
    {"example.com/bubbletea/v2.(*Program).Run", 30, TEXT_ELIDE_FUNCTION,
     "bubbletea/v2.(*Program).Run", 27},
    {"x/y.(*T[a/b.C]).M", 16, TEXT_ELIDE_FUNCTION, "y.(*T[a/b.C]).M", 15},
    {"  x/bubbletea/v2.(*Program).Run (inline)", 39, TEXT_ELIDE_FUNCTION,
     "  bubbletea/v2.(*Program).Run (inline)", 38},
    {WATCHER, 80, TEXT_ELIDE_SENTENCE, WATCHER, 78},
    {WATCHER, 77, TEXT_ELIDE_SENTENCE, "goroutine [chan receive] in fsnotify.(*Watcher).readEvents",
     58},
    {WATCHER, 40, TEXT_ELIDE_SENTENCE, "goroutine [chan receive] in fsnotify.(*…", 40},
    {"a/b.F, created by c/d.G[e/f.T]", 29, TEXT_ELIDE_SENTENCE, "b.F, created by d.G[e/f.T]", 26},
    {"http://h/a/b, /var/c and a/b.F", 29, TEXT_ELIDE_SENTENCE, "http://h/a/b, /var/c and b.F", 28},
};

/* Marks stay on what is left of what they mark. */
static void test_import_paths(void)
{
    struct text_mark marks[] = {{0, 2, THEME_MATCH}, {5, 10, THEME_MATCH}, {15, 18, THEME_MATCH}};
    static const struct text_mark expected[] = {{0, 2, 0}, {3, 6, 0}, {10, 12, 0}};
    g_autofree char *brief = text_without_import_paths("in a/b/c.F of d/e.G", marks, 3);

    g_assert_cmpstr(brief, ==, "in c.F of e.G");
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_assert_cmpuint(marks[i].start, ==, expected[i].start);
        g_assert_cmpuint(marks[i].end, ==, expected[i].end);
    }
}

static void test_fit(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fit_cases); i++) {
        const struct fit_case *c = &fit_cases[i];
        g_autoptr(GString) out = g_string_new(NULL);
        int width = text_fit(out, c->safe, c->cols, c->elide, true);

        if (c->width > 0 || c->cols <= 0) {
            g_assert_cmpstr(out->str, ==, c->expected);
            g_assert_cmpint(width, ==, c->width);
        }
        g_assert_cmpint(width, ==, text_width(out->str));
        g_assert_cmpint(width, <=, MAX(c->cols, 0));
    }
}

static void test_fit_ascii(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_cmpint(text_fit(out, "hello world", 6, TEXT_ELIDE_END, false), ==, 6);
    g_assert_cmpstr(out->str, ==, "hello~");
}

static void test_wrap(void)
{
    static const struct {
        const char *bytes;
        int cols;
        const char *lines;
    } cases[] = {
        {"", 5, ""},
        {"one two three", 7, "one two|three"},
        {"one two three", 8, "one two|three"},
        {"one  two", 3, "one|two"},
        {"abcdefgh", 3, "abc|def|gh"},
        {"\u4e16\u754c", 1, "\u4e16|\u754c"},
        {"a\n\nb c", 1, "a||b|c"},
        {"end ", 10, "end"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) lines = text_wrap_bytes(cases[i].bytes, cases[i].cols, true);

        g_ptr_array_add(lines, NULL);
        g_autofree char *joined = g_strjoinv("|", (char **)lines->pdata);

        g_assert_cmpstr(joined, ==, cases[i].lines);
    }
}

static void test_draw(void)
{
    g_autoptr(Sheet) sheet = sheet_new(5, 12, "dark", THEME_BLOCK);
    const struct canvas *canvas = &sheet->canvas;

    text_draw(canvas, 0, 1, 8, &(struct text_style){.role = THEME_GOOD}, "a\nb");
    text_draw(canvas, 1, 1, 8, &(struct text_style){.align = TEXT_RIGHT}, "12");
    text_draw(canvas, 2, 1, 8, &(struct text_style){.align = TEXT_CENTER, .bar_cols = 4}, "ab");
    text_draw(canvas, 3, 1, 3, &(struct text_style){.skip_cols = 1}, "\u4e16\u754c");
    text_drawf(canvas, 4, 0, 12, THEME_BAD, "%s %d", "\u4e16\u4e16\u4e16\u4e16\u4e16", 5);
    SHEET_TEXT(sheet, "?a\\nb    ???", "?      12???", "?   ab   ???", "? \u754c????????",
               "\u4e16\u4e16\u4e16\u4e16\u4e16 5");
    SHEET_PENS(sheet, ".geeggggg...", "............", ".____.......", "............",
               "BBBBBBBBBBBB");
}

/* Half of a wide character is a blank, at either edge and at the end of a bar. */
static void test_draw_wide(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 6, "dark", THEME_BLOCK);
    const struct canvas *canvas = &sheet->canvas;

    text_draw(canvas, 0, 0, 1, &(struct text_style){0}, "\u4e16");
    text_draw(canvas, 1, 0, 4, &(struct text_style){0}, "\u4e16\u754c\u4e16");
    text_draw(canvas, 2, 0, 6, &(struct text_style){.bar_cols = 3}, "\u4e16\u754c");
    SHEET_TEXT(sheet, "…?????", "\u4e16… ??", "\u4e16\u754c  ");
    SHEET_PENS(sheet, "......", "......", "__....");
}

static void test_long(void)
{
    g_autoptr(Sheet) sheet = sheet_new(1, 40, "dark", THEME_BLOCK);
    g_autofree char *long_text = g_strnfill(64 * 1024, '\x1b');
    gint64 start = g_get_monotonic_time();

    for (int i = 0; i < 10; i++)
        text_draw(&sheet->canvas, 0, 0, 40, &(struct text_style){.elide = TEXT_ELIDE_MIDDLE},
                  long_text);
    g_test_message("64 KiB of ESC: %.2f ms a draw",
                   (double)(g_get_monotonic_time() - start) / 10000);
    memset(long_text, 'a', 64 * 1024);
    start = g_get_monotonic_time();
    for (int i = 0; i < 10; i++)
        text_draw(&sheet->canvas, 0, 0, 40, &(struct text_style){.elide = TEXT_ELIDE_FUNCTION},
                  long_text);
    g_test_message("64 KiB of letters: %.3f ms a draw",
                   (double)(g_get_monotonic_time() - start) / 10000);
    SHEET_TEXT(sheet, "aaaaaaaaaaaaa…aaaaaaaaaaaaaaaaaaaaaaaaaa");
}

/* Words that do not fit are cut where one sees it. */
static void test_draw_words(void)
{
    g_autoptr(Sheet) sheet = sheet_new(2, 16, "dark", THEME_BLOCK);

    text_draw_words(&sheet->canvas, (TickitRect){0, 0, 2, 16}, "one two three four five six");
    SHEET_TEXT(sheet, "one two three   ", "four five six   ");
    text_draw_words(&sheet->canvas, (TickitRect){0, 0, 2, 16}, "one two three four five six seven");
    SHEET_TEXT(sheet, "one two three   ", "four five six  …");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    text_measure_as_drawn();
    g_test_add_func("/text/safe", test_safe);
    g_test_add_func("/text/random", test_random);
    g_test_add_func("/text/fit", test_fit);
    g_test_add_func("/text/import-paths", test_import_paths);
    g_test_add_func("/text/fit-ascii", test_fit_ascii);
    g_test_add_func("/text/wrap", test_wrap);
    g_test_add_func("/text/draw", test_draw);
    g_test_add_func("/text/draw-wide", test_draw_wide);
    g_test_add_func("/text/words", test_draw_words);
    g_test_add_func("/text/long", test_long);
    return g_test_run();
}
