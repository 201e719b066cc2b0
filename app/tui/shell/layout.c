#include "app/tui/shell/layout.h"

/* A pane of a grid can still show a table. */
enum { GRID_COLUMNS = 2, PANE_MIN_COLS = 38, PANE_MIN_LINES = 7 };
enum { FOLDED_LINES = 1, MAIN_MIN_COLS = 90 };

static TickitRect rect(int top, int left, int lines, int cols)
{
    return (TickitRect){.top = top, .left = left, .lines = lines, .cols = cols};
}

/* Where part i of n begins in so many cells; the first ones are the larger. */
static int part(int cells, int i, int n)
{
    return (cells * i + n - 1) / n;
}

static int grid_rows(int n_panes)
{
    return (n_panes + GRID_COLUMNS - 1) / GRID_COLUMNS;
}

/* Row by row; one that is alone in the last row has all of it. */
static void place_grid(struct layout *layout, TickitRect area, int n_panes)
{
    int rows = grid_rows(n_panes);

    for (int i = 0; i < n_panes; i++) {
        int row = i / GRID_COLUMNS, column = i % GRID_COLUMNS;
        int in_row = row == rows - 1 ? n_panes - row * GRID_COLUMNS : GRID_COLUMNS;
        int top = part(area.lines, row, rows), left = part(area.cols, column, in_row);

        layout->panes[i] =
            rect(area.top + top, area.left + left, part(area.lines, row + 1, rows) - top,
                 part(area.cols, column + 1, in_row) - left);
    }
}

/* Unfocused panes get equal shares while each can show rows, else fold to their title line. */
static void place_stack(struct layout *layout, TickitRect area, const struct layout_wish *wish)
{
    int each = area.lines / (wish->n_panes + 1);
    int top = area.top;

    if (each < 4)
        each = FOLDED_LINES;
    if (area.lines < wish->n_panes + 3)
        each = 0;
    for (int i = 0; i < wish->n_panes; i++) {
        int lines = i == wish->focused ? area.lines - each * (wish->n_panes - 1) : each;

        layout->panes[i] = rect(top, area.left, lines, area.cols);
        top += lines;
    }
}

static void place_main(struct layout *layout, TickitRect area, const struct layout_wish *wish)
{
    int left = area.cols * 3 / 5, others = wish->n_panes - 1, seen = 0;

    for (int i = 0; i < wish->n_panes; i++) {
        if (i == wish->focused) {
            layout->panes[i] = rect(area.top, area.left, area.lines, others > 0 ? left : area.cols);
            continue;
        }
        int each = area.lines / others;
        int lines = seen == others - 1 ? area.lines - each * seen : each;

        layout->panes[i] = rect(area.top + each * seen, area.left + left, lines, area.cols - left);
        seen++;
    }
}

struct layout layout_compute(int lines, int cols, const struct layout_wish *wish)
{
    struct layout layout = {0};
    int top = 0, bottom = lines;

    if (lines < LAYOUT_MIN_LINES || cols < LAYOUT_MIN_COLS) {
        layout.too_small = true;
        return layout;
    }
    layout.header = rect(top++, 0, 1, cols);
    if (lines >= 10)
        layout.strip = rect(top++, 0, 1, cols);
    if (lines >= 8)
        layout.footer = rect(--bottom, 0, 1, cols);

    TickitRect area = rect(top, 0, bottom - top, cols);
    bool roomy = area.cols >= GRID_COLUMNS * PANE_MIN_COLS &&
                 area.lines >= grid_rows(wish->n_panes) * PANE_MIN_LINES;

    if (wish->zoomed)
        layout.panes[wish->focused] = area;
    else if (wish->preset == LAYOUT_MAIN && roomy && area.cols >= MAIN_MIN_COLS)
        place_main(&layout, area, wish);
    else if (wish->preset == LAYOUT_STACK || !roomy)
        place_stack(&layout, area, wish);
    else
        place_grid(&layout, area, wish->n_panes);

    return layout;
}

const char *layout_preset_name(enum layout_preset preset)
{
    static const char *const names[LAYOUT_N_PRESETS] = {"grid", "stack", "main"};

    return names[preset];
}
