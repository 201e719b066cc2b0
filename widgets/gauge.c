#include "widgets/gauge.h"

#include <math.h>

enum { MAX_PARTS = 16 };

/* Cells per part: largest remainders, and at least one for what is not nothing. */
static void share_out(const struct gauge_part *parts, size_t n, double total, int cols, int *cells)
{
    double rest[MAX_PARTS];
    int used = 0;

    for (size_t i = 0; i < n; i++) {
        double exact = total > 0 ? fmax(parts[i].value, 0) / total * cols : 0;

        cells[i] = parts[i].value > 0 ? MAX((int)exact, 1) : 0;
        rest[i] = exact - cells[i];
        used += cells[i];
    }
    while (used != cols) {
        size_t best = n;

        for (size_t i = 0; i < n; i++) {
            if (parts[i].value <= 0 || (used > cols && cells[i] <= 1))
                continue;
            if (best == n || (used < cols ? rest[i] > rest[best] : cells[i] > cells[best]))
                best = i;
        }
        if (best == n)
            return;
        cells[best] += used < cols ? 1 : -1;
        rest[best] -= used < cols ? 1 : -1;
        used += used < cols ? 1 : -1;
    }
}

void gauge_draw(const struct canvas *canvas, int line, int col, int cols,
                const struct gauge_part *parts, size_t n, double total)
{
    static const char *const fills[] = {"█", "▓", "▒", "░"};
    static const char *const plain[] = {"#", "=", "-", "."};
    int cells[MAX_PARTS] = {0}, end = col + cols;

    if (cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &(TickitRect){line, col, 1, cols});
    n = MIN(n, (size_t)MAX_PARTS);
    share_out(parts, n, total, cols, cells);
    for (size_t i = 0; i < n; i++) {
        const char *fill = canvas->theme->glyphs == THEME_ASCII ? plain[i % 4] : fills[i % 4];

        tickit_renderbuffer_savepen(canvas->rb);
        tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, parts[i].role));
        for (int c = 0; c < cells[i] && col < end; c++)
            tickit_renderbuffer_text_at(canvas->rb, line, col++, fill);
        tickit_renderbuffer_restore(canvas->rb);
    }
}
