#include "tests/support/screen.h"
#include "widgets/popup.h"

static const struct status_hint answers[] = {{"y", "yes", 1, THEME_TEXT},
                                             {"n", "no", 2, THEME_TEXT}};

static const struct popup question = {
    .title = "Force a collection?",
    .text = "The target stops for a moment.\n\nNothing else \x1b[31m is changed.",
    .answers = answers,
    .n_answers = 2,
};

static void test_question(void)
{
    g_autoptr(Sheet) sheet = sheet_new(10, 40, "dark", THEME_BLOCK);
    TickitRect rect = popup_rect(&question, (TickitRect){1, 2, 8, 36}, true);
    struct statusline status;

    popup_draw(&question, &sheet->canvas, rect, &status);
    SHEET_TEXT(
        sheet, "????????????????????????????????????????",
        "??╭─ Force a collection? ────────────╮??", "??│ The target stops for a moment.   │??",
        "??│                                  │??", "??│ Nothing else \\x1b[31m is         │??",
        "??│ changed.                         │??", "??│                                  │??",
        "??│ y yes  n no                      │??", "??╰──────────────────────────────────╯??",
        "????????????????????????????????????????");
    SHEET_PENS(
        sheet, "........................................",
        "..************************************..", "..*pppppppppppppppppppppppppppppppppp*..",
        "..*pppppppppppppppppppppppppppppppppp*..", "..*pppppppppppppppppppppppppppppppppp*..",
        "..*pppppppppppppppppppppppppppppppppp*..", "..*pppppppppppppppppppppppppppppppppp*..",
        "..*p*p***pp*p**pppppppppppppppppppppp*..", "..************************************..",
        "........................................");
    g_assert_cmpint(statusline_hit(&status, rect.left + 2), ==, 1);
    g_assert_cmpint(statusline_hit(&status, rect.left + 7), ==, 0);
    g_assert_cmpint(statusline_hit(&status, rect.left + 10), ==, 2);
}

/* On a terminal too small the answers stay. */
static void test_tiny(void)
{
    g_autoptr(Sheet) sheet = sheet_new(4, 16, "dark", THEME_ASCII);
    struct statusline status;

    popup_draw(&question, &sheet->canvas, popup_rect(&question, sheet_rect(sheet), false), &status);
    SHEET_TEXT(sheet, "+- Force a c~ -+", "| The target ~ |", "| y yes  n no  |",
               "+--------------+");
    for (int lines = -1; lines < 5; lines++)
        for (int cols = -1; cols < 17; cols++) {
            TickitRect rect = popup_rect(&question, (TickitRect){0, 0, lines, cols}, false);

            g_assert_cmpint(rect.lines, <=, MAX(lines, 0));
            g_assert_cmpint(rect.cols, <=, MAX(cols, 0));
            popup_draw(&question, &sheet->canvas, rect, &status);
        }
}

static const struct status_hint hints[] = {{"Tab", "pane", 3, THEME_TEXT},
                                           {"Enter", "open it all now", 4, THEME_TEXT},
                                           {"q", "quit", 5, THEME_TEXT},
                                           {NULL, "none", 6, THEME_TEXT}};

static void test_statusline(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 50, "dark", THEME_BLOCK);
    struct statusline status;

    statusline_draw(&status, &sheet->canvas, 0, 0, 50, hints, 4, "0.4% CPU");
    g_assert_cmpuint(status.n_hits, ==, 3);
    g_assert_cmpint(statusline_hit(&status, 0), ==, 3);
    g_assert_cmpint(statusline_hit(&status, 8), ==, 0);
    g_assert_cmpint(statusline_hit(&status, 49), ==, 0);
    statusline_draw(&status, &sheet->canvas, 1, 0, 20, hints, 4, "0.4% CPU");
    statusline_draw(&status, &sheet->canvas, 2, 0, 0, hints, 4, "0.4% CPU");
    g_assert_cmpuint(status.n_hits, ==, 0);
    SHEET_TEXT(sheet, "Tab pane  Enter open it all now  q quit   0.4% CPU",
               "Tab pane  q quit    ??????????????????????????????",
               "??????????????????????????????????????????????????");
    SHEET_PENS(sheet, "FFF.dddd..FFFFF.ddddddddddddddd..F.dddd...dddddddd",
               "FFF.dddd..F.dddd..................................",
               "..................................................");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/popup/question", test_question);
    g_test_add_func("/popup/tiny", test_tiny);
    g_test_add_func("/popup/statusline", test_statusline);
    return g_test_run();
}
