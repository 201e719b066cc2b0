#ifndef SIDESCOPE_APP_TUI_SHELL_LAYOUT_H
#define SIDESCOPE_APP_TUI_SHELL_LAYOUT_H

/*
 * Where everything stands, as arithmetic alone: any size from 1x1 up gives
 * rectangles that lie inside the screen and do not overlap.
 */

#include <stdbool.h>
#include <tickit.h>

enum { LAYOUT_MAX_PANES = 9, LAYOUT_MIN_LINES = 6, LAYOUT_MIN_COLS = 30 };

enum layout_preset {
    LAYOUT_AUTO,  /* two beside each other where there is room, else a stack */
    LAYOUT_STACK, /* one below the other, the focused one largest */
    LAYOUT_MAIN,  /* the focused one large at the left, the others beside it */
    LAYOUT_N_PRESETS,
};

struct layout {
    bool too_small;    /* nothing but the line that says what is needed */
    TickitRect header; /* 0 lines: not shown; likewise below */
    TickitRect strip;
    TickitRect panes[LAYOUT_MAX_PANES];
    TickitRect footer;
};

struct layout_wish {
    int n_panes; /* 1 to LAYOUT_MAX_PANES */
    int focused; /* from 0 */
    enum layout_preset preset;
    bool zoomed; /* only the focused pane is shown */
};

struct layout layout_compute(int lines, int cols, const struct layout_wish *wish);

/* "grid", "stack", "main"; static. */
const char *layout_preset_name(enum layout_preset preset);

#endif
