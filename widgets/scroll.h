#ifndef SIDESCOPE_WIDGETS_SCROLL_H
#define SIDESCOPE_WIDGETS_SCROLL_H

/*
 * What everything that scrolls shares: motions, keeping a line in view, the
 * thumb at the right edge. Pure but for the drawing.
 */

#include "widgets/theme.h"

enum table_motion {
    TABLE_UP,
    TABLE_DOWN,
    TABLE_PAGE_UP,
    TABLE_PAGE_DOWN,
    TABLE_HALF_UP,
    TABLE_HALF_DOWN,
    TABLE_HOME,
    TABLE_END,
};

/* Where a motion from position at leads among n; shown lines are a page. 0 when n is 0. */
size_t scroll_target(enum table_motion motion, size_t at, size_t n, int shown);
/* The last first line of n of which shown fit. */
size_t scroll_last_top(size_t n, int shown);
/* top moved by lines, within bounds. */
size_t scroll_by(size_t top, int lines, size_t n, int shown);
/* top moved as little as brings position at into view. */
size_t scroll_follow(size_t top, size_t at, size_t n, int shown);

/* A thumb in column col over lines cells: where top is among n. Nothing when all fit. */
void scroll_draw(const struct canvas *canvas, int line, int col, int lines, size_t top, size_t n);

#endif
