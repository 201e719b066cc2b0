#include "tests/support/screen.h"

#include <stdio.h>
#include <string.h>
#include <tickit-mockterm.h>

struct sheet *sheet_new(int lines, int cols, const char *theme, enum theme_glyphs glyphs)
{
    struct sheet *sheet = g_new0(struct sheet, 1);

    sheet->lines = lines;
    sheet->cols = cols;
    sheet->canvas.rb = tickit_renderbuffer_new(lines, cols);
    sheet->canvas.theme = theme_new(theme, THEME_256, glyphs);
    g_assert_nonnull(sheet->canvas.theme);
    sheet_fill(sheet);
    return sheet;
}

void sheet_free(struct sheet *sheet)
{
    if (sheet == NULL)
        return;
    tickit_renderbuffer_unref(sheet->canvas.rb);
    theme_free((struct theme *)sheet->canvas.theme);
    g_free(sheet);
}

void sheet_fill(struct sheet *sheet)
{
    for (int line = 0; line < sheet->lines; line++)
        for (int col = 0; col < sheet->cols; col++)
            tickit_renderbuffer_text_at(sheet->canvas.rb, line, col, "?");
}

TickitRect sheet_rect(const struct sheet *sheet)
{
    return (TickitRect){.lines = sheet->lines, .cols = sheet->cols};
}

/* Appends the cell at col; returns the columns it stands for. */
static int append_cell(GString *out, TickitRenderBuffer *rb, int line, int col)
{
    char text[64] = "";
    size_t length = tickit_renderbuffer_get_cell_text(rb, line, col, text, sizeof text - 1);
    TickitStringPos pos;

    if (length == 0 || length == (size_t)-1) { /* erased */
        g_string_append_c(out, ' ');
        return 1;
    }
    text[length] = '\0';
    g_string_append(out, text);
    return tickit_utf8_count(text, &pos, NULL) == (size_t)-1 ? 1 : MAX(pos.columns, 1);
}

char *sheet_text(const struct sheet *sheet)
{
    GString *out = g_string_new(NULL);

    for (int line = 0; line < sheet->lines; line++) {
        for (int col = 0; col < sheet->cols;)
            col += append_cell(out, sheet->canvas.rb, line, col);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static char letter_of(const struct sheet *sheet, const TickitPen *pen)
{
    static const char letters[THEME_N_ROLES] = {
        [THEME_TEXT] = '.',         [THEME_DIM] = 'd',         [THEME_STRONG] = 's',
        [THEME_TITLE] = 't',        [THEME_BORDER] = 'b',      [THEME_FOCUS] = 'F',
        [THEME_GOOD] = 'g',         [THEME_LOOK] = 'l',        [THEME_BAD] = 'B',
        [THEME_STALE] = 'z',        [THEME_HEADER] = 'h',      [THEME_SORTED] = 'o',
        [THEME_SELECTED] = 'S',     [THEME_MATCH] = 'm',       [THEME_KEY] = 'k',
        [THEME_SELECTED_DIM] = 'D', [THEME_BAR] = 'r',         [THEME_POPUP] = 'p',
        [THEME_BLOCK1] = 'x',       [THEME_BLOCK2] = 'y',      [THEME_BLOCK_GREW] = '+',
        [THEME_BLOCK3] = 'w',       [THEME_BLOCK4] = 'v',      [THEME_BLOCK5] = 'u',
        [THEME_BLOCK_OWN] = 'O',    [THEME_BLOCK_QUIET] = 'q', [THEME_BLOCK_SHRANK] = '-',
        [THEME_ESCAPE] = 'e',       [THEME_METER] = '_',       [THEME_GRAPH1] = '1',
        [THEME_GRAPH2] = '2',       [THEME_GRAPH3] = '3',      [THEME_GRAPH4] = '4',
        [THEME_GRAPH5] = '5',       [THEME_GRAPH6] = '6',
    };

    for (int role = 0; pen != NULL && role < THEME_N_ROLES; role++)
        if (tickit_pen_equiv(pen, sheet->canvas.theme->pens[role]))
            return letters[role];
    /* a graph's shades are its colour */
    for (int role = THEME_GRAPH1; pen != NULL && role <= THEME_GRAPH6; role++)
        for (int level = 0; level < THEME_N_LEVELS; level++)
            if (tickit_pen_equiv(pen, sheet->canvas.theme->levels[role - THEME_GRAPH1][level]))
                return letters[role];
    return pen == NULL ? '.' : '*';
}

char *sheet_pens(const struct sheet *sheet)
{
    GString *out = g_string_new(NULL);

    for (int line = 0; line < sheet->lines; line++) {
        for (int col = 0; col < sheet->cols; col++)
            g_string_append_c(out, letter_of(sheet, tickit_renderbuffer_get_cell_pen(
                                                        sheet->canvas.rb, line, col)));
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static void expect(char *seen, const char *const *lines)
{
    g_auto(GStrv) got = g_strsplit(seen, "\n", -1);
    g_autofree char *want = g_strjoinv("\n", (char **)lines);
    g_auto(GStrv) wanted = g_strsplit(want, "\n", -1);
    bool same = g_strv_length(got) == g_strv_length(wanted) + 1; /* got ends with an empty one */

    for (size_t i = 0; same && wanted[i] != NULL; i++)
        same = strcmp(g_strchomp(got[i]), g_strchomp(wanted[i])) == 0;
    if (!same) {
        fprintf(stderr, "expected:\n%s\ngot:\n%s\n", want, seen);
        g_test_fail();
    }
    g_free(seen);
}

void sheet_expect_text(const struct sheet *sheet, const char *const *lines)
{
    expect(sheet_text(sheet), lines);
}

void sheet_expect_pens(const struct sheet *sheet, const char *const *lines)
{
    expect(sheet_pens(sheet), lines);
}

TickitTerm *screen_mock_new(int lines, int cols)
{
    return (TickitTerm *)tickit_mockterm_new(lines, cols);
}

char *screen_mock_text(TickitTerm *mock)
{
    GString *out = g_string_new(NULL);
    int lines, cols;

    tickit_term_get_size(mock, &lines, &cols);
    /* a column takes some bytes with its marks; one spare byte, see libtickit's lack of a check */
    size_t size = (size_t)cols * 24 + 2;
    g_autofree char *buffer = g_malloc0(size);

    for (int line = 0; line < lines; line++) {
        memset(buffer, 0, size);
        tickit_mockterm_get_display_text((TickitMockTerm *)mock, buffer, size - 1, line, 0, cols);
        g_string_append_printf(out, "%s\n", buffer);
    }
    return g_string_free(out, FALSE);
}
