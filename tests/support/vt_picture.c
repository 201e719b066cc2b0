/*
 * Runs a program on a pseudo terminal, types at it, and writes what the screen
 * then shows as an SVG picture.
 * Usage: vt_picture OUT.svg LINESxCOLS STEP... -- PROGRAM ARGUMENT...
 * STEP: wait:REGEX  key:NAME  type:TEXT  quiet:MS
 */

#include "tests/support/vt.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_W = 8, CELL_H = 17, MARGIN = 10, WAIT_MS = 60000 };
static const int background = 0x12161d, foreground = 0xd6dbe2;

static int palette(int index)
{
    static const int base[16] = {0x1c2129, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd,
                                 0x56b6c2, 0xc8ccd4, 0x6b7480, 0xff7a85, 0xb5e890, 0xffd787,
                                 0x7cc4ff, 0xdf9bf5, 0x7fdde8, 0xffffff};
    static const int levels[6] = {0, 95, 135, 175, 215, 255};

    if (index < 16)
        return base[index];
    if (index >= 232) {
        int grey = 8 + (index - 232) * 10;

        return grey << 16 | grey << 8 | grey;
    }
    index -= 16;
    return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

static int colour(int value, int fallback)
{
    if (value == VT_DEFAULT_COLOUR)
        return fallback;
    return value & VT_RGB ? value & 0xffffff : palette(value);
}

struct look {
    int fg, bg;
    bool bold, italic, underline;
};

static struct look look_of(const struct vt_cell *cell)
{
    struct look look = {.fg = colour(cell->fg, foreground),
                        .bg = colour(cell->bg, background),
                        .bold = cell->bold,
                        .italic = cell->italic,
                        .underline = cell->underline};

    if (cell->reverse) {
        int swap = look.fg;

        look.fg = look.bg;
        look.bg = swap;
    }
    return look;
}

static void write_cell(FILE *out, const struct vt_cell *cell, int line, int col)
{
    struct look look = look_of(cell);
    int x = MARGIN + col * CELL_W, y = MARGIN + line * CELL_H;
    int width = MAX(cell->width, 1) * CELL_W;

    if (look.bg != background)
        fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", x, y,
                width, CELL_H, (unsigned)look.bg);
    if (cell->text[0] == '\0' || strcmp(cell->text, " ") == 0)
        return;
    g_autofree char *text = g_markup_escape_text(cell->text, -1);

    fprintf(out, "<text x=\"%d\" y=\"%d\" fill=\"#%06x\"%s%s%s>%s</text>\n", x, y + CELL_H - 4,
            (unsigned)look.fg, look.bold ? " font-weight=\"bold\"" : "",
            look.italic ? " font-style=\"italic\"" : "",
            look.underline ? " text-decoration=\"underline\"" : "", text);
}

static void write_picture(struct vt *vt, FILE *out, int lines, int cols)
{
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\" "
            "font-size=\"13\" xml:space=\"preserve\">\n"
            "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#%06x\"/>\n",
            cols * CELL_W + 2 * MARGIN, lines * CELL_H + 2 * MARGIN, cols * CELL_W + 2 * MARGIN,
            lines * CELL_H + 2 * MARGIN, (unsigned)background);
    for (int line = 0; line < lines; line++)
        for (int col = 0; col < cols;) {
            struct vt_cell cell;

            vt_get_cell(vt, line, col, &cell);
            write_cell(out, &cell, line, col);
            col += MAX(cell.width, 1);
        }
    fputs("</svg>\n", out);
}

static bool do_step(struct vt *vt, const char *step)
{
    const char *value = strchr(step, ':');

    if (value == NULL)
        return false;
    value++;
    if (g_str_has_prefix(step, "wait:"))
        return vt_wait_text(vt, value, WAIT_MS);
    if (g_str_has_prefix(step, "key:"))
        vt_key(vt, value);
    else if (g_str_has_prefix(step, "type:"))
        vt_type(vt, value);
    else if (g_str_has_prefix(step, "quiet:"))
        vt_live(vt, atoi(value));
    else
        return false;
    return true;
}

static int usage(void)
{
    fprintf(stderr, "usage: vt_picture OUT.svg LINESxCOLS STEP... -- PROGRAM ARGUMENT...\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const char *const env[] = {"TERM=xterm-256color", "NO_COLOR",
                                      "XDG_CONFIG_HOME=/dev/null", NULL};
    int lines, cols, program = 3;

    setlocale(LC_ALL, "");
    if (argc < 5 || sscanf(argv[2], "%dx%d", &lines, &cols) != 2)
        return usage();
    while (program < argc && strcmp(argv[program], "--") != 0)
        program++;
    if (program + 1 >= argc)
        return usage();
    struct vt *vt = vt_start(&(struct vt_options){
        .argv = (const char *const *)argv + program + 1, .env = env, .lines = lines, .cols = cols});

    for (int i = 3; i < program; i++)
        if (!do_step(vt, argv[i])) {
            fprintf(stderr, "vt_picture: step %s failed\n", argv[i]);
            vt_free(vt);
            return 1;
        }
    FILE *out = fopen(argv[1], "w");

    if (out == NULL) {
        perror(argv[1]);
        vt_free(vt);
        return 1;
    }
    write_picture(vt, out, lines, cols);
    fclose(out);
    vt_free(vt);
    return 0;
}
