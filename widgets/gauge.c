#include "widgets/gauge.h"

#include <math.h>

enum { MAX_PARTS = 32 };

struct share {
    double exact; /* cells */
    int cells;
};

static void add_up(const struct share *shares, size_t n, int *ret_cells)
{
    *ret_cells = 0;
    for (size_t i = 0; i < n; i++)
        *ret_cells += shares[i].cells;
}

/* The part that may best get a cell (step 1) or lose one (step -1); n when none may. */
static size_t best_for(const struct share *shares, size_t n, int step)
{
    size_t best = n;

    for (size_t i = 0; i < n; i++) {
        double want = step * (shares[i].exact - shares[i].cells);
        bool may = step > 0 ? shares[i].exact > 0 : shares[i].cells > 1;

        if (may && (best == n || want > step * (shares[best].exact - shares[best].cells)))
            best = i;
    }
    return best;
}

/*
 * Largest remainders, with a cell for everything above nothing. Where there
 * are more parts than cells, the last ones have to go without.
 */
static void share_out(struct share *shares, size_t n, int cols)
{
    double exact = 0;
    int cells, goal;

    for (size_t i = 0; i < n; i++) {
        exact += shares[i].exact;
        shares[i].cells = shares[i].exact > 0 ? MAX((int)shares[i].exact, 1) : 0;
    }
    add_up(shares, n, &cells);
    goal = MIN(exact > 0 ? MAX((int)lround(exact), 1) : 0, cols);
    for (; cells != goal; cells += cells < goal ? 1 : -1) {
        int step = cells < goal ? 1 : -1;
        size_t best = best_for(shares, n, step);

        if (best == n) /* what is left are single cells: the small parts stay, past the goal */
            break;
        shares[best].cells += step;
    }
}

const char *gauge_fill(const struct canvas *canvas, size_t i)
{
    static const char *const fills[] = {"█", "▓", "▒", "░"};
    static const char *const plain[] = {"#", "=", "-", "."};

    return text_unicode(canvas) ? fills[i % 4] : plain[i % 4];
}

void gauge_draw(const struct canvas *canvas, int line, int col, int cols,
                const struct gauge_part *parts, size_t n, double total)
{
    struct share shares[MAX_PARTS] = {0};
    double sum = 0;
    int end = col + cols;

    if (cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &(TickitRect){line, col, 1, cols});
    n = MIN(n, (size_t)MAX_PARTS);
    for (size_t i = 0; i < n; i++)
        sum += isfinite(parts[i].value) ? fmax(parts[i].value, 0) : 0;
    total = isfinite(total) ? fmax(total, sum) : sum; /* a whole is no less than its parts */
    for (size_t i = 0; i < n && total > 0; i++)
        if (isfinite(parts[i].value))
            shares[i].exact = fmax(parts[i].value, 0) / total * cols;
    share_out(shares, n, cols);
    for (size_t i = 0, seen = 0; i < n; i++) {
        if (shares[i].exact <= 0)
            continue;
        const char *fill = gauge_fill(canvas, seen++);

        tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, parts[i].role));
        for (int c = 0; c < shares[i].cells && col < end; c++)
            tickit_renderbuffer_text_at(canvas->rb, line, col++, fill);
        tickit_renderbuffer_setpen(canvas->rb, NULL);
    }
}
