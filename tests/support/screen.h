#ifndef SIDESCOPE_TESTS_SUPPORT_SCREEN_H
#define SIDESCOPE_TESTS_SUPPORT_SCREEN_H

/*
 * A sheet of cells for widgets to draw on, and what stands in it as text and
 * as a map of pens, to be compared with lines written into the test. Cells
 * begin as '?': one that a widget should have painted and did not shows.
 */

#include "widgets/theme.h"

struct sheet {
    struct canvas canvas; /* what to draw with */
    int lines, cols;
};

/* A theme by name ("dark") in 256 colours and this glyph set, all cells '?'. */
struct sheet *sheet_new(int lines, int cols, const char *theme, enum theme_glyphs glyphs);
void sheet_free(struct sheet *sheet);
typedef struct sheet Sheet; /* the name g_autoptr needs */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sheet, sheet_free)
void sheet_fill(struct sheet *sheet);

/* The whole sheet; the rect of its size. */
TickitRect sheet_rect(const struct sheet *sheet);

/* One line per string, blanks at the end kept, "\n" after each. Free with g_free. */
char *sheet_text(const struct sheet *sheet);
/*
 * The same with a letter per cell for the role whose pen it has: '.' text,
 * d dim, s strong, t title, b border, F focus, g good, l look, B bad, z stale,
 * h header, o sorted, S selected, D selected without focus, m match, k key,
 * r bar, p popup, e escape, _ meter, x y + - blocks
 * (even, odd, grew, shrank), 1-6 graphs; '*' a mixture. Roles with
 * equal pens show as the first of them.
 */
char *sheet_pens(const struct sheet *sheet);

/* Compares with lines (NULL at the end; blanks at their ends do not count); prints both on a
 * difference and fails the test. */
void sheet_expect_text(const struct sheet *sheet, const char *const *lines);
void sheet_expect_pens(const struct sheet *sheet, const char *const *lines);

#define SHEET_TEXT(sheet, ...) sheet_expect_text(sheet, (const char *const[]){__VA_ARGS__, NULL})
#define SHEET_PENS(sheet, ...) sheet_expect_pens(sheet, (const char *const[]){__VA_ARGS__, NULL})

/* A mock terminal; free with tickit_term_unref. */
TickitTerm *screen_mock_new(int lines, int cols);
/* The display of a mock terminal in the form of sheet_text. */
char *screen_mock_text(TickitTerm *mock);

#endif
