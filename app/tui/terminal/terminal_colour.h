#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_COLOUR_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_COLOUR_H

/* From pens to the colour numbers a terminal takes. Pure. */

#include <stdbool.h>
#include <tickit.h>

struct colour_range {
    int count;
    bool direct; /* numbers from 8 on are 0xRRGGBB */
};

/* TICKIT_PEN_FG or _BG of a pen as the terminal's number; -1 is its default. */
int colour_of_pen(const TickitPen *pen, TickitPenAttr attr, const struct colour_range *range);

/* The palette entry 16..255 closest to a colour; the first 16 are the user's own. */
int colour_nearest(int red, int green, int blue);
/* 0xRRGGBB of a palette entry 0..255, as xterm has it by default. */
int colour_rgb(int index);

#endif
