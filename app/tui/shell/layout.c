#include "app/tui/shell/layout.h"

/* A grid needs panes that can still show a table: 38 columns by 7 lines each. */
enum { GRID_MIN_COLS = 76, GRID_MIN_LINES = 14, FOLDED_LINES = 1, MAIN_MIN_COLS = 90 };

static TickitRect rect(int top, int left, int lines, int cols)
{
    return (TickitRect){.top = top, .left = left, .lines = lines, .cols = cols};
}

static void place_grid(struct layout *layout, TickitRect area)
{
    int upper = (area.lines + 1) / 2;
    int left = (area.cols + 1) / 2;

    layout->panes[0] = rect(area.top, area.left, upper, left);
    layout->panes[1] = rect(area.top, area.left + left, upper, area.cols - left);
    layout->panes[2] = rect(area.top + upper, area.left, area.lines - upper, left);
    layout->panes[3] =
        rect(area.top + upper, area.left + left, area.lines - upper, area.cols - left);
}

/* Unfocused panes get equal shares while each can show rows, else fold to their title line. */
static void place_stack(struct layout *layout, TickitRect area, int focused)
{
    int each = area.lines / (LAYOUT_PANES + 1);
    int top = area.top;

    if (each < 4)
        each = FOLDED_LINES;
    if (area.lines < LAYOUT_PANES + 3)
        each = 0;
    for (int i = 0; i < LAYOUT_PANES; i++) {
        int lines = i == focused ? area.lines - each * (LAYOUT_PANES - 1) : each;

        layout->panes[i] = rect(top, area.left, lines, area.cols);
        top += lines;
    }
}

static void place_main(struct layout *layout, TickitRect area, int focused)
{
    int left = area.cols * 3 / 5;
    int each = area.lines / (LAYOUT_PANES - 1);
    int seen = 0;

    for (int i = 0; i < LAYOUT_PANES; i++) {
        if (i == focused) {
            layout->panes[i] = rect(area.top, area.left, area.lines, left);
            continue;
        }
        int lines = seen == LAYOUT_PANES - 2 ? area.lines - each * seen : each;

        layout->panes[i] = rect(area.top + each * seen, area.left + left, lines, area.cols - left);
        seen++;
    }
}

struct layout layout_compute(int lines, int cols, enum layout_preset preset, int focused,
                             bool zoomed)
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
    bool roomy = area.cols >= GRID_MIN_COLS && area.lines >= GRID_MIN_LINES;

    if (zoomed)
        layout.panes[focused] = area;
    else if (preset == LAYOUT_MAIN && roomy && area.cols >= MAIN_MIN_COLS)
        place_main(&layout, area, focused);
    else if (preset == LAYOUT_STACK || !roomy)
        place_stack(&layout, area, focused);
    else
        place_grid(&layout, area);

    return layout;
}

const char *layout_preset_name(enum layout_preset preset)
{
    static const char *const names[LAYOUT_N_PRESETS] = {"grid", "stack", "main"};

    return names[preset];
}
