#include "tests/support/screen.h"
#include "widgets/box.h"

static const struct box files = {
    .title = "Files",
    .number = 2,
    .info = "1 412 of 10 240 ▲",
    .info_role = THEME_BAD,
    .footer = "1 s ago",
    .footer_role = THEME_DIM,
    .footer_left = "/jsonl",
    .footer_left_role = THEME_LOOK,
};

static void test_full(void)
{
    g_autoptr(Sheet) sheet = sheet_new(4, 40, "dark", THEME_BLOCK);
    TickitRect inner;

    box_draw(&sheet->canvas, sheet_rect(sheet), &files, &inner);
    SHEET_TEXT(sheet, "╭─ 2 Files ──────── 1 412 of 10 240 ▲ ─╮",
               "│                                      │",
               "│                                      │",
               "╰─ /jsonl ─────────────────── 1 s ago ─╯");
    SHEET_PENS(sheet, "bbtttttttttbbbbbbbbBBBBBBBBBBBBBBBBBBBbb",
               "b......................................b",
               "b......................................b",
               "bbllllllllbbbbbbbbbbbbbbbbbbbdddddddddbb");
    g_assert_cmpint(inner.top, ==, 1);
    g_assert_cmpint(inner.left, ==, 1);
    g_assert_cmpint(inner.lines, ==, 2);
    g_assert_cmpint(inner.cols, ==, 38);
}

static void test_narrow(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 30, "dark", THEME_ASCII);
    struct box box = files;
    TickitRect inner;

    box.title = "A title much too long for it";
    box.info = "1 412 of 10 240";
    box.focused = true;
    box_draw(&sheet->canvas, sheet_rect(sheet), &box, &inner);
    SHEET_TEXT(sheet, "+- 2 A title~ - 1 412 of 1~ -+", "|                            |",
               "+- /jsonl --------- 1 s ago -+");
}

/* Tabs keep their names before the information its length, and that its parts. */
static void test_tabs(void)
{
    static const struct tabs tabs = {
        .names = {"grouped", "tree", "survivors"}, .n = 3, .shown = 0, .numbered = true};
    static const struct {
        int cols;
        const char *text;
    } cases[] = {
        {69, "── 2 Files ─[1 grouped] 2 tree  3 survivors ─ 12 345  of 1 048 576 ──"},
        {68, "── 2 Files ─[1 grouped] 2 tree  3 survivors ───── 12 345  of 1.0M ──"},
        {63, "── 2 Files ─[grouped] tree  survivors ────── 12 345  of 1.0M ──"},
        {57, "── 2 Files ─[1 grouped] 2 tree  3 survivors ─── 12 345 ──"},
        {48, "── 2 Files ─[grouped 1/3]──── 12 345  of 1.0M ──"},
        {43, "── 2 Files ─[grouped 1/3]──────── 12 345 ──"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Sheet) sheet = sheet_new(1, cases[i].cols, "dark", THEME_BLOCK);
        struct box box = {.title = "Files",
                          .number = 2,
                          .tabs = &tabs,
                          .info = "12 345  of 1 048 576\n12 345  of 1.0M"};
        TickitRect inner;

        box_draw(&sheet->canvas, sheet_rect(sheet), &box, &inner);
        SHEET_TEXT(sheet, cases[i].text);
    }
}

/* Without colours the frame's shape says where the focus is. */
static void test_mono(void)
{
    static const enum theme_glyphs glyphs[] = {THEME_BLOCK, THEME_ASCII};
    static const char *const tops[] = {"┏━ 2 Files ━━━━━━━━ 1 412 of 10 240 ▲ ━┓",
                                       "#= 2 Files === 1 412 of 10 240 \\u25b2 =#"};

    for (size_t i = 0; i < G_N_ELEMENTS(glyphs); i++) {
        g_autoptr(Sheet) sheet = sheet_new(3, 40, "dark", glyphs[i]);
        struct theme *theme = theme_new("dark", THEME_MONO, glyphs[i]);
        const struct canvas canvas = {.rb = sheet->canvas.rb, .theme = theme};
        struct box box = files;
        TickitRect inner;

        box.focused = true;
        box_draw(&canvas, sheet_rect(sheet), &box, &inner);
        g_autofree char *text = sheet_text(sheet);

        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        g_assert_cmpstr(lines[0], ==, tops[i]);
        theme_free(theme);
    }
}

static void test_folded(void)
{
    g_autoptr(Sheet) sheet = sheet_new(1, 40, "dark", THEME_BLOCK);
    TickitRect inner;

    box_draw(&sheet->canvas, sheet_rect(sheet), &files, &inner);
    SHEET_TEXT(sheet, "── 2 Files ──────── 1 412 of 10 240 ▲ ──");
    g_assert_cmpint(inner.lines, ==, 0);
}

static void test_sizes(void)
{
    for (int lines = -1; lines < 5; lines++)
        for (int cols = -1; cols < 30; cols++) {
            g_autoptr(Sheet) sheet = sheet_new(6, 32, "dark", THEME_BLOCK);
            TickitRect inner;

            box_draw(&sheet->canvas, (TickitRect){1, 1, lines, cols}, &files, &inner);
            g_assert_cmpint(inner.lines, >=, 0);
            g_assert_cmpint(inner.cols, >=, 0);
            g_autofree char *text = sheet_text(sheet);
            g_auto(GStrv) rows = g_strsplit(text, "\n", -1);

            for (int l = 0; l < 6; l++) /* nothing outside, everything inside */
                for (int c = 0; c < 32; c++) {
                    bool in = l >= 1 && l < 1 + lines && c >= 1 && c < 1 + cols;
                    const char *p = g_utf8_offset_to_pointer(rows[l], c);

                    g_assert_cmpint(*p == '?', ==, !in);
                }
        }
}

/* What stands in the cells is what a terminal is given. */
static void test_terminal(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 24, "dark", THEME_BLOCK);
    TickitTerm *mock = screen_mock_new(3, 24);
    TickitRect inner;

    box_draw(&sheet->canvas, sheet_rect(sheet), &(struct box){.title = "\u4e16\u754c e\u0301"},
             &inner);
    text_draw(&sheet->canvas, 1, 1, 3, &(struct text_style){0}, "\u4e16\u754c");
    g_autofree char *cells = sheet_text(sheet);

    tickit_renderbuffer_flush_to_term(sheet->canvas.rb, mock);
    g_autofree char *display = screen_mock_text(mock);

    g_assert_cmpstr(display, ==, cells);
    tickit_term_unref(mock);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/box/full", test_full);
    g_test_add_func("/box/narrow", test_narrow);
    g_test_add_func("/box/tabs", test_tabs);
    g_test_add_func("/box/mono", test_mono);
    g_test_add_func("/box/folded", test_folded);
    g_test_add_func("/box/sizes", test_sizes);
    g_test_add_func("/box/terminal", test_terminal);
    return g_test_run();
}
